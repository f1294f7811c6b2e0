//! Queues and channels.

use std::panic::{AssertUnwindSafe, catch_unwind};

use vervet::queue::{
    Channel, GetTimeoutError, JoinableQueue, LifoQueue, PriorityQueue, Queue, TryGetError, TryPutError,
};
use vervet::{spawn_later, spawn_local};

use crate::common::*;
use crate::{Log, STEP, differs, list, same};

// --- Queue ---------------------------------------------------------------------------------------------------------

#[test]
fn queue_fifo() {
    same("queue_fifo", || {
        let queue = Queue::unbounded();
        for n in [1, 2, 3] {
            queue.put(n).unwrap();
        }
        format!("order={}", list(queue.try_iter()))
    });
}

#[test]
fn queue_getters_fifo() {
    same("queue_getters_fifo", || {
        let queue = Queue::unbounded();
        let getters = [1, 2, 3].map(|n| {
            let queue = queue.clone();
            let getter = vervet::spawn(move || format!("{n}:{}", queue.get().unwrap()));
            parked(&getter.handle(), "channel");
            getter
        });
        for item in ['a', 'b', 'c'] {
            queue.put(item).unwrap();
        }
        format!("served={}", list(vervet::join_all(getters).into_iter().map(Result::unwrap)))
    });
}

#[test]
fn queue_putters_fifo() {
    same("queue_putters_fifo", || {
        let queue = Queue::bounded(1);
        queue.put(0).unwrap();
        let putters = [1, 2, 3].map(|n| {
            let queue = queue.clone();
            let putter = vervet::spawn(move || queue.put(n).unwrap());
            parked(&putter.handle(), "channel");
            putter
        });
        let order = list([(); 4].map(|()| queue.get().unwrap()));
        vervet::join_all(putters);
        format!("order={order}")
    });
}

#[test]
fn queue_put_blocks_when_full() {
    same("queue_put_blocks_when_full", || {
        let (log, queue) = (Log::new(), Queue::bounded(1));
        let (theirs, items) = (log.clone(), queue.clone());
        // Local, so that it goes on only when its partner waits for it.
        let producer = spawn_local(move || {
            for n in [1, 2] {
                items.put(n).unwrap();
                theirs.add(format!("put{n}"));
            }
        });
        parked(&producer.handle(), "channel");
        log.add("look");
        log.add(format!("got{}", queue.get().unwrap()));
        producer.join().unwrap();
        format!("log={log} length={}", queue.len())
    });
}

#[test]
fn queue_full_and_empty() {
    same("queue_full_and_empty", || {
        let queue = Queue::bounded(1);
        queue.try_put(1).unwrap();
        let put = match queue.try_put(2) {
            Err(TryPutError::Full(2)) => "Full",
            _ => "else",
        };
        queue.try_get().unwrap();
        let get = match queue.try_get() {
            Err(TryGetError::Empty) => "Empty",
            _ => "else",
        };
        format!("put={put} get={get}")
    });
}

#[test]
fn queue_timeouts() {
    same("queue_timeouts", || {
        let queue = Queue::bounded(1);
        let get = queue.get_timeout(STEP) == Err(GetTimeoutError::TimedOut);
        queue.put(1).unwrap();
        let put = queue.put_timeout(2, STEP).is_err_and(|error| error.is_timed_out());
        format!("get_late={get} put_late={put} left={}", queue.len())
    });
}

#[test]
fn queue_peek() {
    same("queue_peek", || {
        let queue = Queue::unbounded();
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        let peeked = list([queue.peek().unwrap(), queue.peek().unwrap()]);
        format!("peeked={peeked} length={} got={}", queue.len(), queue.get().unwrap())
    });
}

#[test]
fn queue_peek_waits() {
    same("queue_peek_waits", || {
        let queue = Queue::unbounded();
        let items = queue.clone();
        spawn_later(STEP, move || items.put(1).unwrap());
        format!("peeked={} length={}", queue.peek().unwrap(), queue.len())
    });
}

/// By `close`, not by an item of a special kind.
#[test]
fn queue_iteration_ends() {
    same("queue_iteration_ends", || {
        let queue = Queue::unbounded();
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        queue.close();
        format!("items={} length={}", list(queue.iter()), queue.len())
    });
}

/// Neither "no limit" nor a rendezvous: it says which types those are.
#[test]
fn queue_of_size_zero() {
    differs("queue_of_size_zero", "holds=2", "panics=true", || {
        format!("panics={}", catch_unwind(|| Queue::<i32>::bounded(0)).is_err())
    });
}

#[test]
fn queue_killed_getter() {
    same("queue_killed_getter", || {
        let queue = Queue::unbounded();
        let items = queue.clone();
        let getter = vervet::spawn(move || items.get());
        parked(&getter.handle(), "channel");
        getter.kill();
        over(&getter.handle());
        queue.put(1).unwrap();
        format!("item={}", queue.get_timeout(HOUR).unwrap())
    });
}

