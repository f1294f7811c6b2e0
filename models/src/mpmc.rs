//! `queue`: putters, getters, the end, and waits that are cut short; in a ring, in a list, and with nothing between.

use std::sync::Arc;

use crate::queues::core::Core;
use crate::queues::error::{GetTimeoutError, TryGetError, TryPutError};
use crate::queues::ring::Ring;
use crate::queues::store::Fifo;
use crate::wait::{self, NEVER, SOON};
use crate::{check, check_both};

type Queue = Arc<Core<u32, Fifo<u32>>>;

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Of one slot.
    Ring,
    /// With a bound of one.
    List,
    Rendezvous,
}

const ALL: [Place; 3] = [Place::Ring, Place::List, Place::Rendezvous];

impl Place {
    fn queue(self) -> Queue {
        Arc::new(match self {
            Place::Ring => Core::with_ring(1),
            Place::List => Core::new(1),
            Place::Rendezvous => Core::new(0),
        })
    }

    /// With as many zeros as there is room for.
    fn full(self) -> Queue {
        let queue = self.queue();
        while queue.try_put(0).is_ok() {}
        queue
    }

    fn bound(self) -> usize {
        usize::from(self != Place::Rendezvous)
    }
}

fn get_all(queue: &Queue) -> Vec<u32> {
    std::iter::from_fn(|| queue.get(NEVER).ok()).collect()
}

// --- the ring ------------------------------------------------------------------------------------------------------

/// Two put past the lock while two take past it: each item is taken once, or is left, and is all there.
///
/// Fails if the stamp is stored before the item; if the stamp of an item that is there is stored or
/// loaded relaxed.
pub fn items_change_hands_past_the_lock() {
    check(3, || {
        let ring = Arc::new(Ring::new(2));
        let (theirs, others) = (Arc::clone(&ring), Arc::clone(&ring));
        let putter = loom::thread::spawn(move || (theirs.try_push(1).is_ok(), theirs.try_push(2).is_ok()));
        let getter = loom::thread::spawn(move || (others.try_pop(), others.try_pop()));
        let own = ring.try_pop();
        let ((one, two), (first, second)) = (putter.join().unwrap(), getter.join().unwrap());
        let mut got: Vec<u32> = [own, first, second].into_iter().flatten().map(|(item, _)| item).collect();
        assert!(!matches!((first, second), (Some((2, _)), Some((1, _)))), "in their order");
        got.extend(std::iter::from_fn(|| ring.try_pop()).map(|(item, _)| item));
        got.sort_unstable();
        assert!(one && two);
        assert_eq!(got, [1, 2]);
    });
}

/// The ring is frozen while others put and take past the lock: whoever holds the lock sees what they have begun to its end, and
/// nothing changes until it thaws.
///
/// Fails if the lock's holder does not wait for a stamp; if one of the ends is not frozen; if the thaw is relaxed, as the holder may
/// be looking at an item still; if an item is put before the stamp says that the slot is free.
pub fn frozen_means_still() {
    check(2, || {
        let ring = Arc::new(Ring::new(1));
        ring.try_push(1).unwrap();
        let theirs = Arc::clone(&ring);
        let getter = loom::thread::spawn(move || theirs.try_pop().is_some());
        let theirs = Arc::clone(&ring);
        let putter = loom::thread::spawn(move || theirs.try_push(2).is_ok());
        ring.freeze();
        let len = ring.len();
        let seen = ring.peek().copied();
        assert_eq!(seen.is_some(), len == 1);
        assert_eq!(ring.pop(), seen);
        ring.push(3);
        assert_eq!((ring.peek(), ring.len()), (Some(&3), 1));
        ring.thaw();
        let (got, put) = (getter.join().unwrap(), putter.join().unwrap());
        ring.freeze();
        let left = std::iter::from_fn(|| ring.pop()).count();
        assert_eq!(2 + usize::from(put), usize::from(seen.is_some()) + usize::from(got) + left);
    });
}

// --- waiting -------------------------------------------------------------------------------------------------------

