//! What the types look like from outside: auto traits, conversions, errors, `Debug`.

use std::cell::Cell;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::panic::{RefUnwindSafe, UnwindSafe};

use vervet::sync::mpsc::{ReceiverRecv, SyncSenderSend, sync_channel};
use vervet::sync::*;

fn shared<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug>() {}
fn sent<T: Send + Debug>() {}
fn synced<T: Sync + Debug>() {}
fn an_error<T: Error + Send + Sync + Clone + Debug + Display + 'static>() {}

/// Compiles only if the type has not the trait: if it has, it is not clear which `lacks` is meant.
macro_rules! lacks {
    ($type:ty: $trait:path) => {{
        trait Lacks<How> {
            fn lacks() {}
        }
        impl<T: ?Sized> Lacks<()> for T {}
        struct HasIt;
        impl<T: ?Sized + $trait> Lacks<HasIt> for T {}
        <$type as Lacks<_>>::lacks()
    }};
}

#[test]
fn auto_traits() {
    shared::<Semaphore>();
    shared::<SemaphorePermit<'static>>();
    shared::<OwnedSemaphorePermit>();
    shared::<Event>();
    shared::<AsyncResult<u32>>();
    shared::<AsyncResult<Vec<String>>>();
    shared::<WaitGroup>();
    shared::<ReentrantMutex<u32>>();
    // One holder at a time: what is behind it need not be `Sync`.
    sent::<ReentrantMutex<Cell<u32>>>();
    synced::<ReentrantMutex<Cell<u32>>>();
    synced::<ReentrantMutexGuard<'static, u32>>();
    sent::<SemaphoreAcquire<'static>>();
    sent::<SemaphoreWait<'static>>();
    sent::<EventWait<'static>>();
    sent::<AsyncResultGet<'static, u32>>();
    sent::<AsyncResultWait<'static, u32>>();
    sent::<WaitGroupWait<'static>>();
    sent::<SyncSenderSend<'static, u32>>();

    lacks!(ReentrantMutexGuard<'static, u32>: Send);
    lacks!(ReentrantMutexGuard<'static, Cell<u32>>: Sync);
    lacks!(ReentrantMutex<std::rc::Rc<u32>>: Sync);
    lacks!(ReentrantMutex<std::rc::Rc<u32>>: Send);
    // Several look at the value at once.
    lacks!(AsyncResult<Cell<u32>>: Send);
    lacks!(AsyncResult<Cell<u32>>: Sync);
    lacks!(AsyncResult<std::rc::Rc<u32>>: Send);
    lacks!(ReceiverRecv<'static, u32>: Send);
}

#[test]
fn errors() {
    an_error::<AcquireError>();
    an_error::<TryAcquireError>();
    an_error::<AcquireTimeoutError>();
    an_error::<AsyncError>();
    an_error::<GetTimeoutError>();

    let closed = Semaphore::new(0);
    closed.close();
    let error = closed.acquire().unwrap_err();
    assert_eq!(TryAcquireError::from(error.clone()), TryAcquireError::Closed);
    assert_eq!(AcquireTimeoutError::from(error), AcquireTimeoutError::Closed);
    assert_eq!(TryAcquireError::NoPermits.to_string(), "no permits available");
    assert_eq!(AcquireTimeoutError::TimedOut.to_string(), "timed out waiting for permits");
    let taken = AsyncResult::from(1);
    taken.take().unwrap();
    let error = GetTimeoutError::from(taken.take().unwrap_err());
    assert_eq!(error.to_string(), "the value has been taken");
    assert!(error.source().is_none());
}

#[test]
fn made_in_statics() {
    static SEMAPHORE: Semaphore = Semaphore::new(1);
    static EVENT: Event = Event::new();
    static MUTEX: ReentrantMutex<u32> = ReentrantMutex::new(5);

    assert!(SEMAPHORE.try_acquire().is_ok());
    assert!(!EVENT.is_set());
    assert_eq!(*MUTEX.lock(), 5);
    assert_eq!(Semaphore::default().available_permits(), 0);
    assert_eq!(*ReentrantMutex::<u32>::default().lock(), 0);
}

#[test]
fn shown() {
    let semaphore = Semaphore::new(2);
    assert_eq!(format!("{semaphore:?}"), "Semaphore { permits: 2, closed: false, .. }");
    let permit = semaphore.acquire().unwrap();
    assert_eq!(format!("{permit:?}"), "SemaphorePermit { permits: 1, .. }");
    assert_eq!(format!("{:?}", Event::new()), "Event { set: false, .. }");
    assert_eq!(format!("{:?}", WaitGroup::new()), "WaitGroup { handles: 1, added: 0, .. }");
    let (tx, _rx) = sync_channel(0);
    assert_eq!(format!("{:?}", tx.select_send(1)), "SyncSenderSend { .. }");
}
