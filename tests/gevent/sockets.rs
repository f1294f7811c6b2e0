//! Sockets, select, pipes, children, signals, names.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown};
use std::sync::Arc;
use std::time::Duration;

use vervet::net::resolver::{self, Resolver};
use vervet::os::unix::net::UnixStream;
use vervet::os::unix::process::ExitStatusExt;
use vervet::process::{Command, Stdio};
use vervet::select;
use vervet::signal::{self, SIGUSR1};

use crate::common::*;
use crate::{Log, STEP, differs, list, same, steps};

fn pair() -> (UnixStream, UnixStream) {
    UnixStream::pair().unwrap()
}

/// Reads one byte.
fn read_one(mut stream: &UnixStream) -> std::io::Result<char> {
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    Ok(char::from(byte[0]))
}

// --- sockets -------------------------------------------------------------------------------------------------------

#[test]
fn recv_timeout() {
    same("recv_timeout", || {
        let (a, mut b) = pair();
        a.set_read_timeout(Some(STEP)).unwrap();
        let late = read_one(&a).is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        b.write_all(b"x").unwrap();
        format!("timed_out={late} then={}", read_one(&a).unwrap())
    });
}

/// As Linux has it: the reader finds the end of the stream.
#[test]
fn shutdown_wakes_the_reader() {
    differs("shutdown_wakes_the_reader", "read=EBADF", "read=empty", || {
        let (a, _b) = pair();
        let mut theirs = a.try_clone().unwrap();
        let reader = vervet::spawn(move || {
            let mut all = String::new();
            theirs.read_to_string(&mut all).map(|_| all)
        });
        parked(&reader.handle(), "read");
        a.shutdown(Shutdown::Both).unwrap();
        let read = reader.join().unwrap().unwrap();
        format!("read={}", if read.is_empty() { "empty" } else { "data" })
    });
}

/// As with threads: any number may read the same socket, and each byte goes to one of them.
#[test]
fn two_readers() {
    differs("two_readers", "second_fails=true", "second_fails=false", || {
        let (a, mut b) = pair();
        let a = Arc::new(a);
        let readers = [Arc::clone(&a), a].map(|a| {
            let reader = vervet::spawn(move || read_one(&a));
            parked(&reader.handle(), "read");
            reader
        });
        b.write_all(b"xy").unwrap();
        let failed = vervet::join_all(readers).into_iter().any(|read| read.unwrap().is_err());
        format!("second_fails={failed}")
    });
}

#[test]
fn reader_and_writer_at_once() {
    same("reader_and_writer_at_once", || {
        let (a, mut b) = pair();
        let a = Arc::new(a);
        let [ours, theirs] = [Arc::clone(&a), a];
        let reader = vervet::spawn(move || read_one(&ours).unwrap());
        parked(&reader.handle(), "read");
        let writer = vervet::spawn(move || (&*theirs).write_all(b"w").unwrap());
        let got = read_one(&b).unwrap();
        b.write_all(b"r").unwrap();
        writer.join().unwrap();
        format!("peer_got={got} reader_got={}", reader.join().unwrap())
    });
}

// --- select --------------------------------------------------------------------------------------------------------

#[test]
fn select_tells_who_is_readable() {
    same("select_tells_who_is_readable", || {
        let ((a, _x), (b, mut y)) = (pair(), pair());
        let late = vervet::spawn_later(STEP, move || y.write_all(b"!").unwrap());
        let readable = select! {
            ready = readable(&a) => ready.map(|()| "a"),
            ready = readable(&b) => ready.map(|()| "b"),
            _ = after(HOUR) => Ok("-"),
        };
        late.join().unwrap();
        format!("readable={}", readable.unwrap())
    });
}

#[test]
fn select_timeout() {
    same("select_timeout", || {
        let (a, _b) = pair();
        let readable = select! { ready = readable(&a) => { ready.unwrap(); 1 }, _ = after(STEP) => 0 };
        let writable = select! { ready = writable(&a) => { ready.unwrap(); 1 }, _ = after(HOUR) => 0 };
        format!("readable={readable} writable={writable}")
    });
}

#[test]
fn wait_read_timeout() {
    same("wait_read_timeout", || {
        let (a, mut b) = pair();
        let wait = |limit: Duration| {
            select! { ready = readable(&a) => ready.is_err(), _ = after(limit) => true }
        };
        let timed_out = wait(STEP);
        b.write_all(b"x").unwrap();
        assert!(!wait(HOUR));
        format!("timed_out={timed_out} then={}", read_one(&a).unwrap())
    });
}

