//! Visitors (see may_visitors) come, wait, talk and are cancelled at random; may is there first, with its own settings.
//!
//! Some seconds by default. A full run:
//!
//! ```text
//! VERVET_STRESS_SECONDS=30 cargo test --features may --test may_churn -- --nocapture
//! ```

#![cfg(feature = "may")]

mod child;

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use child::{Random, in_child, say, seed, stress_time};
use may::coroutine::JoinHandle;
use vervet::net::{TcpListener, TcpStream};
use vervet::runtime::metrics;
use vervet::{Greenlet, Scheduler};

/// Waits in its destructor.
struct Guard(Duration);

impl Drop for Guard {
    fn drop(&mut self) {
        vervet::sleep(self.0);
    }
}

/// A greenlet on vervet's own workers, whatever this run's greenlets are.
fn greenlet<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Greenlet<T> {
    // SAFETY: nothing is asked for this one.
    unsafe { vervet::Builder::new().scheduler(Scheduler::Vervet) }.spawn(f).unwrap()
}

fn cancel<T>(visitor: &JoinHandle<T>) {
    // SAFETY: what the coroutines here own bears to be dropped at any of their waits.
    unsafe { visitor.coroutine().cancel() };
}

/// Whether the visitor has come to its end; if not, it was cancelled.
#[track_caller]
fn ended(visitor: JoinHandle<()>) -> bool {
    match visitor.join() {
        Ok(()) => true,
        Err(payload) => {
            let text = payload.downcast_ref::<String>().cloned();
            let text = text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            assert!(text.is_none(), "panicked instead: {text:?}");
            false
        }
    }
}

/// What visitors do at random while others come, go and are cancelled.
fn churn(random: &mut Random, addr: SocketAddr) -> io::Result<()> {
    for _ in 0..=random.below(4) {
        match random.below(7) {
            0 => vervet::sleep(Duration::from_micros(random.below(500))),
            1 => vervet::yield_now(),
            2 => drop(vervet::timeout(Duration::from_micros(random.below(300)), || {
                vervet::sleep(Duration::MAX)
            })),
            3 => assert_eq!(greenlet(|| 7).join().unwrap(), 7),
            4 => assert_eq!(vervet::shield(|| vervet::offload(|| 8)), 8),
            5 => {
                let _guard = Guard(Duration::from_micros(50));
                vervet::sleep(Duration::from_micros(random.below(300)));
            }
            _ => {
                let mut stream = TcpStream::connect(addr)?;
                let (sent, mut received) = ([random.next() as u8; 32], [0; 32]);
                stream.write_all(&sent)?;
                stream.read_exact(&mut received)?;
                assert_eq!(sent, received);
            }
        }
    }
    Ok(())
}

fn stress() {
    const AT_ONCE: usize = 64;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let _server = may::go!(move || {
        for (n, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            // Connections that were cut short end in a reset.
            let echo = move || drop(io::copy(&mut stream.try_clone().unwrap(), &mut stream));
            match n % 2 {
                0 => drop(may::go!(echo)),
                _ => drop(greenlet(echo)),
            }
        }
    });
    let seed = seed();
    say(&format!("seed {seed}"));
    let mut random = Random::new(seed);
    let (end, mut whole, mut cut) = (Instant::now() + stress_time(Duration::from_secs(2)), 0, 0);
    while Instant::now() < end {
        let visitors: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let mut random = Random::new(random.next());
                may::go!(move || churn(&mut random, addr).unwrap())
            })
            .collect();
        for visitor in &visitors {
            if random.below(4) == 0 {
                cancel(visitor);
            }
        }
        for visitor in visitors {
            if ended(visitor) {
                whole += 1;
            } else {
                cut += 1;
            }
        }
    }
    say(&format!("{whole} visitors came to their ends, {cut} were cancelled"));
    assert!(whole > 0 && cut > 0);
}

/// may is there first, with its own settings, as in a program that lives on it.
fn with_workers(test: &str, workers: &str) {
    in_child(test, &[("VERVET_WORKERS", workers)], Duration::from_secs(60), || {
        may::config().set_workers(workers.parse().unwrap()).set_stack_size(128 * 1024 / size_of::<usize>());
        may::go!(|| ()).join().unwrap();
        stress();
        assert_eq!(metrics().workers.len().to_string(), workers);
    });
}

/// Each is cancelled about when it goes to sleep, and nobody keeps a handle of it: may's workers must not be at it any
/// more when it is gone.
#[test]
fn cancelled_on_its_way_to_sleep() {
    const TEST: &str = "cancelled_on_its_way_to_sleep";
    in_child(TEST, &[("VERVET_WORKERS", "8")], Duration::from_secs(60), || {
        may::config().set_workers(8).set_stack_size(128 * 1024 / size_of::<usize>());
        let end = Instant::now() + stress_time(Duration::from_secs(2));
        let alive = Arc::new(());
        let cancellers = [(); 4].map(|()| {
            let alive = alive.clone();
            thread::spawn(move || {
                let mut cut = 0;
                while Instant::now() < end {
                    let visitors: Vec<_> = (0..16)
                        .map(|_| {
                            let (alive, (sender, started)) = (alive.clone(), mpsc::channel());
                            let visitor = may::go!(move || {
                                let _alive = alive;
                                sender.send(()).unwrap();
                                vervet::sleep(Duration::MAX);
                            });
                            (visitor, started)
                        })
                        .collect();
                    for (visitor, started) in visitors {
                        started.recv().unwrap();
                        cancel(&visitor);
                        assert!(!ended(visitor));
                        cut += 1;
                    }
                }
                cut
            })
        });
        let cut: usize = cancellers.into_iter().map(|canceller| canceller.join().unwrap()).sum();
        say(&format!("{cut} visitors were cancelled"));
        assert!(cut > 0);
        assert_eq!(Arc::strong_count(&alive), 1, "what they owned is dropped");
    });
}

#[test]
fn churn_on_1_worker() {
    with_workers("churn_on_1_worker", "1");
}

#[test]
fn churn_on_2_workers() {
    with_workers("churn_on_2_workers", "2");
}

#[test]
fn churn_on_8_workers() {
    with_workers("churn_on_8_workers", "8");
}
