//! Socket addresses: std's types on our side, the kernel's on the other.
//!
//! std's `os::unix::net::SocketAddr` has no way in for what the kernel wrote, but each kind has a constructor of its own.

use std::io;
use std::net::SocketAddr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net;
use std::path::Path;
use std::{ffi, slice};

use rustix::net::addr::SocketAddrArg;
use rustix::net::{AddressFamily, SocketAddrAny, SocketAddrUnix};

/// An address of one family, as the shims know it.
pub(crate) trait Address: Sized {
    /// What the kernel is given.
    type Raw: SocketAddrArg;

    /// # Errors
    /// `InvalidInput` when the kernel has no room for it.
    fn to_raw(&self) -> io::Result<Self::Raw>;

    /// Reads what the kernel wrote; `None`: it wrote nothing.
    ///
    /// # Errors
    /// `InvalidInput`, with std's words, for an address of another family.
    fn from_raw(raw: Option<&SocketAddrAny>) -> io::Result<Self>;
}

impl Address for SocketAddr {
    type Raw = SocketAddr;

    fn to_raw(&self) -> io::Result<SocketAddr> {
        Ok(*self)
    }

    fn from_raw(raw: Option<&SocketAddrAny>) -> io::Result<SocketAddr> {
        raw.and_then(|raw| SocketAddr::try_from(raw.clone()).ok()).ok_or_else(|| invalid("invalid argument"))
    }
}

impl Address for net::SocketAddr {
    type Raw = SocketAddrUnix;

    fn to_raw(&self) -> io::Result<SocketAddrUnix> {
        if let Some(path) = self.as_pathname() {
            return Ok(SocketAddrUnix::new(path)?);
        }
        match self.as_abstract_name() {
            Some(name) => Ok(SocketAddrUnix::new_abstract_name(name)?),
            None => Ok(SocketAddrUnix::new_unnamed()),
        }
    }

    fn from_raw(raw: Option<&SocketAddrAny>) -> io::Result<net::SocketAddr> {
        // The kernel writes nothing for a sender without a name.
        let Some(raw) = raw else { return unnamed() };
        if raw.address_family() != AddressFamily::UNIX {
            return Err(invalid("file descriptor did not correspond to a Unix socket"));
        }
        match sun_path(raw) {
            [] => unnamed(),
            [0, name @ ..] => net::SocketAddr::from_abstract_name(name),
            path => {
                let end = path.iter().position(|&byte| byte == 0).unwrap_or(path.len());
                let path = Path::new(ffi::OsStr::from_bytes(&path[..end]));
                // A path without room for its terminator, which std cannot express: it also could not be replied to.
                net::SocketAddr::from_pathname(path).or_else(|_| unnamed())
            }
        }
    }
}

fn unnamed() -> io::Result<net::SocketAddr> {
    net::SocketAddr::from_pathname("")
}

/// The part of a unix address that the kernel has filled in.
fn sun_path(raw: &SocketAddrAny) -> &[u8] {
    const START: usize = std::mem::offset_of!(libc::sockaddr_un, sun_path);
    let len = (raw.addr_len() as usize).saturating_sub(START);
    if len == 0 {
        return &[];
    }
    // SAFETY: `SocketAddrAny` vouches for `addr_len` initialized bytes from `as_ptr` on, in storage that lives as long as
    // it does and is not written to while it is borrowed; `START + len` is exactly that many.
    unsafe { slice::from_raw_parts(raw.as_ptr().cast::<u8>().add(START), len) }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(addr: &net::SocketAddr) -> net::SocketAddr {
        net::SocketAddr::from_raw(Some(&addr.to_raw().unwrap().as_any())).unwrap()
    }

    #[test]
    fn unix_addresses_come_back_as_they_went() {
        for path in ["", "a", "/some/where", &"x".repeat(107)] {
            let addr = net::SocketAddr::from_pathname(path).unwrap();
            let back = there_and_back(&addr);
            assert_eq!(back.as_pathname(), addr.as_pathname());
            assert_eq!(back.is_unnamed(), path.is_empty());
        }
        for name in [&b""[..], b"name", b"\0with\0zeros\0", &[7; 107]] {
            let addr = net::SocketAddr::from_abstract_name(name).unwrap();
            assert_eq!(there_and_back(&addr).as_abstract_name(), Some(name));
        }
    }

    #[test]
    fn unix_address_without_terminator_is_unnamed() {
        let raw = SocketAddrUnix::new([b'x'; 108].as_slice()).unwrap();
        assert!(net::SocketAddr::from_raw(Some(&raw.as_any())).unwrap().is_unnamed());
    }

    #[test]
    fn another_family_is_refused() {
        let internet = SocketAddr::from(([127, 0, 0, 1], 1));
        let unix = net::SocketAddr::from_pathname("a").unwrap();
        let error = net::SocketAddr::from_raw(Some(&internet.as_any())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        let error = SocketAddr::from_raw(Some(&unix.to_raw().unwrap().as_any())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(SocketAddr::from_raw(None).is_err());
        assert!(net::SocketAddr::from_raw(None).unwrap().is_unnamed());
    }
}
