//! What many greenlets write to one stream: put together while it waits for the writer, and written in one go.

use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use vervet::net::{Shutdown, TcpStream};
use vervet::sync::{Condvar, Mutex, MutexGuard};

use crate::protocol::Message;

/// Who wants to add to more than this waits until some of it has been written.
const ENOUGH: usize = 1 << 20;

#[derive(Default)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    filled: Condvar,
    emptied: Condvar,
    writes: AtomicU64,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    closed: bool,
}

impl Outbox {
    /// Adds a message, to be written soon. Waits where too much is waiting already.
    pub(crate) fn post(&self, message: Message) -> io::Result<()> {
        let full = |queue: &mut Queue| queue.bytes.len() > ENOUGH && !queue.closed;
        let mut queue = self.emptied.wait_while(self.lock(), full).expect("nobody panics with it");
        if queue.closed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        message.write(&mut queue.bytes)?;
        self.filled.notify_one();
        Ok(())
    }

    /// Nothing is added from here on; what is there will be written.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    /// The writer: writes whatever comes, until the outbox is closed and empty, or the stream takes no more. That ends both.
    pub(crate) fn write_to(&self, mut stream: &TcpStream) {
        let mut batch = Vec::new();
        while self.take(&mut batch) {
            self.writes.fetch_add(1, Ordering::Relaxed);
            if stream.write_all(&batch).is_err() {
                break;
            }
        }
        self.close();
        let _ = stream.shutdown(Shutdown::Both); // it may have ended already
    }

    /// How often the stream was written to.
    pub(crate) fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Waits for something to write and takes all there is; `false` when nothing will come any more.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        batch.clear();
        let nothing = |queue: &mut Queue| queue.bytes.is_empty() && !queue.closed;
        let mut queue = self.filled.wait_while(self.lock(), nothing).expect("nobody panics with it");
        mem::swap(batch, &mut queue.bytes);
        self.emptied.notify_all();
        !batch.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nobody panics with it")
    }
}
