//! One connection, and any number of greenlets that call over it at once: each waits for its own answer only.

use std::io::{self, BufReader, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use vervet::net::{TcpStream, ToSocketAddrs};

use crate::error::Error;
use crate::outbox::Outbox;
use crate::pending::Pending;
use crate::protocol::Message;
use crate::value::Value;

/// A server that takes nothing for so long is taken for dead.
const PATIENCE: Duration = Duration::from_secs(60);

/// Dropped, it writes what it was told before, and closes the connection.
pub(crate) struct Client(Arc<Connection>);

struct Connection {
    stream: TcpStream,
    outbox: Outbox,
    pending: Pending,
}

impl Client {
    pub(crate) fn connect(addr: impl ToSocketAddrs) -> io::Result<Client> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let connection = Connection { stream, outbox: Outbox::default(), pending: Pending::default() };
        let connection = Arc::new(connection);
        let [reader, writer] = [Arc::clone(&connection), Arc::clone(&connection)];
        vervet::spawn(move || reader.read());
        vervet::spawn(move || writer.outbox.write_to(&writer.stream));
        Ok(Client(connection))
    }

    /// Calls a method, and waits for its result.
    pub(crate) fn call(&self, method: &str, params: Vec<Value>) -> Result<Value, Error> {
        let call = self.0.pending.begin()?;
        let request = Message::Request { id: call.id, method: method.to_owned(), params };
        match self.0.outbox.post(request) {
            // The reader knows why, and says so to all that wait.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            posted => posted?,
        }
        call.wait()
    }

    /// The same, for at most so long. An answer that comes later is nobody's.
    pub(crate) fn call_timeout(
        &self,
        method: &str,
        params: Vec<Value>,
        patience: Duration,
    ) -> Result<Value, Error> {
        let answer = vervet::timeout(patience, || self.call(method, params));
        answer.unwrap_or_else(|elapsed| Err(io::Error::new(ErrorKind::TimedOut, elapsed).into()))
    }

    /// Tells the server something that it does not answer.
    #[allow(dead_code, reason = "not everybody has something to tell")]
    pub(crate) fn notify(&self, method: &str, params: Vec<Value>) -> io::Result<()> {
        self.0.outbox.post(Message::Notification { method: method.to_owned(), params })
    }

    /// How often the connection was written to.
    pub(crate) fn writes(&self) -> u64 {
        self.0.outbox.writes()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.0.outbox.close();
    }
}

impl Connection {
    /// The reader: hands each answer to its caller, and the end of the connection to all that still wait.
    fn read(&self) {
        let ended = self.hand_out();
        self.outbox.close();
        let closed = || io::Error::new(ErrorKind::UnexpectedEof, "the server has closed the connection");
        self.pending.fail(&ended.err().unwrap_or_else(closed));
    }

    fn hand_out(&self) -> io::Result<()> {
        let mut stream = BufReader::new(&self.stream);
        while let Some(message) = Message::read(&mut stream)? {
            // What the server has to say by itself goes unheard.
            if let Message::Response { id, result } = message {
                self.pending.end(id, result);
            }
        }
        Ok(())
    }
}
