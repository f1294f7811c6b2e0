//! The monotonic clock in nanoseconds, and a cheaper counter for "has about a millisecond gone by?".

use std::num::NonZeroU64;
use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Nanoseconds of `CLOCK_MONOTONIC`; one vDSO call.
pub(crate) fn now() -> u64 {
    let t = clock_gettime(ClockId::Monotonic);
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// A duration in nanoseconds, cut off at `u64::MAX` (584 years).
pub(crate) fn nanos(d: Duration) -> u64 {
    u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)
}

/// Asks the kernel not to put off this thread's timeouts by the usual 50 microseconds, to bundle them with others'.
pub(crate) fn be_punctual() {
    // It is a request: without it timeouts are a little late.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
}

/// A timeout as the kernel wants it.
pub(crate) fn timespec(nanos: u64) -> Timespec {
    Timespec { tv_sec: (nanos / 1_000_000_000) as i64, tv_nsec: (nanos % 1_000_000_000) as i64 }
}

/// A free-running counter of unknown but constant rate, a few nanoseconds to read. Only for decisions that may
/// be a little off: no deadline is computed from it.
#[inline]
pub(crate) fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: RDTSC is part of x86_64 and reads a counter; Linux leaves it enabled for user space unless a
        // process asked for PR_SET_TSC.
        unsafe { core::arch::x86_64::_rdtsc() }
    }
    #[cfg(target_arch = "aarch64")]
    {
        let ticks: u64;
        // SAFETY: Linux lets user space read the virtual counter; the instruction writes one register.
        unsafe { core::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack)) };
        ticks
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    now()
}
