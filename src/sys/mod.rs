//! Every system call and every errno. Nothing else in the crate names `libc` or `rustix`.
//!
//! Uses nothing of the crate.

pub(crate) mod poll;
