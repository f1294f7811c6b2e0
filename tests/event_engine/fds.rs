//! Fds that become ready.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

use vervet::event_engine::{EventEngine, EventSource, Order};
use vervet::io::pipe;
use vervet::net::{TcpListener, TcpStream};
use vervet::os::unix::net::UnixStream;

use crate::common::{Drops, HOUR, checked, dumped, eventually, fail, parked};
use crate::support::{Log, ORDERS};

const SOON: Duration = Duration::from_millis(3);

/// What came of a watch whose events are byte counts.
type Outcome = Result<usize, io::ErrorKind>;
type Fds = EventEngine<&'static str, io::Result<usize>>;

fn noting(engine: &Fds) -> Log<Outcome> {
    let log = Log::new();
    let theirs = log.clone();
    engine.register("fd", move |read| theirs.note(read.as_ref().map(|&n| n).map_err(io::Error::kind)));
    log
}

#[test]
fn a_listener_has_its_clients_accepted() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (EventEngine::with_order(order), Log::new());
            let theirs = log.clone();
            engine.register("client", move |client: &io::Result<TcpStream>| {
                let mut text = String::new();
                client.as_ref().unwrap().read_to_string(&mut text).unwrap();
                theirs.note(text);
            });
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            let source = engine.on_readable(listener, "client", |listener, ready| {
                ready.and_then(|()| Ok(listener.accept()?.0))
            });
            let clients: Vec<_> = (0..10)
                .map(|n| {
                    vervet::spawn(move || write!(TcpStream::connect(addr).unwrap(), "client {n}").unwrap())
                })
                .collect();
            while log.len() < 10 {
                engine.run_once(None);
            }
            vervet::join_all(clients).into_iter().for_each(|client| client.unwrap());
            source.cancel();
            let mut texts = log.take();
            texts.sort();
            assert!(texts.into_iter().eq((0..10).map(|n| format!("client {n}"))), "{order:?}");
        }
    });
}

#[test]
fn a_pipe_is_read_as_long_as_there_is_something() {
    checked(|| {
        let engine = Fds::new();
        let log = noting(&engine);
        let (reader, mut writer) = pipe().unwrap();
        // Two bytes at a time: what is left makes the fd ready again.
        let source = engine
            .on_readable(reader, "fd", |reader, ready| ready.and_then(|()| (&*reader).read(&mut [0; 2])));
        assert_eq!(engine.run_once(Some(SOON)), 0);
        writer.write_all(b"12345").unwrap();
        for n in [2, 2, 1] {
            assert_eq!(engine.run_once(None), 1);
            assert_eq!(log.take(), [Ok(n)]);
        }
        assert_eq!(engine.run_once(Some(SOON)), 0);
        drop(writer);
        assert_eq!(engine.run_once(None), 1);
        assert_eq!(log.take(), [Ok(0)]);
        assert!(source.is_active(), "its end can be read again and again");
        source.cancel();
    });
}

#[test]
fn the_handler_may_read_and_is_told_no_more_before_it_has() {
    checked(|| {
        let (engine, log) = (EventEngine::new(), Log::new());
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let ours = Arc::new(ours);
        let (reader, seen) = (Arc::clone(&ours), log.clone());
        engine.register("fd", move |ready: &io::Result<()>| {
            ready.as_ref().unwrap();
            vervet::sleep(SOON);
            let mut bytes = [0; 16];
            let n = (&*reader).read(&mut bytes).unwrap();
            seen.note(bytes[..n].to_vec());
        });
        let source = engine.on_readable(Arc::clone(&ours), "fd", |_, ready| ready);
        for text in [b"one", b"two"] {
            theirs.write_all(text).unwrap();
            assert_eq!(engine.run_once(None), 1);
            assert_eq!(log.take(), [text]);
        }
        source.cancel();
        eventually("the engine has let go of it", || Arc::strong_count(&ours) == 2);
    });
}

#[test]
fn room_to_write_is_an_event() {
    checked(|| {
        let engine = Fds::new();
        let log = noting(&engine);
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        while (&ours).write(&[0; 4096]).is_ok() {}
        let source =
            engine.on_writable(ours, "fd", |ours, ready| ready.and_then(|()| (&*ours).write(b"more")));
        assert_eq!(engine.run_once(Some(SOON)), 0);
        let mut buffer = vec![0; 1 << 20];
        while log.len() == 0 {
            assert_ne!((&theirs).read(&mut buffer).unwrap(), 0);
            engine.run_once(Some(SOON));
        }
        source.cancel();
        assert_eq!(log.take()[0], Ok(4));
    });
}

