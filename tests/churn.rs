//! Greenlets and connections come, talk, wait, fail and are killed at random; in the end nothing is left of them.
//!
//! Five seconds by default. A full run:
//!
//! ```text
//! VERVET_STRESS_SECONDS=30 cargo test --test churn -- --nocapture
//! ```

mod child;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use child::{Random, comes_true, in_child, open_fds, raise_fd_limit, resident, say, seed, stress_time};
use vervet::net::{TcpListener, TcpStream};
use vervet::{Greenlet, GreenletRef};

const WORKERS: &str = "8";
/// Greenlets that start everything else.
const DRIVERS: u64 = 64;
/// Greenlets that a killer may pick from.
const TARGETS: usize = 256;
/// What may be resident beyond what was after the warm-up.
const MORE_RESIDENT: usize = 48 << 20;
/// Nothing may take longer than this to come to an end.
const PATIENCE: Duration = Duration::from_secs(20);

struct World {
    server: SocketAddr,
    stop: AtomicBool,
    /// The latest greenlets, any of which may be killed.
    targets: Mutex<Vec<GreenletRef>>,
    talks: AtomicUsize,
    kills: AtomicUsize,
    /// How many `Guard`s there are, and those whose destructor has parked.
    guards: AtomicUsize,
    parked_drops: AtomicUsize,
}

/// What a killed greenlet has to clean up; its destructor may block.
struct Guard<'a>(&'a World, bool);

