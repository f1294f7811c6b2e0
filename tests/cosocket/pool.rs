//! `KeepalivePool`, by itself, over connections that the test has made up.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use vervet::cosocket::{Error, Keepalive, KeepalivePool};

use crate::SHORT;
use crate::common::{checked, dumped, eventually, fail, in_both, is_parked, over, parked};

/// Counts what is open.
#[derive(Debug, Default)]
struct Books {
    open: AtomicUsize,
    most: AtomicUsize,
    made: AtomicUsize,
}

#[derive(Debug)]
struct Conn {
    books: Arc<Books>,
    number: usize,
    alive: Arc<AtomicBool>,
}

impl Books {
    fn connect(self: &Arc<Self>) -> io::Result<Conn> {
        let open = self.open.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(open, SeqCst);
        let number = self.made.fetch_add(1, SeqCst);
        Ok(Conn { books: Arc::clone(self), number, alive: Arc::new(AtomicBool::new(true)) })
    }

    fn open(&self) -> usize {
        self.open.load(SeqCst)
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        self.books.open.fetch_sub(1, SeqCst);
    }
}

impl Keepalive for Conn {
    fn is_alive(&mut self) -> bool {
        self.alive.load(SeqCst)
    }
}

#[test]
fn what_is_kept_comes_back_and_what_is_dropped_does_not() {
    checked(|| {
        in_both(|| {
            let (pool, books) = (KeepalivePool::new(2), Arc::new(Books::default()));
            let mut one = pool.get(|| books.connect()).unwrap();
            let two = pool.get(|| books.connect()).unwrap();
            assert_eq!((pool.in_use(), pool.idle(), one.reused()), (2, 0, 0));
            let shown = format!("{pool:?} {one:?}");
            assert!(shown.contains("in_use: 2") && shown.contains("number: 0"), "{shown}");
            one.keep();
            drop(two);
            assert_eq!((pool.in_use(), pool.idle(), books.open()), (0, 1, 1));
            one = pool.get(|| books.connect()).unwrap();
            assert_eq!((one.number, one.reused()), (0, 1));
            // Taken out, it is nobody's.
            let conn = one.into_inner();
            assert_eq!((pool.in_use(), pool.idle(), books.open()), (0, 0, 1));
            drop(conn);
            pool.get(|| books.connect()).unwrap().keep();
            pool.clear();
            assert_eq!((pool.idle(), books.open()), (0, 0));
        });
    });
}

#[test]
fn the_dead_are_not_handed_out() {
    checked(|| {
        in_both(|| {
            let (pool, books) = (KeepalivePool::new(3), Arc::new(Books::default()));
            let three: Vec<_> = (0..3).map(|_| pool.get(|| books.connect()).unwrap()).collect();
            let lives: Vec<_> = three.iter().map(|conn| Arc::clone(&conn.alive)).collect();
            three.into_iter().for_each(|conn| conn.keep());
            // The ones that were used last.
            lives[2].store(false, SeqCst);
            lives[1].store(false, SeqCst);
            let conn = pool.get(|| books.connect()).unwrap();
            assert_eq!((conn.number, pool.idle(), books.open()), (0, 0, 1));
            lives[0].store(false, SeqCst);
            conn.keep();
            assert_eq!((pool.in_use(), pool.idle(), books.open()), (0, 0, 0));
        });
    });
}

#[test]
fn ages_are_limited() {
    checked(|| {
        in_both(|| {
            let books = Arc::new(Books::default());
            let pool = KeepalivePool::builder(2).max_idle(SHORT).build();
            pool.get(|| books.connect()).unwrap().keep();
            eventually("idle for too long", || books.open() == 0 && pool.idle() == 0);
            let conn = pool.get(|| books.connect()).unwrap();
            conn.keep_for(None);
            // Its own limit is another one.
            thread::sleep(3 * SHORT);
            assert_eq!((pool.idle(), books.open()), (1, 1));
            pool.clear();

            let pool = KeepalivePool::builder(2).max_lifetime(5 * SHORT).build();
            let mut made = 0;
            eventually("too old", || {
                let conn = pool.get(|| books.connect()).unwrap();
                let reused = conn.reused();
                made += usize::from(reused == 0);
                conn.keep();
                made == 3
            });
            eventually("not only when it is needed", || books.open() == 0);
        });
    });
}

