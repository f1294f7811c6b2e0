//! The pools of this process, by name.
//!
//! Uses `cosocket::pool`.
//!
//! A pool lives as long as a connection of it does: each one in use holds on to it, and the janitor does for idle ones. Here are
//! only weak references, so a pool whose last connection has gone is found no more, and the next one of its name is new.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use super::link::Link;
use super::pool::Shared;

/// What is left of dead pools is swept when there are this many names, or twice as many as lived at the last sweep.
const SWEEP_AT: usize = 64;

struct Pools {
    by_name: HashMap<String, Weak<Shared<Link>>>,
    sweep_at: usize,
}

static POOLS: LazyLock<Mutex<Pools>> =
    LazyLock::new(|| Mutex::new(Pools { by_name: HashMap::new(), sweep_at: SWEEP_AT }));

/// The pool of that name; a new one has no rules yet.
pub(super) fn pool(name: &str) -> Arc<Shared<Link>> {
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.by_name.get(name).and_then(Weak::upgrade) {
        return pool;
    }
    if pools.by_name.len() >= pools.sweep_at {
        pools.by_name.retain(|_, pool| pool.strong_count() > 0);
        pools.sweep_at = (2 * pools.by_name.len()).max(SWEEP_AT);
    }
    let pool = Shared::undecided();
    pools.by_name.insert(name.to_owned(), Arc::downgrade(&pool));
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_forgotten_with_its_pool() {
        let pool_of = |n: usize| pool(&format!("registry test {n}"));
        let kept = pool_of(0);
        assert!(Arc::ptr_eq(&kept, &pool_of(0)));
        for n in 1..1_000 {
            pool_of(n);
        }
        assert!(POOLS.lock().unwrap().by_name.len() <= SWEEP_AT + 1);
        assert!(Arc::ptr_eq(&kept, &pool_of(0)));
    }
}
