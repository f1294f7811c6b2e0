//! A greenlet's control block: all the scheduler knows about it.
//!
//! Uses `coroutine` and the rest of `runtime`. What the greenlet computes is none of its business: the typed part (closure,
//! result) lies behind it in the same allocation, reached through `Body`.
//!
//! Who may touch what:
//! * plain fields are set before the greenlet is published and never change;
//! * atomics are for everybody;
//! * `Own` fields belong to whoever *has* the greenlet: its own code while it runs, the worker that holds it
//!   between two runs, the queue it lies in. Handing it over (push, commit) publishes them.

#[cfg(feature = "may")]
use std::any::Any;
#[cfg(feature = "may")]
use std::cell::OnceCell;
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::bindings::Bindings;
use super::core::{Core, CoreRef, Vtable};
use super::exit::{Exit, ExitCell};
use super::inbox::Linked;
use super::locals::Locals;
use super::parking::Ticket;
use super::settings::Scheduler;
use super::timer::TimerNode;
use super::worker::Worker;
use crate::coroutine::{Fiber, Guard, Stack, Suspender};

/// The process-wide number of a greenlet; never used twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GreenletId(pub(crate) u64);

impl fmt::Debug for GreenletId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GreenletId({})", self.0)
    }
}

impl fmt::Display for GreenletId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What a greenlet waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Reason {
    Sleep,
    Join,
    Read,
    Write,
    Offload,
    Scope,
    /// A lock, a barrier, a value that another is making.
    Lock,
    /// A condition variable, or an unpark.
    Signal,
    /// A message, or room for one.
    Channel,
    /// The end of a child process.
    Child,
    /// The first of several things.
    Select,
    /// Another kind of wait that a layer above has built.
    Other,
}

pub(crate) const REASONS: [Reason; 12] = [
    Reason::Sleep,
    Reason::Join,
    Reason::Read,
    Reason::Write,
    Reason::Offload,
    Reason::Scope,
    Reason::Lock,
    Reason::Signal,
    Reason::Channel,
    Reason::Child,
    Reason::Select,
    Reason::Other,
];

impl Reason {
    /// What `dump` calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Reason::Sleep => "sleep",
            Reason::Join => "join",
            Reason::Read => "read",
            Reason::Write => "write",
            Reason::Offload => "offload",
            Reason::Scope => "scope",
            Reason::Lock => "lock",
            Reason::Signal => "signal",
            Reason::Channel => "channel",
            Reason::Child => "child process",
            Reason::Select => "select",
            Reason::Other => "other",
        }
    }
}

/// Where a greenlet is in its life; for `dump` and `metrics`, never for decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Spawned with a delay that is not over.
    Delayed,
    /// Spawned, never run yet.
    Fresh,
    Ready,
    Running,
    Parked,
}

impl Phase {
    fn from_u8(n: u8) -> Phase {
        [Phase::Delayed, Phase::Fresh, Phase::Ready, Phase::Running, Phase::Parked][n as usize]
    }
}

/// The typed half of a greenlet.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) core: Vtable,
    /// Runs the closure (or drops it, when killed before), keeps the result. Runs on the greenlet's own stack and
    /// never unwinds.
    pub(crate) run: unsafe fn(NonNull<Control>) -> Exit,
    /// Drops a result that was abandoned before it was there. Runs on the greenlet's own stack and never unwinds.
    pub(crate) discard: unsafe fn(NonNull<Control>),
}

/// The state of `timeout` and `shield` around the running code, of a greenlet or of an OS thread; `wait::cancel` works on it.
#[derive(Debug)]
pub(crate) struct Cancellation {
    /// The innermost `timeout` frame within the innermost `shield`.
    pub(crate) frames: Cell<*const Frame>,
    /// How many `shield`s are around the running code.
    pub(crate) shields: Cell<u32>,
    /// A cancellation has begun to unwind, or a panic was seen to, and was not seen to end.
    pub(crate) unwinding: Cell<bool>,
    /// How many payloads of cancellations there are: each unwinds, or has been caught and may go on.
    pub(crate) payloads: Cell<u16>,
}

/// One `timeout`, on the stack of its caller.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) deadline: u64,
    pub(crate) outer: *const Frame,
    /// It was entered while unwinding: no second unwinding may start, so it cuts calls short by an error.
    pub(crate) late: bool,
    /// A blocking call has answered with an error because of this frame.
    pub(crate) answered: Cell<bool>,
}

