//! Connections to whichever of several addresses answers.

mod common;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream as StdStream};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use common::*;
use vervet::net::resolver::{self, Resolver};
use vervet::net::{HappyEyeballs, TcpListener, connect_happy};

/// An address whose backlog is full: to connect there means to wait. With what keeps it so.
fn black_hole() -> (SocketAddr, (std::net::TcpListener, Vec<StdStream>)) {
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let mut fillers = Vec::new();
    while let Ok(filler) = StdStream::connect_timeout(&addr, Duration::from_millis(20)) {
        fillers.push(filler);
    }
    (addr, (listener.into(), fillers))
}

/// An address at which nobody listens.
fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn listening(addr: &str) -> Option<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(addr).ok()?;
    let addr = listener.local_addr().ok()?;
    Some((listener, addr))
}

/// Waits an hour between two attempts: what does not succeed or fail at once is not followed by another.
fn patient() -> HappyEyeballs {
    HappyEyeballs::new().delay(HOUR)
}

#[test]
fn settings_are_plain_values() {
    fn plain<T: Send + Sync + Copy + Default + std::fmt::Debug>() {}
    plain::<HappyEyeballs>();
}

#[test]
fn the_first_address_that_answers_at_once_wins() {
    fn body() {
        let (_kept, first) = listening("127.0.0.1:0").unwrap();
        let (_kept_too, second) = listening("127.0.0.1:0").unwrap();
        let stream = patient().connect(&[first, second][..]).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), first);
        // As a user expects it: blocking.
        stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        let begin = Instant::now();
        assert!(io::Read::read(&mut &stream, &mut [0]).is_err());
        assert!(begin.elapsed() >= Duration::from_millis(2));
    }
    checked(|| in_both(body));
}

#[test]
fn a_failure_is_followed_by_the_next_at_once() {
    fn body() {
        let (_kept, open) = listening("127.0.0.1:0").unwrap();
        let stream = patient().connect(&[closed(), closed(), open][..]).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
    }
    checked(|| in_both(body));
}

#[test]
fn both_families() {
    fn body() {
        let Some((listener, v6)) = listening("[::1]:0") else { return };
        // The same port of the other family is closed, or not ours.
        let v4 = closed();
        let stream = patient().connect(&[v4, v6][..]).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), v6);
        drop(listener);
        let (_kept, v4) = listening("127.0.0.1:0").unwrap();
        let stream = patient().connect(&[v6, v4][..]).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), v4);
    }
    checked(|| in_both(body));
}

#[test]
fn one_that_does_not_answer_is_overtaken_and_closed() {
    fn body() {
        let (hole, _kept) = black_hole();
        let (_kept_too, open) = listening("127.0.0.1:0").unwrap();
        let before = open_fds();
        let delay = Duration::from_millis(10);
        let begin = Instant::now();
        let stream = HappyEyeballs::new().delay(delay).connect(&[hole, hole, open][..]).unwrap();
        assert!(begin.elapsed() >= 2 * delay, "not all at once");
        assert_eq!(stream.peer_addr().unwrap(), open);
        assert_eq!(open_fds(), before + 1, "the losers are closed");
        drop(stream);
        let at_once = HappyEyeballs::new().delay(Duration::ZERO).connect(&[hole, hole, open][..]).unwrap();
        assert_eq!(at_once.peer_addr().unwrap(), open);
    }
    // The tests of one process that count fds are `checked`, hence one at a time.
    checked(|| in_both(body));
}

#[test]
fn an_earlier_attempt_may_still_win() {
    checked(|| {
        let (slow, (listener, fillers)) = black_hole();
        let (other, _kept) = black_hole();
        let connecting = vervet::spawn(move || {
            HappyEyeballs::new().delay(Duration::from_millis(1)).connect(&[slow, other][..])
        });
        parked(&connecting.handle(), "select");
        // Room for one more: the kernel of the first attempt knocks again after a second.
        drop(fillers);
        listener.set_nonblocking(true).unwrap();
        while !connecting.is_finished() {
            let _ = listener.accept();
            vervet::spawn(|| vervet::sleep(Duration::from_millis(1))).join().unwrap();
        }
        assert_eq!(connecting.join().unwrap().unwrap().peer_addr().unwrap(), slow);
    });
}

#[test]
fn when_all_fail_the_error_is_the_last_ones() {
    fn body() {
        let error = connect_happy(&[closed(), closed()][..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let error = connect_happy(&[][..] as &[SocketAddr]).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::InvalidInput, "could not resolve to any addresses")
        );
        assert_eq!(connect_happy("no port").unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    checked(|| in_both(body));
}

#[test]
fn the_whole_has_a_limit() {
    fn body() {
        let (hole, _kept) = black_hole();
        let before = open_fds();
        let limit = Duration::from_millis(15);
        let begin = Instant::now();
        let happy = HappyEyeballs::new().delay(Duration::from_millis(2)).timeout(limit);
        let error = happy.connect(&[hole, closed(), hole][..]).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::TimedOut, "connection timed out"));
        assert!(begin.elapsed() >= limit);
        assert_eq!(open_fds(), before);
    }
    checked(|| in_both(body));
}

#[test]
fn the_limit_is_for_the_name_as_well() {
    fn body() {
        let (end, ended) = mpsc::channel::<()>();
        let ended = Mutex::new(ended);
        let slow = Resolver::builder().lookup_with(move |_| {
            let _ = ended.lock().map(|ended| ended.recv());
            Ok(Vec::new())
        });
        let before = resolver::set_default(slow.build());
        let happy = HappyEyeballs::new().timeout(Duration::from_millis(5));
        let error = happy.connect("slow.example:1").unwrap_err();
        resolver::set_default(before);
        drop(end);
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
    checked(|| in_both(body));
}

#[test]
fn a_kill_ends_all_attempts() {
    checked(|| {
        let (hole, _kept) = black_hole();
        let before = open_fds();
        let connecting = vervet::spawn(move || {
            HappyEyeballs::new().delay(Duration::from_millis(1)).connect(&[hole, hole][..])
        });
        parked(&connecting.handle(), "select");
        eventually("both have begun", || open_fds() == before + 2);
        connecting.kill();
        assert!(connecting.join().unwrap_err().is_killed());
        assert_eq!(open_fds(), before);
    });
}