#[test]
fn limits_on_waiting() {
    checked(|| {
        in_both(|| {
            let books = Arc::new(Books::default());
            let pool = KeepalivePool::builder(1).backlog(0).build();
            let one = pool.get(|| books.connect()).unwrap();
            assert!(matches!(pool.get(|| books.connect()), Err(Error::TooManyWaiting)));
            drop(one);
            // Only idle ones are limited.
            let pool = KeepalivePool::builder(1).backlog(None).build();
            let three: Vec<_> = (0..3).map(|_| pool.get(|| books.connect()).unwrap()).collect();
            three.into_iter().for_each(|conn| conn.keep());
            assert_eq!((pool.idle(), books.open()), (1, 1));
            assert_eq!(pool.get(|| books.connect()).unwrap().number, 3);

            let pool = KeepalivePool::new(1);
            let one = pool.get(|| books.connect()).unwrap();
            assert!(matches!(pool.get_timeout(SHORT, || books.connect()), Err(Error::Timeout)));
            assert!(matches!(pool.get_timeout(Duration::ZERO, || books.connect()), Err(Error::Timeout)));
            assert_eq!(pool.waiting(), 0);
            one.keep();
            assert_eq!(pool.get_timeout(SHORT, || books.connect()).unwrap().reused(), 1);
        });
    });
}

#[test]
fn whoever_fails_to_connect_leaves_a_place() {
    checked(|| {
        in_both(|| {
            let (pool, books) = (KeepalivePool::new(1), Arc::new(Books::default()));
            let refused = || Err(io::Error::from(ErrorKind::ConnectionRefused));
            let error =
                pool.get(refused).map(|conn: vervet::cosocket::Pooled<Conn>| conn.keep()).unwrap_err();
            assert!(matches!(error, Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused));
            let theirs = pool.clone();
            let panicked = vervet::spawn(move || theirs.get(|| fail("on purpose")).map(drop));
            assert!(panicked.join().is_err());
            let theirs = pool.clone();
            let killed = vervet::spawn(move || {
                let connect = || {
                    vervet::sleep(Duration::MAX);
                    unreachable!()
                };
                theirs.get(connect).map(drop)
            });
            parked(&killed.handle(), "sleep");
            assert_eq!(pool.in_use(), 1);
            killed.kill();
            over(&killed.handle());
            assert_eq!(pool.in_use(), 0);
            drop(pool.get(|| books.connect()).unwrap());
        });
    });
}

#[test]
fn who_waits_gets_the_connection_itself_in_turn() {
    checked(|| {
        let (pool, books) = (KeepalivePool::new(1), Arc::new(Books::default()));
        let first = pool.get(|| books.connect()).unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiters: Vec<_> = (0..20)
            .map(|number| {
                let (pool, books, order) = (pool.clone(), Arc::clone(&books), Arc::clone(&order));
                let waiter = vervet::spawn(move || {
                    let conn = pool.get(|| books.connect()).unwrap();
                    order.lock().unwrap().push((number, conn.reused()));
                    conn.keep();
                });
                parked(&waiter.handle(), "lock");
                waiter
            })
            .collect();
        assert_eq!(pool.waiting(), 20);
        // Every second one gives up.
        waiters.iter().step_by(2).for_each(|waiter| waiter.kill());
        waiters.iter().step_by(2).for_each(|waiter| over(&waiter.handle()));
        assert_eq!(pool.waiting(), 10);
        first.keep();
        waiters.iter().for_each(|waiter| over(&waiter.handle()));
        let expected: Vec<_> = (0..10).map(|number| (2 * number + 1, number as u64 + 1)).collect();
        assert_eq!(*order.lock().unwrap(), expected);
        assert_eq!(books.made.load(SeqCst), 1);
        pool.clear();
    });
}

