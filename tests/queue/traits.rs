//! What the types look like from outside: auto traits, `Debug` output, errors.

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use vervet::queue::{
    Channel, GetError, GetTimeoutError, IntoIter, Iter, JoinableQueue, LifoQueue, PriorityQueue, PutError,
    PutTimeoutError, Queue, TryGetError, TryIter, TryPutError,
};

fn all<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Clone + Debug>() {}

#[test]
fn handles_are_shared_as_items_are_sent() {
    all::<Queue<Cell<u32>>>();
    all::<PriorityQueue<Cell<u32>>>();
    all::<LifoQueue<Cell<u32>>>();
    all::<JoinableQueue<Cell<u32>>>();
    all::<Channel<Cell<u32>>>();
}

/// ```compile_fail,E0277
/// fn sent<T: Send>(_: T) {}
/// sent(vervet::queue::Queue::<std::rc::Rc<u32>>::unbounded());
/// ```
#[test]
fn items_need_not_be_sent() {
    // On one thread, anything goes.
    let queue = Queue::bounded(2);
    queue.put(Rc::new(1)).unwrap();
    assert_eq!(queue.get().map(|n| *n), Ok(1));
}

#[test]
fn items_may_borrow() {
    let text = String::from("borrowed");
    let queue = Queue::bounded(1);
    vervet::scope(|scope| {
        scope.spawn(|| queue.put(text.as_str()).unwrap());
        assert_eq!(queue.get(), Ok("borrowed"));
    });
}

#[test]
fn debug_shows_numbers_and_no_items() {
    struct Silent;
    let queue = Queue::bounded(3);
    queue.put(Silent).unwrap();
    assert_eq!(
        format!("{queue:?}"),
        "Queue { len: 1, capacity: Some(3), closed: false, putters: 0, getters: 0 }"
    );
    queue.close();
    assert_eq!(
        format!("{:?}", queue.iter()),
        "Iter(Queue { len: 1, capacity: Some(3), closed: true, putters: 0, getters: 0 })"
    );
    let queue = JoinableQueue::from_iter([Silent]);
    assert_eq!(
        format!("{queue:?}"),
        "JoinableQueue { len: 1, capacity: None, closed: false, putters: 0, getters: 0, unfinished: 1 }"
    );
    assert!(format!("{:?}", PriorityQueue::<u8>::default()).starts_with("PriorityQueue { len: 0"));
    assert!(format!("{:?}", LifoQueue::<u8>::default()).starts_with("LifoQueue { len: 0"));
    assert!(format!("{:?}", Channel::<u8>::default()).starts_with("Channel { len: 0"));
    assert!(format!("{:?}", queue.select_get()).starts_with("SelectGet(JoinableQueue {"));
    assert!(format!("{:?}", queue.select_put(Silent)).starts_with("SelectPut(JoinableQueue {"));
    let queue = Queue::<u8>::default();
    assert!(format!("{:?}", queue.select_peek()).starts_with("SelectPeek(Queue {"));
}

#[test]
fn iterators_are_named() {
    let queue = Queue::from_iter(0..2);
    queue.close();
    let mut iter: Iter<'_, Queue<i32>> = (&queue).into_iter();
    assert_eq!(iter.next(), Some(0));
    let mut rest: TryIter<'_, Queue<i32>> = queue.try_iter();
    assert_eq!(rest.next(), Some(1));
    let mut end: IntoIter<Queue<i32>> = queue.into_iter();
    assert_eq!(end.next(), None);
}

#[test]
fn errors_say_what_happened_and_hand_back() {
    struct Silent(u8);
    fn shown<E: Error + Debug>(error: E) -> String {
        format!("{error:?}: {error}")
    }
    assert_eq!(shown(PutError(Silent(1))), "PutError(..): putting into a closed queue");
    assert_eq!(shown(TryPutError::Full(Silent(1))), "Full(..): putting into a full queue");
    assert_eq!(shown(TryPutError::Closed(Silent(1))), "Closed(..): putting into a closed queue");
    assert_eq!(
        shown(PutTimeoutError::TimedOut(Silent(1))),
        "TimedOut(..): timed out waiting for room in a queue"
    );
    assert_eq!(shown(PutTimeoutError::Closed(Silent(1))), "Closed(..): putting into a closed queue");
    assert_eq!(shown(GetError), "GetError: getting from an empty and closed queue");
    assert_eq!(shown(TryGetError::Empty), "Empty: getting from an empty queue");
    assert_eq!(shown(TryGetError::Closed), "Closed: getting from an empty and closed queue");
    assert_eq!(shown(GetTimeoutError::TimedOut), "TimedOut: timed out waiting for an item of a queue");
    assert_eq!(shown(GetTimeoutError::Closed), "Closed: getting from an empty and closed queue");
    assert_eq!(PutError(Silent(7)).into_inner().0, 7);
    assert_eq!(TryPutError::from(PutError(Silent(8))).into_inner().0, 8);
    assert!(TryPutError::from(PutError(())).is_closed() && TryPutError::Full(()).is_full());
    assert_eq!(PutTimeoutError::from(PutError(Silent(9))).into_inner().0, 9);
    assert_eq!(TryGetError::from(GetError), TryGetError::Closed);
    assert_eq!(GetTimeoutError::from(GetError), GetTimeoutError::Closed);
}
