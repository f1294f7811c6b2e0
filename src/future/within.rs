//! `within`.
//!
//! Uses `wait`, for coroutines that must not be suspended meanwhile.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::wait;

/// Has `around` called around each poll of `future`, and around its drop: to enter a runtime, a span, or whatever else lies in a
/// thread-local, for as long as the future runs and not while it waits.
///
/// `around` is given a closure, which it has to call. It can be of any future and on any executor; in greenlets it is the one way
/// to use what has such a guard, as the greenlets of a worker share its thread-locals. See [the module](super) for tokio's.
///
/// Inside of it the future must do nothing that parks the greenlet, not in its destructors either: the guard would be there for
/// others to see, and go in another order than it came. `spawn(..).await` is the way to wait there. Of the
/// coroutines of [`coroutine`](crate::coroutine), one around it cannot be suspended from inside.
///
/// # Panics
/// When polled, if `around` returns without having called its closure.
///
/// # Cancellation
/// Blocks here: no.
///
/// # Examples
/// ```
/// use std::cell::Cell;
/// use vervet::future::{block_on, within};
///
/// thread_local!(static DEPTH: Cell<u32> = const { Cell::new(0) });
///
/// let deeper = |poll: &mut dyn FnMut()| {
///     DEPTH.set(DEPTH.get() + 1);
///     poll();
///     DEPTH.set(DEPTH.get() - 1);
/// };
/// let seen = block_on(within(deeper, async {
///     vervet::spawn(|| vervet::yield_now()).await.unwrap();
///     DEPTH.get()
/// }));
/// assert_eq!((seen, DEPTH.get()), (1, 0));
/// ```
pub fn within<W, F>(around: W, future: F) -> Within<W, F>
where
    W: FnMut(&mut dyn FnMut()),
    F: Future,
{
    Within { around, future: Some(future) }
}

/// A future that is polled, and dropped, inside of something: what [`within()`] makes.
#[must_use = "futures do nothing unless they are polled"]
pub struct Within<W: FnMut(&mut dyn FnMut()), F> {
    around: W,
    /// Pinned. `None`: it is over.
    future: Option<F>,
}

// The closure is not pinned: nobody is given a pinned reference to it.
impl<W: FnMut(&mut dyn FnMut()), F: Unpin> Unpin for Within<W, F> {}

impl<W: FnMut(&mut dyn FnMut()), F> Within<W, F> {
    fn project(self: Pin<&mut Self>) -> (&mut W, Pin<&mut Option<F>>) {
        // SAFETY: the future is not moved out of `this` here or elsewhere; it is dropped in place, in `poll` or in `drop`, before its
        // memory is given up; `Within` is `Unpin` only if the future is; and the closure is not pinned.
        unsafe {
            let this = self.get_unchecked_mut();
            (&mut this.around, Pin::new_unchecked(&mut this.future))
        }
    }
}

impl<W: FnMut(&mut dyn FnMut()), F: Future> Future for Within<W, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let (around, mut future) = self.project();
        assert!(future.is_some(), "a future that is over was polled again");
        let mut polled = None;
        // What `around` opens belongs to the running thread.
        let _hold = wait::hold_coroutine();
        around(&mut || {
            if polled.is_none()
                && let Some(running) = future.as_mut().as_pin_mut()
            {
                let now = running.poll(context);
                if now.is_ready() {
                    // Here, as its destructors may look for what is around.
                    future.set(None);
                }
                polled = Some(now);
            }
        });
        polled.expect("the closure that `within` was given has not called its argument")
    }
}

impl<W: FnMut(&mut dyn FnMut()), F> Drop for Within<W, F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            // SAFETY: `self` is not moved any more.
            let (around, mut future) = unsafe { Pin::new_unchecked(self) }.project();
            let _hold = wait::hold_coroutine();
            around(&mut || future.set(None));
        }
    }
}

impl<W: FnMut(&mut dyn FnMut()), F: fmt::Debug> fmt::Debug for Within<W, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Within").field("future", &self.future).finish_non_exhaustive()
    }
}