impl Cancellation {
    pub(crate) const fn new() -> Cancellation {
        Cancellation {
            frames: Cell::new(ptr::null()),
            shields: Cell::new(0),
            unwinding: Cell::new(false),
            payloads: Cell::new(0),
        }
    }
}

/// The fields of a control block that belong to whoever has the greenlet.
pub(crate) struct Own {
    /// The worker that runs it now; rewritten at each resume. Null before the first.
    pub(crate) worker: Cell<*const Worker>,
    pub(crate) fiber: UnsafeCell<Option<Fiber>>,
    /// Where the guard of its stack begins and ends, and the bytes usable above: for the overflow handler.
    pub(crate) guard: Cell<Guard>,
    /// The way off its stack; set by its own first instructions.
    pub(crate) suspender: Cell<Option<Suspender>>,
    /// A stack of a size of its own, until the first run moves it into the fiber.
    pub(crate) stack: Cell<Option<Stack>>,
    pub(crate) cancel: Cancellation,
    /// How many panics are under way in it, as std counts them, while it is not running.
    pub(crate) panics: Cell<usize>,
    /// Its `greenlet_local!` values.
    pub(crate) locals: UnsafeCell<Locals>,
    /// What scoped values are bound to, for the code it runs now.
    pub(crate) bindings: Cell<Bindings>,
    /// Its first run is put off by a timer, which may be set still when a kill makes it run early.
    pub(crate) put_off: Cell<bool>,
    /// It was sent to its worker by another, and is counted there as `assigned`.
    pub(crate) assigned: Cell<bool>,
    /// Whether the stack it will run on is of the default size, so that it holds a reservation.
    pub(crate) default_stack: bool,
    /// What it parks with on a scheduler that is not ours; set by its own first instructions, there for good.
    #[cfg(feature = "may")]
    pub(crate) berth: OnceCell<Box<dyn Any + Send + Sync>>,
}

#[repr(C)]
pub(crate) struct Control {
    core: Core,
    body: &'static Body,
    /// This block as its allocation gave it out: what is derived from it may reach the typed part and free the whole.
    whole: Cell<*const Control>,
    /// Under the lock of the wheel it is in.
    timer: TimerNode,
    /// The wait that the timer ends; under the same lock.
    pub(crate) timer_ticket: Cell<Option<Ticket>>,
    /// The worker whose wheel it is in.
    pub(crate) timer_worker: Cell<u32>,
    /// Nanoseconds to wait before the first run; for the worker that takes it out of its inbox.
    pub(crate) delay_until: Cell<u64>,
    next_in_inbox: AtomicPtr<Control>,
    pub(crate) own: Own,
    /// Index of the worker this greenlet is tied to, `HOMELESS` while it may run anywhere.
    home: AtomicU32,
    /// The registry shard it is listed in, and its neighbours there, under that shard's lock.
    pub(crate) shard: u32,
    pub(crate) siblings: Cell<(*const Control, *const Control)>,
    pub(crate) exit: ExitCell,
    phase: AtomicU8,
    reason: AtomicU8,
    /// The fd or the greenlet it waits for.
    subject: AtomicU64,
    since: AtomicU64,
    pub(crate) id: GreenletId,
    pub(crate) name: Option<Box<str>>,
    pub(crate) site: &'static Location<'static>,
    pub(crate) scheduler: Scheduler,
    visitor: bool,
    /// Changed by the greenlet's own end only, under the lock; read by others under the lock.
    parent: UnsafeCell<Option<ControlRef>>,
    parent_lock: Mutex<()>,
}

pub(crate) const HOMELESS: u32 = u32::MAX;

// SAFETY: see the module's documentation for who touches which field; the cells are handed over with the greenlet,
// or are guarded by the lock their comment names.
unsafe impl Send for Control {}
// SAFETY: as above.
unsafe impl Sync for Control {}

// SAFETY: a control block has one link, and it lies in one inbox at most: only the notifier that found it asleep,
// or its spawner, puts it there.
unsafe impl Linked for Control {
    unsafe fn link(item: *mut Control) -> *const AtomicPtr<Control> {
        // SAFETY: valid, says the caller.
        unsafe { &raw const (*item).next_in_inbox }
    }
}

