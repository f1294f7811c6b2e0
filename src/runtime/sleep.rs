//! Who sleeps, who looks for work, who has to be woken.
//!
//! Uses `sys::sync`. Model-checked in `models/`. The races are named in DESIGN.md.
//!
//! A worker that finds nothing to do *announces* its sleep, looks at every source once more, and only then sleeps.
//! Whoever provides work publishes it first and looks for announced sleepers afterwards. Each side has a
//! sequentially consistent fence between its two steps, so at least one of them sees the other.

use crate::sys::sync::{AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError, fence};

const AWAKE: u32 = 0;
const ASLEEP: u32 = 1;

/// One worker's announcement.
#[derive(Debug)]
pub(crate) struct Sleeper {
    state: AtomicU32,
}

impl Sleeper {
    pub(crate) fn new() -> Sleeper {
        Sleeper { state: AtomicU32::new(AWAKE) }
    }

    /// The worker is about to sleep. It must look at its sources again after this, before it does.
    pub(crate) fn announce(&self) {
        self.state.store(ASLEEP, Ordering::Relaxed);
        // Race "announce against push": pairs with the fence in `rouse`.
        fence(Ordering::SeqCst);
    }

    /// The worker is up again, whatever the reason.
    pub(crate) fn up(&self) {
        self.state.store(AWAKE, Ordering::Relaxed);
    }

    /// Called after something was left for this worker: whether it sleeps and the caller, alone among all
    /// callers, has to interrupt it.
    pub(crate) fn rouse(&self) -> bool {
        fence(Ordering::SeqCst);
        self.state.load(Ordering::Relaxed) == ASLEEP
            && self.state.compare_exchange(ASLEEP, AWAKE, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

/// The workers without work, as spawners see them.
#[derive(Debug)]
pub(crate) struct Idle {
    /// Workers that look for something to steal right now.
    searching: AtomicUsize,
    /// Workers that nap for a fraction of a millisecond and will look again by themselves.
    napping: AtomicUsize,
    /// How many lie in `sleepers`, readable without the lock.
    sleeping: AtomicUsize,
    sleepers: Mutex<Vec<usize>>,
}

impl Idle {
    pub(crate) fn new() -> Idle {
        Idle {
            searching: AtomicUsize::new(0),
            napping: AtomicUsize::new(0),
            sleeping: AtomicUsize::new(0),
            sleepers: Mutex::new(Vec::new()),
        }
    }

    /// Work that anybody may take was published; `patient` if it can wait for the end of somebody's nap. Answers whom to
    /// interrupt, who then counts as searching; nobody if all are busy or one will look by himself.
    pub(crate) fn call(&self, patient: bool) -> Option<usize> {
        // Race "last searcher gives up against spawn": pairs with the fence in `lie_down`.
        fence(Ordering::SeqCst);
        if self.sleeping.load(Ordering::Relaxed) == 0
            || self.searching.load(Ordering::Relaxed) > 0
            || (patient && self.napping.load(Ordering::Relaxed) > 0)
        {
            return None;
        }
        let mut sleepers = self.lock();
        let worker = sleepers.pop()?;
        self.sleeping.store(sleepers.len(), Ordering::Relaxed);
        self.searching.fetch_add(1, Ordering::Relaxed);
        Some(worker)
    }

    /// A whole sleep of `worker`: announces it, looks at everything once more (`nothing`), sleeps, for how long if there
    /// was nothing is the caller's affair, and gets up. Whether a `call` chose the worker, which then counts as searching.
    pub(crate) fn rest(
        &self,
        worker: usize,
        sleeper: &Sleeper,
        nap: bool,
        nothing: impl FnOnce() -> bool,
        sleep: impl FnOnce(bool),
    ) -> bool {
        sleeper.announce();
        self.lie_down(worker, nap);
        sleep(nothing());
        sleeper.up();
        self.get_up(worker, nap)
    }

    /// From now on `call` may choose `worker`. It must look at everything again before it sleeps.
    fn lie_down(&self, worker: usize, nap: bool) {
        let mut sleepers = self.lock();
        sleepers.push(worker);
        self.sleeping.store(sleepers.len(), Ordering::Relaxed);
        drop(sleepers);
        if nap {
            self.napping.fetch_add(1, Ordering::Relaxed);
        }
        fence(Ordering::SeqCst);
    }

    /// `worker` is up again. Whether a `call` chose it.
    fn get_up(&self, worker: usize, nap: bool) -> bool {
        if nap {
            self.napping.fetch_sub(1, Ordering::Relaxed);
        }
        let mut sleepers = self.lock();
        let Some(at) = sleepers.iter().position(|&other| other == worker) else { return true };
        sleepers.swap_remove(at);
        self.sleeping.store(sleepers.len(), Ordering::Relaxed);
        false
    }

    /// A whole search, if it looks `worthwhile`: what `steal` found, and whether somebody should be called to go on looking,
    /// because there is `more`. `called`: the worker counts as searching already, and looks in any case.
    pub(crate) fn search<T>(
        &self,
        called: bool,
        worthwhile: impl FnOnce() -> bool,
        steal: impl FnOnce() -> Option<T>,
        more: impl FnOnce() -> bool,
    ) -> Option<(T, bool)> {
        if !called {
            if !worthwhile() {
                return None;
            }
            self.searching.fetch_add(1, Ordering::Relaxed);
        }
        let found = steal();
        let last = self.searching.fetch_sub(1, Ordering::AcqRel) == 1;
        let found = found?;
        // Race "searcher finds something against spawn": a spawner that still saw us searching called nobody. Pairs with
        // the fence in `call`, so that we see its work now. Without a find, the fence in `lie_down` does the same.
        fence(Ordering::SeqCst);
        Some((found, last && more()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<usize>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
