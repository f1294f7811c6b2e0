//! States that fds can be in, and what changes them.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{io, thread};

use rustix::event::{EventfdFlags, epoll, eventfd};
use rustix::net::SendFlags;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};
use vervet::select::PollEvents;

use super::kernel;

/// An fd in some state, with all that keeps it so, and a change that may come.
pub(crate) struct State {
    pub(crate) fd: RawFd,
    _kept: Vec<OwnedFd>,
    child: Option<Child>,
    change: Option<Box<dyn FnOnce() -> Vec<OwnedFd> + Send>>,
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.stdin.take());
            child.wait().unwrap();
        }
    }
}

impl State {
    fn new<T: Into<OwnedFd>>(fd: T) -> State {
        let fd = fd.into();
        State { fd: fd.as_raw_fd(), _kept: vec![fd], child: None, change: None }
    }

    fn with(mut self, other: impl Into<OwnedFd>) -> State {
        self._kept.push(other.into());
        self
    }

    /// What `change` returns stays open.
    fn then(mut self, change: impl FnOnce() -> Vec<OwnedFd> + Send + 'static) -> State {
        self.change = Some(Box::new(change));
        self
    }

    pub(crate) fn change(&mut self) {
        let kept = self.change.take().expect("once")();
        self._kept.extend(kept);
    }
}

/// A state, by its name.
pub(crate) type Named = (&'static str, fn() -> State);

/// States that stay as they are.
pub(crate) const LASTING: &[Named] = &[
    ("tcp, idle", || {
        let (ours, theirs) = tcp();
        State::new(ours).with(theirs)
    }),
    ("tcp, data", || {
        let (ours, theirs) = tcp();
        (&theirs).write_all(b"x").unwrap();
        settled(State::new(ours).with(theirs), PollEvents::IN)
    }),
    ("tcp, half closed", || {
        let (ours, theirs) = tcp();
        theirs.shutdown(std::net::Shutdown::Write).unwrap();
        settled(State::new(ours).with(theirs), PollEvents::RDHUP)
    }),
    ("tcp, shut on both sides", || {
        let (ours, theirs) = tcp();
        theirs.shutdown(std::net::Shutdown::Write).unwrap();
        ours.shutdown(std::net::Shutdown::Write).unwrap();
        settled(State::new(ours).with(theirs), PollEvents::empty())
    }),
    ("tcp, reset", || {
        let (ours, theirs) = tcp();
        reset(theirs);
        settled(State::new(ours), PollEvents::empty())
    }),
    ("tcp, urgent data", || {
        let (ours, theirs) = tcp();
        urgent(&theirs);
        settled(State::new(ours).with(theirs), PollEvents::PRI)
    }),
    ("tcp, not connected", || {
        State::new(socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap())
    }),
    ("tcp, refused", || {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.set_nonblocking(true).unwrap();
        let _ = socket.connect(&nobody.into());
        settled(State::new(socket), PollEvents::empty())
    }),
    ("tcp, full", || {
        let (ours, theirs) = tcp();
        fill(&ours);
        State::new(ours).with(theirs)
    }),
    ("listener, idle", || State::new(TcpListener::bind("127.0.0.1:0").unwrap())),
    ("listener, called", || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        settled(State::new(listener).with(caller), PollEvents::IN)
    }),
    ("udp, idle", || State::new(UdpSocket::bind("127.0.0.1:0").unwrap())),
    ("udp, datagram", || {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(b"x", socket.local_addr().unwrap()).unwrap();
        settled(State::new(socket), PollEvents::IN)
    }),
    ("udp, refused", || {
        let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(nobody).unwrap();
        socket.send(b"x").unwrap();
        settled(State::new(socket), PollEvents::empty())
    }),
    ("unix, idle", || {
        let (ours, theirs) = UnixStream::pair().unwrap();
        State::new(ours).with(theirs)
    }),
    ("unix, hung up", || State::new(UnixStream::pair().unwrap().0)),
    ("unix, hung up with data unread there", || {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(b"x").unwrap();
        drop(theirs);
        State::new(ours)
    }),
    ("pipe, empty", || {
        let (reader, writer) = io::pipe().unwrap();
        State::new(reader).with(writer)
    }),
    ("pipe, data", || {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        State::new(reader).with(writer)
    }),
    ("pipe, without a writer", || State::new(io::pipe().unwrap().0)),
    ("pipe, without a writer but with data", || {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        drop(writer);
        State::new(reader)
    }),
    ("pipe, writable", || {
        let (reader, writer) = io::pipe().unwrap();
        State::new(writer).with(reader)
    }),
    ("pipe, full", || {
        let (reader, writer) = io::pipe().unwrap();
        fill(&writer);
        State::new(writer).with(reader)
    }),
    ("pipe, without a reader", || State::new(io::pipe().unwrap().1)),
    ("eventfd, zero", || State::new(event(0))),
    ("eventfd, one", || State::new(event(1))),
    ("timerfd, off", || State::new(timer())),
    ("timerfd, due", || {
        let timer = timer();
        set(&timer);
        settled(State::new(timer), PollEvents::IN)
    }),
    ("epoll, nothing in it", || State::new(epoll::create(epoll::CreateFlags::CLOEXEC).unwrap())),
    ("epoll, something ready in it", || {
        let (set, inner) = epoll_with(event(1));
        State::new(set).with(inner)
    }),
    ("file", || State::new(File::open("/proc/self/exe").unwrap())),
    ("folder", || State::new(File::open("/").unwrap())),
    ("/dev/null", || State::new(File::options().read(true).write(true).open("/dev/null").unwrap())),
    ("terminal, idle", || {
        let (ours, theirs) = terminal();
        State::new(ours).with(theirs)
    }),
    ("terminal, hung up", || State::new(terminal().1)),
];

