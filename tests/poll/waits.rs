//! Waits: deadlines, kills, neighbours, others at the same fds.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use vervet::net::{TcpListener, TcpStream};
use vervet::os::unix::net::UnixStream;
use vervet::select::{PollEvents, PollFd, poll};

use super::fds::{tcp, urgent};
use crate::common::someone::{Kind, PAIRS, Someone};
use crate::common::{HOUR, checked, eventually, in_both, over, parked};
use crate::{waits_on, woken};

const SHORT: Duration = Duration::from_millis(20);

/// How many epoll instances of this process have an fd of that number in them.
fn registrations(fd: RawFd) -> usize {
    let entry = format!("tfd: {fd:>8} ");
    let sets = std::fs::read_dir("/proc/self/fdinfo").unwrap().flatten();
    let texts = sets.filter_map(|set| std::fs::read_to_string(set.path()).ok());
    texts.map(|text| text.matches(&entry).count()).sum()
}

/// Polls `fd` in a greenlet, in a list with one that is passed over.
fn polling(fd: RawFd, events: PollEvents) -> vervet::Greenlet<PollEvents> {
    let greenlet = vervet::spawn(move || {
        let mut fds = [PollFd::from_raw_fd(-1, events), PollFd::from_raw_fd(fd, events)];
        poll(&mut fds, None).unwrap();
        fds[1].revents()
    });
    parked(&greenlet.handle(), "select");
    greenlet
}

/// A vervet stream that was read from, so that vervet keeps it registered, and the other end.
fn used() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut ours = listener.accept().unwrap().0;
    let reads = vervet::spawn(move || {
        ours.read_exact(&mut [0]).unwrap();
        ours
    });
    parked(&reads.handle(), "read");
    theirs.write_all(b"x").unwrap();
    (reads.join().unwrap(), theirs)
}

#[test]
fn the_deadline_comes() {
    checked(|| {
        in_both(|| {
            let (ours, _theirs) = UnixStream::pair().unwrap();
            for mut fds in [vec![], vec![PollFd::new(&ours, PollEvents::IN)]] {
                let begun = Instant::now();
                assert_eq!(poll(&mut fds, Some(SHORT)).unwrap(), 0);
                assert!(begun.elapsed() >= SHORT);
            }
        });
    });
}

#[test]
fn a_huge_timeout_is_none() {
    checked(|| {
        in_both(|| {
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            let writer = vervet::spawn(move || {
                vervet::sleep(SHORT);
                theirs.write_all(b"x").unwrap();
                theirs
            });
            assert_eq!(poll(&mut [PollFd::new(&ours, PollEvents::IN)], Some(Duration::MAX)).unwrap(), 1);
            drop(writer.join().unwrap());
        });
    });
}

#[test]
fn one_fd_is_shown_as_what_it_is_for() {
    checked(|| {
        let (stream, _theirs) = UnixStream::pair().unwrap();
        let (reader, mut writer) = std::io::pipe().unwrap();
        rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
        writer.write_all(&[0; 4096]).unwrap();
        let fds =
            [(OwnedFd::from(stream), PollEvents::IN, "read"), (writer.into(), PollEvents::OUT, "write")];
        for (fd, events, reason) in fds {
            let waits = vervet::spawn(move || poll(&mut [PollFd::new(&fd, events)], None).unwrap());
            parked(&waits.handle(), reason);
            waits.kill();
            over(&waits.handle());
        }
        drop(reader);
    });
}

#[test]
fn a_kill_leaves_nothing_behind() {
    checked(|| {
        let (theirs, _other) = tcp();
        let (mine, _mine_too) = used();
        let (theirs, mine) = (theirs.as_raw_fd(), mine.as_raw_fd());
        let kept = registrations(mine);
        let events = PollEvents::IN | PollEvents::PRI;
        let waits = polling(theirs, events);
        let beside = polling(mine, events);
        assert_eq!(registrations(theirs), 1);
        for greenlet in [waits, beside] {
            greenlet.kill();
            over(&greenlet.handle());
            assert!(greenlet.join().unwrap_err().is_killed());
        }
        assert_eq!(registrations(theirs), 0, "vervet is not told when it is closed");
        assert_eq!(registrations(mine), kept, "that of a stream of vervet's stays");
    });
}

#[test]
fn a_timeout_around_it_leaves_nothing_behind() {
    checked(|| {
        in_both(|| {
            let (ours, _theirs) = tcp();
            let mut fds = [PollFd::new(&ours, PollEvents::IN)];
            let begun = Instant::now();
            assert!(vervet::timeout(SHORT, || poll(&mut fds, Some(HOUR))).is_err());
            assert!(begun.elapsed() >= SHORT);
            assert_eq!(registrations(ours.as_raw_fd()), 0);
            // Its own deadline is the earlier one here.
            assert_eq!(vervet::timeout(HOUR, || poll(&mut fds, Some(SHORT))).unwrap().unwrap(), 0);
        });
    });
}

