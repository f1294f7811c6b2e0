//! `Link`: a connection, what it has received, and how its conversation stands.
//!
//! Uses `net`, `wait` and `cosocket::tls`.

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::buffer::Buffer;
use super::error::{Error, SendError};
use super::peer::{Peer, Resolved};
use super::pool::{Keepalive, is_quiet};
#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::net::socket::Socket;
use crate::wait;

/// The kernel takes no zero for a limit.
pub(super) const SHORTEST: Duration = Duration::from_micros(1);

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) socket: Socket,
    pub(super) buffer: Buffer,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Box<Tls>>,
    /// The limits that the socket has now.
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
    /// Nothing more comes in, or goes out.
    pub(super) read_ended: bool,
    pub(super) write_ended: bool,
    /// Something has been sent since the last receiving call that got what it wanted.
    asked: bool,
    /// A receiving call has not got what it wanted.
    waiting: bool,
}

impl Link {
    pub(super) fn connect(peer: &Peer) -> io::Result<Link> {
        let socket = match peer.resolve()? {
            Resolved::Unix(addr) => Socket::connect_unix(&addr)?,
            Resolved::Inet(addrs) => {
                let socket = crate::net::first_of(&*addrs, Socket::connect)?;
                // A question is one write, and the answer is waited for.
                socket.options().set_tcp_nodelay(true)?;
                socket
            }
        };
        Ok(Link {
            socket,
            buffer: Buffer::default(),
            #[cfg(feature = "tls")]
            tls: None,
            read_limit: None,
            write_limit: None,
            read_ended: false,
            write_ended: false,
            asked: false,
            waiting: false,
        })
    }

    pub(super) fn limit_reads(&mut self, limit: Option<Duration>) -> io::Result<()> {
        let limit = limit.map(|limit| limit.max(SHORTEST));
        if self.read_limit != limit {
            self.socket.set_read_timeout(limit)?;
            self.read_limit = limit;
        }
        Ok(())
    }

    pub(super) fn limit_writes(&mut self, limit: Option<Duration>) -> io::Result<()> {
        let limit = limit.map(|limit| limit.max(SHORTEST));
        if self.write_limit != limit {
            self.socket.set_write_timeout(limit)?;
            self.write_limit = limit;
        }
        Ok(())
    }

    /// Receives until `enough` says how many of the bytes make up the whole. Whatever cuts this short, what was received stays.
    pub(super) fn collect(&mut self, mut enough: impl FnMut(&[u8]) -> Option<usize>) -> Result<usize, Error> {
        wait::enter().map_err(io::Error::from)?;
        loop {
            if let Some(count) = enough(self.buffer.filled()) {
                return Ok(count);
            }
            if self.read_ended {
                return Err(Error::Closed);
            }
            self.waiting = true;
            match self.fill() {
                Ok(count) => self.read_ended = count == 0,
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// A receiving call has got what it wanted.
    pub(super) fn answered(&mut self) {
        (self.asked, self.waiting) = (false, false);
    }

    /// What a receiving call is about to give out is not all that belongs together.
    pub(super) fn torn(&mut self) {
        (self.asked, self.waiting) = (true, true);
    }

    /// Receives what there is, at least a byte; 0 is the end.
    fn fill(&mut self) -> io::Result<usize> {
        let room = self.buffer.room();
        #[cfg(feature = "tls")]
        let count = match &mut self.tls {
            Some(tls) => tls.receive(&self.socket, room)?,
            None => receive(&self.socket, room)?,
        };
        #[cfg(not(feature = "tls"))]
        let count = receive(&self.socket, room)?;
        self.buffer.add(count);
        Ok(count)
    }

    /// The error of a receiving call, which ends the connection unless only the time was up.
    fn failed(&mut self, error: io::Error) -> Error {
        let error = Error::of(error);
        if !error.is_timeout() {
            (self.read_ended, self.write_ended) = (true, true);
        }
        error
    }

    /// Sends all of it. Cut short in the middle, nothing more can be sent: the other side would take it for the rest.
    pub(super) fn send(&mut self, mut parts: &mut [IoSlice<'_>]) -> Result<usize, SendError> {
        wait::enter().map_err(|cut| SendError::new(io::Error::from(cut), 0))?;
        if self.write_ended {
            return Err(SendError::new(Error::Closed, 0));
        }
        self.asked = true;
        #[cfg(feature = "tls")]
        if let Some(tls) = &mut self.tls {
            self.write_ended = true;
            let sent = tls.send(&self.socket, parts)?;
            self.write_ended = false;
            return Ok(sent);
        }
        let mut sent = 0;
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            match self.socket.send_vectored(parts) {
                Ok(count) => {
                    sent += count;
                    IoSlice::advance_slices(&mut parts, count);
                    self.write_ended = !parts.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.write_ended = true;
                    return Err(SendError::new(Error::of(error), sent));
                }
            }
        }
        Ok(sent)
    }

    /// Why this connection must not go to somebody else.
    pub(super) fn refusal(&mut self) -> Result<(), Error> {
        if self.read_ended || self.write_ended {
            return Err(Error::Closed);
        }
        if !self.buffer.is_empty() || self.asked && self.waiting {
            return Err(Error::Dubious);
        }
        if self.is_alive() {
            return Ok(());
        }
        match self.socket.try_recv(&mut [0], true) {
            Ok(Some(0)) | Err(_) => Err(Error::Closed),
            Ok(_) => Err(Error::Dubious),
        }
    }

    /// Nothing of this use is left for the next one.
    pub(super) fn reset(&mut self) {
        self.answered();
        self.buffer.shrink();
    }
}

pub(super) fn receive(socket: &Socket, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match socket.recv(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

impl Keepalive for Link {
    fn is_alive(&mut self) -> bool {
        #[cfg(feature = "tls")]
        if let Some(tls) = &mut self.tls {
            return tls.is_quiet(&self.socket);
        }
        is_quiet(&self.socket)
    }

    fn idle_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket.fd())
    }
}
