//! Queues, channels, permits, events and results as sources: what is chosen is had, what loses is left alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::queue::{Channel, JoinableQueue, LifoQueue, PriorityQueue, Queue};
use vervet::select::{Select, Waitable};
use vervet::sync::{AsyncResult, Event, Semaphore, WaitGroup, mpsc};

use crate::common::{Drops, HOUR, checked, eventually, in_both, parked};

const SOON: Duration = Duration::from_millis(10);

#[test]
fn items_come_from_whichever_queue_has_one() {
    in_both(|| {
        let (fifo, lifo, heap) = (Queue::unbounded(), LifoQueue::unbounded(), PriorityQueue::unbounded());
        let (joinable, channel) = (JoinableQueue::unbounded(), Channel::new());
        let (tx, rx) = mpsc::channel();
        let take = || {
            vervet::select! {
                item = fifo.get() => ("fifo", item.unwrap()),
                item = lifo.get() => ("lifo", item.unwrap()),
                item = heap.get() => ("heap", item.unwrap()),
                item = joinable.get() => ("joinable", item.unwrap()),
                item = channel.get() => ("channel", item.unwrap()),
                item = rx.recv() => ("mpsc", item.unwrap()),
                _ = after(HOUR) => unreachable!(),
            }
        };
        fifo.put(1).unwrap();
        assert_eq!(take(), ("fifo", 1));
        lifo.put(2).unwrap();
        assert_eq!(take(), ("lifo", 2));
        heap.put(3).unwrap();
        assert_eq!(take(), ("heap", 3));
        joinable.put(4).unwrap();
        assert_eq!(take(), ("joinable", 4));
        tx.send(5).unwrap();
        assert_eq!(take(), ("mpsc", 5));
        let putter = vervet::spawn({
            let channel = channel.clone();
            move || channel.put(6)
        });
        assert_eq!(take(), ("channel", 6));
        putter.join().unwrap().unwrap();
    });
}

#[test]
fn items_wake_the_selection() {
    in_both(|| {
        let (first, second) = (Queue::bounded(1), Queue::bounded(1));
        let putter = vervet::spawn({
            let second = second.clone();
            move || {
                vervet::sleep(SOON);
                second.put("second").unwrap();
            }
        });
        let item = vervet::select! {
            item = first.get() => item,
            item = second.get() => item,
        };
        assert_eq!(item.unwrap(), "second");
        putter.join().unwrap();
        // The one that lost is as it was.
        first.put("first").unwrap();
        assert_eq!(first.get().unwrap(), "first");
    });
}

#[test]
fn a_put_that_loses_is_dropped_and_never_delivered() {
    in_both(|| {
        let drops = Drops::new();
        let full = Queue::bounded(1);
        full.put(drops.value()).unwrap();
        vervet::select! {
            _ = full.put(drops.value()) => unreachable!("there is no room"),
            _ = after(SOON) => assert_eq!(drops.count(), 1, "what loses is dropped first"),
        }
        drop(full.get().unwrap());
        assert_eq!(full.len(), 0);
        assert_eq!(drops.count(), 2);
        vervet::select! {
            put = full.put(drops.value()) => put.unwrap(),
            default => unreachable!("there is room"),
        }
        assert_eq!(full.len(), 1);
    });
}

#[test]
fn a_put_is_chosen_when_there_is_room() {
    in_both(|| {
        let full = Queue::bounded(1);
        full.put(1).unwrap();
        let getter = vervet::spawn({
            let full = full.clone();
            move || {
                vervet::sleep(SOON);
                full.get().unwrap()
            }
        });
        vervet::select! {
            put = full.put(2) => put.unwrap(),
            _ = after(HOUR) => unreachable!(),
        }
        assert_eq!(getter.join().unwrap(), 1);
        assert_eq!(full.get().unwrap(), 2);
    });
}

#[test]
fn two_selections_meet_in_a_channel() {
    in_both(|| {
        let (there, back) = (Channel::new(), Channel::new());
        let partner = vervet::spawn({
            let (there, back) = (there.clone(), back.clone());
            move || {
                for _ in 0..1_000 {
                    let item: u32 = vervet::select! {
                        item = there.get() => item.unwrap(),
                        _ = after(HOUR) => unreachable!(),
                    };
                    vervet::select! {
                        put = back.put(item + 1) => put.unwrap(),
                        _ = after(HOUR) => unreachable!(),
                    }
                }
            }
        });
        for n in 0..1_000 {
            vervet::select! {
                put = there.put(n) => put.unwrap(),
                _ = after(HOUR) => unreachable!(),
            }
            vervet::select! {
                item = back.get() => assert_eq!(item.unwrap(), n + 1),
                _ = after(HOUR) => unreachable!(),
            }
        }
        partner.join().unwrap();
    });
}