#[test]
fn the_one_that_comes_leaves_the_others_alone() {
    checked(|| {
        vervet::run(|| {
            let pairs: Vec<_> = (0..50).map(|_| tcp()).collect();
            let mut fds: Vec<_> = pairs.iter().map(|(ours, _)| PollFd::new(ours, PollEvents::IN)).collect();
            let writer = pairs[33].1.try_clone().unwrap();
            let writes = vervet::spawn(move || {
                vervet::sleep(SHORT);
                (&writer).write_all(b"x").unwrap();
            });
            assert_eq!(poll(&mut fds, None).unwrap(), 1);
            for (at, fd) in fds.iter().enumerate() {
                assert_eq!(fd.revents().contains(PollEvents::IN), at == 33);
                assert_eq!(registrations(fd.as_raw_fd()), 0);
            }
            writes.join().unwrap();
        });
    });
}

#[test]
fn all_who_poll_an_fd_hear_of_it() {
    checked(|| {
        let (ours, mut theirs) = tcp();
        let fd = ours.as_raw_fd();
        let waiting: Vec<_> = (0..20).map(|_| polling(fd, PollEvents::IN)).collect();
        let others: Vec<_> = (0..5).map(|_| polling(fd, PollEvents::PRI)).collect();
        theirs.write_all(b"x").unwrap();
        for greenlet in waiting {
            assert_eq!(woken(greenlet), PollEvents::IN);
        }
        others.into_iter().for_each(waits_on);
    });
}

#[test]
fn greenlets_and_threads_poll_beside_each_other() {
    checked(|| {
        for (one, other) in PAIRS {
            let (ours, mut theirs) = tcp();
            let fd = ours.as_raw_fd();
            let start = |kind: Kind| {
                let body = move || poll(&mut [PollFd::from_raw_fd(fd, PollEvents::IN)], Some(HOUR)).unwrap();
                Someone::start(kind, body).waiting("read")
            };
            let waiting = [start(one), start(other)];
            theirs.write_all(b"x").unwrap();
            for someone in waiting {
                assert_eq!(someone.join(), 1);
            }
        }
    });
}

#[test]
fn urgent_data_beside_a_reader() {
    checked(|| {
        let (ours, theirs) = used();
        let ours = Arc::new(ours);
        let urgently = polling(ours.as_raw_fd(), PollEvents::PRI);
        let reader = Arc::clone(&ours);
        // It takes nothing: a read would go past the mark, and whoever looks after that finds nothing urgent any more.
        let reads = vervet::spawn(move || reader.peek(&mut [0; 8]).unwrap());
        parked(&reads.handle(), "read");
        let theirs = std::net::TcpStream::from(OwnedFd::from(theirs));
        urgent(&theirs);
        assert_eq!(woken(urgently), PollEvents::PRI);
        // It is not in the stream: the reader has nothing yet.
        parked(&reads.handle(), "read");
        (&theirs).write_all(b"xy").unwrap();
        assert_eq!(woken(reads), 2);
    });
}

#[test]
fn what_holds_and_is_not_asked_for_keeps_nobody_busy() {
    checked(|| {
        let (ours, mut theirs) = tcp();
        let (mine, mut mine_too) = used();
        theirs.write_all(b"x").unwrap();
        mine_too.write_all(b"x").unwrap();
        let fds = [ours.as_raw_fd(), mine.as_raw_fd()];
        let waiting: Vec<_> = (0..8)
            .flat_map(|_| [PollEvents::PRI, PollEvents::RDHUP, PollEvents::empty()])
            .flat_map(|events| fds.map(|fd| polling(fd, events)))
            .collect();
        let before = vervet::runtime::metrics().switches;
        std::thread::sleep(5 * SHORT);
        let switches = vervet::runtime::metrics().switches - before;
        assert!(switches < 20 * waiting.len(), "{switches} switches");
        for greenlet in waiting {
            greenlet.kill();
            over(&greenlet.handle());
        }
    });
}

#[test]
fn what_holds_and_is_not_asked_for_keeps_one_alone_not_busy() {
    checked(|| {
        let (ours, mut theirs) = tcp();
        let (mine, mut mine_too) = used();
        theirs.write_all(b"x").unwrap();
        mine_too.write_all(b"x").unwrap();
        for fd in [ours.as_raw_fd(), mine.as_raw_fd()] {
            for events in [PollEvents::PRI, PollEvents::RDHUP, PollEvents::empty()] {
                let waits = polling(fd, events);
                let before = vervet::runtime::metrics().switches;
                std::thread::sleep(SHORT);
                let switches = vervet::runtime::metrics().switches - before;
                assert!(switches < 20, "{switches} switches for {events:?}");
                waits_on(waits);
            }
        }
    });
}

