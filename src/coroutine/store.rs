//! The stacks of the public coroutines: one pool for the process, apart from the runtime's, which need not have started.
//!
//! Uses `pool` and `sys::clock`.

use std::io;
use std::sync::OnceLock;

use super::pool::StackPool;
use super::stack::Stack;
use crate::sys::clock;

/// Usable bytes, unless [`super::Builder::stack_size`] says otherwise.
const DEFAULT: usize = 256 * 1024;

/// How many unneeded stacks are trimmed each time that one is given back: a microsecond each.
const SWEEP: usize = 4;

fn pool() -> &'static StackPool {
    static POOL: OnceLock<StackPool> = OnceLock::new();
    POOL.get_or_init(|| StackPool::new(DEFAULT, 0).expect("the default size is in range"))
}

/// A stack of at least so many bytes.
///
/// # Errors
/// `InvalidInput` when nobody could mean that size; `OutOfMemory` when there is no room for it.
pub(super) fn take(usable: Option<usize>) -> io::Result<Stack> {
    let pool = pool();
    match usable {
        Some(usable) => pool.custom(usable),
        None => {
            pool.reserve(1)?;
            Ok(pool.take())
        }
    }
}

/// Takes back what [`take`] gave out.
pub(super) fn give(stack: Stack) {
    let pool = pool();
    let reserved = stack.is_default();
    pool.give(stack);
    if reserved {
        pool.unreserve(1);
    }
    if pool.is_crowded() {
        pool.sweep(clock::now(), SWEEP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coroutine::switch::{Switch, getcurrent};
    use crate::coroutine::{Coroutine, Generator, Yielder};

    #[test]
    fn stacks_come_back_however_a_coroutine_ends() {
        let taken = || pool().stats().taken;
        let before = taken();
        let make = || Coroutine::<(), (), ()>::new(|yielder, ()| yielder.suspend(()));
        for _ in 0..100 {
            let (fresh, suspended, closed) = (make(), make(), make());
            suspended.resume(()).unwrap();
            closed.resume(()).unwrap();
            assert_eq!(taken(), before + 3);
            closed.close().unwrap();
            // One that is over needs none any more.
            assert_eq!(taken(), before + 2);
            drop((fresh, suspended));
            let counted = Generator::new(|yielder: &Yielder<(), ()>| yielder.suspend(())).count();
            let main = getcurrent();
            let (one, other) = (Switch::new(move |n: u32| main.switch(n).unwrap()), Switch::new(|n: u32| n));
            assert_eq!((counted, one.switch(1).unwrap(), other.switch(2).unwrap()), (1, 1, 2));
        }
        assert_eq!((taken(), pool().stats().reservations), (before, before));
    }
}
