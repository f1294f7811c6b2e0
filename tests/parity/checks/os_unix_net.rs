// What vervet has of `std::os::unix::net`, and in what form: one check for each row of std.tsv.
checks! {
    "os::unix::net": #[allow(unused_imports)] use host::os::unix::net::*;
    "os::unix::net::Incoming": fn check<'a>(_: host::os::unix::net::Incoming<'a>) {}
    "os::unix::net::Incoming: impl<'a> Debug for Incoming<'a>": fn check<'a>() { fn has<It: ::std::fmt::Debug>() {} has::<host::os::unix::net::Incoming<'a>>(); }
    "os::unix::net::Incoming: impl<'a> Iterator for Incoming<'a>": fn check<'a>() { fn has<It: Iterator>() {} has::<host::os::unix::net::Incoming<'a>>(); }
    "os::unix::net::SocketAddr" is std: fn check(it: ::std::os::unix::net::SocketAddr) -> host::os::unix::net::SocketAddr { it }
    "os::unix::net::SocketAddr::from_pathname": fn check<P>() where P: AsRef<::std::path::Path> { let _: fn(P) -> host::io::Result<host::os::unix::net::SocketAddr> = <host::os::unix::net::SocketAddr>::from_pathname::<P>; }
    "os::unix::net::SocketAddr::is_unnamed": fn check() { let _: fn(&host::os::unix::net::SocketAddr) -> bool = <host::os::unix::net::SocketAddr>::is_unnamed; }
    "os::unix::net::SocketAddr::as_pathname": fn check() { let _: fn(&host::os::unix::net::SocketAddr) -> Option<&::std::path::Path> = <host::os::unix::net::SocketAddr>::as_pathname; }
    "os::unix::net::SocketAddr: impl Clone for SocketAddr": fn check() { fn has<It: Clone>() {} has::<host::os::unix::net::SocketAddr>(); }
    "os::unix::net::SocketAddr: impl Debug for SocketAddr": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::os::unix::net::SocketAddr>(); }
    "os::unix::net::SocketAddr: impl SocketAddrExt for SocketAddr": fn check() { fn has<It: host::os::linux::net::SocketAddrExt>() {} has::<host::os::unix::net::SocketAddr>(); }
    "os::unix::net::UnixDatagram": fn check(_: host::os::unix::net::UnixDatagram) {}
    "os::unix::net::UnixDatagram::bind": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::os::unix::net::UnixDatagram> = <host::os::unix::net::UnixDatagram>::bind::<P>; }
    "os::unix::net::UnixDatagram::bind_addr": fn check() { let _: fn(&host::os::unix::net::SocketAddr) -> host::io::Result<host::os::unix::net::UnixDatagram> = <host::os::unix::net::UnixDatagram>::bind_addr; }
    "os::unix::net::UnixDatagram::unbound": fn check() { let _: fn() -> host::io::Result<host::os::unix::net::UnixDatagram> = <host::os::unix::net::UnixDatagram>::unbound; }
    "os::unix::net::UnixDatagram::pair": fn check() { let _: fn() -> host::io::Result<(host::os::unix::net::UnixDatagram, host::os::unix::net::UnixDatagram)> = <host::os::unix::net::UnixDatagram>::pair; }
    "os::unix::net::UnixDatagram::connect": fn check<P: AsRef<::std::path::Path>>() { let _: fn(&host::os::unix::net::UnixDatagram, P) -> host::io::Result<()> = <host::os::unix::net::UnixDatagram>::connect::<P>; }
    "os::unix::net::UnixDatagram::connect_addr": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, &host::os::unix::net::SocketAddr) -> host::io::Result<()> = <host::os::unix::net::UnixDatagram>::connect_addr; }
    "os::unix::net::UnixDatagram::try_clone": fn check() { let _: fn(&host::os::unix::net::UnixDatagram) -> host::io::Result<host::os::unix::net::UnixDatagram> = <host::os::unix::net::UnixDatagram>::try_clone; }
    "os::unix::net::UnixDatagram::local_addr": fn check() { let _: fn(&host::os::unix::net::UnixDatagram) -> host::io::Result<host::os::unix::net::SocketAddr> = <host::os::unix::net::UnixDatagram>::local_addr; }
    "os::unix::net::UnixDatagram::peer_addr": fn check() { let _: fn(&host::os::unix::net::UnixDatagram) -> host::io::Result<host::os::unix::net::SocketAddr> = <host::os::unix::net::UnixDatagram>::peer_addr; }
    "os::unix::net::UnixDatagram::recv_from": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, &mut [u8]) -> host::io::Result<(usize, host::os::unix::net::SocketAddr)> = <host::os::unix::net::UnixDatagram>::recv_from; }
    "os::unix::net::UnixDatagram::recv": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, &mut [u8]) -> host::io::Result<usize> = <host::os::unix::net::UnixDatagram>::recv; }
    "os::unix::net::UnixDatagram::send_to": fn check<P: AsRef<::std::path::Path>>() { let _: fn(&host::os::unix::net::UnixDatagram, &[u8], P) -> host::io::Result<usize> = <host::os::unix::net::UnixDatagram>::send_to::<P>; }
    "os::unix::net::UnixDatagram::send_to_addr": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, &[u8], &host::os::unix::net::SocketAddr) -> host::io::Result<usize> = <host::os::unix::net::UnixDatagram>::send_to_addr; }
    "os::unix::net::UnixDatagram::send": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, &[u8]) -> host::io::Result<usize> = <host::os::unix::net::UnixDatagram>::send; }
    "os::unix::net::UnixDatagram::set_read_timeout": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, Option<host::time::Duration>) -> host::io::Result<()> = <host::os::unix::net::UnixDatagram>::set_read_timeout; }
    "os::unix::net::UnixDatagram::set_write_timeout": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, Option<host::time::Duration>) -> host::io::Result<()> = <host::os::unix::net::UnixDatagram>::set_write_timeout; }
    "os::unix::net::UnixDatagram::read_timeout": fn check() { let _: fn(&host::os::unix::net::UnixDatagram) -> host::io::Result<Option<host::time::Duration>> = <host::os::unix::net::UnixDatagram>::read_timeout; }
    "os::unix::net::UnixDatagram::write_timeout": fn check() { let _: fn(&host::os::unix::net::UnixDatagram) -> host::io::Result<Option<host::time::Duration>> = <host::os::unix::net::UnixDatagram>::write_timeout; }
    "os::unix::net::UnixDatagram::set_nonblocking": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, bool) -> host::io::Result<()> = <host::os::unix::net::UnixDatagram>::set_nonblocking; }
    "os::unix::net::UnixDatagram::take_error": fn check() { let _: fn(&host::os::unix::net::UnixDatagram) -> host::io::Result<Option<host::io::Error>> = <host::os::unix::net::UnixDatagram>::take_error; }
    "os::unix::net::UnixDatagram::shutdown": fn check() { let _: fn(&host::os::unix::net::UnixDatagram, host::net::Shutdown) -> host::io::Result<()> = <host::os::unix::net::UnixDatagram>::shutdown; }
    "os::unix::net::UnixDatagram: impl AsFd for UnixDatagram": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::unix::net::UnixDatagram: impl AsRawFd for UnixDatagram": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::unix::net::UnixDatagram: impl Debug for UnixDatagram": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::unix::net::UnixDatagram: impl From<OwnedFd> for UnixDatagram": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::os::unix::net::UnixDatagram = <host::os::unix::net::UnixDatagram as From<_>>::from; }
    "os::unix::net::UnixDatagram: impl From<UnixDatagram> for OwnedFd": fn check() { let _: fn(host::os::unix::net::UnixDatagram) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::unix::net::UnixDatagram: impl FromRawFd for UnixDatagram": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::unix::net::UnixDatagram: impl IntoRawFd for UnixDatagram": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::unix::net::UnixListener": fn check(_: host::os::unix::net::UnixListener) {}
    "os::unix::net::UnixListener::bind": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::os::unix::net::UnixListener> = <host::os::unix::net::UnixListener>::bind::<P>; }
    "os::unix::net::UnixListener::bind_addr": fn check() { let _: fn(&host::os::unix::net::SocketAddr) -> host::io::Result<host::os::unix::net::UnixListener> = <host::os::unix::net::UnixListener>::bind_addr; }
    "os::unix::net::UnixListener::accept": fn check() { let _: fn(&host::os::unix::net::UnixListener) -> host::io::Result<(host::os::unix::net::UnixStream, host::os::unix::net::SocketAddr)> = <host::os::unix::net::UnixListener>::accept; }
    "os::unix::net::UnixListener::try_clone": fn check() { let _: fn(&host::os::unix::net::UnixListener) -> host::io::Result<host::os::unix::net::UnixListener> = <host::os::unix::net::UnixListener>::try_clone; }
    "os::unix::net::UnixListener::local_addr": fn check() { let _: fn(&host::os::unix::net::UnixListener) -> host::io::Result<host::os::unix::net::SocketAddr> = <host::os::unix::net::UnixListener>::local_addr; }
    "os::unix::net::UnixListener::set_nonblocking": fn check() { let _: fn(&host::os::unix::net::UnixListener, bool) -> host::io::Result<()> = <host::os::unix::net::UnixListener>::set_nonblocking; }
    "os::unix::net::UnixListener::take_error": fn check() { let _: fn(&host::os::unix::net::UnixListener) -> host::io::Result<Option<host::io::Error>> = <host::os::unix::net::UnixListener>::take_error; }
    "os::unix::net::UnixListener::incoming": fn check() { let _: fn(&host::os::unix::net::UnixListener) -> host::os::unix::net::Incoming<'_> = <host::os::unix::net::UnixListener>::incoming; }
    "os::unix::net::UnixListener: impl AsFd for UnixListener": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::unix::net::UnixListener: impl AsRawFd for UnixListener": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::unix::net::UnixListener: impl Debug for UnixListener": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::unix::net::UnixListener: impl From<OwnedFd> for UnixListener": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::os::unix::net::UnixListener = <host::os::unix::net::UnixListener as From<_>>::from; }
    "os::unix::net::UnixListener: impl From<UnixListener> for OwnedFd": fn check() { let _: fn(host::os::unix::net::UnixListener) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::unix::net::UnixListener: impl FromRawFd for UnixListener": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::unix::net::UnixListener: impl<'a> IntoIterator for &'a UnixListener": fn check<'a>() { fn has<It: IntoIterator>() {} has::<&'a host::os::unix::net::UnixListener>(); }
    "os::unix::net::UnixListener: impl IntoRawFd for UnixListener": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::unix::net::UnixStream": fn check(_: host::os::unix::net::UnixStream) {}
    "os::unix::net::UnixStream::connect": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::os::unix::net::UnixStream> = <host::os::unix::net::UnixStream>::connect::<P>; }
    "os::unix::net::UnixStream::connect_addr": fn check() { let _: fn(&host::os::unix::net::SocketAddr) -> host::io::Result<host::os::unix::net::UnixStream> = <host::os::unix::net::UnixStream>::connect_addr; }
    "os::unix::net::UnixStream::pair": fn check() { let _: fn() -> host::io::Result<(host::os::unix::net::UnixStream, host::os::unix::net::UnixStream)> = <host::os::unix::net::UnixStream>::pair; }
    "os::unix::net::UnixStream::try_clone": fn check() { let _: fn(&host::os::unix::net::UnixStream) -> host::io::Result<host::os::unix::net::UnixStream> = <host::os::unix::net::UnixStream>::try_clone; }
    "os::unix::net::UnixStream::local_addr": fn check() { let _: fn(&host::os::unix::net::UnixStream) -> host::io::Result<host::os::unix::net::SocketAddr> = <host::os::unix::net::UnixStream>::local_addr; }
    "os::unix::net::UnixStream::peer_addr": fn check() { let _: fn(&host::os::unix::net::UnixStream) -> host::io::Result<host::os::unix::net::SocketAddr> = <host::os::unix::net::UnixStream>::peer_addr; }
    "os::unix::net::UnixStream::set_read_timeout": fn check() { let _: fn(&host::os::unix::net::UnixStream, Option<host::time::Duration>) -> host::io::Result<()> = <host::os::unix::net::UnixStream>::set_read_timeout; }
    "os::unix::net::UnixStream::set_write_timeout": fn check() { let _: fn(&host::os::unix::net::UnixStream, Option<host::time::Duration>) -> host::io::Result<()> = <host::os::unix::net::UnixStream>::set_write_timeout; }
    "os::unix::net::UnixStream::read_timeout": fn check() { let _: fn(&host::os::unix::net::UnixStream) -> host::io::Result<Option<host::time::Duration>> = <host::os::unix::net::UnixStream>::read_timeout; }
    "os::unix::net::UnixStream::write_timeout": fn check() { let _: fn(&host::os::unix::net::UnixStream) -> host::io::Result<Option<host::time::Duration>> = <host::os::unix::net::UnixStream>::write_timeout; }
    "os::unix::net::UnixStream::set_nonblocking": fn check() { let _: fn(&host::os::unix::net::UnixStream, bool) -> host::io::Result<()> = <host::os::unix::net::UnixStream>::set_nonblocking; }
    "os::unix::net::UnixStream::take_error": fn check() { let _: fn(&host::os::unix::net::UnixStream) -> host::io::Result<Option<host::io::Error>> = <host::os::unix::net::UnixStream>::take_error; }
    "os::unix::net::UnixStream::shutdown": fn check() { let _: fn(&host::os::unix::net::UnixStream, host::net::Shutdown) -> host::io::Result<()> = <host::os::unix::net::UnixStream>::shutdown; }
    "os::unix::net::UnixStream: impl AsFd for UnixStream": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl AsRawFd for UnixStream": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl Debug for UnixStream": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl From<OwnedFd> for UnixStream": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::os::unix::net::UnixStream = <host::os::unix::net::UnixStream as From<_>>::from; }
    "os::unix::net::UnixStream: impl From<UnixStream> for OwnedFd": fn check() { let _: fn(host::os::unix::net::UnixStream) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::unix::net::UnixStream: impl FromRawFd for UnixStream": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl IntoRawFd for UnixStream": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl<'a> Read for &'a UnixStream": fn check<'a>() { fn has<It: host::io::Read>() {} has::<&'a host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl Read for UnixStream": fn check() { fn has<It: host::io::Read>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl<'a> Write for &'a UnixStream": fn check<'a>() { fn has<It: host::io::Write>() {} has::<&'a host::os::unix::net::UnixStream>(); }
    "os::unix::net::UnixStream: impl Write for UnixStream": fn check() { fn has<It: host::io::Write>() {} has::<host::os::unix::net::UnixStream>(); }
}

// Whose auto traits are compared.
types! {
    "os::unix::net::Incoming": host::os::unix::net::Incoming<'static>;
    "os::unix::net::UnixDatagram": host::os::unix::net::UnixDatagram;
    "os::unix::net::UnixListener": host::os::unix::net::UnixListener;
    "os::unix::net::UnixStream": host::os::unix::net::UnixStream;
}