/// An item comes while a getter looks, and gets ready to wait: it does not sleep through it.
///
/// Fails if a put does not look at the line; if a getter gets in line without freezing the ring, or without looking again; if
/// the ring thaws while somebody waits.
pub fn item_against_a_getter() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.queue();
            let theirs = Arc::clone(&queue);
            let getter = wait::spawn(move || theirs.get(NEVER));
            assert_eq!(queue.put(1, NEVER), Ok(()));
            assert_eq!(getter.join(), Ok(1));
        });
    }
}

/// Room is made while a putter looks, and gets ready to wait: it goes on, though nothing else is got.
///
/// Fails if a get that makes room does not look at the line; if a putter gets in line without freezing the ring.
pub fn room_against_a_putter() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.full();
            let theirs = Arc::clone(&queue);
            let putter = wait::spawn(move || theirs.put(1, NEVER));
            assert_eq!(queue.get(NEVER), Ok(1 - place.bound() as u32));
            assert_eq!(putter.join(), Ok(()));
            assert_eq!(queue.try_get().is_ok(), place.bound() == 1);
        });
    }
}

/// Two get, and two items are put one after the other: each gets one.
///
/// Fails if a put does not look at the line.
pub fn one_for_each_getter() {
    for place in ALL {
        check_both(1, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.queue();
            let get = || {
                let queue = Arc::clone(&queue);
                wait::spawn(move || queue.get(NEVER))
            };
            let (one, two) = (get(), get());
            assert_eq!((queue.put(1, NEVER), queue.put(2, NEVER)), (Ok(()), Ok(())));
            let got = (one.join(), two.join());
            assert!(matches!(got, (Ok(1), Ok(2)) | (Ok(2), Ok(1))));
        });
    }
}

/// Somebody looks while an item comes: it sees it, and leaves it.
///
/// Fails if a put does not wake those who look; if one begins to wait without freezing the ring.
pub fn item_against_a_look() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.queue();
            let (theirs, others) = (Arc::clone(&queue), Arc::clone(&queue));
            let peeker = wait::spawn(move || theirs.peek(NEVER));
            let putter = wait::spawn(move || others.put(1, NEVER));
            assert_eq!(peeker.join(), Ok(1));
            assert_eq!(queue.get(NEVER), Ok(1));
            assert_eq!(putter.join(), Ok(()));
        });
    }
}

// --- cut short -----------------------------------------------------------------------------------------------------

/// A getter times out, or is killed, while an item is put: it has it, or has left it.
///
/// Fails if an item is given to a getter whose wait was not ended by that; if a woken one does not look into its slot.
pub fn killed_getter_against_put() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.queue();
            let theirs = Arc::clone(&queue);
            let getter = wait::spawn(move || theirs.get(SOON));
            let theirs = Arc::clone(&queue);
            let putter = wait::spawn(move || theirs.try_put(1));
            getter.kill();
            let (put, got) = (putter.join(), getter.join());
            let left = queue.try_get();
            match put {
                Ok(()) => assert!(matches!((got, left), (Ok(1), Err(TryGetError::Empty)) | (Err(_), Ok(1)))),
                Err(error) => {
                    assert_eq!((error, place == Place::Rendezvous), (TryPutError::Full(1), true));
                    assert!(got.is_err() && left.is_err());
                }
            }
        });
    }
}

/// A putter that waits is killed, or times out, while another makes room: it has put if and only if the item is got.
///
/// Fails if an item is taken from a putter whose wait was not ended by that.
pub fn killed_putter_against_get() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.full();
            let theirs = Arc::clone(&queue);
            let putter = wait::spawn(move || (theirs.put(1, SOON), wait::cut_short()));
            let theirs = Arc::clone(&queue);
            let getter = wait::spawn(move || theirs.try_get());
            putter.kill();
            let ((put, cut_short), got) = (putter.join(), getter.join());
            let all: Vec<u32> = got.into_iter().chain(std::iter::from_fn(|| queue.try_get().ok())).collect();
            assert_eq!(all.contains(&1), put.is_ok());
            assert_eq!(all.len(), place.bound() + usize::from(put.is_ok()));
            assert!(!(cut_short && put.is_ok()));
        });
    }
}

