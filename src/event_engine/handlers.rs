//! `Handlers`: who is to be called for which key, and the call.
//!
//! Uses `wait`.
//!
//! The lists are copied when they change, and only if somebody is in the middle of one. So whoever handles an event goes
//! through the lists as they were when its turn came: a handler that is registered meanwhile is for later events. One that is
//! unregistered meanwhile is marked besides, and passed over from that moment on.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::wait::cancel;

/// Names one registration of a handler, in the engine where it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HandlerId(u64);

pub(super) struct Handler<K, E> {
    id: u64,
    gone: AtomicBool,
    call: Call<K, E>,
}

pub(super) enum Call<K, E> {
    Always(Always<K, E>),
    Once(Mutex<Option<Once<K, E>>>),
}

type Always<K, E> = Box<dyn Fn(&K, &E) + Send + Sync>;
type Once<K, E> = Box<dyn FnOnce(&K, &E) + Send>;

impl<K, E> Call<K, E> {
    pub(super) fn always(f: impl Fn(&K, &E) + Send + Sync + 'static) -> Call<K, E> {
        Call::Always(Box::new(f))
    }

    pub(super) fn once(f: impl FnOnce(&K, &E) + Send + 'static) -> Call<K, E> {
        Call::Once(Mutex::new(Some(Box::new(f))))
    }
}

type List<K, E> = Arc<Vec<Arc<Handler<K, E>>>>;

pub(super) struct Handlers<K, E>(Mutex<Table<K, E>>);

struct Table<K, E> {
    by_key: HashMap<K, List<K, E>>,
    general: List<K, E>,
    /// In which list each of them is; `None` is the general one.
    homes: HashMap<u64, Option<K>>,
    next: u64,
    closed: bool,
}

/// Those that are for one event, in the order in which they are called.
pub(super) struct Chosen<K, E> {
    own: Option<List<K, E>>,
    general: List<K, E>,
}

impl<K, E> Handlers<K, E>
where
    K: Eq + Hash + Clone,
{
    pub(super) fn new() -> Handlers<K, E> {
        Handlers(Mutex::new(Table {
            by_key: HashMap::new(),
            general: Arc::default(),
            homes: HashMap::new(),
            next: 0,
            closed: false,
        }))
    }

    /// Adds a handler for `key`, or for all.
    pub(super) fn add(&self, key: Option<K>, call: Call<K, E>) -> HandlerId {
        let mut table = self.lock();
        let id = table.next;
        table.next += 1;
        if table.closed {
            // It has the user's code to drop.
            drop(table);
            drop(call);
            return HandlerId(id);
        }
        let handler = Arc::new(Handler { id, gone: AtomicBool::new(false), call });
        table.homes.insert(id, key.clone());
        let list = match key {
            Some(key) => table.by_key.entry(key).or_default(),
            None => &mut table.general,
        };
        Arc::make_mut(list).push(handler);
        HandlerId(id)
    }

    /// Whether it was there.
    pub(super) fn remove(&self, HandlerId(id): HandlerId) -> bool {
        let mut table = self.lock();
        let Some(home) = table.homes.remove(&id) else { return false };
        let removed = table.take_out(home.as_ref(), id);
        drop(table);
        // Dropped here, where nothing is locked, unless it is being called.
        removed.is_some()
    }

    /// How many there were.
    pub(super) fn remove_all(&self, key: &K) -> usize {
        let mut table = self.lock();
        let Some(list) = table.by_key.remove(key) else { return 0 };
        for handler in &*list {
            handler.gone.store(true, Ordering::Release);
            table.homes.remove(&handler.id);
        }
        drop(table);
        list.len()
    }

    /// Removes all, and takes no more.
    pub(super) fn close(&self) {
        let mut table = self.lock();
        table.closed = true;
        table.homes.clear();
        let by_key = mem::take(&mut table.by_key);
        let general = mem::take(&mut table.general);
        drop(table);
        for handler in by_key.values().chain([&general]).flat_map(|list| list.iter()) {
            handler.gone.store(true, Ordering::Release);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.lock().homes.len()
    }

    pub(super) fn count_of(&self, key: &K) -> usize {
        self.lock().by_key.get(key).map_or(0, |list| list.len())
    }

    pub(super) fn of(&self, key: &K) -> Chosen<K, E> {
        let table = self.lock();
        Chosen { own: table.by_key.get(key).cloned(), general: Arc::clone(&table.general) }
    }

    /// Calls `handler`, unless it has been removed.
    ///
    /// # Errors
    /// Its panic. A kill goes on unwinding from here.
    pub(super) fn call(&self, handler: &Handler<K, E>, key: &K, event: &E) -> cancel::Caught<()> {
        // Acquire: pairs with the stores of Release; whoever finds it gone finds what was done before, too.
        if handler.gone.load(Ordering::Acquire) {
            return Ok(());
        }
        match &handler.call {
            Call::Always(call) => cancel::catch_panic(|| call(key, event)),
            Call::Once(call) => {
                let call = call.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(call) = call else { return Ok(()) };
                self.remove(HandlerId(handler.id));
                cancel::catch_panic(|| call(key, event))
            }
        }
    }

    /// Keys are compared and cloned under it; a panic there leaves maps and lists whole.
    fn lock(&self) -> MutexGuard<'_, Table<K, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, E> Table<K, E> {
    fn take_out(&mut self, home: Option<&K>, id: u64) -> Option<Arc<Handler<K, E>>> {
        let list = match home {
            Some(key) => self.by_key.get_mut(key)?,
            None => &mut self.general,
        };
        let at = list.iter().position(|handler| handler.id == id)?;
        let handler = Arc::make_mut(list).remove(at);
        handler.gone.store(true, Ordering::Release);
        if let Some(key) = home
            && list.is_empty()
        {
            self.by_key.remove(key);
        }
        Some(handler)
    }
}

impl<K, E> Chosen<K, E> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Handler<K, E>> {
        self.own.iter().chain([&self.general]).flat_map(|list| list.iter()).map(|handler| &**handler)
    }
}

impl<K, E> fmt::Debug for Handlers<K, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handlers(..)")
    }
}
