//! Sleeping and waking on one 32-bit word, for OS threads.

use rustix::thread::futex;

use super::sync::AtomicU32;

/// Blocks this OS thread while `word` holds `expected`, for at most `nanos` nanoseconds (`u64::MAX`: for ever).
/// Returns early when woken, interrupted or when the word differs: the caller looks again.
pub(crate) fn wait(word: &AtomicU32, expected: u32, nanos: u64) {
    let timeout = (nanos != u64::MAX).then(|| super::clock::timespec(nanos));
    // Every error (EAGAIN, EINTR, ETIMEDOUT) means "look again".
    let _ = futex::wait(word, futex::Flags::PRIVATE, expected, timeout.as_ref());
}

/// Wakes one OS thread that waits on `word`.
pub(crate) fn wake_one(word: &AtomicU32) {
    // The only errors are a bad address and an unaligned word; a reference is neither.
    let _ = futex::wake(word, futex::Flags::PRIVATE, 1);
}
