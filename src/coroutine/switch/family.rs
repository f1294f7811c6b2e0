//! A family of switches: who runs, and the loop that hands control from one to the next.
//!
//! Uses `chain`, `stack` and `store` of `coroutine`.
//!
//! ```text
//!   main's stack:  switch(a) ── drive: ┌─> resume(a) ──┐
//!                                      │               │ a: switch(b) suspends a with Handoff(to b)
//!                                      └── next: b <───┘
//!                  switch returns <── when the next is main
//! ```
//!
//! Nobody is resumed from any stack but main's. Whoever runs was resumed by `drive`, which is why that one and no other can be
//! suspended, and by code of its own only: on its stack, or on that of a coroutine it has resumed. Code of another greenlet, or of a
//! switch of another family, does not find the family in its chain.
//!
//! An order stays in the frame of whoever gives it, which waits, until whoever goes on takes it out of there: it is written in parts,
//! and processors have to wait for what they then copy as a whole.

use std::any::Any;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};
use std::rc::Rc;
use std::thread;

use corosensei::CoroutineResult;

use super::super::body::Unstarted;
use super::super::chain;
use super::super::fiber::Guard;
use super::super::head::{CoroutineId, Head, Kind, Life};
use super::super::stack::Stack;
use super::super::store;
use super::{Exit, ParentError};

type Payload = Box<dyn Any + Send>;

/// What somebody goes on with.
pub(super) enum Order<T> {
    Go(T),
    Throw(Payload),
    /// A child was ended by `Exit`.
    Exited,
}

impl<T> Order<T> {
    /// What the parent gets of it.
    fn handed_on(self) -> Order<T> {
        match self {
            Order::Throw(payload) if payload.is::<Exit>() => Order::Exited,
            order => order,
        }
    }
}

/// Where an order lies, which is to be taken out of there once.
pub(super) type At<T> = NonNull<Order<T>>;

/// Who goes on instead of one that suspends itself, and with what. `None`: main.
struct Handoff<T: 'static> {
    to: Option<Rc<Node<T>>>,
    order: At<T>,
}

type Fiber<T> = corosensei::Coroutine<At<T>, NonNull<Handoff<T>>, (), Stack>;
type Yielder<T> = corosensei::Yielder<At<T>, NonNull<Handoff<T>>>;

/// Why nobody goes on.
pub(super) enum Refusal {
    Elsewhere,
    Held,
}

pub(super) struct Family<T: 'static> {
    /// Who runs, which `drive` keeps alive meanwhile; null: main.
    running: Cell<*const Node<T>>,
    /// The switch of another family that main is inside of, by the address of its head.
    around: *const Head,
    /// Main is in `drive`.
    driving: Cell<bool>,
    /// Switches belong to their thread.
    marker: PhantomData<*mut ()>,
}

pub(super) struct Node<T: 'static> {
    head: Head,
    parent: RefCell<Option<Rc<Node<T>>>>,
    /// `None` once it is dead. Borrowed by whoever has made the head active, and nobody else.
    fiber: UnsafeCell<Option<Fiber<T>>>,
    /// The way off its stack, once it has started.
    yielder: Cell<*const Yielder<T>>,
    outcome: Cell<Option<thread::Result<T>>>,
    /// What came out of the destructor of a body that never ran.
    stray: Cell<Option<Payload>>,
}