/// One of two getters in line is killed while an item is put: if it does not have it, the other has.
///
/// Fails if a put gives up when the first in line was not to be woken.
pub fn line_goes_on_without_the_killed() {
    for place in ALL {
        check_both(1, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.queue();
            let (theirs, others) = (Arc::clone(&queue), Arc::clone(&queue));
            let first = wait::spawn(move || theirs.get(NEVER));
            let second = wait::spawn(move || others.get(NEVER));
            let theirs = Arc::clone(&queue);
            let putter = wait::spawn(move || theirs.put(1, NEVER));
            first.kill();
            let first = first.join();
            if first.is_ok() {
                assert_eq!(queue.put(2, NEVER), Ok(()));
            }
            assert_eq!(first.is_ok(), second.join() != Ok(1));
            assert_eq!(putter.join(), Ok(()));
        });
    }
}

/// A getter that leaves the line to look around, and comes back, meets a put in between, before and after.
///
/// Fails if it comes back without looking for an item.
pub fn getter_that_looks_again_is_not_lost() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.queue();
            let theirs = Arc::clone(&queue);
            let getter = wait::spawn(move || {
                wait::look_again(1);
                theirs.get(NEVER)
            });
            wait::look_again(1);
            assert_eq!(queue.put(1, NEVER), Ok(()));
            assert_eq!(getter.join(), Ok(1));
        });
    }
}

// --- the end -------------------------------------------------------------------------------------------------------

/// A queue is closed while one puts and another gets to the end: what was put is got, what was not comes back.
///
/// Fails if the ring thaws when the queue is closed: then an item is put behind the end.
pub fn close_against_both() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.queue();
            let theirs = Arc::clone(&queue);
            let putter = wait::spawn(move || theirs.put(1, NEVER).map_err(|error| error.into_inner()));
            let theirs = Arc::clone(&queue);
            let getter = wait::spawn(move || get_all(&theirs));
            assert!(queue.close());
            match putter.join() {
                Ok(()) => assert_eq!(getter.join(), [1]),
                Err(item) => {
                    assert_eq!(item, 1);
                    assert!(getter.join().is_empty());
                }
            }
            assert_eq!(queue.try_get(), Err(TryGetError::Closed));
        });
    }
}

/// A queue is closed while a putter waits for room: it hears of it, with its item, unless that was let in.
///
/// Fails if closing wakes no putters; if one gets in line without looking whether the queue is closed.
pub fn waiting_putter_hears_of_the_end() {
    for place in ALL {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let queue = place.full();
            let theirs = Arc::clone(&queue);
            let putter = wait::spawn(move || theirs.put(1, NEVER).map_err(|error| error.into_inner()));
            let theirs = Arc::clone(&queue);
            let getter = wait::spawn(move || theirs.try_get());
            queue.close();
            let (put, got) = (putter.join(), getter.join());
            let all: Vec<u32> = got.into_iter().chain(get_all(&queue)).collect();
            assert_eq!(put, if all.contains(&1) { Ok(()) } else { Err(1) });
            assert_eq!(all.len(), place.bound() + usize::from(put.is_ok()));
        });
    }
}

/// What is put is reported done while somebody waits for that, and times out.
///
/// Fails if the last report does not wake; if one begins to wait without looking.
pub fn done_against_join() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let queue = Place::List.full();
        let (theirs, others) = (Arc::clone(&queue), Arc::clone(&queue));
        let joiner = wait::spawn(move || theirs.join(NEVER));
        let hasty = wait::spawn(move || others.join(SOON));
        assert_eq!(queue.get(NEVER), Ok::<_, GetTimeoutError>(0));
        assert!(queue.done());
        assert_eq!(joiner.join(), Ok(true));
        assert!(hasty.join().is_ok());
        assert!(!queue.done());
    });
}
