//! Small local web sites, and a client that fetches from them.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use vervet::net::{TcpListener, TcpStream};

#[path = "http.rs"]
mod http;

/// What a site may have to say at once.
const PIECE: usize = 2 << 10;

/// Answers requests at a free port of this machine as long as the program runs, and pauses after each piece of an answer.
pub(crate) fn serve<P>(pause: Duration, page: P) -> io::Result<SocketAddr>
where
    P: Fn(&str) -> Option<String> + Copy + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    vervet::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut client = http::Connection::new(Slow { stream, pause });
            // Until it has no more to ask.
            vervet::spawn(move || while client.answer(page).unwrap_or(false) {});
        }
    });
    Ok(addr)
}

/// As if it came from far away.
struct Slow {
    stream: TcpStream,
    pause: Duration,
}

impl Read for Slow {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buf)
    }
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        vervet::sleep(self.pause);
        self.stream.write(&bytes[..bytes.len().min(PIECE)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Fetches a page: its status and its text. `progress` is told how much there is and how much of that has come.
pub(crate) fn get(
    addr: SocketAddr,
    path: &str,
    mut progress: impl FnMut(usize, usize),
) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(addr)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n")?;
    let (mut received, mut head, mut block) = (Vec::new(), None, [0; 4096]);
    loop {
        let n = stream.read(&mut block)?;
        received.extend_from_slice(&block[..n]);
        if head.is_none() {
            head = parse(&received)?;
        }
        match head {
            Some((status, start, length)) if received.len() >= start + length => {
                return Ok((status, String::from_utf8_lossy(&received[start..start + length]).into_owned()));
            }
            _ if n == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some((_, start, length)) => progress(length, received.len() - start),
            None => {}
        }
    }
}

/// Status, where the text begins, and how long it is; `None` as long as the head is not complete.
fn parse(received: &[u8]) -> io::Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = response.parse(received).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("Content-Length"));
    let length = length.and_then(|header| str::from_utf8(header.value).ok()?.parse().ok());
    Ok(Some((response.code.unwrap_or(0), start, length.unwrap_or(0))))
}
