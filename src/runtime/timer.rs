//! One worker's timers: an intrusive hierarchical timing wheel.
//!
//! Uses nothing of the crate. Takes time as an argument (nanoseconds of a monotonic clock) and never reads a clock.
//!
//! A [`TimerNode`] lives inside its owner's control block, so that arming, cancelling and firing allocate nothing.
//! Time is counted in ticks of 2^10 ns (1 us), a tick has 54 bits, and those are nine digits of six bits:
//!
//! ```text
//!   level     8      7      6      5      4      3      2      1      0
//!   slot is  9.1y   52d   19.5h  18.3m  17.2s  268ms  4.2ms  66us    1us    wide, 64 slots a level
//!
//!   current   0      0      0      2     17      9     40     63      5
//!   tick      0      0      0      2     17     11      3     20     61     ─►  level 3, slot 11
//!                                               └─ the highest digit that differs
//! ```
//!
//! Invariants, true whenever no method is running (and while a callback runs):
//!
//! * **Place.** An armed node is in the slot that `place` computes from its tick and `current`: the level is the highest
//!   digit in which they differ, the slot is the node's digit there. So a node need not remember where it is, all slots
//!   of a level lie ahead of `current`'s digit (nothing ever wraps), and a lower level is always due before a higher one.
//!   `current` may move as long as it enters no occupied slot; a slot it enters is cascaded in the same step.
//! * **Due.** The level-0 slot of `current` itself holds the timers that were late when they were armed.
//! * **Bitmap.** Bit s of `occupied[l]` is set if and only if slot s of level l has a node.
//! * **Minimum.** A slot's `earliest` is at most the tick of each of its nodes. It is exact until a node is cancelled.
//!
//! Nodes of a slot form a circle, the slot points at the oldest. A node is armed if and only if it has links.

use std::cell::Cell;
use std::ptr::NonNull;

/// Nanoseconds of a tick, as a power of two.
const TICK_BITS: u32 = 10;
/// Bits of a digit: a level has one slot for each value of its digit.
const DIGIT_BITS: u32 = 6;
const SLOTS: usize = 1 << DIGIT_BITS;
const LEVELS: usize = ((u64::BITS - TICK_BITS) / DIGIT_BITS) as usize;

/// The last tick, which `current` never reaches: a deadline in the last two ticks of 584 years is "never".
const NEVER: u64 = u64::MAX >> TICK_BITS;

/// The links of one timer. It stays at its address while armed.
///
/// Not `Sync`: the wheel's lock protects it, also against its owner.
pub(crate) struct TimerNode {
    next: Cell<Option<NonNull<TimerNode>>>,
    /// Meaningful while `next` is `Some`.
    prev: Cell<Option<NonNull<TimerNode>>>,
    /// The first tick at whose start the deadline has passed.
    tick: Cell<u64>,
}

impl TimerNode {
    pub(crate) const fn new() -> Self {
        TimerNode { next: Cell::new(None), prev: Cell::new(None), tick: Cell::new(0) }
    }

    /// Whether the node is in a wheel. To be asked under the wheel's lock.
    pub(crate) fn is_armed(&self) -> bool {
        self.next.get().is_some()
    }
}

#[derive(Clone, Copy)]
struct Slot {
    /// The oldest node of the circle.
    head: Option<NonNull<TimerNode>>,
    /// No node is due before this tick; `u64::MAX` if there is none.
    earliest: u64,
}

const EMPTY: Slot = Slot { head: None, earliest: u64::MAX };

/// The timers of one worker. Dropping it forgets its nodes, armed as they are.
pub(crate) struct Wheel {
    /// The tick up to which everything has fired.
    current: u64,
    len: usize,
    occupied: [u64; LEVELS],
    slots: Box<[[Slot; SLOTS]; LEVELS]>,
}

// SAFETY: only the pointers to nodes keep `Wheel` from being `Send` by itself. They are followed in `insert`, `cancel`
// and `expire`, all of which have `&mut self`, and who inserted a node promised that until it fires or is cancelled it
// stays alive and nobody touches it but under the lock that also guards this wheel. Which thread holds it is no matter.
unsafe impl Send for Wheel {}

