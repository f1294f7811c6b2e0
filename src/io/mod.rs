//! Reading and writing, with a [`stdin()`] and a [`pipe()`] that block the greenlet, not the thread: `std::io`'s names, signatures
//! and behaviour.
//!
//! Replace `use std::io` by `use vervet::io` and the code stays as it is. The traits and everything built on them are std's
//! own: they block as the reader or writer does that they are given, and vervet's readers and writers park the greenlet.
//! So [`copy`] and [`read_to_string`] work with sockets, pipes and files of this crate as they are. (std's `copy` has
//! shortcuts through the kernel for std's own types, which block; for others it goes through a buffer of 8 KiB on the
//! stack.)
//!
//! # Standard output
//! [`stdout`] and [`stderr`] are std's. `print!`, `eprintln!`, loggers and the panic hook write through their buffers and locks;
//! a second buffer beside them would tear lines apart. It follows:
//! * A write blocks the *worker* while the reader of a pipe, or a terminal that was stopped, does not take it. A program whose
//!   output may be held up for long writes through [`offload`](crate::offload).
//! * Their locks belong to OS threads. A greenlet that holds a [`StdoutLock`] or [`StderrLock`] across a blocking call lets a
//!   neighbour on its worker in, whose `print!` then panics ("already borrowed"), and a greenlet of another worker blocks that
//!   worker. Let go of the lock first.
//!
//! # Differences from std
//! * [`stdin()`] has a buffer of its own; use either std's or this one.
//! * In a greenlet, a long `write` to a [`PipeWriter`] returns how much there was room for. std's waits for room for all of it.
//! * [`IsTerminal`] is a trait of its own, for std's types and for this crate's.
//!
//! # What these files are like to wait for
//! Pipes, terminals and files stay as blocking as the user made them: others share them. Where the kernel has no way to try a
//! call on one (pipes before Linux 6.4, terminals, named pipes), the greenlet waits until the file is ready, and the call is
//! then made on the offload pool. If a reader of another process was quicker, a thread of the pool waits for the next input,
//! and a kill or a timeout comes only then.
//!
//! # Examples
//! ```
//! use vervet::io::{self, BufRead, BufReader, Write};
//!
//! # fn main() -> io::Result<()> {
//! let (reader, mut writer) = io::pipe()?;
//! let lines = vervet::spawn(|| BufReader::new(reader).lines().collect::<io::Result<Vec<_>>>());
//! writeln!(writer, "one")?;
//! writeln!(writer, "two")?;
//! drop(writer);
//! assert_eq!(lines.join().unwrap()?, ["one", "two"]);
//! # Ok(())
//! # }
//! ```

// Uses `net` (for its macro), `sync`, `greenlet` (for `offload`), `wait` and `sys`.

mod endpoint;
mod pipe;
pub(crate) mod shown;
mod stdin;
mod terminal;

pub use std::io::{
    BufRead, BufReader, BufWriter, Bytes, Chain, Cursor, Empty, Error, ErrorKind, IntoInnerError, IoSlice,
    IoSliceMut, LineWriter, Lines, Read, Repeat, Result, Seek, SeekFrom, Sink, Split, Stderr, StderrLock,
    Stdout, StdoutLock, Take, Write, WriterPanicked, copy, empty, prelude, read_to_string, repeat, sink,
    stderr, stdout,
};

pub use pipe::{PipeReader, PipeWriter, pipe};
pub use stdin::{Stdin, StdinLock, stdin};
pub use terminal::IsTerminal;
