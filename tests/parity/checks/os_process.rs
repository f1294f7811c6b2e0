// What vervet has of `std::os::unix::process`, and in what form: one check for each row of std.tsv.
checks! {
    "os::unix::process": #[allow(unused_imports)] use host::os::unix::process::*;
    "os::unix::process::CommandExt": use host::os::unix::process::CommandExt as _;
    "os::unix::process::CommandExt::uid": fn check<Me: host::os::unix::process::CommandExt>() { let _: fn(&mut Me, u32) -> &mut host::process::Command = <Me as host::os::unix::process::CommandExt>::uid; }
    "os::unix::process::CommandExt::gid": fn check<Me: host::os::unix::process::CommandExt>() { let _: fn(&mut Me, u32) -> &mut host::process::Command = <Me as host::os::unix::process::CommandExt>::gid; }
    "os::unix::process::CommandExt::pre_exec": fn check<Me: host::os::unix::process::CommandExt, F>() where F: FnMut() -> host::io::Result<()> + Send + Sync + 'static { let _: unsafe fn(&mut Me, F) -> &mut host::process::Command = <Me as host::os::unix::process::CommandExt>::pre_exec::<F>; }
    "os::unix::process::CommandExt::exec": fn check<Me: host::os::unix::process::CommandExt>() { let _: fn(&mut Me) -> host::io::Error = <Me as host::os::unix::process::CommandExt>::exec; }
    "os::unix::process::CommandExt::arg0": fn check<Me: host::os::unix::process::CommandExt, S>() where S: AsRef<::std::ffi::OsStr> { let _: fn(&mut Me, S) -> &mut host::process::Command = <Me as host::os::unix::process::CommandExt>::arg0::<S>; }
    "os::unix::process::CommandExt::process_group": fn check<Me: host::os::unix::process::CommandExt>() { let _: fn(&mut Me, i32) -> &mut host::process::Command = <Me as host::os::unix::process::CommandExt>::process_group; }
    "os::unix::process::CommandExt::before_exec": fn check<Me: host::os::unix::process::CommandExt, F>() where F: FnMut() -> host::io::Result<()> + Send + Sync + 'static { let _: unsafe fn(&mut Me, F) -> &mut host::process::Command = <Me as host::os::unix::process::CommandExt>::before_exec::<F>; }
    "os::unix::process::CommandExt: impl CommandExt for Command": fn check() { fn has<It: host::os::unix::process::CommandExt>() {} has::<host::process::Command>(); }
    "os::unix::process::ExitStatusExt" is std: fn check<T: ::std::os::unix::process::ExitStatusExt + ?Sized>() { fn has<T: host::os::unix::process::ExitStatusExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::process::ExitStatusExt + ?Sized>() { fn has<T: ::std::os::unix::process::ExitStatusExt + ?Sized>() {} has::<T>(); } }
    "os::unix::process::ExitStatusExt::from_raw": fn check<Me: host::os::unix::process::ExitStatusExt>() { let _: fn(i32) -> Me = <Me as host::os::unix::process::ExitStatusExt>::from_raw; }
    "os::unix::process::ExitStatusExt::signal": fn check<Me: host::os::unix::process::ExitStatusExt>() { let _: fn(&Me) -> Option<i32> = <Me as host::os::unix::process::ExitStatusExt>::signal; }
    "os::unix::process::ExitStatusExt::core_dumped": fn check<Me: host::os::unix::process::ExitStatusExt>() { let _: fn(&Me) -> bool = <Me as host::os::unix::process::ExitStatusExt>::core_dumped; }
    "os::unix::process::ExitStatusExt::stopped_signal": fn check<Me: host::os::unix::process::ExitStatusExt>() { let _: fn(&Me) -> Option<i32> = <Me as host::os::unix::process::ExitStatusExt>::stopped_signal; }
    "os::unix::process::ExitStatusExt::continued": fn check<Me: host::os::unix::process::ExitStatusExt>() { let _: fn(&Me) -> bool = <Me as host::os::unix::process::ExitStatusExt>::continued; }
    "os::unix::process::ExitStatusExt::into_raw": fn check<Me: host::os::unix::process::ExitStatusExt>() { let _: fn(Me) -> i32 = <Me as host::os::unix::process::ExitStatusExt>::into_raw; }
    "os::unix::process::ExitStatusExt: impl ExitStatusExt for ExitStatus": fn check() { fn has<It: host::os::unix::process::ExitStatusExt>() {} has::<host::process::ExitStatus>(); }
    "os::unix::process::parent_id" is std: fn check() { let _: fn() -> u32 = host::os::unix::process::parent_id; fn same<F>(_: F, _: F) {} same(::std::os::unix::process::parent_id, host::os::unix::process::parent_id); }
}

types! {}
