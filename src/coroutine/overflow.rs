//! A greenlet or coroutine that runs out of its stack ends the process with one line that names it.
//!
//! Uses `sys::signal`, and `chain` for the coroutine that runs.
//!
//! ```text
//!  code on the greenlet's stack writes into the guard
//!    └> SIGSEGV handler, on the worker's alternate stack (the greenlet's own is full)
//!         └> chain, lookup(address): is this the guard of the coroutine, or greenlet, that runs here?
//!              yes: "vervet: greenlet 'NAME' (#ID) has overflowed its stack of 262144 bytes", SIGABRT
//!              no:  whoever handled SIGSEGV before
//! ```
//!
//! Nothing here allocates or locks once it is installed, as the code that was interrupted may hold any lock.

use std::fmt::{self, Write};
use std::io;
use std::sync::OnceLock;

use super::chain;
use crate::sys::signal;

/// How much of a name is shown.
const NAME_SHOWN: usize = 96;

/// Longer than any line can get: the name, three numbers' worth of digits, and the words.
const LINE: usize = 256;

/// Called in a signal handler with the address of a fault: says which greenlet's guard it is in, if in one. Must be
/// async-signal-safe: no lock, no allocation, no thread-local that initialises itself.
pub(crate) type Lookup = fn(usize) -> Option<OverflowInfo>;

static LOOKUP: OnceLock<Lookup> = OnceLock::new();

/// As `Lookup`, for coroutines that another library switches, which may have a handler of its own for them.
#[cfg(feature = "may")]
pub(crate) type GuestLookup = fn(usize) -> Guest;

#[cfg(feature = "may")]
static GUESTS: OnceLock<GuestLookup> = OnceLock::new();

/// Who runs where a fault has come.
#[cfg(feature = "may")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Guest {
    /// A greenlet that has overflowed its stack.
    Overflow(OverflowInfo),
    /// A coroutine, and the fault may concern the library that switches it.
    Coroutine,
    /// None of these.
    Nobody,
}

/// The greenlet or coroutine that has overflowed its stack. Holds a copy of the name, so that it borrows from nobody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OverflowInfo {
    what: &'static str,
    name: [u8; NAME_SHOWN],
    name_len: usize,
    id: u64,
    stack_size: usize,
}

impl OverflowInfo {
    /// A greenlet. Async-signal-safe.
    pub(crate) fn new(name: Option<&str>, id: u64, stack_size: usize) -> OverflowInfo {
        OverflowInfo::of("greenlet", name, id, stack_size)
    }

    /// Async-signal-safe.
    pub(super) fn of(what: &'static str, name: Option<&str>, id: u64, stack_size: usize) -> OverflowInfo {
        let name = name.unwrap_or_default();
        let mut name_len = name.len().min(NAME_SHOWN);
        while !name.is_char_boundary(name_len) {
            name_len -= 1;
        }
        let mut copy = [0; NAME_SHOWN];
        copy[..name_len].copy_from_slice(&name.as_bytes()[..name_len]);
        OverflowInfo { what, name: copy, name_len, id, stack_size }
    }
}

/// Installs the handler, once for the process; the first caller's `lookup` stays.
///
/// # Errors
/// The kernel's errno, if it refuses the handler.
pub(crate) fn install(lookup: Lookup) -> io::Result<()> {
    if LOOKUP.set(lookup).is_ok() { install_handler() } else { Ok(()) }
}

/// Installs the handler, once for the process; without `install` it knows coroutines only.
///
/// # Errors
/// The kernel's errno, if it refuses the handler.
pub(super) fn install_handler() -> io::Result<()> {
    signal::on_fault(inspect)
}

/// Puts the handler before one that a library of coroutines has installed since; the first caller's `guests` stays.
///
/// # Errors
/// The kernel's errno, if it refuses the handler.
#[cfg(feature = "may")]
pub(crate) fn return_to_the_front(guests: GuestLookup) -> io::Result<()> {
    // Set before by another, it is the same.
    let _ = GUESTS.set(guests);
    signal::to_the_front()
}

/// Makes sure that the calling thread has an alternate signal stack, without which no handler can run after an
/// overflow. Every thread that resumes greenlets keeps the result until it is done with them.
///
/// # Errors
/// `OutOfMemory` when there is no room for it.
pub(crate) fn alternate_stack_for_this_thread() -> io::Result<signal::AlternateStack> {
    signal::AlternateStack::for_this_thread()
}

/// Whether the fault may concern another library's coroutine.
fn inspect(address: usize) -> bool {
    if let Some(info) = chain::overflowed(address) {
        signal::abort_with(message(&info).as_bytes());
    }
    if let Some(info) = LOOKUP.get().and_then(|lookup| lookup(address)) {
        signal::abort_with(message(&info).as_bytes());
    }
    #[cfg(feature = "may")]
    if let Some(guests) = GUESTS.get() {
        return match guests(address) {
            Guest::Overflow(info) => signal::abort_with(message(&info).as_bytes()),
            Guest::Coroutine => true,
            Guest::Nobody => false,
        };
    }
    false
}

