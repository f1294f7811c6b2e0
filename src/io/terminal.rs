//! `IsTerminal`.
//!
//! Uses `fs`.

use std::os::fd::AsFd;

use crate::fs::File;

/// Whether this is a terminal.
///
/// It is [`std::io::IsTerminal`], which std keeps to its own types, for those and for vervet's [`Stdin`](super::Stdin) and [`File`].
///
/// # Examples
/// ```
/// use vervet::io::IsTerminal;
///
/// if vervet::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
///     println!("somebody is there");
/// }
/// ```
pub trait IsTerminal: sealed::Sealed {
    /// Whether it is one, as far as the system can tell.
    fn is_terminal(&self) -> bool;
}

impl<T: std::io::IsTerminal> IsTerminal for T {
    fn is_terminal(&self) -> bool {
        std::io::IsTerminal::is_terminal(self)
    }
}

impl IsTerminal for File {
    fn is_terminal(&self) -> bool {
        std::io::IsTerminal::is_terminal(&self.as_fd())
    }
}

/// Only for std's types and vervet's own, so that methods can be added as std adds them.
pub(crate) mod sealed {
    pub trait Sealed {}
    impl<T: std::io::IsTerminal> Sealed for T {}
    impl Sealed for crate::fs::File {}
}
