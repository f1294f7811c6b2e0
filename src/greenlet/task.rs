//! A greenlet's typed half: its closure, its result, and the control block before them.
//!
//! Uses `runtime` and `wait`.
//!
//! ```text
//! Task<F, T>   ┌─ Head<T> ───────────────────────┬─────────┐
//!              │ Control          │ output        │ closure │
//!              └──────────────────┴───────────────┴─────────┘
//!                scheduler sees     Greenlet<T> sees
//! ```
//!
//! The closure is consumed by the one run. The output is written by the run and taken by the handle; whichever of the
//! two comes last drops what is left of it, at a moment when it is known to be alive: neither is dropped with the memory,
//! which a `GreenletRef` may keep for longer than what they borrow.

use std::any::Any;
use std::cell::UnsafeCell;
use std::io;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::ptr::NonNull;

use super::handle::{JoinError, panic_text};
use crate::runtime::bindings::Bindings;
use crate::runtime::control::{Body, Control, ControlRef, GreenletId, HOMELESS, Profile};
use crate::runtime::core::{Core, Vtable};
use crate::runtime::exit::Exit;
use crate::runtime::{self, Scheduler, worker};
#[cfg(feature = "may")]
use crate::wait::may;
use crate::wait::{cancel, context};

#[repr(C)]
struct Task<F, T> {
    head: Head<T>,
    closure: UnsafeCell<ManuallyDrop<F>>,
}

#[repr(C)]
struct Head<T> {
    control: Control,
    output: UnsafeCell<ManuallyDrop<Option<Result<T, JoinError>>>>,
}

/// What `spawn` can be told.
pub(crate) struct Options {
    pub(crate) name: Option<Box<str>>,
    pub(crate) stack_size: Option<usize>,
    /// Stay on this worker from the start.
    pub(crate) local: bool,
    /// Not to run before this moment (0: at once).
    pub(crate) due: u64,
    /// `None`: the program's default.
    #[cfg(feature = "may")]
    pub(crate) scheduler: Option<Scheduler>,
    pub(crate) site: &'static Location<'static>,
}

impl Options {
    pub(crate) fn at(site: &'static Location<'static>) -> Options {
        Options {
            name: None,
            stack_size: None,
            local: false,
            due: 0,
            #[cfg(feature = "may")]
            scheduler: None,
            site,
        }
    }
}

/// The owner of a greenlet's result.
pub(crate) struct Owner<T> {
    control: ControlRef,
    /// As a `T` that another thread makes, and we drop.
    marker: PhantomData<T>,
}

/// Makes a greenlet of `f` and queues it.
///
/// # Safety
/// What `f` and `T` borrow outlives the greenlet and this `Owner`. Unless `options.local`, both may be sent to another thread.
pub(crate) unsafe fn spawn<F, T>(f: F, options: Options) -> io::Result<Owner<T>>
where
    F: FnOnce() -> T,
{
    let here = worker::here();
    let runtime = match here {
        Some(worker) => worker.runtime,
        None => runtime::try_get()?,
    };
    #[cfg(feature = "may")]
    if !options.local && options.scheduler.unwrap_or(runtime.scheduler) == Scheduler::May {
        // SAFETY: passed on to the caller.
        return unsafe { spawn_on_may(f, options, runtime) };
    }
    let stack = match (options.stack_size, here) {
        (Some(bytes), _) => Some(runtime.stacks.custom(bytes)?),
        (None, Some(worker)) => {
            // SAFETY: this thread's own cache, borrowed for this one call.
            unsafe { &mut *worker.stacks.get() }.credit(&runtime.stacks)?;
            None
        }
        (None, None) => {
            runtime.stacks.reserve(1)?;
            None
        }
    };
    let profile = Profile {
        id: GreenletId(here.map_or_else(|| runtime::new_id().get(), worker::Worker::new_id)),
        name: options.name,
        site: options.site,
        parent: context::greenlet().map(ControlRef::share),
        bindings: context::bindings(Bindings::copy),
        stack,
        scheduler: Scheduler::Vervet,
        visitor: false,
        shard: here.map_or(runtime.shard_elsewhere(), |worker| worker.index),
        home: match here {
            Some(worker) if options.local => worker.index,
            _ => HOMELESS,
        },
    };
    let (scheduler, handle) = make::<F, T>(f, Typed::<F, T>::BODY, profile);
    // SAFETY: new, and made for this worker's shard, or the common one.
    unsafe { runtime.admit(&scheduler, here) };
    if options.due == 0 {
        // SAFETY: nobody else knows of it, so it is ours to queue, with the scheduler's reference.
        unsafe { worker::schedule(scheduler.into_raw().cast()) };
    } else {
        worker::schedule_later(scheduler, options.due);
    }
    Ok(Owner { control: handle, marker: PhantomData })
}

