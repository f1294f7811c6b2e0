//! A greenlet never changes its OS thread, so thread-locals and `Rc` hold across every wait.

mod child;

use std::cell::{Cell, RefCell};
use std::io::{Read, Write};
use std::rc::Rc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use child::{Random, in_child, say, seed};
use vervet::Greenlet;
use vervet::net::{TcpListener, TcpStream};

const WORKERS: &str = "8";
const PAIRS: u64 = 500;
const ROUNDS: usize = 20;

thread_local! {
    static ID: Cell<Option<ThreadId>> = const { Cell::new(None) };
    /// Shared by all greenlets of a thread, without a lock.
    static TALLY: Rc<RefCell<Vec<u64>>> = Rc::default();
}

/// What a greenlet knows of its thread after its first line.
struct Home {
    id: ThreadId,
    tally: Rc<RefCell<Vec<u64>>>,
    name: u64,
    written: usize,
}

impl Home {
    fn new(name: u64) -> Home {
        let id = thread::current().id();
        ID.set(Some(id));
        Home { id, tally: TALLY.with(Rc::clone), name, written: 0 }
    }

    /// After every wait: the same thread, the same thread-locals, and nobody has torn the list.
    fn check(&mut self) {
        assert_eq!(thread::current().id(), self.id);
        assert_eq!(ID.get(), Some(self.id));
        assert!(TALLY.with(|tally| Rc::ptr_eq(tally, &self.tally)));
        self.tally.borrow_mut().push(self.name);
        self.written += 1;
    }

    fn finish(self) {
        let mine = self.tally.borrow().iter().filter(|&&name| name == self.name).count();
        assert_eq!(mine, self.written);
    }
}

fn talk(mut stream: TcpStream, name: u64, seed: u64) {
    let mut home = Home::new(name);
    let mut random = Random::new(seed ^ name);
    let mut buf = [0; 8];
    for _ in 0..ROUNDS {
        stream.write_all(&name.to_ne_bytes()).unwrap();
        home.check();
        match random.below(4) {
            0 => vervet::sleep(Duration::from_micros(random.below(2_000))),
            1 => vervet::yield_now(),
            2 => assert_eq!(vervet::offload(|| 5), 5),
            _ => assert_eq!(vervet::spawn(|| 6).join().unwrap(), 6),
        }
        home.check();
        stream.read_exact(&mut buf).unwrap();
        assert_eq!(u64::from_ne_bytes(buf), name ^ 1);
        home.check();
    }
    home.finish();
}

#[test]
fn greenlets_stay_on_their_thread() {
    let body = || {
        let seed = seed();
        say(&format!("VERVET_TEST_SEED={seed}"));
        let talkers = vervet::run(move || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            let pair = |i| {
                let ours = TcpStream::connect(addr).unwrap();
                let (theirs, _) = listener.accept().unwrap();
                let spawn = |stream, name| vervet::spawn(move || talk(stream, name, seed));
                [spawn(ours, 2 * i), spawn(theirs, 2 * i + 1)]
            };
            (0..PAIRS).flat_map(pair).collect::<Vec<Greenlet<()>>>()
        });
        vervet::join_all(talkers).into_iter().for_each(Result::unwrap);
        let metrics = vervet::runtime::metrics();
        let busy = metrics.workers.iter().filter(|worker| worker.switches > 0).count();
        say(&format!("{busy} workers took part, {} steals", metrics.steals));
        assert!(busy > 1, "only one worker took part");
    };
    let env = [("VERVET_WORKERS", WORKERS)];
    in_child("greenlets_stay_on_their_thread", &env, Duration::from_secs(60), body);
}
