//! The handler on vervet.

/// What `handler.rs` calls its runtime.
mod rt {
    use std::io;

    pub(super) use vervet::{net, sleep};

    pub(super) type Task = vervet::Greenlet<()>;

    /// `vervet::spawn`, except that running out of memory is an answer and no panic.
    pub(super) fn spawn(f: impl FnOnce() + Send + 'static) -> io::Result<Task> {
        vervet::Builder::new().spawn(f)
    }
}

#[path = "handler.rs"]
mod handler;

pub(crate) use handler::{Fleet, open};

/// The runtime would start by itself at the first spawn; asked to, it can say what is wrong with the
/// settings and the environment.
pub(crate) fn start(workers: Option<usize>) -> std::io::Result<()> {
    let runtime = vervet::runtime::Builder::new();
    match workers {
        Some(n) => runtime.workers(n).start(),
        None => runtime.start(),
    }
}
