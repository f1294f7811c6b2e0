//! The ways in and out for fds, and for bytes, the same for every type that has them.
//!
//! Uses nothing.

/// Implements the fd traits for a newtype around a `Socket`, or something with the same ways in and out.
macro_rules! fd_traits {
    ($type:ident($inner:ty)) => {
        impl ::std::os::fd::AsFd for $type {
            #[inline]
            fn as_fd(&self) -> ::std::os::fd::BorrowedFd<'_> {
                self.0.escaping_fd()
            }
        }

        impl ::std::os::fd::AsRawFd for $type {
            #[inline]
            fn as_raw_fd(&self) -> ::std::os::fd::RawFd {
                ::std::os::fd::AsRawFd::as_raw_fd(&self.0.escaping_fd())
            }
        }

        impl ::std::convert::From<$type> for ::std::os::fd::OwnedFd {
            /// Takes the fd out, with the flags the user gave it. Whoever still waits on it is woken with an error.
            fn from(opened: $type) -> ::std::os::fd::OwnedFd {
                opened.0.into_owned()
            }
        }

        impl ::std::os::fd::IntoRawFd for $type {
            fn into_raw_fd(self) -> ::std::os::fd::RawFd {
                ::std::os::fd::IntoRawFd::into_raw_fd(self.0.into_owned())
            }
        }

        impl ::std::convert::From<::std::os::fd::OwnedFd> for $type {
            fn from(fd: ::std::os::fd::OwnedFd) -> $type {
                $type(<$inner>::adopt(fd))
            }
        }

        impl ::std::os::fd::FromRawFd for $type {
            unsafe fn from_raw_fd(fd: ::std::os::fd::RawFd) -> $type {
                // SAFETY: `OwnedFd::from_raw_fd` wants an open fd that nobody else closes, and that needs nothing but
                // `close` at its end. The first two are what our caller promises in turn; what we wrap fulfils the third.
                let fd = unsafe { <::std::os::fd::OwnedFd as ::std::os::fd::FromRawFd>::from_raw_fd(fd) };
                $type::from(fd)
            }
        }
    };
}
pub(crate) use fd_traits;

/// Implements `Read` and `Write` for a stream, a newtype around a `Socket`, and for a reference to one: all that it takes is shared.
macro_rules! stream_traits {
    ($type:ident) => {
        $crate::net::fd::stream_traits!(@ $type);
        $crate::net::fd::stream_traits!(@ &$type);
    };
    (@ $type:ty) => {
        impl ::std::io::Read for $type {
            fn read(&mut self, buf: &mut [u8]) -> ::std::io::Result<usize> {
                self.0.recv(buf)
            }

            fn read_vectored(&mut self, bufs: &mut [::std::io::IoSliceMut<'_>]) -> ::std::io::Result<usize> {
                self.0.recv_vectored(bufs)
            }
        }

        impl ::std::io::Write for $type {
            fn write(&mut self, buf: &[u8]) -> ::std::io::Result<usize> {
                self.0.send(buf)
            }

            fn write_vectored(&mut self, bufs: &[::std::io::IoSlice<'_>]) -> ::std::io::Result<usize> {
                self.0.send_vectored(bufs)
            }

            fn flush(&mut self) -> ::std::io::Result<()> {
                Ok(())
            }
        }
    };
}
pub(crate) use stream_traits;
