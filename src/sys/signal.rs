//! Faults: a handler for SIGSEGV and SIGBUS in front of whoever handled them before, and the stack it runs on.
//!
//! Uses [`super::memory`] only.
//!
//! ```text
//!  fault ──> handler, on the thread's alternate stack ──> inspect(address)
//!                                                            │ does not return: the process ends here
//!                                                            ▼ returns: not ours
//!                          the handler before us (std's, a crash reporter's), or the default action
//! ```
//!
//! Somebody may install a handler of his own later, in front of ours, and not pass on what is ours. [`to_the_front`] then goes
//! before that one, too; it is asked about those faults that `inspect` says it knows.
//!
//! All that runs in the handler is async-signal-safe: no lock, no allocation, no libc symbol that could be hooked
//! for output.

use std::io;
use std::marker::PhantomData;
use std::mem;
use std::os::fd::BorrowedFd;
use std::ptr;
use std::sync::OnceLock;

use super::memory::{Guards, Mapping, page_size};

/// What an alternate stack has beyond the kernel's own frame: handlers further down the chain may want to format.
const ALTERNATE_STACK: usize = 64 * 1024;

/// The number of SIGSEGV, for tests of what must fault.
#[cfg(test)]
pub(crate) const SEGMENTATION_FAULT: i32 = libc::SIGSEGV;

/// The number of SIGABRT, by which [`abort_with`] ends the process.
#[cfg(test)]
pub(crate) const ABORT: i32 = libc::SIGABRT;

/// Called in the signal handler with the address that faulted. Returns when the fault is none of its own, and answers
/// whether it concerns whoever has come later.
static INSPECT: OnceLock<fn(usize) -> bool> = OnceLock::new();

/// The actions that were there before, for SIGSEGV and SIGBUS. Set before our handler can run; read with one load.
static BEFORE: [OnceLock<libc::sigaction>; 2] = [OnceLock::new(), OnceLock::new()];

/// The actions that came after ours, and that ours went before again.
static LATER: [OnceLock<libc::sigaction>; 2] = [OnceLock::new(), OnceLock::new()];

/// Installs `inspect` in front of the present handlers of SIGSEGV and SIGBUS, once; later calls change nothing.
///
/// `inspect` must be async-signal-safe.
///
/// # Errors
/// The kernel's errno; none is known for these signals.
pub(crate) fn on_fault(inspect: fn(usize) -> bool) -> io::Result<()> {
    if INSPECT.set(inspect).is_err() {
        return Ok(());
    }
    for (signal, before) in [libc::SIGSEGV, libc::SIGBUS].into_iter().zip(&BEFORE) {
        let _ = before.set(present_action(signal)?);
        install(signal)?;
    }
    Ok(())
}

/// Goes before the handlers that others have installed in front of ours, the first time that there are any.
///
/// # Errors
/// As [`on_fault`].
#[cfg(feature = "may")]
pub(crate) fn to_the_front() -> io::Result<()> {
    for (signal, later) in [libc::SIGSEGV, libc::SIGBUS].into_iter().zip(&LATER) {
        let present = present_action(signal)?;
        if present.sa_sigaction != handle as *const () as usize && later.set(present).is_ok() {
            install(signal)?;
        }
    }
    Ok(())
}

fn install(signal: libc::c_int) -> io::Result<()> {
    // SAFETY: all zeros is a `sigaction`: default action, no flags, empty mask.
    let mut new: libc::sigaction = unsafe { mem::zeroed() };
    new.sa_sigaction = handle as *const () as usize;
    new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: `handle` has the signature SA_SIGINFO asks for, and is async-signal-safe.
    unsafe { set_action(signal, &new) }
}

extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: with SA_SIGINFO the kernel passes a valid `siginfo_t`; a positive code says that it is the kernel's
    // own report, which for these signals has an address.
    let (real, address) = unsafe { ((*info).si_code > 0, (*info).si_addr() as usize) };
    let which = usize::from(signal == libc::SIGBUS);
    if real
        && let Some(inspect) = INSPECT.get()
        && inspect(address)
        && let Some(later) = LATER[which].get()
    {
        pass_on(signal, info, context, later, real);
        // It was none of its own. It has made way for what it found when it came: for us.
        let _ = install(signal);
    }
    if let Some(before) = BEFORE[which].get() {
        pass_on(signal, info, context, before, real);
    }
}

/// Does what `action` would have done.
fn pass_on(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
    action: &libc::sigaction,
    real: bool,
) {
    match action.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN => {
            // A fault repeats when we return, and then finds the action of before. A signal that was sent does not.
            // SAFETY: this action was in force before ours.
            let _ = unsafe { set_action(signal, action) };
            if !real {
                // SAFETY: `raise` is async-signal-safe; the signal is blocked here and comes when we return.
                unsafe { libc::raise(signal) };
            }
        }
        handler if action.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: this address was a handler of three arguments when the kernel gave it to us.
            let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                unsafe { mem::transmute(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: this address was a handler of one argument when the kernel gave it to us.
            let handler: extern "C" fn(libc::c_int) = unsafe { mem::transmute(handler) };
            handler(signal);
        }
    }
}

