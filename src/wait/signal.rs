//! How an OS thread sleeps and is woken: a word that says "look again", and the kernel's futex on it.
//!
//! Uses `runtime::parking` and `sys`. Model-checked in `models/`.
//!
//! What ends a wait is the park state. The word only carries the news: a sender changes the park state first and sends
//! then; the thread takes the word back first and looks at the park state then. Each side has a sequentially consistent
//! fence between its two steps, so either the thread sees the change or the futex sees the word.

use super::context::NEVER;
use crate::runtime::parking::{Cause, ParkState, Ticket};
use crate::sys::sync::{AtomicU32, Ordering, fence};
use crate::sys::{clock, futex};

#[derive(Debug)]
pub(crate) struct Signal {
    /// 1: somebody has notified the thread since it last looked.
    word: AtomicU32,
}

impl Signal {
    pub(crate) fn new() -> Signal {
        Signal { word: AtomicU32::new(0) }
    }

    /// Sleeps until the wait named by `ticket` is notified, or until `until`. Only the thread itself calls this.
    pub(crate) fn sleep(&self, park: &ParkState, ticket: Ticket, until: u64) -> Cause {
        if park.commit() {
            loop {
                // Race "signal of an earlier wait": it may come late and is no more than a reason to look. Taken back
                // before looking, so that a notification after the look finds 0 and makes the futex return.
                self.word.store(0, Ordering::Relaxed);
                fence(Ordering::SeqCst);
                if park.is_notified() {
                    break;
                }
                let left = if until == NEVER { NEVER } else { until.saturating_sub(clock::now()) };
                if left == 0 {
                    // Either this ends the wait, or another notification has just done so.
                    park.notify(ticket, Cause::TimedOut);
                    break;
                }
                futex::wait(&self.word, 0, left);
            }
        }
        park.cause()
    }

    /// Makes the thread look; called by whoever has just notified its park state.
    pub(crate) fn send(&self) {
        // Pairs with the fence in `sleep`.
        fence(Ordering::SeqCst);
        self.word.store(1, Ordering::Relaxed);
        futex::wake_one(&self.word);
    }
}
