//! A greenlet's life on its worker: first run, later runs, end.
//!
//! Uses `runtime::worker`.

use std::ptr::{self, NonNull};

use super::{CURRENT, Control, Fresh, SLACK, Worker};
use crate::coroutine::{Fiber, Guard, Suspend, Suspender, Switch};
use crate::runtime;
use crate::runtime::control::{ControlRef, HOMELESS, Phase, Reason};
use crate::runtime::exit::Exit;
use crate::runtime::locals;

impl Worker {
    pub(super) fn resume(&self, control: NonNull<Control>) {
        // SAFETY: whatever comes out of a queue carries the scheduler's reference.
        let block = unsafe { control.as_ref() };
        if block.own.worker.get().is_null() && !self.start(control) {
            return;
        }
        self.switches_left.set(self.switches_left.get().saturating_sub(1));
        self.shared.counters.switches.add(1);
        self.restore_panics(block);
        block.own.worker.set(self);
        block.set_phase(Phase::Running);
        CURRENT.with(|current| current.set(control.as_ptr()));
        // SAFETY: we have the greenlet, so its fiber is ours; it is there since `start`.
        let switch = unsafe { (*block.own.fiber.get()).as_mut().unwrap_unchecked() }.resume();
        CURRENT.with(|current| current.set(ptr::null()));
        // Before anybody else can get hold of the greenlet.
        if let Some(count) = &self.panic_count
            && count.get() != 0
        {
            block.own.panics.set(count.swap(0));
        }
        match switch {
            Switch::Suspended(Suspend::Park) => {
                // Race "wake before the switch": only now may a notifier make it run. After a successful commit the
                // greenlet is no longer ours.
                if !block.core().park.commit() {
                    block.set_phase(Phase::Ready);
                    self.push_ready(control);
                }
            }
            Switch::Suspended(Suspend::Yield) => {
                block.set_phase(Phase::Ready);
                self.push_ready(control);
            }
            Switch::Suspended(Suspend::Idle) => {
                block.set_phase(Phase::Ready);
                // SAFETY: this thread's own list, borrowed for this one call.
                unsafe { &mut *self.idle.get() }.push(control);
            }
            Switch::Done => self.finish(control),
        }
    }

    /// The greenlet is about to run: `thread::panicking` has to speak of its panics, or else it has to know that it does not.
    #[inline]
    fn restore_panics(&self, block: &Control) {
        let Some(count) = &self.panic_count else {
            return self.ambient_panic.set(std::thread::panicking());
        };
        if block.own.panics.get() != 0 {
            count.swap(block.own.panics.take());
        }
    }

    /// Gives a greenlet its stack and ties it to this worker; `false`: it went to a worker that holds clearly fewer.
    fn start(&self, control: NonNull<Control>) -> bool {
        // SAFETY: as in `resume`.
        let block = unsafe { control.as_ref() };
        if block.home() == HOMELESS {
            if self.shared.counters.live() >= self.crowded_at.get()
                && let Some(other) = self.lighter_worker()
            {
                block.settle(other as u32);
                block.own.assigned.set(true);
                let other = self.runtime.worker(other as u32);
                // Counted before it arrives, so that a burst is not sent to one worker for looking empty.
                other.counters.assigned.add_shared(1);
                other.deliver(control);
                return false;
            }
            block.settle(self.index);
        } else if block.own.assigned.get() {
            self.shared.counters.assigned.sub_shared(1);
        }
        self.shared.counters.settled.add(1);
        if block.own.put_off.get() {
            self.cancel_timer(block);
            // Counted in by the worker that had it then; the sum is right.
            self.shared.counters.parked[Reason::Sleep as usize].sub(1);
        }
        let stack = match block.own.stack.take() {
            Some(stack) => stack,
            // SAFETY: this thread's own cache, borrowed for this one call. The greenlet holds a reservation.
            None => unsafe { &mut *self.stacks.get() }.take(&self.runtime.stacks),
        };
        self.shared.counters.on_stack.add(1);
        let pointer = Fresh(control);
        block.own.guard.set(Guard::of(&stack));
        let fiber = Fiber::new(stack, move |suspender| live(&pointer, suspender));
        // SAFETY: we have the greenlet; nobody else looks at its fiber.
        unsafe { *block.own.fiber.get() = Some(fiber) };
        true
    }

    /// A worker that holds clearly fewer live greenlets than this one.
    pub(super) fn lighter_worker(&self) -> Option<usize> {
        let lives = self.runtime.workers.iter().map(|worker| worker.counters.live());
        let (index, least) = lives.enumerate().min_by_key(|&(_, live)| live)?;
        let limit = least + least / 4 + SLACK;
        self.crowded_at.set(limit);
        (self.shared.counters.live() >= limit).then_some(index)
    }

    /// Takes back what a finished greenlet had and tells whoever waits for it.
    fn finish(&self, control: NonNull<Control>) {
        // SAFETY: as in `resume`; this takes over the scheduler's reference.
        let block = unsafe { ControlRef::from_raw(control) };
        // SAFETY: we have the greenlet.
        let fiber = unsafe { (*block.own.fiber.get()).take() };
        if let Some(stack) = fiber.map(Fiber::into_stack) {
            // SAFETY: this thread's own cache, borrowed for these two calls.
            let stacks = unsafe { &mut *self.stacks.get() };
            stacks.give(&self.runtime.stacks, stack);
            if block.own.default_stack {
                stacks.refund(&self.runtime.stacks);
            }
            self.shared.counters.on_stack.sub(1);
        }
        // SAFETY: listed since it was spawned.
        unsafe { self.runtime.strike_off(&block) };
        self.shared.counters.settled.sub(1);
        self.shared.counters.finished.add(1);
        // SAFETY: we have the greenlet.
        unsafe { block.forget_dead_parent() };
        runtime::release(&block);
    }
}

/// The whole life of a greenlet, on its own stack.
fn live(control: &Fresh, suspender: Suspender) {
    // SAFETY: the worker that resumed us holds the scheduler's reference until we are done.
    let control = unsafe { control.0.as_ref() };
    control.own.suspender.set(Some(suspender));
    // SAFETY: on the greenlet's own stack, once.
    let exit = unsafe { control.run() };
    end(control, exit);
}

/// What comes after the closure: locals go, callbacks hear of it. All may block; a kill does not reach them.
pub(crate) fn end(control: &Control, exit: Exit) {
    control.own.cancel.frames.set(ptr::null());
    control.own.cancel.shields.set(1);
    control.own.cancel.unwinding.set(false);
    // SAFETY: the running greenlet's own; what borrowed from them is over.
    unsafe { locals::drop_all(&control.own.locals) };
    let (abandoned, callbacks) = control.exit.end(exit);
    if abandoned {
        // SAFETY: on the greenlet's own stack, after its run.
        unsafe { control.discard() };
    }
    for callback in callbacks {
        runtime::call_back(callback, exit, control);
    }
    // What is bound lives no longer than the greenlet, even if a reference to that is kept.
    let bindings = control.own.bindings.take();
    runtime::contain(|| drop(bindings));
    // Those that the result's destructor and the callbacks have made.
    // SAFETY: as above.
    unsafe { locals::drop_all(&control.own.locals) };
}
