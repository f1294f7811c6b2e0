//! The reactor: what is known of each fd, and who waits for it.
//!
//! Uses `sys::epoll`, `runtime::wakers`.
//!
//! Each worker has an epoll instance of its own. An fd is registered when somebody first has to wait for it, once, for
//! both directions, edge-triggered, with the waiter's worker: so an event is found by the worker that will run
//! the waiter, and a later wait costs no system call. When a greenlet of another worker waits, and nobody else does,
//! the registration moves there.
//!
//! **Sequence numbers.** Every event raises the number of its directions. A caller reads the number, tries, and on
//! would-block asks to be enqueued *with the number it read*: if an event came in between, it is sent back to try
//! again. So an edge that falls between the attempt and the wait is not lost, whoever polls it.
//!
//! **Generations.** An event carries the fd's number and its slot's generation. `close` raises the generation, so
//! an event of the old owner that is still in a worker's hands never reaches the new one.
//!
//! **Kept.** The owner of a kept fd calls `close` before the number can mean anything else, so its registration stays until
//! then. Of any other fd nobody tells us when it is closed. Such a registration is held by those who look at the fd, each of them
//! sees to it that it is still there, and it ends with the last: nothing is left that could be taken for that of the next fd
//! of that number.
//!
//! **Drained.** A short count proves that the kernel's buffer is empty (or full). The next call may then wait for the
//! next edge without trying first, which saves a system call per request. Not once the peer has hung up, or has sent
//! urgent data: that edge may have come together with the data, and there will be no other.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Runtime;
use super::core::{WaitId, Waker};
use super::wakers::Wakers;
use crate::sys::epoll::Event;

/// Index of a direction.
pub(crate) const READ: usize = 0;
pub(crate) const WRITE: usize = 1;

const NOBODY: u32 = u32::MAX;

/// What is known of one fd number.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Raised by each event. An `Acquire` load before an attempt pairs with the `Release` in `event`.
    sequence: [AtomicU32; 2],
    /// `sequence + 1` at which the kernel's buffer was seen empty (or full), else 0: until the sequence moves, another
    /// attempt can only fail. Widened so that no sequence number looks like "unknown".
    drained: [AtomicU64; 2],
    /// The worker whose epoll instance reports this fd's changes, or `NOBODY`. Changed under the lock.
    reported_to: AtomicU32,
    /// A hang-up, an error or urgent data was reported: `drained` proves nothing any more.
    odd: AtomicBool,
    /// Raised by each `close`.
    epoch: AtomicU32,
    /// Its owner calls `close`. Changed under the lock, and what counts is read there.
    kept: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    generation: u32,
    /// The worker whose epoll instance has it.
    registered: Option<u32>,
    waiters: [Wakers; 2],
    /// How many look at it, waiting or about to look again.
    lookers: u32,
}

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// One who knows that the fd is kept.
    Owner,
    /// One who looks at it. Once enqueued he holds the registration, until `release`.
    Looker,
    /// A looker who holds it.
    Holder,
}

/// What `Slot::enqueue` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enqueued {
    /// The waiter will be woken.
    Yes,
    /// Something has happened since the attempt: try again.
    Changed,
    /// The fd cannot be polled; its calls never block for long.
    AlwaysReady,
}

impl Inner {
    /// Whether nobody waits, and no more than so many look.
    fn is_unused(&self, lookers: u32) -> bool {
        self.lookers <= lookers && self.waiters.iter().all(Wakers::is_empty)
    }

    /// By which an event finds the slot, and tells whether it is still meant for it.
    fn mark(&self, fd: BorrowedFd<'_>) -> u64 {
        u64::from(self.generation) << 32 | u64::from(fd.as_raw_fd() as u32)
    }
}

impl Slot {
    fn new() -> Slot {
        let inner =
            Inner { generation: 0, registered: None, waiters: [Wakers::new(), Wakers::new()], lookers: 0 };
        Slot {
            sequence: [AtomicU32::new(0), AtomicU32::new(0)],
            drained: [AtomicU64::new(0), AtomicU64::new(0)],
            reported_to: AtomicU32::new(NOBODY),
            odd: AtomicBool::new(false),
            epoch: AtomicU32::new(0),
            kept: AtomicBool::new(false),
            inner: Mutex::new(inner),
        }
    }

    /// The sequence number to read before an attempt.
    pub(crate) fn sequence(&self, direction: usize) -> u32 {
        self.sequence[direction].load(Ordering::Acquire)
    }

