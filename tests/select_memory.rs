//! What a million selections leave behind in the sources that lost: nothing.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};
use std::time::Duration;

use vervet::queue::{Channel, Queue};
use vervet::sync::{Event, Semaphore};

/// The system's allocator, with the bytes counted that it has given out.
struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: passes everything on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Relaxed);
        // SAFETY: the caller's promises are the system allocator's demands.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const RACES: u32 = 1_000_000;
/// What unrelated growth (a queue's buffer that doubles, a worker's inbox) may come to.
const SLACK: isize = 64 << 10;

#[test]
fn a_million_lost_races_leave_memory_flat() {
    common::watched(Duration::from_secs(120), a_million_lost_races);
}

fn a_million_lost_races() {
    let (there, back) = (Queue::<u32>::bounded(1), Queue::<u32>::bounded(1));
    let (never, meeting) = (Queue::<u32>::unbounded(), Channel::<u32>::new());
    let (event, permits) = (Event::new(), Semaphore::new(0));
    let race = |n: u32| {
        there.put(n).unwrap();
        vervet::select! {
            item = back.get() => assert_eq!(item.unwrap(), n),
            _ = never.get() => unreachable!(),
            _ = meeting.get() => unreachable!(),
            _ = event.wait() => unreachable!(),
            _ = permits.acquire() => unreachable!(),
            _ = after(Duration::from_secs(3600)) => unreachable!(),
        }
    };
    vervet::scope(|s| {
        s.spawn(|| {
            for n in there.iter() {
                back.put(n).unwrap();
            }
        });
        s.spawn(|| {
            (0..RACES / 100).for_each(race);
            let before = LIVE.load(Relaxed);
            (0..RACES).for_each(race);
            let grown = LIVE.load(Relaxed) - before;
            there.close();
            assert!(grown < SLACK, "{grown} bytes more after {RACES} selections");
        });
    });
}
