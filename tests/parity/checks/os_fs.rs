// What vervet has of `std::os::unix::fs`, and in what form: one check for each row of std.tsv.
checks! {
    "os::unix::fs": #[allow(unused_imports)] use host::os::unix::fs::*;
    "os::unix::fs::DirBuilderExt" is std: fn check<T: ::std::os::unix::fs::DirBuilderExt + ?Sized>() { fn has<T: host::os::unix::fs::DirBuilderExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::fs::DirBuilderExt + ?Sized>() { fn has<T: ::std::os::unix::fs::DirBuilderExt + ?Sized>() {} has::<T>(); } }
    "os::unix::fs::DirEntryExt" is std: fn check<T: ::std::os::unix::fs::DirEntryExt + ?Sized>() { fn has<T: host::os::unix::fs::DirEntryExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::fs::DirEntryExt + ?Sized>() { fn has<T: ::std::os::unix::fs::DirEntryExt + ?Sized>() {} has::<T>(); } }
    "os::unix::fs::FileExt" is std: fn check<T: ::std::os::unix::fs::FileExt + ?Sized>() { fn has<T: host::os::unix::fs::FileExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::fs::FileExt + ?Sized>() { fn has<T: ::std::os::unix::fs::FileExt + ?Sized>() {} has::<T>(); } }
    "os::unix::fs::FileExt::read_at": fn check<Me: host::os::unix::fs::FileExt>() { let _: fn(&Me, &mut [u8], u64) -> host::io::Result<usize> = <Me as host::os::unix::fs::FileExt>::read_at; }
    "os::unix::fs::FileExt::write_at": fn check<Me: host::os::unix::fs::FileExt>() { let _: fn(&Me, &[u8], u64) -> host::io::Result<usize> = <Me as host::os::unix::fs::FileExt>::write_at; }
    "os::unix::fs::FileExt::read_exact_at": fn check<Me: host::os::unix::fs::FileExt>() { let _: fn(&Me, &mut [u8], u64) -> host::io::Result<()> = <Me as host::os::unix::fs::FileExt>::read_exact_at; }
    "os::unix::fs::FileExt::write_all_at": fn check<Me: host::os::unix::fs::FileExt>() { let _: fn(&Me, &[u8], u64) -> host::io::Result<()> = <Me as host::os::unix::fs::FileExt>::write_all_at; }
    "os::unix::fs::FileExt: impl FileExt for File": fn check() { fn has<It: host::os::unix::fs::FileExt>() {} has::<host::fs::File>(); }
    "os::unix::fs::FileTypeExt" is std: fn check<T: ::std::os::unix::fs::FileTypeExt + ?Sized>() { fn has<T: host::os::unix::fs::FileTypeExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::fs::FileTypeExt + ?Sized>() { fn has<T: ::std::os::unix::fs::FileTypeExt + ?Sized>() {} has::<T>(); } }
    "os::unix::fs::MetadataExt" is std: fn check<T: ::std::os::unix::fs::MetadataExt + ?Sized>() { fn has<T: host::os::unix::fs::MetadataExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::fs::MetadataExt + ?Sized>() { fn has<T: ::std::os::unix::fs::MetadataExt + ?Sized>() {} has::<T>(); } }
    "os::unix::fs::OpenOptionsExt" is std: fn check<T: ::std::os::unix::fs::OpenOptionsExt + ?Sized>() { fn has<T: host::os::unix::fs::OpenOptionsExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::fs::OpenOptionsExt + ?Sized>() { fn has<T: ::std::os::unix::fs::OpenOptionsExt + ?Sized>() {} has::<T>(); } }
    "os::unix::fs::OpenOptionsExt::mode": fn check<Me: host::os::unix::fs::OpenOptionsExt>() { let _: fn(&mut Me, u32) -> &mut Me = <Me as host::os::unix::fs::OpenOptionsExt>::mode; }
    "os::unix::fs::OpenOptionsExt::custom_flags": fn check<Me: host::os::unix::fs::OpenOptionsExt>() { let _: fn(&mut Me, i32) -> &mut Me = <Me as host::os::unix::fs::OpenOptionsExt>::custom_flags; }
    "os::unix::fs::OpenOptionsExt: impl OpenOptionsExt for OpenOptions": fn check() { fn has<It: host::os::unix::fs::OpenOptionsExt>() {} has::<host::fs::OpenOptions>(); }
    "os::unix::fs::PermissionsExt" is std: fn check<T: ::std::os::unix::fs::PermissionsExt + ?Sized>() { fn has<T: host::os::unix::fs::PermissionsExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::fs::PermissionsExt + ?Sized>() { fn has<T: ::std::os::unix::fs::PermissionsExt + ?Sized>() {} has::<T>(); } }
    "os::unix::fs::chown": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P, Option<u32>, Option<u32>) -> host::io::Result<()> = host::os::unix::fs::chown::<P>; }
    "os::unix::fs::chroot": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P) -> host::io::Result<()> = host::os::unix::fs::chroot::<P>; }
    "os::unix::fs::fchown": fn check<F: host::os::fd::AsFd>() { let _: fn(F, Option<u32>, Option<u32>) -> host::io::Result<()> = host::os::unix::fs::fchown::<F>; }
    "os::unix::fs::lchown": fn check<P: AsRef<::std::path::Path>>() { let _: fn(P, Option<u32>, Option<u32>) -> host::io::Result<()> = host::os::unix::fs::lchown::<P>; }
    "os::unix::fs::symlink": fn check<P: AsRef<::std::path::Path>, Q: AsRef<::std::path::Path>>() { let _: fn(P, Q) -> host::io::Result<()> = host::os::unix::fs::symlink::<P, Q>; }
}

types! {}
