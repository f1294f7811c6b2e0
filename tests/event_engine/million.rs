//! A million posted events, a listener and a timer in one engine: none is lost, and each key's come in their order.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use vervet::event_engine::{EventEngine, Order};
use vervet::net::{TcpListener, TcpStream};

use crate::child::{in_child, say};

const LIMIT: Duration = Duration::from_secs(120);
const EVENTS: u64 = 1_000_000;
/// Half of them greenlets, half of them threads.
const POSTERS: u64 = 8;
const KEYS: u64 = 64;
const CLIENTS: u64 = 20;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Custom(u64),
    Client,
    Timer,
}

enum Event {
    /// From whom, and which of his for this key.
    Custom(u64, u64),
    Client(io::Result<TcpStream>),
    Tick(u64),
}

/// For each key and each poster, how many have come; a sum besides.
struct Books {
    seen: Vec<[AtomicU64; POSTERS as usize]>,
    disorder: AtomicU64,
    sum: AtomicU64,
}

impl Books {
    fn new() -> Arc<Books> {
        let seen = (0..KEYS).map(|_| Default::default()).collect();
        Arc::new(Books { seen, disorder: AtomicU64::new(0), sum: AtomicU64::new(0) })
    }

    fn note(&self, key: u64, poster: u64, n: u64) {
        let seen = &self.seen[key as usize][poster as usize];
        // Not in one step: two of one key at once would be seen to be lost.
        let next = seen.load(Relaxed);
        self.disorder.fetch_add(u64::from(next != n), Relaxed);
        seen.store(next + 1, Relaxed);
        self.sum.fetch_add(n, Relaxed);
    }
}

fn all_arrive(test: &str, workers: &str, order: Order) {
    in_child(test, &[("VERVET_WORKERS", workers)], LIMIT, || {
        let start = Instant::now();
        let engine = EventEngine::with_order(order);
        let (books, clients, ticks) =
            (Books::new(), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        for key in 0..KEYS {
            let books = Arc::clone(&books);
            engine.register(Key::Custom(key), move |event| {
                let Event::Custom(poster, n) = event else { unreachable!("it has another key") };
                books.note(key, *poster, *n);
            });
        }
        let served = Arc::clone(&clients);
        engine.register(Key::Client, move |event| {
            let Event::Client(client) = event else { unreachable!("it has another key") };
            let mut text = String::new();
            client.as_ref().unwrap().read_to_string(&mut text).unwrap();
            served.fetch_add(text.parse::<u64>().unwrap(), Relaxed);
        });
        let seen = Arc::clone(&ticks);
        engine.register(Key::Timer, move |event| {
            let Event::Tick(number) = event else { unreachable!("it has another key") };
            // None twice, and none out of turn.
            assert_eq!(seen.swap(*number, Relaxed) + 1, *number);
        });

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let watch = engine.on_readable(listener, Key::Client, |listener, ready| {
            Event::Client(ready.and_then(|()| Ok(listener.accept()?.0)))
        });
        let timer = engine.every(Duration::from_millis(1), Key::Timer, |tick| Event::Tick(tick.number));
        let handle = engine.handle();
        let runner = vervet::spawn(move || {
            engine.run();
            engine
        });

        let post = |poster: u64| {
            let handle = handle.clone();
            move || {
                for n in 0..EVENTS / POSTERS {
                    handle.post(Key::Custom(n % KEYS), Event::Custom(poster, n / KEYS)).unwrap();
                }
            }
        };
        let greenlets: Vec<_> = (0..POSTERS / 2).map(|poster| vervet::spawn(post(poster))).collect();
        let threads: Vec<_> = (POSTERS / 2..POSTERS).map(|poster| std::thread::spawn(post(poster))).collect();
        let callers: Vec<_> = (0..CLIENTS)
            .map(|n| vervet::spawn(move || write!(TcpStream::connect(addr).unwrap(), "{n}").unwrap()))
            .collect();
        for poster in greenlets.into_iter().chain(callers) {
            poster.join().unwrap();
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let sum = (0..CLIENTS).sum();
        while clients.load(Relaxed) < sum || ticks.load(Relaxed) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(watch.is_active() && timer.is_active());
        handle.close();
        let engine = runner.join().unwrap();

        assert_eq!(books.disorder.load(Relaxed), 0);
        let (mut count, mut total) = (0, 0);
        for (key, seen) in (0..).zip(&books.seen) {
            let each = (0..EVENTS / POSTERS).filter(|n| n % KEYS == key).count() as u64;
            assert!(seen.iter().all(|seen| seen.load(Relaxed) == each), "{key}");
            count += POSTERS * each;
            total += POSTERS * (0..each).sum::<u64>();
        }
        assert_eq!((count, books.sum.load(Relaxed)), (EVENTS, total));
        assert_eq!(clients.load(Relaxed), sum);
        assert_eq!(engine.handled(), EVENTS + CLIENTS + ticks.load(Relaxed));
        assert_eq!((engine.len(), engine.panicked()), (0, 0));
        drop(engine);
        say(&format!("{test}: {:?}, {} ticks", start.elapsed(), ticks.load(Relaxed)));
    });
}

#[test]
fn per_key_on_eight_workers() {
    all_arrive("million::per_key_on_eight_workers", "8", Order::PerKey);
}

#[test]
fn per_key_on_one_worker() {
    all_arrive("million::per_key_on_one_worker", "1", Order::PerKey);
}

#[test]
fn serial_on_two_workers() {
    all_arrive("million::serial_on_two_workers", "2", Order::Serial);
}

#[test]
fn unordered_within_bounds() {
    in_child("million::unordered_within_bounds", &[("VERVET_WORKERS", "8")], LIMIT, || {
        const EACH: u64 = 25_000;
        let engine = EventEngine::builder().capacity(1_000).max_running(100).build();
        let sums = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
        for (key, sum) in sums.iter().enumerate() {
            let sum = Arc::clone(sum);
            engine.register(key, move |&n: &u64| {
                if n % 16 == 0 {
                    vervet::yield_now();
                }
                sum.fetch_add(n, Relaxed);
            });
        }
        let handle = engine.handle();
        let runner = vervet::spawn(move || {
            engine.run();
            engine.handled()
        });
        let post = |_| {
            let handle = handle.clone();
            move || (0..EACH).try_for_each(|n| handle.post((n % 2) as usize, n)).unwrap()
        };
        let greenlets: Vec<_> = (0..4).map(post).map(vervet::spawn).collect();
        let threads: Vec<_> = (0..4).map(post).map(std::thread::spawn).collect();
        greenlets.into_iter().for_each(|poster| poster.join().unwrap());
        threads.into_iter().for_each(|poster| poster.join().unwrap());
        handle.close();
        assert_eq!(runner.join().unwrap(), 8 * EACH);
        for (key, sum) in (0..).zip(sums) {
            assert_eq!(sum.load(Relaxed), 8 * (0..EACH).filter(|n| n % 2 == key).sum::<u64>());
        }
    });
}
