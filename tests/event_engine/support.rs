//! What the tests of the engine share.

use std::sync::{Arc, Mutex, PoisonError};

use vervet::Greenlet;
use vervet::event_engine::{EventEngine, Order};

use crate::common::{parked, someone::Someone};

pub(crate) type Engine = EventEngine<&'static str, u32>;

pub(crate) const ORDERS: [Order; 3] = [Order::Unordered, Order::PerKey, Order::Serial];

/// What has happened, in its order.
#[derive(Debug)]
pub(crate) struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Log<T> {
    fn clone(&self) -> Log<T> {
        Log(Arc::clone(&self.0))
    }
}

impl<T> Log<T> {
    pub(crate) fn new() -> Log<T> {
        Log(Arc::default())
    }

    pub(crate) fn note(&self, what: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Log<u32> {
    /// A handler that notes each event.
    pub(crate) fn noting(&self) -> impl Fn(&u32) + Send + Sync + 'static {
        let log = self.clone();
        move |&event| log.note(event)
    }

    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut all = self.take();
        all.sort_unstable();
        all
    }
}

/// The engine runs in a greenlet until it is over; it is given back then.
pub(crate) fn running(engine: Engine) -> Greenlet<Engine> {
    let runner = vervet::spawn(move || {
        engine.run();
        engine
    });
    parked(&runner.handle(), "channel");
    runner
}

/// The engine has everything handled that was posted, and no more.
pub(crate) fn run_out(engine: &Engine) {
    engine.close();
    engine.run();
}

/// Ends, with the engine in it.
pub(crate) fn joined(runner: Greenlet<Engine>) -> Engine {
    Someone::Greenlet(runner).join()
}
