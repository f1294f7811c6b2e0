//! A connection whose writes wait in a queue of bounded length, so that nobody has to wait for a slow reader at its other end.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use vervet::net::{Shutdown, TcpStream};
use vervet::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Its clones are the same connection. It is closed when all of them are gone, and the queue is empty.
#[derive(Clone)]
pub(crate) struct Line {
    stream: Arc<TcpStream>,
    queue: SyncSender<Arc<[u8]>>,
}

impl Line {
    /// Up to `length` writes wait, each of them no longer than `patience` once it has come to its turn.
    pub(crate) fn new(stream: TcpStream, length: usize, patience: Duration) -> io::Result<Line> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(patience))?;
        let (queue, queued) = sync_channel(length);
        let stream = Arc::new(stream);
        let line = Line { stream: Arc::clone(&stream), queue };
        drop(vervet::spawn(move || write_all(&stream, &queued)));
        Ok(line)
    }

    /// Writes later, unless too much waits already: then the connection ends here. Whether it goes on.
    pub(crate) fn post(&self, bytes: &Arc<[u8]>) -> bool {
        let posted = self.queue.try_send(Arc::clone(bytes)).is_ok();
        if !posted {
            let _ = self.stream.shutdown(Shutdown::Both); // it may have ended already
        }
        posted
    }

    pub(crate) fn is(&self, other: &Line) -> bool {
        Arc::ptr_eq(&self.stream, &other.stream)
    }
}

fn write_all(mut stream: &TcpStream, queued: &Receiver<Arc<[u8]>>) {
    for bytes in queued {
        if stream.write_all(&bytes).is_err() {
            break;
        }
    }
    // Its reader is to hear of it. It may have ended already.
    let _ = stream.shutdown(Shutdown::Both);
}

impl Read for Line {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (&*self.stream).read(buf)
    }
}

/// Waits for room in the queue.
impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.queue.send(bytes.into()).map_err(|_| ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
