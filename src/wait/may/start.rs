//! How a greenlet becomes a coroutine of may's, and what it leaves behind.
//!
//! Uses `runtime` and `sys`.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use may::coroutine;

use super::room::Room;
use super::settings::{self, WORD};
use super::{SEAT, board, sleep_as};
use crate::coroutine::Guard;
use crate::runtime::control::{Control, ControlRef, Phase, Reason};
use crate::runtime::{self, Runtime, worker};
use crate::sys::memory::{page_size, try_mapping};

/// The least may is asked for.
const SMALLEST: usize = 16 * 1024;

/// What may maps beside the stack itself, at most.
const GUARD_PAGES: usize = 2;

/// Greenlets ever started on may; wraps.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// How many greenlets have been started on may by now.
pub(super) fn started() -> usize {
    // Relaxed: to be off by some does no harm.
    STARTED.load(Ordering::Relaxed)
}

/// A place on may, taken before the greenlet is made.
#[derive(Debug)]
pub(crate) struct Opening {
    room: Room,
    stack_size: usize,
}

/// What the coroutine's first instructions get. Its parts are sent to whichever thread runs them.
struct Passenger {
    control: ControlRef,
    room: Room,
    due: u64,
    stack_size: usize,
}

impl Opening {
    /// A place for a greenlet with a stack of that many bytes.
    ///
    /// # Errors
    /// `OutOfMemory` when may cannot be asked for another stack; `InvalidInput` for a size beyond the address space; what the
    /// system says when may cannot be started.
    pub(crate) fn find(runtime: &'static Runtime, stack_size: Option<usize>) -> io::Result<Opening> {
        settings::pass_on(runtime)?;
        let bytes = stack_size.unwrap_or(runtime.stack_size).max(SMALLEST);
        let stack_size =
            bytes.checked_next_multiple_of(page_size()).filter(|&bytes| bytes <= isize::MAX as usize / 2);
        let Some(stack_size) = stack_size else {
            let text = format!("a stack of {bytes} bytes is beyond the address space");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        };
        let room = Room::take()?;
        if stack_size != runtime.stack_size || Room::all() > may::config().get_pool_capacity() {
            // may keeps none of this size, or not so many, and panics where it cannot map one.
            try_mapping(stack_size + GUARD_PAGES * page_size()).map_err(|error| {
                io::Error::new(error.kind(), format!("no stack of {bytes} bytes: {error}"))
            })?;
        }
        Ok(Opening { room, stack_size })
    }

    /// Starts the greenlet, which waits until `due` before it runs.
    ///
    /// # Errors
    /// `OutOfMemory` if may finds no stack. The greenlet's closure has been dropped then, as if it had been killed.
    pub(crate) fn start(self, control: ControlRef, due: u64) -> io::Result<()> {
        let mut builder = coroutine::Builder::new().stack_size(self.stack_size / WORD);
        if let Some(name) = &control.name {
            builder = builder.name(name.to_string());
        }
        let spare = control.clone();
        let passenger = Passenger { control, room: self.room, due, stack_size: self.stack_size };
        // may panics where it finds no stack. AssertUnwindSafe: it had nothing of ours but the closure.
        // SAFETY: whoever chose this scheduler has promised that the greenlet bears to be moved between threads.
        let spawned = catch_unwind(AssertUnwindSafe(|| unsafe { builder.spawn(move || live(passenger)) }));
        match spawned {
            Ok(Ok(_detached)) => {
                STARTED.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Ok(Err(error)) => Err(not_started(&spare, &error.to_string())),
            Err(_) => {
                Err(not_started(&spare, "the limit may be RLIMIT_AS, vm.max_map_count or a memory cgroup"))
            }
        }
    }
}

fn not_started(control: &Control, why: &str) -> io::Error {
    control.core().park.kill();
    // SAFETY: killed before its first run, it drops its closure and does nothing else; and no other run began.
    let exit = unsafe { control.run() };
    control.exit.end(exit);
    leave(control);
    io::Error::new(io::ErrorKind::OutOfMemory, format!("may has no stack for a greenlet: {why}"))
}

/// The whole life of a greenlet on may, on its own stack.
fn live(passenger: Passenger) {
    let Passenger { control, room, due, stack_size } = passenger;
    let stay = control.as_ptr();
    SEAT.with(|seat| {
        seat.room.set(Some(room));
        let _ = seat.control.set(control);
    });
    // SAFETY: the seat has the scheduler's reference until the coroutine is over.
    let control = unsafe { stay.as_ref() };
    board(control);
    control.own.guard.set(guard_below((&raw const stay).addr(), stack_size));
    let counters = &runtime::get().counters_elsewhere;
    counters.on_stack.add_shared(1);
    counters.stack_bytes.add_shared(stack_size);
    if due != 0
        && let Some(ticket) = control.core().park.arm(true)
    {
        control.set_waits_for(Reason::Sleep, 0, 0);
        sleep_as(Phase::Delayed, control, ticket, due, Reason::Sleep);
    }
    // SAFETY: on the greenlet's own stack, once.
    let exit = unsafe { control.run() };
    worker::end(control, exit);
}

/// About where the guard is of a stack with a local of its first functions at `address`: may does not tell.
fn guard_below(address: usize, stack_size: usize) -> Guard {
    let page = page_size();
    // The stack's first page or its second.
    let bottom = address.next_multiple_of(page) - stack_size;
    Guard { start: bottom - 2 * page, end: bottom + page, usable: stack_size }
}

/// The coroutine is over, and its stack is may's again.
pub(super) fn finish(control: &Control, room: Option<Room>) {
    drop(room);
    let counters = &runtime::get().counters_elsewhere;
    counters.on_stack.sub_shared(1);
    counters.stack_bytes.sub_shared(control.own.guard.get().usable);
    leave(control);
}

/// Strikes the greenlet off and tells whoever waits for it.
fn leave(control: &Control) {
    let runtime = runtime::get();
    // SAFETY: listed there since it was spawned.
    unsafe { runtime.strike_off(control) };
    runtime.counters_elsewhere.finished.add_shared(1);
    // SAFETY: it is over, and we have it.
    unsafe { control.forget_dead_parent() };
    runtime::release(control);
}
