//! The handler on std.

/// What `handler.rs` calls its runtime.
mod rt {
    use std::{io, thread};

    pub(super) use std::net;
    pub(super) use std::thread::sleep;

    pub(super) type Task = thread::JoinHandle<()>;

    /// `std::thread::spawn` with a stack cut to what the handler needs, and a refusal in place of a panic.
    pub(super) fn spawn(f: impl FnOnce() + Send + 'static) -> io::Result<Task> {
        thread::Builder::new().stack_size(128 << 10).spawn(f)
    }
}

#[path = "handler.rs"]
mod handler;

pub(crate) use handler::{Fleet, open};