/// States that change, and what is to be seen afterwards by somebody who waits for it.
pub(crate) const CHANGING: &[(Named, PollEvents)] = &[
    (
        ("tcp: data comes", || {
            let (ours, theirs) = tcp();
            State::new(ours).then(move || {
                (&theirs).write_all(b"x").unwrap();
                vec![theirs.into()]
            })
        }),
        PollEvents::IN,
    ),
    (
        ("tcp: the other end shuts down", || {
            let (ours, theirs) = tcp();
            State::new(ours).then(move || {
                theirs.shutdown(std::net::Shutdown::Write).unwrap();
                vec![theirs.into()]
            })
        }),
        PollEvents::RDHUP,
    ),
    (
        ("tcp: the other end shuts down, beside data", || {
            let (ours, theirs) = tcp();
            (&theirs).write_all(b"x").unwrap();
            settled(State::new(ours), PollEvents::IN).then(move || {
                theirs.shutdown(std::net::Shutdown::Write).unwrap();
                vec![theirs.into()]
            })
        }),
        PollEvents::RDHUP,
    ),
    (
        ("tcp: shut on both sides", || {
            let (ours, theirs) = tcp();
            ours.shutdown(std::net::Shutdown::Write).unwrap();
            State::new(ours).then(move || {
                theirs.shutdown(std::net::Shutdown::Write).unwrap();
                vec![theirs.into()]
            })
        }),
        PollEvents::empty(),
    ),
    (
        ("tcp: reset", || {
            let (ours, theirs) = tcp();
            State::new(ours).then(move || {
                reset(theirs);
                Vec::new()
            })
        }),
        PollEvents::empty(),
    ),
    (
        ("tcp: urgent data comes", || {
            let (ours, theirs) = tcp();
            State::new(ours).then(move || {
                urgent(&theirs);
                vec![theirs.into()]
            })
        }),
        PollEvents::PRI,
    ),
    (
        ("tcp: urgent data comes, beside other", || {
            let (ours, theirs) = tcp();
            (&theirs).write_all(b"x").unwrap();
            settled(State::new(ours), PollEvents::IN).then(move || {
                urgent(&theirs);
                vec![theirs.into()]
            })
        }),
        PollEvents::PRI,
    ),
    (
        ("tcp: there is room again", || {
            let (ours, mut theirs) = tcp();
            fill(&ours);
            let full = ours.as_raw_fd();
            State::new(ours).then(move || {
                let mut block = vec![0; 1 << 20];
                while kernel::poll(&[(full, PollEvents::OUT)], None).0 == 0 {
                    assert!(theirs.read(&mut block).unwrap() > 0);
                }
                vec![theirs.into()]
            })
        }),
        PollEvents::OUT,
    ),
    (
        ("listener: a call comes", || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            State::new(listener).then(move || vec![TcpStream::connect(addr).unwrap().into()])
        }),
        PollEvents::IN,
    ),
    (
        ("udp: a datagram comes", || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let addr = socket.local_addr().unwrap();
            State::new(socket).then(move || {
                let other = UdpSocket::bind("127.0.0.1:0").unwrap();
                other.send_to(b"x", addr).unwrap();
                vec![other.into()]
            })
        }),
        PollEvents::IN,
    ),
    (
        ("unix: the other end hangs up", || {
            let (ours, theirs) = UnixStream::pair().unwrap();
            State::new(ours).then(move || {
                drop(theirs);
                Vec::new()
            })
        }),
        PollEvents::empty(),
    ),
    (
        ("unix datagrams: there is room again", || {
            let (ours, theirs) = UnixDatagram::pair().unwrap();
            fill(&ours);
            State::new(ours).then(move || {
                theirs.set_nonblocking(true).unwrap();
                while theirs.recv(&mut [0; 1 << 12]).is_ok() {}
                vec![theirs.into()]
            })
        }),
        PollEvents::OUT,
    ),
    (
        ("pipe: data comes", || {
            let (reader, mut writer) = io::pipe().unwrap();
            State::new(reader).then(move || {
                writer.write_all(b"x").unwrap();
                vec![writer.into()]
            })
        }),
        PollEvents::IN,
    ),
    (
        ("pipe: the writer goes", || {
            let (reader, writer) = io::pipe().unwrap();
            State::new(reader).then(move || {
                drop(writer);
                Vec::new()
            })
        }),
        PollEvents::empty(),
    ),
    (
        ("pipe: the writer goes, beside data", || {
            let (reader, mut writer) = io::pipe().unwrap();
            writer.write_all(b"x").unwrap();
            State::new(reader).then(move || {
                drop(writer);
                Vec::new()
            })
        }),
        PollEvents::empty(),
    ),
    (
        ("pipe: the reader goes", || {
            let (reader, writer) = io::pipe().unwrap();
            fill(&writer);
            State::new(writer).then(move || {
                drop(reader);
                Vec::new()
            })
        }),
        PollEvents::empty(),
    ),
    (
        ("pipe: there is room again", || {
            let (mut reader, writer) = io::pipe().unwrap();
            fill(&writer);
            State::new(writer).then(move || {
                reader.read_exact(&mut [0; 1 << 12]).unwrap();
                vec![reader.into()]
            })
        }),
        PollEvents::OUT,
    ),
    (
        ("eventfd: counted up", || {
            let fd = event(0);
            let other = fd.try_clone().unwrap();
            State::new(fd).then(move || {
                count_up(&other);
                Vec::new()
            })
        }),
        PollEvents::IN,
    ),
    (
        ("timerfd: due", || {
            let fd = timer();
            let other = fd.try_clone().unwrap();
            State::new(fd).then(move || {
                set(&other);
                vec![other]
            })
        }),
        PollEvents::IN,
    ),
    (
        ("epoll: something is ready in it", || {
            let (fd, inner) = epoll_with(event(0));
            State::new(fd).then(move || {
                count_up(&inner);
                vec![inner]
            })
        }),
        PollEvents::IN,
    ),
    (
        ("pidfd: the process ends", || {
            let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
            let pid = rustix::process::Pid::from_child(&child);
            let fd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
            let stdin = child.stdin.take();
            let mut state = State::new(fd).then(move || {
                drop(stdin);
                Vec::new()
            });
            // Not waited for before the end: that would show, too.
            state.child = Some(child);
            state
        }),
        PollEvents::IN,
    ),
    (
        ("terminal: a line is typed", || {
            let (ours, theirs) = terminal();
            State::new(theirs).then(move || {
                rustix::io::write(&ours, b"ls\n").unwrap();
                vec![ours]
            })
        }),
        PollEvents::IN,
    ),
    (
        ("terminal: hangs up", || {
            let (ours, theirs) = terminal();
            State::new(theirs).then(move || {
                drop(ours);
                Vec::new()
            })
        }),
        PollEvents::empty(),
    ),
];

