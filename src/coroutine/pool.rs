//! The stacks of the default size, shared by all workers, and the promise that one will be there.
//!
//! Uses `depot`, `custom` and `stack`.
//!
//! A greenlet that has not started holds a *reservation*: a count, no memory. All that can fail (address space, guards)
//! happens when the reservation is made, so that a worker that starts a greenlet always finds a stack.
//!
//! ```text
//!   spawn ── reserve ──> +1 reserved      may cut stacks, may fail
//!   first run ── take ──> a stack         cannot fail
//!   over ── give ──> stack back           then, not before:
//!        ── unreserve ──> -1 reserved
//! ```
//!
//! Invariants:
//!
//! * prepared >= reserved + workers * LOCAL_CACHE.
//! * Stacks in greenlets <= reserved, as each of them holds a reservation until after its stack is back; stacks in a
//!   worker's cache, or on their way from it to the depot, <= LOCAL_CACHE.
//! * So whoever holds a reservation and has no stack yet finds one in the depot, if not in his worker's cache.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use corosensei::stack::StackPointer;
use crossbeam_utils::CachePadded;

use super::custom::CustomStacks;
use super::depot::Depot;
use super::slab::Slabs;
use super::stack::{Origin, Shape, Stack};
use crate::sys::memory::Guards;

/// How many free stacks a worker keeps for itself.
pub(super) const LOCAL_CACHE: usize = 32;

/// How many free stacks the pool keeps with their pages in any case.
pub(super) const WARM_LIMIT: usize = 1024;

/// Free stacks beyond that keep theirs as long as they were needed within this time, in nanoseconds: one and a half
/// times it on average.
const WARM_TIME: u64 = 1_000_000_000;

/// When `sweep` need not be called again.
pub(crate) const NEVER: u64 = u64::MAX;

/// Stacks are cut at least this many at a time.
const CUT: usize = 64;

/// No address space is larger; asking for more need not be tried.
const ADDRESS_SPACE: usize = 1 << 48;

/// All stacks of a runtime. See the module's page.
#[derive(Debug)]
pub(crate) struct StackPool {
    shape: Shape,
    /// Stacks that may sit in the workers' caches, of no use to others.
    slack: usize,
    /// Reservations made. Released by `unreserve`, after the stack was put into the depot; acquired by `reserve`, so
    /// that the new holder's `take` finds it there.
    reserved: CachePadded<AtomicUsize>,
    /// The depot's `prepared`, to be read without its lock. Only grows. Released with the lock held, after the stacks
    /// are in the depot; acquired by `reserve`.
    prepared: AtomicUsize,
    depot: Mutex<Depot>,
    /// The depot's number of warm stacks when it was last unlocked, to be read without its lock.
    warm: AtomicUsize,
    /// When to sweep next, in nanoseconds of the monotonic clock; written under `sweeping`.
    sweep_at: AtomicU64,
    /// How many of the warm stacks are still to be trimmed.
    sweeping: Mutex<usize>,
    custom: CustomStacks,
}

/// A moment's numbers, of the stacks of the default size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StackStats {
    /// Bytes of address space.
    pub(crate) reserved_bytes: usize,
    /// Stacks whose guard is made: in use or free.
    pub(crate) prepared: usize,
    /// Reservations, those that workers hold in advance included.
    pub(crate) reservations: usize,
    /// Stacks in greenlets or in workers' caches.
    pub(crate) taken: usize,
    /// Free stacks that still have the pages of their last use.
    pub(crate) warm: usize,
}

impl StackPool {
    /// A pool of stacks of `usable` bytes (rounded up to pages, and to 16 KiB), for so many workers. Maps nothing yet.
    ///
    /// # Errors
    /// `InvalidInput` when `usable` is beyond any use.
    pub(crate) fn new(usable: usize, workers: usize) -> io::Result<StackPool> {
        StackPool::with_guards(usable, workers, Guards::detect())
    }

