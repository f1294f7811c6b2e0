//! Chance, for fairness; of no use for secrets.

use std::cell::Cell;

use super::clock;

/// A number below `n`, each as likely as any other.
// Not inlined: a coroutine of may's changes threads between two calls.
#[inline(never)]
pub(crate) fn below(n: usize) -> usize {
    thread_local! {
        static STATE: Cell<u64> = const { Cell::new(0) };
    }
    STATE.with(|state| {
        let mut x = state.get();
        if x == 0 {
            x = clock::now() | 1;
        }
        // Marsaglia's xorshift64, with the multiplication of Vigna's xorshift64*: the upper bits are good.
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.set(x);
        let upper = x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        // Scaled, not divided (Lemire).
        ((upper * n as u64) >> 32) as usize
    })
}