/// A watch on an fd that is somebody else's, and waits.
fn borrowed(engine: &Fds, stream: &UnixStream) -> EventSource {
    // SAFETY: the number is only waited for; closed, it is told as an error, and not used again.
    let fd = unsafe { BorrowedFd::borrow_raw(stream.as_raw_fd()) };
    let source = engine.on_readable(fd, "fd", |_, ready| ready.map(|()| 1));
    let waits = |line: &str| line.contains("'engine watch'") && line.contains(": parked in select ");
    eventually("it waits", || dumped().lines().any(waits));
    source
}

#[test]
fn a_closed_fd_is_told_as_an_error_and_is_the_end() {
    checked(|| {
        let engine = Fds::new();
        let log = noting(&engine);
        let (ours, theirs) = UnixStream::pair().unwrap();
        let source = borrowed(&engine, &ours);
        drop(ours);
        assert_eq!(engine.run_once(None), 1);
        let closed = io::Error::from_raw_os_error(9).kind();
        assert_eq!(log.take(), [Err(closed)]);
        eventually("it is over", || !source.is_active());
        drop(theirs);
        assert_eq!(engine.run_once(Some(SOON)), 0);
    });
}

#[test]
fn cancelling_closes_the_fd() {
    checked(|| {
        let engine = Fds::new();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let source = engine.on_readable(ours, "fd", |_, ready| ready.map(|()| 1));
        source.cancel();
        // The end of the other side.
        assert_eq!(theirs.read(&mut [0]).unwrap(), 0);
        assert_eq!(engine.run_once(Some(SOON)), 0);
    });
}

#[test]
fn cancelled_while_its_event_waits() {
    checked(|| {
        let (engine, drops) = (Fds::with_order(Order::Serial), Drops::new());
        let log = noting(&engine);
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let value = drops.value();
        let source = engine.on_readable(ours, "fd", move |_, ready| {
            let _ = &value;
            ready.map(|()| 1)
        });
        theirs.write_all(b"!").unwrap();
        eventually("it is posted", || engine.len() == 1);
        source.cancel();
        eventually("the closure is dropped", || drops.count() == 1);
        assert_eq!((engine.run_once(None), log.len(), engine.len()), (0, 0, 0));
    });
}

#[test]
fn a_closure_that_panics_ends_its_watch_alone() {
    checked(|| {
        let engine = Fds::new();
        let log = noting(&engine);
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let ours = Arc::new(ours);
        let broken = engine.on_readable(Arc::clone(&ours), "fd", |_, _| fail("on purpose"));
        theirs.write_all(b"!").unwrap();
        eventually("the broken one is over", || !broken.is_active());
        let read =
            |ours: &Arc<UnixStream>, ready: io::Result<()>| ready.and_then(|()| (&**ours).read(&mut [0]));
        let whole = engine.on_readable(ours, "fd", read);
        assert_eq!(engine.run_once(Some(HOUR)), 1);
        assert_eq!(log.take(), [Ok(1)]);
        assert!(whole.is_active());
    });
}

#[test]
fn listener_timer_and_posts_in_one_loop() {
    checked(|| {
        let (engine, log) = (EventEngine::with_order(Order::Serial), Log::new());
        let theirs = log.clone();
        engine.register_all(move |key: &&str, _: &io::Result<()>| theirs.note(*key));
        let (ours, mut peer) = UnixStream::pair().unwrap();
        let source = engine
            .on_readable(ours, "fd", |ours, ready| ready.and_then(|()| (&*ours).read(&mut [0]).map(drop)));
        let timer = engine.every(Duration::from_millis(1), "timer", |_| Ok(()));
        let handle = engine.handle();
        let runner = vervet::spawn(move || {
            engine.run();
            drop(engine);
        });
        parked(&runner.handle(), "channel");
        for key in ["post", "fd", "timer"] {
            match key {
                "post" => handle.post("post", Ok(())).unwrap(),
                "fd" => peer.write_all(b"!").unwrap(),
                _ => {}
            }
            let mut seen = Vec::new();
            eventually(key, || {
                seen.extend(log.take());
                seen.contains(&key)
            });
        }
        handle.close();
        runner.join().unwrap();
        eventually("both end", || !source.is_active() && !timer.is_active());
    });
}