/// As `spawn`, on may's scheduler.
///
/// # Safety
/// As `spawn`, and the greenlet bears to be moved between threads.
#[cfg(feature = "may")]
unsafe fn spawn_on_may<F, T>(
    f: F,
    options: Options,
    runtime: &'static runtime::Runtime,
) -> io::Result<Owner<T>>
where
    F: FnOnce() -> T,
{
    let opening = may::Opening::find(runtime, options.stack_size)?;
    let home = runtime.any_index();
    let profile = Profile {
        id: GreenletId(runtime::new_id().get()),
        name: options.name,
        site: options.site,
        parent: context::greenlet().map(ControlRef::share),
        bindings: context::bindings(Bindings::copy),
        stack: None,
        shard: home,
        home,
        scheduler: Scheduler::May,
        visitor: false,
    };
    let (scheduler, handle) = make::<F, T>(f, Typed::<F, T>::BODY_ON_MAY, profile);
    // SAFETY: new, and made for that worker's shard.
    unsafe { runtime.admit(&scheduler, None) };
    let owner = Owner { control: handle, marker: PhantomData };
    opening.start(scheduler, options.due)?;
    Ok(owner)
}

/// A greenlet that nobody knows of yet: the scheduler's reference and the handle's.
fn make<F, T>(f: F, body: &'static Body, profile: Profile) -> (ControlRef, ControlRef) {
    let task = Box::new(Task {
        head: Head::<T> {
            control: Control::new(body, profile),
            output: UnsafeCell::new(ManuallyDrop::new(None)),
        },
        closure: UnsafeCell::new(ManuallyDrop::new(f)),
    });
    let control: NonNull<Control> = NonNull::from(Box::leak(task)).cast();
    // SAFETY: the pointer comes from the whole allocation; the control block is its first field. The block is new, and
    // lives until both its references are gone.
    unsafe {
        Control::place(control);
        (ControlRef::from_raw(control), ControlRef::from_raw(control))
    }
}

struct Typed<F, T>(PhantomData<(F, T)>);

impl<F: FnOnce() -> T, T> Typed<F, T> {
    const BODY: &'static Body = &Body {
        core: Vtable { schedule: worker::schedule, free: free::<F, T> },
        run: run::<F, T>,
        discard: discard::<T>,
    };

    #[cfg(feature = "may")]
    const BODY_ON_MAY: &'static Body = &Body {
        core: Vtable { schedule: may::unpark, free: free::<F, T> },
        run: run::<F, T>,
        discard: discard::<T>,
    };
}

/// # Safety
/// `control` heads a `Task<F, T>`; on the greenlet's own stack; once.
unsafe fn run<F: FnOnce() -> T, T>(control: NonNull<Control>) -> Exit {
    // SAFETY: says the caller; the scheduler's reference keeps it alive.
    let task: &Task<F, T> = unsafe { control.cast().as_ref() };
    let control = &task.head.control;
    // SAFETY: only this one run touches the closure.
    let closure = unsafe { ManuallyDrop::take(&mut *task.closure.get()) };
    let result = if control.core().park.is_killed() {
        drop_quietly(closure);
        Err(JoinError::Killed)
    } else {
        // AssertUnwindSafe: whoever joins learns of the panic, as with a thread.
        catch_unwind(AssertUnwindSafe(closure)).map_err(|payload| {
            if cancel::is_kill(&*payload) { JoinError::Killed } else { JoinError::Panicked(payload) }
        })
    };
    let exit = match &result {
        Ok(_) => Exit::Finished,
        Err(JoinError::Killed) => Exit::Killed,
        Err(JoinError::Panicked(_)) => Exit::Panicked,
    };
    // SAFETY: until STORED is set, the output is the run's.
    unsafe { **task.head.output.get() = Some(result) };
    exit
}

