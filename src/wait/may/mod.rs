//! may's coroutines: as waiters, and as what a greenlet runs on. Nothing outside this folder names may.
//!
//! Uses `runtime`, `sys` and `wait`.
//!
//! | module | has |
//! |---|---|
//! | this one | who a coroutine is, how it parks and yields |
//! | `start` | how a greenlet becomes a coroutine, and what it leaves behind |
//! | `settings` | how may is told our settings before it starts |
//! | `room` | how many stacks may can be asked for |
//!
//! Every coroutine that waits through vervet has a control block, in may's own coroutine-local storage: a greenlet that was
//! started on may has its own; a *visitor*, which somebody else started, gets one at its first blocking call. It parks in
//! a blocker of may's. Timers and fds are looked after by one of vervet's workers, its `home`; what they wake goes to may's
//! queues, so that nothing of ours runs on may's timer thread.
//!
//! What is different from a greenlet of ours:
//!
//! * It changes OS threads at every wait. Nothing here keeps a thread-local across one, and the functions that read them are
//!   not inlined, as the compiler may otherwise keep the address of the thread it has left.
//! * std counts panics by thread. A coroutine that waits in the middle of a panic takes its count along; where the count cannot
//!   be had, it waits without leaving its thread.
//! * may's own cancellation counts as a kill. may does not park a cancelled coroutine any more, so what such a one still has to
//!   wait for (in destructors, in a `shield`) blocks its thread.

mod room;
mod settings;
mod start;

use std::cell::{Cell, OnceCell};
use std::mem::{self, MaybeUninit};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::ptr::{self, NonNull};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::time::Duration;

use may::coroutine;
use may::sync::Blocker;

use self::room::Room;
pub(crate) use self::start::Opening;
use super::NEVER;
use crate::coroutine::overflow::{self, Guest};
use crate::coroutine::{OverflowInfo, take_chain};
use crate::runtime::bindings::Bindings;
use crate::runtime::control::{Body, Control, ControlRef, GreenletId, Phase, Profile, Reason};
use crate::runtime::core::{Core, Vtable};
use crate::runtime::exit::Exit;
use crate::runtime::locals;
use crate::runtime::parking::{Cause, Notified, Ticket};
use crate::runtime::{self, Scheduler};
use crate::sys::clock;
use crate::sys::panic_count::PanicCount;

/// About this many ticks of `clock::ticks` a coroutine may run before a blocking call that need not wait lets others run: a
/// millisecond where the counter has 1 GHz, earlier where it is faster.
const TICKS_BEFORE_YIELD: u64 = 1_000_000;
/// And so many greenlets may be waiting for their first run, before one that yields makes sure of it.
const STARTS_BEFORE_YIELD: usize = 64;
/// For how long it then steps aside, in nanoseconds: were it woken before it has parked, may would resume it at once.
const ASIDE: u64 = 20_000;
/// How often a coroutine that blocks its thread looks whether its wait is over.
const LOOK: Duration = Duration::from_micros(200);

may::coroutine_local!(static SEAT: Seat = Seat { control: OnceCell::new(), room: Cell::new(None) });

/// What a coroutine's local storage has of ours.
struct Seat {
    /// The reference that keeps its control block alive while it runs.
    control: OnceCell<ControlRef>,
    /// Its stack's place in the count; none for a visitor's, which may made for somebody else.
    room: Cell<Option<Room>>,
}

impl Drop for Seat {
    /// may drops it when the coroutine is over and its stack is back in may's hands, on the thread that ran it last.
    fn drop(&mut self) {
        match self.control.take() {
            Some(control) if control.is_greenlet() => start::finish(&control, self.room.take()),
            // SAFETY: the visitor is over, so it looks at its values no more; and nobody else does.
            Some(control) => unsafe { locals::drop_all(&control.own.locals) },
            None => {}
        }
    }
}

/// Where a coroutine is found by those who wake it.
///
/// May keeps using a blocker for a moment after the coroutine that parks in it was resumed, and may even resume it from
/// inside; so a blocker is for one wait, and is dropped by the coroutine itself, where may waits for that moment by letting
/// others run. Whoever unparks says when he is done with it.
struct Berth {
    /// Of the wait under way. Written before the park state is committed, read after it was found asleep: that orders it.
    blocker: AtomicPtr<Blocker>,
    /// The one who found the coroutine asleep has unparked it. Release, after his last use of the blocker; Acquire before it
    /// is dropped.
    unparked: AtomicBool,
    /// `clock::ticks` when it was last resumed.
    resumed: AtomicU64,
}

