//! How long a socket's calls may wait, the same for every type whose calls do.
//!
//! Uses nothing.

/// Gives a newtype around a `Socket` the calls that settle how its calls wait. After the names of what takes and what gives, an example
/// for the first.
macro_rules! wait_settings {
    ($type:ident: a $noun:literal, $taking:literal, $giving:literal $(, $(#[$example:meta])+)?) => {
        impl $type {
            #[doc = concat!("Limits how long one ", $taking, " may wait; `None` lets it wait for ever.")]
            ///
            /// # Errors
            #[doc = concat!("`InvalidInput` for a zero duration. A ", $taking, " that reaches its limit fails with `WouldBlock`, as it")]
            /// does with std on Linux.
            $($(#[$example])+)?
            pub fn set_read_timeout(&self, timeout: ::std::option::Option<::std::time::Duration>) -> ::std::io::Result<()> {
                self.0.set_read_timeout(timeout)
            }

            #[doc = concat!("Limits how long one ", $giving, " may wait; `None` lets it wait for ever.")]
            ///
            /// # Errors
            #[doc = concat!("`InvalidInput` for a zero duration. A ", $giving, " that reaches its limit fails with `WouldBlock`.")]
            pub fn set_write_timeout(&self, timeout: ::std::option::Option<::std::time::Duration>) -> ::std::io::Result<()> {
                self.0.set_write_timeout(timeout)
            }

            /// The read timeout, as the kernel rounded it.
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn read_timeout(&self) -> ::std::io::Result<::std::option::Option<::std::time::Duration>> {
                self.0.read_timeout()
            }

            /// The write timeout, as the kernel rounded it.
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn write_timeout(&self) -> ::std::io::Result<::std::option::Option<::std::time::Duration>> {
                self.0.write_timeout()
            }

            #[doc = concat!("Makes calls on this ", $noun, " and its clones fail with `WouldBlock` instead of waiting, or lets them")]
            /// wait again.
            ///
            /// This is about the user's calls only: greenlets need no non-blocking sockets. A call that waits already goes on.
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn set_nonblocking(&self, nonblocking: bool) -> ::std::io::Result<()> {
                self.0.set_nonblocking(nonblocking)
            }
        }
        $crate::net::waits::pending_error!($type);
    };
}
pub(crate) use wait_settings;

/// Gives a newtype around a `Socket` the question for its pending error.
macro_rules! pending_error {
    ($type:ident) => {
        impl $type {
            /// Takes the error that is pending on the socket, if any (`SO_ERROR`).
            ///
            /// # Errors
            /// What the kernel reports about the question itself.
            pub fn take_error(&self) -> ::std::io::Result<::std::option::Option<::std::io::Error>> {
                self.0.options().take_error()
            }
        }
    };
}
pub(crate) use pending_error;

/// Gives a newtype around a `Socket` that accepts the calls that settle how it waits.
macro_rules! accept_settings {
    ($type:ident) => {
        impl $type {
            /// Makes [`accept`](Self::accept) on this listener and its clones fail with `WouldBlock` instead of waiting, or lets
            /// it wait again.
            ///
            /// Once a greenlet has accepted here, the kernel's `O_NONBLOCK` is vervet's, and this changes only what `accept`
            /// does and in which state the fd leaves through `into_raw_fd`.
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn set_nonblocking(&self, nonblocking: bool) -> ::std::io::Result<()> {
                self.0.set_nonblocking(nonblocking)
            }
        }
        $crate::net::waits::pending_error!($type);
    };
}
pub(crate) use accept_settings;