impl<T: 'static> Family<T> {
    /// That of the running code, if it has one.
    pub(super) fn find() -> Option<Rc<Family<T>>> {
        chain::owned()
    }

    /// That of the running code.
    pub(super) fn here() -> Rc<Family<T>> {
        Family::find().unwrap_or_else(|| {
            let family = Rc::new(Family {
                running: Cell::new(ptr::null()),
                around: chain::innermost_switch(),
                driving: Cell::new(false),
                marker: PhantomData,
            });
            chain::own(Rc::clone(&family) as Rc<dyn Any>);
            family
        })
    }

    /// Who runs; `None`: main.
    pub(super) fn running(&self) -> Option<Rc<Node<T>>> {
        let running = self.running.get();
        if running.is_null() {
            return None;
        }
        // SAFETY: it came from an `Rc`, which `drive` has as long as it is here.
        Some(unsafe {
            Rc::increment_strong_count(running);
            Rc::from_raw(running)
        })
    }

    /// Lets `to` go on, and comes back when the caller does, with an order for that one to take out at once. If nobody goes on, what
    /// is in `order` stays the caller's.
    ///
    /// # Safety
    /// `order` is the caller's to read and write until this returns, and has one.
    pub(super) unsafe fn switch(
        self: &Rc<Family<T>>,
        to: Option<Rc<Node<T>>>,
        order: At<T>,
    ) -> Result<At<T>, Refusal> {
        if !chain::owns_last(self) && !Family::find().is_some_and(|here| Rc::ptr_eq(&here, self)) {
            return Err(Refusal::Elsewhere);
        }
        // SAFETY: `drive` keeps it, and does not go on before we suspend ourselves.
        let running = unsafe { self.running.get().as_ref() };
        // Not so for one that is being dropped: it has its family, but is not the one that runs.
        if !chain::is_innermost_switch(running.map_or(self.around, |me| &me.head)) {
            return Err(Refusal::Elsewhere);
        }
        let Some(me) = running else {
            // Only main itself comes here, and it is not in there.
            if self.driving.get() {
                return Err(Refusal::Elsewhere);
            }
            // SAFETY: as our caller says.
            return Ok(unsafe { self.drive(to, order) });
        };
        if chain::is_held_up_to(&me.head) {
            return Err(Refusal::Held);
        }
        let yielder = me.yielder.get();
        let chain = chain::take();
        let handoff = ManuallyDrop::new(Handoff { to, order });
        // SAFETY: this code is on the stack that the yielder leads off, or on one above it in the same chain, which stays
        // as it is until that stack goes on. The node is not dropped, so neither is the stack, before it has been unwound.
        // `drive` takes out the handoff.
        let order = unsafe { (*yielder).suspend(NonNull::from(&*handoff)) };
        chain.put_back();
        Ok(order)
    }

    /// Runs one after the other until it is main's turn.
    ///
    /// # Safety
    /// As for `switch`. What comes back is to be taken out before somebody is switched to.
    unsafe fn drive(self: &Rc<Family<T>>, mut to: Option<Rc<Node<T>>>, first: At<T>) -> At<T> {
        // For orders that nobody's frame has; whoever uses it has taken out what was in there.
        let ours = first;
        let mut order = first;
        self.driving.set(true);
        let chain = chain::take();
        while let Some(node) = to {
            if !node.is_started() {
                // SAFETY: nobody has taken it out yet.
                unsafe { node.refuse_to_start(order) };
            }
            if node.is_dead() {
                to = node.parent();
                // SAFETY: taken out, and put where it belongs to nobody else.
                unsafe { ours.write(order.read().handed_on()) };
                order = ours;
                continue;
            }
            self.running.set(Rc::as_ptr(&node));
            // SAFETY: not dead, and not active: the one that ran last has just suspended itself or is over. The order is taken out
            // by whoever goes on.
            match unsafe { node.resume(order) } {
                Some(handoff) => {
                    // SAFETY: left to us, in the frame of the one that waits.
                    let Handoff { to: next, order: theirs } = unsafe { handoff.read() };
                    (to, order) = (next, theirs);
                }
                None => {
                    to = node.parent();
                    // SAFETY: what was there has been taken out.
                    unsafe { ours.write(node.over()) };
                    order = ours;
                }
            }
            // Before the reference goes: were it the last, it would be unwound while it counts as the one that runs.
            self.running.set(ptr::null());
            if Rc::strong_count(&node) == 1 && order != ours {
                // SAFETY: the order is in one of its frames, which are about to go; ours is free.
                unsafe { ours.write(order.read()) };
                order = ours;
            }
            drop(node);
        }
        chain.put_back();
        self.driving.set(false);
        order
    }
}

