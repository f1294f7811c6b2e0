//! Lua's coroutine: runs when it is resumed, until it suspends itself.
//!
//! Uses `chain`, `stack` and `store`.
//!
//! ```text
//!   resume(v)  ── Some(&v) ───────>  suspend(..) returns v
//!   close()    ── None ───────────>  suspend(..) unwinds, to the bottom of the stack, where that is caught
//!   Yielded(y) <── y ──────────────  suspend(y)
//!   Returned   <── outcome ────────  the body is over, or has panicked
//! ```

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::thread;

use corosensei::CoroutineResult;

use super::body::Unstarted;
use super::builder::Builder;
use super::chain;
use super::fiber::Guard;
use super::head::{CoroutineId, Head, Kind, Life};
use super::stack::Stack;
use super::state::{CloseError, ResumeError, State, Status};
use super::store;
use super::yielder::{CLOSED, Closing, Order, Yielder};

/// Closures beyond this many bytes are put on the heap, not on the coroutine's stack.
const LARGE: usize = 1024;

/// A function that stops in the middle, and goes on when it is resumed.
///
/// Lua's coroutine, with types: `In` is what [`resume`](Coroutine::resume) hands in, `Yield` what the body hands out when it
/// [suspends](Yielder::suspend) itself, `Ret` what it returns. The first `resume` passes the body its argument.
///
/// All methods take `&self`, so a coroutine may be shared (in an `Rc`) with its own body, which may ask for its status. See the
/// [module](super) for what happens in greenlets, on a panic, and on drop.
///
/// # Examples
/// ```
/// use vervet::coroutine::{Coroutine, State, Yielder};
///
/// // Suspends out of any function that it calls.
/// fn words(text: &str, yielder: &Yielder<(), String>) {
///     for word in text.split(' ') {
///         yielder.suspend(word.to_owned());
///     }
/// }
/// let co = Coroutine::new(|yielder, ()| words("green monkeys", yielder));
/// assert_eq!(co.resume(()).unwrap(), State::Yielded("green".to_owned()));
/// assert_eq!(co.resume(()).unwrap(), State::Yielded("monkeys".to_owned()));
/// assert_eq!(co.resume(()).unwrap(), State::Returned(()));
/// ```
///
/// It stays on its thread:
/// ```compile_fail,E0277
/// fn assert_send<T: Send>(_: T) {}
/// assert_send(vervet::coroutine::Coroutine::<(), (), ()>::new(|_, ()| ()));
/// ```
#[must_use = "a coroutine does nothing until it is resumed"]
pub struct Coroutine<In: 'static, Yield: 'static, Ret: 'static> {
    /// `None` once it is dead. Borrowed by whoever has it in the chain, and nobody else.
    fiber: UnsafeCell<Option<Fiber<In, Yield>>>,
    /// Does not move: its stack and the chain point to it.
    inner: Box<Inner<Ret>>,
    /// What its stack holds need not be `Send`.
    marker: PhantomData<*mut ()>,
}

type Fiber<In, Yield> = corosensei::Coroutine<Order<In>, Yield, (), Stack>;

struct Inner<Ret> {
    head: Head,
    /// What the body left behind.
    outcome: Cell<Option<thread::Result<Ret>>>,
    /// What came out of the destructor of a closure that never ran.
    stray: Cell<Option<Box<dyn Any + Send>>>,
}

