// What vervet has of `std::process`, and in what form: one check for each row of std.tsv.
checks! {
    "process": #[allow(unused_imports)] use host::process::*;
    "process::Child": fn check(_: host::process::Child) {}
    "process::Child::stdin": fn check(it: host::process::Child) -> Option<host::process::ChildStdin> { it.stdin }
    "process::Child::stdout": fn check(it: host::process::Child) -> Option<host::process::ChildStdout> { it.stdout }
    "process::Child::stderr": fn check(it: host::process::Child) -> Option<host::process::ChildStderr> { it.stderr }
    "process::Child::kill": fn check() { let _: fn(&mut host::process::Child) -> host::io::Result<()> = <host::process::Child>::kill; }
    "process::Child::id": fn check() { let _: fn(&host::process::Child) -> u32 = <host::process::Child>::id; }
    "process::Child::wait": fn check() { let _: fn(&mut host::process::Child) -> host::io::Result<host::process::ExitStatus> = <host::process::Child>::wait; }
    "process::Child::try_wait": fn check() { let _: fn(&mut host::process::Child) -> host::io::Result<Option<host::process::ExitStatus>> = <host::process::Child>::try_wait; }
    "process::Child::wait_with_output": fn check() { let _: fn(host::process::Child) -> host::io::Result<host::process::Output> = <host::process::Child>::wait_with_output; }
    "process::Child: impl Debug for Child": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::Child>(); }
    "process::ChildStderr": fn check(_: host::process::ChildStderr) {}
    "process::ChildStderr: impl AsFd for ChildStderr": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::process::ChildStderr>(); }
    "process::ChildStderr: impl AsRawFd for ChildStderr": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::process::ChildStderr>(); }
    "process::ChildStderr: impl Debug for ChildStderr": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::ChildStderr>(); }
    "process::ChildStderr: impl From<ChildStderr> for OwnedFd": fn check() { let _: fn(host::process::ChildStderr) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "process::ChildStderr: impl From<ChildStderr> for Stdio": fn check() { let _: fn(host::process::ChildStderr) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::ChildStderr: impl From<OwnedFd> for ChildStderr": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::ChildStderr = <host::process::ChildStderr as From<_>>::from; }
    "process::ChildStderr: impl IntoRawFd for ChildStderr": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::process::ChildStderr>(); }
    "process::ChildStderr: impl Read for ChildStderr": fn check() { fn has<It: host::io::Read>() {} has::<host::process::ChildStderr>(); }
    "process::ChildStdin": fn check(_: host::process::ChildStdin) {}
    "process::ChildStdin: impl AsFd for ChildStdin": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::process::ChildStdin>(); }
    "process::ChildStdin: impl AsRawFd for ChildStdin": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::process::ChildStdin>(); }
    "process::ChildStdin: impl Debug for ChildStdin": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::ChildStdin>(); }
    "process::ChildStdin: impl From<ChildStdin> for OwnedFd": fn check() { let _: fn(host::process::ChildStdin) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "process::ChildStdin: impl From<ChildStdin> for Stdio": fn check() { let _: fn(host::process::ChildStdin) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::ChildStdin: impl From<OwnedFd> for ChildStdin": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::ChildStdin = <host::process::ChildStdin as From<_>>::from; }
    "process::ChildStdin: impl IntoRawFd for ChildStdin": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::process::ChildStdin>(); }
    "process::ChildStdin: impl Write for &ChildStdin": fn check() { fn has<It: host::io::Write>() {} has::<&host::process::ChildStdin>(); }
    "process::ChildStdin: impl Write for ChildStdin": fn check() { fn has<It: host::io::Write>() {} has::<host::process::ChildStdin>(); }
    "process::ChildStdout": fn check(_: host::process::ChildStdout) {}
    "process::ChildStdout: impl AsFd for ChildStdout": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::process::ChildStdout>(); }
    "process::ChildStdout: impl AsRawFd for ChildStdout": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::process::ChildStdout>(); }
    "process::ChildStdout: impl Debug for ChildStdout": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::ChildStdout>(); }
    "process::ChildStdout: impl From<ChildStdout> for OwnedFd": fn check() { let _: fn(host::process::ChildStdout) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "process::ChildStdout: impl From<ChildStdout> for Stdio": fn check() { let _: fn(host::process::ChildStdout) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::ChildStdout: impl From<OwnedFd> for ChildStdout": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::ChildStdout = <host::process::ChildStdout as From<_>>::from; }
    "process::ChildStdout: impl IntoRawFd for ChildStdout": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::process::ChildStdout>(); }
    "process::ChildStdout: impl Read for ChildStdout": fn check() { fn has<It: host::io::Read>() {} has::<host::process::ChildStdout>(); }
    "process::Command": fn check(_: host::process::Command) {}
    "process::Command::new": fn check<S: AsRef<::std::ffi::OsStr>>() { let _: fn(S) -> host::process::Command = <host::process::Command>::new::<S>; }
    "process::Command::arg": fn check<S: AsRef<::std::ffi::OsStr>>() { let _: fn(&mut host::process::Command, S) -> &mut host::process::Command = <host::process::Command>::arg::<S>; }
    "process::Command::args": fn check<I, S>() where I: IntoIterator<Item = S>, S: AsRef<::std::ffi::OsStr> { let _: fn(&mut host::process::Command, I) -> &mut host::process::Command = <host::process::Command>::args::<I, S>; }
    "process::Command::env": fn check<K, V>() where K: AsRef<::std::ffi::OsStr>, V: AsRef<::std::ffi::OsStr> { let _: fn(&mut host::process::Command, K, V) -> &mut host::process::Command = <host::process::Command>::env::<K, V>; }
    "process::Command::envs": fn check<I, K, V>() where I: IntoIterator<Item = (K, V)>, K: AsRef<::std::ffi::OsStr>, V: AsRef<::std::ffi::OsStr> { let _: fn(&mut host::process::Command, I) -> &mut host::process::Command = <host::process::Command>::envs::<I, K, V>; }
    "process::Command::env_remove": fn check<K: AsRef<::std::ffi::OsStr>>() { let _: fn(&mut host::process::Command, K) -> &mut host::process::Command = <host::process::Command>::env_remove::<K>; }
    "process::Command::env_clear": fn check() { let _: fn(&mut host::process::Command) -> &mut host::process::Command = <host::process::Command>::env_clear; }
    "process::Command::current_dir": fn check<P: AsRef<::std::path::Path>>() { let _: fn(&mut host::process::Command, P) -> &mut host::process::Command = <host::process::Command>::current_dir::<P>; }
    "process::Command::stdin": fn check<T: Into<host::process::Stdio>>() { let _: fn(&mut host::process::Command, T) -> &mut host::process::Command = <host::process::Command>::stdin::<T>; }
    "process::Command::stdout": fn check<T: Into<host::process::Stdio>>() { let _: fn(&mut host::process::Command, T) -> &mut host::process::Command = <host::process::Command>::stdout::<T>; }
    "process::Command::stderr": fn check<T: Into<host::process::Stdio>>() { let _: fn(&mut host::process::Command, T) -> &mut host::process::Command = <host::process::Command>::stderr::<T>; }
    "process::Command::spawn": fn check() { let _: fn(&mut host::process::Command) -> host::io::Result<host::process::Child> = <host::process::Command>::spawn; }
    "process::Command::output": fn check() { let _: fn(&mut host::process::Command) -> host::io::Result<host::process::Output> = <host::process::Command>::output; }
    "process::Command::status": fn check() { let _: fn(&mut host::process::Command) -> host::io::Result<host::process::ExitStatus> = <host::process::Command>::status; }
    "process::Command::get_program": fn check() { let _: fn(&host::process::Command) -> &::std::ffi::OsStr = <host::process::Command>::get_program; }
    "process::Command::get_args": fn check() { let _: fn(&host::process::Command) -> host::process::CommandArgs<'_> = <host::process::Command>::get_args; }
    "process::Command::get_envs": fn check() { let _: fn(&host::process::Command) -> host::process::CommandEnvs<'_> = <host::process::Command>::get_envs; }
    "process::Command::get_current_dir": fn check() { let _: fn(&host::process::Command) -> Option<&::std::path::Path> = <host::process::Command>::get_current_dir; }
    "process::Command: impl CommandExt for Command": fn check() { fn has<It: host::os::unix::process::CommandExt>() {} has::<host::process::Command>(); }
    "process::Command: impl Debug for Command": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::Command>(); }
    "process::CommandArgs": fn check<'a>(_: host::process::CommandArgs<'a>) {}
    "process::CommandArgs: impl<'a> Debug for CommandArgs<'a>": fn check<'a>() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::CommandArgs<'a>>(); }
    "process::CommandArgs: impl<'a> ExactSizeIterator for CommandArgs<'a>": fn check<'a>() { fn has<It: ExactSizeIterator>() {} has::<host::process::CommandArgs<'a>>(); }
    "process::CommandArgs: impl<'a> Iterator for CommandArgs<'a>": fn check<'a>() { fn has<It: Iterator>() {} has::<host::process::CommandArgs<'a>>(); }
    "process::CommandEnvs": fn check<'a>(_: host::process::CommandEnvs<'a>) {}
    "process::CommandEnvs: impl<'a> Debug for CommandEnvs<'a>": fn check<'a>() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::CommandEnvs<'a>>(); }
    "process::CommandEnvs: impl<'a> ExactSizeIterator for CommandEnvs<'a>": fn check<'a>() { fn has<It: ExactSizeIterator>() {} has::<host::process::CommandEnvs<'a>>(); }
    "process::CommandEnvs: impl<'a> Iterator for CommandEnvs<'a>": fn check<'a>() { fn has<It: Iterator>() {} has::<host::process::CommandEnvs<'a>>(); }
    "process::ExitCode" is std: fn check(it: ::std::process::ExitCode) -> host::process::ExitCode { it }
    "process::ExitCode::SUCCESS": const _: host::process::ExitCode = <host::process::ExitCode>::SUCCESS;
    "process::ExitCode::FAILURE": const _: host::process::ExitCode = <host::process::ExitCode>::FAILURE;
    "process::ExitCode: impl Clone for ExitCode": fn check() { fn has<It: Clone>() {} has::<host::process::ExitCode>(); }
    "process::ExitCode: impl Debug for ExitCode": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::ExitCode>(); }
    "process::ExitCode: impl Default for ExitCode": fn check() { fn has<It: Default>() {} has::<host::process::ExitCode>(); }
    "process::ExitCode: impl From<u8> for ExitCode": fn check() { let _: fn(u8) -> host::process::ExitCode = <host::process::ExitCode as From<_>>::from; }
    "process::ExitCode: impl PartialEq for ExitCode": fn check() { fn has<It: PartialEq>() {} has::<host::process::ExitCode>(); }
    "process::ExitCode: impl Termination for ExitCode": fn check() { fn has<It: host::process::Termination>() {} has::<host::process::ExitCode>(); }
    "process::ExitCode: impl Copy for ExitCode": fn check() { fn has<It: Copy>() {} has::<host::process::ExitCode>(); }
    "process::ExitStatus" is std: fn check(it: ::std::process::ExitStatus) -> host::process::ExitStatus { it }
    "process::ExitStatus::success": fn check() { let _: fn(&host::process::ExitStatus) -> bool = <host::process::ExitStatus>::success; }
    "process::ExitStatus::code": fn check() { let _: fn(&host::process::ExitStatus) -> Option<i32> = <host::process::ExitStatus>::code; }
    "process::ExitStatus: impl Clone for ExitStatus": fn check() { fn has<It: Clone>() {} has::<host::process::ExitStatus>(); }
    "process::ExitStatus: impl Debug for ExitStatus": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::ExitStatus>(); }
    "process::ExitStatus: impl Default for ExitStatus": fn check() { fn has<It: Default>() {} has::<host::process::ExitStatus>(); }
    "process::ExitStatus: impl Display for ExitStatus": fn check() { fn has<It: ::std::fmt::Display>() {} has::<host::process::ExitStatus>(); }
    "process::ExitStatus: impl ExitStatusExt for ExitStatus": fn check() { fn has<It: host::os::unix::process::ExitStatusExt>() {} has::<host::process::ExitStatus>(); }
    "process::ExitStatus: impl PartialEq for ExitStatus": fn check() { fn has<It: PartialEq>() {} has::<host::process::ExitStatus>(); }
    "process::ExitStatus: impl Copy for ExitStatus": fn check() { fn has<It: Copy>() {} has::<host::process::ExitStatus>(); }
    "process::ExitStatus: impl Eq for ExitStatus": fn check() { fn has<It: Eq>() {} has::<host::process::ExitStatus>(); }
    "process::Output" is std: fn check(it: ::std::process::Output) -> host::process::Output { it }
    "process::Output::status": fn check(it: host::process::Output) -> host::process::ExitStatus { it.status }
    "process::Output::stdout": fn check(it: host::process::Output) -> Vec<u8> { it.stdout }
    "process::Output::stderr": fn check(it: host::process::Output) -> Vec<u8> { it.stderr }
    "process::Output: impl Clone for Output": fn check() { fn has<It: Clone>() {} has::<host::process::Output>(); }
    "process::Output: impl Debug for Output": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::Output>(); }
    "process::Output: impl PartialEq for Output": fn check() { fn has<It: PartialEq>() {} has::<host::process::Output>(); }
    "process::Output: impl Eq for Output": fn check() { fn has<It: Eq>() {} has::<host::process::Output>(); }
    "process::Stdio" is std: fn check(it: ::std::process::Stdio) -> host::process::Stdio { it }
    "process::Stdio::piped": fn check() { let _: fn() -> host::process::Stdio = <host::process::Stdio>::piped; }
    "process::Stdio::inherit": fn check() { let _: fn() -> host::process::Stdio = <host::process::Stdio>::inherit; }
    "process::Stdio::null": fn check() { let _: fn() -> host::process::Stdio = <host::process::Stdio>::null; }
    "process::Stdio: impl Debug for Stdio": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::process::Stdio>(); }
    "process::Stdio: impl From<ChildStderr> for Stdio": fn check() { let _: fn(host::process::ChildStderr) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<ChildStdin> for Stdio": fn check() { let _: fn(host::process::ChildStdin) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<ChildStdout> for Stdio": fn check() { let _: fn(host::process::ChildStdout) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<File> for Stdio": fn check() { let _: fn(host::fs::File) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<OwnedFd> for Stdio": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<PipeReader> for Stdio": fn check() { let _: fn(host::io::PipeReader) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<PipeWriter> for Stdio": fn check() { let _: fn(host::io::PipeWriter) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<Stderr> for Stdio": fn check() { let _: fn(host::io::Stderr) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl From<Stdout> for Stdio": fn check() { let _: fn(host::io::Stdout) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "process::Stdio: impl FromRawFd for Stdio": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::process::Stdio>(); }
    "process::Termination" is std: fn check<T: ::std::process::Termination + ?Sized>() { fn has<T: host::process::Termination + ?Sized>() {} has::<T>(); fn back<T: host::process::Termination + ?Sized>() { fn has<T: ::std::process::Termination + ?Sized>() {} has::<T>(); } }
    "process::abort" is std: fn check() { let _: fn() -> ! = host::process::abort; fn same<F>(_: F, _: F) {} same(::std::process::abort, host::process::abort); }
    "process::exit" is std: fn check() { let _: fn(i32) -> ! = host::process::exit; fn same<F>(_: F, _: F) {} same(::std::process::exit, host::process::exit); }
    "process::id" is std: fn check() { let _: fn() -> u32 = host::process::id; fn same<F>(_: F, _: F) {} same(::std::process::id, host::process::id); }
}

// Whose auto traits are compared.
types! {
    "process::Child": host::process::Child;
    "process::ChildStderr": host::process::ChildStderr;
    "process::ChildStdin": host::process::ChildStdin;
    "process::ChildStdout": host::process::ChildStdout;
    "process::Command": host::process::Command;
    "process::CommandArgs": host::process::CommandArgs<'static>;
    "process::CommandEnvs": host::process::CommandEnvs<'static>;
}
