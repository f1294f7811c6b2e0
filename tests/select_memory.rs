//! What a million selections leave behind in the sources that lost, and a hundred thousand polls at the fds: nothing.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use vervet::os::unix::net::UnixStream;
use vervet::queue::{Channel, Queue};
use vervet::select::{PollEvents, PollFd, poll};
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
const POLLS: u32 = 100_000;
/// What unrelated growth (a queue's buffer that doubles, a worker's inbox) may come to.
const SLACK: isize = 64 << 10;

/// Runs it alone, as all bytes are counted.
fn alone(test: fn()) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    common::watched(Duration::from_secs(120), test);
}

/// Runs so many turns, and asserts that nothing stays of them.
fn assert_flat(turns: u32, turn: impl Fn(u32)) {
    (0..turns / 100).for_each(&turn);
    let before = LIVE.load(Relaxed);
    (0..turns).for_each(&turn);
    let grown = LIVE.load(Relaxed) - before;
    assert!(grown < SLACK, "{grown} bytes more after {turns} turns");
}

#[test]
fn a_million_lost_races_leave_memory_flat() {
    alone(a_million_lost_races);
}

#[test]
fn a_hundred_thousand_lost_polls_leave_memory_flat() {
    alone(a_hundred_thousand_lost_polls);
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
            let close = common::OnDrop(|| _ = there.close());
            assert_flat(RACES, race);
            drop(close);
        });
    });
}

fn a_hundred_thousand_lost_polls() {
    let (there, back) = (Queue::<u32>::bounded(1), UnixStream::pair().unwrap());
    let (quiet, _other) = UnixStream::pair().unwrap();
    let (foreign, _writer) = std::io::pipe().unwrap();
    let (ours, mut theirs) = back;
    vervet::scope(|s| {
        s.spawn(|| {
            for n in there.iter() {
                theirs.write_all(&n.to_ne_bytes()).unwrap();
            }
        });
        s.spawn(|| {
            let close = common::OnDrop(|| _ = there.close());
            assert_flat(POLLS, |n| {
                there.put(n).unwrap();
                let any = PollEvents::IN | PollEvents::PRI;
                let mut fds = [PollFd::new(&quiet, any), PollFd::new(&ours, any), PollFd::new(&foreign, any)];
                assert_eq!(poll(&mut fds, Some(Duration::from_secs(3600))).unwrap(), 1);
                let mut number = [0; 4];
                (&ours).read_exact(&mut number).unwrap();
                assert_eq!(u32::from_ne_bytes(number), n);
            });
            drop(close);
        });
    });
}