impl<In: 'static, Yield: 'static, Ret: 'static> Coroutine<In, Yield, Ret> {
    /// A coroutine that will run `body` when it is first resumed, with what that passes.
    ///
    /// # Panics
    /// If there is no memory for its stack; [`Builder::coroutine`] returns an error then.
    #[doc(alias = "create")]
    pub fn new<F>(body: F) -> Coroutine<In, Yield, Ret>
    where
        F: FnOnce(&Yielder<In, Yield>, In) -> Ret + 'static,
    {
        Builder::new().coroutine(body).unwrap_or_else(|error| panic!("no coroutine can be made: {error}"))
    }

    /// A function that resumes a new coroutine, for those who do not need the rest: Lua's `wrap`.
    ///
    /// # Panics
    /// As [`Coroutine::new`]. The function panics if the coroutine is not suspended.
    ///
    /// # Examples
    /// ```
    /// use vervet::coroutine::{Coroutine, State};
    ///
    /// let next = Coroutine::wrap(|yielder, ()| {
    ///     yielder.suspend(1);
    ///     2
    /// });
    /// assert_eq!(next(()), State::Yielded(1));
    /// assert_eq!(next(()).into_inner(), 2);
    /// ```
    pub fn wrap<F>(body: F) -> impl Fn(In) -> State<Yield, Ret>
    where
        F: FnOnce(&Yielder<In, Yield>, In) -> Ret + 'static,
    {
        let coroutine = Coroutine::new(body);
        move |value| coroutine.resume(value).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(super) fn with_stack<F>(stack: Stack, name: Option<Box<str>>, body: F) -> Coroutine<In, Yield, Ret>
    where
        F: FnOnce(&Yielder<In, Yield>, In) -> Ret + 'static,
    {
        if size_of::<F>() > LARGE {
            Coroutine::make(stack, name, Box::new(body))
        } else {
            Coroutine::make(stack, name, body)
        }
    }

    fn make<F>(stack: Stack, name: Option<Box<str>>, body: F) -> Coroutine<In, Yield, Ret>
    where
        F: FnOnce(&Yielder<In, Yield>, In) -> Ret + 'static,
    {
        chain::prepare_thread();
        let head = Head::new(Kind::Coroutine, name, Life::Suspended);
        head.set_guard(Guard::of(&stack));
        let inner = Box::new(Inner { head, outcome: Cell::new(None), stray: Cell::new(None) });
        let here: *const Inner<Ret> = &*inner;
        let unstarted = Unstarted::new(body, &inner.stray);
        let fiber = corosensei::Coroutine::with_stack(stack, move |raw, first| {
            let body = unstarted.into_body();
            // SAFETY: the box goes after the fiber, and does not move.
            let inner = unsafe { &*here };
            let yielder = Yielder::new(raw, &inner.head);
            let Some(first) = first else { return };
            // SAFETY: as in `suspend`.
            let first = unsafe { first.read() };
            // AssertUnwindSafe: the panic goes on in whoever has resumed us.
            let outcome = catch_unwind(AssertUnwindSafe(|| body(&yielder, first)));
            inner.outcome.set(Some(outcome));
        });
        Coroutine { fiber: UnsafeCell::new(Some(fiber)), inner, marker: PhantomData }
    }

    /// Lets it run until it suspends itself or is over. The first time, `value` is its argument; then it is what
    /// [`Yielder::suspend`] returns.
    ///
    /// # Errors
    /// If it is not suspended: it is dead, or active already. Hands the value back.
    ///
    /// # Panics
    /// With what the body panics with. The coroutine is dead then.
    ///
    /// # Cancellation
    /// Blocks here: only if the body does. A kill that unwinds the body goes on in the caller.
    #[inline(always)]
    pub fn resume(&self, value: In) -> Result<State<Yield, Ret>, ResumeError<In>> {
        if !self.inner.head.enter_first() {
            return self.resume_inside(value);
        }
        let value = ManuallyDrop::new(value);
        // SAFETY: it was entered.
        match unsafe { self.switch_to(Some(NonNull::from(&*value))) } {
            Some(value) => Ok(State::Yielded(value)),
            None => Ok(self.returned()),
        }
    }

    /// As `resume`, inside of another, and for the other cases that are not usual.
    #[inline(never)]
    fn resume_inside(&self, value: In) -> Result<State<Yield, Ret>, ResumeError<In>> {
        let head = &self.inner.head;
        if !head.enter() {
            return Err(ResumeError::new(self.status(), value));
        }
        let value = ManuallyDrop::new(value);
        // SAFETY: it was entered.
        let left = unsafe { self.switch_to(Some(NonNull::from(&*value))) };
        head.leave();
        Ok(left.map_or_else(|| self.returned(), State::Yielded))
    }

    /// Its body has just ended.
    #[cold]
    fn returned(&self) -> State<Yield, Ret> {
        State::Returned(self.over().unwrap_or_else(|payload| resume_unwind(payload)))
    }

    /// Where it is in its life, as seen by the caller.
    pub fn status(&self) -> Status {
        let head = &self.inner.head;
        match head.life.get() {
            _ if head.is_running() => Status::Running,
            Life::Suspended => Status::Suspended,
            Life::Active => Status::Normal,
            Life::Dead => Status::Dead,
        }
    }

    /// Whether its code, where it is now, is not in a place where it
    /// [cannot be suspended](super#where-a-coroutine-cannot-be-suspended). As in Lua, that says nothing about its status.
    ///
    /// [`coroutine::is_yieldable`](super::is_yieldable()) asks for the running one.
    pub fn is_yieldable(&self) -> bool {
        let head = &self.inner.head;
        !(head.is_held() || head.is_running() && head.is_unwinding())
    }

    /// Its number.
    pub fn id(&self) -> CoroutineId {
        self.inner.head.id
    }

    /// The name that its [`Builder`] was given.
    pub fn name(&self) -> Option<&str> {
        self.inner.head.name.as_deref()
    }

    /// Ends it where it is suspended: unwinds its stack, so that destructors run. Does nothing to one that is dead already.
    ///
    /// A body that catches the unwinding and goes on is unwound again where it next suspends itself; what it returns is
    /// dropped.
    ///
    /// # Errors
    /// If it is active; or if nothing can be unwound in this program.
    ///
    /// # Panics
    /// With what the body panics with, if it catches the unwinding and then does so.
    ///
    /// # Cancellation
    /// Blocks here: only if destructors do. They are not interrupted.
    ///
    /// # Examples
    /// ```
    /// use vervet::coroutine::{Coroutine, Status};
    ///
    /// struct Lamp;
    /// impl Drop for Lamp {
    ///     fn drop(&mut self) {
    ///         println!("off");
    ///     }
    /// }
    /// let co = Coroutine::<(), (), ()>::new(|yielder, ()| {
    ///     let _lamp = Lamp;
    ///     yielder.suspend(());
    ///     unreachable!("it is closed here");
    /// });
    /// co.resume(()).unwrap();
    /// co.close().unwrap();
    /// assert_eq!(co.status(), Status::Dead);
    /// ```
    pub fn close(&self) -> Result<(), CloseError> {
        match self.status() {
            Status::Dead => Ok(()),
            active @ (Status::Running | Status::Normal) => Err(CloseError::Active(active)),
            // SAFETY: it is suspended.
            Status::Suspended => match unsafe { self.end() } {
                Ok(unwound) => unwound,
                Err(payload) => resume_unwind(payload),
            },
        }
    }

    /// Lets it go on. `None`: the body is over, and `over` has to be called.
    ///
    /// # Safety
    /// It was suspended, and has been entered.
    #[inline(always)]
    unsafe fn switch_to(&self, order: Order<In>) -> Option<Yield> {
        // SAFETY: it was suspended, so there is a fiber; it is in the chain now, so nobody else borrows it.
        match unsafe { (*self.fiber.get()).as_mut().unwrap_unchecked() }.resume(order) {
            CoroutineResult::Yield(value) => Some(value),
            CoroutineResult::Return(()) => None,
        }
    }

    /// Buries it after its body has ended, and answers how that was.
    #[cold]
    fn over(&self) -> thread::Result<Ret> {
        self.bury();
        self.inner.outcome.take().expect("a body that is over has left its outcome")
    }

    /// Gives back the stack.
    fn bury(&self) {
        self.inner.head.die();
        // SAFETY: it does not run, and nobody else borrows it.
        let fiber = unsafe { (*self.fiber.get()).take() };
        if let Some(fiber) = fiber {
            store::give(fiber.into_stack());
        }
    }

    /// Ends it before its time. `Err`: with a panic.
    ///
    /// # Safety
    /// It is suspended.
    #[cold]
    unsafe fn end(&self) -> thread::Result<Result<(), CloseError>> {
        let head = &self.inner.head;
        // SAFETY: there is a fiber, as it is suspended, and nobody else borrows it.
        let fiber = unsafe { (*self.fiber.get()).as_mut().unwrap_unchecked() };
        if !fiber.started() {
            head.life.set(Life::Active);
            // Drops the body, where it lies.
            fiber.force_unwind();
            self.bury();
            return self.inner.stray.take().map_or(Ok(Ok(())), Err);
        }
        if cfg!(panic = "abort") {
            head.die();
            // SAFETY: as above.
            let fiber = unsafe { (*self.fiber.get()).take() };
            // Forgotten with its stack and all that lies on that: nothing of it is used after its end.
            mem::forget(fiber);
            return Ok(Err(CloseError::NoUnwinding));
        }
        head.set_closing();
        let entered = head.enter();
        debug_assert!(entered, "it is suspended");
        // SAFETY: it is suspended, and was entered. One that is being closed does not suspend itself.
        let suspended = unsafe { self.switch_to(None) };
        head.leave();
        assert!(suspended.is_none(), "{CLOSED}");
        match self.over() {
            Ok(_) => Ok(Ok(())),
            Err(payload) if payload.is::<Closing>() => Ok(Ok(())),
            Err(payload) => Err(payload),
        }
    }
}

impl<In: 'static, Yield: 'static, Ret: 'static> Drop for Coroutine<In, Yield, Ret> {
    /// Unwinds it, as `close`. It cannot be active: whoever has resumed it borrows it.
    fn drop(&mut self) {
        if self.inner.head.life.get() == Life::Suspended
            // SAFETY: it is suspended.
            && let Err(payload) = unsafe { self.end() }
            && !std::thread::panicking()
        {
            resume_unwind(payload);
        }
    }
}

impl<In: 'static, Yield: 'static, Ret: 'static> fmt::Debug for Coroutine<In, Yield, Ret> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coroutine")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
