//! TLS over a connection: rustls's engine, driven by the socket's blocking calls.
//!
//! Uses rustls and `net`.

use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind};

use super::error::{Error, SendError};
use super::link::receive;
use crate::net::socket::Socket;

/// As many bytes of records as one look at an idle connection reads at a time.
const BLOCK: usize = 4 << 10;

pub(super) struct Tls {
    engine: ClientConnection,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

/// The socket, as rustls wants it.
struct Wire<'a>(&'a Socket);

impl Read for Wire<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        receive(self.0, buf)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.send(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.send_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Tls {
    pub(super) fn handshake(
        socket: &Socket,
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> io::Result<Tls> {
        let engine = ClientConnection::new(Arc::clone(&config), name.clone()).map_err(invalid)?;
        let mut tls = Tls { engine, config, name };
        while tls.engine.is_handshaking() {
            tls.flush(socket)?;
            if tls.engine.is_handshaking() && tls.read_records(socket)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        tls.flush(socket)?;
        Ok(tls)
    }

    pub(super) fn kind(&self) -> HandshakeKind {
        self.engine.handshake_kind().unwrap_or(HandshakeKind::Full)
    }

    /// Whether a handshake with these would come to the same.
    pub(super) fn is_for(&self, config: &Arc<ClientConfig>, name: &ServerName<'_>) -> bool {
        Arc::ptr_eq(&self.config, config) && self.name == *name
    }

    pub(super) fn receive(&mut self, socket: &Socket, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.engine.reader().read(room) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return outcome,
            }
            // Its end is told by the reader: whether the other side has said so, or just gone.
            self.read_records(socket)?;
            // It may be the answer to an update of keys.
            self.flush(socket)?;
        }
    }

    /// Receives records. The count is that of their bytes on the wire; 0 is the end.
    fn read_records(&mut self, socket: &Socket) -> io::Result<usize> {
        let count = self.engine.read_tls(&mut Wire(socket))?;
        self.process(socket)?;
        Ok(count)
    }

    fn process(&mut self, socket: &Socket) -> io::Result<usize> {
        match self.engine.process_new_packets() {
            Ok(state) => Ok(state.plaintext_bytes_to_read()),
            Err(error) => {
                // The other side is told why, if it still listens.
                let _ = self.flush(socket);
                Err(invalid(error))
            }
        }
    }

    pub(super) fn send(&mut self, socket: &Socket, parts: &[IoSlice<'_>]) -> Result<usize, SendError> {
        let mut sent = 0;
        for part in parts {
            let mut rest = &part[..];
            while !rest.is_empty() {
                let taken = self.engine.writer().write(rest).map_err(|error| SendError::new(error, sent))?;
                self.flush(socket).map_err(|error| SendError::new(Error::of(error), sent))?;
                sent += taken;
                rest = &rest[taken..];
            }
        }
        Ok(sent)
    }

    fn flush(&mut self, socket: &Socket) -> io::Result<()> {
        while self.engine.wants_write() {
            match self.engine.write_tls(&mut Wire(socket)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => drop(outcome?),
            }
        }
        Ok(())
    }

    /// Tells the other side that nothing more will come, if it can be told.
    pub(super) fn finish(&mut self, socket: &Socket) {
        self.engine.send_close_notify();
        let _ = self.flush(socket);
    }

    /// Whether an idle connection has received nothing but what TLS itself sends now and then (tickets for later sessions).
    pub(super) fn is_quiet(&mut self, socket: &Socket) -> bool {
        if !self.engine.process_new_packets().is_ok_and(|state| state.plaintext_bytes_to_read() == 0) {
            // Received earlier, and not taken.
            return false;
        }
        let mut block = [0; BLOCK];
        loop {
            let mut records = match socket.try_recv(&mut block, false) {
                Ok(None) => return !self.engine.wants_write(),
                Ok(Some(0)) | Err(_) => return false,
                Ok(Some(count)) => &block[..count],
            };
            while !records.is_empty() {
                let fed = matches!(self.engine.read_tls(&mut records), Ok(1..));
                let quiet = fed
                    && self
                        .engine
                        .process_new_packets()
                        .is_ok_and(|state| state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed());
                if !quiet {
                    return false;
                }
            }
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}

fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