#[test]
fn the_end_of_a_queue_is_told() {
    in_both(|| {
        let queue = Queue::<u32>::bounded(1);
        queue.put(1).unwrap();
        let closer = vervet::spawn({
            let queue = queue.clone();
            move || {
                vervet::sleep(SOON);
                queue.close();
            }
        });
        vervet::select! {
            put = queue.put(2) => assert_eq!(put.unwrap_err().into_inner(), 2),
            _ = after(HOUR) => unreachable!(),
        }
        closer.join().unwrap();
        let get = || {
            vervet::select! {
                item = queue.get() => item.ok(),
                _ = after(HOUR) => unreachable!(),
            }
        };
        assert_eq!(get(), Some(1));
        assert_eq!(get(), None);

        let (tx, rx) = mpsc::channel::<u32>();
        drop(tx);
        vervet::select! {
            message = rx.recv() => assert!(message.is_err()),
            _ = after(HOUR) => unreachable!(),
        }
    });
}

#[test]
fn a_rendezvous_with_mpsc_loses_nothing() {
    in_both(|| {
        let (tx, rx) = mpsc::sync_channel(0);
        let sender = vervet::spawn(move || (0..1_000).take_while(|&n| tx.send(n).is_ok()).count());
        let mut got = Vec::new();
        while got.len() < 1_000 {
            vervet::select! {
                n = rx.recv() => got.push(n.unwrap()),
                _ = after(Duration::from_micros(50)) => {}
            }
        }
        assert!(got.into_iter().eq(0..1_000));
        assert_eq!(sender.join().unwrap(), 1_000);
    });
}

#[test]
fn permits_are_acquired_or_left() {
    in_both(|| {
        let (busy, free) = (Semaphore::new(0), Semaphore::new(1));
        let permit = vervet::select! {
            permit = busy.acquire() => permit.unwrap(),
            permit = free.acquire() => permit.unwrap(),
        };
        assert_eq!(free.available_permits(), 0);
        vervet::select! {
            _ = busy.acquire() => unreachable!(),
            _ = free.acquire() => unreachable!(),
            _ = after(SOON) => {}
        }
        drop(permit);
        busy.add_permits(1);
        assert_eq!((busy.available_permits(), free.available_permits()), (1, 1));
        busy.close();
        vervet::select! {
            permit = busy.acquire() => assert!(permit.is_err()),
            default => unreachable!("it is closed"),
        }
    });
}

#[test]
fn events_and_results() {
    in_both(|| {
        let event = Arc::new(Event::new());
        let result = AsyncResult::<u32>::new();
        let group = WaitGroup::new();
        group.add(1);
        let setter = vervet::spawn({
            let (event, result) = (Arc::clone(&event), result.clone());
            move || {
                vervet::sleep(SOON);
                // Cleared at once: whoever waited is released all the same.
                event.set();
                event.clear();
                vervet::sleep(SOON);
                result.set(7).unwrap();
            }
        });
        vervet::select! {
            _ = event.wait() => {}
            _ = result.get() => unreachable!("too early"),
            _ = group.wait() => unreachable!("never done"),
        }
        eventually("it is cleared", || !event.is_set());
        vervet::select! {
            _ = event.wait() => unreachable!("was cleared"),
            seven = result.get() => assert_eq!(seven.unwrap(), 7),
        }
        vervet::select! {
            _ = result.wait() => {}
            default => unreachable!("it is set"),
        }
        group.done();
        vervet::select! {
            _ = group.wait() => {}
            default => unreachable!("all is done"),
        }
        setter.join().unwrap();
    });
}

#[test]
fn a_thousand_queues() {
    in_both(|| {
        let queues: Vec<Queue<usize>> = (0..1_000).map(|_| Queue::unbounded()).collect();
        let putter = vervet::spawn({
            let queues = queues.clone();
            move || {
                for n in 0..200 {
                    queues[n * 7 % 1_000].put(n).unwrap();
                    if n % 10 == 0 {
                        vervet::sleep(Duration::from_micros(100));
                    }
                }
            }
        });
        let mut got: Vec<usize> = (0..200)
            .map(|_| {
                let mut select = Select::with_capacity(queues.len());
                for (at, queue) in queues.iter().enumerate() {
                    select.on(queue.select_get(), move |item| (at, item.unwrap()));
                }
                let (at, n) = select.wait();
                assert_eq!(at, n * 7 % 1_000);
                n
            })
            .collect();
        got.sort_unstable();
        assert!(got.into_iter().eq(0..200));
        putter.join().unwrap();
        assert!(queues.iter().all(Queue::is_empty));
    });
}

