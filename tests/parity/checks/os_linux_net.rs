// What vervet has of `std::os::linux::net`, and in what form: one check for each row of std.tsv.
checks! {
    "os::linux::net": #[allow(unused_imports)] use host::os::linux::net::*;
    "os::linux::net::SocketAddrExt" is std: fn check<T: ::std::os::linux::net::SocketAddrExt + ?Sized>() { fn has<T: host::os::linux::net::SocketAddrExt + ?Sized>() {} has::<T>(); fn back<T: host::os::linux::net::SocketAddrExt + ?Sized>() { fn has<T: ::std::os::linux::net::SocketAddrExt + ?Sized>() {} has::<T>(); } }
    "os::linux::net::SocketAddrExt::from_abstract_name": fn check<Me: host::os::linux::net::SocketAddrExt, N>() where N: AsRef<[u8]> { let _: fn(N) -> host::io::Result<host::os::unix::net::SocketAddr> = <Me as host::os::linux::net::SocketAddrExt>::from_abstract_name::<N>; }
    "os::linux::net::SocketAddrExt::as_abstract_name": fn check<Me: host::os::linux::net::SocketAddrExt>() { let _: fn(&Me) -> Option<&[u8]> = <Me as host::os::linux::net::SocketAddrExt>::as_abstract_name; }
    "os::linux::net::SocketAddrExt: impl SocketAddrExt for SocketAddr": fn check() { fn has<It: host::os::linux::net::SocketAddrExt>() {} has::<host::os::unix::net::SocketAddr>(); }
    "os::linux::net::TcpStreamExt": use host::os::linux::net::TcpStreamExt as _;
    "os::linux::net::TcpStreamExt::set_quickack": fn check<Me: host::os::linux::net::TcpStreamExt>() { let _: fn(&Me, bool) -> host::io::Result<()> = <Me as host::os::linux::net::TcpStreamExt>::set_quickack; }
    "os::linux::net::TcpStreamExt::quickack": fn check<Me: host::os::linux::net::TcpStreamExt>() { let _: fn(&Me) -> host::io::Result<bool> = <Me as host::os::linux::net::TcpStreamExt>::quickack; }
    "os::linux::net::TcpStreamExt: impl TcpStreamExt for TcpStream": fn check() { fn has<It: host::os::linux::net::TcpStreamExt>() {} has::<host::net::TcpStream>(); }
}

types! {}
