//! What the scoped values of the layer above are bound to, for one greenlet or OS thread.
//!
//! Uses nothing of the crate. The layer above knows the types; here a value is something with a number on it.
//!
//! A set of bindings never changes: a new binding makes a new set, which has the others, too, and for each number one value
//! only. So to inherit all of them is to copy one pointer, null where there are none; and a set is as large as there
//! are numbers, however long the line of greenlets that have inherited from each other.

use std::any::Any;
use std::cell::Cell;
use std::num::NonZeroU64;
use std::sync::Arc;

/// One set of bindings.
#[derive(Clone, Default)]
pub(crate) struct Bindings(Option<Arc<Set>>);

struct Set {
    entries: Box<[(NonZeroU64, Value)]>,
}

pub(crate) type Value = Arc<dyn Any + Send + Sync>;

impl Bindings {
    pub(crate) const NONE: Bindings = Bindings(None);

    /// A copy of the set in `cell`.
    #[inline]
    pub(crate) fn copy(cell: &Cell<Bindings>) -> Bindings {
        let bindings = cell.take();
        cell.set(bindings.clone());
        bindings
    }

    /// What `key` is bound to.
    pub(crate) fn find(&self, key: NonZeroU64) -> Option<&(dyn Any + Send + Sync)> {
        self.entries().iter().find(|(number, _)| *number == key).map(|(_, value)| &**value)
    }

    /// This set with `key` bound to `value`.
    pub(crate) fn and(&self, key: NonZeroU64, value: Value) -> Bindings {
        let others = self.entries().iter().filter(|(number, _)| *number != key).cloned();
        // The newest first: it is what will be asked for.
        let entries = [(key, value)].into_iter().chain(others).collect();
        Bindings(Some(Arc::new(Set { entries })))
    }

    fn entries(&self) -> &[(NonZeroU64, Value)] {
        self.0.as_ref().map_or(&[], |set| &set.entries)
    }

    /// Runs `f` with this set in `cell`, and then puts back what was there.
    pub(crate) fn cover<R>(self, cell: &Cell<Bindings>, f: impl FnOnce() -> R) -> R {
        struct Restore<'a>(&'a Cell<Bindings>, Bindings);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                // Destructors of values, which are foreign code, find the old ones in place.
                drop(self.0.replace(std::mem::take(&mut self.1)));
            }
        }
        let _restore = Restore(cell, cell.replace(self));
        f()
    }
}