// --- pipes and children --------------------------------------------------------------------------------------------

#[test]
fn pipe_read_waits() {
    same("pipe_read_waits", || {
        let log = Log::new();
        let ours = log.clone();
        let (mut reader, mut writer) = vervet::io::pipe().unwrap();
        let reader = vervet::spawn(move || {
            let mut data = [0; 4];
            reader.read_exact(&mut data).unwrap();
            ours.add(String::from_utf8_lossy(&data));
        });
        parked(&reader.handle(), "read");
        log.add("look");
        writer.write_all(b"data").unwrap();
        reader.join().unwrap();
        format!("log={log}")
    });
}

#[test]
fn children_overlap() {
    same("children_overlap", || {
        let log = Log::new();
        let ours = log.clone();
        let mut slow = Command::new("sh");
        slow.args(["-c", "read line; echo slow"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut slow = slow.spawn().unwrap();
        // Ends when it is let go, which is when the other one has ended.
        let held = slow.stdin.take();
        let slow = vervet::spawn(move || {
            let output = slow.wait_with_output().unwrap();
            ours.add(String::from_utf8_lossy(&output.stdout).trim_end());
        });
        parked(&slow.handle(), "read");
        let quick = Command::new("sh").args(["-c", "echo quick"]).output().unwrap();
        log.add(String::from_utf8_lossy(&quick.stdout).trim_end());
        drop(held);
        slow.join().unwrap();
        format!("order={log}")
    });
}

#[test]
fn child_wait_timeout() {
    same("child_wait_timeout", || {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let late = vervet::timeout(STEP, || child.wait()).is_err();
        child.kill().unwrap();
        let signal = child.wait().unwrap().signal();
        format!("timed_out={late} signal={}", signal.unwrap_or_default())
    });
}

// --- signals -------------------------------------------------------------------------------------------------------

#[test]
fn signal_handler_may_block() {
    same("signal_handler_may_block", || {
        let log = Log::new();
        let (ours, (done, over)) = (log.clone(), vervet::sync::mpsc::channel());
        let on = signal::on(SIGUSR1, move || {
            ours.add(if vervet::current().is_some() { "handler" } else { "?" });
            steps(1);
            ours.add("slept");
            done.send(()).unwrap();
        });
        log.add("sent");
        SIGUSR1.raise().unwrap();
        over.recv().unwrap();
        on.unwrap().cancel();
        format!("log={log}")
    });
}

#[test]
fn signal_handler_cancelled() {
    same("signal_handler_cancelled", || {
        let log = Log::new();
        let (done, over) = vervet::sync::mpsc::channel();
        let [first, second] = ["first", "second"].map(|name| {
            let (log, done) = (log.clone(), done.clone());
            signal::on(SIGUSR1, move || {
                log.add(name);
                done.send(()).unwrap();
            })
            .unwrap()
        });
        first.cancel();
        SIGUSR1.raise().unwrap();
        over.recv().unwrap();
        second.cancel();
        format!("log={log}")
    });
}

// --- names ---------------------------------------------------------------------------------------------------------

/// Four look-ups, each held up until all four have begun. Of four names: look-ups of one name are one.
#[test]
fn names_are_looked_up_at_once() {
    same("names_are_looked_up_at_once", || {
        let together = std::sync::Barrier::new(4);
        let held_up = move |host: &str| {
            together.wait();
            Ok(vec![IpAddr::from([127, 0, 0, host.len() as u8])])
        };
        let resolver = Resolver::builder().lookup_with(held_up).build();
        let lookups = ["a", "ab", "abc", "abcd"].map(|host| {
            let resolver = resolver.clone();
            vervet::spawn(move || {
                resolver.lookup(host).unwrap() == [IpAddr::from([127, 0, 0, host.len() as u8])]
            })
        });
        format!("found={}", list(vervet::join_all(lookups).into_iter().map(Result::unwrap)))
    });
}

#[test]
fn name_of_this_host() {
    same("name_of_this_host", || {
        let found: BTreeSet<_> = resolver::lookup("localhost").unwrap().into_iter().collect();
        format!("localhost={}", list(found.into_iter().filter(IpAddr::is_ipv4)))
    });
}

#[test]
fn name_that_does_not_exist() {
    same("name_that_does_not_exist", || {
        format!("fails={}", resolver::lookup("no-such-host.invalid").is_err())
    });
}