#[test]
fn a_killed_selection_takes_nothing() {
    checked(|| {
        let (taken, mut left_over) = (Arc::new(AtomicUsize::new(0)), 0);
        for n in 0..500 {
            let (left, right) = (Queue::unbounded(), Queue::unbounded());
            let free = Arc::new(Semaphore::new(0));
            let waits = vervet::spawn({
                let (left, right) = (left.clone(), right.clone());
                let (free, taken) = (Arc::clone(&free), Arc::clone(&taken));
                move || {
                    vervet::select! {
                        item = left.get() => { item.unwrap(); }
                        item = right.get() => { item.unwrap(); }
                        permit = free.acquire() => permit.unwrap().forget(),
                    }
                    taken.fetch_add(1, SeqCst);
                }
            });
            if n % 2 == 0 {
                parked(&waits.handle(), "select");
            }
            let giver = vervet::spawn({
                let (left, right, free) = (left.clone(), right.clone(), Arc::clone(&free));
                move || match n % 3 {
                    0 => left.put(n).unwrap(),
                    1 => right.put(n).unwrap(),
                    _ => free.add_permits(1),
                }
            });
            waits.kill();
            giver.join().unwrap();
            waits.wait(None);
            left_over += left.len() + right.len() + free.available_permits();
        }
        assert_eq!(left_over + taken.load(SeqCst), 500, "nothing is lost, nothing doubled");
    });
}

#[test]
fn selections_stand_in_line_with_the_others() {
    checked(|| {
        let queue = Queue::<u32>::unbounded();
        let never = Queue::<u32>::unbounded();
        let getters: Vec<_> = (0..6)
            .map(|n| {
                let (queue, never) = (queue.clone(), never.clone());
                let getter = vervet::spawn(move || match n % 2 {
                    0 => queue.get().unwrap(),
                    _ => vervet::select! {
                        item = queue.get() => item.unwrap(),
                        item = never.get() => item.unwrap(),
                    },
                });
                parked(&getter.handle(), if n % 2 == 0 { "channel" } else { "select" });
                getter
            })
            .collect();
        for n in 0..6 {
            queue.put(n).unwrap();
        }
        let got: Vec<u32> = getters.into_iter().map(|getter| getter.join().unwrap()).collect();
        assert_eq!(got, [0, 1, 2, 3, 4, 5]);
    });
}

#[test]
fn wait_for_things_of_every_kind() {
    in_both(|| {
        let (event, result, semaphore) = (Event::new(), AsyncResult::<u32>::new(), Semaphore::new(0));
        let queue = Queue::bounded(1);
        let greenlet = vervet::spawn(|| ());
        greenlet.wait(None);
        let objects: [&dyn Waitable; 5] = [&event, &result, &semaphore, &queue, &greenlet];
        assert_eq!(vervet::wait(objects, Some(SOON), None), [4]);
        queue.put(1).unwrap();
        result.set(2).unwrap();
        let mut ready = vervet::wait(objects, None, Some(3));
        ready.sort_unstable();
        assert_eq!(ready, [1, 3, 4]);
        semaphore.add_permits(1);
        event.set();
        assert_eq!(vervet::wait(objects, None, None).len(), 5);
        // None of it was taken.
        assert_eq!((queue.len(), semaphore.available_permits()), (1, 1));
    });
}

#[test]
fn wait_is_told_while_it_waits() {
    in_both(|| {
        let queues: Vec<Queue<usize>> = (0..100).map(|_| Queue::unbounded()).collect();
        let putter = vervet::spawn({
            let queues = queues.clone();
            move || {
                for n in (0..100).rev() {
                    queues[n].put(n).unwrap();
                    vervet::yield_now();
                }
            }
        });
        let objects = queues.iter().map(|queue| queue as &dyn Waitable);
        let mut ready = vervet::wait(objects, None, None);
        ready.sort_unstable();
        assert!(ready.into_iter().eq(0..100));
        putter.join().unwrap();
    });
}
