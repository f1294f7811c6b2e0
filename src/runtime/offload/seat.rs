//! `Seat`: where an idle thread waits for its next job.
//!
//! Uses nothing of the crate. Race "lost wake": see the module above.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where one thread waits for its next job.
pub(super) struct Seat<J> {
    order: Mutex<Option<Order<J>>>,
    arrived: Condvar,
}

pub(super) enum Order<J> {
    Run(J),
    Leave,
}

impl<J> Seat<J> {
    pub(super) fn new() -> Arc<Seat<J>> {
        Arc::new(Seat { order: Mutex::new(None), arrived: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Order<J>>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called by whoever removed the seat from `idle`, once.
    pub(super) fn give(&self, order: Order<J>) {
        *self.lock() = Some(order);
        self.arrived.notify_one();
    }

    pub(super) fn wait(&self) -> Order<J> {
        let mut order = self.lock();
        loop {
            if let Some(order) = order.take() {
                return order;
            }
            order = self.arrived.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn wait_timeout(&self, limit: Duration) -> Option<Order<J>> {
        let waited = self.arrived.wait_timeout_while(self.lock(), limit, |order| order.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.take()
    }
}

/// Sends them home who had these seats.
pub(super) fn dismiss<J>(seats: Vec<Arc<Seat<J>>>) {
    seats.iter().for_each(|seat| seat.give(Order::Leave));
}
