// What vervet has of `std::fs`, and in what form: one check for each row of std.tsv.
checks! {
    "fs": #[allow(unused_imports)] use host::fs::*;
    "fs::DirBuilder": fn check(_: host::fs::DirBuilder) {}
    "fs::DirBuilder::new": fn check() { let _: fn() -> host::fs::DirBuilder = <host::fs::DirBuilder>::new; }
    "fs::DirBuilder::recursive": fn check() { let _: fn(&mut host::fs::DirBuilder, bool) -> &mut host::fs::DirBuilder = <host::fs::DirBuilder>::recursive; }
    "fs::DirBuilder::create": fn check<P: AsRef<::std::path::Path>>() { let _: fn(&host::fs::DirBuilder, P) -> host::io::Result<()> = <host::fs::DirBuilder>::create::<P>; }
    "fs::DirBuilder: impl Debug for DirBuilder": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::fs::DirBuilder>(); }
    "fs::DirBuilder: impl DirBuilderExt for DirBuilder": fn check() { fn has<It: host::os::unix::fs::DirBuilderExt>() {} has::<host::fs::DirBuilder>(); }
    "fs::DirEntry": fn check(_: host::fs::DirEntry) {}
    "fs::DirEntry::path": fn check() { let _: fn(&host::fs::DirEntry) -> ::std::path::PathBuf = <host::fs::DirEntry>::path; }
    "fs::DirEntry::metadata": fn check() { let _: fn(&host::fs::DirEntry) -> host::io::Result<host::fs::Metadata> = <host::fs::DirEntry>::metadata; }
    "fs::DirEntry::file_type": fn check() { let _: fn(&host::fs::DirEntry) -> host::io::Result<host::fs::FileType> = <host::fs::DirEntry>::file_type; }
    "fs::DirEntry::file_name": fn check() { let _: fn(&host::fs::DirEntry) -> ::std::ffi::OsString = <host::fs::DirEntry>::file_name; }
    "fs::DirEntry: impl Debug for DirEntry": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::fs::DirEntry>(); }
    "fs::DirEntry: impl DirEntryExt for DirEntry": fn check() { fn has<It: host::os::unix::fs::DirEntryExt>() {} has::<host::fs::DirEntry>(); }
    "fs::File": fn check(_: host::fs::File) {}
    "fs::File::open": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::fs::File> = <host::fs::File>::open::<P>; }
    "fs::File::create": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::fs::File> = <host::fs::File>::create::<P>; }
    "fs::File::create_new": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::fs::File> = <host::fs::File>::create_new::<P>; }
    "fs::File::options": fn check() { let _: fn() -> host::fs::OpenOptions = <host::fs::File>::options; }
    "fs::File::sync_all": fn check() { let _: fn(&host::fs::File) -> host::io::Result<()> = <host::fs::File>::sync_all; }
    "fs::File::sync_data": fn check() { let _: fn(&host::fs::File) -> host::io::Result<()> = <host::fs::File>::sync_data; }
    "fs::File::lock": fn check() { let _: fn(&host::fs::File) -> host::io::Result<()> = <host::fs::File>::lock; }
    "fs::File::lock_shared": fn check() { let _: fn(&host::fs::File) -> host::io::Result<()> = <host::fs::File>::lock_shared; }
    "fs::File::try_lock": fn check() { let _: fn(&host::fs::File) -> Result<(), host::fs::TryLockError> = <host::fs::File>::try_lock; }
    "fs::File::try_lock_shared": fn check() { let _: fn(&host::fs::File) -> Result<(), host::fs::TryLockError> = <host::fs::File>::try_lock_shared; }
    "fs::File::unlock": fn check() { let _: fn(&host::fs::File) -> host::io::Result<()> = <host::fs::File>::unlock; }
    "fs::File::set_len": fn check() { let _: fn(&host::fs::File, u64) -> host::io::Result<()> = <host::fs::File>::set_len; }
    "fs::File::metadata": fn check() { let _: fn(&host::fs::File) -> host::io::Result<host::fs::Metadata> = <host::fs::File>::metadata; }
    "fs::File::try_clone": fn check() { let _: fn(&host::fs::File) -> host::io::Result<host::fs::File> = <host::fs::File>::try_clone; }
    "fs::File::set_permissions": fn check() { let _: fn(&host::fs::File, host::fs::Permissions) -> host::io::Result<()> = <host::fs::File>::set_permissions; }
    "fs::File::set_times": fn check() { let _: fn(&host::fs::File, host::fs::FileTimes) -> host::io::Result<()> = <host::fs::File>::set_times; }
    "fs::File::set_modified": fn check() { let _: fn(&host::fs::File, host::time::SystemTime) -> host::io::Result<()> = <host::fs::File>::set_modified; }
    "fs::File: impl AsFd for File": fn check() { fn has<It: host::os::fd::AsFd>() {} has::<host::fs::File>(); }
    "fs::File: impl AsRawFd for File": fn check() { fn has<It: host::os::fd::AsRawFd>() {} has::<host::fs::File>(); }
    "fs::File: impl Debug for File": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::fs::File>(); }
    "fs::File: impl FileExt for File": fn check() { fn has<It: host::os::unix::fs::FileExt>() {} has::<host::fs::File>(); }
    "fs::File: impl From<File> for OwnedFd": fn check() { let _: fn(host::fs::File) -> host::os::fd::OwnedFd = <host::os::fd::OwnedFd as From<_>>::from; }
    "fs::File: impl From<File> for Stdio": fn check() { let _: fn(host::fs::File) -> host::process::Stdio = <host::process::Stdio as From<_>>::from; }
    "fs::File: impl From<OwnedFd> for File": fn check() { let _: fn(host::os::fd::OwnedFd) -> host::fs::File = <host::fs::File as From<_>>::from; }
    "fs::File: impl FromRawFd for File": fn check() { fn has<It: host::os::fd::FromRawFd>() {} has::<host::fs::File>(); }
    "fs::File: impl IntoRawFd for File": fn check() { fn has<It: host::os::fd::IntoRawFd>() {} has::<host::fs::File>(); }
    "fs::File: impl IsTerminal for File": fn check() { fn has<It: host::io::IsTerminal>() {} has::<host::fs::File>(); }
    "fs::File: impl Read for &File": fn check() { fn has<It: host::io::Read>() {} has::<&host::fs::File>(); }
    "fs::File: impl Read for File": fn check() { fn has<It: host::io::Read>() {} has::<host::fs::File>(); }
    "fs::File: impl Seek for &File": fn check() { fn has<It: host::io::Seek>() {} has::<&host::fs::File>(); }
    "fs::File: impl Seek for File": fn check() { fn has<It: host::io::Seek>() {} has::<host::fs::File>(); }
    "fs::File: impl Write for &File": fn check() { fn has<It: host::io::Write>() {} has::<&host::fs::File>(); }
    "fs::File: impl Write for File": fn check() { fn has<It: host::io::Write>() {} has::<host::fs::File>(); }
    "fs::FileTimes" is std: fn check(it: ::std::fs::FileTimes) -> host::fs::FileTimes { it }
    "fs::FileType" is std: fn check(it: ::std::fs::FileType) -> host::fs::FileType { it }
    "fs::Metadata" is std: fn check(it: ::std::fs::Metadata) -> host::fs::Metadata { it }
    "fs::OpenOptions": fn check(_: host::fs::OpenOptions) {}
    "fs::OpenOptions::new": fn check() { let _: fn() -> host::fs::OpenOptions = <host::fs::OpenOptions>::new; }
    "fs::OpenOptions::read": fn check() { let _: fn(&mut host::fs::OpenOptions, bool) -> &mut host::fs::OpenOptions = <host::fs::OpenOptions>::read; }
    "fs::OpenOptions::write": fn check() { let _: fn(&mut host::fs::OpenOptions, bool) -> &mut host::fs::OpenOptions = <host::fs::OpenOptions>::write; }
    "fs::OpenOptions::append": fn check() { let _: fn(&mut host::fs::OpenOptions, bool) -> &mut host::fs::OpenOptions = <host::fs::OpenOptions>::append; }
    "fs::OpenOptions::truncate": fn check() { let _: fn(&mut host::fs::OpenOptions, bool) -> &mut host::fs::OpenOptions = <host::fs::OpenOptions>::truncate; }
    "fs::OpenOptions::create": fn check() { let _: fn(&mut host::fs::OpenOptions, bool) -> &mut host::fs::OpenOptions = <host::fs::OpenOptions>::create; }
    "fs::OpenOptions::create_new": fn check() { let _: fn(&mut host::fs::OpenOptions, bool) -> &mut host::fs::OpenOptions = <host::fs::OpenOptions>::create_new; }
    "fs::OpenOptions::open": fn check<P: AsRef<::std::path::Path>>() { let _: fn(&host::fs::OpenOptions, P) -> host::io::Result<host::fs::File> = <host::fs::OpenOptions>::open::<P>; }
    "fs::OpenOptions: impl Clone for OpenOptions": fn check() { fn has<It: Clone>() {} has::<host::fs::OpenOptions>(); }
    "fs::OpenOptions: impl Debug for OpenOptions": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::fs::OpenOptions>(); }
    "fs::OpenOptions: impl OpenOptionsExt for OpenOptions": fn check() { fn has<It: host::os::unix::fs::OpenOptionsExt>() {} has::<host::fs::OpenOptions>(); }
    "fs::Permissions" is std: fn check(it: ::std::fs::Permissions) -> host::fs::Permissions { it }
    "fs::ReadDir": fn check(_: host::fs::ReadDir) {}
    "fs::ReadDir: impl Debug for ReadDir": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::fs::ReadDir>(); }
    "fs::ReadDir: impl Iterator for ReadDir": fn check() { fn has<It: Iterator>() {} has::<host::fs::ReadDir>(); }
    "fs::TryLockError": fn check(_: host::fs::TryLockError) {}
    "fs::TryLockError::Error": fn check() { let _: fn(host::io::Error) -> host::fs::TryLockError = <host::fs::TryLockError>::Error; }
    "fs::TryLockError::WouldBlock": fn check() -> host::fs::TryLockError { <host::fs::TryLockError>::WouldBlock }
    "fs::TryLockError: impl Debug for TryLockError": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::fs::TryLockError>(); }
    "fs::TryLockError: impl Display for TryLockError": fn check() { fn has<It: ::std::fmt::Display>() {} has::<host::fs::TryLockError>(); }
    "fs::TryLockError: impl Error for TryLockError": fn check() { fn has<It: ::std::error::Error>() {} has::<host::fs::TryLockError>(); }
    "fs::TryLockError: impl From<TryLockError> for Error": fn check() { let _: fn(host::fs::TryLockError) -> host::io::Error = <host::io::Error as From<_>>::from; }
    "fs::canonicalize": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<::std::path::PathBuf> = host::fs::canonicalize::<P>; }
    "fs::copy": fn check<P: AsRef<::std::path::Path>, Q: AsRef<::std::path::Path>>() { let _: fn(P, Q) -> host::io::Result<u64> = host::fs::copy::<P, Q>; }
    "fs::create_dir": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<()> = host::fs::create_dir::<P>; }
    "fs::create_dir_all": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<()> = host::fs::create_dir_all::<P>; }
    "fs::exists": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<bool> = host::fs::exists::<P>; }
    "fs::hard_link": fn check<P: AsRef<::std::path::Path>, Q: AsRef<::std::path::Path>>() { let _: fn(P, Q) -> host::io::Result<()> = host::fs::hard_link::<P, Q>; }
    "fs::metadata": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::fs::Metadata> = host::fs::metadata::<P>; }
    "fs::read": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<Vec<u8>> = host::fs::read::<P>; }
    "fs::read_dir": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::fs::ReadDir> = host::fs::read_dir::<P>; }
    "fs::read_link": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<::std::path::PathBuf> = host::fs::read_link::<P>; }
    "fs::read_to_string": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<String> = host::fs::read_to_string::<P>; }
    "fs::remove_dir": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<()> = host::fs::remove_dir::<P>; }
    "fs::remove_dir_all": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<()> = host::fs::remove_dir_all::<P>; }
    "fs::remove_file": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<()> = host::fs::remove_file::<P>; }
    "fs::rename": fn check<P: AsRef<::std::path::Path>, Q: AsRef<::std::path::Path>>() { let _: fn(P, Q) -> host::io::Result<()> = host::fs::rename::<P, Q>; }
    "fs::set_permissions": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P, host::fs::Permissions) -> host::io::Result<()> = host::fs::set_permissions::<P>; }
    "fs::soft_link": fn check<P: AsRef<::std::path::Path>, Q: AsRef<::std::path::Path>>() { let _: fn(P, Q) -> host::io::Result<()> = host::fs::soft_link::<P, Q>; }
    "fs::symlink_metadata": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<host::fs::Metadata> = host::fs::symlink_metadata::<P>; }
    "fs::write": fn check<P: AsRef<::std::path::Path>, C: AsRef<[u8]>>() { let _: fn(P, C) -> host::io::Result<()> = host::fs::write::<P, C>; }
}

// Whose auto traits are compared.
types! {
    "fs::DirBuilder": host::fs::DirBuilder;
    "fs::DirEntry": host::fs::DirEntry;
    "fs::File": host::fs::File;
    "fs::OpenOptions": host::fs::OpenOptions;
    "fs::ReadDir": host::fs::ReadDir;
    "fs::TryLockError": host::fs::TryLockError;
}
