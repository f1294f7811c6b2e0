//! States that fds can be in, and what changes them.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::event::epoll;
use vervet::select::PollEvents;

use super::fds::{
    count_up, epoll_with, event, fill, reset, set, stream_socket, tcp, terminal, timer, urgent,
};
use super::kernel;

/// For what the kernel does at once, if not at the same moment.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

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
    ("tcp, not connected", || State::new(stream_socket())),
    ("tcp, refused", || {
        // Somebody has the port, and does not listen.
        let (nobody, socket) = (stream_socket(), stream_socket());
        nobody.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let _ = socket.connect(&nobody.local_addr().unwrap());
        settled(State::new(socket).with(nobody), PollEvents::empty())
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
        // Somebody has the port, and takes only what comes from himself.
        let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
        nobody.connect(nobody.local_addr().unwrap()).unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(nobody.local_addr().unwrap()).unwrap();
        socket.send(b"x").unwrap();
        settled(State::new(socket).with(nobody), PollEvents::empty())
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
                theirs.set_nonblocking(true).unwrap();
                let mut block = vec![0; 1 << 20];
                while kernel::poll(&[(full, PollEvents::OUT)], Some(Duration::from_millis(1))).0 == 0 {
                    // Nothing, when the news of the last time are still on their way.
                    let _ = theirs.read(&mut block);
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

/// The state, once it is there: what is sent takes its time.
fn settled(state: State, events: PollEvents) -> State {
    let (found, _) = kernel::poll(&[(state.fd, events)], Some(PATIENCE));
    assert_eq!(found, 1);
    state
}