impl Berth {
    /// Of the running coroutine.
    fn new() -> Berth {
        Berth {
            blocker: AtomicPtr::new(ptr::null_mut()),
            unparked: AtomicBool::new(false),
            resumed: AtomicU64::new(clock::ticks()),
        }
    }

    fn of(control: &Control) -> &Berth {
        let berth = control.own.berth.get().and_then(|berth| berth.downcast_ref());
        berth.expect("a coroutine has a berth before it can wait")
    }
}

/// The control block of the coroutine of may's that this code runs in.
#[inline]
pub(super) fn current<'a>() -> Option<&'a Control> {
    coroutine::is_coroutine().then(seat)
}

fn seat<'a>() -> &'a Control {
    SEAT.with(|seat| {
        let control = seat.control.get_or_init(visitor);
        // SAFETY: the seat keeps its reference until the coroutine is over; the lifetime is bounded by the callers, which all
        // are code of that coroutine.
        unsafe { control.as_ptr().as_ref() }
    })
}

/// A control block for the running coroutine, which was not started by us.
///
/// # Panics
/// If vervet's runtime, whose workers serve it from now on, cannot be started.
fn visitor() -> ControlRef {
    static VISITOR: Body =
        Body { core: Vtable { schedule: unpark, free: free_visitor }, run: no_run, discard: no_discard };
    let profile = Profile {
        id: GreenletId(runtime::new_id().get()),
        name: coroutine::current().name().map(Box::from),
        site: Location::caller(),
        parent: None,
        stack: None,
        shard: 0,
        home: runtime::get().any_index(),
        scheduler: Scheduler::May,
        visitor: true,
        bindings: Bindings::NONE,
    };
    let control = NonNull::from(Box::leak(Box::new(Control::new(&VISITOR, profile))));
    // SAFETY: a fresh box, and the two references it starts with, of which a visitor needs one.
    let control = unsafe {
        Control::place(control);
        drop(ControlRef::from_raw(control));
        ControlRef::from_raw(control)
    };
    board(&control);
    control
}

/// # Safety
/// `core` heads the control block of a visitor to which no reference is left.
unsafe fn free_visitor(core: NonNull<Core>) {
    // SAFETY: made by `Box::leak` in `visitor`, and nobody else's any more.
    drop(unsafe { Box::from_raw(core.cast::<Control>().as_ptr()) });
}

unsafe fn no_run(_: NonNull<Control>) -> Exit {
    unreachable!("a visitor is run by may")
}

unsafe fn no_discard(_: NonNull<Control>) {
    unreachable!("a visitor has no result")
}

/// Gives the running coroutine what it needs to park.
fn board(control: &Control) {
    static ONCE: Once = Once::new();
    // may's handler is there by now, and takes every fault for one of its coroutines'. What it did not let us do, it does not.
    ONCE.call_once(|| drop(overflow::return_to_the_front(running_stack)));
    let _ = control.own.berth.set(Box::new(Berth::new()));
    control.set_phase(Phase::Running);
    // As long as this thread is calm.
    panics_of_this_thread(|_| ());
}

/// For the overflow handler: the coroutine that runs on this thread. As a greenlet's first act is to take its seat, nothing
/// here allocates for one. For a coroutine that never met us a seat is made: as unsafe in a signal handler as what may's own
/// handler does then.
fn running_stack(address: usize) -> Guest {
    if !coroutine::is_coroutine() {
        return Guest::Nobody;
    }
    SEAT.with(|seat| match seat.control.get() {
        Some(control) => {
            let guard = control.own.guard.get();
            if (guard.start..guard.end).contains(&address) {
                Guest::Overflow(OverflowInfo::new(control.name.as_deref(), control.id.0, guard.usable))
            } else {
                Guest::Coroutine
            }
        }
        None => Guest::Coroutine,
    })
}

