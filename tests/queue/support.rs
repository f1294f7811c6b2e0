//! What the cases share: one type for all kinds of queues, peers of both sorts, and the lists of kinds.

use std::time::Duration;

use vervet::queue::{
    Channel, GetError, GetTimeoutError, JoinableQueue, LifoQueue, PriorityQueue, PutError, PutTimeoutError,
    Queue, TryGetError, TryPutError,
};

use crate::common::Counted;
/// Who is at the other end.
pub(crate) use crate::common::someone::{Kind as Sort, Someone as Peer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    Queue,
    Priority,
    Lifo,
    Joinable,
    Channel,
}

/// A flavour, and its bound if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) flavor: Flavor,
    pub(crate) bound: Option<usize>,
}

impl Kind {
    /// How many items can be put without a get; so many that it makes no difference, where there is no bound.
    pub(crate) fn fits(self) -> usize {
        self.bound.unwrap_or(1_000)
    }

    /// Numbers that were put in this order without a get, in the order in which they are got.
    pub(crate) fn got(self, mut numbers: Vec<usize>) -> Vec<usize> {
        match self.flavor {
            Flavor::Lifo => numbers.reverse(),
            Flavor::Priority => numbers.sort_unstable(),
            _ => {}
        }
        numbers
    }

    pub(crate) fn make<T: Ord>(self) -> Any<T> {
        macro_rules! sized {
            ($variant:ident, $name:ident) => {
                Any::$variant(self.bound.map_or_else($name::unbounded, $name::bounded))
            };
        }
        match self.flavor {
            Flavor::Queue => sized!(Queue, Queue),
            Flavor::Priority => sized!(Priority, PriorityQueue),
            Flavor::Lifo => sized!(Lifo, LifoQueue),
            Flavor::Joinable => sized!(Joinable, JoinableQueue),
            Flavor::Channel => Any::Channel(Channel::new()),
        }
    }

    /// Full of the numbers from 0 on.
    pub(crate) fn full(self) -> Any<usize> {
        let queue = self.make();
        (0..self.fits()).for_each(|n| queue.put(n).unwrap());
        queue
    }
}

/// A queue of any kind.
#[derive(Debug)]
pub(crate) enum Any<T> {
    Queue(Queue<T>),
    Priority(PriorityQueue<T>),
    Lifo(LifoQueue<T>),
    Joinable(JoinableQueue<T>),
    Channel(Channel<T>),
}

/// The same call to whichever it is.
macro_rules! each {
    ($any:expr, $queue:ident => $call:expr) => {
        match $any {
            crate::support::Any::Queue($queue) => $call,
            crate::support::Any::Priority($queue) => $call,
            crate::support::Any::Lifo($queue) => $call,
            crate::support::Any::Joinable($queue) => $call,
            crate::support::Any::Channel($queue) => $call,
        }
    };
}
pub(crate) use each;

impl<T: Ord> Any<T> {
    pub(crate) fn put(&self, item: T) -> Result<(), PutError<T>> {
        each!(self, queue => queue.put(item))
    }

    pub(crate) fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        each!(self, queue => queue.try_put(item))
    }

    pub(crate) fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutTimeoutError<T>> {
        each!(self, queue => queue.put_timeout(item, timeout))
    }

    pub(crate) fn get(&self) -> Result<T, GetError> {
        each!(self, queue => queue.get())
    }

    pub(crate) fn try_get(&self) -> Result<T, TryGetError> {
        each!(self, queue => queue.try_get())
    }

    pub(crate) fn get_timeout(&self, timeout: Duration) -> Result<T, GetTimeoutError> {
        each!(self, queue => queue.get_timeout(timeout))
    }

    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = T> + '_> {
        each!(self, queue => Box::new(queue.iter()))
    }

    pub(crate) fn try_iter(&self) -> Box<dyn Iterator<Item = T> + '_> {
        each!(self, queue => Box::new(queue.try_iter()))
    }

    pub(crate) fn into_iter(self) -> Box<dyn Iterator<Item = T>>
    where
        T: 'static,
    {
        each!(self, queue => Box::new(queue.into_iter()))
    }

    pub(crate) fn peek(&self) -> Result<T, GetError>
    where
        T: Clone,
    {
        each!(self, queue => queue.peek())
    }

    pub(crate) fn try_peek(&self) -> Result<T, TryGetError>
    where
        T: Clone,
    {
        each!(self, queue => queue.try_peek())
    }

    pub(crate) fn peek_timeout(&self, timeout: Duration) -> Result<T, GetTimeoutError>
    where
        T: Clone,
    {
        each!(self, queue => queue.peek_timeout(timeout))
    }

    pub(crate) fn close(&self) -> bool {
        each!(self, queue => queue.close())
    }

    pub(crate) fn is_closed(&self) -> bool {
        each!(self, queue => queue.is_closed())
    }

    pub(crate) fn len(&self) -> usize {
        each!(self, queue => queue.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        each!(self, queue => queue.is_empty())
    }

    pub(crate) fn is_full(&self) -> bool {
        each!(self, queue => queue.is_full())
    }

    pub(crate) fn capacity(&self) -> Option<usize> {
        each!(self, queue => queue.capacity())
    }
}