/// What a new control block needs to know.
pub(crate) struct Profile {
    pub(crate) id: GreenletId,
    pub(crate) name: Option<Box<str>>,
    pub(crate) site: &'static Location<'static>,
    pub(crate) parent: Option<ControlRef>,
    pub(crate) bindings: Bindings,
    pub(crate) stack: Option<Stack>,
    pub(crate) shard: u32,
    /// Tied to this worker from the start. For a coroutine of may's: the worker that looks after its I/O and timers.
    pub(crate) home: u32,
    pub(crate) scheduler: Scheduler,
    /// It is no greenlet, but a coroutine that may runs for somebody else.
    pub(crate) visitor: bool,
}

impl Control {
    /// A block with two references: the scheduler's and the handle's.
    pub(crate) fn new(body: &'static Body, profile: Profile) -> Control {
        let default_stack = profile.stack.is_none();
        Control {
            core: Core::new(&body.core, 2),
            body,
            whole: Cell::new(ptr::null()),
            timer: TimerNode::new(),
            timer_ticket: Cell::new(None),
            timer_worker: Cell::new(0),
            delay_until: Cell::new(0),
            next_in_inbox: AtomicPtr::new(ptr::null_mut()),
            own: Own {
                worker: Cell::new(ptr::null()),
                fiber: UnsafeCell::new(None),
                guard: Cell::new(Guard::default()),
                suspender: Cell::new(None),
                stack: Cell::new(profile.stack),
                cancel: Cancellation::new(),
                panics: Cell::new(0),
                locals: UnsafeCell::default(),
                bindings: Cell::new(profile.bindings),
                put_off: Cell::new(false),
                assigned: Cell::new(false),
                default_stack,
                #[cfg(feature = "may")]
                berth: OnceCell::new(),
            },
            home: AtomicU32::new(profile.home),
            shard: profile.shard,
            siblings: Cell::new((ptr::null(), ptr::null())),
            exit: ExitCell::new(),
            phase: AtomicU8::new(Phase::Fresh as u8),
            reason: AtomicU8::new(Reason::Other as u8),
            subject: AtomicU64::new(0),
            since: AtomicU64::new(0),
            id: profile.id,
            name: profile.name,
            site: profile.site,
            scheduler: profile.scheduler,
            visitor: profile.visitor,
            parent: UnsafeCell::new(profile.parent),
            parent_lock: Mutex::new(()),
        }
    }

    /// Tells the block where it lies, before anybody else knows of it.
    ///
    /// # Safety
    /// `control` is valid and has the provenance of its whole allocation.
    pub(crate) unsafe fn place(control: NonNull<Control>) {
        // SAFETY: valid, says the caller.
        unsafe { control.as_ref() }.whole.set(control.as_ptr());
    }

    pub(crate) fn whole(&self) -> NonNull<Control> {
        // SAFETY: set by `place` before the block was shown to anybody.
        unsafe { NonNull::new_unchecked(self.whole.get().cast_mut()) }
    }