    /// As `new`, with guards of a kind that the caller chooses.
    pub(crate) fn with_guards(usable: usize, workers: usize, guards: Guards) -> io::Result<StackPool> {
        let shape = Shape::new(usable, 1)?;
        Ok(StackPool {
            shape,
            slack: workers * LOCAL_CACHE,
            reserved: CachePadded::new(AtomicUsize::new(0)),
            prepared: AtomicUsize::new(0),
            depot: Mutex::new(Depot::new(shape, guards, usize::MAX)),
            warm: AtomicUsize::new(0),
            sweep_at: AtomicU64::new(0),
            sweeping: Mutex::new(0),
            custom: CustomStacks::new(guards),
        })
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Makes sure that `n` more stacks can be taken. Each of them is ended by `unreserve`, after its `give`.
    ///
    /// # Errors
    /// `OutOfMemory` with what was asked and which limit may be in the way; nothing is reserved then.
    pub(crate) fn reserve(&self, n: usize) -> io::Result<()> {
        let mut reserved = self.reserved.load(Ordering::Relaxed);
        loop {
            let needed = reserved
                .checked_add(n)
                .and_then(|total| total.checked_add(self.slack))
                .filter(|needed| {
                    needed.checked_mul(self.shape.stride()).is_some_and(|len| len < ADDRESS_SPACE)
                })
                .ok_or_else(|| {
                    let text =
                        format!("{n} stacks of {} bytes exceed any address space", self.shape.usable());
                    io::Error::new(io::ErrorKind::OutOfMemory, text)
                })?;
            // Acquire: pairs with the Release in `prepare`; what is counted is in the depot.
            if needed > self.prepared.load(Ordering::Acquire) {
                self.prepare(needed)?;
            }
            // `prepared` never shrinks, so the test above still holds if nobody reserved in between.
            // AcqRel: acquires what `unreserve` released.
            match self.reserved.compare_exchange_weak(
                reserved,
                reserved + n,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(()),
                Err(now) => reserved = now,
            }
        }
    }

    /// Gives back `n` reservations, whose stacks (if they were taken) have been given back before.
    pub(crate) fn unreserve(&self, n: usize) {
        // Release: pairs with `reserve`; the stacks that these reservations covered are in the depot or a cache.
        let before = self.reserved.fetch_sub(n, Ordering::Release);
        debug_assert!(before >= n, "{n} reservations given back, {before} were made");
    }

    /// A stack for the holder of a reservation, which the reservation has paid for.
    ///
    /// # Panics
    /// Only if stacks were dropped instead of given back and no new one can be made in their place.
    pub(crate) fn take(&self) -> Stack {
        let top = self.pop(&mut self.lock());
        // SAFETY: the depot cut it with this shape, guard included, and has given it to nobody else.
        unsafe { Stack::new(top, self.shape, Origin::Default) }
    }

    /// Takes a stack back, of whatever size. The reservation of a default one is ended after this, by `unreserve`.
    pub(crate) fn give(&self, stack: Stack) {
        if stack.is_default() { self.put_back(&mut [stack.into_top()]) } else { self.custom.give(stack) }
    }

    /// A stack of at least `usable` bytes, which no reservation covers. It ends with `give`.
    ///
    /// # Errors
    /// `InvalidInput` when nobody could mean that size; `OutOfMemory` when there is no room for it.
    pub(crate) fn custom(&self, usable: usize) -> io::Result<Stack> {
        self.custom.take(usable)
    }

    /// Counts. Each number is right by itself; together they are of one moment only if nothing runs.
    pub(crate) fn stats(&self) -> StackStats {
        let depot = self.lock();
        StackStats {
            reserved_bytes: depot.reserved_bytes(),
            prepared: depot.prepared(),
            reservations: self.reserved.load(Ordering::Relaxed),
            taken: depot.out(),
            warm: depot.warm(),
        }
    }

    /// Moves up to `n` free stacks to `cache`, for a worker that needs one.
    pub(super) fn fill(&self, cache: &mut Vec<StackPointer>, n: usize) {
        let mut depot = self.lock();
        cache.push(self.pop(&mut depot));
        cache.extend((1..n).map_while(|_| depot.pop()));
        self.warm.store(depot.warm(), Ordering::Relaxed);
    }

    /// Takes stacks back from a worker, a batch at most; what is in the slice afterwards is of no meaning.
    pub(super) fn put_back(&self, stacks: &mut [StackPointer]) {
        let mut depot = self.lock();
        // The pool sets no limit: what is too much is the affair of `sweep`.
        let _none = depot.put(stacks);
        self.warm.store(depot.warm(), Ordering::Relaxed);
    }

    /// Trims stacks that nobody has needed for a while, at most `most` of them: a microsecond each. Answers when to come
    /// back, in the terms of `now`: at once if there are more, `NEVER` if there is nothing to watch.
    ///
    /// To be called now and then, by whoever has time; costs a load if there is nothing to do.
    pub(crate) fn sweep(&self, now: u64, most: usize) -> u64 {
        if !self.is_crowded() {
            return NEVER;
        }
        let at = self.sweep_at.load(Ordering::Relaxed);
        if now < at {
            return at;
        }
        // Somebody else is at it.
        let Ok(mut left) = self.sweeping.try_lock() else { return now + WARM_TIME };
        let mut depot = self.lock();
        if *left == 0 {
            *left = depot.unneeded().saturating_sub(WARM_LIMIT);
        }
        let most = most.min(*left).min(depot.warm().saturating_sub(WARM_LIMIT));
        let coldest = depot.take_coldest(most);
        *left = if coldest.is_empty() { 0 } else { *left - coldest.len() };
        self.warm.store(depot.warm(), Ordering::Relaxed);
        drop(depot);
        // Without the depot's lock: these are system calls. Meanwhile these stacks are missing from what the invariant
        // promises; there are WARM_LIMIT others, and after those `pop` would make up for them.
        for &top in &coldest {
            // SAFETY: they come from the depot's lists, where they were free, and are in nobody else's hands.
            unsafe { Slabs::trim(self.shape, top) };
        }
        self.lock().put_cold(&coldest);
        let next = if *left > 0 { now } else { now + WARM_TIME };
        self.sweep_at.store(next, Ordering::Relaxed);
        next
    }

    /// Whether so many free stacks are warm that `sweep` may have something to do.
    #[inline]
    pub(crate) fn is_crowded(&self) -> bool {
        self.warm.load(Ordering::Relaxed) > WARM_LIMIT
    }

    fn pop(&self, depot: &mut Depot) -> StackPointer {
        depot.pop().unwrap_or_else(|| {
            // By the invariants there is one, unless somebody lost stacks: one more is the best that can be done.
            let more = depot.prepared() + 1;
            let made =
                depot.prepare(more).and_then(|()| depot.pop().ok_or(io::ErrorKind::OutOfMemory.into()));
            self.prepared.store(depot.prepared(), Ordering::Release);
            made.expect("every reservation has a stack")
        })
    }

    /// Cuts stacks until there are `needed`.
    fn prepare(&self, needed: usize) -> io::Result<()> {
        let mut depot = self.lock();
        let batch = needed.max(depot.prepared() + CUT);
        let result = if depot.prepared() < needed { depot.prepare(batch) } else { Ok(()) };
        // Release: pairs with the Acquire in `reserve`.
        self.prepared.store(depot.prepared(), Ordering::Release);
        // What could not be cut may have been only the surplus of the batch.
        if depot.prepared() >= needed { Ok(()) } else { result }
    }

    fn lock(&self) -> MutexGuard<'_, Depot> {
        self.depot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coroutine::local::LocalStacks;
    use crate::coroutine::testing;
    use crate::sys::memory::{count_maps, page_size};

    const USABLE: usize = 256 * 1024;

    /// Touches the uppermost `len` bytes, a page at a time.
    fn touch(stack: &Stack, len: usize) {
        let top = corosensei::stack::Stack::base(stack).get();
        for below in (1..=len).step_by(4096) {
            // SAFETY: inside the usable part of a stack that is the test's own.
            unsafe { ((top - below) as *mut u8).write_volatile(1) };
        }
    }

    #[test]
    fn many_stacks_cost_a_page_each_and_few_maps() {
        let test = "coroutine::pool::tests::many_stacks_cost_a_page_each_and_few_maps";
        if !testing::markers_or_skip(test) {
            return;
        }
        testing::in_child(test, || {
            const STACKS: usize = 100_000;
            let pool = StackPool::new(USABLE, 2).unwrap();
            let mut all = Vec::with_capacity(STACKS);
            let (resident, maps) = (testing::resident(), count_maps());
            pool.reserve(STACKS).unwrap();
            for _ in 0..STACKS {
                let stack = pool.take();
                touch(&stack, 1);
                all.push(stack);
            }
            let each = (testing::resident() - resident) as f64 / STACKS as f64;
            assert!(each <= page_size() as f64 + 0.3 * 1024.0, "{each} bytes for each stack");
            assert!(count_maps() - maps < 100, "{maps} maps before, {} after", count_maps());

            // Once they are over, and were not needed for a while, only the warm ones keep a page.
            all.drain(..).for_each(|stack| pool.give(stack));
            pool.unreserve(STACKS);
            sweep_all(&pool);
            let kept = testing::resident().saturating_sub(resident);
            assert!(kept < STACKS * page_size() / 10, "{kept} bytes still resident");
            let stats = pool.stats();
            assert_eq!((stats.reservations, stats.taken, stats.warm), (0, 0, WARM_LIMIT));
        });
    }

    /// Lets so much time pass that all has been swept that ever will be.
    fn sweep_all(pool: &StackPool) {
        let mut now = 1 << 40;
        for _ in 0..3 {
            while pool.sweep(now, 1000) == now {}
            now += WARM_TIME;
        }
        assert_eq!(pool.sweep(now, 1000), NEVER);
    }

    #[test]
    fn stacks_in_use_now_and_then_stay_warm() {
        let pool = StackPool::new(64 * 1024, 0).unwrap();
        let many = 2 * WARM_LIMIT;
        pool.reserve(many).unwrap();
        for second in 1..5 {
            let all: Vec<_> = (0..many).map(|_| pool.take()).collect();
            all.into_iter().for_each(|stack| pool.give(stack));
            assert_eq!(pool.sweep(second * WARM_TIME, many), (second + 1) * WARM_TIME);
            assert_eq!(pool.stats().warm, many);
        }
        assert_eq!(pool.sweep(5 * WARM_TIME, 10), 5 * WARM_TIME, "more to do, a few at a time");
        assert_eq!(pool.stats().warm, many - 10);
        sweep_all(&pool);
        pool.unreserve(many);
    }

    #[test]
    fn coldest_stacks_are_trimmed_and_warm_ones_are_not() {
        let pool = StackPool::new(USABLE, 0).unwrap();
        let many = WARM_LIMIT + 100;
        pool.reserve(many).unwrap();
        let all: Vec<_> = (0..many).map(|_| pool.take()).collect();
        all.iter().for_each(|stack| touch(stack, USABLE));
        // The lowest byte that `touch` wrote to, of the coldest and of the hottest.
        let [coldest, hottest] = [&all[0], &all[many - 1]].map(|stack| stack.guard_range().end + 4095);
        all.into_iter().for_each(|stack| pool.give(stack));
        sweep_all(&pool);
        assert_eq!(pool.stats().warm, WARM_LIMIT);
        // SAFETY: free stacks, of which nobody else knows; their memory is mapped as long as the pool.
        let left = [coldest, hottest].map(|address| unsafe { (address as *const u8).read_volatile() });
        assert_eq!(left, [0, 1]);
        pool.unreserve(many);
    }

    #[test]
    fn exhausted_address_space_is_an_error_and_reserves_nothing() {
        testing::in_child(
            "coroutine::pool::tests::exhausted_address_space_is_an_error_and_reserves_nothing",
            || {
                let pool = StackPool::new(64 << 30, 0).unwrap();
                let mut got = 0;
                let error = loop {
                    match pool.reserve(64) {
                        Ok(()) => got += 64,
                        Err(error) => break error,
                    }
                };
                assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
                assert!(error.to_string().contains("68719476736"), "{error}");
                assert!(got > 0);
                assert_eq!(pool.stats().reservations, got);
                // What was promised holds.
                let all: Vec<_> = (0..got).map(|_| pool.take()).collect();
                all.iter().for_each(|stack| touch(stack, 1));
                all.into_iter().for_each(|stack| pool.give(stack));
                pool.unreserve(got);
                pool.reserve(got).unwrap();
            },
        );
    }

    #[test]
    fn absurd_numbers_are_errors() {
        let pool = StackPool::new(USABLE, 1).unwrap();
        for absurd in [usize::MAX, usize::MAX / 2, 1 << 40] {
            assert_eq!(pool.reserve(absurd).unwrap_err().kind(), io::ErrorKind::OutOfMemory);
        }
        assert_eq!(pool.stats().reservations, 0);
        assert_eq!(StackPool::new(usize::MAX, 1).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn protected_guards_end_in_an_error_that_names_the_limit() {
        testing::in_child(
            "coroutine::pool::tests::protected_guards_end_in_an_error_that_names_the_limit",
            || {
                let pool = StackPool::with_guards(USABLE, 2, Guards::Protection).unwrap();
                let error = pool.reserve(100_000).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
                assert!(error.to_string().contains("vm.max_map_count"), "{error}");
                assert_eq!(pool.stats().reservations, 0);
                pool.reserve(1000).unwrap();
                let mut local = LocalStacks::new(&pool);
                local.credit(&pool).unwrap();
                let stack = local.take(&pool);
                touch(&stack, USABLE);
                local.give(&pool, stack);
                local.refund(&pool);
                local.close(&pool);
                pool.unreserve(1000);
            },
        );
    }

    #[test]
    fn four_threads_keep_the_invariants() {
        const WORKERS: usize = 3;
        let pool = &StackPool::new(64 * 1024, WORKERS).unwrap();
        std::thread::scope(|scope| {
            for seed in 1..=WORKERS {
                scope.spawn(move || {
                    let mut local = LocalStacks::new(pool);
                    let mut random = seed as u64;
                    let (mut waiting, mut running) = (0, Vec::new());
                    for _ in 0..200_000 {
                        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        match random >> 62 {
                            0 => {
                                local.credit(pool).unwrap();
                                waiting += 1;
                            }
                            1 if waiting > 0 => {
                                waiting -= 1;
                                running.push(local.take(pool));
                            }
                            2 if waiting > 200 => {
                                waiting -= 1;
                                local.refund(pool);
                            }
                            _ if running.len() > (random >> 40) as usize % 2000 => {
                                let stack = running.swap_remove(running.len() / 2);
                                // Twice in use at once would show here, or in a stack's own bytes.
                                touch(&stack, 1);
                                local.give(pool, stack);
                                local.refund(pool);
                            }
                            _ => {}
                        }
                        let (credits, cached) = local.idle();
                        assert!(credits < 128 && cached <= LOCAL_CACHE);
                    }
                    for stack in running.drain(..) {
                        local.give(pool, stack);
                        local.refund(pool);
                    }
                    (0..waiting).for_each(|_| local.refund(pool));
                    local.close(pool);
                });
            }
            // A thread that is no worker.
            scope.spawn(move || {
                for n in 0..20_000 {
                    pool.reserve(n % 7).unwrap();
                    let stacks: Vec<_> = (0..n % 7).map(|_| pool.take()).collect();
                    let stats = pool.stats();
                    assert!(stats.prepared >= stats.taken + stats.warm);
                    stacks.into_iter().for_each(|stack| pool.give(stack));
                    pool.unreserve(n % 7);
                }
            });
        });
        let stats = pool.stats();
        assert_eq!((stats.reservations, stats.taken), (0, 0));
        assert!(stats.prepared >= WORKERS * LOCAL_CACHE);
    }
}
