//! A million sleeping greenlets: what each costs, and that it all comes back.

mod child;

use std::time::{Duration, Instant};

use child::{available_memory, in_child, kernel_is, map_lines, resident, say, skip, wait_until};
use vervet::GreenletRef;

const GREENLETS: usize = 1_000_000;
/// Resident bytes that one sleeper may cost: its one page of stack, its control block, and a little.
const BYTES_EACH: usize = 4_800;
/// Far from `vm.max_map_count`, whose default is 65,530.
const MAP_LINES: usize = 1_000;
/// What may stay resident of all that: warm stacks, and what the allocator keeps.
const BYTES_LEFT_EACH: usize = 600;
const MEMORY_NEEDED: usize = 7 << 30;

#[test]
fn a_million_sleepers() {
    const TEST: &str = "a_million_sleepers";
    if !kernel_is(6, 13) {
        return skip(TEST, "this kernel has no guard markers (Linux 6.13)");
    }
    if available_memory() < MEMORY_NEEDED {
        return skip(TEST, "less than 7 GB of memory are available");
    }
    in_child(TEST, &[], Duration::from_secs(120), || {
        vervet::spawn(|| ()).join().unwrap();
        let before = resident();

        let start = Instant::now();
        let sleepers = vervet::run(|| {
            let sleeper = |_| vervet::spawn(|| vervet::sleep(Duration::from_secs(3600))).handle();
            (0..GREENLETS).map(sleeper).collect::<Vec<GreenletRef>>()
        });
        let spawned = start.elapsed();
        wait_until(|| vervet::runtime::metrics().parked.sleep == GREENLETS);
        let parked = start.elapsed();
        let each = (resident() - before) / GREENLETS;
        let maps = map_lines();

        let start = Instant::now();
        sleepers.iter().for_each(GreenletRef::kill);
        let killed = start.elapsed();
        wait_until(|| vervet::runtime::metrics().live == 0);
        let over = start.elapsed();
        assert!(vervet::kill_all(&sleepers, Some(Duration::ZERO)));
        drop(sleepers);
        // Idle workers give back what stacks nobody needs any more, once that has been so for a second.
        let left = || resident().saturating_sub(before) / GREENLETS;
        wait_until(|| left() <= BYTES_LEFT_EACH);
        let left = left();

        say(&format!("{each} bytes each, {left} left each, {maps} lines of maps"));
        say(&format!("spawned {spawned:?}, parked {parked:?}; killed {killed:?}, over {over:?}"));
        assert!(each <= BYTES_EACH, "{each} bytes each");
        assert!(maps < MAP_LINES, "{maps} lines of maps");
        let metrics = vervet::runtime::metrics();
        assert_eq!((metrics.live, metrics.stacks_in_use, metrics.parked.total()), (0, 0, 0));
        // And it all works again.
        assert_eq!(vervet::run(|| 1), 1);
    });
}
