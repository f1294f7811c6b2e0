//! No wake is lost: greenlets and threads that wait for each other, again and again, with 1, 2 and 8 workers.

mod child;

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use child::{Random, in_child, say, seed, wait_until};
use vervet::net::{TcpListener, TcpStream};
use vervet::{Greenlet, GreenletRef};

/// Far more than any of these needs; a lost wake would make it wait for ever.
const LIMIT: Duration = Duration::from_secs(40);
const WORKERS: [&str; 3] = ["1", "2", "8"];

/// Runs `body` in a child for each number of workers.
fn with_workers(test: &str, body: fn(u64)) {
    let seed = seed();
    for workers in WORKERS {
        in_child(test, &[("VERVET_WORKERS", workers)], LIMIT, || {
            say(&format!("VERVET_TEST_SEED={seed}"));
            let start = Instant::now();
            body(seed);
            let metrics = vervet::runtime::metrics();
            let (time, wakeups) = (start.elapsed(), metrics.wakeups);
            let workers = metrics.workers.len();
            say(&format!("{workers} workers: {time:?}, {} switches, {wakeups} wakeups", metrics.switches));
            assert_eq!((metrics.live, metrics.parked.total()), (0, 0));
        });
        if child::is_child(test) {
            return;
        }
    }
}

/// Each greenlet joins the one before it, which may be anywhere in its life.
#[test]
fn join_chains() {
    const CHAINS: usize = 100;
    const LENGTH: usize = 200;
    with_workers("join_chains", |seed| {
        let chain = |chain| {
            vervet::spawn(move || {
                let mut random = Random::new(seed ^ chain as u64);
                let mut last: Greenlet<usize> = vervet::spawn(|| 0);
                for _ in 0..LENGTH {
                    let (before, pause) = (last, random.below(8));
                    last = vervet::spawn(move || {
                        if pause == 0 {
                            vervet::yield_now();
                        }
                        before.join().unwrap() + 1
                    });
                    if pause == 1 {
                        vervet::yield_now();
                    }
                }
                last.join().unwrap()
            })
        };
        let chains: Vec<_> = (0..CHAINS).map(chain).collect();
        vervet::join_all(chains).into_iter().for_each(|length| assert_eq!(length.unwrap(), LENGTH));
    });
}

/// Spawn and join in turns: the joiner goes to sleep just as the other ends, and the worker just as the next one comes.
fn spawn_and_join(threads: usize, rounds: usize) {
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(move || {
                for i in 0..rounds {
                    assert_eq!(vervet::spawn(move || i).join().unwrap(), i);
                }
            });
        }
    });
}

#[test]
fn spawn_and_join_from_threads() {
    with_workers("spawn_and_join_from_threads", |_| spawn_and_join(4, 3_000));
}

/// Nobody else's wake makes up for one that is lost.
#[test]
fn spawn_and_join_from_one_thread() {
    with_workers("spawn_and_join_from_one_thread", |_| spawn_and_join(1, 30_000));
}

/// A thread that never sleeps has work for a worker at every moment of the worker's falling asleep: a new greenlet, then
/// the kill of one that has just parked.
#[test]
fn wakes_meet_every_moment_of_falling_asleep() {
    const ROUNDS: usize = 20_000;
    struct Set<'a>(&'a AtomicUsize, usize);
    impl Drop for Set<'_> {
        fn drop(&mut self) {
            self.0.store(self.1, Ordering::Release);
        }
    }
    with_workers("wakes_meet_every_moment_of_falling_asleep", |seed| {
        static STEP: AtomicUsize = AtomicUsize::new(0);
        let mut random = Random::new(seed);
        let mut wait_for = |step| {
            while STEP.load(Ordering::Acquire) != step {
                std::hint::spin_loop();
            }
            for _ in 0..random.below(100) {
                std::hint::spin_loop();
            }
        };
        for round in 0..ROUNDS {
            let sleeper = vervet::spawn(move || {
                let _end = Set(&STEP, 2 * round + 2);
                STEP.store(2 * round + 1, Ordering::Release);
                vervet::sleep(Duration::MAX);
            });
            wait_for(2 * round + 1);
            sleeper.kill();
            wait_for(2 * round + 2);
        }
        wait_until(|| vervet::runtime::metrics().live == 0);
    });
}

