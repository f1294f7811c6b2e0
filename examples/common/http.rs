//! As much of HTTP/1.1 as an example needs: GET without a body, on connections that are kept.
//!
//! Nothing here knows where it runs, or on what: it takes any stream.

use std::io::{self, Read, Write};

/// The longest head of a request that is waited for.
const LONGEST: usize = 8 << 10;

/// A client's connection.
pub(crate) struct Connection<S> {
    stream: S,
    /// Beyond the last request.
    received: Vec<u8>,
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn new(stream: S) -> Connection<S> {
        Connection { stream, received: Vec::new() }
    }

    /// Answers the next request with what `page` has at its path. `false` when there are no more, or one that is not
    /// understood; the client has been told then.
    pub(crate) fn answer(&mut self, page: impl FnOnce(&str) -> Option<String>) -> io::Result<bool> {
        let Some(head) = self.head()? else { return Ok(false) };
        let Some(path) = path(&head) else {
            return self.reply("400 Bad Request", "only GET is understood\n").map(|()| false);
        };
        match page(path) {
            Some(page) => self.reply("200 OK", &page)?,
            None => self.reply("404 Not Found", "no such page\n")?,
        }
        Ok(true)
    }

    /// The next request up to its empty line, or as much of it as is bearable; `None` at the end of the stream.
    fn head(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let end = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n");
            if let Some(end) = end.or((self.received.len() > LONGEST).then_some(LONGEST - 4)) {
                return Ok(Some(self.received.drain(..end + 4).collect()));
            }
            let mut block = [0; 1024];
            match self.stream.read(&mut block)? {
                0 => return Ok(None),
                n => self.received.extend_from_slice(&block[..n]),
            }
        }
    }

    /// In one call, so that it leaves as one packet.
    fn reply(&mut self, status: &str, body: &str) -> io::Result<()> {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n");
        self.stream.write_all((head + body).as_bytes())
    }
}

/// The path in the first line of a GET request.
fn path(head: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?;
    let line = head.lines().next()?.strip_prefix("GET ")?;
    let (path, version) = line.split_once(' ')?;
    (path.starts_with('/') && version == "HTTP/1.1").then_some(path)
}
