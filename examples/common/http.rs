//! As much of HTTP/1.1 as an example needs: GET without a body, on connections that are kept. httparse reads the requests.
//!
//! Nothing here knows where it runs, or on what: it takes any stream.

use std::io::{self, Read, Write};

use httparse::{EMPTY_HEADER, Status};

/// The longest head of a request that is waited for.
const LONGEST: usize = 8 << 10;

/// A client's connection.
pub(crate) struct Connection<S> {
    stream: S,
    /// Beyond the last request.
    received: Vec<u8>,
}

/// What a client wants.
struct Request {
    path: String,
    /// And something else on this connection later.
    more: bool,
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn new(stream: S) -> Connection<S> {
        Connection { stream, received: Vec::new() }
    }

    /// Answers the next request with what `page` has at its path. `false` when there are no more, or one that is not
    /// understood; the client has been told then.
    pub(crate) fn answer(&mut self, page: impl FnOnce(&str) -> Option<String>) -> io::Result<bool> {
        let Some(request) = self.request()? else { return Ok(false) };
        let Request { path, more } = match request {
            Ok(request) => request,
            Err(complaint) => return self.reply("400 Bad Request", complaint, false).map(|()| false),
        };
        match page(&path) {
            Some(page) => self.reply("200 OK", &page, more)?,
            None => self.reply("404 Not Found", "no such page\n", more)?,
        }
        Ok(more)
    }

    /// The next request, or a complaint about what came instead of it; `None` at the end of the stream.
    fn request(&mut self) -> io::Result<Option<Result<Request, &'static str>>> {
        loop {
            match parse(&self.received) {
                Ok(Some((length, request))) => {
                    self.received.drain(..length);
                    return Ok(Some(Ok(request)));
                }
                Ok(None) if self.received.len() > LONGEST => return Ok(Some(Err("too long\n"))),
                Ok(None) => {}
                Err(complaint) => return Ok(Some(Err(complaint))),
            }
            let mut block = [0; 1024];
            match self.stream.read(&mut block)? {
                0 => return Ok(None),
                n => self.received.extend_from_slice(&block[..n]),
            }
        }
    }

    /// In one call, so that it leaves as one packet.
    fn reply(&mut self, status: &str, body: &str, more: bool) -> io::Result<()> {
        let length = body.len();
        let close = if more { "" } else { "Connection: close\r\n" };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n{close}\r\n"
        );
        self.stream.write_all((head + body).as_bytes())?;
        self.stream.flush()
    }

    /// For what has to be said before it is closed.
    #[allow(dead_code, reason = "not every example has something to say")]
    pub(crate) fn into_stream(self) -> S {
        self.stream
    }
}

/// The request that `received` begins with, and its length; `None` as long as it is not complete.
fn parse(received: &[u8]) -> Result<Option<(usize, Request)>, &'static str> {
    let mut headers = [EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(received) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(_) => return Err("this is no HTTP/1.1\n"),
    };
    let has = |name: &str, is: fn(&[u8]) -> bool| {
        request.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name) && is(header.value))
    };
    // What follows a body that was not read would be taken for a request.
    let body = has("Content-Length", |length| length != b"0") || has("Transfer-Encoding", |_| true);
    if request.method != Some("GET") || body {
        return Err("only GET is understood\n");
    }
    let close = has("Connection", |wish| wish.eq_ignore_ascii_case(b"close"));
    let path = request.path.unwrap_or_default().to_owned();
    Ok(Some((length, Request { path, more: request.version == Some(1) && !close })))
}
