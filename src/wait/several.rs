//! Waiting for several things, each of which is told once.
//!
//! Uses `runtime::core`, `wait::board` and `wait::select`.
//!
//! A `Relay` stands in for the waiter at one of the things: a waiter of its own that never runs, and whose "running" means to put
//! its number on the board and to wake whoever reads that. So a thing is registered with once, however many others there
//! are and however often the reader waits.

use std::ptr::NonNull;
use std::sync::Arc;

use super::board::Board;
use super::select::Source;
use super::{Cancelled, Reason, Waker};
use crate::runtime::core::{Core, CoreRef, Vtable};

#[repr(C)]
struct Relay {
    core: Core,
    number: usize,
    board: Arc<Board>,
}

static RELAY: Vtable = Vtable { schedule: post, free };

impl Relay {
    fn start(number: usize, board: &Arc<Board>) -> CoreRef {
        let relay = Box::new(Relay { core: Core::new(&RELAY, 1), number, board: Arc::clone(board) });
        // SAFETY: a fresh box whose first field is its core, and the one reference it starts with.
        unsafe { CoreRef::from_raw(NonNull::from(Box::leak(relay)).cast()) }
    }
}

/// # Safety
/// `core` heads a live `Relay`.
unsafe fn post(core: NonNull<Core>) {
    // SAFETY: says the caller.
    let relay: &Relay = unsafe { core.cast().as_ref() };
    relay.board.post(relay.number);
}

/// # Safety
/// `core` heads a `Relay` to which no reference is left.
unsafe fn free(core: NonNull<Core>) {
    // SAFETY: made by `Box::leak` in `Relay::start`, and nobody else's any more.
    drop(unsafe { Box::from_raw(core.cast::<Relay>().as_ptr()) });
}

/// Things that are waited for together. Each is yielded once, when it is ready.
pub(crate) struct Several<'a> {
    things: Vec<Thing<'a>>,
    board: Arc<Board>,
    left: usize,
}

struct Thing<'a> {
    /// `None`: was ready.
    source: Option<Box<dyn Source<Output = ()> + 'a>>,
    relay: CoreRef,
    watched: bool,
}

impl<'a> Several<'a> {
    pub(crate) fn new(sources: impl IntoIterator<Item = Box<dyn Source<Output = ()> + 'a>>) -> Several<'a> {
        let board = Arc::new(Board::default());
        let things: Vec<_> = sources
            .into_iter()
            .enumerate()
            .map(|(number, source)| {
                // Each is looked at once, in order, before any wait.
                board.post(number);
                Thing { source: Some(source), relay: Relay::start(number, &board), watched: false }
            })
            .collect();
        Several { left: things.len(), things, board }
    }

    /// How many have not been yielded yet.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// The number of the next that is ready; `None` if `deadline` came first, or none is left.
    ///
    /// # Cancellation
    /// Unwinds when killed or timed out; nothing is lost. Where nothing can unwind, answers `Cancelled`.
    pub(crate) fn next(&mut self, deadline: u64) -> Result<Option<usize>, Cancelled> {
        super::enter()?;
        while self.left > 0 {
            let Some(number) = self.board.next(Reason::Select, deadline)? else { return Ok(None) };
            if self.things[number].look() {
                self.left -= 1;
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}

impl Thing<'_> {
    /// Whether it is ready now; if not, it will be on the board again.
    fn look(&mut self) -> bool {
        let Some(source) = &mut self.source else { return false };
        loop {
            let handed_over = self.watched && source.unwatch().is_some();
            self.watched = false;
            if handed_over || source.try_take().is_some() {
                self.source = None;
                return true;
            }
            let park = &self.relay.core().park;
            // Never killed, so never refused.
            let Some(ticket) = park.arm(false) else { return false };
            // It "sleeps" from the start: only then does a wake make it post.
            park.commit();
            self.watched = source.watch(Waker::new(self.relay.clone(), ticket));
            if self.watched {
                return false;
            }
        }
    }
}

impl Drop for Several<'_> {
    fn drop(&mut self) {
        for thing in self.things.iter_mut().filter(|thing| thing.watched) {
            if let Some(source) = &mut thing.source {
                source.unwatch();
            }
        }
    }
}