impl<'a> Guard<'a> {
    fn new(world: &'a World, blocks: bool) -> Guard<'a> {
        world.guards.fetch_add(1, Ordering::Relaxed);
        Guard(world, blocks)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.guards.fetch_sub(1, Ordering::Relaxed);
        if self.1 {
            // While the greenlet unwinds, this comes to its end; after a normal return a kill can cut it short.
            vervet::sleep(Duration::from_micros(300));
            self.0.parked_drops.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl World {
    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn add_target(&self, target: GreenletRef, random: &mut Random) {
        let mut targets = self.targets.lock().unwrap();
        match targets.len() < TARGETS {
            true => targets.push(target),
            false => targets[random.below(TARGETS as u64) as usize] = target,
        }
    }

    fn kill_one(&self, random: &mut Random) {
        let targets = self.targets.lock().unwrap();
        if !targets.is_empty() {
            targets[random.below(targets.len() as u64) as usize].kill();
            self.kills.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// An echo handler that now and then hangs up, or stops listening.
fn serve(world: &World, mut stream: TcpStream, mut random: Random) {
    let _guard = Guard::new(world, random.below(4) == 0);
    let mut buf = [0; 256];
    while let Ok(n @ 1..) = stream.read(&mut buf) {
        match random.below(40) {
            0 => return,
            1 => vervet::sleep(Duration::from_micros(random.below(3_000))),
            2 => vervet::yield_now(),
            _ => {}
        }
        if stream.write_all(&buf[..n]).is_err() {
            return;
        }
    }
}

/// A client that checks every answer. The server may hang up at any time.
fn talk(world: &World, random: &mut Random) {
    let _guard = Guard::new(world, random.below(4) == 0);
    let Ok(mut stream) = TcpStream::connect(world.server) else {
        // No port is free: many connections have just ended.
        return vervet::sleep(Duration::from_millis(5));
    };
    for _ in 0..random.below(12) {
        let length = 1 + random.below(200) as usize;
        let message: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        let mut answer = vec![0; length];
        if stream.write_all(&message).is_err() || stream.read_exact(&mut answer).is_err() {
            return;
        }
        assert_eq!(answer, message);
        world.talks.fetch_add(1, Ordering::Relaxed);
    }
    if random.below(4) == 0 {
        // Leaves with an answer on the way.
        let _ = stream.write_all(b"bye");
    }
}

/// One thing a driver does.
fn act(world: &Arc<World>, random: &mut Random) {
    let spawn = |random: &mut Random, f: fn(&World, &mut Random)| {
        let (world, mut own) = (world.clone(), Random::new(random.next()));
        vervet::spawn(move || f(&world, &mut own))
    };
    match random.below(12) {
        0..=3 => {
            let client = spawn(random, talk);
            world.add_target(client.handle(), random);
            if random.below(2) == 0 {
                let _ = client.join();
            }
        }
        4 => world.kill_one(random),
        5 => talk(world, random),
        6 => {
            let limit = Duration::from_micros(random.below(3_000));
            let _ = vervet::timeout(limit, || talk(world, random));
        }
        7 => {
            let delay = Duration::from_micros(random.below(3_000));
            let (later, mut own) = (world.clone(), Random::new(random.next()));
            let greenlet = vervet::spawn_later(delay, move || talk(&later, &mut own));
            world.add_target(greenlet.handle(), random);
        }
        8 => vervet::scope(|scope| {
            let children = [(); 3].map(|()| {
                let mut own = Random::new(random.next());
                scope.spawn(move || talk(world, &mut own))
            });
            children[random.below(3) as usize].kill();
        }),
        9 => {
            let sleeper = vervet::spawn(|| vervet::sleep(Duration::from_secs(3600)));
            vervet::yield_now();
            sleeper.kill();
            assert!(sleeper.join().unwrap_err().is_killed());
        }
        10 => {
            let job = vervet::spawn(|| vervet::offload(|| thread::sleep(Duration::from_micros(200))));
            world.add_target(job.handle(), random);
            let _ = job.join_timeout(Duration::from_micros(random.below(400))).map_err(drop);
        }
        _ => {
            let shielded = spawn(random, |world, random| vervet::shield(|| talk(world, random)));
            shielded.kill();
            let _ = shielded.join();
        }
    }
}

fn drive(world: &Arc<World>, mut random: Random) {
    while !world.stopping() {
        act(world, &mut random);
        match random.below(3) {
            0 => vervet::sleep(Duration::from_micros(random.below(1_000))),
            _ => vervet::yield_now(),
        }
    }
}

/// A server, its clients, and their end: what is left must be what was before.
fn churn(seed: u64, time: Duration) {
    let fds = open_fds();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let world = Arc::new(World {
        server: listener.local_addr().unwrap(),
        stop: AtomicBool::new(false),
        targets: Mutex::default(),
        talks: AtomicUsize::new(0),
        kills: AtomicUsize::new(0),
        guards: AtomicUsize::new(0),
        parked_drops: AtomicUsize::new(0),
    });
    let acceptor = {
        let (world, mut random) = (world.clone(), Random::new(seed));
        vervet::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (world_too, own) = (world.clone(), Random::new(random.next()));
                let handler = vervet::spawn(move || serve(&world_too, stream, own));
                world.add_target(handler.handle(), &mut random);
            }
        })
    };
    let driver = |index| {
        let world = world.clone();
        vervet::spawn(move || drive(&world, Random::new(seed ^ index)))
    };
    let drivers: Vec<Greenlet<()>> = (0..DRIVERS).map(driver).collect();
    thread::sleep(time);
    world.stop.store(true, Ordering::Relaxed);
    vervet::join_all(drivers).into_iter().for_each(Result::unwrap);
    acceptor.kill();
    assert!(acceptor.join().unwrap_err().is_killed());
    // Clients end by themselves, and the handlers after them, as nobody is left to accept or to talk.
    let over = || vervet::runtime::metrics().live == 0;
    if !comes_true(PATIENCE, over) {
        let _ = vervet::runtime::dump(&mut std::io::stderr());
        panic!("some greenlets never end");
    }
    let metrics = vervet::runtime::metrics();
    assert_eq!((metrics.stacks_in_use, metrics.parked.total(), metrics.ready), (0, 0, 0));
    assert!(metrics.workers.iter().all(|worker| worker.live == 0), "{metrics:?}");
    assert_eq!(world.guards.load(Ordering::Relaxed), 0, "destructors that never ran");
    assert_eq!(open_fds(), fds, "fds");
    say(&format!(
        "{} spawned, {} rounds talked, {} kills, {} destructors parked, {} steals",
        metrics.spawned,
        world.talks.load(Ordering::Relaxed),
        world.kills.load(Ordering::Relaxed),
        world.parked_drops.load(Ordering::Relaxed),
        metrics.steals,
    ));
}

#[test]
fn churn_leaves_nothing_behind() {
    let time = stress_time(Duration::from_secs(3));
    let env = [("VERVET_WORKERS", WORKERS)];
    in_child("churn_leaves_nothing_behind", &env, 2 * time + 3 * PATIENCE, || {
        raise_fd_limit(10_000);
        let seed = seed();
        say(&format!("VERVET_TEST_SEED={seed}"));
        // The workers' own fds are there before the first look.
        vervet::spawn(|| ()).join().unwrap();
        churn(seed, time / 2);
        let before = resident();
        churn(seed + 1, time);
        let after = resident();
        say(&format!("{} MB resident, {} MB after the warm-up", after >> 20, before >> 20));
        assert!(after < before + MORE_RESIDENT, "{} MB more are resident", (after - before) >> 20);
    });
}