/// The same through the inbox: the pool's one thread wakes the only greenlet.
#[test]
fn offload_from_one_greenlet() {
    const ROUNDS: usize = 20_000;
    with_workers("offload_from_one_greenlet", |_| {
        vervet::run(|| (0..ROUNDS).for_each(|i| assert_eq!(vervet::offload(move || i), i)));
    });
}

/// What is written just before the end arrives, and so does the end, which may come with the same event.
#[test]
fn data_and_end_together_both_arrive() {
    const GREENLETS: usize = 8;
    const ROUNDS: usize = 150;
    with_workers("data_and_end_together_both_arrive", |seed| {
        let receive = move |index: usize| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            let mut random = Random::new(seed ^ index as u64);
            for _ in 0..ROUNDS {
                let ours = TcpStream::connect(addr).unwrap();
                let (mut theirs, _) = listener.accept().unwrap();
                let pause = random.below(3);
                let send = move |mut stream: TcpStream| {
                    if pause == 0 {
                        vervet::yield_now();
                    }
                    stream.write_all(b"goodbye").unwrap();
                };
                // At once by a thread of its own, or by a greenlet while we wait.
                let sender = vervet::spawn(move || match pause {
                    1 => vervet::offload(move || send(ours)),
                    _ => send(ours),
                });
                let mut buf = [0; 64];
                assert_eq!(theirs.read(&mut buf).unwrap(), 7);
                assert_eq!(theirs.read(&mut buf).unwrap(), 0);
                sender.join().unwrap();
            }
        };
        let greenlets: Vec<_> = (0..GREENLETS).map(|index| vervet::spawn(move || receive(index))).collect();
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
    });
}

/// Readers on several workers share each end: the event for one comes up on another's worker at any moment.
#[test]
fn shared_stream_loses_no_edge() {
    const STREAMS: usize = 4;
    const READERS: usize = 3;
    const TOKENS: usize = 1;
    const ROUNDS: usize = 3_000;
    with_workers("shared_stream_loses_no_edge", |_| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut readers = Vec::new();
        for _ in 0..STREAMS {
            let ours = Arc::new(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            let theirs = Arc::new(listener.accept().unwrap().0);
            let rounds = Arc::new(AtomicUsize::new(0));
            for end in [&ours, &theirs] {
                for _ in 0..READERS {
                    let (end, rounds) = (end.clone(), rounds.clone());
                    readers.push(vervet::spawn(move || {
                        while let Ok(n @ 1..) = (&*end).read(&mut [0; 8]) {
                            if rounds.fetch_add(n, Ordering::Relaxed) >= ROUNDS {
                                // Wakes everybody on this end, and the others by its end.
                                let _ = end.shutdown(std::net::Shutdown::Both);
                                return;
                            }
                            let _ = (&*end).write_all(&[1; 8][..n]);
                        }
                    }));
                }
            }
            vervet::run(move || (&*ours).write_all(&[1; TOKENS]).unwrap());
        }
        vervet::join_all(readers).into_iter().for_each(Result::unwrap);
    });
}

/// A sleeper is killed by another worker's greenlet, or by a thread, at any moment of going to sleep.
#[test]
fn kill_meets_every_moment_of_going_to_sleep() {
    const KILLERS: u64 = 8;
    const ROUNDS: usize = 1_500;
    with_workers("kill_meets_every_moment_of_going_to_sleep", |seed| {
        let rounds = move |index: u64| {
            let mut random = Random::new(seed ^ index);
            for _ in 0..ROUNDS {
                let way = random.below(4);
                let victim = vervet::spawn(move || match way {
                    0 => vervet::sleep(Duration::MAX),
                    1 => vervet::spawn(|| vervet::sleep(Duration::from_micros(50))).join().unwrap(),
                    2 => (0..u64::MAX).for_each(|_| vervet::yield_now()),
                    _ => (0..u64::MAX).for_each(|_| vervet::sleep(Duration::from_micros(1))),
                });
                for _ in 0..random.below(60) {
                    std::hint::spin_loop();
                }
                if random.below(2) == 0 {
                    vervet::yield_now();
                }
                victim.kill();
                if let Err(error) = victim.join() {
                    assert!(error.is_killed());
                }
            }
        };
        let killers: Vec<_> = (0..KILLERS).map(|index| vervet::spawn(move || rounds(index))).collect();
        thread::scope(|scope| {
            scope.spawn(|| rounds(100));
            scope.spawn(|| rounds(101));
        });
        vervet::join_all(killers).into_iter().for_each(Result::unwrap);
        wait_until(|| vervet::runtime::metrics().live == 0);
    });
}

