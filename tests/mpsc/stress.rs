//! Many senders of both sorts on one channel, with timeouts and kills: no message is lost, doubled or out of order.
//!
//! One second for each kind by default. A longer run:
//!
//! ```text
//! VERVET_STRESS_SECONDS=10 cargo test --test mpsc stress -- --nocapture
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use vervet::sync::mpsc::{Receiver, RecvTimeoutError};

use crate::child::{Random, in_child, say, seed, stress_time};
use crate::support::*;

const WORKERS: &str = "8";
const GREENLETS: usize = 64;
const THREADS: usize = 8;
/// How far senders may be ahead of the receiver where nothing else holds them up.
const AHEAD: usize = 20_000;
/// How long the receiver stays on a thread, or in a greenlet.
const STAY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(20);

/// From whom, and which of his messages.
type Message = (usize, usize);

struct World {
    stop: AtomicBool,
    sent: AtomicUsize,
    received: AtomicUsize,
    taken_back: AtomicUsize,
}

impl World {
    /// Lets the receiver catch up.
    fn hold_back(&self) {
        while self.sent.load(Ordering::Relaxed) > self.received.load(Ordering::Relaxed) + AHEAD {
            vervet::yield_now();
        }
    }
}

/// Sends its numbers in order. What was taken back is sent again: only what arrives counts. Answers how many did.
fn send(world: &World, tx: &Tx<Message>, sender: usize, mut random: Random) -> usize {
    let mut next = 0;
    while !world.stop.load(Ordering::Relaxed) {
        world.hold_back();
        let sent = match random.below(8) {
            0 => {
                let limit = Duration::from_nanos(random.below(200_000));
                vervet::timeout(limit, || tx.send((sender, next))).is_ok_and(|sent| sent.is_ok())
            }
            1 => {
                let limit = random.below(50_000);
                let attempt = vervet::spawn({
                    let tx = tx.clone();
                    move || tx.send((sender, next)).is_ok()
                });
                vervet::sleep(Duration::from_nanos(limit));
                attempt.kill();
                attempt.join().unwrap_or(false)
            }
            2 => match tx {
                Tx::Bounded(tx) => tx.try_send((sender, next)).is_ok(),
                Tx::Unbounded(tx) => tx.send((sender, next)).is_ok(),
            },
            _ => tx.send((sender, next)).is_ok(),
        };
        next += usize::from(sent);
        let counter = if sent { &world.sent } else { &world.taken_back };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    next
}

/// What has arrived from each sender.
struct Reader {
    rx: Receiver<Message>,
    next: Vec<usize>,
    random: Random,
}

impl Reader {
    /// Reads for a while. `false`: all senders are gone.
    fn read(&mut self, world: &World) -> bool {
        let end = Instant::now() + STAY;
        while Instant::now() < end {
            let limit = Duration::from_nanos(self.random.below(100_000));
            let message = match self.random.below(4) {
                0 => match vervet::timeout(limit, || self.rx.recv()) {
                    Ok(Err(_)) => return false,
                    answer => answer.ok().and_then(Result::ok),
                },
                1 => match self.rx.recv_timeout(limit) {
                    Err(RecvTimeoutError::Disconnected) => return false,
                    answer => answer.ok(),
                },
                2 => self.rx.try_recv().ok(),
                _ => match self.rx.recv() {
                    Err(_) => return false,
                    answer => answer.ok(),
                },
            };
            if let Some((sender, n)) = message {
                assert_eq!(n, self.next[sender], "of sender {sender}");
                self.next[sender] += 1;
                world.received.fetch_add(1, Ordering::Relaxed);
            }
        }
        true
    }
}

fn stress(test: &str, bound: Bound) {
    let time = stress_time(Duration::from_secs(1));
    in_child(test, &[("VERVET_WORKERS", WORKERS)], 2 * time + 2 * PATIENCE, || {
        let seed = seed();
        say(&format!("VERVET_TEST_SEED={seed}"));
        let world = Arc::new(World {
            stop: AtomicBool::new(false),
            sent: AtomicUsize::new(0),
            received: AtomicUsize::new(0),
            taken_back: AtomicUsize::new(0),
        });
        let (tx, rx) = make(bound);
        let sender = |n: usize| {
            let (world, tx, random) = (Arc::clone(&world), tx.clone(), Random::new(seed ^ n as u64));
            move || send(&world, &tx, n, random)
        };
        let greenlets: Vec<_> = (0..GREENLETS).map(|n| vervet::spawn(sender(n))).collect();
        let threads: Vec<_> = (GREENLETS..GREENLETS + THREADS).map(|n| thread::spawn(sender(n))).collect();
        drop(tx);

        let begin = Instant::now();
        let mut reader = Reader { rx, next: vec![0; GREENLETS + THREADS], random: Random::new(!seed) };
        for sort in [Sort::Greenlet, Sort::Thread].into_iter().cycle() {
            if begin.elapsed() > time {
                world.stop.store(true, Ordering::Relaxed);
            }
            let world = Arc::clone(&world);
            let peer = sort.start(move || (reader.read(&world), reader));
            let (more, back) = peer.join();
            reader = back;
            if !more {
                break;
            }
        }
        let sent = vervet::join_all(greenlets).into_iter().map(Result::unwrap);
        let sent: Vec<_> = sent.chain(threads.into_iter().map(|thread| thread.join().unwrap())).collect();
        assert_eq!(reader.next, sent);
        say(&format!(
            "{} messages received, {} taken back",
            world.received.load(Ordering::Relaxed),
            world.taken_back.load(Ordering::Relaxed)
        ));
    });
}

#[test]
fn unbounded() {
    stress("stress::unbounded", None);
}

#[test]
fn bound_of_one() {
    stress("stress::bound_of_one", Some(1));
}

#[test]
fn rendezvous() {
    stress("stress::rendezvous", Some(0));
}
