//! What is to be thought of a failure to accept or to receive.
//!
//! Uses `sys`.

use std::io::{self, ErrorKind};

use crate::sys::errno;

/// Whom a failure concerns, and so what may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The one connection that was about to come: the next one may be fine.
    Peer,
    /// The process or the system has no fd left: once one is given back.
    OutOfFds,
    /// The socket itself: nothing.
    Fatal,
    /// The system: time, perhaps.
    System,
}

impl Trouble {
    pub(crate) fn of(error: &io::Error) -> Trouble {
        match error.kind() {
            ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted => {
                Trouble::Peer
            }
            _ if errno::is_out_of_fds(error) => Trouble::OutOfFds,
            _ if errno::is_unfit(error) => Trouble::Fatal,
            _ => Trouble::System,
        }
    }
}