impl Wheel {
    /// An empty wheel whose time is `now`.
    pub(crate) fn new(now: u64) -> Self {
        Wheel {
            current: reached(now),
            len: 0,
            occupied: [0; LEVELS],
            slots: Box::new([[EMPTY; SLOTS]; LEVELS]),
        }
    }

    /// How many timers are armed.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Arms `node` for `when`; what has passed already fires at the next `expire`. O(1).
    ///
    /// # Safety
    /// `node` is not armed. Until it has fired or was cancelled it stays alive at this address, no `&mut` to it is made,
    /// and it is only touched under the lock that guards this wheel. The pointer's provenance is what `fired` gets back.
    pub(crate) unsafe fn insert(&mut self, node: NonNull<TimerNode>, when: u64) {
        // SAFETY: alive and not mutably borrowed, by this function's contract.
        let fields = unsafe { node.as_ref() };
        debug_assert!(!fields.is_armed(), "a timer is armed twice");
        fields.tick.set(when.div_ceil(1 << TICK_BITS).min(NEVER));
        // SAFETY: in no circle, and alive for as long as it will be in one, by this function's contract.
        unsafe { self.link(node) };
        self.len += 1;
    }

    /// Disarms `node`; false if it was not armed (never, no longer, or because it has fired). O(1).
    ///
    /// # Safety
    /// `node` is alive, and if it is armed, then in this wheel. The caller holds the lock that guards this wheel.
    pub(crate) unsafe fn cancel(&mut self, node: NonNull<TimerNode>) -> bool {
        // SAFETY: alive, by this function's contract; what is armed is not mutably borrowed, by `insert`'s.
        let fields = unsafe { node.as_ref() };
        if !fields.is_armed() {
            return false;
        }
        let (level, slot) = self.place(fields.tick.get());
        // SAFETY: armed in this wheel by this function's contract, so it is in the slot that `place` names (Place).
        unsafe { self.unlink(node, level, slot) };
        true
    }

    /// When to call `expire` next: not later than the earliest timer fires, and exactly then as long as none of those that
    /// share its slot was cancelled. After such a cancel `expire` may find nothing, at most once for each level below.
    pub(crate) fn next_expiry(&self) -> Option<u64> {
        let (level, slot) = self.first_occupied()?;
        Some(self.slots[level][slot].earliest << TICK_BITS)
    }

    /// Fires what is due at `now`, tick by tick in order; a `now` before an earlier one counts as that.
    ///
    /// Each node is disarmed before `fired` gets it and not touched afterwards. Costs nothing for ticks without timers,
    /// however many; a timer is moved at most once for each level. If `fired` panics, the others stay armed.
    pub(crate) fn expire(&mut self, now: u64, fired: &mut dyn FnMut(NonNull<TimerNode>)) {
        let now = reached(now).max(self.current);
        while let Some((level, slot)) = self.first_occupied() {
            let start = self.start(level, slot);
            if start > now {
                break;
            }
            if level == 0 {
                self.current = start;
                self.fire(slot, fired);
            } else {
                // Not to the slot's start: that would sort its nodes by one digit only, to sort them again right away.
                self.current = self.slots[level][slot].earliest.min(now);
                self.cascade(level, slot);
            }
        }
        // No occupied slot begins between here and `now`, so no node's place changes.
        self.current = now;
    }

    /// Empties the level-0 slot of `current`.
    fn fire(&mut self, slot: usize, fired: &mut dyn FnMut(NonNull<TimerNode>)) {
        // One by one: should `fired` unwind, the rest is still a proper circle.
        while let Some(node) = self.slots[0][slot].head {
            // SAFETY: the head of this slot's circle; nodes in a circle are alive by `insert`'s contract.
            unsafe { self.unlink(node, 0, slot) };
            fired(node);
        }
    }

