//! Ten million items from eight who put to eight who get, on eight workers: none is lost, none comes twice, and each consumer
//! sees those of each producer in their order.

use std::time::{Duration, Instant};

use vervet::queue::Queue;

use crate::child::{in_child, say};

const WORKERS: &str = "8";
const ACTORS: u64 = 8;
const LIMIT: Duration = Duration::from_secs(120);

/// From whom, and which of his items.
type Item = (u64, u64);

/// What one consumer has got: how many of each producer's, and the sum of their numbers.
#[derive(Default)]
struct Books([(u64, u64); ACTORS as usize]);

fn consume(queue: Queue<Item>) -> Books {
    let mut books = Books::default();
    let mut last = [None; ACTORS as usize];
    for (producer, n) in queue {
        let last = &mut last[producer as usize];
        assert!(last.is_none_or(|last| last < n), "{n} of {producer} came after {last:?}");
        *last = Some(n);
        let (count, sum) = &mut books.0[producer as usize];
        *count += 1;
        *sum += n;
    }
    books
}

fn all_arrive(test: &str, bound: Option<usize>, items: u64) {
    in_child(test, &[("VERVET_WORKERS", WORKERS)], LIMIT, || {
        let start = Instant::now();
        let share = items / ACTORS;
        let queue = bound.map_or_else(Queue::unbounded, Queue::bounded);
        let consumers: Vec<_> = (0..ACTORS)
            .map(|_| {
                let queue = queue.clone();
                vervet::spawn(move || consume(queue))
            })
            .collect();
        let producers: Vec<_> = (0..ACTORS)
            .map(|id| {
                let queue = queue.clone();
                vervet::spawn(move || (0..share).try_for_each(|n| queue.put((id, n))))
            })
            .collect();
        vervet::join_all(producers).into_iter().for_each(|put| put.unwrap().unwrap());
        queue.close();
        let mut total = Books::default();
        for books in vervet::join_all(consumers) {
            for (total, own) in total.0.iter_mut().zip(books.unwrap().0) {
                total.0 += own.0;
                total.1 += own.1;
            }
        }
        assert_eq!(total.0, [(share, share * (share - 1) / 2); ACTORS as usize]);
        assert_eq!(queue.len(), 0);
        let metrics = vervet::runtime::metrics();
        assert_eq!((metrics.live, metrics.parked.total(), metrics.workers.len()), (0, 0, 8));
        say(&format!("{test}: {items} items in {:?}", start.elapsed()));
    });
}

#[test]
fn ten_million_items() {
    all_arrive("million::ten_million_items", Some(1_024), 10_000_000);
}

#[test]
fn one_after_the_other() {
    all_arrive("million::one_after_the_other", Some(1), 200_000);
}

#[test]
fn in_a_list() {
    // More than a ring is made for; so all of them go through the lock.
    all_arrive("million::in_a_list", Some(1 << 20), 1_000_000);
}

#[test]
fn without_a_bound() {
    all_arrive("million::without_a_bound", None, 1_000_000);
}
