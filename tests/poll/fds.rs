//! fds of all kinds.

use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::time::Duration;
use std::{io, thread};

use rustix::event::{EventfdFlags, epoll, eventfd};
use rustix::net::SendFlags;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

pub(crate) fn stream_socket() -> socket2::Socket {
    socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap()
}

/// Both ends of a connection.
pub(crate) fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (listener.accept().unwrap().0, theirs)
}

pub(crate) fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

pub(crate) fn urgent(stream: &TcpStream) {
    assert_eq!(rustix::net::send(stream, b"!", SendFlags::OOB).unwrap(), 1);
}

/// Writes until there is no more room, also not by what is still on its way.
pub(crate) fn fill(fd: &impl AsFd) {
    let flags = rustix::fs::fcntl_getfl(fd).unwrap();
    rustix::fs::fcntl_setfl(fd, flags | rustix::fs::OFlags::NONBLOCK).unwrap();
    let mut quiet = 0;
    while quiet < 3 {
        let wrote = rustix::io::write(fd, &[0; 1 << 12]);
        match wrote {
            Ok(_) => quiet = 0,
            Err(error) => {
                assert_eq!(error, rustix::io::Errno::AGAIN);
                quiet += 1;
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

pub(crate) fn timer() -> OwnedFd {
    rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC).unwrap()
}

/// Due at once.
pub(crate) fn set(timer: &OwnedFd) {
    let once = Itimerspec {
        it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: Timespec { tv_sec: 0, tv_nsec: 1 },
    };
    rustix::time::timerfd_settime(timer, TimerfdTimerFlags::empty(), &once).unwrap();
}

/// An epoll instance, and the one fd in it.
pub(crate) fn epoll_with(inner: OwnedFd) -> (OwnedFd, OwnedFd) {
    let set = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
    epoll::add(&set, &inner, epoll::EventData::new_u64(0), epoll::EventFlags::IN).unwrap();
    (set, inner)
}

/// Both ends of a terminal; what is typed goes into the first.
pub(crate) fn terminal() -> (OwnedFd, OwnedFd) {
    let (mut ours, mut theirs) = (-1, -1);
    let none = std::ptr::null_mut();
    // SAFETY: two numbers to write to, and nothing else.
    let opened = unsafe { libc::openpty(&mut ours, &mut theirs, none, std::ptr::null(), std::ptr::null()) };
    assert_eq!(opened, 0, "{}", io::Error::last_os_error());
    // SAFETY: fresh, and ours.
    unsafe { (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) }
}
