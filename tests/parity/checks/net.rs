// What vervet has of `std::net`, and in what form: one check for each row of std.tsv.
checks! {
    "net": #[allow(unused_imports)] use host::net::*;
    "net::AddrParseError" is std: fn check(it: ::std::net::AddrParseError) -> host::net::AddrParseError { it }
    "net::Incoming": fn check<'a>(_: host::net::Incoming<'a>) {}
    "net::Incoming: impl<'a> Debug for Incoming<'a>": fn check<'a>() { fn has<It: ::std::fmt::Debug>() {} has::<host::net::Incoming<'a>>(); }
    "net::Incoming: impl<'a> Iterator for Incoming<'a>": fn check<'a>() { fn has<It: Iterator>() {} has::<host::net::Incoming<'a>>(); }
    "net::Incoming: impl FusedIterator for Incoming<'_>": fn check<'x>() { fn has<It: ::std::iter::FusedIterator>() {} has::<host::net::Incoming<'x>>(); }
    "net::Ipv4Addr" is std: fn check(it: ::std::net::Ipv4Addr) -> host::net::Ipv4Addr { it }
    "net::Ipv6Addr" is std: fn check(it: ::std::net::Ipv6Addr) -> host::net::Ipv6Addr { it }
    "net::SocketAddrV4" is std: fn check(it: ::std::net::SocketAddrV4) -> host::net::SocketAddrV4 { it }
    "net::SocketAddrV6" is std: fn check(it: ::std::net::SocketAddrV6) -> host::net::SocketAddrV6 { it }
    "net::TcpListener": fn check(_: host::net::TcpListener) {}
    "net::TcpListener::bind": fn check<A: host::net::ToSocketAddrs>() { let _: fn(A) -> host::io::Result<host::net::TcpListener> = <host::net::TcpListener>::bind::<A>; }
    "net::TcpListener::local_addr": fn check() { let _: fn(&host::net::TcpListener) -> host::io::Result<host::net::SocketAddr> = <host::net::TcpListener>::local_addr; }
    "net::TcpListener::try_clone": fn check() { let _: fn(&host::net::TcpListener) -> host::io::Result<host::net::TcpListener> = <host::net::TcpListener>::try_clone; }
    "net::TcpListener::accept": fn check() { let _: fn(&host::net::TcpListener) -> host::io::Result<(host::net::TcpStream, host::net::SocketAddr)> = <host::net::TcpListener>::accept; }
    "net::TcpListener::incoming": fn check() { let _: fn(&host::net::TcpListener) -> host::net::Incoming<'_> = <host::net::TcpListener>::incoming; }
    "net::TcpListener::set_ttl": fn check() { let _: fn(&host::net::TcpListener, u32) -> host::io::Result<()> = <host::net::TcpListener>::set_ttl; }
    "net::TcpListener::ttl": fn check() { let _: fn(&host::net::TcpListener) -> host::io::Result<u32> = <host::net::TcpListener>::ttl; }
    "net::TcpListener::set_only_v6": fn check() { let _: fn(&host::net::TcpListener, bool) -> host::io::Result<()> = <host::net::TcpListener>::set_only_v6; }
    "net::TcpListener::only_v6": fn check() { let _: fn(&host::net::TcpListener) -> host::io::Result<bool> = <host::net::TcpListener>::only_v6; }
    "net::TcpListener::take_error": fn check() { let _: fn(&host::net::TcpListener) -> host::io::Result<Option<host::io::Error>> = <host::net::TcpListener>::take_error; }
    "net::TcpListener::set_nonblocking": fn check() { let _: fn(&host::net::TcpListener, bool) -> host::io::Result<()> = <host::net::TcpListener>::set_nonblocking; }
    "net::TcpListener: impl AsFd for TcpListener": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::net::TcpListener>(); }
    "net::TcpListener: impl AsRawFd for TcpListener": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::net::TcpListener>(); }
    "net::TcpListener: impl Debug for TcpListener": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::net::TcpListener>(); }
    "net::TcpListener: impl From<OwnedFd> for TcpListener": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::net::TcpListener = <host::net::TcpListener as From<_>>::from; }
    "net::TcpListener: impl From<TcpListener> for OwnedFd": fn check() { let _: fn(host::net::TcpListener) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "net::TcpListener: impl FromRawFd for TcpListener": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::net::TcpListener>(); }
    "net::TcpListener: impl IntoRawFd for TcpListener": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::net::TcpListener>(); }
    "net::TcpStream": fn check(_: host::net::TcpStream) {}
    "net::TcpStream::connect": fn check<A: host::net::ToSocketAddrs>() { let _: fn(A) -> host::io::Result<host::net::TcpStream> = <host::net::TcpStream>::connect::<A>; }
    "net::TcpStream::connect_timeout": fn check() { let _: fn(&host::net::SocketAddr, host::time::Duration) -> host::io::Result<host::net::TcpStream> = <host::net::TcpStream>::connect_timeout; }
    "net::TcpStream::peer_addr": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<host::net::SocketAddr> = <host::net::TcpStream>::peer_addr; }
    "net::TcpStream::local_addr": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<host::net::SocketAddr> = <host::net::TcpStream>::local_addr; }
    "net::TcpStream::shutdown": fn check() { let _: fn(&host::net::TcpStream, host::net::Shutdown) -> host::io::Result<()> = <host::net::TcpStream>::shutdown; }
    "net::TcpStream::try_clone": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<host::net::TcpStream> = <host::net::TcpStream>::try_clone; }
    "net::TcpStream::set_read_timeout": fn check() { let _: fn(&host::net::TcpStream, Option<host::time::Duration>) -> host::io::Result<()> = <host::net::TcpStream>::set_read_timeout; }
    "net::TcpStream::set_write_timeout": fn check() { let _: fn(&host::net::TcpStream, Option<host::time::Duration>) -> host::io::Result<()> = <host::net::TcpStream>::set_write_timeout; }
    "net::TcpStream::read_timeout": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<Option<host::time::Duration>> = <host::net::TcpStream>::read_timeout; }
    "net::TcpStream::write_timeout": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<Option<host::time::Duration>> = <host::net::TcpStream>::write_timeout; }
    "net::TcpStream::peek": fn check() { let _: fn(&host::net::TcpStream, &mut [u8]) -> host::io::Result<usize> = <host::net::TcpStream>::peek; }
    "net::TcpStream::set_nodelay": fn check() { let _: fn(&host::net::TcpStream, bool) -> host::io::Result<()> = <host::net::TcpStream>::set_nodelay; }
    "net::TcpStream::nodelay": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<bool> = <host::net::TcpStream>::nodelay; }
    "net::TcpStream::set_ttl": fn check() { let _: fn(&host::net::TcpStream, u32) -> host::io::Result<()> = <host::net::TcpStream>::set_ttl; }
    "net::TcpStream::ttl": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<u32> = <host::net::TcpStream>::ttl; }
    "net::TcpStream::take_error": fn check() { let _: fn(&host::net::TcpStream) -> host::io::Result<Option<host::io::Error>> = <host::net::TcpStream>::take_error; }
    "net::TcpStream::set_nonblocking": fn check() { let _: fn(&host::net::TcpStream, bool) -> host::io::Result<()> = <host::net::TcpStream>::set_nonblocking; }
    "net::TcpStream: impl AsFd for TcpStream": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::net::TcpStream>(); }
    "net::TcpStream: impl AsRawFd for TcpStream": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::net::TcpStream>(); }
    "net::TcpStream: impl Debug for TcpStream": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::net::TcpStream>(); }
    "net::TcpStream: impl From<OwnedFd> for TcpStream": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::net::TcpStream = <host::net::TcpStream as From<_>>::from; }
    "net::TcpStream: impl From<TcpStream> for OwnedFd": fn check() { let _: fn(host::net::TcpStream) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "net::TcpStream: impl FromRawFd for TcpStream": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::net::TcpStream>(); }
    "net::TcpStream: impl IntoRawFd for TcpStream": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::net::TcpStream>(); }
    "net::TcpStream: impl Read for &TcpStream": fn check() { fn has<It: host::io::Read>() {} has::<&host::net::TcpStream>(); }
    "net::TcpStream: impl Read for TcpStream": fn check() { fn has<It: host::io::Read>() {} has::<host::net::TcpStream>(); }
    "net::TcpStream: impl TcpStreamExt for TcpStream": fn check() { fn has<It: host::os::linux::net::TcpStreamExt>() {} has::<host::net::TcpStream>(); }
    "net::TcpStream: impl Write for &TcpStream": fn check() { fn has<It: host::io::Write>() {} has::<&host::net::TcpStream>(); }
    "net::TcpStream: impl Write for TcpStream": fn check() { fn has<It: host::io::Write>() {} has::<host::net::TcpStream>(); }
    "net::IpAddr" is std: fn check(it: ::std::net::IpAddr) -> host::net::IpAddr { it }
    "net::Shutdown" is std: fn check(it: ::std::net::Shutdown) -> host::net::Shutdown { it }
    "net::Shutdown::Read": fn check() -> host::net::Shutdown { <host::net::Shutdown>::Read }
    "net::Shutdown::Write": fn check() -> host::net::Shutdown { <host::net::Shutdown>::Write }
    "net::Shutdown::Both": fn check() -> host::net::Shutdown { <host::net::Shutdown>::Both }
    "net::Shutdown: impl Clone for Shutdown": fn check() { fn has<It: Clone>() {} has::<host::net::Shutdown>(); }
    "net::Shutdown: impl Debug for Shutdown": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::net::Shutdown>(); }
    "net::Shutdown: impl PartialEq for Shutdown": fn check() { fn has<It: PartialEq>() {} has::<host::net::Shutdown>(); }
    "net::Shutdown: impl Copy for Shutdown": fn check() { fn has<It: Copy>() {} has::<host::net::Shutdown>(); }
    "net::Shutdown: impl Eq for Shutdown": fn check() { fn has<It: Eq>() {} has::<host::net::Shutdown>(); }
    "net::SocketAddr" is std: fn check(it: ::std::net::SocketAddr) -> host::net::SocketAddr { it }
    "net::ToSocketAddrs": use host::net::ToSocketAddrs as _;
    "net::ToSocketAddrs::Iter": fn check<Me: host::net::ToSocketAddrs>(_: <Me as host::net::ToSocketAddrs>::Iter) {}
    "net::ToSocketAddrs::to_socket_addrs": fn check<Me: host::net::ToSocketAddrs>() { let _: fn(&Me) -> host::io::Result<Me::Iter> = <Me as host::net::ToSocketAddrs>::to_socket_addrs; }
    "net::ToSocketAddrs: impl ToSocketAddrs for (&str, u16)": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<(&str, u16)>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for (IpAddr, u16)": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<(host::net::IpAddr, u16)>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for (String, u16)": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<(String, u16)>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for (Ipv4Addr, u16)": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<(host::net::Ipv4Addr, u16)>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for (Ipv6Addr, u16)": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<(host::net::Ipv6Addr, u16)>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for SocketAddr": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<host::net::SocketAddr>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for str": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<str>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for String": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<String>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for SocketAddrV4": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<host::net::SocketAddrV4>(); }
    "net::ToSocketAddrs: impl ToSocketAddrs for SocketAddrV6": fn check() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<host::net::SocketAddrV6>(); }
    "net::ToSocketAddrs: impl<'a> ToSocketAddrs for &'a [SocketAddr]": fn check<'a>() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<&'a [host::net::SocketAddr]>(); }
    "net::ToSocketAddrs: impl<T: ToSocketAddrs + ?Sized> ToSocketAddrs for &T": fn check<T: host::net::ToSocketAddrs + ?Sized>() { fn has<It: ?Sized + host::net::ToSocketAddrs>() {} has::<&T>(); }
}

// Whose auto traits are compared.
types! {
    "net::Incoming": host::net::Incoming<'static>;
    "net::TcpListener": host::net::TcpListener;
    "net::TcpStream": host::net::TcpStream;
}