/// Token passing over sockets, between greenlets that live anywhere and threads.
#[test]
fn ping_pong_between_greenlets_and_threads() {
    const PAIRS: usize = 8;
    const ROUNDS: usize = 1_500;
    with_workers("ping_pong_between_greenlets_and_threads", |_| {
        fn bounce(mut stream: impl Read + Write, begins: bool) {
            let mut buf = [0; 1];
            for round in 0..ROUNDS {
                if begins {
                    stream.write_all(&[round as u8]).unwrap();
                }
                stream.read_exact(&mut buf).unwrap();
                assert_eq!(buf[0], round as u8);
                if !begins {
                    stream.write_all(&buf).unwrap();
                }
            }
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let mut greenlets = Vec::new();
        let mut threads = Vec::new();
        for pair in 0..PAIRS {
            match pair % 2 {
                0 => {
                    let ours = TcpStream::connect(addr).unwrap();
                    greenlets.push(vervet::spawn(move || bounce(ours, true)));
                }
                _ => {
                    let ours = std::net::TcpStream::connect(addr).unwrap();
                    threads.push(thread::spawn(move || bounce(ours, true)));
                }
            }
            let (theirs, _) = listener.accept().unwrap();
            greenlets.push(vervet::spawn(move || bounce(theirs, false)));
        }
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A thread answers through std's channel and is asked through `join`; a greenlet asks through `offload`.
#[test]
fn threads_and_greenlets_take_turns() {
    const ROUNDS: usize = 2_000;
    with_workers("threads_and_greenlets_take_turns", |_| {
        let (ask, asked) = mpsc::channel::<usize>();
        let (answer, answers) = mpsc::channel::<Greenlet<usize>>();
        let server = thread::spawn(move || {
            for question in asked {
                // Still running, most likely, when the other side joins it.
                let greenlet = vervet::spawn(move || vervet::offload(move || question + 1));
                answer.send(greenlet).unwrap();
            }
        });
        for round in 0..ROUNDS {
            ask.send(round).unwrap();
            assert_eq!(answers.recv().unwrap().join().unwrap(), round + 1);
        }
        drop(ask);
        server.join().unwrap();
    });
}

/// Threads flood a runtime that has gone to sleep: each greenlet runs promptly.
#[test]
fn spawn_storms_into_an_idle_runtime() {
    const THREADS: usize = 4;
    const STORMS: usize = 60;
    const EACH: usize = 50;
    with_workers("spawn_storms_into_an_idle_runtime", |seed| {
        thread::scope(|scope| {
            for index in 0..THREADS as u64 {
                scope.spawn(move || {
                    let mut random = Random::new(seed ^ index);
                    for _ in 0..STORMS {
                        let ran = Arc::new(AtomicUsize::new(0));
                        let spawned = 1 + random.below(EACH as u64) as usize;
                        for _ in 0..spawned {
                            let ran = ran.clone();
                            drop(vervet::spawn(move || ran.fetch_add(1, Ordering::Relaxed)));
                        }
                        // Nothing here wakes anybody: a worker that has overslept would go on sleeping.
                        wait_until(|| ran.load(Ordering::Relaxed) == spawned);
                        // Sometimes just as the workers fall asleep, sometimes when they sleep deeply.
                        thread::sleep(Duration::from_micros(random.below(3_000)));
                    }
                });
            }
        });
        wait_until(|| vervet::runtime::metrics().live == 0);
    });
}

/// The same from within: the only busy greenlet spawns some and then keeps its own worker busy.
#[test]
fn fresh_greenlets_are_taken_from_a_busy_worker() {
    const ROUNDS: usize = 300;
    with_workers("fresh_greenlets_are_taken_from_a_busy_worker", |seed| {
        let many = vervet::run(|| vervet::runtime::metrics().workers.len()) > 1;
        vervet::run(move || {
            let mut random = Random::new(seed);
            for _ in 0..ROUNDS {
                let ran = Arc::new(AtomicUsize::new(0));
                let spawned = 1 + random.below(6) as usize;
                for _ in 0..spawned {
                    let ran = ran.clone();
                    drop(vervet::spawn(move || ran.fetch_add(1, Ordering::Relaxed)));
                }
                while ran.load(Ordering::Relaxed) < spawned {
                    match many {
                        // Blocks the worker: somebody else has to come and take them.
                        true => thread::sleep(Duration::from_micros(20)),
                        false => vervet::yield_now(),
                    }
                }
                vervet::sleep(Duration::from_micros(random.below(2_500)));
            }
        });
    });
}

/// Timers by the thousand, and kills among them.
#[test]
fn short_sleeps_and_random_kills() {
    const SLEEPERS: u64 = 4_000;
    const ROUNDS: usize = 30;
    with_workers("short_sleeps_and_random_kills", |seed| {
        let early = Arc::new(AtomicUsize::new(0));
        let sleeper = |index| {
            let early = early.clone();
            vervet::spawn(move || {
                let mut random = Random::new(seed ^ index);
                for _ in 0..ROUNDS {
                    let time = Duration::from_micros(random.below(2_000));
                    let start = Instant::now();
                    vervet::sleep(time);
                    if start.elapsed() < time {
                        early.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        };
        let sleepers: Vec<_> = (0..SLEEPERS).map(sleeper).collect();
        let handles: Vec<GreenletRef> = sleepers.iter().map(Greenlet::handle).collect();
        let killer = vervet::spawn(move || {
            let mut random = Random::new(seed);
            for _ in 0..SLEEPERS / 4 {
                handles[random.below(SLEEPERS) as usize].kill();
                vervet::sleep(Duration::from_micros(random.below(50)));
            }
        });
        let killed = sleepers.into_iter().map(Greenlet::join).filter(Result::is_err).count();
        killer.join().unwrap();
        say(&format!("{killed} killed"));
        assert!(killed > 0);
        assert_eq!(early.load(Ordering::Relaxed), 0, "sleeps that ended early");
    });
}

/// Waits with a limit that come to an end just as they are woken.
#[test]
fn joins_with_a_limit_end_one_way_or_the_other() {
    const GREENLETS: u64 = 200;
    const ROUNDS: usize = 50;
    with_workers("joins_with_a_limit_end_one_way_or_the_other", |seed| {
        let waiter = |index| {
            vervet::spawn(move || {
                let mut random = Random::new(seed ^ index);
                let mut both = [0, 0];
                for _ in 0..ROUNDS {
                    let time = Duration::from_micros(random.below(400));
                    let limit = Duration::from_micros(random.below(400));
                    let other = vervet::spawn(move || vervet::sleep(time));
                    match random.below(2) {
                        0 => match other.join_timeout(limit) {
                            Ok(joined) => joined.map(|()| both[0] += 1).unwrap(),
                            Err(other) => other.join().map(|()| both[1] += 1).unwrap(),
                        },
                        _ => match vervet::timeout(limit, || other.wait(None)) {
                            Ok(finished) => assert!(finished),
                            Err(_) => other.join().unwrap(),
                        },
                    }
                }
                both
            })
        };
        let waiters: Vec<_> = (0..GREENLETS).map(waiter).collect();
        let both = vervet::join_all(waiters).into_iter().map(Result::unwrap);
        let both = both.fold([0, 0], |sum, both| [sum[0] + both[0], sum[1] + both[1]]);
        say(&format!("{} joined in time, {} later", both[0], both[1]));
    });
}

/// Greenlets that start later, from a thread and from a greenlet, some killed before.
#[test]
fn late_starts_and_kills_before_them() {
    const GREENLETS: u64 = 3_000;
    with_workers("late_starts_and_kills_before_them", |seed| {
        let ran = Arc::new(AtomicUsize::new(0));
        let late = {
            let ran = ran.clone();
            move |index| {
                let delay = Random::new(seed ^ index).below(3_000);
                let ran = ran.clone();
                vervet::spawn_later(Duration::from_micros(delay), move || {
                    ran.fetch_add(1, Ordering::Relaxed);
                })
            }
        };
        let inside = late.clone();
        let theirs = vervet::spawn(move || (GREENLETS..2 * GREENLETS).map(inside).collect::<Vec<_>>());
        let mut all: Vec<_> = (0..GREENLETS).map(late).collect();
        let handles: Vec<_> = all.iter().map(Greenlet::handle).collect();
        thread::scope(|scope| {
            scope.spawn(|| handles.iter().step_by(3).for_each(GreenletRef::kill));
        });
        all.extend(theirs.join().unwrap());
        let killed = all.into_iter().map(Greenlet::join).filter(Result::is_err).count();
        assert_eq!(killed + ran.load(Ordering::Relaxed), 2 * GREENLETS as usize);
        say(&format!("{killed} killed in time"));
    });
}