#[test]
fn neighbours_run_while_it_waits_and_while_it_never_waits() {
    checked(|| {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let over_now = Arc::new(AtomicBool::new(false));
        // As many as would keep all workers for themselves.
        let spinning: Vec<_> = (0..crate::common::workers())
            .map(|_| {
                let over_now = Arc::clone(&over_now);
                vervet::spawn(move || {
                    let ready = std::fs::File::open("/dev/null").unwrap();
                    let mut fds = [PollFd::new(&ready, PollEvents::OUT)];
                    while !over_now.load(SeqCst) {
                        assert_eq!(poll(&mut fds, None).unwrap(), 1);
                        assert_eq!(poll(&mut fds, Some(Duration::ZERO)).unwrap(), 1);
                        assert_eq!(poll(&mut [], Some(Duration::ZERO)).unwrap(), 0);
                    }
                })
            })
            .collect();
        let waits = polling(ours.as_raw_fd(), PollEvents::IN);
        let neighbour = vervet::spawn(move || {
            (0..10).for_each(|_| vervet::sleep(Duration::from_millis(1)));
            theirs.write_all(b"x").unwrap();
            theirs
        });
        assert_eq!(woken(waits), PollEvents::IN);
        over_now.store(true, SeqCst);
        spinning.into_iter().for_each(|greenlet| greenlet.join().unwrap());
        drop(neighbour.join().unwrap());
    });
}

#[test]
fn a_signal_does_not_interrupt_it() {
    checked(|| {
        let seen = Arc::new(AtomicBool::new(false));
        let handler = signal_hook::flag::register(libc::SIGUSR1, Arc::clone(&seen)).unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            // SAFETY: nothing but a look at who runs.
            tell.send(unsafe { libc::pthread_self() }).unwrap();
            poll(&mut [PollFd::new(&ours, PollEvents::IN)], None).unwrap()
        });
        let id = told.recv().unwrap();
        for _ in 0..20 {
            // SAFETY: the thread ends only after what is written below.
            assert_eq!(unsafe { libc::pthread_kill(id, libc::SIGUSR1) }, 0);
            eventually("the handler has run", || seen.swap(false, SeqCst));
        }
        assert!(!thread.is_finished());
        theirs.write_all(b"x").unwrap();
        assert_eq!(thread.join().unwrap(), 1);
        signal_hook::low_level::unregister(handler);
    });
}

#[test]
fn an_epoll_instance_of_the_users_own() {
    use rustix::event::epoll;
    checked(|| {
        in_both(|| {
            let set = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            let data = epoll::EventData::new_u64(5);
            epoll::add(&set, ours.as_fd(), data, epoll::EventFlags::IN).unwrap();
            for again in [false, true] {
                let other = theirs.try_clone().unwrap();
                let writer = vervet::spawn(move || {
                    vervet::sleep(SHORT);
                    (&other).write_all(b"x").unwrap();
                });
                if again {
                    vervet::select! { ready = readable(&set) => ready.unwrap() }
                } else {
                    assert_eq!(poll(&mut [PollFd::new(&set, PollEvents::IN)], None).unwrap(), 1);
                }
                writer.join().unwrap();
                let mut events = Vec::with_capacity(8);
                let at_once = rustix::time::Timespec { tv_sec: 0, tv_nsec: 0 };
                let room = rustix::buffer::spare_capacity(&mut events);
                assert_eq!(epoll::wait(&set, room, Some(&at_once)).unwrap(), 1);
                assert_eq!((&ours).read(&mut [0; 8]).unwrap(), 1);
            }
            theirs.write_all(b"x").unwrap();
        });
    });
}

#[test]
fn a_coroutine_parks_the_greenlet_around_it() {
    use vervet::coroutine::{Coroutine, Yielder};
    checked(|| {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let waits = vervet::spawn(move || {
            let coroutine = Coroutine::new(move |_: &Yielder<(), ()>, ()| {
                let mut fds = [PollFd::new(&ours, PollEvents::IN), PollFd::from_raw_fd(-1, PollEvents::IN)];
                poll(&mut fds, None).unwrap()
            });
            coroutine.resume(()).unwrap()
        });
        parked(&waits.handle(), "select");
        theirs.write_all(b"x").unwrap();
        assert!(format!("{:?}", woken(waits)).contains("Returned(1)"));
    });
}

#[test]
fn entries_can_be_shared_and_sent() {
    fn check<T: Send + Sync>() {}
    check::<PollFd<'static>>();
    check::<PollEvents>();
    check::<vervet::select::Poller>();
    check::<vervet::select::Events>();
    check::<vervet::select::Event>();
    check::<vervet::select::Ready>();
    let mut fd = PollFd::from_raw_fd(7, PollEvents::IN);
    fd.set_events(fd.events() | PollEvents::OUT);
    assert_eq!(format!("{fd:?}"), "PollFd { fd: 7, events: IN | OUT, revents: 0x0 }");
}
