// What vervet has of `std::os`, and in what form: one check for each row of std.tsv.
checks! {
    "os": #[allow(unused_imports)] use host::os::*;
    "os::fd": #[allow(unused_imports)] use host::os::fd::*;
    "os::fd::BorrowedFd" is std: fn check<'fd>(it: ::std::os::fd::BorrowedFd<'fd>) -> host::os::fd::BorrowedFd<'fd> { it }
    "os::fd::BorrowedFd::borrow_raw": fn check<'x>() { let _: unsafe fn(host::os::fd::RawFd) -> host::os::fd::BorrowedFd<'x> = <host::os::fd::BorrowedFd<'x>>::borrow_raw; }
    "os::fd::BorrowedFd::try_clone_to_owned": fn check<'x>() { let _: fn(&host::os::fd::BorrowedFd<'x>) -> host::io::Result<host::os::fd::OwnedFd> = <host::os::fd::BorrowedFd<'x>>::try_clone_to_owned; }
    "os::fd::BorrowedFd: impl AsFd for BorrowedFd<'_>": fn check<'x>() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::fd::BorrowedFd<'x>>(); }
    "os::fd::BorrowedFd: impl AsRawFd for BorrowedFd<'_>": fn check<'x>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::fd::BorrowedFd<'x>>(); }
    "os::fd::BorrowedFd: impl<'fd> Clone for BorrowedFd<'fd>": fn check<'fd>() { fn has<It: Clone>() {} has::<host::os::fd::BorrowedFd<'fd>>(); }
    "os::fd::BorrowedFd: impl Debug for BorrowedFd<'_>": fn check<'x>() { fn has<It: ::std::fmt::Debug>() {} has::<host::os::fd::BorrowedFd<'x>>(); }
    "os::fd::BorrowedFd: impl IsTerminal for BorrowedFd<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::os::fd::BorrowedFd<'x>>(); }
    "os::fd::BorrowedFd: impl<'fd> Copy for BorrowedFd<'fd>": fn check<'fd>() { fn has<It: Copy>() {} has::<host::os::fd::BorrowedFd<'fd>>(); }
    "os::fd::OwnedFd" is std: fn check(it: ::std::os::fd::OwnedFd) -> host::os::fd::OwnedFd { it }
    "os::fd::OwnedFd::try_clone": fn check() { let _: fn(&host::os::fd::OwnedFd) -> host::io::Result<host::os::fd::OwnedFd> = <host::os::fd::OwnedFd>::try_clone; }
    "os::fd::OwnedFd: impl AsFd for OwnedFd": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::OwnedFd: impl AsRawFd for OwnedFd": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::OwnedFd: impl Debug for OwnedFd": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::OwnedFd: impl From<ChildStderr> for OwnedFd": fn check() { let _: fn(host::process::ChildStderr) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<ChildStdin> for OwnedFd": fn check() { let _: fn(host::process::ChildStdin) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<ChildStdout> for OwnedFd": fn check() { let _: fn(host::process::ChildStdout) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<File> for OwnedFd": fn check() { let _: fn(host::fs::File) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for ChildStderr": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::ChildStderr = <host::process::ChildStderr as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for ChildStdin": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::ChildStdin = <host::process::ChildStdin as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for ChildStdout": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::ChildStdout = <host::process::ChildStdout as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for File": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::fs::File = <host::fs::File as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for PipeReader": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::io::PipeReader = <host::io::PipeReader as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for PipeWriter": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::io::PipeWriter = <host::io::PipeWriter as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for Stdio": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for TcpListener": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::net::TcpListener = <host::net::TcpListener as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for TcpStream": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::net::TcpStream = <host::net::TcpStream as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for UdpSocket": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::net::UdpSocket = <host::net::UdpSocket as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for UnixDatagram": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::os::unix::net::UnixDatagram = <host::os::unix::net::UnixDatagram as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for UnixListener": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::os::unix::net::UnixListener = <host::os::unix::net::UnixListener as From<_>>::from; }
    "os::fd::OwnedFd: impl From<OwnedFd> for UnixStream": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::os::unix::net::UnixStream = <host::os::unix::net::UnixStream as From<_>>::from; }
    "os::fd::OwnedFd: impl From<PipeReader> for OwnedFd": fn check() { let _: fn(host::io::PipeReader) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<PipeWriter> for OwnedFd": fn check() { let _: fn(host::io::PipeWriter) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<TcpListener> for OwnedFd": fn check() { let _: fn(host::net::TcpListener) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<TcpStream> for OwnedFd": fn check() { let _: fn(host::net::TcpStream) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<UdpSocket> for OwnedFd": fn check() { let _: fn(host::net::UdpSocket) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<UnixDatagram> for OwnedFd": fn check() { let _: fn(host::os::unix::net::UnixDatagram) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<UnixListener> for OwnedFd": fn check() { let _: fn(host::os::unix::net::UnixListener) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl From<UnixStream> for OwnedFd": fn check() { let _: fn(host::os::unix::net::UnixStream) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "os::fd::OwnedFd: impl FromRawFd for OwnedFd": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::OwnedFd: impl IntoRawFd for OwnedFd": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::OwnedFd: impl IsTerminal for OwnedFd": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::AsFd" is std: fn check<T: ::std::os::fd::AsFd + ?Sized>() { fn has<T: host::os::fd::AsFd + ?Sized>() {} has::<T>(); fn back<T: host::os::fd::AsFd + ?Sized>() { fn has<T: ::std::os::fd::AsFd + ?Sized>() {} has::<T>(); } }
    "os::fd::AsFd::as_fd": fn check<Me: host::os::fd::AsFd>() { let _: fn(&Me) -> host::os::fd::BorrowedFd<'_> = <Me as host::os::fd::AsFd>::as_fd; }
    "os::fd::AsFd: impl AsFd for File": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::fs::File>(); }
    "os::fd::AsFd: impl AsFd for PipeReader": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::PipeReader>(); }
    "os::fd::AsFd: impl AsFd for PipeWriter": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::PipeWriter>(); }
    "os::fd::AsFd: impl AsFd for Stderr": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::Stderr>(); }
    "os::fd::AsFd: impl AsFd for Stdin": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::Stdin>(); }
    "os::fd::AsFd: impl AsFd for Stdout": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::Stdout>(); }
    "os::fd::AsFd: impl AsFd for TcpListener": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::net::TcpListener>(); }
    "os::fd::AsFd: impl AsFd for TcpStream": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::net::TcpStream>(); }
    "os::fd::AsFd: impl AsFd for UdpSocket": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::net::UdpSocket>(); }
    "os::fd::AsFd: impl AsFd for ChildStderr": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::process::ChildStderr>(); }
    "os::fd::AsFd: impl AsFd for ChildStdin": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::process::ChildStdin>(); }
    "os::fd::AsFd: impl AsFd for ChildStdout": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::process::ChildStdout>(); }
    "os::fd::AsFd: impl AsFd for UnixDatagram": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::fd::AsFd: impl AsFd for UnixListener": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::fd::AsFd: impl AsFd for UnixStream": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::fd::AsFd: impl AsFd for BorrowedFd<'_>": fn check<'x>() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::fd::BorrowedFd<'x>>(); }
    "os::fd::AsFd: impl AsFd for OwnedFd": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::AsFd: impl<'a> AsFd for StderrLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::StderrLock<'a>>(); }
    "os::fd::AsFd: impl<'a> AsFd for StdinLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::StdinLock<'a>>(); }
    "os::fd::AsFd: impl<'a> AsFd for StdoutLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::StdoutLock<'a>>(); }
    "os::fd::AsFd: impl<T: AsFd + ?Sized> AsFd for &T": fn check<T: host::os::fd::AsFd + ?Sized>() { fn has<It: ?Sized + host::os::fd::AsFd>() {} has::<&T>(); }
    "os::fd::AsFd: impl<T: AsFd + ?Sized> AsFd for &mut T": fn check<T: host::os::fd::AsFd + ?Sized>() { fn has<It: ?Sized + host::os::fd::AsFd>() {} has::<&mut T>(); }
    "os::fd::AsFd: impl<T: AsFd + ?Sized> AsFd for Box<T>": fn check<T: host::os::fd::AsFd + ?Sized>() { fn has<It: ?Sized + host::os::fd::AsFd>() {} has::<Box<T>>(); }
    "os::fd::AsFd: impl<T: AsFd + ?Sized> AsFd for Rc<T>": fn check<T: host::os::fd::AsFd + ?Sized>() { fn has<It: ?Sized + host::os::fd::AsFd>() {} has::<::std::rc::Rc<T>>(); }
    "os::fd::AsFd: impl<T: AsFd + ?Sized> AsFd for Arc<T>": fn check<T: host::os::fd::AsFd + ?Sized>() { fn has<It: ?Sized + host::os::fd::AsFd>() {} has::<host::sync::Arc<T>>(); }
    "os::fd::AsRawFd" is std: fn check<T: ::std::os::fd::AsRawFd + ?Sized>() { fn has<T: host::os::fd::AsRawFd + ?Sized>() {} has::<T>(); fn back<T: host::os::fd::AsRawFd + ?Sized>() { fn has<T: ::std::os::fd::AsRawFd + ?Sized>() {} has::<T>(); } }
    "os::fd::AsRawFd::as_raw_fd": fn check<Me: host::os::fd::AsRawFd>() { let _: fn(&Me) -> host::os::fd::RawFd = <Me as host::os::fd::AsRawFd>::as_raw_fd; }
    "os::fd::AsRawFd: impl AsRawFd for File": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::fs::File>(); }
    "os::fd::AsRawFd: impl AsRawFd for PipeReader": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::PipeReader>(); }
    "os::fd::AsRawFd: impl AsRawFd for PipeWriter": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::PipeWriter>(); }
    "os::fd::AsRawFd: impl AsRawFd for Stderr": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::Stderr>(); }
    "os::fd::AsRawFd: impl AsRawFd for Stdin": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::Stdin>(); }
    "os::fd::AsRawFd: impl AsRawFd for Stdout": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::Stdout>(); }
    "os::fd::AsRawFd: impl AsRawFd for TcpListener": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::net::TcpListener>(); }
    "os::fd::AsRawFd: impl AsRawFd for TcpStream": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::net::TcpStream>(); }
    "os::fd::AsRawFd: impl AsRawFd for UdpSocket": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::net::UdpSocket>(); }
    "os::fd::AsRawFd: impl AsRawFd for ChildStderr": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::process::ChildStderr>(); }
    "os::fd::AsRawFd: impl AsRawFd for ChildStdin": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::process::ChildStdin>(); }
    "os::fd::AsRawFd: impl AsRawFd for ChildStdout": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::process::ChildStdout>(); }
    "os::fd::AsRawFd: impl AsRawFd for UnixDatagram": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::fd::AsRawFd: impl AsRawFd for UnixListener": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::fd::AsRawFd: impl AsRawFd for UnixStream": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::fd::AsRawFd: impl AsRawFd for BorrowedFd<'_>": fn check<'x>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::fd::BorrowedFd<'x>>(); }
    "os::fd::AsRawFd: impl AsRawFd for OwnedFd": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::AsRawFd: impl AsRawFd for RawFd": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::os::fd::RawFd>(); }
    "os::fd::AsRawFd: impl<'a> AsRawFd for StderrLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::StderrLock<'a>>(); }
    "os::fd::AsRawFd: impl<'a> AsRawFd for StdinLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::StdinLock<'a>>(); }
    "os::fd::AsRawFd: impl<'a> AsRawFd for StdoutLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::StdoutLock<'a>>(); }
    "os::fd::AsRawFd: impl<T: AsRawFd> AsRawFd for Box<T>": fn check<T: host::os::fd::AsRawFd>() { fn has<It: host::os::fd::AsRawFd>() {} has::<Box<T>>(); }
    "os::fd::AsRawFd: impl<T: AsRawFd> AsRawFd for Rc<T>": fn check<T: host::os::fd::AsRawFd>() { fn has<It: host::os::fd::AsRawFd>() {} has::<::std::rc::Rc<T>>(); }
    "os::fd::AsRawFd: impl<T: AsRawFd> AsRawFd for Arc<T>": fn check<T: host::os::fd::AsRawFd>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::sync::Arc<T>>(); }
    "os::fd::FromRawFd" is std: fn check<T: ::std::os::fd::FromRawFd + ?Sized>() { fn has<T: host::os::fd::FromRawFd + ?Sized>() {} has::<T>(); fn back<T: host::os::fd::FromRawFd + ?Sized>() { fn has<T: ::std::os::fd::FromRawFd + ?Sized>() {} has::<T>(); } }
    "os::fd::FromRawFd::from_raw_fd": fn check<Me: host::os::fd::FromRawFd>() { let _: unsafe fn(host::os::fd::RawFd) -> Me = <Me as host::os::fd::FromRawFd>::from_raw_fd; }
    "os::fd::FromRawFd: impl FromRawFd for File": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::fs::File>(); }
    "os::fd::FromRawFd: impl FromRawFd for PipeReader": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::io::PipeReader>(); }
    "os::fd::FromRawFd: impl FromRawFd for PipeWriter": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::io::PipeWriter>(); }
    "os::fd::FromRawFd: impl FromRawFd for TcpListener": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::net::TcpListener>(); }
    "os::fd::FromRawFd: impl FromRawFd for TcpStream": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::net::TcpStream>(); }
    "os::fd::FromRawFd: impl FromRawFd for UdpSocket": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::net::UdpSocket>(); }
    "os::fd::FromRawFd: impl FromRawFd for Stdio": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::process::Stdio>(); }
    "os::fd::FromRawFd: impl FromRawFd for UnixDatagram": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::fd::FromRawFd: impl FromRawFd for UnixListener": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::fd::FromRawFd: impl FromRawFd for UnixStream": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::fd::FromRawFd: impl FromRawFd for OwnedFd": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::FromRawFd: impl FromRawFd for RawFd": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::os::fd::RawFd>(); }
    "os::fd::IntoRawFd" is std: fn check<T: ::std::os::fd::IntoRawFd + ?Sized>() { fn has<T: host::os::fd::IntoRawFd + ?Sized>() {} has::<T>(); fn back<T: host::os::fd::IntoRawFd + ?Sized>() { fn has<T: ::std::os::fd::IntoRawFd + ?Sized>() {} has::<T>(); } }
    "os::fd::IntoRawFd::into_raw_fd": fn check<Me: host::os::fd::IntoRawFd>() { let _: fn(Me) -> host::os::fd::RawFd = <Me as host::os::fd::IntoRawFd>::into_raw_fd; }
    "os::fd::IntoRawFd: impl IntoRawFd for File": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::fs::File>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for PipeReader": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::io::PipeReader>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for PipeWriter": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::io::PipeWriter>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for TcpListener": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::net::TcpListener>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for TcpStream": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::net::TcpStream>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for UdpSocket": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::net::UdpSocket>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for ChildStderr": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::process::ChildStderr>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for ChildStdin": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::process::ChildStdin>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for ChildStdout": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::process::ChildStdout>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for UnixDatagram": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::unix::net::UnixDatagram>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for UnixListener": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::unix::net::UnixListener>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for UnixStream": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::unix::net::UnixStream>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for OwnedFd": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::fd::OwnedFd>(); }
    "os::fd::IntoRawFd: impl IntoRawFd for RawFd": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::os::fd::RawFd>(); }
    "os::fd::RawFd" is std: fn check(it: ::std::os::fd::RawFd) -> host::os::fd::RawFd { it }
    "os::raw": #[allow(unused_imports)] use host::os::raw::*;
    "os::raw::c_char" is std: fn check(it: ::std::os::raw::c_char) -> host::os::raw::c_char { it }
    "os::raw::c_double" is std: fn check(it: ::std::os::raw::c_double) -> host::os::raw::c_double { it }
    "os::raw::c_float" is std: fn check(it: ::std::os::raw::c_float) -> host::os::raw::c_float { it }
    "os::raw::c_int" is std: fn check(it: ::std::os::raw::c_int) -> host::os::raw::c_int { it }
    "os::raw::c_long" is std: fn check(it: ::std::os::raw::c_long) -> host::os::raw::c_long { it }
    "os::raw::c_longlong" is std: fn check(it: ::std::os::raw::c_longlong) -> host::os::raw::c_longlong { it }
    "os::raw::c_schar" is std: fn check(it: ::std::os::raw::c_schar) -> host::os::raw::c_schar { it }
    "os::raw::c_short" is std: fn check(it: ::std::os::raw::c_short) -> host::os::raw::c_short { it }
    "os::raw::c_uchar" is std: fn check(it: ::std::os::raw::c_uchar) -> host::os::raw::c_uchar { it }
    "os::raw::c_uint" is std: fn check(it: ::std::os::raw::c_uint) -> host::os::raw::c_uint { it }
    "os::raw::c_ulong" is std: fn check(it: ::std::os::raw::c_ulong) -> host::os::raw::c_ulong { it }
    "os::raw::c_ulonglong" is std: fn check(it: ::std::os::raw::c_ulonglong) -> host::os::raw::c_ulonglong { it }
    "os::raw::c_ushort" is std: fn check(it: ::std::os::raw::c_ushort) -> host::os::raw::c_ushort { it }
    "os::raw::c_void" is std: fn check(it: ::std::os::raw::c_void) -> host::os::raw::c_void { it }
    "os::unix": #[allow(unused_imports)] use host::os::unix::*;
    "os::unix::ffi": #[allow(unused_imports)] use host::os::unix::ffi::*;
    "os::unix::ffi::OsStrExt" is std: fn check<T: ::std::os::unix::ffi::OsStrExt + ?Sized>() { fn has<T: host::os::unix::ffi::OsStrExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::ffi::OsStrExt + ?Sized>() { fn has<T: ::std::os::unix::ffi::OsStrExt + ?Sized>() {} has::<T>(); } }
    "os::unix::ffi::OsStringExt" is std: fn check<T: ::std::os::unix::ffi::OsStringExt + ?Sized>() { fn has<T: host::os::unix::ffi::OsStringExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::ffi::OsStringExt + ?Sized>() { fn has<T: ::std::os::unix::ffi::OsStringExt + ?Sized>() {} has::<T>(); } }
    "os::unix::io": #[allow(unused_imports)] use host::os::unix::io::*;
    "os::unix::io: use os::fd::*": #[allow(unused_imports)] use host::os::unix::io::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
    "os::unix::prelude": #[allow(unused_imports)] use host::os::unix::prelude::*;
    "os::unix::prelude::OsStrExt": use host::os::unix::prelude::OsStrExt as _;
    "os::unix::prelude::OsStringExt": use host::os::unix::prelude::OsStringExt as _;
    "os::unix::prelude::DirEntryExt": use host::os::unix::prelude::DirEntryExt as _;
    "os::unix::prelude::FileExt": use host::os::unix::prelude::FileExt as _;
    "os::unix::prelude::FileTypeExt": use host::os::unix::prelude::FileTypeExt as _;
    "os::unix::prelude::MetadataExt": use host::os::unix::prelude::MetadataExt as _;
    "os::unix::prelude::OpenOptionsExt": use host::os::unix::prelude::OpenOptionsExt as _;
    "os::unix::prelude::PermissionsExt": use host::os::unix::prelude::PermissionsExt as _;
    "os::unix::prelude::AsFd": use host::os::unix::prelude::AsFd as _;
    "os::unix::prelude::AsRawFd": use host::os::unix::prelude::AsRawFd as _;
    "os::unix::prelude::BorrowedFd": #[allow(unused_imports)] use host::os::unix::prelude::BorrowedFd;
    "os::unix::prelude::FromRawFd": use host::os::unix::prelude::FromRawFd as _;
    "os::unix::prelude::IntoRawFd": use host::os::unix::prelude::IntoRawFd as _;
    "os::unix::prelude::OwnedFd": #[allow(unused_imports)] use host::os::unix::prelude::OwnedFd;
    "os::unix::prelude::RawFd": #[allow(unused_imports)] use host::os::unix::prelude::RawFd;
    "os::unix::prelude::CommandExt": use host::os::unix::prelude::CommandExt as _;
    "os::unix::prelude::ExitStatusExt": use host::os::unix::prelude::ExitStatusExt as _;
    "os::unix::prelude::JoinHandleExt": use host::os::unix::prelude::JoinHandleExt as _;
    "os::unix::raw": #[allow(unused_imports)] use host::os::unix::raw::*;
    "os::unix::raw::blkcnt_t" is std: fn check(it: ::std::os::unix::raw::blkcnt_t) -> host::os::unix::raw::blkcnt_t { it }
    "os::unix::raw::blksize_t" is std: fn check(it: ::std::os::unix::raw::blksize_t) -> host::os::unix::raw::blksize_t { it }
    "os::unix::raw::dev_t" is std: fn check(it: ::std::os::unix::raw::dev_t) -> host::os::unix::raw::dev_t { it }
    "os::unix::raw::gid_t" is std: fn check(it: ::std::os::unix::raw::gid_t) -> host::os::unix::raw::gid_t { it }
    "os::unix::raw::ino_t" is std: fn check(it: ::std::os::unix::raw::ino_t) -> host::os::unix::raw::ino_t { it }
    "os::unix::raw::mode_t" is std: fn check(it: ::std::os::unix::raw::mode_t) -> host::os::unix::raw::mode_t { it }
    "os::unix::raw::nlink_t" is std: fn check(it: ::std::os::unix::raw::nlink_t) -> host::os::unix::raw::nlink_t { it }
    "os::unix::raw::off_t" is std: fn check(it: ::std::os::unix::raw::off_t) -> host::os::unix::raw::off_t { it }
    "os::unix::raw::pid_t" is std: fn check(it: ::std::os::unix::raw::pid_t) -> host::os::unix::raw::pid_t { it }
    "os::unix::raw::pthread_t" is std: fn check(it: ::std::os::unix::raw::pthread_t) -> host::os::unix::raw::pthread_t { it }
    "os::unix::raw::time_t" is std: fn check(it: ::std::os::unix::raw::time_t) -> host::os::unix::raw::time_t { it }
    "os::unix::raw::uid_t" is std: fn check(it: ::std::os::unix::raw::uid_t) -> host::os::unix::raw::uid_t { it }
    "os::linux": #[allow(unused_imports)] use host::os::linux::*;
    "os::linux::fs": #[allow(unused_imports)] use host::os::linux::fs::*;
    "os::linux::fs::MetadataExt" is std: fn check<T: ::std::os::linux::fs::MetadataExt + ?Sized>() { fn has<T: host::os::linux::fs::MetadataExt + ?Sized>() {} has::<T>(); fn back<T: host::os::linux::fs::MetadataExt + ?Sized>() { fn has<T: ::std::os::linux::fs::MetadataExt + ?Sized>() {} has::<T>(); } }
    "os::linux::raw": #[allow(unused_imports)] use host::os::linux::raw::*;
    "os::linux::raw::stat" is std: fn check(it: ::std::os::linux::raw::stat) -> host::os::linux::raw::stat { it }
    "os::linux::raw::blkcnt_t" is std: fn check(it: ::std::os::linux::raw::blkcnt_t) -> host::os::linux::raw::blkcnt_t { it }
    "os::linux::raw::blksize_t" is std: fn check(it: ::std::os::linux::raw::blksize_t) -> host::os::linux::raw::blksize_t { it }
    "os::linux::raw::dev_t" is std: fn check(it: ::std::os::linux::raw::dev_t) -> host::os::linux::raw::dev_t { it }
    "os::linux::raw::ino_t" is std: fn check(it: ::std::os::linux::raw::ino_t) -> host::os::linux::raw::ino_t { it }
    "os::linux::raw::mode_t" is std: fn check(it: ::std::os::linux::raw::mode_t) -> host::os::linux::raw::mode_t { it }
    "os::linux::raw::nlink_t" is std: fn check(it: ::std::os::linux::raw::nlink_t) -> host::os::linux::raw::nlink_t { it }
    "os::linux::raw::off_t" is std: fn check(it: ::std::os::linux::raw::off_t) -> host::os::linux::raw::off_t { it }
    "os::linux::raw::pthread_t" is std: fn check(it: ::std::os::linux::raw::pthread_t) -> host::os::linux::raw::pthread_t { it }
    "os::linux::raw::time_t" is std: fn check(it: ::std::os::linux::raw::time_t) -> host::os::linux::raw::time_t { it }
}

types! {}
