// What a list of items does not show: how they are used in statics, as unsized values, in the shape of declarations.

use ::std::cell::{Cell, RefCell};
use ::std::error::Error;
use ::std::fmt::Display;

// Constructors are const, and the default parameter of `LazyLock` is a function pointer.
static MUTEX: host::sync::Mutex<Vec<u8>> = host::sync::Mutex::new(Vec::new());
static RWLOCK: host::sync::RwLock<Vec<u8>> = host::sync::RwLock::new(Vec::new());
static CONDVAR: host::sync::Condvar = host::sync::Condvar::new();
static ONCE: host::sync::Once = host::sync::Once::new();
static ONCE_LOCK: host::sync::OnceLock<Vec<u8>> = host::sync::OnceLock::new();
static LAZY_LOCK: host::sync::LazyLock<Vec<u8>> = host::sync::LazyLock::new(Vec::new);
static BARRIER: host::sync::Barrier = host::sync::Barrier::new(3);

// Locks of unsized values.
fn slice(lock: &host::sync::Mutex<[u8; 3]>) -> &host::sync::Mutex<[u8]> {
    lock
}

fn object(lock: Box<host::sync::RwLock<u8>>) -> Box<host::sync::RwLock<dyn Display>> {
    lock
}

// A shared guard may be taken for one of something that lives shorter.
fn covariant<'a, 'b>(
    guard: host::sync::RwLockReadGuard<'a, &'static str>,
) -> host::sync::RwLockReadGuard<'a, &'b str> {
    guard
}

fn shorter<'a: 'b, 'b>(guard: host::sync::MutexGuard<'a, u8>) -> host::sync::MutexGuard<'b, u8> {
    guard
}

// Errors go where `?` sends them.
fn propagated(file: &host::fs::File) -> host::io::Result<()> {
    file.try_lock()?;
    Ok(())
}

fn boxed(sender: &host::sync::mpsc::Sender<u8>) -> Result<(), Box<dyn Error>> {
    MUTEX.lock()?.push(1);
    drop(RWLOCK.try_read()?);
    sender.send(1)?;
    Ok(())
}

// No id is zero.
const _: () = assert!(size_of::<Option<host::thread::ThreadId>>() == size_of::<host::thread::ThreadId>());

// The forms of `thread_local!`, with names around that its expansion might use.
struct LocalKey;
struct Storage;
struct Cell2;

host::thread_local! {}

host::thread_local! {
    /// Documented.
    static ONE: Cell<u8> = Cell::new(1);
    #[allow(non_upper_case_globals)]
    pub(crate) static two: RefCell<Vec<LocalKey>> = const { RefCell::new(Vec::new()) };
    pub(in super::super) static THREE: Cell<usize> = const {
        let sum = 1 + 2;
        Cell::new(sum)
    };
    pub static FOUR: Option<Storage> = Some(Storage);
}

host::thread_local!(static FIVE: &'static str = "no semicolon");

fn all(values: &mut Vec<usize>) -> Cell2 {
    values.push(ONE.get().into());
    values.push(two.with_borrow(Vec::len));
    values.push(THREE.get());
    values.push(FOUR.with(|four| four.iter().count()));
    values.push(FIVE.with(|five| five.len()));
    Cell2
}

// Items are imported by globs and renamed, as any.
mod imports {
    use super::host::io::prelude::*;
    use super::host::os::unix::prelude::*;
    use super::host::sync::{self, Arc, atomic::AtomicUsize, mpsc::*};
    use super::host::thread as threads;

    fn all(stream: &mut super::host::net::TcpStream) -> (Receiver<u8>, RawFd) {
        let (sender, receiver) = channel();
        let count = Arc::new((sync::Mutex::new(0), AtomicUsize::new(0)));
        let handle: threads::JoinHandle<_> =
            threads::spawn(move || (sender.send(1), count.1.load(sync::atomic::Ordering::Relaxed)));
        let _ = (handle.join(), stream.flush());
        (receiver, stream.as_raw_fd())
    }
}
