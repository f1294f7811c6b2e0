// What vervet has of `std::os::unix::thread`, and in what form: one check for each row of std.tsv.
checks! {
    "os::unix::thread": #[allow(unused_imports)] use host::os::unix::thread::*;
    "os::unix::thread::JoinHandleExt" is std: fn check<T: ::std::os::unix::thread::JoinHandleExt + ?Sized>() { fn has<T: host::os::unix::thread::JoinHandleExt + ?Sized>() {} has::<T>(); fn back<T: host::os::unix::thread::JoinHandleExt + ?Sized>() { fn has<T: ::std::os::unix::thread::JoinHandleExt + ?Sized>() {} has::<T>(); } }
    "os::unix::thread::JoinHandleExt::as_pthread_t": fn check<Me: host::os::unix::thread::JoinHandleExt>() { let _: fn(&Me) -> host::os::unix::thread::RawPthread = <Me as host::os::unix::thread::JoinHandleExt>::as_pthread_t; }
    "os::unix::thread::JoinHandleExt::into_pthread_t": fn check<Me: host::os::unix::thread::JoinHandleExt>() { let _: fn(Me) -> host::os::unix::thread::RawPthread = <Me as host::os::unix::thread::JoinHandleExt>::into_pthread_t; }
    "os::unix::thread::RawPthread" is std: fn check(it: ::std::os::unix::thread::RawPthread) -> host::os::unix::thread::RawPthread { it }
}

types! {}