fn message(info: &OverflowInfo) -> Line {
    let mut line = Line { bytes: [0; LINE], len: 0 };
    let name = std::str::from_utf8(&info.name[..info.name_len]).unwrap_or_default();
    // Writing to a `Line` does not fail.
    let _ = match name {
        "" => write!(line, "vervet: {} #{}", info.what, info.id),
        name => write!(line, "vervet: {} '{name}' (#{})", info.what, info.id),
    };
    let _ = writeln!(line, " has overflowed its stack of {} bytes", info.stack_size);
    line
}

/// One line in fixed memory, cut off where that ends.
struct Line {
    bytes: [u8; LINE],
    len: usize,
}

impl Line {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (place, &byte) in self.bytes[self.len..].iter_mut().zip(text.as_bytes()) {
            *place = byte;
            self.len += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::hint::black_box;

    use corosensei::{Coroutine, CoroutineResult};

    use super::*;
    use crate::coroutine::pool::StackPool;
    use crate::coroutine::testing;

    thread_local! {
        static RUNNING: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    }

    fn within_guard(address: usize) -> bool {
        let (start, end) = RUNNING.get();
        (start..end).contains(&address)
    }

    fn named(address: usize) -> Option<OverflowInfo> {
        within_guard(address).then(|| OverflowInfo::new(Some("näme"), 7, 262_144))
    }

    fn unnamed(address: usize) -> Option<OverflowInfo> {
        within_guard(address).then(|| OverflowInfo::new(None, u64::MAX, 65_536))
    }

    #[expect(unconditional_recursion, reason = "the way to overflow a stack")]
    fn recurse(depth: usize) -> usize {
        let frame = black_box([depth; 64]);
        recurse(depth + 1) + frame[depth % 64]
    }

    /// Suspends once, so that the overflow comes after a resume, and recurses.
    fn overflow_a_coroutine(usable: usize, lookup: Lookup) {
        let pool = StackPool::new(usable, 1).unwrap();
        pool.reserve(1).unwrap();
        install(lookup).unwrap();
        let _alternate = alternate_stack_for_this_thread().unwrap();
        let stack = pool.take();
        let guard = stack.guard_range();
        let mut coroutine = Coroutine::with_stack(stack, |yielder, depth: usize| {
            let depth = yielder.suspend(depth);
            recurse(depth)
        });
        assert!(matches!(coroutine.resume(0), CoroutineResult::Yield(0)));
        testing::reached();
        RUNNING.set((guard.start, guard.end));
        coroutine.resume(0);
    }

    fn overflow_line(stderr: &str) -> &str {
        stderr
            .lines()
            .find(|line| line.starts_with("vervet: "))
            .unwrap_or_else(|| panic!("no line in: {stderr}"))
    }

    #[test]
    fn overflow_names_the_greenlet_and_aborts() {
        let stderr = testing::dies_by(
            signal::ABORT,
            "coroutine::overflow::tests::overflow_names_the_greenlet_and_aborts",
            || {
                overflow_a_coroutine(262_144, named);
            },
        );
        if let Some(stderr) = stderr {
            let line = "vervet: greenlet 'näme' (#7) has overflowed its stack of 262144 bytes";
            assert_eq!(overflow_line(&stderr), line);
        }
    }

    #[test]
    fn overflow_without_a_name_shows_the_id() {
        let stderr = testing::dies_by(
            signal::ABORT,
            "coroutine::overflow::tests::overflow_without_a_name_shows_the_id",
            || {
                // A thread of its own: there the alternate stack is the one std made, and is kept.
                std::thread::spawn(|| overflow_a_coroutine(65_536, unnamed)).join().unwrap();
            },
        );
        if let Some(stderr) = stderr {
            let line = "vervet: greenlet #18446744073709551615 has overflowed its stack of 65536 bytes";
            assert_eq!(overflow_line(&stderr), line);
        }
    }

    #[test]
    fn thread_that_overflows_is_left_to_std() {
        let test = "coroutine::overflow::tests::thread_that_overflows_is_left_to_std";
        let stderr = testing::dies_by(signal::ABORT, test, || {
            install(named).unwrap();
            testing::reached();
            std::thread::Builder::new().name("plain".into()).spawn(|| recurse(0)).unwrap().join().unwrap();
        });
        if let Some(stderr) = stderr {
            assert!(stderr.contains("thread 'plain'") && !stderr.contains("vervet: "), "{stderr}");
        }
    }

    #[test]
    fn other_faults_end_the_process_as_before() {
        let test = "coroutine::overflow::tests::other_faults_end_the_process_as_before";
        testing::dies_by(signal::SEGMENTATION_FAULT, test, || {
            install(named).unwrap();
            testing::reached();
            // SAFETY: it is not; the process is meant to die of it.
            unsafe { black_box(16 as *mut u8).write_volatile(1) };
        });
    }

    #[test]
    fn long_name_is_cut_between_characters() {
        let info = OverflowInfo::new(Some(&"é".repeat(500)), u64::MAX, usize::MAX);
        let line = message(&info);
        let text = std::str::from_utf8(line.as_bytes()).unwrap();
        assert!(text.ends_with("of 18446744073709551615 bytes\n"), "{text}");
        assert_eq!(text.matches('é').count(), NAME_SHOWN / 2);
    }
}
