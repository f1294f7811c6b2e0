//! As [`std::os::linux::net`].

use std::io;

pub use std::os::linux::net::SocketAddrExt;

/// TCP options that only Linux has.
///
/// It is [`std::os::linux::net::TcpStreamExt`], which std keeps to its own types.
///
/// # Examples
/// ```
/// use vervet::net::{TcpListener, TcpStream};
/// use vervet::os::linux::net::TcpStreamExt;
///
/// # fn main() -> std::io::Result<()> {
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let stream = TcpStream::connect(listener.local_addr()?)?;
/// stream.set_quickack(false)?;
/// assert!(!stream.quickack()?);
/// # Ok(())
/// # }
/// ```
pub trait TcpStreamExt: sealed::Sealed {
    /// Sets `TCP_QUICKACK`: received data is acknowledged at once. The kernel may turn it off again.
    ///
    /// # Errors
    /// What the kernel reports.
    fn set_quickack(&self, quickack: bool) -> io::Result<()>;

    /// Whether `TCP_QUICKACK` is set.
    ///
    /// # Errors
    /// What the kernel reports.
    fn quickack(&self) -> io::Result<bool>;
}

/// Only for vervet's own types, so that methods can be added as std adds them.
mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::net::TcpStream {}
}