/// Both ends of a connection.
pub(crate) fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (listener.accept().unwrap().0, theirs)
}

/// The state, once it is there: what is sent takes its time.
fn settled(state: State, events: PollEvents) -> State {
    let (found, _) = kernel::poll(&[(state.fd, events)], Some(super::common::LIMIT));
    assert_eq!(found, 1);
    state
}

fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

pub(crate) fn urgent(stream: &TcpStream) {
    assert_eq!(rustix::net::send(stream, b"!", SendFlags::OOB).unwrap(), 1);
}

/// Writes until there is no more room, also not by what is still on its way.
fn fill(fd: &(impl AsRawFd + std::os::fd::AsFd)) {
    let flags = rustix::fs::fcntl_getfl(fd).unwrap();
    rustix::fs::fcntl_setfl(fd, flags | rustix::fs::OFlags::NONBLOCK).unwrap();
    let mut quiet = 0;
    while quiet < 3 {
        let wrote = rustix::io::write(fd, &[0; 1 << 12]);
        match wrote {
            Ok(_) => quiet = 0,
            Err(error) => {
                assert_eq!(error, rustix::io::Errno::AGAIN);
                if kernel::poll(&[(fd.as_raw_fd(), PollEvents::OUT)], None).0 == 0 {
                    quiet += 1;
                }
                thread::sleep(Duration::from_millis(2));
            }
        }
    }
}

