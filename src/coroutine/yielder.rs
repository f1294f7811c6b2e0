//! The way out of a coroutine, and where it is blocked.
//!
//! Uses `chain` and `state`.

use std::fmt;
use std::panic::resume_unwind;
use std::ptr::NonNull;

use super::head::Head;
use super::state::SuspendError;

/// Where a resumed coroutine finds the value that was handed in, which it takes out of there; `None`: it is to be closed.
///
/// Not the value itself: with a tag beside it, it would be written in parts and read as a whole, for which processors have to wait.
pub(super) type Order<In> = Option<NonNull<In>>;

/// The payload of the unwinding by which a coroutine is closed.
pub(super) struct Closing;

const ELSEWHERE: &str = "a coroutine can be suspended only by code on its own stack";
pub(super) const CLOSED: &str = "a coroutine that is being closed cannot be suspended";
const HELD: &str = "a coroutine cannot be suspended inside a timeout, a shield, or the `with` of a greenlet-local or scoped value";
const UNWINDING: &str = "a coroutine that unwinds cannot be suspended by a destructor";

/// The way out of a coroutine: its body is given a reference to one, and may lend it to the functions it calls.
pub struct Yielder<In, Yield> {
    raw: *const corosensei::Yielder<Order<In>, Yield>,
    head: *const Head,
}

impl<In, Yield> Yielder<In, Yield> {
    pub(super) fn new(raw: &corosensei::Yielder<Order<In>, Yield>, head: &Head) -> Yielder<In, Yield> {
        Yielder { raw, head }
    }

    /// Suspends the coroutine: `resume` returns `value`, and what is passed to the next `resume` is returned here.
    ///
    /// If the coroutine is closed instead, unwinds from here.
    ///
    /// # Panics
    /// Where a coroutine [cannot be suspended](super#where-a-coroutine-cannot-be-suspended).
    #[doc(alias = "yield")]
    #[inline(always)]
    #[track_caller]
    pub fn suspend(&self, value: Yield) -> In {
        if let Some(reason) = self.obstacle() {
            panic!("{reason}");
        }
        // SAFETY: nothing stands in the way, so we are on the stack that `raw` leads off.
        match unsafe { (*self.raw).suspend(value) } {
            // SAFETY: it lies in the frame of the `resume` that waits for us, which has left it to us.
            Some(value) => unsafe { value.read() },
            None => unwind(),
        }
    }

    /// As `suspend`, with an error where that panics.
    ///
    /// # Errors
    /// Where a coroutine [cannot be suspended](super#where-a-coroutine-cannot-be-suspended). Hands the value back.
    pub fn try_suspend(&self, value: Yield) -> Result<In, SuspendError<Yield>> {
        match self.obstacle() {
            None => Ok(self.suspend(value)),
            Some(reason) => Err(SuspendError::new(reason, value)),
        }
    }

    /// Why this is no place to suspend.
    #[inline(always)]
    fn obstacle(&self) -> Option<&'static str> {
        // SAFETY: the head outlives the body, and the yielder lies in the frame around that.
        let head = unsafe { &*self.head };
        if head.is_free() && !std::thread::panicking() { None } else { obstacle(head) }
    }
}

#[cold]
fn obstacle(head: &Head) -> Option<&'static str> {
    if !head.is_here() {
        return Some(ELSEWHERE);
    }
    let unwinding = head.is_unwinding();
    match (head.is_closing(), unwinding) {
        // It was caught on the way.
        (true, false) => unwind(),
        (true, true) => Some(CLOSED),
        (false, true) => Some(UNWINDING),
        (false, false) => head.is_held().then_some(HELD),
    }
}

#[cold]
fn unwind() -> ! {
    resume_unwind(Box::new(Closing))
}

impl<In, Yield> fmt::Debug for Yielder<In, Yield> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: as in `obstacle`.
        unsafe { &*self.head }.debug(f, "Yielder")
    }
}
