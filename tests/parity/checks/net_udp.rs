// What vervet has of `std::net::UdpSocket`, and in what form: one check for each row of std.tsv.
checks! {
    "net::UdpSocket": fn check(_: host::net::UdpSocket) {}
    "net::UdpSocket::bind": fn check<A: host::net::ToSocketAddrs>() { let _: fn(A) -> host::io::Result<host::net::UdpSocket> = <host::net::UdpSocket>::bind::<A>; }
    "net::UdpSocket::recv_from": fn check() { let _: fn(&host::net::UdpSocket, &mut [u8]) -> host::io::Result<(usize, host::net::SocketAddr)> = <host::net::UdpSocket>::recv_from; }
    "net::UdpSocket::peek_from": fn check() { let _: fn(&host::net::UdpSocket, &mut [u8]) -> host::io::Result<(usize, host::net::SocketAddr)> = <host::net::UdpSocket>::peek_from; }
    "net::UdpSocket::send_to": fn check<A: host::net::ToSocketAddrs>() { let _: fn(&host::net::UdpSocket, &[u8], A) -> host::io::Result<usize> = <host::net::UdpSocket>::send_to::<A>; }
    "net::UdpSocket::peer_addr": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<host::net::SocketAddr> = <host::net::UdpSocket>::peer_addr; }
    "net::UdpSocket::local_addr": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<host::net::SocketAddr> = <host::net::UdpSocket>::local_addr; }
    "net::UdpSocket::try_clone": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<host::net::UdpSocket> = <host::net::UdpSocket>::try_clone; }
    "net::UdpSocket::set_read_timeout": fn check() { let _: fn(&host::net::UdpSocket, Option<host::time::Duration>) -> host::io::Result<()> = <host::net::UdpSocket>::set_read_timeout; }
    "net::UdpSocket::set_write_timeout": fn check() { let _: fn(&host::net::UdpSocket, Option<host::time::Duration>) -> host::io::Result<()> = <host::net::UdpSocket>::set_write_timeout; }
    "net::UdpSocket::read_timeout": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<Option<host::time::Duration>> = <host::net::UdpSocket>::read_timeout; }
    "net::UdpSocket::write_timeout": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<Option<host::time::Duration>> = <host::net::UdpSocket>::write_timeout; }
    "net::UdpSocket::set_broadcast": fn check() { let _: fn(&host::net::UdpSocket, bool) -> host::io::Result<()> = <host::net::UdpSocket>::set_broadcast; }
    "net::UdpSocket::broadcast": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<bool> = <host::net::UdpSocket>::broadcast; }
    "net::UdpSocket::set_multicast_loop_v4": fn check() { let _: fn(&host::net::UdpSocket, bool) -> host::io::Result<()> = <host::net::UdpSocket>::set_multicast_loop_v4; }
    "net::UdpSocket::multicast_loop_v4": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<bool> = <host::net::UdpSocket>::multicast_loop_v4; }
    "net::UdpSocket::set_multicast_ttl_v4": fn check() { let _: fn(&host::net::UdpSocket, u32) -> host::io::Result<()> = <host::net::UdpSocket>::set_multicast_ttl_v4; }
    "net::UdpSocket::multicast_ttl_v4": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<u32> = <host::net::UdpSocket>::multicast_ttl_v4; }
    "net::UdpSocket::set_multicast_loop_v6": fn check() { let _: fn(&host::net::UdpSocket, bool) -> host::io::Result<()> = <host::net::UdpSocket>::set_multicast_loop_v6; }
    "net::UdpSocket::multicast_loop_v6": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<bool> = <host::net::UdpSocket>::multicast_loop_v6; }
    "net::UdpSocket::set_ttl": fn check() { let _: fn(&host::net::UdpSocket, u32) -> host::io::Result<()> = <host::net::UdpSocket>::set_ttl; }
    "net::UdpSocket::ttl": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<u32> = <host::net::UdpSocket>::ttl; }
    "net::UdpSocket::join_multicast_v4": fn check() { let _: fn(&host::net::UdpSocket, &host::net::Ipv4Addr, &host::net::Ipv4Addr) -> host::io::Result<()> = <host::net::UdpSocket>::join_multicast_v4; }
    "net::UdpSocket::join_multicast_v6": fn check() { let _: fn(&host::net::UdpSocket, &host::net::Ipv6Addr, u32) -> host::io::Result<()> = <host::net::UdpSocket>::join_multicast_v6; }
    "net::UdpSocket::leave_multicast_v4": fn check() { let _: fn(&host::net::UdpSocket, &host::net::Ipv4Addr, &host::net::Ipv4Addr) -> host::io::Result<()> = <host::net::UdpSocket>::leave_multicast_v4; }
    "net::UdpSocket::leave_multicast_v6": fn check() { let _: fn(&host::net::UdpSocket, &host::net::Ipv6Addr, u32) -> host::io::Result<()> = <host::net::UdpSocket>::leave_multicast_v6; }
    "net::UdpSocket::take_error": fn check() { let _: fn(&host::net::UdpSocket) -> host::io::Result<Option<host::io::Error>> = <host::net::UdpSocket>::take_error; }
    "net::UdpSocket::connect": fn check<A: host::net::ToSocketAddrs>() { let _: fn(&host::net::UdpSocket, A) -> host::io::Result<()> = <host::net::UdpSocket>::connect::<A>; }
    "net::UdpSocket::send": fn check() { let _: fn(&host::net::UdpSocket, &[u8]) -> host::io::Result<usize> = <host::net::UdpSocket>::send; }
    "net::UdpSocket::recv": fn check() { let _: fn(&host::net::UdpSocket, &mut [u8]) -> host::io::Result<usize> = <host::net::UdpSocket>::recv; }
    "net::UdpSocket::peek": fn check() { let _: fn(&host::net::UdpSocket, &mut [u8]) -> host::io::Result<usize> = <host::net::UdpSocket>::peek; }
    "net::UdpSocket::set_nonblocking": fn check() { let _: fn(&host::net::UdpSocket, bool) -> host::io::Result<()> = <host::net::UdpSocket>::set_nonblocking; }
    "net::UdpSocket: impl AsFd for UdpSocket": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::net::UdpSocket>(); }
    "net::UdpSocket: impl AsRawFd for UdpSocket": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::net::UdpSocket>(); }
    "net::UdpSocket: impl Debug for UdpSocket": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::net::UdpSocket>(); }
    "net::UdpSocket: impl From<OwnedFd> for UdpSocket": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::net::UdpSocket = <host::net::UdpSocket as From<_>>::from; }
    "net::UdpSocket: impl From<UdpSocket> for OwnedFd": fn check() { let _: fn(host::net::UdpSocket) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "net::UdpSocket: impl FromRawFd for UdpSocket": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::net::UdpSocket>(); }
    "net::UdpSocket: impl IntoRawFd for UdpSocket": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::net::UdpSocket>(); }
}

// Whose auto traits are compared.
types! {
    "net::UdpSocket": host::net::UdpSocket;
}
