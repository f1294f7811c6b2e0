//! `park`, `park_timeout`, `unpark`: the token.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// So long that no test would be done in time if it were waited for.
const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(5);

/// Neither is used up by anything but `park`.
macro_rules! no_token {
    ($thread:ident) => {{
        let start = Instant::now();
        $thread::park_timeout(SHORT);
        start.elapsed() >= SHORT
    }};
}

both! {
    fn unpark_before_park() {
        thread::current().unpark();
        thread::park();
        thread::current().unpark();
        thread::park_timeout(LONG);
        assert!(no_token!(thread));
    }

    fn there_is_one_token_at_most() {
        for _ in 0..3 {
            thread::current().unpark();
        }
        thread::park();
        assert!(no_token!(thread));
    }

    fn park_timeout_waits_for_as_long() {
        let start = Instant::now();
        thread::park_timeout(SHORT);
        #[allow(deprecated)]
        thread::park_timeout_ms(5);
        assert!(start.elapsed() >= 2 * SHORT);
        thread::park_timeout(Duration::ZERO);
    }

    fn an_endless_park_timeout_does_not_overflow() {
        let me = thread::current();
        let other = thread::spawn(move || me.unpark());
        thread::park_timeout(Duration::MAX);
        other.join().unwrap();
    }

    fn unpark_in_the_middle_of_a_park() {
        let parked = thread::spawn(|| {
            thread::park();
            thread::park_timeout(LONG);
            1
        });
        // The second only once the first is used up: else they might become one.
        parked.thread().unpark();
        let start = Instant::now();
        while !parked.is_finished() {
            thread::sleep(Duration::from_micros(100));
            parked.thread().unpark();
            assert!(start.elapsed() < Duration::from_secs(15));
        }
        assert_eq!(parked.join().unwrap(), 1);
    }

    fn spawn_join_sleep_and_yield_leave_the_token() {
        thread::current().unpark();
        thread::spawn(|| ()).join().unwrap();
        thread::sleep(Duration::from_micros(100));
        thread::yield_now();
        thread::park();
        assert!(no_token!(thread));
    }

    fn a_wait_for_something_else_is_not_ended() {
        let me = thread::current();
        let slow = thread::spawn(move || {
            for _ in 0..10 {
                me.unpark();
                thread::sleep(Duration::from_micros(200));
            }
        });
        let start = Instant::now();
        thread::sleep(SHORT);
        assert!(start.elapsed() >= SHORT);
        slow.join().unwrap();
        thread::park();
    }

    fn unpark_of_one_that_is_over_or_has_not_begun() {
        let over = thread::spawn(|| ());
        let handle = over.thread().clone();
        over.join().unwrap();
        handle.unpark();
        let fresh = thread::spawn(thread::park);
        fresh.thread().unpark();
        fresh.join().unwrap();
        handle.unpark();
    }

    fn what_was_written_before_is_seen_after() {
        let news = Arc::new([const { AtomicUsize::new(0) }; 2]);
        let theirs = Arc::clone(&news);
        let reader = thread::spawn(move || {
            while theirs[0].load(Relaxed) == 0 {
                thread::park();
            }
            theirs[1].load(Relaxed)
        });
        news[1].store(7, Relaxed);
        std::sync::atomic::fence(SeqCst);
        news[0].store(1, Relaxed);
        reader.thread().unpark();
        assert_eq!(reader.join().unwrap(), 7);
    }

    fn ping_pong() {
        const ROUNDS: usize = 2_000;
        let turn = Arc::new(AtomicUsize::new(0));
        let (theirs, me) = (Arc::clone(&turn), thread::current());
        let other = thread::spawn(move || {
            for round in 0..ROUNDS {
                while theirs.load(Relaxed) != 2 * round + 1 {
                    thread::park();
                }
                theirs.store(2 * round + 2, Relaxed);
                me.unpark();
            }
        });
        for round in 0..ROUNDS {
            turn.store(2 * round + 1, Relaxed);
            other.thread().unpark();
            while turn.load(Relaxed) != 2 * round + 2 {
                thread::park();
            }
        }
        other.join().unwrap();
    }

    fn a_token_and_the_end_of_the_time_at_once() {
        // Whether the token was used up or not, it is not lost: the thread is told how often it has to come back.
        for round in 0..200_u64 {
            let news = Arc::new(AtomicUsize::new(0));
            let theirs = Arc::clone(&news);
            let parked = thread::spawn(move || {
                thread::park_timeout(Duration::from_micros(100 + round));
                while theirs.load(Relaxed) == 0 {
                    thread::park();
                }
            });
            thread::sleep(Duration::from_micros(60 + round));
            news.store(1, Relaxed);
            parked.thread().unpark();
            parked.join().unwrap();
        }
    }
}

/// std's waits by means of its token, and uses it up.
#[test]
fn the_end_of_a_scope_leaves_the_token_too() {
    use vervet::thread;
    crate::common::checked(|| {
        crate::common::in_both(|| {
            thread::current().unpark();
            thread::scope(|s| {
                s.spawn(|| thread::sleep(Duration::from_micros(100)));
            });
            thread::park();
            assert!(no_token!(thread));
        });
    });
}
