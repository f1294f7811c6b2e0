//! spawn, join, kill.

/// Runs a blocking `f` on the thread pool while this greenlet parks.
pub fn offload<F, T>(f: F) -> T
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    f()
}
