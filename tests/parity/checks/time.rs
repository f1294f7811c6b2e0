// What vervet has of `std::time`, and in what form: one check for each row of std.tsv.
checks! {
    "time": #[allow(unused_imports)] use host::time::*;
    "time::Duration" is std: fn check(it: ::std::time::Duration) -> host::time::Duration { it }
    "time::Instant" is std: fn check(it: ::std::time::Instant) -> host::time::Instant { it }
    "time::Instant::now": fn check() { let _: fn() -> host::time::Instant = <host::time::Instant>::now; }
    "time::Instant::duration_since": fn check() { let _: fn(&host::time::Instant, host::time::Instant) -> host::time::Duration = <host::time::Instant>::duration_since; }
    "time::Instant::checked_duration_since": fn check() { let _: fn(&host::time::Instant, host::time::Instant) -> Option<host::time::Duration> = <host::time::Instant>::checked_duration_since; }
    "time::Instant::saturating_duration_since": fn check() { let _: fn(&host::time::Instant, host::time::Instant) -> host::time::Duration = <host::time::Instant>::saturating_duration_since; }
    "time::Instant::elapsed": fn check() { let _: fn(&host::time::Instant) -> host::time::Duration = <host::time::Instant>::elapsed; }
    "time::Instant::checked_add": fn check() { let _: fn(&host::time::Instant, host::time::Duration) -> Option<host::time::Instant> = <host::time::Instant>::checked_add; }
    "time::Instant::checked_sub": fn check() { let _: fn(&host::time::Instant, host::time::Duration) -> Option<host::time::Instant> = <host::time::Instant>::checked_sub; }
    "time::Instant: impl Add<Duration> for Instant": fn check() { fn has<It: ::std::ops::Add<host::time::Duration>>() {} has::<host::time::Instant>(); }
    "time::Instant: impl AddAssign<Duration> for Instant": fn check() { fn has<It: ::std::ops::AddAssign<host::time::Duration>>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Clone for Instant": fn check() { fn has<It: Clone>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Debug for Instant": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Hash for Instant": fn check() { fn has<It: ::std::hash::Hash>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Ord for Instant": fn check() { fn has<It: Ord>() {} has::<host::time::Instant>(); }
    "time::Instant: impl PartialEq for Instant": fn check() { fn has<It: PartialEq>() {} has::<host::time::Instant>(); }
    "time::Instant: impl PartialOrd for Instant": fn check() { fn has<It: PartialOrd>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Sub<Duration> for Instant": fn check() { fn has<It: ::std::ops::Sub<host::time::Duration>>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Sub for Instant": fn check() { fn has<It: ::std::ops::Sub>() {} has::<host::time::Instant>(); }
    "time::Instant: impl SubAssign<Duration> for Instant": fn check() { fn has<It: ::std::ops::SubAssign<host::time::Duration>>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Copy for Instant": fn check() { fn has<It: Copy>() {} has::<host::time::Instant>(); }
    "time::Instant: impl Eq for Instant": fn check() { fn has<It: Eq>() {} has::<host::time::Instant>(); }
    "time::SystemTime" is std: fn check(it: ::std::time::SystemTime) -> host::time::SystemTime { it }
    "time::SystemTime::UNIX_EPOCH": const _: host::time::SystemTime = <host::time::SystemTime>::UNIX_EPOCH;
    "time::SystemTime::now": fn check() { let _: fn() -> host::time::SystemTime = <host::time::SystemTime>::now; }
    "time::SystemTime::duration_since": fn check() { let _: fn(&host::time::SystemTime, host::time::SystemTime) -> Result<host::time::Duration, host::time::SystemTimeError> = <host::time::SystemTime>::duration_since; }
    "time::SystemTime::elapsed": fn check() { let _: fn(&host::time::SystemTime) -> Result<host::time::Duration, host::time::SystemTimeError> = <host::time::SystemTime>::elapsed; }
    "time::SystemTime::checked_add": fn check() { let _: fn(&host::time::SystemTime, host::time::Duration) -> Option<host::time::SystemTime> = <host::time::SystemTime>::checked_add; }
    "time::SystemTime::checked_sub": fn check() { let _: fn(&host::time::SystemTime, host::time::Duration) -> Option<host::time::SystemTime> = <host::time::SystemTime>::checked_sub; }
    "time::SystemTime: impl Add<Duration> for SystemTime": fn check() { fn has<It: ::std::ops::Add<host::time::Duration>>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl AddAssign<Duration> for SystemTime": fn check() { fn has<It: ::std::ops::AddAssign<host::time::Duration>>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl Clone for SystemTime": fn check() { fn has<It: Clone>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl Debug for SystemTime": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl Hash for SystemTime": fn check() { fn has<It: ::std::hash::Hash>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl Ord for SystemTime": fn check() { fn has<It: Ord>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl PartialEq for SystemTime": fn check() { fn has<It: PartialEq>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl PartialOrd for SystemTime": fn check() { fn has<It: PartialOrd>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl Sub<Duration> for SystemTime": fn check() { fn has<It: ::std::ops::Sub<host::time::Duration>>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl SubAssign<Duration> for SystemTime": fn check() { fn has<It: ::std::ops::SubAssign<host::time::Duration>>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl Copy for SystemTime": fn check() { fn has<It: Copy>() {} has::<host::time::SystemTime>(); }
    "time::SystemTime: impl Eq for SystemTime": fn check() { fn has<It: Eq>() {} has::<host::time::SystemTime>(); }
    "time::SystemTimeError" is std: fn check(it: ::std::time::SystemTimeError) -> host::time::SystemTimeError { it }
    "time::TryFromFloatSecsError" is std: fn check(it: ::std::time::TryFromFloatSecsError) -> host::time::TryFromFloatSecsError { it }
    "time::UNIX_EPOCH": const CHECK: host::time::SystemTime = host::time::UNIX_EPOCH;
}

types! {}