    /// Whether an attempt is known to fail as long as the sequence number stays what it is, and `worker` is the one to hear
    /// of a change: another one may be busy for long.
    pub(crate) fn is_drained(&self, direction: usize, sequence: u32, worker: u32) -> bool {
        self.drained[direction].load(Ordering::Relaxed) == u64::from(sequence) + 1
            && self.reported_to.load(Ordering::Relaxed) == worker
            && !self.odd.load(Ordering::Relaxed)
    }

    /// An attempt that began at `sequence` emptied (or filled) the kernel's buffer.
    pub(crate) fn set_drained(&self, direction: usize, sequence: u32) {
        // Relaxed: a hint. It names the sequence number it is valid for, so a stale one is harmless; and it is only
        // given, and used, while the fd is registered, when every change raises the number.
        if self.reported_to.load(Ordering::Relaxed) != NOBODY {
            self.drained[direction].store(u64::from(sequence) + 1, Ordering::Relaxed);
        }
    }

    /// Says that the owner of this fd will call `close`.
    #[inline]
    pub(crate) fn keep(&self, fd: BorrowedFd<'_>) {
        // Relaxed: whoever is told an older truth takes the lock, or pays for registering more often.
        if !self.kept.load(Ordering::Relaxed) {
            self.begin_to_keep(fd);
        }
    }

    #[cold]
    fn begin_to_keep(&self, fd: BorrowedFd<'_>) {
        let mut inner = self.lock();
        // Race "closed behind our back": who waits here may mean an earlier owner of the number. All look again, and the fd is
        // registered anew.
        if let Some(runtime) = super::running()
            && self.unregister(&mut inner, fd.as_raw_fd(), runtime)
        {
            self.stir(&mut inner);
        }
        self.kept.store(true, Ordering::Relaxed);
    }

    /// Registers `waker` for the next event of those directions that have a sequence number in `wanted`, and the fd itself with
    /// `epoll` of `worker` if need be.
    pub(crate) fn enqueue(
        &self,
        fd: BorrowedFd<'_>,
        wanted: [Option<u32>; 2],
        waker: Waker,
        (runtime, worker): (&Runtime, u32),
        who: Who,
    ) -> io::Result<Enqueued> {
        let mut inner = self.lock();
        let changed = |direction: usize| {
            wanted[direction].is_some_and(|seen| seen != self.sequence[direction].load(Ordering::Relaxed))
        };
        if changed(READ) || changed(WRITE) {
            return Ok(Enqueued::Changed);
        }
        if let Some(old) = inner.registered
            && old != worker
        {
            // Nobody else waits: the registration comes here, so that no other worker has to be up for our events. Not from
            // under somebody who holds it: two could take it from each other for ever, as each new one reports what holds.
            if inner.is_unused(u32::from(who == Who::Holder)) {
                self.unregister(&mut inner, fd.as_raw_fd(), runtime);
            }
        }
        let added = match inner.registered {
            Some(at) if who == Who::Looker && !self.kept.load(Ordering::Relaxed) => {
                runtime.worker(at).epoll.renew(fd, inner.mark(fd))
            }
            Some(_) => Ok(true),
            None => self.register(&mut inner, fd, (runtime, worker)),
        };
        match added {
            Ok(true) => inner.lookers += u32::from(who == Who::Looker),
            refused => {
                if self.unregister(&mut inner, fd.as_raw_fd(), runtime) {
                    // It was another file's, for which others may wait.
                    self.stir(&mut inner);
                }
                return refused.map(|_| Enqueued::AlwaysReady);
            }
        }
        match wanted {
            [Some(_), Some(_)] => {
                inner.waiters[READ].push(waker.clone());
                inner.waiters[WRITE].push(waker);
            }
            [None, _] => inner.waiters[WRITE].push(waker),
            [_, None] => inner.waiters[READ].push(waker),
        }
        Ok(Enqueued::Yes)
    }

    /// How often this number was closed: tells a waiter that it was woken by that.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Takes a waiter out again, of both directions, once.
    pub(crate) fn forget(&self, wait: WaitId) {
        self.lock().waiters.iter_mut().for_each(|waiters| waiters.remove(wait));
    }

    /// A holder looks no more.
    pub(crate) fn release(&self, fd: RawFd, runtime: &Runtime) {
        let mut inner = self.lock();
        inner.lookers -= 1;
        if !self.kept.load(Ordering::Relaxed) && inner.is_unused(0) {
            self.unregister(&mut inner, fd, runtime);
        }
    }

    /// `Ok(false)`: the fd cannot be polled.
    fn register(
        &self,
        inner: &mut Inner,
        fd: BorrowedFd<'_>,
        (runtime, worker): (&Runtime, u32),
    ) -> io::Result<bool> {
        let added = runtime.worker(worker).epoll.add(fd, inner.mark(fd));
        if matches!(added, Ok(true)) {
            inner.registered = Some(worker);
            self.reported_to.store(worker, Ordering::Relaxed);
        }
        added
    }