    /// Moves the nodes of a slot that `current` has just entered to where they now belong, which is further down.
    fn cascade(&mut self, level: usize, slot: usize) {
        self.occupied[level] &= !(1 << slot);
        let Some(first) = std::mem::replace(&mut self.slots[level][slot], EMPTY).head else { return };
        let mut node = first;
        loop {
            // SAFETY: nodes in a circle are alive by `insert`'s contract. The successor is read before the links change.
            let next = unsafe { node.as_ref() }.next.get().expect("a node in a circle has links");
            // SAFETY: as above; the old circle is no slot's any more, and of its links only those of nodes that were not
            // moved yet are followed: `first`, which was, is compared only.
            unsafe { self.link(node) };
            if next == first {
                break;
            }
            node = next;
        }
    }

    /// Where a node with this tick belongs.
    fn place(&self, tick: u64) -> (usize, usize) {
        let tick = tick.max(self.current);
        let level = ((tick ^ self.current) | 1).ilog2() / DIGIT_BITS;
        (level as usize, (tick >> (level * DIGIT_BITS)) as usize % SLOTS)
    }

    /// The occupied slot that begins first: levels and the slots of a level are in order of time (Place).
    fn first_occupied(&self) -> Option<(usize, usize)> {
        let level = self.occupied.iter().position(|&slots| slots != 0)?;
        Some((level, self.occupied[level].trailing_zeros() as usize))
    }

    /// The first tick of a slot: `current`, with the slot's number for a digit and zeros below.
    fn start(&self, level: usize, slot: usize) -> u64 {
        let shift = level as u32 * DIGIT_BITS;
        let above = self.current >> shift >> DIGIT_BITS << DIGIT_BITS;
        (above | slot as u64) << shift
    }

    /// Appends `node` to the circle of the slot it belongs to.
    ///
    /// # Safety
    /// `node` is alive, has its tick, is in no circle of this wheel, and from here on keeps `insert`'s promises.
    unsafe fn link(&mut self, node: NonNull<TimerNode>) {
        // SAFETY: alive, by this function's contract.
        let fields = unsafe { node.as_ref() };
        let tick = fields.tick.get();
        let (level, slot) = self.place(tick);
        let Slot { head, earliest } = &mut self.slots[level][slot];
        let first = *head.get_or_insert(node);
        // SAFETY: the head, if it is not `node` itself, is in a circle, and such nodes are alive by `insert`'s contract.
        let last = match unsafe { first.as_ref() }.prev.replace(Some(node)) {
            Some(last) if first != node => last,
            _ => node,
        };
        fields.prev.set(Some(last));
        fields.next.set(Some(first));
        // SAFETY: the predecessor of a node in a circle is in it too, hence alive; or it is `node`.
        unsafe { last.as_ref() }.next.set(Some(node));
        *earliest = tick.min(*earliest);
        self.occupied[level] |= 1 << slot;
    }

    /// Takes `node` out of its circle and marks it as not armed.
    ///
    /// # Safety
    /// `node` is in the circle of this slot.
    unsafe fn unlink(&mut self, node: NonNull<TimerNode>, level: usize, slot: usize) {
        // SAFETY: nodes in a circle are alive by `insert`'s contract.
        let fields = unsafe { node.as_ref() };
        let (Some(next), Some(prev)) = (fields.next.take(), fields.prev.take()) else {
            unreachable!("a node in a circle has links");
        };
        self.len -= 1;
        if next == node {
            self.slots[level][slot] = EMPTY;
            self.occupied[level] &= !(1 << slot);
            return;
        }
        // SAFETY: neighbours of a node in a circle are in it too, hence alive.
        unsafe {
            next.as_ref().prev.set(Some(prev));
            prev.as_ref().next.set(Some(next));
        }
        let head = &mut self.slots[level][slot].head;
        if *head == Some(node) {
            *head = Some(next);
        }
    }
}

/// The last tick that has begun at `now`.
fn reached(now: u64) -> u64 {
    (now >> TICK_BITS).min(NEVER - 1)
}