/// An eventfd.
pub(crate) fn event(count: u32) -> OwnedFd {
    eventfd(count, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).unwrap()
}

pub(crate) fn count_up(event: &OwnedFd) {
    rustix::io::write(event, &1_u64.to_ne_bytes()).unwrap();
}

fn timer() -> OwnedFd {
    rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC).unwrap()
}

/// Due at once.
fn set(timer: &OwnedFd) {
    let once = Itimerspec {
        it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: Timespec { tv_sec: 0, tv_nsec: 1 },
    };
    rustix::time::timerfd_settime(timer, TimerfdTimerFlags::empty(), &once).unwrap();
}

/// An epoll instance, and the one fd in it.
fn epoll_with(inner: OwnedFd) -> (OwnedFd, OwnedFd) {
    let set = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
    epoll::add(&set, &inner, epoll::EventData::new_u64(0), epoll::EventFlags::IN).unwrap();
    (set, inner)
}

/// Both ends of a terminal; what is typed goes into the first.
fn terminal() -> (OwnedFd, OwnedFd) {
    let (mut ours, mut theirs) = (-1, -1);
    let none = std::ptr::null_mut();
    // SAFETY: two numbers to write to, and nothing else.
    let opened = unsafe { libc::openpty(&mut ours, &mut theirs, none, std::ptr::null(), std::ptr::null()) };
    assert_eq!(opened, 0, "{}", io::Error::last_os_error());
    // SAFETY: fresh, and ours.
    unsafe { (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) }
}
