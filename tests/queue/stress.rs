//! Many of both sorts on both sides of one queue, with timeouts and kills: no item is lost, none is doubled, and the queue is as
//! whole at the end as at the beginning.
//!
//! One second for each kind by default. A longer run:
//!
//! ```text
//! VERVET_STRESS_SECONDS=10 cargo test --test queue stress -- --nocapture
//! ```

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::child::{Random, in_child, say, seed, stress_time};
use crate::support::*;

const WORKERS: &str = "8";
const GREENLETS: u64 = 24;
const THREADS: u64 = 3;
/// How far putters may be ahead where there is no bound.
const AHEAD: u64 = 20_000;
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct World {
    stop: AtomicBool,
    /// The number of the next item; each is used once.
    next: AtomicU64,
    got: AtomicU64,
    /// Items that were put, by what the putters heard, and those that were got.
    books: Mutex<(Vec<usize>, Vec<usize>)>,
    cut_short: AtomicU64,
}

impl World {
    /// Lets the getters catch up.
    fn hold_back(&self) {
        let gone = || self.got.load(Ordering::Relaxed) + self.cut_short.load(Ordering::Relaxed);
        while self.next.load(Ordering::Relaxed) > gone() + AHEAD && !self.stop.load(Ordering::Relaxed) {
            vervet::yield_now();
        }
    }
}

/// Runs `act` in a greenlet, which is killed in the middle, or before or after.
fn killed<T: Send + 'static>(random: &mut Random, act: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let attempt = vervet::spawn(act);
    match random.below(3) {
        0 => {}
        1 => vervet::yield_now(),
        _ => vervet::sleep(Duration::from_nanos(random.below(50_000))),
    }
    attempt.kill();
    attempt.join().ok()
}

/// Puts new items. Answers those that were put.
fn put(world: &World, queue: &Any<usize>, mut random: Random) -> Vec<usize> {
    let mut put = Vec::new();
    while !world.stop.load(Ordering::Relaxed) {
        world.hold_back();
        let item = world.next.fetch_add(1, Ordering::Relaxed) as usize;
        let limit = Duration::from_nanos(random.below(100_000));
        let done = match random.below(8) {
            0 => vervet::timeout(limit, || queue.put(item).is_ok()).unwrap_or(false),
            1 => {
                let theirs = queue.clone();
                killed(&mut random, move || theirs.put(item).is_ok()).unwrap_or(false)
            }
            2 => queue.try_put(item).is_ok(),
            3 => queue.put_timeout(item, limit).is_ok(),
            4 => each!(queue, queue => vervet::select! {
                put = queue.put(item) => put.is_ok(),
                _ = after(limit) => false,
            }),
            _ => queue.put(item).is_ok(),
        };
        if done {
            put.push(item);
        } else {
            world.cut_short.fetch_add(1, Ordering::Relaxed);
        }
    }
    put
}

/// Gets until the queue is at its end. Answers what it got.
fn get(world: &World, queue: &Any<usize>, mut random: Random) -> Vec<usize> {
    let mut got = Vec::new();
    loop {
        let limit = Duration::from_nanos(random.below(100_000));
        let before = got.len();
        match random.below(8) {
            0 => got.extend(vervet::timeout(limit, || queue.get().ok()).ok().flatten()),
            1 => {
                let theirs = queue.clone();
                // What it has got it leaves here, as the next wait would unwind it.
                let kept = Arc::new(Mutex::new(None));
                let keep = Arc::clone(&kept);
                killed(&mut random, move || *keep.lock().unwrap() = theirs.get().ok());
                got.extend(kept.lock().unwrap().take());
            }
            2 => got.extend(queue.try_get()),
            3 => got.extend(queue.get_timeout(limit)),
            4 => got.extend(each!(queue, queue => vervet::select! {
                item = queue.get() => item.ok(),
                _ = after(limit) => None,
            })),
            5 => drop(queue.peek_timeout(limit)),
            _ => match queue.get() {
                Ok(item) => got.push(item),
                Err(_) => return got,
            },
        }
        world.got.fetch_add((got.len() - before) as u64, Ordering::Relaxed);
    }
}

fn stress(test: &str, flavor: Flavor, bound: Option<usize>) {
    let time = stress_time(Duration::from_secs(1));
    in_child(test, &[("VERVET_WORKERS", WORKERS)], 2 * time + 2 * PATIENCE, || {
        let seed = seed();
        say(&format!("VERVET_TEST_SEED={seed}"));
        let world = Arc::new(World::default());
        let queue = Kind { flavor, bound }.make::<usize>();
        let putter = |n: u64| {
            let (world, queue, random) = (Arc::clone(&world), queue.clone(), Random::new(seed ^ n));
            move || {
                let put = put(&world, &queue, random);
                world.books.lock().unwrap().0.extend(put);
            }
        };
        let getter = |n: u64| {
            let (world, queue, random) = (Arc::clone(&world), queue.clone(), Random::new(!seed ^ n));
            move || {
                let got = get(&world, &queue, random);
                world.books.lock().unwrap().1.extend(got);
            }
        };
        let mut greenlets: Vec<_> = (0..GREENLETS).map(|n| vervet::spawn(getter(n))).collect();
        let putters: Vec<_> = (0..GREENLETS).map(|n| vervet::spawn(putter(n))).collect();
        let mut threads: Vec<_> = (0..THREADS).map(|n| thread::spawn(getter(100 + n))).collect();
        let putting: Vec<_> = (0..THREADS).map(|n| thread::spawn(putter(100 + n))).collect();
        thread::sleep(time);
        world.stop.store(true, Ordering::Relaxed);
        greenlets.extend(putters.into_iter().filter(|putter| !putter.wait(Some(PATIENCE))));
        putting.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(queue.close());
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
        threads.drain(..).for_each(|thread| thread.join().unwrap());

        let (mut put, mut got) = std::mem::take(&mut *world.books.lock().unwrap());
        put.sort_unstable();
        got.sort_unstable();
        assert!(put == got, "{} put, {} got", put.len(), got.len());
        assert!(!put.is_empty());
        assert!(format!("{queue:?}").contains("putters: 0, getters: 0"), "{queue:?}");
        let metrics = vervet::runtime::metrics();
        assert_eq!((metrics.live, metrics.parked.total()), (0, 0));
        say(&format!(
            "{test}: {} items, {} puts cut short",
            put.len(),
            world.cut_short.load(Ordering::Relaxed)
        ));
    });
}

#[test]
fn queue_of_one() {
    stress("stress::queue_of_one", Flavor::Queue, Some(1));
}

#[test]
fn queue_of_a_hundred() {
    stress("stress::queue_of_a_hundred", Flavor::Queue, Some(100));
}

#[test]
fn queue_without_a_bound() {
    stress("stress::queue_without_a_bound", Flavor::Queue, None);
}

#[test]
fn priority_queue() {
    stress("stress::priority_queue", Flavor::Priority, Some(3));
}

#[test]
fn lifo_queue() {
    stress("stress::lifo_queue", Flavor::Lifo, Some(3));
}

#[test]
fn joinable_queue() {
    stress("stress::joinable_queue", Flavor::Joinable, Some(10));
}

#[test]
fn channel() {
    stress("stress::channel", Flavor::Channel, Some(0));
}