#[test]
fn os_threads_and_greenlets_share_it() {
    const ROUNDS: usize = 300;
    checked(|| {
        let (pool, books) = (KeepalivePool::new(3), Arc::new(Books::default()));
        let work = |rounds: usize| {
            let (pool, books) = (pool.clone(), Arc::clone(&books));
            move || {
                for round in 0..rounds {
                    let conn = pool.get(|| books.connect()).unwrap();
                    vervet::yield_now();
                    if round % 10 == 0 {
                        drop(conn);
                    } else {
                        conn.keep();
                    }
                }
            }
        };
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(work(ROUNDS))).collect();
        let greenlets: Vec<_> = (0..50).map(|_| vervet::spawn(work(ROUNDS / 10))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
        assert_eq!((pool.in_use(), pool.waiting()), (0, 0));
        assert!(books.most.load(SeqCst) <= 3, "{books:?}");
        pool.clear();
        assert_eq!(books.open(), 0);
    });
}

#[test]
fn killed_at_any_point_of_many() {
    checked(|| {
        let (pool, books) = (KeepalivePool::new(2), Arc::new(Books::default()));
        for round in 0..300_u64 {
            let workers: Vec<_> = (0..4)
                .map(|_| {
                    let (pool, books) = (pool.clone(), Arc::clone(&books));
                    vervet::spawn(move || {
                        loop {
                            let conn = pool.get(|| books.connect()).unwrap();
                            vervet::yield_now();
                            conn.keep();
                        }
                    })
                })
                .collect();
            vervet::sleep(Duration::from_micros(round % 40));
            for worker in workers {
                worker.kill();
                over(&worker.handle());
            }
            assert_eq!((pool.in_use(), pool.waiting()), (0, 0), "round {round}");
        }
        assert!(books.most.load(SeqCst) <= 2, "{books:?}");
        pool.clear();
    });
}

#[test]
fn with_the_last_handle_goes_what_is_idle() {
    checked(|| {
        in_both(|| {
            let (pool, books) = (KeepalivePool::new(5), Arc::new(Books::default()));
            let used = pool.get(|| books.connect()).unwrap();
            pool.get(|| books.connect()).unwrap().keep();
            let other = pool.clone();
            drop(pool);
            assert_eq!(books.open(), 2);
            drop(other);
            assert_eq!(books.open(), 1);
            used.keep();
            assert_eq!(books.open(), 0, "kept for nobody");
        });
    });
}

/// A health check may block: no other call waits for it.
#[test]
fn a_check_that_blocks_holds_nobody_up() {
    struct Slow(Arc<AtomicBool>);
    impl Keepalive for Slow {
        fn is_alive(&mut self) -> bool {
            while self.0.load(SeqCst) {
                vervet::sleep(Duration::from_micros(100));
            }
            true
        }
    }
    checked(|| {
        let slow = Arc::new(AtomicBool::new(false));
        let pool = KeepalivePool::new(2);
        pool.get(|| Ok(Slow(Arc::clone(&slow)))).unwrap().keep();
        // Who looks after it has looked.
        eventually("it is watched", || {
            dumped()
                .lines()
                .any(|line| line.contains("'keepalive pool'") && line.contains("parked in select"))
        });
        slow.store(true, SeqCst);
        let theirs = pool.clone();
        let checking = vervet::spawn(move || theirs.get(|| unreachable!()).unwrap().reused());
        eventually("it checks", || is_parked(&checking.handle(), "sleep"));
        let other = pool.get(|| Ok(Slow(Arc::default()))).unwrap();
        assert_eq!((pool.in_use(), pool.idle(), other.reused()), (2, 0, 0));
        slow.store(false, SeqCst);
        assert_eq!(checking.join().unwrap(), 1);
    });
}

#[test]
#[should_panic(expected = "a pool of no connections")]
fn a_pool_of_none_is_refused() {
    KeepalivePool::<Conn>::new(0);
}
