//! Answers calls, a greenlet for each: those of one connection run beside each other, and whoever is done first answers first.

use std::collections::HashMap;
use std::io::{self, BufReader, ErrorKind};
use std::mem;
use std::sync::Arc;

use vervet::net::{TcpStream, ToSocketAddrs};
use vervet::server::{ServerHandle, StreamServer};
use vervet::sync::Semaphore;

use crate::outbox::Outbox;
use crate::protocol::Message;
use crate::value::{Value, invalid};

/// Calls of one connection that run at once. Further ones stay in its stream.
const AT_ONCE: usize = 20_000;

type Method = Box<dyn Fn(Vec<Value>) -> Result<Value, Value> + Send + Sync>;

/// What can be called.
#[derive(Default)]
pub(crate) struct Methods(HashMap<&'static str, Method>);

impl Methods {
    pub(crate) fn with<F>(mut self, name: &'static str, method: F) -> Methods
    where
        F: Fn(Vec<Value>) -> Result<Value, Value> + Send + Sync + 'static,
    {
        self.0.insert(name, Box::new(method));
        self
    }

    fn call(&self, name: &str, params: Vec<Value>) -> Result<Value, Value> {
        match self.0.get(name) {
            Some(method) => method(params),
            None => Err(Value::Str(format!("there is no method {name:?}"))),
        }
    }
}

/// What a method answers that cannot make anything of its parameters.
pub(crate) fn bad_params() -> Value {
    Value::from("bad params")
}

pub(crate) fn start(addr: impl ToSocketAddrs, methods: Methods) -> io::Result<ServerHandle> {
    let methods = Arc::new(methods);
    StreamServer::bind(addr)?.name("rpc").on_connection(move |stream, _| serve(&stream, &methods)).start()
}

/// Ends with the connection, or with the first message that is none; what was asked before is still answered.
fn serve(stream: &TcpStream, methods: &Methods) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let outbox = Outbox::default();
    vervet::scope(|scope| {
        scope.spawn(|| outbox.write_to(stream));
        let _closing = Closing(&outbox);
        take_calls(stream, methods, &outbox)
    })
}

/// However it comes to that: the writer is not to wait for more.
struct Closing<'a>(&'a Outbox);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn take_calls(stream: &TcpStream, methods: &Methods, outbox: &Outbox) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let seats = Semaphore::new(AT_ONCE);
    vervet::scope(|scope| {
        while let Some(message) = Message::read(&mut stream)? {
            let (id, method, params) = match message {
                Message::Request { id, method, params } => (Some(id), method, params),
                Message::Notification { method, params } => (None, method, params),
                Message::Response { .. } => return Err(invalid("an answer that nobody has asked for")),
            };
            let seat = seats.acquire().map_err(io::Error::other)?;
            let reply = Reply { outbox, id, result: Err(Value::from("the method has not returned")) };
            scope.spawn(move || {
                let _seat = seat;
                reply.send(methods.call(&method, params));
            });
        }
        Ok(())
    })
}

/// Sent when dropped, so that nobody waits in vain for a method that does not return.
struct Reply<'a> {
    outbox: &'a Outbox,
    /// `None`: nobody waits.
    id: Option<u32>,
    result: Result<Value, Value>,
}

impl Reply<'_> {
    fn send(mut self, result: Result<Value, Value>) {
        self.result = result;
    }
}

impl Drop for Reply<'_> {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let result = mem::replace(&mut self.result, Ok(Value::Nil));
        let posted = self.outbox.post(Message::Response { id, result });
        // Any other error means that the connection is lost, and its calls with it.
        if posted.is_err_and(|error| error.kind() == ErrorKind::InvalidData) {
            let result = Err(Value::from("the result is too long"));
            let _ = self.outbox.post(Message::Response { id, result });
        }
    }
}