impl<T: 'static> Node<T> {
    pub(super) fn new<F>(
        family: &Rc<Family<T>>,
        parent: Option<Rc<Node<T>>>,
        stack: Stack,
        name: Option<Box<str>>,
        body: F,
    ) -> Rc<Node<T>>
    where
        F: FnOnce(T) -> T + 'static,
    {
        let head = Head::new(Kind::Switch, name, Life::Suspended);
        head.set_guard(Guard::of(&stack));
        let node = Rc::new(Node {
            head,
            parent: RefCell::new(parent),
            fiber: UnsafeCell::new(None),
            yielder: Cell::new(ptr::null()),
            outcome: Cell::new(None),
            stray: Cell::new(None),
        });
        let here = Rc::as_ptr(&node);
        let unstarted = Unstarted::new(Box::new(body), &node.stray);
        let family = Rc::downgrade(family);
        let fiber = corosensei::Coroutine::with_stack(stack, move |yielder: &Yielder<T>, first| {
            let body = unstarted.into_body();
            // SAFETY: the fiber lies in the node, and is over before that is dropped.
            let node = unsafe { &*here };
            node.yielder.set(yielder);
            if let Some(family) = family.upgrade() {
                chain::own(family);
            }
            drop(family);
            // SAFETY: it is left to us.
            let Order::Go(first) = (unsafe { first.read() }) else { return };
            // AssertUnwindSafe: the panic goes on in the parent.
            let outcome = catch_unwind(AssertUnwindSafe(|| body(first)));
            node.outcome.set(Some(outcome));
            chain::end();
        });
        // SAFETY: nobody has seen it yet.
        unsafe { *node.fiber.get() = Some(fiber) };
        node
    }

    /// Lets it go on until it hands over. `None`: it is over.
    ///
    /// # Safety
    /// It is suspended. The order is its own from now on; the handoff is to be taken out before it is resumed again or dropped.
    unsafe fn resume(&self, order: At<T>) -> Option<NonNull<Handoff<T>>> {
        let entered = self.head.enter();
        debug_assert!(entered, "it is suspended");
        self.head.life.set(Life::Active);
        // SAFETY: it was suspended, so there is a fiber; now it is active, so nobody else borrows it.
        let left = unsafe { (*self.fiber.get()).as_mut().unwrap_unchecked() }.resume(order);
        self.head.leave();
        match left {
            CoroutineResult::Yield(handoff) => {
                self.head.life.set(Life::Suspended);
                Some(handoff)
            }
            CoroutineResult::Return(()) => None,
        }
    }

    /// Buries it after its end; what its parent goes on with.
    fn over(&self) -> Order<T> {
        self.bury();
        match self.outcome.take().expect("a body that is over has left its outcome") {
            Ok(value) => Order::Go(value),
            Err(payload) => Order::Throw(payload).handed_on(),
        }
    }

    /// Gives back the stack.
    fn bury(&self) {
        self.head.die();
        // SAFETY: it does not run, and nobody else borrows it.
        let fiber = unsafe { (*self.fiber.get()).take() };
        if let Some(fiber) = fiber {
            store::give(fiber.into_stack());
        }
    }

    /// One that has not started dies of what it cannot be started with. What then comes out of its body's destructor is the later
    /// news.
    ///
    /// # Safety
    /// The order is the caller's to read and write.
    #[cold]
    unsafe fn refuse_to_start(&self, order: At<T>) {
        // SAFETY: says the caller.
        let startable = matches!(unsafe { order.as_ref() }, Order::Go(_));
        if !startable
            && !self.is_dead()
            && let Some(stray) = self.drop_unstarted()
        {
            // SAFETY: says the caller; what was there is dropped.
            drop(unsafe { order.replace(Order::Throw(stray)) });
        }
    }

    /// Ends it before it has begun; what its body's destructor has panicked with.
    fn drop_unstarted(&self) -> Option<Payload> {
        self.head.life.set(Life::Active);
        // SAFETY: there is a fiber, and nobody else borrows it, as it was suspended.
        unsafe { (*self.fiber.get()).as_mut().unwrap_unchecked() }.force_unwind();
        self.bury();
        self.stray.take()
    }

    pub(super) fn is_dead(&self) -> bool {
        self.head.life.get() == Life::Dead
    }

    pub(super) fn is_started(&self) -> bool {
        !self.yielder.get().is_null()
    }

    pub(super) fn id(&self) -> CoroutineId {
        self.head.id
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.head.name.as_deref()
    }

    pub(super) fn parent(&self) -> Option<Rc<Node<T>>> {
        self.parent.borrow().clone()
    }

    pub(super) fn set_parent(&self, parent: Option<Rc<Node<T>>>) -> Result<(), ParentError> {
        let mut ancestor = parent.clone();
        while let Some(node) = ancestor {
            if ptr::eq(&*node, self) {
                return Err(ParentError::Cycle);
            }
            ancestor = node.parent();
        }
        let before = self.parent.replace(parent);
        drop(before);
        Ok(())
    }

    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.debug(f, "Switch")
    }

    /// Ends one that nobody has a handle of any more; what it has panicked with.
    fn end(&self) -> Option<Payload> {
        if !self.is_started() {
            return self.drop_unstarted();
        }
        if cfg!(panic = "abort") {
            // SAFETY: as in `drop_unstarted`.
            let fiber = unsafe { (*self.fiber.get()).take() };
            // With its stack and all that lies on it.
            mem::forget(fiber);
            return None;
        }
        self.head.set_closing();
        let chain = chain::take();
        let order = ManuallyDrop::new(Order::Throw(Box::new(Exit)));
        // SAFETY: suspended, as the caller has seen.
        let handoff = unsafe { self.resume(NonNull::from(&*order)) };
        chain.put_back();
        assert!(handoff.is_none(), "it is not the one that runs, so it cannot hand over");
        match self.over() {
            Order::Throw(payload) => Some(payload),
            Order::Go(_) | Order::Exited => None,
        }
    }
}

impl<T: 'static> Drop for Node<T> {
    /// Nobody can switch to it any more: it is unwound here and now.
    fn drop(&mut self) {
        if self.head.life.get() == Life::Suspended
            && let Some(payload) = self.end()
            && !std::thread::panicking()
        {
            resume_unwind(payload);
        }
    }
}