/// Makes a coroutine run that a notification found asleep: the `schedule` of its control block's vtable.
///
/// # Safety
/// `core` heads a live control block of a coroutine that has committed to sleep, and the caller is the one to wake it.
pub(crate) unsafe fn unpark(core: NonNull<Core>) {
    // SAFETY: says the caller.
    let control: &Control = unsafe { core.cast().as_ref() };
    control.set_phase(Phase::Ready);
    let berth = Berth::of(control);
    // SAFETY: of the wait that was found asleep; the coroutine keeps it until `unparked` is set.
    unsafe { &*berth.blocker.load(Ordering::Relaxed) }.unpark();
    // The coroutine may run, and end, as soon as this is set. Whoever notifies has a reference to the control block, or holds
    // the lock of the wheel that the coroutine has yet to pass.
    berth.unparked.store(true, Ordering::Release);
}

/// Sleeps until the wait named by `ticket` is notified, or until `until`.
pub(super) fn sleep(control: &Control, ticket: Ticket, until: u64, reason: Reason, subject: u64) -> Cause {
    control.set_waits_for(reason, subject, clock::now());
    sleep_as(Phase::Parked, control, ticket, until, reason)
}

fn sleep_as(phase: Phase, control: &Control, ticket: Ticket, until: u64, reason: Reason) -> Cause {
    let runtime = runtime::get();
    let counters = &runtime.counters_elsewhere;
    if until != NEVER {
        runtime.arm_timer(control, control.home(), ticket, until);
    }
    control.set_phase(phase);
    counters.parked[reason as usize].add_shared(1);
    suspend(control);
    counters.parked[reason as usize].sub_shared(1);
    counters.switches.add_shared(1);
    control.set_phase(Phase::Running);
    if until != NEVER {
        // Also if the timer has fired: it may be at it still, with no reference to the control block.
        runtime.cancel_timer(control);
    }
    control.core().park.cause()
}

/// Parks the coroutine until the wait it has armed is notified.
fn suspend(control: &Control) {
    let (park, berth) = (&control.core().park, Berth::of(control));
    // Cancellation is left to us: an unwinding out of `park` would leave wakers behind.
    let blocker = Box::into_raw(Box::new(Blocker::new(true)));
    berth.unparked.store(false, Ordering::Relaxed);
    berth.blocker.store(blocker, Ordering::Relaxed);
    if !park.commit() {
        // SAFETY: made above, and nobody was told of it.
        return drop(unsafe { Box::from_raw(blocker) });
    }
    let mut cancelled = false;
    while !park.is_notified() {
        // SAFETY: made above, and dropped below only.
        let blocker = unsafe { &*blocker };
        cancelled = take_along_panics(|| blocker.park(None).is_err()).unwrap_or_else(|| {
            std::thread::sleep(LOOK);
            false
        });
        if cancelled && !park.is_notified() {
            // Ends this wait, unless it is shielded; and each later one.
            if park.kill() == Notified::Asleep {
                // We ended it: nobody will unpark.
                berth.unparked.store(true, Ordering::Relaxed);
            }
            wait_in_place(|| park.is_notified());
        }
    }
    // A moment: whoever has notified is on his way to it.
    while !berth.unparked.load(Ordering::Acquire) {
        std::thread::yield_now();
    }
    // In a coroutine that may has cancelled, may cannot wait until it has let go of the blocker.
    if !cancelled {
        // SAFETY: made above. Nobody else uses it any more, but may, for which its drop waits.
        cancelled = unsafe { !discard(blocker) };
    }
    if cancelled {
        // Whoever has put the coroutine to sleep may be at it still: once it can be found by a cancellation, may looks at its
        // handle again, to which nobody else may have a reference soon. As the blocker, it stays for ever.
        mem::forget(coroutine::current());
        park.kill();
    }
    berth.resumed.store(clock::ticks(), Ordering::Relaxed);
}

/// Drops the blocker of a wait that is over. `false`: may has cancelled the coroutine meanwhile; its memory is leaked then.
///
/// # Safety
/// It comes from a box, and is the caller's alone, but for may.
unsafe fn discard(blocker: *mut Blocker) -> bool {
    // AssertUnwindSafe: what it leaves behind is not used again.
    // SAFETY: says the caller.
    let drop_it = || catch_unwind(AssertUnwindSafe(|| unsafe { ptr::drop_in_place(blocker) })).is_ok();
    // A coroutine that has stayed on this thread has never parked in it, and drops it at once.
    let dropped = take_along_panics(drop_it).unwrap_or_else(drop_it);
    if dropped {
        // SAFETY: it was allocated as such a box, and its value is dropped.
        drop(unsafe { Box::from_raw(blocker.cast::<MaybeUninit<Blocker>>()) });
    }
    dropped
}

