//! Every system call and every errno. Nothing else in the crate names `libc` or `rustix`.
//!
//! Uses nothing of the crate.

pub(crate) mod address;
pub(crate) mod clock;
pub(crate) mod epoll;
pub(crate) mod epoll_set;
pub(crate) mod errno;
pub(crate) mod file;
pub(crate) mod futex;
pub(crate) mod memory;
pub(crate) mod net;
pub(crate) mod panic_count;
pub(crate) mod poll;
pub(crate) mod process;
pub(crate) mod random;
pub(crate) mod rw;
pub(crate) mod signal;
pub(crate) mod sync;
