//! `map` and `apply`: a function over many items, each in a member of its own, until all are over.
//!
//! Uses `pool::crew` and `greenlet`. What runs may borrow, as in a `scope`: nothing is left when these return or unwind.

use std::collections::VecDeque;
use std::iter;
use std::mem;
use std::panic::Location;
use std::sync::Arc;

use super::crew::Crew;
use crate::greenlet::{Builder, Greenlet, JoinError, Nursery, expect_spawned};
use crate::wait::cancel;

/// Items under way, and the results of those before them.
struct Run<T> {
    running: VecDeque<Greenlet<T>>,
    results: Vec<Result<T, JoinError>>,
}

/// Runs `f` for each of the items.
pub(super) fn map<I, F, T>(
    crew: &Arc<Crew>,
    items: I,
    f: F,
    site: &'static Location<'static>,
) -> Vec<Result<T, JoinError>>
where
    I: IntoIterator<Item: Send>,
    F: Fn(I::Item) -> T + Sync,
    T: Send,
{
    let nursery = Nursery::default();
    let f = &f;
    let results = nursery.enclose(|| {
        let mut run = Run { running: VecDeque::new(), results: Vec::new() };
        for item in items {
            let slot = crew.acquire(None).expect("waits without a limit");
            // SAFETY: this is `enclose`'s closure. `f` lives in the caller's frame, around `enclose`; what an item or a result
            // borrows lives longer than this call, or their types could not be named in its signature.
            let spawned = unsafe { nursery.spawn(crew.body(move || f(item)), Builder::new().options(site)) };
            let greenlet = expect_spawned(spawned);
            slot.seat(&greenlet.handle());
            run.running.push_back(greenlet);
            run.collect();
        }
        run.finish()
    });
    results.expect("every item's panic has been claimed")
}

/// Runs `f` in a member and waits for it, or in place if the caller is one.
pub(super) fn apply<F, T>(crew: &Arc<Crew>, f: F, site: &'static Location<'static>) -> Result<T, JoinError>
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    if !crew.is_member() {
        return map(crew, iter::once(f), |f| f(), site).remove(0);
    }
    // The caller learns of the panic, as he would of a greenlet's.
    cancel::catch_panic(f).map_err(JoinError::Panicked)
}

impl<T> Run<T> {
    /// Takes the results that are there already, so that what runs a million items does not keep a million greenlets.
    fn collect(&mut self) {
        while self.running.front().is_some_and(|first| first.control().exit.is_released()) {
            self.take_first();
        }
    }

    fn finish(mut self) -> Vec<Result<T, JoinError>> {
        while let Some(first) = self.running.front() {
            // Still in the list while we wait: if that is cut short, it is killed with the others.
            first.wait(None);
            self.take_first();
        }
        mem::take(&mut self.results)
    }

    fn take_first(&mut self) {
        if let Some(first) = self.running.pop_front() {
            self.results.push(first.join_claimed());
        }
    }
}

impl<T> Drop for Run<T> {
    /// Unwinding: what is not over will not be needed.
    fn drop(&mut self) {
        self.running.iter().for_each(Greenlet::kill);
    }
}
