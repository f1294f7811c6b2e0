//! A client for those who must not wait: what blocking code has on its stack is kept here from one turn to the next.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::ops::Range;

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    text: [u8; 4096],
    /// What of the text has been read, and not been written yet.
    left: Range<usize>,
}

impl Client {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Client> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Client { stream, text: [0; 4096], left: 0..0 })
    }

    /// Reads, if there is nothing to write; then writes, as much as the socket takes. Whether the client is still there: one
    /// who breaks off is gone, as one who has finished.
    pub(crate) fn turn(&mut self) -> bool {
        if self.left.is_empty() {
            match self.stream.read(&mut self.text) {
                Ok(0) => return false,
                Ok(n) => self.left = 0..n,
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
            self.text[self.left.clone()].make_ascii_uppercase();
        }
        match self.stream.write(&self.text[self.left.clone()]) {
            Ok(n) => self.left.start += n,
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
        true
    }

    /// Whether it waits for room to write; otherwise for something to read.
    pub(crate) fn is_writing(&self) -> bool {
        !self.left.is_empty()
    }
}

/// The next one, if there is one. The listener does not block either.
pub(crate) fn accept(listener: &std::net::TcpListener) -> io::Result<Option<Client>> {
    match listener.accept() {
        Ok((stream, _)) => Client::new(stream).map(Some),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
