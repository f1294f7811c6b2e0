//! A pool with a backlog: no more connections than its size, and a queue for the rest.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use vervet::Greenlet;
use vervet::cosocket::{self, ConnectOptions, Error, TcpSocket};

use crate::common::{checked, in_both, over, parked};
use crate::{SHORT, Server};

fn options(size: usize, backlog: usize) -> ConnectOptions {
    ConnectOptions::new().pool_size(size).backlog(backlog)
}

/// Connects in a greenlet, which is parked in the queue when this returns.
fn queued<T: Send + 'static>(
    server: &Server,
    options: ConnectOptions,
    then: impl FnOnce(TcpSocket) -> T + Send + 'static,
) -> Greenlet<T> {
    let addr = server.addr;
    let greenlet = vervet::spawn(move || then(cosocket::connect(addr, options).unwrap()));
    parked(&greenlet.handle(), "lock");
    greenlet
}

#[test]
fn who_comes_too_late_waits_or_is_refused() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let options = || options(2, 1);
            let connect = || cosocket::connect(server.addr, options());
            let (mut one, two) = (connect().unwrap(), connect().unwrap());
            let _peers = [server.accept(), server.accept()];
            let third = queued(&server, options(), |sock| sock);
            let refused = connect().unwrap_err();
            assert!(matches!(refused, Error::TooManyWaiting));
            assert_eq!(refused.to_string(), "too many waiting connect operations");
            // Who does not know of the backlog is in the same pool.
            let error = cosocket::connect(server.addr, ConnectOptions::new()).unwrap_err();
            assert!(matches!(error, Error::TooManyWaiting));

            // What is put back goes to the one that waits.
            one.setkeepalive(None, None).unwrap();
            let third = third.join().unwrap();
            assert_eq!(third.getreusedtimes(), 1);
            // What is closed makes room for a new one, in whichever way it is closed.
            let fourth = queued(&server, options(), |sock| sock);
            drop(two);
            assert_eq!(fourth.join().unwrap().getreusedtimes(), 0);
            let _peer = server.accept();
            drop(third);
            assert_eq!(connect().unwrap().getreusedtimes(), 0);
        });
    });
}

#[test]
fn no_backlog_at_all_lets_nobody_wait() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let mut one = cosocket::connect(server.addr, options(1, 0)).unwrap();
            let _peer = server.accept();
            let mut other = TcpSocket::new();
            assert!(matches!(other.connect(server.addr, options(1, 0)), Err(Error::TooManyWaiting)));
            one.setkeepalive(None, None).unwrap();
            other.connect(server.addr, options(1, 0)).unwrap();
            assert_eq!(other.getreusedtimes(), 1);
        });
    });
}

#[test]
fn the_queue_is_served_in_order() {
    checked(|| {
        let server = Server::new();
        let mut first = cosocket::connect(server.addr, options(1, 100)).unwrap();
        let _peer = server.accept();
        let order = Arc::new(Mutex::new(Vec::new()));
        let greenlets: Vec<_> = (0..20)
            .map(|number| {
                let order = Arc::clone(&order);
                queued(&server, options(1, 100), move |mut sock| {
                    order.lock().unwrap().push((number, sock.getreusedtimes()));
                    sock.setkeepalive(None, None).unwrap();
                })
            })
            .collect();
        first.setkeepalive(None, None).unwrap();
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
        let expected: Vec<_> = (0..20).map(|number| (number, number + 1)).collect();
        assert_eq!(*order.lock().unwrap(), expected);
    });
}

#[test]
fn the_limit_for_connecting_is_one_for_waiting() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let one = cosocket::connect(server.addr, options(1, 5)).unwrap();
            let mut other = TcpSocket::new();
            other.settimeouts(SHORT, None, None);
            let start = Instant::now();
            let error = other.connect(server.addr, options(1, 5)).unwrap_err();
            assert!(error.is_timeout(), "{error}");
            assert!(start.elapsed() >= SHORT);
            drop(one);
            other.settimeout(None);
            other.connect(server.addr, options(1, 5)).unwrap();
        });
    });
}

