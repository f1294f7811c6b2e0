//! `Line`: those who wait at one side of a queue, in the order in which they came, each with a slot for one item.
//!
//! Uses `wait`. Model-checked in `models/`, as a part of the queues.
//!
//! A putter's item lies in its slot while it waits, and is taken out of there; a getter's slot is empty, and an item is put into it.
//! Either happens only if `Waker::end` has ended the wait. So a waiter whose wait was
//! cut short finds its slot as it left it. The slot stays the waiter's until it leaves, whoever has woken it.

use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{EndedWait, WaitId, Waker};

/// If there have been more slots than this, their memory is given back when the last waiter leaves.
const KEEP: usize = 64;

#[derive(Debug)]
pub(crate) struct Line<T> {
    /// Who waits, each with the number of its slot.
    queue: WaitQueue<usize>,
    slots: Vec<Option<T>>,
    /// Slots that are nobody's.
    free: Vec<usize>,
}

/// Where a waiter stands, and its slot. Good for leaving once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) place: Place,
    slot: usize,
}

impl<T> Line<T> {
    pub(crate) fn new() -> Line<T> {
        Line { queue: WaitQueue::new(), slots: Vec::new(), free: Vec::new() }
    }

    /// Gets in line behind all others; or, after leaving it for another look, where it has been before.
    pub(crate) fn join(&mut self, before: Option<Place>, waker: Waker, item: Option<T>) -> Spot {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = item;
        let place = match before {
            None => self.queue.push(waker, slot),
            Some(place) => {
                self.queue.push_back_to(place, waker, slot);
                place
            }
        };
        Spot { place, slot }
    }

    /// Leaves the line, woken or not, with what is in the slot.
    pub(crate) fn leave(&mut self, spot: Spot) -> Option<T> {
        self.queue.remove(spot.place);
        let item = self.slots[spot.slot].take();
        self.free.push(spot.slot);
        if self.free.len() == self.slots.len() && self.slots.len() > KEEP {
            (self.slots, self.free) = (Vec::new(), Vec::new());
        }
        item
    }

    /// Gives an item to the first one that waits. `None`: nobody does, and the item is where it was.
    pub(crate) fn give(&mut self, item: &mut Option<T>) -> Option<EndedWait> {
        let (ended, slot) = self.end_first()?;
        self.slots[slot] = item.take();
        Some(ended)
    }

    /// Takes the item of the first one that waits.
    pub(crate) fn take(&mut self) -> Option<(T, EndedWait)> {
        let (ended, slot) = self.end_first()?;
        Some((self.slots[slot].take()?, ended))
    }

    /// The item of the first one, whose wait may have been cut short a moment ago.
    pub(crate) fn first(&self) -> Option<&T> {
        self.queue.first().and_then(|&slot| self.slots[slot].as_ref())
    }

    /// Takes out all, to be woken: they find their slots as they are now.
    pub(crate) fn dismiss(&mut self) -> WaitQueue<usize> {
        self.queue.take()
    }

    /// Whether anybody waits who does not do so in `wait`; or did until a moment ago.
    pub(crate) fn has_others(&self, wait: WaitId) -> bool {
        self.queue.has_others(wait)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many wait, those included whose wait was cut short a moment ago.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Ends the wait of the first one whose wait goes on, and answers its slot.
    fn end_first(&mut self) -> Option<(EndedWait, usize)> {
        // The others are about to leave by themselves.
        while let Some((waker, slot)) = self.queue.pop() {
            if let Some(ended) = waker.end() {
                return Some((ended, slot));
            }
        }
        None
    }
}
