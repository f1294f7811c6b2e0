//! `stdin`, `Stdin` and `StdinLock`.
//!
//! Uses the rest of `io`, `sync` and `wait`.
//!
//! One buffer for the process, behind a lock that greenlets and threads wait for alike. It is not std's buffer: that is
//! behind a lock that blocks workers.
//!
//! **What waits is a duplicate.** Fd 0 is the process's, and any code may put another file there (`dup2`) behind our back. The
//! reactor knows files by fd number, and would go on listening to the old one. So each call that has to wait does so under
//! a number of its own.

use std::fmt;
use std::io::{self, BufRead, BufReader, IoSliceMut, Lines, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::{OnceLock, PoisonError};

use super::endpoint::Endpoint;
use super::terminal::{IsTerminal, sealed};
use crate::sync::{Mutex, MutexGuard};
use crate::sys::{errno, rw};
use crate::wait;

/// The handle to the process's standard input, which all greenlets and threads share.
///
/// As [`std::io::stdin`]: buffered, and not to be mixed with another reader of fd 0. std's own `stdin` is one: what it has
/// buffered is not seen here, and the other way round.
///
/// # Examples
/// ```no_run
/// let mut line = String::new();
/// vervet::io::stdin().read_line(&mut line)?;
/// println!("you said {line:?}");
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn stdin() -> Stdin {
    static INPUT: OnceLock<Mutex<BufReader<Raw>>> = OnceLock::new();
    Stdin { input: INPUT.get_or_init(|| Mutex::new(BufReader::new(Raw))) }
}

/// The process's standard input; made by [`stdin`].
///
/// Each call locks it for its own length. To read several things without anybody in between, [`lock`](Self::lock) it.
///
/// A terminal, a pipe or a socket is waited for without holding up others, whatever they are shared with. A file is read on the
/// offload pool. See [`Read`] for what the calls do.
///
/// # Errors
/// What the kernel reports; a closed fd 0 counts as empty. `EMFILE` or `ENFILE` in a greenlet when no fd is left,
/// because it waits under a number of its own.
///
/// # Cancellation
/// All reading calls block here: yes, for the lock and for input. Killed here, no input is lost but what the call has taken
/// already, such as the beginning of a line. On a terminal, and on a named pipe, a kill or a timeout comes late if another
/// process has just snatched the input that was there.
pub struct Stdin {
    input: &'static Mutex<BufReader<Raw>>,
}

/// Standard input, for one reader alone as long as this exists; made by [`Stdin::lock`].
///
/// # Cancellation
/// As [`Stdin`]. Dropped while unwinding, it lets the next one in.
pub struct StdinLock<'a> {
    input: MutexGuard<'a, BufReader<Raw>>,
}

impl Stdin {
    /// Waits until nobody else reads.
    ///
    /// # Cancellation
    /// Blocks here: while somebody else has it.
    ///
    /// # Examples
    /// ```no_run
    /// use std::io::{BufRead, Read};
    ///
    /// let mut input = vervet::io::stdin().lock();
    /// let mut head = String::new();
    /// input.read_line(&mut head)?;
    /// let mut rest = Vec::new();
    /// input.read_to_end(&mut rest)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn lock(&self) -> StdinLock<'static> {
        // A panic leaves nothing half done here.
        StdinLock { input: self.input.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Appends the next line to `buf`, with its end; answers how many bytes that were, 0 at the end of the input.
    ///
    /// # Errors
    /// `InvalidData` when the line is not UTF-8; otherwise as any read.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, a beginning of the line that had come already is lost.
    #[doc(alias = "get_line")]
    pub fn read_line(&self, buf: &mut String) -> io::Result<usize> {
        self.lock().read_line(buf)
    }

    /// The lines that come, without their ends. Standard input stays locked meanwhile.
    ///
    /// # Examples
    /// ```no_run
    /// for line in vervet::io::stdin().lines() {
    ///     println!("{}", line?.to_uppercase());
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use = "nothing is read until the iterator is asked"]
    pub fn lines(self) -> Lines<StdinLock<'static>> {
        self.lock().lines()
    }
}

impl Read for Stdin {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.lock().read(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.lock().read_vectored(bufs)
    }

    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
        self.lock().read_to_end(buf)
    }

    fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
        self.lock().read_to_string(buf)
    }

    fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.lock().read_exact(buf)
    }
}

impl Read for &Stdin {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.lock().read(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.lock().read_vectored(bufs)
    }

    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
        self.lock().read_to_end(buf)
    }

    fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
        self.lock().read_to_string(buf)
    }

    fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.lock().read_exact(buf)
    }
}

impl Read for StdinLock<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        wait::enter()?;
        self.input.read(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        wait::enter()?;
        self.input.read_vectored(bufs)
    }

    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
        wait::enter()?;
        self.input.read_to_end(buf)
    }

    fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
        wait::enter()?;
        self.input.read_to_string(buf)
    }

    fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        wait::enter()?;
        self.input.read_exact(buf)
    }
}

impl BufRead for StdinLock<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        wait::enter()?;
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.input.consume(amount);
    }

    fn read_until(&mut self, byte: u8, buf: &mut Vec<u8>) -> io::Result<usize> {
        wait::enter()?;
        self.input.read_until(byte, buf)
    }

    fn read_line(&mut self, buf: &mut String) -> io::Result<usize> {
        wait::enter()?;
        self.input.read_line(buf)
    }
}

impl fmt::Debug for Stdin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdin").finish_non_exhaustive()
    }
}

impl fmt::Debug for StdinLock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdinLock").finish_non_exhaustive()
    }
}

impl AsFd for Stdin {
    fn as_fd(&self) -> BorrowedFd<'_> {
        rw::stdin()
    }
}

impl AsFd for StdinLock<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        rw::stdin()
    }
}

impl AsRawFd for Stdin {
    fn as_raw_fd(&self) -> RawFd {
        rw::stdin().as_raw_fd()
    }
}

impl AsRawFd for StdinLock<'_> {
    fn as_raw_fd(&self) -> RawFd {
        rw::stdin().as_raw_fd()
    }
}

impl sealed::Sealed for Stdin {}
impl sealed::Sealed for StdinLock<'_> {}

impl IsTerminal for Stdin {
    fn is_terminal(&self) -> bool {
        std::io::IsTerminal::is_terminal(&rw::stdin())
    }
}

impl IsTerminal for StdinLock<'_> {
    fn is_terminal(&self) -> bool {
        std::io::IsTerminal::is_terminal(&rw::stdin())
    }
}

/// Whatever file fd 0 is at the moment, unbuffered.
struct Raw;

impl Raw {
    /// Something to wait under; `None`: there is no standard input.
    fn own(&self) -> io::Result<Option<Endpoint>> {
        match rw::stdin().try_clone_to_owned() {
            Ok(fd) => Ok(Some(Endpoint::adopt(fd))),
            Err(error) if errno::is_closed(&error) => {
                wait::enter()?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Read for Raw {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return empty_if_closed(rw::read(rw::stdin(), buf));
        }
        self.own()?.map_or(Ok(0), |own| empty_if_closed(own.read(buf)))
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return empty_if_closed(rw::read_vectored(rw::stdin(), bufs));
        }
        self.own()?.map_or(Ok(0), |own| empty_if_closed(own.read_vectored(bufs)))
    }
}

/// A process without a standard input, or with one that only takes, has an empty one.
fn empty_if_closed(result: io::Result<usize>) -> io::Result<usize> {
    match result {
        Err(error) if errno::is_closed(&error) => Ok(0),
        other => other,
    }
}
