//! `connect_happy`: several addresses, and whichever answers first.
//!
//! Uses the rest of `net`, `greenlet` (for `timeout`) and `wait`.
//!
//! No greenlet for each attempt: all sockets are non-blocking, and one selection waits for the first of them to have something to
//! say. To end an attempt is to close its socket.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use super::socket::Socket;
use super::{SocketAddr, TcpStream, ToSocketAddrs};
use crate::greenlet::timeout;
use crate::sys::net as calls;
use crate::wait;
use crate::wait::io::{Interest, Readiness};
use crate::wait::select::{Arm, Pollable, select};

/// What RFC 8305 recommends.
const DELAY: Duration = Duration::from_millis(250);

/// Connects to whichever of the addresses answers first.
///
/// For names that have IPv6 and IPv4 addresses of which some do not work: "happy eyeballs", RFC 8305. Attempts begin one after the
/// other, a quarter of a second apart, or at once when one has failed; the earlier ones go on meanwhile. The families take turns,
/// beginning with that of the first address. The first connection wins, and the other attempts end.
/// [`TcpStream::connect`], in contrast, waits for the failure of each before the next, which may take minutes.
/// [`HappyEyeballs`] has the settings.
///
/// # Errors
/// When all attempts have failed, the error of the last one; those that say that there is no way to that family of
/// addresses count only if there is no other. `InvalidInput` when there is no address; what resolving a name reports.
///
/// # Cancellation
/// Blocks here: yes. Killed here, all attempts end.
///
/// # Examples
/// ```
/// use vervet::net::{TcpListener, connect_happy};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let port = listener.local_addr()?.port();
/// // [::1] refuses, 127.0.0.1 does not.
/// let stream = connect_happy(("localhost", port))?;
/// assert_eq!(stream.peer_addr()?.port(), port);
/// # std::io::Result::Ok(())
/// ```
pub fn connect_happy<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
    HappyEyeballs::new().connect(addr)
}

/// Settings for [`connect_happy`].
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::net::{HappyEyeballs, TcpListener};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let impatient = HappyEyeballs::new().delay(Duration::from_millis(50)).timeout(Duration::from_secs(5));
/// assert!(impatient.connect(listener.local_addr()?).is_ok());
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing happens before `connect`"]
pub struct HappyEyeballs {
    delay: Duration,
    timeout: Option<Duration>,
}

impl HappyEyeballs {
    /// A quarter of a second from one attempt to the next, and no limit to the whole.
    pub fn new() -> HappyEyeballs {
        HappyEyeballs { delay: DELAY, timeout: None }
    }

    /// How long after an attempt has begun the next one begins, unless it fails earlier. Zero: all at once.
    pub fn delay(mut self, delay: Duration) -> HappyEyeballs {
        self.delay = delay;
        self
    }

    /// How long it may take in all: to look up the name, and all attempts together.
    pub fn timeout(mut self, timeout: Duration) -> HappyEyeballs {
        self.timeout = Some(timeout);
        self
    }

    /// Connects. See [`connect_happy`].
    ///
    /// # Errors
    /// As there; `TimedOut` when the time is up.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, all attempts end.
    pub fn connect<A: ToSocketAddrs>(self, addr: A) -> io::Result<TcpStream> {
        let connect = || {
            let addrs = interleave(addr.to_socket_addrs()?);
            Race { waiting: addrs, running: Vec::new(), error: None }.run(self.delay).map(TcpStream)
        };
        match self.timeout {
            None => connect(),
            Some(limit) => timeout(limit, connect)
                .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "connection timed out"))),
        }
    }
}

impl Default for HappyEyeballs {
    fn default() -> HappyEyeballs {
        HappyEyeballs::new()
    }
}

/// The addresses, with families in turn; within each family the order stays.
fn interleave(addrs: impl Iterator<Item = SocketAddr>) -> VecDeque<SocketAddr> {
    let addrs: Vec<_> = addrs.collect();
    let first_is_v6 = addrs.first().is_some_and(SocketAddr::is_ipv6);
    let (mut ours, mut others): (VecDeque<_>, VecDeque<_>) =
        addrs.into_iter().partition(|addr| addr.is_ipv6() == first_is_v6);
    let mut mixed = VecDeque::with_capacity(ours.len() + others.len());
    while !ours.is_empty() || !others.is_empty() {
        mixed.extend(ours.pop_front());
        mixed.extend(others.pop_front());
    }
    mixed
}

struct Race {
    /// Not begun yet.
    waiting: VecDeque<SocketAddr>,
    running: Vec<Attempt>,
    /// What to report if none succeeds.
    error: Option<io::Error>,
}

struct Attempt {
    socket: Socket,
    addr: SocketAddr,
}