impl<T> Clone for Any<T> {
    fn clone(&self) -> Any<T> {
        match self {
            Any::Queue(queue) => Any::Queue(queue.clone()),
            Any::Priority(queue) => Any::Priority(queue.clone()),
            Any::Lifo(queue) => Any::Lifo(queue.clone()),
            Any::Joinable(queue) => Any::Joinable(queue.clone()),
            Any::Channel(queue) => Any::Channel(queue.clone()),
        }
    }
}

/// An item whose drop counts. Compared by its number.
#[derive(Debug)]
pub(crate) struct Item(pub(crate) usize, #[allow(dead_code, reason = "dropped")] pub(crate) Counted);

impl PartialEq for Item {
    fn eq(&self, other: &Item) -> bool {
        self.0 == other.0
    }
}
impl Eq for Item {}
impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Item) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Item {
    fn cmp(&self, other: &Item) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// Makes a test of each case for each of the named kinds: on an OS thread and in a greenlet, with peers of both sorts.
macro_rules! cases {
    ($list:ident: $($kind:ident $flavor:ident $bound:expr),*; $cases:tt) => {
        mod $list { $( crate::support::cases!(@ $kind $flavor $bound; $cases); )* }
    };
    (@ $kind:ident $flavor:ident $bound:expr; { $($case:ident)* }) => {
        mod $kind {
            const KIND: crate::support::Kind =
                crate::support::Kind { flavor: crate::support::Flavor::$flavor, bound: $bound };
            $(
                #[test]
                fn $case() {
                    crate::common::checked(|| crate::common::in_both(|| {
                        super::super::$case(KIND, crate::support::Sort::Greenlet);
                        super::super::$case(KIND, crate::support::Sort::Thread);
                    }));
                }
            )*
        }
    };
}
pub(crate) use cases;

/// As `cases`, for all kinds of queues.
macro_rules! cases_of_all {
    ($($case:ident)*) => {
        crate::support::cases! {
            all:
            queue_one Queue Some(1), queue_three Queue Some(3), queue_unbounded Queue None,
            priority_one Priority Some(1), priority_three Priority Some(3), priority_unbounded Priority None,
            lifo_one Lifo Some(1), lifo_three Lifo Some(3), lifo_unbounded Lifo None,
            joinable_one Joinable Some(1), joinable_three Joinable Some(3), joinable_unbounded Joinable None,
            channel Channel Some(0);
            { $($case)* }
        }
    };
}
pub(crate) use cases_of_all;

/// As `cases`, for those in which a put may wait.
macro_rules! cases_of_bounded {
    ($($case:ident)*) => {
        crate::support::cases! {
            bounded:
            queue_one Queue Some(1), queue_three Queue Some(3),
            priority_one Priority Some(1), priority_three Priority Some(3),
            lifo_one Lifo Some(1), lifo_three Lifo Some(3),
            joinable_one Joinable Some(1), joinable_three Joinable Some(3),
            channel Channel Some(0);
            { $($case)* }
        }
    };
}
pub(crate) use cases_of_bounded;