/// Writes `line` to fd 2 and ends the process by SIGABRT, whatever handles that signal. Async-signal-safe.
pub(crate) fn abort_with(mut line: &[u8]) -> ! {
    // SAFETY: fd 2 is not closed by us; if the process closed it, the write fails and nothing else happens.
    let stderr = unsafe { BorrowedFd::borrow_raw(2) };
    while !line.is_empty() {
        match rustix::io::write(stderr, line) {
            Ok(n) if n > 0 => line = &line[n..],
            Err(rustix::io::Errno::INTR) => {}
            _ => break,
        }
    }
    // SAFETY: all zeros is the default action, and `abort` is async-signal-safe.
    unsafe {
        let _ = set_action(libc::SIGABRT, &mem::zeroed());
        libc::abort()
    }
}

/// # Safety
/// A handler named in `action` has the signature its flags promise and is async-signal-safe.
unsafe fn set_action(signal: libc::c_int, action: &libc::sigaction) -> io::Result<()> {
    // SAFETY: the pointer is valid for the call; the rest is passed on to the caller.
    match unsafe { libc::sigaction(signal, action, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn present_action(signal: libc::c_int) -> io::Result<libc::sigaction> {
    // SAFETY: all zeros is a `sigaction`, and the pointer to it is valid for the call.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        match libc::sigaction(signal, ptr::null(), &mut action) {
            0 => Ok(action),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// The calling thread's alternate signal stack, if it had none before; taken down again when this is dropped.
///
/// ```text
///  mapping │ guard page │ alternate stack ... <── top │
/// ```
#[derive(Debug)]
pub(crate) struct AlternateStack {
    mapping: Option<Mapping>,
    /// It belongs to one thread: neither `Send` nor `Sync`.
    _thread: PhantomData<*mut ()>,
}

impl AlternateStack {
    /// Makes sure that the calling thread has an alternate signal stack; one that is there already is kept.
    ///
    /// # Errors
    /// `OutOfMemory` when there is no room for it.
    pub(crate) fn for_this_thread() -> io::Result<AlternateStack> {
        if alternate_stack(None)?.ss_flags & libc::SS_DISABLE == 0 {
            return Ok(AlternateStack { mapping: None, _thread: PhantomData });
        }
        // What the kernel pushes grows with the CPU's registers; kernels that do not tell need less than our own part.
        // SAFETY: `getauxval` takes no pointer.
        let frame = unsafe { libc::getauxval(libc::AT_MINSIGSTKSZ) } as usize;
        let usable = (frame + ALTERNATE_STACK).next_multiple_of(page_size());
        let mapping = Mapping::reserve(page_size() + usable)?;
        // SAFETY: the first page of a mapping that nobody uses yet.
        unsafe { Guards::detect().install(mapping.start(), page_size())? };
        let start = (mapping.start() + page_size()) as *mut libc::c_void;
        alternate_stack(Some(libc::stack_t { ss_sp: start, ss_flags: 0, ss_size: usable }))?;
        Ok(AlternateStack { mapping: Some(mapping), _thread: PhantomData })
    }
}

impl Drop for AlternateStack {
    fn drop(&mut self) {
        let Some(mapping) = self.mapping.take() else { return };
        let range = mapping.start()..mapping.start() + mapping.len();
        let none = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
        let free = match alternate_stack(None) {
            // It fails only while a handler runs on it.
            Ok(now) if range.contains(&(now.ss_sp as usize)) => alternate_stack(Some(none)).is_ok(),
            now => now.is_ok(),
        };
        if !free {
            mapping.leak();
        }
    }
}

/// The alternate stack of this thread, replaced by `new` if there is one.
fn alternate_stack(new: Option<libc::stack_t>) -> io::Result<libc::stack_t> {
    // SAFETY: all zeros is a `stack_t`; both pointers are valid for the call or null. The one caller that sets a stack
    // owns that memory until it has disabled it.
    unsafe {
        let mut old: libc::stack_t = mem::zeroed();
        match libc::sigaltstack(new.as_ref().map_or(ptr::null(), ptr::from_ref), &mut old) {
            0 => Ok(old),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn existing_alternate_stack_is_kept_and_own_one_freed() {
        std::thread::spawn(|| {
            let none = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
            let before = alternate_stack(Some(none)).unwrap();
            {
                let own = AlternateStack::for_this_thread().unwrap();
                let now = alternate_stack(None).unwrap();
                assert_eq!(now.ss_flags & libc::SS_DISABLE, 0);
                assert!(now.ss_size >= ALTERNATE_STACK && own.mapping.is_some());
                assert!(AlternateStack::for_this_thread().unwrap().mapping.is_none());
                assert_eq!(alternate_stack(None).unwrap().ss_sp, now.ss_sp);
            }
            assert_ne!(alternate_stack(None).unwrap().ss_flags & libc::SS_DISABLE, 0);
            if before.ss_flags & libc::SS_DISABLE == 0 {
                alternate_stack(Some(before)).unwrap();
            }
        })
        .join()
        .unwrap();
    }
}