// --- other orders --------------------------------------------------------------------------------------------------

#[test]
fn priority_queue_order() {
    same("priority_queue_order", || {
        let queue = PriorityQueue::unbounded();
        for n in [3, 1, 2] {
            queue.put(n).unwrap();
        }
        format!("order={}", list(queue.try_iter()))
    });
}

#[test]
fn priority_queue_peek() {
    same("priority_queue_peek", || {
        let queue = PriorityQueue::unbounded();
        for n in [3, 1, 2] {
            queue.put(n).unwrap();
        }
        format!("peeked={} length={}", queue.peek().unwrap(), queue.len())
    });
}

#[test]
fn lifo_queue_order() {
    same("lifo_queue_order", || {
        let queue = LifoQueue::unbounded();
        for n in [1, 2, 3] {
            queue.put(n).unwrap();
        }
        format!("order={}", list(queue.try_iter()))
    });
}

// --- JoinableQueue -------------------------------------------------------------------------------------------------

#[test]
fn joinable_join_waits() {
    same("joinable_join_waits", || {
        let (log, queue) = (Log::new(), JoinableQueue::unbounded());
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        let (theirs, items) = (log.clone(), queue.clone());
        let worker = vervet::spawn(move || {
            for _ in 0..2 {
                theirs.add(items.get().unwrap());
                items.task_done();
            }
        });
        queue.join();
        log.add("joined");
        worker.join().unwrap();
        format!("log={log}")
    });
}

#[test]
fn joinable_join_timeout() {
    same("joinable_join_timeout", || {
        let queue = JoinableQueue::unbounded();
        queue.put(1).unwrap();
        queue.get().unwrap();
        let early = queue.join_timeout(STEP);
        queue.task_done();
        format!("early={early} then={}", queue.join_timeout(STEP))
    });
}

#[test]
fn task_done_too_often() {
    same("task_done_too_often", || {
        let queue = JoinableQueue::unbounded();
        queue.put(1).unwrap();
        queue.get().unwrap();
        queue.task_done();
        format!("refused={}", catch_unwind(AssertUnwindSafe(|| queue.task_done())).is_err())
    });
}

#[test]
fn shutdown_gentle() {
    same("shutdown_gentle", || {
        let queue = JoinableQueue::unbounded();
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        queue.shutdown();
        let put = queue.put(3).is_err();
        let got = list([queue.get().unwrap(), queue.get().unwrap()]);
        format!("put_refused={put} got={got} then_refused={}", queue.get().is_err())
    });
}

#[test]
fn shutdown_immediate() {
    same("shutdown_immediate", || {
        let queue = JoinableQueue::unbounded();
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        assert_eq!(queue.shutdown_now(), [1, 2], "what nobody got comes back");
        let (get, length) = (queue.get().is_err(), queue.len());
        format!("get_refused={get} length={length} joined={}", queue.join_timeout(STEP))
    });
}

#[test]
fn shutdown_wakes_waiters() {
    same("shutdown_wakes_waiters", || {
        let (empty, full) = (JoinableQueue::<i32>::unbounded(), JoinableQueue::bounded(1));
        full.put(1).unwrap();
        let (items, room) = (empty.clone(), full.clone());
        let getter = vervet::spawn(move || items.get().is_err());
        let putter = vervet::spawn(move || room.put(2).is_err());
        parked(&getter.handle(), "channel");
        parked(&putter.handle(), "channel");
        empty.shutdown();
        full.shutdown();
        format!("getter={} putter={}", getter.join().unwrap(), putter.join().unwrap())
    });
}

// --- Channel -------------------------------------------------------------------------------------------------------

#[test]
fn channel_is_a_rendezvous() {
    same("channel_is_a_rendezvous", || {
        let (log, channel) = (Log::new(), Channel::new());
        let (theirs, items) = (log.clone(), channel.clone());
        // Local, so that it goes on only when its partner waits for it.
        let producer = spawn_local(move || {
            items.put(1).unwrap();
            theirs.add("put");
        });
        parked(&producer.handle(), "channel");
        log.add("look");
        log.add(format!("got{}", channel.get().unwrap()));
        producer.join().unwrap();
        format!("log={log} length={}", channel.len())
    });
}

#[test]
fn channel_put_timeout() {
    same("channel_put_timeout", || {
        let channel = Channel::new();
        let put = channel.put_timeout(1, STEP).is_err_and(|error| error.is_timed_out());
        let get = channel.get_timeout(STEP) == Err(GetTimeoutError::TimedOut);
        format!("put_late={put} get_late={get}")
    });
}

#[test]
fn channel_many() {
    same("channel_many", || {
        let channel = Channel::new();
        let putters = [1, 2, 3].map(|n| {
            let channel = channel.clone();
            let putter = vervet::spawn(move || channel.put(n).unwrap());
            parked(&putter.handle(), "channel");
            putter
        });
        let order = list([(); 3].map(|()| channel.get().unwrap()));
        vervet::join_all(putters);
        format!("order={order}")
    });
}