    /// Whether this is a greenlet's: a coroutine that may runs for somebody else has one, too.
    pub(crate) fn is_greenlet(&self) -> bool {
        !self.visitor
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Runs the typed half.
    ///
    /// # Safety
    /// On the greenlet's own stack, once.
    pub(crate) unsafe fn run(&self) -> Exit {
        // SAFETY: handed on to the caller; the block heads the object its body expects.
        unsafe { (self.body.run)(self.whole()) }
    }

    /// Drops the abandoned result.
    ///
    /// # Safety
    /// On the greenlet's own stack, after `run`, if `ExitCell::end` says so.
    pub(crate) unsafe fn discard(&self) {
        // SAFETY: as in `run`.
        unsafe { (self.body.discard)(self.whole()) }
    }

    pub(crate) fn timer_node(&self) -> NonNull<TimerNode> {
        // SAFETY: stepping to a field of the same allocation.
        unsafe { self.whole().byte_add(std::mem::offset_of!(Control, timer)).cast() }
    }

    pub(crate) fn home(&self) -> u32 {
        self.home.load(Ordering::Relaxed)
    }

    pub(crate) fn settle(&self, worker: u32) {
        // Relaxed: wakers read it after they found the greenlet asleep, which the park state publishes.
        self.home.store(worker, Ordering::Relaxed);
    }

    pub(crate) fn phase(&self) -> Phase {
        Phase::from_u8(self.phase.load(Ordering::Relaxed))
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// What the greenlet waits for, the fd or greenlet concerned, and since when (nanoseconds).
    pub(crate) fn waits_for(&self) -> (Reason, u64, u64) {
        let reason = REASONS[self.reason.load(Ordering::Relaxed) as usize];
        (reason, self.subject.load(Ordering::Relaxed), self.since.load(Ordering::Relaxed))
    }

    pub(crate) fn set_waits_for(&self, reason: Reason, subject: u64, since: u64) {
        self.reason.store(reason as u8, Ordering::Relaxed);
        self.subject.store(subject, Ordering::Relaxed);
        self.since.store(since, Ordering::Relaxed);
    }

    /// The control block whose timer node this is.
    ///
    /// # Safety
    /// `node` is the `timer` field of a live control block.
    pub(crate) unsafe fn of_timer(node: NonNull<TimerNode>) -> NonNull<Control> {
        // SAFETY: stepping back from a field to its struct, inside one allocation, says the caller.
        unsafe { node.byte_sub(std::mem::offset_of!(Control, timer)).cast() }
    }

    /// The greenlet that spawned this one, if it is known still.
    pub(crate) fn parent(&self) -> Option<ControlRef> {
        let _guard = self.parent_lock.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: not changed while we hold the lock.
        unsafe { (*self.parent.get()).clone() }
    }

    /// At the end of this greenlet: lets go of a parent that is gone too. So a chain of greenlets, each spawning the
    /// next and ending, does not keep itself alive.
    ///
    /// # Safety
    /// By the worker that has the greenlet.
    pub(crate) unsafe fn forget_dead_parent(&self) {
        // SAFETY: nobody but us changes it, so it can be read without the lock.
        let parent = unsafe { &*self.parent.get() };
        if parent.as_ref().is_some_and(|parent| parent.exit.get().is_some()) {
            let guard = self.parent_lock.lock().unwrap_or_else(PoisonError::into_inner);
            // SAFETY: under the lock nobody reads it; `parent` above is not used any more.
            let dead = unsafe { (*self.parent.get()).take() };
            drop(guard);
            drop(dead);
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // One after the other, not each inside the last: the line of ancestors may be longer than the stack is deep.
        let mut next = self.parent.get_mut().take();
        while let Some(parent) = next {
            next = parent.release();
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A counted reference to a control block.
#[derive(Clone)]
pub(crate) struct ControlRef(CoreRef);

impl ControlRef {
    /// Makes a new reference.
    pub(crate) fn share(control: &Control) -> ControlRef {
        // SAFETY: a control block's core is its first field, and its vtable expects a control block.
        ControlRef(unsafe { CoreRef::share(control.whole().cast()) })
    }

    /// Takes over one reference.
    ///
    /// # Safety
    /// `control` is live and the caller gives up a reference.
    pub(crate) unsafe fn from_raw(control: NonNull<Control>) -> ControlRef {
        // SAFETY: as above, and says the caller.
        ControlRef(unsafe { CoreRef::from_raw(control.cast()) })
    }

    pub(crate) fn into_raw(self) -> NonNull<Control> {
        self.0.into_raw().cast()
    }

    pub(crate) fn into_core(self) -> CoreRef {
        self.0
    }

    pub(crate) fn as_ptr(&self) -> NonNull<Control> {
        self.0.as_ptr().cast()
    }

    pub(crate) fn kill(&self) {
        self.0.kill();
    }

    pub(crate) fn unpark(&self) {
        self.0.unpark();
    }

    /// Drops the reference; if it was the last one, answers that greenlet's parent.
    fn release(self) -> Option<ControlRef> {
        let mut parent = None;
        self.0.release(|core| {
            // SAFETY: the core of a control block is its first field, and the block is not freed before this returns.
            let control: &Control = unsafe { core.cast().as_ref() };
            // SAFETY: that was the last reference, so nobody else is there to look at it.
            parent = unsafe { (*control.parent.get()).take() };
        });
        parent
    }
}

impl std::ops::Deref for ControlRef {
    type Target = Control;

    fn deref(&self) -> &Control {
        // SAFETY: alive by our reference.
        unsafe { self.as_ptr().as_ref() }
    }
}

impl fmt::Debug for ControlRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