/// # Safety
/// `control` heads a `Head<T>` whose run is over and whose owner has abandoned it before.
unsafe fn discard<T>(control: NonNull<Control>) {
    // SAFETY: live, says the caller.
    let control = unsafe { control.as_ref() };
    // SAFETY: the owner came too early to take it, so it is ours.
    if let Err(error) = unsafe { take_output::<T>(control, false) } {
        give_up(control, error);
    }
}

/// Takes the output out; or drops a value and answers only an error, if `wanted` is not set.
///
/// # Safety
/// `control` heads a `Head<T>`. It has ended, and the output is the caller's: the owner's, or, if he abandoned it
/// before the end, the greenlet's own.
unsafe fn take_output<T>(control: &Control, wanted: bool) -> Result<Option<T>, JoinError> {
    let head: NonNull<Head<T>> = control.whole().cast();
    // SAFETY: says the caller; nobody else touches it at the same time.
    let output = unsafe { (**(*head.as_ptr()).output.get()).take() };
    match output {
        Some(Ok(value)) if wanted => Ok(Some(value)),
        Some(Ok(value)) => {
            drop_quietly(value);
            Ok(None)
        }
        Some(Err(error)) => Err(error),
        None => Ok(None),
    }
}

/// Drops what a greenlet leaves behind: its destructor may block, no kill reaches it, and its panic ends here.
fn drop_quietly<T>(value: T) {
    runtime::contain(|| cancel::shielded(|| drop(value)));
}

/// What becomes of an error that nobody has asked for. Each greenlet's comes here once at most: from its end, or from its
/// owner's, whichever is later.
fn give_up(control: &Control, error: JoinError) {
    let JoinError::Panicked(payload) = error else { return };
    if !control.exit.is_answered_for() {
        // The logger is foreign code as well, and may block.
        runtime::contain(|| cancel::shielded(|| log_panic(control, &*payload)));
    }
    drop_quietly(payload);
}

fn log_panic(control: &Control, payload: &(dyn Any + Send)) {
    let text = panic_text(payload).unwrap_or("no text");
    let name = control.name.as_deref().unwrap_or("unnamed");
    log::error!("detached greenlet {} '{name}', spawned at {}, panicked: {text}", control.id, control.site);
}

/// # Safety
/// `core` heads a `Task<F, T>` to which no reference is left.
unsafe fn free<F, T>(core: NonNull<Core>) {
    // SAFETY: made by `Box::leak` in `spawn`, and nobody else's any more.
    drop(unsafe { Box::from_raw(core.cast::<Task<F, T>>().as_ptr()) });
}

impl<T> Owner<T> {
    pub(crate) fn control(&self) -> &ControlRef {
        &self.control
    }

    /// Takes the result of a greenlet that has been released. `None`: it was taken before.
    pub(crate) fn take(&mut self) -> Option<Result<T, JoinError>> {
        debug_assert!(self.control.exit.is_released(), "joined before its end");
        // SAFETY: it has ended, and we are the owner.
        unsafe { take_output(&self.control, true) }.transpose()
    }

    /// As `take`, and ends the ownership without the formalities of a drop.
    pub(crate) fn into_output(mut self) -> Option<Result<T, JoinError>> {
        let output = self.take();
        let owner = ManuallyDrop::new(self);
        // SAFETY: read once, and the owner is not dropped.
        drop(unsafe { std::ptr::read(&owner.control) });
        output
    }
}

impl<T> Drop for Owner<T> {
    fn drop(&mut self) {
        if self.control.exit.abandon() {
            // SAFETY: it has ended, and we are the owner.
            if let Err(error) = unsafe { take_output::<T>(&self.control, false) } {
                give_up(&self.control, error);
            }
        }
    }
}