/// Blocks the OS thread: for the few waits for which may cannot be had.
fn wait_in_place(over: impl Fn() -> bool) {
    while !over() {
        std::thread::sleep(LOOK);
    }
}

/// Unwinds the running coroutine, which may has cancelled.
pub(super) fn unwind_as_may_does() -> ! {
    coroutine::trigger_cancel_panic()
}

/// Lets others run.
pub(super) fn yield_now(control: &Control) {
    // may's workers look at what comes from outside, I/O included, only when they have nothing else to run. A coroutine that
    // does nothing but yield always is something else, so now and then it goes the way of those from outside.
    if drained_lately(clock::ticks()) {
        control.set_phase(Phase::Ready);
        // AssertUnwindSafe: may unwinds a coroutine that it has cancelled, from its own code.
        let yielded = take_along_panics(|| catch_unwind(AssertUnwindSafe(coroutine::yield_now)).is_ok());
        control.set_phase(Phase::Running);
        if yielded == Some(false) {
            control.core().park.kill();
        }
    } else {
        // Not interruptible, so there is always a ticket.
        if let Some(ticket) = control.core().park.arm(false) {
            sleep_as(Phase::Ready, control, ticket, clock::now() + ASIDE, Reason::Other);
        }
        drained_now();
    }
    let counters = &runtime::get().counters_elsewhere;
    counters.switches.add_shared(1);
    Berth::of(control).resumed.store(clock::ticks(), Ordering::Relaxed);
}

/// For calls that need not wait: lets others run if none could for long.
#[inline]
pub(super) fn yield_if_overdue(control: &Control) {
    let resumed = Berth::of(control).resumed.load(Ordering::Relaxed);
    if clock::ticks().wrapping_sub(resumed) > TICKS_BEFORE_YIELD {
        yield_now(control);
    }
}

thread_local! {
    /// `clock::ticks` when may's queue of this thread is known to have been empty, and `start::STARTED` then.
    static DRAINED: Cell<(u64, usize)> = const { Cell::new((0, 0)) };
    /// std's panic count of this thread, once it was found.
    static PANICS: Cell<Option<PanicCount>> = const { Cell::new(None) };
    static LOOKED_FOR_PANICS: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread's queue was empty within the last millisecond or so, and not much was started since.
#[inline(never)]
fn drained_lately(now: u64) -> bool {
    let (then, started) = DRAINED.get();
    now.wrapping_sub(then) < TICKS_BEFORE_YIELD
        && start::started().wrapping_sub(started) < STARTS_BEFORE_YIELD
}

/// The running coroutine came from outside: may takes those when its queue is empty.
#[inline(never)]
fn drained_now() {
    DRAINED.set((clock::ticks(), start::started()));
}

/// Shows `f` this thread's panic count, if it can be had.
#[inline(never)]
fn panics_of_this_thread<R>(f: impl FnOnce(Option<PanicCount>) -> R) -> R {
    if !LOOKED_FOR_PANICS.get() && !std::thread::panicking() {
        LOOKED_FOR_PANICS.set(true);
        PANICS.set(PanicCount::find());
    }
    f(PANICS.get())
}

/// Runs `suspend`, from which the coroutine may return on another thread, so that `thread::panicking` goes on to speak of
/// this coroutine there, and of others here. `None`: that cannot be done, and nothing was; the caller has to stay on this
/// thread.
fn take_along_panics<R>(suspend: impl FnOnce() -> R) -> Option<R> {
    let suspend = || {
        let chain = take_chain();
        let result = suspend();
        chain.put_back();
        result
    };
    if !std::thread::panicking() {
        return Some(suspend());
    }
    let panics = panics_of_this_thread(|count| count.map(|count| count.swap(0)))?;
    let result = suspend();
    // This thread is calm, or its count would have been taken along: so it can be found here if it can anywhere.
    panics_of_this_thread(|count| count.map(|count| count.swap(panics)));
    Some(result)
}