impl std::fmt::Debug for Wheel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wheel").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    const TICK: u64 = 1 << TICK_BITS;
    const SECOND: u64 = 1_000_000_000;
    const HOUR: u64 = 3600 * SECOND;

    /// A wheel and its nodes, which are named by number.
    struct Bench {
        wheel: Wheel,
        nodes: Box<[TimerNode]>,
    }

    impl Bench {
        fn new(nodes: usize, now: u64) -> Self {
            Bench { wheel: Wheel::new(now), nodes: (0..nodes).map(|_| TimerNode::new()).collect() }
        }

        fn insert(&mut self, id: usize, when: u64) {
            assert!(!self.nodes[id].is_armed());
            // SAFETY: not armed, as just asserted; the nodes live as long as the wheel, and this thread has both.
            unsafe { self.wheel.insert(NonNull::from(&self.nodes[id]), when) };
            assert!(self.nodes[id].is_armed());
        }

        fn cancel(&mut self, id: usize) -> bool {
            // SAFETY: alive, and only ever armed in this wheel.
            let was_armed = unsafe { self.wheel.cancel(NonNull::from(&self.nodes[id])) };
            assert!(!self.nodes[id].is_armed());
            was_armed
        }

        fn expire(&mut self, now: u64) -> Vec<usize> {
            let (base, mut fired) = (self.nodes.as_ptr().addr(), Vec::new());
            self.wheel.expire(now, &mut |node| {
                // SAFETY: our nodes are alive.
                assert!(!unsafe { node.as_ref() }.is_armed());
                fired.push((node.as_ptr().addr() - base) / size_of::<TimerNode>());
            });
            fired
        }

        /// The invariants of the file's header.
        fn check(&self) {
            let mut count = 0;
            for (level, slots) in self.wheel.slots.iter().enumerate() {
                for (slot, Slot { head, earliest }) in slots.iter().enumerate() {
                    assert_eq!(self.wheel.occupied[level] >> slot & 1 == 1, head.is_some());
                    let Some(first) = *head else { continue };
                    let mut node = first;
                    loop {
                        // SAFETY: our nodes are alive.
                        let fields = unsafe { node.as_ref() };
                        assert_eq!(self.wheel.place(fields.tick.get()), (level, slot));
                        assert!(*earliest <= fields.tick.get());
                        count += 1;
                        let next = fields.next.get().unwrap();
                        // SAFETY: as above.
                        assert_eq!(unsafe { next.as_ref() }.prev.get(), Some(node));
                        node = next;
                        if node == first {
                            break;
                        }
                    }
                }
            }
            assert_eq!(count, self.wheel.len());
        }
    }

    struct XorShift(u64);

    impl XorShift {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn below(&mut self, end: u64) -> u64 {
            self.next() % end
        }

        /// All magnitudes alike.
        fn any_magnitude(&mut self) -> u64 {
            let shift = self.below(64);
            self.next() >> shift
        }
    }

    #[test]
    fn node_is_three_words() {
        assert_eq!(size_of::<TimerNode>(), 24);
    }

    #[test]
    fn fires_at_its_tick_and_not_before() {
        for when in
            [1, TICK - 1, TICK, TICK + 1, 63 * TICK, 64 * TICK, 65 * TICK, 10 * SECOND, HOUR, 9999 * HOUR]
        {
            let mut bench = Bench::new(1, 0);
            bench.insert(0, when);
            let due = when.div_ceil(TICK) * TICK;
            assert!(bench.expire(when - 1).is_empty(), "{when}");
            assert!(bench.expire(due - 1).is_empty(), "{when}");
            assert_eq!(bench.wheel.next_expiry(), Some(due));
            assert_eq!(bench.expire(due), [0], "{when}");
            assert_eq!((bench.wheel.len(), bench.wheel.next_expiry()), (0, None));
            assert!(!bench.cancel(0));
        }
    }

    #[test]
    fn past_deadline_fires_at_next_expire() {
        let mut bench = Bench::new(3, 77 * SECOND);
        bench.insert(0, 0);
        bench.insert(1, 76 * SECOND);
        bench.insert(2, 77 * SECOND / TICK * TICK);
        assert!(bench.wheel.next_expiry().unwrap() <= 77 * SECOND);
        assert_eq!(bench.expire(77 * SECOND), [0, 1, 2]);
    }

    #[test]
    fn time_that_goes_back_changes_nothing() {
        let mut bench = Bench::new(2, 0);
        assert!(bench.expire(SECOND).is_empty());
        bench.insert(0, 2 * SECOND);
        bench.insert(1, SECOND / 2);
        assert_eq!(bench.expire(0), [1]);
        bench.check();
        assert_eq!(bench.expire(3 * SECOND), [0]);
    }

    #[test]
    fn cancel_and_rearm() {
        let mut bench = Bench::new(4, 0);
        assert!(!bench.cancel(0));
        for id in 0..4 {
            bench.insert(id, SECOND);
        }
        assert!(bench.cancel(0) && bench.cancel(2));
        assert!(!bench.cancel(0));
        bench.check();
        bench.insert(0, 2 * SECOND);
        assert_eq!(bench.expire(SECOND + TICK), [1, 3]);
        assert_eq!(bench.expire(2 * SECOND + TICK), [0]);
    }

    #[test]
    fn far_future_neither_overflows_nor_fires() {
        let mut bench = Bench::new(4, u64::MAX);
        bench.insert(0, u64::MAX);
        assert!(bench.expire(u64::MAX).is_empty());
        assert!(bench.cancel(0));

        let mut bench = Bench::new(4, 0);
        bench.insert(0, u64::MAX);
        bench.insert(1, u64::MAX - 1);
        bench.insert(2, u64::MAX - 3 * TICK);
        bench.insert(3, u64::MAX / 2);
        assert_eq!(bench.expire(u64::MAX / 2 + TICK), [3]);
        bench.check();
        assert_eq!(bench.expire(u64::MAX), [2]);
        bench.check();
        assert_eq!(bench.wheel.len(), 2);
        assert!(bench.cancel(0) && bench.cancel(1));
    }

    #[test]
    fn jump_fires_in_order() {
        let mut bench = Bench::new(1000, 0);
        let mut random = XorShift(42);
        let whens: Vec<u64> = (0..1000).map(|_| random.below(48 * HOUR)).collect();
        for (id, &when) in whens.iter().enumerate() {
            bench.insert(id, when);
        }
        let fired = bench.expire(100 * HOUR);
        assert_eq!(fired.len(), 1000);
        assert!(fired.is_sorted_by_key(|&id| whens[id].div_ceil(TICK)));
        assert!(bench.expire(u64::MAX).is_empty());
    }

    #[test]
    fn lone_sleeper_wakes_once() {
        for when in [TICK, SECOND, 10 * SECOND + 12345, 300 * HOUR] {
            let mut bench = Bench::new(1, 123_456_789);
            bench.insert(0, 123_456_789 + when);
            let at = bench.wheel.next_expiry().unwrap();
            assert_eq!(bench.expire(at), [0]);
        }
    }

    #[test]
    fn cancelled_neighbour_costs_few_wakes() {
        let mut bench = Bench::new(2, 0);
        bench.insert(0, 8 * HOUR);
        bench.insert(1, 10 * HOUR);
        assert!(bench.cancel(0));
        let mut wakes = 1;
        while bench.expire(bench.wheel.next_expiry().unwrap()).is_empty() {
            wakes += 1;
        }
        assert!(wakes <= 2, "{wakes}");
    }

    #[test]
    fn panic_in_callback_keeps_the_others() {
        let mut bench = Bench::new(3, 0);
        for id in 0..3 {
            bench.insert(id, SECOND);
        }
        let wheel = &mut bench.wheel;
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wheel.expire(2 * SECOND, &mut |_| std::panic::resume_unwind(Box::new(())));
        }));
        assert!(unwound.is_err());
        bench.check();
        assert!(bench.cancel(2));
        assert_eq!(bench.expire(2 * SECOND), [1]);
    }

    #[test]
    fn behaves_like_an_ordered_map() {
        let (seeds, operations) = if cfg!(miri) { (4, 300) } else { (64, 6000) };
        for seed in 1..=seeds {
            let shown = std::panic::catch_unwind(|| compare_with_map(seed, operations));
            assert!(shown.is_ok(), "seed {seed}");
        }
    }

    fn compare_with_map(seed: u64, operations: usize) {
        const NODES: usize = 200;
        let mut random = XorShift(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut now = random.any_magnitude() / 4;
        let mut latest = now;
        let mut bench = Bench::new(NODES, now);
        let mut model: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        let mut ticks = [None; NODES];
        let mut misses = 0;
        for _ in 0..operations {
            let id = random.below(NODES as u64) as usize;
            match random.below(16) {
                0..=8 if ticks[id].is_none() => {
                    let when = match random.below(8) {
                        0 => random.next(),
                        1 => u64::MAX - random.any_magnitude(),
                        2 => now.saturating_sub(random.any_magnitude()),
                        // Company for another: the same tick, nearly.
                        3 => model
                            .keys()
                            .next()
                            .map_or(now, |tick| (tick << TICK_BITS).saturating_sub(random.below(2))),
                        4 => now.saturating_add(random.any_magnitude()),
                        _ => now.saturating_add(random.any_magnitude() >> 20),
                    };
                    let tick = u64::try_from(u128::from(when).div_ceil(TICK.into())).unwrap().min(NEVER);
                    bench.insert(id, when);
                    ticks[id] = Some(tick);
                    model.entry(tick).or_default().insert(id);
                }
                9..=11 => {
                    assert_eq!(bench.cancel(id), ticks[id].is_some());
                    if let Some(tick) = ticks[id].take() {
                        let peers = model.get_mut(&tick).unwrap();
                        peers.remove(&id);
                        if peers.is_empty() {
                            model.remove(&tick);
                        }
                    }
                    misses = 0;
                }
                step => {
                    let earliest = model.keys().next().copied();
                    let expiry = bench.wheel.next_expiry();
                    assert_eq!(earliest.is_some(), expiry.is_some());
                    if let (Some(earliest), Some(expiry)) = (earliest, expiry) {
                        assert!(expiry <= earliest << TICK_BITS);
                    }
                    let slept = step >= 13 && expiry.is_some_and(|at| at < u64::MAX / 4);
                    now = match step {
                        _ if slept => now.max(expiry.unwrap()),
                        12 => now.saturating_sub(random.below(TICK * 3)),
                        13 => now + random.below(SECOND),
                        14 if random.below(4) == 0 => now.saturating_add(random.any_magnitude() >> 8),
                        _ => now + random.below(TICK * 70),
                    };
                    let before = latest >> TICK_BITS;
                    latest = now.max(latest);
                    let fired = bench.expire(now);
                    let floor = (latest >> TICK_BITS).min(NEVER - 1);
                    misses = if slept && fired.is_empty() { misses + 1 } else { 0 };
                    assert!(misses < LEVELS, "wakes for nothing");
                    assert!(fired.is_sorted_by_key(|&id| ticks[id].unwrap().max(before)));
                    let mut due = model;
                    model = due.split_off(&(floor + 1));
                    let due: BTreeSet<usize> = due.into_values().flatten().collect();
                    assert_eq!(fired.len(), due.len());
                    for id in fired {
                        assert!(due.contains(&id));
                        assert!(ticks[id].take().unwrap() <= floor);
                    }
                }
            }
            assert_eq!(bench.wheel.len(), ticks.iter().flatten().count());
            if random.below(8) == 0 {
                bench.check();
            }
        }
    }

    #[test]
    fn a_million_timers() {
        let count = if cfg!(miri) { 1000 } else { 1_000_000 };
        let mut bench = Bench::new(count, 0);
        let mut random = XorShift(7);
        for id in 0..count {
            bench.insert(id, random.below(60 * SECOND));
        }
        assert_eq!(bench.wheel.len(), count);
        for id in (0..count).step_by(2) {
            assert!(bench.cancel(id));
        }
        let (mut now, mut fired) = (0, 0);
        while now < 61 * SECOND {
            fired += bench.expire(now).len();
            now += 5_000_000;
        }
        assert_eq!((fired, bench.wheel.len()), (count / 2, 0));
    }
}
