// What vervet has of `std::io`, and in what form: one check for each row of std.tsv.
checks! {
    "io": #[allow(unused_imports)] use host::io::*;
    "io::BufReader" is std: fn check<R: ?Sized>(it: *const ::std::io::BufReader<R>) -> *const host::io::BufReader<R> { it }
    "io::BufWriter" is std: fn check<W: ?Sized + host::io::Write>(it: *const ::std::io::BufWriter<W>) -> *const host::io::BufWriter<W> { it }
    "io::Bytes" is std: fn check<R>(it: ::std::io::Bytes<R>) -> host::io::Bytes<R> { it }
    "io::Chain" is std: fn check<T, U>(it: ::std::io::Chain<T, U>) -> host::io::Chain<T, U> { it }
    "io::Cursor" is std: fn check<T>(it: ::std::io::Cursor<T>) -> host::io::Cursor<T> { it }
    "io::Empty" is std: fn check(it: ::std::io::Empty) -> host::io::Empty { it }
    "io::Error" is std: fn check(it: ::std::io::Error) -> host::io::Error { it }
    "io::IntoInnerError" is std: fn check<W>(it: ::std::io::IntoInnerError<W>) -> host::io::IntoInnerError<W> { it }
    "io::IoSlice" is std: fn check<'a>(it: ::std::io::IoSlice<'a>) -> host::io::IoSlice<'a> { it }
    "io::IoSliceMut" is std: fn check<'a>(it: ::std::io::IoSliceMut<'a>) -> host::io::IoSliceMut<'a> { it }
    "io::LineWriter" is std: fn check<W: ?Sized + host::io::Write>(it: *const ::std::io::LineWriter<W>) -> *const host::io::LineWriter<W> { it }
    "io::Lines" is std: fn check<B>(it: ::std::io::Lines<B>) -> host::io::Lines<B> { it }
    "io::PipeReader": fn check(_: host::io::PipeReader) {}
    "io::PipeReader::try_clone": fn check() { let _: fn(&host::io::PipeReader) -> host::io::Result<host::io::PipeReader> = <host::io::PipeReader>::try_clone; }
    "io::PipeReader: impl AsFd for PipeReader": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::PipeReader>(); }
    "io::PipeReader: impl AsRawFd for PipeReader": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::PipeReader>(); }
    "io::PipeReader: impl Debug for PipeReader": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::PipeReader>(); }
    "io::PipeReader: impl From<OwnedFd> for PipeReader": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::io::PipeReader = <host::io::PipeReader as From<_>>::from; }
    "io::PipeReader: impl From<PipeReader> for OwnedFd": fn check() { let _: fn(host::io::PipeReader) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "io::PipeReader: impl From<PipeReader> for Stdio": fn check() { let _: fn(host::io::PipeReader) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "io::PipeReader: impl FromRawFd for PipeReader": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::io::PipeReader>(); }
    "io::PipeReader: impl IntoRawFd for PipeReader": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::io::PipeReader>(); }
    "io::PipeReader: impl Read for &PipeReader": fn check() { fn has<It: host::io::Read>() {} has::<&host::io::PipeReader>(); }
    "io::PipeReader: impl Read for PipeReader": fn check() { fn has<It: host::io::Read>() {} has::<host::io::PipeReader>(); }
    "io::PipeWriter": fn check(_: host::io::PipeWriter) {}
    "io::PipeWriter::try_clone": fn check() { let _: fn(&host::io::PipeWriter) -> host::io::Result<host::io::PipeWriter> = <host::io::PipeWriter>::try_clone; }
    "io::PipeWriter: impl AsFd for PipeWriter": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::PipeWriter>(); }
    "io::PipeWriter: impl AsRawFd for PipeWriter": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::PipeWriter>(); }
    "io::PipeWriter: impl Debug for PipeWriter": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::PipeWriter>(); }
    "io::PipeWriter: impl From<OwnedFd> for PipeWriter": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::io::PipeWriter = <host::io::PipeWriter as From<_>>::from; }
    "io::PipeWriter: impl From<PipeWriter> for OwnedFd": fn check() { let _: fn(host::io::PipeWriter) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "io::PipeWriter: impl From<PipeWriter> for Stdio": fn check() { let _: fn(host::io::PipeWriter) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "io::PipeWriter: impl FromRawFd for PipeWriter": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::io::PipeWriter>(); }
    "io::PipeWriter: impl IntoRawFd for PipeWriter": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::io::PipeWriter>(); }
    "io::PipeWriter: impl Write for &PipeWriter": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::PipeWriter>(); }
    "io::PipeWriter: impl Write for PipeWriter": fn check() { fn has<It: host::io::Write>() {} has::<host::io::PipeWriter>(); }
    "io::Repeat" is std: fn check(it: ::std::io::Repeat) -> host::io::Repeat { it }
    "io::Sink" is std: fn check(it: ::std::io::Sink) -> host::io::Sink { it }
    "io::Split" is std: fn check<B>(it: ::std::io::Split<B>) -> host::io::Split<B> { it }
    "io::Stderr" is std: fn check(it: ::std::io::Stderr) -> host::io::Stderr { it }
    "io::Stderr::lock": fn check() { let _: fn(&host::io::Stderr) -> host::io::StderrLock<'static> = <host::io::Stderr>::lock; }
    "io::Stderr: impl AsFd for Stderr": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::Stderr>(); }
    "io::Stderr: impl AsRawFd for Stderr": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::Stderr>(); }
    "io::Stderr: impl Debug for Stderr": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::Stderr>(); }
    "io::Stderr: impl From<Stderr> for Stdio": fn check() { let _: fn(host::io::Stderr) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "io::Stderr: impl IsTerminal for Stderr": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::io::Stderr>(); }
    "io::Stderr: impl Write for &Stderr": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::Stderr>(); }
    "io::Stderr: impl Write for Stderr": fn check() { fn has<It: host::io::Write>() {} has::<host::io::Stderr>(); }
    "io::Stderr: impl RefUnwindSafe for Stderr": fn check() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::io::Stderr>(); }
    "io::Stderr: impl UnwindSafe for Stderr": fn check() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::io::Stderr>(); }
    "io::StderrLock" is std: fn check<'a>(it: ::std::io::StderrLock<'a>) -> host::io::StderrLock<'a> { it }
    "io::StderrLock: impl<'a> AsFd for StderrLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::StderrLock<'a>>(); }
    "io::StderrLock: impl<'a> AsRawFd for StderrLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::StderrLock<'a>>(); }
    "io::StderrLock: impl Debug for StderrLock<'_>": fn check<'x>() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::StderrLock<'x>>(); }
    "io::StderrLock: impl IsTerminal for StderrLock<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::io::StderrLock<'x>>(); }
    "io::StderrLock: impl Write for StderrLock<'_>": fn check<'x>() { fn has<It: host::io::Write>() {} has::<host::io::StderrLock<'x>>(); }
    "io::StderrLock: impl RefUnwindSafe for StderrLock<'_>": fn check<'x>() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::io::StderrLock<'x>>(); }
    "io::StderrLock: impl UnwindSafe for StderrLock<'_>": fn check<'x>() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::io::StderrLock<'x>>(); }
    "io::Stdin": fn check(_: host::io::Stdin) {}
    "io::Stdin::lock": fn check() { let _: fn(&host::io::Stdin) -> host::io::StdinLock<'static> = <host::io::Stdin>::lock; }
    "io::Stdin::read_line": fn check() { let _: fn(&host::io::Stdin, &mut String) -> host::io::Result<usize> = <host::io::Stdin>::read_line; }
    "io::Stdin::lines": fn check() { let _: fn(host::io::Stdin) -> host::io::Lines<host::io::StdinLock<'static>> = <host::io::Stdin>::lines; }
    "io::Stdin: impl AsFd for Stdin": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::Stdin>(); }
    "io::Stdin: impl AsRawFd for Stdin": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::Stdin>(); }
    "io::Stdin: impl Debug for Stdin": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::Stdin>(); }
    "io::Stdin: impl IsTerminal for Stdin": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::io::Stdin>(); }
    "io::Stdin: impl Read for &Stdin": fn check() { fn has<It: host::io::Read>() {} has::<&host::io::Stdin>(); }
    "io::Stdin: impl Read for Stdin": fn check() { fn has<It: host::io::Read>() {} has::<host::io::Stdin>(); }
    "io::StdinLock": fn check<'a>(_: host::io::StdinLock<'a>) {}
    "io::StdinLock: impl<'a> AsFd for StdinLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::StdinLock<'a>>(); }
    "io::StdinLock: impl<'a> AsRawFd for StdinLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::StdinLock<'a>>(); }
    "io::StdinLock: impl BufRead for StdinLock<'_>": fn check<'x>() { fn has<It: host::io::BufRead>() {} has::<host::io::StdinLock<'x>>(); }
    "io::StdinLock: impl Debug for StdinLock<'_>": fn check<'x>() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::StdinLock<'x>>(); }
    "io::StdinLock: impl IsTerminal for StdinLock<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::io::StdinLock<'x>>(); }
    "io::StdinLock: impl Read for StdinLock<'_>": fn check<'x>() { fn has<It: host::io::Read>() {} has::<host::io::StdinLock<'x>>(); }
    "io::Stdout" is std: fn check(it: ::std::io::Stdout) -> host::io::Stdout { it }
    "io::Stdout::lock": fn check() { let _: fn(&host::io::Stdout) -> host::io::StdoutLock<'static> = <host::io::Stdout>::lock; }
    "io::Stdout: impl AsFd for Stdout": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::Stdout>(); }
    "io::Stdout: impl AsRawFd for Stdout": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::Stdout>(); }
    "io::Stdout: impl Debug for Stdout": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::Stdout>(); }
    "io::Stdout: impl From<Stdout> for Stdio": fn check() { let _: fn(host::io::Stdout) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "io::Stdout: impl IsTerminal for Stdout": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::io::Stdout>(); }
    "io::Stdout: impl Write for &Stdout": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::Stdout>(); }
    "io::Stdout: impl Write for Stdout": fn check() { fn has<It: host::io::Write>() {} has::<host::io::Stdout>(); }
    "io::Stdout: impl RefUnwindSafe for Stdout": fn check() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::io::Stdout>(); }
    "io::Stdout: impl UnwindSafe for Stdout": fn check() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::io::Stdout>(); }
    "io::StdoutLock" is std: fn check<'a>(it: ::std::io::StdoutLock<'a>) -> host::io::StdoutLock<'a> { it }
    "io::StdoutLock: impl<'a> AsFd for StdoutLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsFd>() {} has::<host::io::StdoutLock<'a>>(); }
    "io::StdoutLock: impl<'a> AsRawFd for StdoutLock<'a>": fn check<'a>() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::io::StdoutLock<'a>>(); }
    "io::StdoutLock: impl Debug for StdoutLock<'_>": fn check<'x>() { fn has<It: ::std::fmt::Debug>() {} has::<host::io::StdoutLock<'x>>(); }
    "io::StdoutLock: impl IsTerminal for StdoutLock<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::io::StdoutLock<'x>>(); }
    "io::StdoutLock: impl Write for StdoutLock<'_>": fn check<'x>() { fn has<It: host::io::Write>() {} has::<host::io::StdoutLock<'x>>(); }
    "io::StdoutLock: impl RefUnwindSafe for StdoutLock<'_>": fn check<'x>() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::io::StdoutLock<'x>>(); }
    "io::StdoutLock: impl UnwindSafe for StdoutLock<'_>": fn check<'x>() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::io::StdoutLock<'x>>(); }
    "io::Take" is std: fn check<T>(it: ::std::io::Take<T>) -> host::io::Take<T> { it }
    "io::WriterPanicked" is std: fn check(it: ::std::io::WriterPanicked) -> host::io::WriterPanicked { it }
    "io::ErrorKind" is std: fn check(it: ::std::io::ErrorKind) -> host::io::ErrorKind { it }
    "io::SeekFrom" is std: fn check(it: ::std::io::SeekFrom) -> host::io::SeekFrom { it }
    "io::BufRead" is std: fn check<T: ::std::io::BufRead + ?Sized>() { fn has<T: host::io::BufRead + ?Sized>() {} has::<T>(); fn back<T: host::io::BufRead + ?Sized>() { fn has<T: ::std::io::BufRead + ?Sized>() {} has::<T>(); } }
    "io::BufRead::fill_buf": fn check<Me: host::io::BufRead>() { let _: fn(&mut Me) -> host::io::Result<&[u8]> = <Me as host::io::BufRead>::fill_buf; }
    "io::BufRead::consume": fn check<Me: host::io::BufRead>() { let _: fn(&mut Me, usize) = <Me as host::io::BufRead>::consume; }
    "io::BufRead::read_until": fn check<Me: host::io::BufRead>() { let _: fn(&mut Me, u8, &mut Vec<u8>) -> host::io::Result<usize> = <Me as host::io::BufRead>::read_until; }
    "io::BufRead::skip_until": fn check<Me: host::io::BufRead>() { let _: fn(&mut Me, u8) -> host::io::Result<usize> = <Me as host::io::BufRead>::skip_until; }
    "io::BufRead::read_line": fn check<Me: host::io::BufRead>() { let _: fn(&mut Me, &mut String) -> host::io::Result<usize> = <Me as host::io::BufRead>::read_line; }
    "io::BufRead::split": fn check<Me: host::io::BufRead>() { let _: fn(Me, u8) -> host::io::Split<Me> = <Me as host::io::BufRead>::split; }
    "io::BufRead::lines": fn check<Me: host::io::BufRead>() { let _: fn(Me) -> host::io::Lines<Me> = <Me as host::io::BufRead>::lines; }
    "io::BufRead: impl BufRead for &[u8]": fn check() { fn has<It: host::io::BufRead>() {} has::<&[u8]>(); }
    "io::BufRead: impl BufRead for Empty": fn check() { fn has<It: host::io::BufRead>() {} has::<host::io::Empty>(); }
    "io::BufRead: impl BufRead for StdinLock<'_>": fn check<'x>() { fn has<It: host::io::BufRead>() {} has::<host::io::StdinLock<'x>>(); }
    "io::BufRead: impl<B: BufRead + ?Sized> BufRead for &mut B": fn check<B: host::io::BufRead + ?Sized>() { fn has<It: ?Sized + host::io::BufRead>() {} has::<&mut B>(); }
    "io::BufRead: impl<B: BufRead + ?Sized> BufRead for Box<B>": fn check<B: host::io::BufRead + ?Sized>() { fn has<It: ?Sized + host::io::BufRead>() {} has::<Box<B>>(); }
    "io::BufRead: impl<R: ?Sized + Read> BufRead for BufReader<R>": fn check<R: ?Sized + host::io::Read>() { fn has<It: ?Sized + host::io::BufRead>() {} has::<host::io::BufReader<R>>(); }
    "io::BufRead: impl<T> BufRead for Cursor<T> where T: AsRef<[u8]>,": fn check<T>() where T: AsRef<[u8]> { fn has<It: host::io::BufRead>() {} has::<host::io::Cursor<T>>(); }
    "io::BufRead: impl<T: BufRead> BufRead for Take<T>": fn check<T: host::io::BufRead>() { fn has<It: host::io::BufRead>() {} has::<host::io::Take<T>>(); }
    "io::BufRead: impl<T: BufRead, U: BufRead> BufRead for Chain<T, U>": fn check<T: host::io::BufRead, U: host::io::BufRead>() { fn has<It: host::io::BufRead>() {} has::<host::io::Chain<T, U>>(); }
    "io::IsTerminal": use host::io::IsTerminal as _;
    "io::IsTerminal::is_terminal": fn check<Me: host::io::IsTerminal>() { let _: fn(&Me) -> bool = <Me as host::io::IsTerminal>::is_terminal; }
    "io::IsTerminal: impl IsTerminal for File": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::fs::File>(); }
    "io::IsTerminal: impl IsTerminal for BorrowedFd<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::os::fd::BorrowedFd<'x>>(); }
    "io::IsTerminal: impl IsTerminal for OwnedFd": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::os::fd::OwnedFd>(); }
    "io::IsTerminal: impl IsTerminal for Stderr": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::io::Stderr>(); }
    "io::IsTerminal: impl IsTerminal for StderrLock<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::io::StderrLock<'x>>(); }
    "io::IsTerminal: impl IsTerminal for Stdin": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::io::Stdin>(); }
    "io::IsTerminal: impl IsTerminal for StdinLock<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::io::StdinLock<'x>>(); }
    "io::IsTerminal: impl IsTerminal for Stdout": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::io::Stdout>(); }
    "io::IsTerminal: impl IsTerminal for StdoutLock<'_>": fn check<'x>() { fn has<It: host::io::IsTerminal>() {} has::<host::io::StdoutLock<'x>>(); }
    "io::Read" is std: fn check<T: ::std::io::Read + ?Sized>() { fn has<T: host::io::Read + ?Sized>() {} has::<T>(); fn back<T: host::io::Read + ?Sized>() { fn has<T: ::std::io::Read + ?Sized>() {} has::<T>(); } }
    "io::Read::read": fn check<Me: host::io::Read>() { let _: fn(&mut Me, &mut [u8]) -> host::io::Result<usize> = <Me as host::io::Read>::read; }
    "io::Read::read_vectored": fn check<Me: host::io::Read>() { let _: fn(&mut Me, &mut [host::io::IoSliceMut<'_>]) -> host::io::Result<usize> = <Me as host::io::Read>::read_vectored; }
    "io::Read::read_to_end": fn check<Me: host::io::Read>() { let _: fn(&mut Me, &mut Vec<u8>) -> host::io::Result<usize> = <Me as host::io::Read>::read_to_end; }
    "io::Read::read_to_string": fn check<Me: host::io::Read>() { let _: fn(&mut Me, &mut String) -> host::io::Result<usize> = <Me as host::io::Read>::read_to_string; }
    "io::Read::read_exact": fn check<Me: host::io::Read>() { let _: fn(&mut Me, &mut [u8]) -> host::io::Result<()> = <Me as host::io::Read>::read_exact; }
    "io::Read::by_ref": fn check<Me: host::io::Read>() { let _: fn(&mut Me) -> &mut Me = <Me as host::io::Read>::by_ref; }
    "io::Read::bytes": fn check<Me: host::io::Read>() { let _: fn(Me) -> host::io::Bytes<Me> = <Me as host::io::Read>::bytes; }
    "io::Read::chain": fn check<Me: host::io::Read, R: host::io::Read>() { let _: fn(Me, R) -> host::io::Chain<Me, R> = <Me as host::io::Read>::chain::<R>; }
    "io::Read::take": fn check<Me: host::io::Read>() { let _: fn(Me, u64) -> host::io::Take<Me> = <Me as host::io::Read>::take; }
    "io::Read: impl Read for &File": fn check() { fn has<It: host::io::Read>() {} has::<&host::fs::File>(); }
    "io::Read: impl Read for &TcpStream": fn check() { fn has<It: host::io::Read>() {} has::<&host::net::TcpStream>(); }
    "io::Read: impl Read for &PipeReader": fn check() { fn has<It: host::io::Read>() {} has::<&host::io::PipeReader>(); }
    "io::Read: impl Read for &Stdin": fn check() { fn has<It: host::io::Read>() {} has::<&host::io::Stdin>(); }
    "io::Read: impl Read for &[u8]": fn check() { fn has<It: host::io::Read>() {} has::<&[u8]>(); }
    "io::Read: impl Read for File": fn check() { fn has<It: host::io::Read>() {} has::<host::fs::File>(); }
    "io::Read: impl Read for TcpStream": fn check() { fn has<It: host::io::Read>() {} has::<host::net::TcpStream>(); }
    "io::Read: impl Read for std::os::unix::net::UnixStream": fn check() { fn has<It: host::io::Read>() {} has::<host::os::unix::net::UnixStream>(); }
    "io::Read: impl Read for ChildStderr": fn check() { fn has<It: host::io::Read>() {} has::<host::process::ChildStderr>(); }
    "io::Read: impl Read for ChildStdout": fn check() { fn has<It: host::io::Read>() {} has::<host::process::ChildStdout>(); }
    "io::Read: impl Read for Empty": fn check() { fn has<It: host::io::Read>() {} has::<host::io::Empty>(); }
    "io::Read: impl Read for PipeReader": fn check() { fn has<It: host::io::Read>() {} has::<host::io::PipeReader>(); }
    "io::Read: impl Read for Repeat": fn check() { fn has<It: host::io::Read>() {} has::<host::io::Repeat>(); }
    "io::Read: impl Read for Stdin": fn check() { fn has<It: host::io::Read>() {} has::<host::io::Stdin>(); }
    "io::Read: impl Read for StdinLock<'_>": fn check<'x>() { fn has<It: host::io::Read>() {} has::<host::io::StdinLock<'x>>(); }
    "io::Read: impl<'a> Read for &'a std::os::unix::net::UnixStream": fn check<'a>() { fn has<It: host::io::Read>() {} has::<&'a host::os::unix::net::UnixStream>(); }
    "io::Read: impl<R: Read + ?Sized> Read for &mut R": fn check<R: host::io::Read + ?Sized>() { fn has<It: ?Sized + host::io::Read>() {} has::<&mut R>(); }
    "io::Read: impl<R: Read + ?Sized> Read for Box<R>": fn check<R: host::io::Read + ?Sized>() { fn has<It: ?Sized + host::io::Read>() {} has::<Box<R>>(); }
    "io::Read: impl<R: ?Sized + Read> Read for BufReader<R>": fn check<R: ?Sized + host::io::Read>() { fn has<It: ?Sized + host::io::Read>() {} has::<host::io::BufReader<R>>(); }
    "io::Read: impl<T> Read for Cursor<T> where T: AsRef<[u8]>,": fn check<T>() where T: AsRef<[u8]> { fn has<It: host::io::Read>() {} has::<host::io::Cursor<T>>(); }
    "io::Read: impl<T: Read> Read for Take<T>": fn check<T: host::io::Read>() { fn has<It: host::io::Read>() {} has::<host::io::Take<T>>(); }
    "io::Read: impl<T: Read, U: Read> Read for Chain<T, U>": fn check<T: host::io::Read, U: host::io::Read>() { fn has<It: host::io::Read>() {} has::<host::io::Chain<T, U>>(); }
    "io::Seek" is std: fn check<T: ::std::io::Seek + ?Sized>() { fn has<T: host::io::Seek + ?Sized>() {} has::<T>(); fn back<T: host::io::Seek + ?Sized>() { fn has<T: ::std::io::Seek + ?Sized>() {} has::<T>(); } }
    "io::Seek::seek": fn check<Me: host::io::Seek>() { let _: fn(&mut Me, host::io::SeekFrom) -> host::io::Result<u64> = <Me as host::io::Seek>::seek; }
    "io::Seek::rewind": fn check<Me: host::io::Seek>() { let _: fn(&mut Me) -> host::io::Result<()> = <Me as host::io::Seek>::rewind; }
    "io::Seek::stream_position": fn check<Me: host::io::Seek>() { let _: fn(&mut Me) -> host::io::Result<u64> = <Me as host::io::Seek>::stream_position; }
    "io::Seek::seek_relative": fn check<Me: host::io::Seek>() { let _: fn(&mut Me, i64) -> host::io::Result<()> = <Me as host::io::Seek>::seek_relative; }
    "io::Seek: impl Seek for &File": fn check() { fn has<It: host::io::Seek>() {} has::<&host::fs::File>(); }
    "io::Seek: impl Seek for File": fn check() { fn has<It: host::io::Seek>() {} has::<host::fs::File>(); }
    "io::Seek: impl Seek for Empty": fn check() { fn has<It: host::io::Seek>() {} has::<host::io::Empty>(); }
    "io::Seek: impl<R: ?Sized + Seek> Seek for BufReader<R>": fn check<R: ?Sized + host::io::Seek>() { fn has<It: ?Sized + host::io::Seek>() {} has::<host::io::BufReader<R>>(); }
    "io::Seek: impl<S: Seek + ?Sized> Seek for &mut S": fn check<S: host::io::Seek + ?Sized>() { fn has<It: ?Sized + host::io::Seek>() {} has::<&mut S>(); }
    "io::Seek: impl<S: Seek + ?Sized> Seek for Box<S>": fn check<S: host::io::Seek + ?Sized>() { fn has<It: ?Sized + host::io::Seek>() {} has::<Box<S>>(); }
    "io::Seek: impl<T> Seek for Cursor<T> where T: AsRef<[u8]>,": fn check<T>() where T: AsRef<[u8]> { fn has<It: host::io::Seek>() {} has::<host::io::Cursor<T>>(); }
    "io::Seek: impl<T: Seek> Seek for Take<T>": fn check<T: host::io::Seek>() { fn has<It: host::io::Seek>() {} has::<host::io::Take<T>>(); }
    "io::Seek: impl<W: ?Sized + Write + Seek> Seek for BufWriter<W>": fn check<W: ?Sized + host::io::Write + host::io::Seek>() { fn has<It: ?Sized + host::io::Seek>() {} has::<host::io::BufWriter<W>>(); }
    "io::Write" is std: fn check<T: ::std::io::Write + ?Sized>() { fn has<T: host::io::Write + ?Sized>() {} has::<T>(); fn back<T: host::io::Write + ?Sized>() { fn has<T: ::std::io::Write + ?Sized>() {} has::<T>(); } }
    "io::Write::write": fn check<Me: host::io::Write>() { let _: fn(&mut Me, &[u8]) -> host::io::Result<usize> = <Me as host::io::Write>::write; }
    "io::Write::flush": fn check<Me: host::io::Write>() { let _: fn(&mut Me) -> host::io::Result<()> = <Me as host::io::Write>::flush; }
    "io::Write::write_vectored": fn check<Me: host::io::Write>() { let _: fn(&mut Me, &[host::io::IoSlice<'_>]) -> host::io::Result<usize> = <Me as host::io::Write>::write_vectored; }
    "io::Write::write_all": fn check<Me: host::io::Write>() { let _: fn(&mut Me, &[u8]) -> host::io::Result<()> = <Me as host::io::Write>::write_all; }
    "io::Write::write_fmt": fn check<Me: host::io::Write>() { let _: fn(&mut Me, ::std::fmt::Arguments<'_>) -> host::io::Result<()> = <Me as host::io::Write>::write_fmt; }
    "io::Write::by_ref": fn check<Me: host::io::Write>() { let _: fn(&mut Me) -> &mut Me = <Me as host::io::Write>::by_ref; }
    "io::Write: impl Write for &File": fn check() { fn has<It: host::io::Write>() {} has::<&host::fs::File>(); }
    "io::Write: impl Write for &TcpStream": fn check() { fn has<It: host::io::Write>() {} has::<&host::net::TcpStream>(); }
    "io::Write: impl Write for &ChildStdin": fn check() { fn has<It: host::io::Write>() {} has::<&host::process::ChildStdin>(); }
    "io::Write: impl Write for &Empty": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::Empty>(); }
    "io::Write: impl Write for &PipeWriter": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::PipeWriter>(); }
    "io::Write: impl Write for &Sink": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::Sink>(); }
    "io::Write: impl Write for &Stderr": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::Stderr>(); }
    "io::Write: impl Write for &Stdout": fn check() { fn has<It: host::io::Write>() {} has::<&host::io::Stdout>(); }
    "io::Write: impl Write for &mut [u8]": fn check() { fn has<It: host::io::Write>() {} has::<&mut [u8]>(); }
    "io::Write: impl Write for File": fn check() { fn has<It: host::io::Write>() {} has::<host::fs::File>(); }
    "io::Write: impl Write for TcpStream": fn check() { fn has<It: host::io::Write>() {} has::<host::net::TcpStream>(); }
    "io::Write: impl Write for std::os::unix::net::UnixStream": fn check() { fn has<It: host::io::Write>() {} has::<host::os::unix::net::UnixStream>(); }
    "io::Write: impl Write for ChildStdin": fn check() { fn has<It: host::io::Write>() {} has::<host::process::ChildStdin>(); }
    "io::Write: impl Write for Cursor<&mut [u8]>": fn check() { fn has<It: host::io::Write>() {} has::<host::io::Cursor<&mut [u8]>>(); }
    "io::Write: impl Write for Empty": fn check() { fn has<It: host::io::Write>() {} has::<host::io::Empty>(); }
    "io::Write: impl Write for PipeWriter": fn check() { fn has<It: host::io::Write>() {} has::<host::io::PipeWriter>(); }
    "io::Write: impl Write for Sink": fn check() { fn has<It: host::io::Write>() {} has::<host::io::Sink>(); }
    "io::Write: impl Write for Stderr": fn check() { fn has<It: host::io::Write>() {} has::<host::io::Stderr>(); }
    "io::Write: impl Write for StderrLock<'_>": fn check<'x>() { fn has<It: host::io::Write>() {} has::<host::io::StderrLock<'x>>(); }
    "io::Write: impl Write for Stdout": fn check() { fn has<It: host::io::Write>() {} has::<host::io::Stdout>(); }
    "io::Write: impl Write for StdoutLock<'_>": fn check<'x>() { fn has<It: host::io::Write>() {} has::<host::io::StdoutLock<'x>>(); }
    "io::Write: impl<'a> Write for &'a std::os::unix::net::UnixStream": fn check<'a>() { fn has<It: host::io::Write>() {} has::<&'a host::os::unix::net::UnixStream>(); }
    "io::Write: impl<W: Write + ?Sized> Write for &mut W": fn check<W: host::io::Write + ?Sized>() { fn has<It: ?Sized + host::io::Write>() {} has::<&mut W>(); }
    "io::Write: impl<W: Write + ?Sized> Write for Box<W>": fn check<W: host::io::Write + ?Sized>() { fn has<It: ?Sized + host::io::Write>() {} has::<Box<W>>(); }
    "io::Write: impl<W: ?Sized + Write> Write for BufWriter<W>": fn check<W: ?Sized + host::io::Write>() { fn has<It: ?Sized + host::io::Write>() {} has::<host::io::BufWriter<W>>(); }
    "io::Write: impl<W: ?Sized + Write> Write for LineWriter<W>": fn check<W: ?Sized + host::io::Write>() { fn has<It: ?Sized + host::io::Write>() {} has::<host::io::LineWriter<W>>(); }
    "io::Write: impl<const N: usize> Write for Cursor<[u8; N]>": fn check<const N: usize>() { fn has<It: host::io::Write>() {} has::<host::io::Cursor<[u8; N]>>(); }
    "io::copy": fn check<R, W>() where R: host::io::Read + ?Sized, W: host::io::Write + ?Sized { let _: fn(&mut R, &mut W) -> host::io::Result<u64> = host::io::copy::<R, W>; }
    "io::empty" is std: fn check() { let _: fn() -> host::io::Empty = host::io::empty; const fn constant() -> host::io::Empty { host::io::empty() } fn same<F>(_: F, _: F) {} same(::std::io::empty, host::io::empty); }
    "io::pipe": fn check() { let _: fn() -> host::io::Result<(host::io::PipeReader, host::io::PipeWriter)> = host::io::pipe; }
    "io::read_to_string": fn check<R: host::io::Read>() { let _: fn(R) -> host::io::Result<String> = host::io::read_to_string::<R>; }
    "io::repeat" is std: fn check() { let _: fn(u8) -> host::io::Repeat = host::io::repeat; const fn constant(a0: u8) -> host::io::Repeat { host::io::repeat(a0) } fn same<F>(_: F, _: F) {} same(::std::io::repeat, host::io::repeat); }
    "io::sink" is std: fn check() { let _: fn() -> host::io::Sink = host::io::sink; const fn constant() -> host::io::Sink { host::io::sink() } fn same<F>(_: F, _: F) {} same(::std::io::sink, host::io::sink); }
    "io::stderr" is std: fn check() { let _: fn() -> host::io::Stderr = host::io::stderr; fn same<F>(_: F, _: F) {} same(::std::io::stderr, host::io::stderr); }
    "io::stdin": fn check() { let _: fn() -> host::io::Stdin = host::io::stdin; }
    "io::stdout" is std: fn check() { let _: fn() -> host::io::Stdout = host::io::stdout; fn same<F>(_: F, _: F) {} same(::std::io::stdout, host::io::stdout); }
    "io::Result" is std: fn check<T>(it: ::std::io::Result<T>) -> host::io::Result<T> { it }
    "io::prelude": #[allow(unused_imports)] use host::io::prelude::*;
    "io::prelude::BufRead": use host::io::prelude::BufRead as _;
    "io::prelude::Read": use host::io::prelude::Read as _;
    "io::prelude::Seek": use host::io::prelude::Seek as _;
    "io::prelude::Write": use host::io::prelude::Write as _;
}

// Whose auto traits are compared.
types! {
    "io::PipeReader": host::io::PipeReader;
    "io::PipeWriter": host::io::PipeWriter;
    "io::Stdin": host::io::Stdin;
    "io::StdinLock": host::io::StdinLock<'static>;
}