impl Race {
    fn run(mut self, delay: Duration) -> io::Result<Socket> {
        wait::enter()?;
        loop {
            if let Some(connected) = self.begin() {
                return Ok(connected);
            }
            if self.running.is_empty() {
                let none =
                    || io::Error::new(io::ErrorKind::InvalidInput, "could not resolve to any addresses");
                return Err(self.error.unwrap_or_else(none));
            }
            let next = wait::deadline_in((!self.waiting.is_empty()).then_some(delay));
            // Until it is time for the next attempt, or one has failed, which makes it time.
            while let Some((which, ready)) = self.await_one(next)? {
                let Attempt { socket, addr } = &self.running[which];
                match ready.and_then(|()| calls::connect(socket.fd(), addr)) {
                    Ok(false) => continue,
                    Ok(true) => return settle(self.running.swap_remove(which).socket),
                    Err(error) => self.failed(error),
                }
                self.running.swap_remove(which);
                break;
            }
        }
    }

    /// Begins the next attempt that does not fail at once, if there is one. `Some`: it has succeeded at once.
    fn begin(&mut self) -> Option<Socket> {
        while let Some(addr) = self.waiting.pop_front() {
            match begin(&addr) {
                Ok((socket, true)) => return Some(socket),
                Ok((socket, false)) => {
                    self.running.push(Attempt { socket, addr });
                    return None;
                }
                Err(error) => self.failed(error),
            }
        }
        None
    }

    /// Waits until an attempt may have come to an end, and answers which, or that it cannot be waited for; `None` if `deadline`
    /// came first.
    fn await_one(&self, deadline: u64) -> io::Result<Option<(usize, io::Result<()>)>> {
        let sockets = self.running.iter().map(|attempt| attempt.socket.fd());
        let mut arms: Vec<_> = sockets.map(|fd| Arm::new(Readiness::new(fd, Interest::Write))).collect();
        let mut all: Vec<_> = arms.iter_mut().map(|arm| arm as &mut dyn Pollable).collect();
        let chosen = select(&mut all, deadline)?;
        Ok(chosen.map(|which| (which, arms.swap_remove(which).into_taken().unwrap_or(Ok(())))))
    }

    fn failed(&mut self, error: io::Error) {
        if self.error.is_none() || !is_no_way(&error) {
            self.error = Some(error);
        }
    }
}

/// Whether the failure is not the other end's, but that of this host's way there: with no IPv6, for instance.
fn is_no_way(error: &io::Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkDown, NetworkUnreachable};
    matches!(error.kind(), NetworkUnreachable | NetworkDown | HostUnreachable | AddrNotAvailable)
}

/// A socket, and whether it is connected already.
fn begin(addr: &SocketAddr) -> io::Result<(Socket, bool)> {
    let socket = Socket::tcp_for(addr)?;
    calls::set_nonblocking(socket.fd(), true)?;
    match calls::connect(socket.fd(), addr)? {
        true => Ok((settle(socket)?, true)),
        false => Ok((socket, false)),
    }
}

/// As the user expects a new socket.
fn settle(socket: Socket) -> io::Result<Socket> {
    calls::set_nonblocking(socket.fd(), false)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        fn order(addrs: &[&str]) -> Vec<String> {
            let addrs = addrs.iter().map(|addr| addr.parse().unwrap());
            interleave(addrs).into_iter().map(|addr: SocketAddr| addr.to_string()).collect()
        }
        assert_eq!(
            order(&["[::1]:1", "[::2]:1", "[::3]:1", "1.0.0.1:1", "1.0.0.2:1"]),
            ["[::1]:1", "1.0.0.1:1", "[::2]:1", "1.0.0.2:1", "[::3]:1"]
        );
        assert_eq!(order(&["1.0.0.1:1", "1.0.0.2:1", "[::1]:1"]), ["1.0.0.1:1", "[::1]:1", "1.0.0.2:1"]);
        assert_eq!(order(&["1.0.0.2:1", "1.0.0.1:1"]), ["1.0.0.2:1", "1.0.0.1:1"]);
        assert!(order(&[]).is_empty());
    }

    #[test]
    fn what_the_other_end_says_counts_more() {
        let error = |kinds: &[io::ErrorKind]| {
            let mut race = Race { waiting: VecDeque::new(), running: Vec::new(), error: None };
            kinds.iter().for_each(|kind| race.failed((*kind).into()));
            race.run(DELAY).map(drop).unwrap_err().kind()
        };
        use io::ErrorKind::{ConnectionRefused, ConnectionReset, InvalidInput, NetworkUnreachable};
        assert_eq!(error(&[]), InvalidInput);
        assert_eq!(error(&[NetworkUnreachable]), NetworkUnreachable);
        assert_eq!(error(&[ConnectionRefused, NetworkUnreachable]), ConnectionRefused);
        assert_eq!(error(&[NetworkUnreachable, ConnectionReset, ConnectionRefused]), ConnectionRefused);
    }
}
