//! `ReceiveUntil`: what comes before a pattern.
//!
//! Uses `cosocket::tcp` and `cosocket::matcher`.

use std::fmt;
use std::io;

use super::error::{Error, ReceiveError};
use super::link::Link;
use super::matcher::Matcher;
use super::tcp::TcpSocket;

/// Receives what comes before a pattern: whole, or piece by piece. From
/// [`TcpSocket::receiveuntil`](super::TcpSocket::receiveuntil).
///
/// The pattern is taken out of the stream with it. Afterwards the reader begins anew, up to the next one. It never gives out a byte
/// that may turn out to belong to the pattern, however slowly that comes in.
///
/// # Examples
/// ```
/// use std::io::Write;
/// use vervet::cosocket::{self, ConnectOptions};
///
/// let listener = vervet::net::TcpListener::bind("127.0.0.1:0")?;
/// let mut sock = cosocket::connect(listener.local_addr()?, ConnectOptions::new())?;
/// let (mut peer, _) = listener.accept()?;
/// peer.write_all(b"hello, world\r\n--boundary\r\nthe rest\r\n--boundary\r\n")?;
///
/// let mut reader = sock.receiveuntil("\r\n--boundary\r\n");
/// assert_eq!(reader.next(5)?.as_deref(), Some(&b"hello"[..]));
/// assert_eq!(reader.next(100)?.as_deref(), Some(&b", world"[..]));
/// assert_eq!(reader.next(100)?, None);
/// assert_eq!(reader.receive()?, b"the rest");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a reader receives nothing until it is asked to"]
pub struct ReceiveUntil<'a> {
    socket: &'a mut TcpSocket,
    /// `None` for an empty pattern.
    search: Option<Search>,
    /// The last piece was given out, but not yet that it was the last.
    finished: bool,
}

/// Where the search stands in what was received and not yet given out.
struct Search {
    matcher: Matcher,
    inclusive: bool,
    /// So many bytes were looked at.
    seen: usize,
    /// So many bytes are up to the end of the pattern.
    found: Option<usize>,
}

impl Search {
    /// Looks at the new ones of these bytes. Answers how many may be given out, and whether these are all before the pattern.
    fn look(&mut self, bytes: &[u8]) -> (usize, bool) {
        if self.found.is_none() {
            match self.matcher.feed(&bytes[self.seen..]) {
                Some(count) => {
                    self.seen += count;
                    self.found = Some(self.seen);
                }
                None => self.seen = bytes.len(),
            }
        }
        match self.found {
            Some(end) if self.inclusive => (end, true),
            Some(end) => (end - self.matcher.len(), true),
            None => (self.seen - self.matcher.matched(), false),
        }
    }

    /// Takes out the first `count` bytes; with the last one before the pattern, what is left of that.
    fn take(&mut self, link: &mut Link, count: usize, all: bool) -> Vec<u8> {
        let taken = link.buffer.take(count);
        self.seen -= count;
        if all {
            link.buffer.skip(self.seen);
            (self.seen, self.found) = (0, None);
            link.answered();
        } else {
            self.found = self.found.map(|end| end - count);
            link.torn();
        }
        taken
    }

    /// What there is when nothing more comes, or not for now.
    fn partial(&mut self, link: &mut Link, for_good: bool) -> Vec<u8> {
        let count = if for_good { link.buffer.len() } else { self.seen - self.matcher.matched() };
        if for_good {
            self.matcher.reset();
            self.found = None;
        }
        self.seen = self.matcher.matched();
        let partial = link.buffer.take(count);
        if !partial.is_empty() {
            link.torn();
        }
        partial
    }
}

impl<'a> ReceiveUntil<'a> {
    pub(super) fn new(socket: &'a mut TcpSocket, pattern: &[u8]) -> ReceiveUntil<'a> {
        let search = (!pattern.is_empty()).then(|| Search {
            matcher: Matcher::new(pattern),
            inclusive: false,
            seen: 0,
            found: None,
        });
        ReceiveUntil { socket, search, finished: false }
    }

    /// Whether the pattern itself is given out, too, at the end. It is not, unless this says so.
    pub fn inclusive(mut self, inclusive: bool) -> ReceiveUntil<'a> {
        if let Some(search) = &mut self.search {
            search.inclusive = inclusive;
        }
        self
    }

    /// Receives everything up to the pattern, or the rest of it.
    ///
    /// # Errors
    /// As [`TcpSocket::receive`](super::TcpSocket::receive), with what was received and belongs to no pattern; `InvalidInput` for an
    /// empty pattern.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, nothing that was received is lost.
    pub fn receive(&mut self) -> Result<Vec<u8>, ReceiveError> {
        self.finished = false;
        self.step(usize::MAX).map(|(bytes, _)| bytes)
    }

    /// Receives the next `max` bytes, or as many as come before the pattern; `None` once when these are all given out.
    ///
    /// # Errors
    /// As [`receive`](Self::receive); also `InvalidInput` for a `max` of 0.
    ///
    /// # Cancellation
    /// Blocks here: as `receive`.
    pub fn next(&mut self, max: usize) -> Result<Option<Vec<u8>>, ReceiveError> {
        if std::mem::take(&mut self.finished) {
            return Ok(None);
        }
        let (bytes, all) = self.step(max)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.finished = all;
        Ok(Some(bytes))
    }

    /// Gives out at most `max` bytes, fewer only if these are all.
    fn step(&mut self, max: usize) -> Result<(Vec<u8>, bool), ReceiveError> {
        let refused = |error| ReceiveError::new(error, Vec::new());
        let Some(search) = self.search.as_mut().filter(|_| max > 0) else {
            return Err(refused(io::Error::from(io::ErrorKind::InvalidInput).into()));
        };
        let link = self.socket.reading().map_err(refused)?;
        let mut last = false;
        let collected = link.collect(|bytes| {
            let (count, all) = search.look(bytes);
            last = all && count <= max;
            (all || count >= max).then_some(count.min(max))
        });
        match collected {
            Ok(count) => Ok((search.take(link, count, last), last)),
            Err(error) => {
                let partial = search.partial(link, !matches!(error, Error::Timeout));
                self.socket.settle();
                Err(ReceiveError::new(error, partial))
            }
        }
    }
}

impl fmt::Debug for ReceiveUntil<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ReceiveUntil");
        if let Some(search) = &self.search {
            out.field("seen", &search.seen).field("inclusive", &search.inclusive);
        }
        out.finish_non_exhaustive()
    }
}
