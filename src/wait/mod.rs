//! The one way to block: three verbs, the same in a greenlet and on an OS thread.
//!
//! Uses `runtime` and `sys`.

pub(crate) mod io;

/// Whether a blocking call made here may simply block the OS thread in the kernel: true on an OS thread
/// outside every `timeout`, false in a greenlet.
pub(crate) fn may_block_thread() -> bool {
    true
}
