//! Several greenlets on one stream, its end, and the next owner of its fd number.

mod child;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use child::{Random, Watchdog, in_child, say, seed, stress_time};

const LIMIT: Duration = Duration::from_secs(60);

/// Tests whose body tells what happened, as text; std's threads and vervet's greenlets must tell the same.
macro_rules! like_std {
    ($($(#[$attr:meta])* fn $name:ident() -> Vec<String> $body:block)*) => {$(
        #[test]
        $(#[$attr])*
        fn $name() {
            #[allow(unused_imports)]
            mod of_std {
                use super::sides::*;
                use std::net::*;
                use std::thread::{sleep, spawn};
                pub(super) fn body() -> Vec<String> $body
            }
            #[allow(unused_imports)]
            mod of_vervet {
                use super::sides::*;
                use vervet::net::*;
                use vervet::{sleep, spawn};
                pub(super) fn body() -> Vec<String> $body
            }
            let _watchdog = Watchdog::new(stringify!($name), LIMIT);
            let std = of_std::body();
            assert_eq!(vervet::run(of_vervet::body), std);
            // Greenlets on the stream, but the rest done by a thread.
            assert_eq!(of_vervet::body(), std);
        }
    )*};
}

/// What both sides use.
mod sides {
    pub(super) use std::io::{self, Read, Write};
    pub(super) use std::sync::Arc;
    use std::time::Duration;

    /// Long enough for others to block, and for a wake that should not come to be noticed.
    pub(super) const SETTLE: Duration = Duration::from_millis(30);

    /// Both ends of a connection.
    macro_rules! pair {
        () => {{
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (theirs, _) = listener.accept().unwrap();
            (Arc::new(ours), theirs)
        }};
    }
    pub(super) use pair;

    pub(super) fn told(what: &str, result: io::Result<usize>) -> String {
        match result {
            Ok(count) => format!("{what}: {count}"),
            Err(error) => format!("{what}: {:?} {:?}", error.kind(), error.raw_os_error()),
        }
    }

    pub(super) fn read(mut from: impl Read) -> String {
        told("read", from.read(&mut [0; 64]))
    }

    /// Writes until it fails; how many bytes went does not matter.
    pub(super) fn write_on(mut to: impl Write) -> String {
        let block = vec![7; 1 << 16];
        loop {
            if let Err(error) = to.write_all(&block) {
                return told("write", Err(error));
            }
        }
    }
}

like_std! {
    fn two_readers_and_a_writer() -> Vec<String> {
        let (ours, mut theirs) = pair!();
        let reader = |stream: &Arc<TcpStream>| {
            let stream = stream.clone();
            spawn(move || read(&*stream))
        };
        let readers = [reader(&ours), reader(&ours)];
        let writer = {
            let stream = ours.clone();
            spawn(move || (0..100).map(|_| (&*stream).write(b"12345678").unwrap()).sum::<usize>())
        };
        theirs.read_exact(&mut [0; 800]).unwrap();
        let mut told = vec![writer.join().unwrap().to_string()];
        sleep(SETTLE);
        told.push(readers.iter().filter(|reader| reader.is_finished()).count().to_string());
        // One message is for one reader.
        theirs.write_all(b"one").unwrap();
        sleep(SETTLE);
        told.push(readers.iter().filter(|reader| reader.is_finished()).count().to_string());
        theirs.write_all(b"three").unwrap();
        let mut read = readers.map(|reader| reader.join().unwrap());
        read.sort();
        told.extend(read);
        told
    }

    fn shutdown_of_reading_wakes_readers() -> Vec<String> {
        let (ours, _theirs) = pair!();
        let readers = [ours.clone(), ours.clone()].map(|stream| spawn(move || read(&*stream)));
        sleep(SETTLE);
        ours.shutdown(Shutdown::Read).unwrap();
        readers.map(|reader| reader.join().unwrap()).to_vec()
    }

    fn shutdown_of_both_wakes_readers_and_writers() -> Vec<String> {
        let (ours, _theirs) = pair!();
        let (reader, writer) = (ours.clone(), ours.clone());
        let reader = spawn(move || read(&*reader));
        let writer = spawn(move || write_on(&*writer));
        sleep(SETTLE);
        ours.shutdown(Shutdown::Both).unwrap();
        vec![reader.join().unwrap(), writer.join().unwrap()]
    }

    fn shutdown_of_writing_wakes_writers_but_no_reader() -> Vec<String> {
        let (ours, mut theirs) = pair!();
        let (reader, writer) = (ours.clone(), ours.clone());
        let reader = spawn(move || read(&*reader));
        let writer = spawn(move || write_on(&*writer));
        sleep(SETTLE);
        ours.shutdown(Shutdown::Write).unwrap();
        let mut told = vec![writer.join().unwrap()];
        sleep(SETTLE);
        told.push(reader.is_finished().to_string());
        theirs.write_all(b"late").unwrap();
        told.push(reader.join().unwrap());
        told
    }

    fn shutdown_through_a_clone_wakes_readers() -> Vec<String> {
        let (ours, _theirs) = pair!();
        let clone = ours.try_clone().unwrap();
        let reader = spawn(move || read(&*ours));
        sleep(SETTLE);
        clone.shutdown(Shutdown::Read).unwrap();
        vec![reader.join().unwrap()]
    }

    fn drop_of_a_clone_wakes_nobody() -> Vec<String> {
        let (ours, mut theirs) = pair!();
        let clone = ours.try_clone().unwrap();
        let reader = spawn(move || read(&*ours));
        sleep(SETTLE);
        drop(clone);
        sleep(SETTLE);
        let mut told = vec![reader.is_finished().to_string()];
        theirs.write_all(b"still there").unwrap();
        told.push(reader.join().unwrap());
        told
    }

    fn drop_of_the_original_wakes_no_reader_of_a_clone() -> Vec<String> {
        let (ours, mut theirs) = pair!();
        let clone = ours.try_clone().unwrap();
        // Both have waited, so both are known to whoever reports events.
        let readers = [spawn(move || { let told = read(&*ours); drop(ours); told }), spawn(move || read(clone))];
        sleep(SETTLE);
        theirs.write_all(b"first").unwrap();
        sleep(SETTLE);
        let finished = readers.iter().filter(|reader| reader.is_finished()).count();
        let mut told = vec![finished.to_string()];
        theirs.write_all(b"second!").unwrap();
        let mut read = readers.map(|reader| reader.join().unwrap());
        read.sort();
        told.extend(read);
        told
    }

    fn end_of_the_peer_wakes_every_reader() -> Vec<String> {
        let (ours, theirs) = pair!();
        let readers = [ours.clone(), ours.clone(), ours].map(|stream| spawn(move || read(&*stream)));
        sleep(SETTLE);
        drop(theirs);
        readers.map(|reader| reader.join().unwrap()).to_vec()
    }

    fn reset_by_the_peer_wakes_one_reader_with_the_error() -> Vec<String> {
        let (ours, theirs) = pair!();
        let reader = ours.clone();
        let reader = spawn(move || read(&*reader));
        // Unread data makes the close a reset.
        (&*ours).write_all(b"unread").unwrap();
        sleep(SETTLE);
        drop(theirs);
        let first = reader.join().unwrap();
        vec![first, read(&*ours)]
    }

    fn reset_by_the_peer_wakes_the_writer() -> Vec<String> {
        let (ours, theirs) = pair!();
        let writer = ours.clone();
        let writer = spawn(move || write_on(&*writer));
        sleep(SETTLE);
        drop(theirs);
        vec![writer.join().unwrap(), read(&*ours)]
    }

    fn half_closed_peer_can_still_be_written_to() -> Vec<String> {
        let (ours, mut theirs) = pair!();
        let reader = ours.clone();
        let reader = spawn(move || read(&*reader));
        sleep(SETTLE);
        theirs.shutdown(Shutdown::Write).unwrap();
        let mut told = vec![reader.join().unwrap(), read(&*ours)];
        (&*ours).write_all(b"after").unwrap();
        theirs.read_exact(&mut [0; 5]).unwrap();
        told.push(read(&*ours));
        told
    }
}

/// How many connections of each kind there are at any time.
const CAREFUL: u64 = 60;
const NOISY: u64 = 60;
const STRESS: Duration = Duration::from_secs(4);

type Both = (vervet::net::TcpStream, vervet::net::TcpStream);

/// Both ends of a connection, or `None` when no port is free just now.
fn connect() -> Option<Both> {
    let listener = vervet::net::TcpListener::bind("127.0.0.1:0").ok()?;
    let ours = vervet::net::TcpStream::connect(listener.local_addr().unwrap()).ok()?;
    let (theirs, _) = listener.accept().unwrap();
    Some((ours, theirs))
}

/// A connection that ends with events on the way: data, ends and resets that nobody waits for.
fn noisy(random: &mut Random) {
    use std::io::{Read, Write};
    let Some((mut ours, theirs)) = connect() else { return };
    // Somebody waits on it, so that the fd is known to the reactor.
    let (start, mut peer) = (random.below(3), theirs);
    let reader = vervet::spawn(move || {
        let _ = peer.read(&mut [0; 4]);
        if start == 0 {
            let _ = peer.write_all(b"noise");
        }
        if start == 1 {
            vervet::yield_now();
        }
    });
    if random.below(2) == 0 {
        vervet::yield_now();
    }
    let _ = ours.write_all(b"more than is read");
    if random.below(2) == 0 {
        let _ = ours.read(&mut [0; 4]);
    }
    if random.below(4) == 0 {
        reader.kill();
    }
    drop(ours);
    if random.below(2) == 0 {
        let _ = reader.join();
    }
}

/// A connection on which everything must come as it was sent.
fn careful(random: &mut Random, name: u64) {
    use std::io::{Read, Write};
    let Some((mut ours, mut theirs)) = connect() else { return };
    if random.below(2) == 0 {
        // The other way of waiting: with a deadline.
        theirs.set_read_timeout(Some(Duration::from_secs(50))).unwrap();
        ours.set_read_timeout(Some(Duration::from_secs(50))).unwrap();
    }
    let rounds = 1 + random.below(4);
    let mut pauses = random.clone();
    let peer = vervet::spawn(move || {
        let mut buf = [0; 64];
        for round in 0..rounds {
            let got = theirs.read(&mut buf).unwrap_or_else(|error| panic!("{name}, round {round}: {error}"));
            assert_eq!(got, 16, "{name}, round {round}");
            assert_eq!(buf[..8], name.to_ne_bytes());
            assert_eq!(buf[8..16], round.to_ne_bytes());
            pause(&mut pauses);
            theirs.write_all(&buf[..16]).unwrap();
        }
        assert_eq!(theirs.read(&mut buf).unwrap(), 0, "{name}: nothing but the end");
    });
    for round in 0..rounds {
        pause(random);
        let mut message = name.to_ne_bytes().to_vec();
        message.extend(round.to_ne_bytes());
        ours.write_all(&message).unwrap();
        let mut buf = [0; 64];
        let got = ours.read(&mut buf).unwrap_or_else(|error| panic!("{name}, round {round}: {error}"));
        assert_eq!(&buf[..got], &*message, "{name}, round {round}");
    }
    pause(random);
    drop(ours);
    peer.join().unwrap();
}

fn pause(random: &mut Random) {
    match random.below(4) {
        0 => vervet::sleep(Duration::from_micros(random.below(500))),
        1 => vervet::yield_now(),
        _ => {}
    }
}

#[test]
fn reused_number_gets_no_old_wake() {
    let env = [("VERVET_WORKERS", "8")];
    in_child("reused_number_gets_no_old_wake", &env, 2 * LIMIT, || {
        let seed = seed();
        say(&format!("VERVET_TEST_SEED={seed}"));
        let stop = Arc::new(AtomicBool::new(false));
        let count = Arc::new(AtomicUsize::new(0));
        let spawn = |index: u64| {
            let (stop, count) = (stop.clone(), count.clone());
            vervet::spawn(move || {
                let mut random = Random::new(seed ^ index);
                while !stop.load(Ordering::Relaxed) {
                    match index < NOISY {
                        true => noisy(&mut random),
                        false => {
                            careful(&mut random, index << 32 | count.fetch_add(1, Ordering::Relaxed) as u64)
                        }
                    }
                    vervet::yield_now();
                }
            })
        };
        let greenlets: Vec<_> = (0..NOISY + CAREFUL).map(spawn).collect();
        std::thread::sleep(stress_time(STRESS));
        stop.store(true, Ordering::Relaxed);
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
        let count = count.load(Ordering::Relaxed);
        say(&format!("{count} careful connections"));
        assert!(count > 100, "only {count}");
    });
}