#[test]
fn a_killed_waiter_makes_way() {
    checked(|| {
        let server = Server::new();
        let mut one = cosocket::connect(server.addr, options(1, 2)).unwrap();
        let _peer = server.accept();
        for by_timeout in [false, true] {
            let addr = server.addr;
            let killed = vervet::spawn(move || {
                let connect = || cosocket::connect(addr, options(1, 2)).map(drop).unwrap();
                match by_timeout {
                    true => vervet::timeout(3 * SHORT, connect).expect_err("cut short"),
                    false => unreachable!("{:?}", connect()),
                }
            });
            parked(&killed.handle(), "lock");
            let next = queued(&server, options(1, 2), |mut sock| {
                let reused = sock.getreusedtimes();
                sock.setkeepalive(None, None).unwrap();
                reused
            });
            if !by_timeout {
                let refused = cosocket::connect(addr, options(1, 2)).unwrap_err();
                assert!(matches!(refused, Error::TooManyWaiting));
                killed.kill();
            }
            over(&killed.handle());
            let reused = one.getreusedtimes();
            one.setkeepalive(None, None).unwrap();
            assert_eq!(next.join().unwrap(), reused + 1);
            one.connect(addr, options(1, 2)).unwrap();
            assert_eq!(one.getreusedtimes(), reused + 2);
        }
    });
}

#[test]
fn a_connect_that_fails_gives_its_place_to_the_next() {
    checked(|| {
        let server = Server::new();
        let named = || options(1, 10).pool(format!("fails {}", server.addr));
        let one = cosocket::connect(server.addr, named()).unwrap();
        let _peer = server.accept();
        // All of one pool, though it leads them to different places.
        let bad = vervet::spawn({
            let options = named();
            move || cosocket::connect("unix:/no/such/socket", options).map(drop)
        });
        parked(&bad.handle(), "lock");
        let good = queued(&server, named(), |sock| sock.getreusedtimes());
        drop(one);
        assert!(bad.join().unwrap().is_err());
        assert_eq!(good.join().unwrap(), 0);
        let _peer = server.accept();
    });
}

/// Many, of whom some are killed and some run out of time: places are never lost, and never too many.
#[test]
fn places_survive_a_storm() {
    const SIZE: usize = 3;
    checked(|| {
        let server = Server::new();
        let addr = server.addr;
        let in_use = Arc::new(Mutex::new((0, 0)));
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let acceptor = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                let mut peers = Vec::new();
                while let Ok((peer, _)) = server.listener.accept() {
                    if stop.load(std::sync::atomic::Ordering::SeqCst) {
                        return;
                    }
                    peers.push(peer);
                }
            }
        });
        let greenlets: Vec<_> = (0..200_u64)
            .map(|number| {
                let in_use = Arc::clone(&in_use);
                vervet::spawn(move || {
                    let mut sock = TcpSocket::new();
                    sock.settimeouts(Duration::from_millis(1 + number % 7 * 40), None, None);
                    if sock.connect(addr, options(SIZE, 1000)).is_err() {
                        return;
                    }
                    let mut now = in_use.lock().unwrap();
                    now.0 += 1;
                    now.1 = now.1.max(now.0);
                    drop(now);
                    let leave = crate::common::OnDrop(|| in_use.lock().unwrap().0 -= 1);
                    vervet::sleep(Duration::from_micros(number % 5 * 100));
                    // Before the connection goes: the next one may have it at once.
                    drop(leave);
                    if number % 3 > 0 {
                        sock.setkeepalive(Duration::from_millis(number % 4), None).unwrap();
                    }
                })
            })
            .collect();
        for victim in greenlets.iter().step_by(5) {
            victim.kill();
            vervet::sleep(Duration::from_micros(100));
        }
        greenlets.iter().for_each(|greenlet| over(&greenlet.handle()));
        let (left, most) = *in_use.lock().unwrap();
        assert_eq!(left, 0);
        assert!((1..=SIZE).contains(&most), "{most}");
        // All places are there, and no more.
        let socks: Vec<_> =
            (0..SIZE).map(|_| cosocket::connect(addr, options(SIZE, 1000)).unwrap()).collect();
        let mut another = TcpSocket::new();
        another.settimeout(SHORT);
        assert!(another.connect(addr, options(SIZE, 1000)).unwrap_err().is_timeout());
        drop(socks);
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
        std::net::TcpStream::connect(addr).unwrap();
        acceptor.join().unwrap();
    });
}