    /// Whether it was registered.
    fn unregister(&self, inner: &mut Inner, fd: RawFd, runtime: &Runtime) -> bool {
        let Some(worker) = inner.registered.take() else { return false };
        runtime.worker(worker).epoll.remove(fd);
        self.reported_to.store(NOBODY, Ordering::Relaxed);
        // What holds still is reported when it is registered again.
        self.odd.store(false, Ordering::Relaxed);
        true
    }

    /// Makes all who wait look again.
    fn stir(&self, inner: &mut Inner) {
        for direction in [READ, WRITE] {
            self.sequence[direction].fetch_add(1, Ordering::Release);
            inner.waiters[direction].wake_all();
        }
    }

    fn event(&self, generation: u32, event: Event) {
        let mut inner = self.lock();
        if inner.generation != generation {
            return;
        }
        if event.odd {
            self.odd.store(true, Ordering::Relaxed);
        }
        for (direction, happened) in [(READ, event.read), (WRITE, event.write)] {
            if happened {
                // Under the lock, so that `enqueue` sees either the new number or is woken here.
                self.sequence[direction].fetch_add(1, Ordering::Release);
                inner.waiters[direction].wake_all();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const CHUNK: usize = 256;
const CHUNKS: usize = 1 << 14;

/// Slots by fd number, made in chunks as numbers come up and kept for good: 4 million fds at most, beyond which a wait is
/// refused.
static TABLE: [AtomicPtr<[Slot; CHUNK]>; CHUNKS] = [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNKS];

/// The slot of an fd number.
///
/// # Errors
/// `InvalidInput` for a number beyond the table.
pub(crate) fn slot(fd: RawFd) -> io::Result<&'static Slot> {
    let number = fd as usize;
    let chunk = TABLE.get(number / CHUNK).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("fd {fd} is beyond the {} vervet can wait for", CHUNK * CHUNKS),
        )
    })?;
    let mut slots = chunk.load(Ordering::Acquire);
    if slots.is_null() {
        slots = make_chunk(chunk);
    }
    // SAFETY: a chunk is published with Release once it is complete, and never freed.
    Ok(unsafe { &(*slots)[number % CHUNK] })
}

#[cold]
fn make_chunk(chunk: &AtomicPtr<[Slot; CHUNK]>) -> *mut [Slot; CHUNK] {
    let fresh: Box<[Slot]> = (0..CHUNK).map(|_| Slot::new()).collect();
    let fresh = Box::into_raw(fresh).cast::<[Slot; CHUNK]>();
    match chunk.compare_exchange(std::ptr::null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => fresh,
        Err(other) => {
            // SAFETY: made above as a box of this many slots, and shown to nobody.
            drop(unsafe { Box::from_raw(fresh.cast::<[Slot; CHUNK]>()) });
            other
        }
    }
}

/// Passes an event on to whom it concerns.
pub(crate) fn dispatch(event: Event) {
    let fd = event.data as u32 as RawFd;
    // A number that was registered has a slot.
    if let Ok(slot) = slot(fd) {
        slot.event((event.data >> 32) as u32, event);
    }
}

/// The fd is about to be closed or given away: wakes its waiters and forgets it.
pub(crate) fn close(fd: RawFd, duplicated: bool, runtime: &Runtime) {
    let Some(chunk) = TABLE.get(fd as usize / CHUNK) else { return };
    let slots = chunk.load(Ordering::Acquire);
    if slots.is_null() {
        return;
    }
    // SAFETY: as in `slot`.
    let slot = unsafe { &(*slots)[fd as usize % CHUNK] };
    let mut inner = slot.lock();
    if let Some(worker) = inner.registered.take() {
        inner.generation = inner.generation.wrapping_add(1);
        // Closing the last number of a description takes it out of epoll by itself; as long as another number
        // keeps it open, events would go on coming.
        let epoll = &runtime.worker(worker).epoll;
        if duplicated {
            epoll.remove(fd);
        } else {
            epoll.removed();
        }
        slot.reported_to.store(NOBODY, Ordering::Relaxed);
        slot.odd.store(false, Ordering::Relaxed);
    }
    slot.kept.store(false, Ordering::Relaxed);
    slot.epoch.fetch_add(1, Ordering::Release);
    slot.stir(&mut inner);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_the_table_are_refused() {
        let error = slot((CHUNK * CHUNKS) as RawFd).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(slot(-1).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn one_number_has_one_slot() {
        assert!(std::ptr::eq(slot(300).unwrap(), slot(300).unwrap()));
        assert!(!std::ptr::eq(slot(300).unwrap(), slot(301).unwrap()));
    }
}
