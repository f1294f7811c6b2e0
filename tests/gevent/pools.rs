//! Groups, pools, thread pools.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use vervet::JoinError;
use vervet::pool::{Group, Pool};
use vervet::threadpool::ThreadPool;

use crate::common::*;
use crate::{Log, STEP, differs, list, same, steps};

/// A value, or the text of what went wrong.
fn told<T: ToString>(result: Result<T, JoinError>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(JoinError::Killed) => "killed".to_owned(),
        Err(JoinError::Panicked(payload)) => text(payload).to_owned(),
    }
}

/// How many are inside at once, at most.
#[derive(Clone, Default)]
struct Crowd(Arc<(AtomicUsize, AtomicUsize)>);

impl Crowd {
    fn visit(&self, stay: impl FnOnce()) {
        let (now, most) = &*self.0;
        most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
        stay();
        now.fetch_sub(1, SeqCst);
    }

    fn most(&self) -> usize {
        self.0.1.load(SeqCst)
    }
}

/// Fails for 2, and answers with anything else.
fn not_two(n: u32) -> u32 {
    if n == 2 {
        fail("boom");
    }
    n
}

// --- Group ---------------------------------------------------------------------------------------------------------

#[test]
fn group_tracks_the_living() {
    same("group_tracks_the_living", || {
        let (group, gates) = (Group::new(), [Gate::new(), Gate::new()]);
        let members = gates.each_ref().map(|gate| {
            let gate = gate.clone();
            group.spawn(move || gate.pass())
        });
        let mut counts = vec![group.len()];
        gates[0].open();
        over(&members[0].handle());
        counts.push(group.len());
        gates[1].open();
        let joined = group.join_timeout(HOUR);
        counts.push(group.len());
        format!("counts={} joined={joined}", list(counts))
    });
}

#[test]
fn group_join_timeout() {
    same("group_join_timeout", || {
        let (group, gate) = (Group::new(), Gate::new());
        let theirs = gate.clone();
        group.spawn(move || theirs.pass());
        let early = group.join_timeout(STEP);
        gate.open();
        format!("early={early} then={}", group.join_timeout(HOUR))
    });
}

#[test]
fn group_kill() {
    same("group_kill", || {
        let group = Group::new();
        let members = [(); 2].map(|()| group.spawn(|| vervet::sleep(Duration::MAX)));
        group.kill();
        format!(
            "length={} ready={}",
            group.len(),
            list(members.each_ref().map(|member| member.is_finished()))
        )
    });
}

#[test]
fn group_discard() {
    same("group_discard", || {
        let group = Group::new();
        let member = group.spawn(|| vervet::sleep(Duration::MAX));
        group.discard(&member.handle());
        let (length, joined, running) = (group.len(), group.join_timeout(STEP), !member.is_finished());
        member.kill();
        over(&member.handle());
        format!("length={length} joined={joined} running={running}")
    });
}

#[test]
fn group_adds_a_stranger() {
    same("group_adds_a_stranger", || {
        let (group, stranger) = (Group::new(), vervet::spawn_later(STEP, || ()));
        group.add(&stranger.handle());
        let before = group.len();
        group.join();
        format!("before={before} after={} ready={}", group.len(), stranger.is_finished())
    });
}

// --- Pool ----------------------------------------------------------------------------------------------------------

#[test]
fn pool_blocks_when_full() {
    same("pool_blocks_when_full", || {
        let (log, pool, third) = (Log::new(), Pool::new(2), Gate::new());
        let gates = [Gate::new(), Gate::new(), Gate::new()];
        let member = |n: usize| {
            let (log, gate, third) = (log.clone(), gates[n - 1].clone(), (n == 3).then(|| third.clone()));
            move || {
                // With several workers it may begin before `spawn` has returned.
                third.inspect(Gate::pass);
                log.add(format!("start{n}"));
                gate.pass();
                log.add(format!("end{n}"));
            }
        };
        let first = pool.spawn(member(1)).handle();
        parked(&first, "join");
        let second = pool.spawn(member(2)).handle();
        parked(&second, "join");
        let (spawner, gate) = (vervet::current().unwrap(), gates[0].clone());
        let opener = vervet::spawn(move || {
            parked(&spawner, "lock");
            gate.open();
        });
        let last = pool.spawn(member(3)).handle();
        log.add("third_spawned");
        opener.join().unwrap();
        third.open();
        eventually("the third has begun", || log.to_string().contains("start3"));
        gates[1].open();
        over(&second);
        gates[2].open();
        over(&last);
        pool.join();
        format!("log={log}")
    });
}

#[test]
fn pool_free_count() {
    same("pool_free_count", || {
        let (pool, gate) = (Pool::new(2), Gate::new());
        let mut counts = vec![pool.free_count()];
        for _ in 0..2 {
            let gate = gate.clone();
            pool.spawn(move || gate.pass());
            counts.push(pool.free_count());
        }
        let full = pool.is_full();
        gate.open();
        pool.join();
        counts.push(pool.free_count());
        format!("counts={} full={full}", list(counts))
    });
}

#[test]
fn pool_full_without_waiting() {
    same("pool_full_without_waiting", || {
        let (pool, gate) = (Pool::new(1), Gate::new());
        let theirs = gate.clone();
        pool.spawn(move || theirs.pass());
        let refused = pool.try_spawn(|| ()).is_err();
        gate.open();
        pool.join();
        let later = pool.try_spawn(|| ()).is_err();
        pool.join();
        format!("refused={refused} later_refused={later}")
    });
}

#[test]
fn pool_wait_available() {
    same("pool_wait_available", || {
        let pool = Pool::new(1);
        pool.spawn(|| steps(2));
        let before = pool.free_count();
        pool.wait_available();
        format!("before={before} after={}", pool.free_count())
    });
}

#[test]
fn pool_map_order() {
    same("pool_map_order", || {
        let squares = Pool::new(3).map(1..=3, |n| {
            steps(4 - n);
            n * n
        });
        format!("values={}", list(squares.into_iter().map(told)))
    });
}

/// A failure stands in its place, and takes nothing from the others.
#[test]
fn pool_map_failure() {
    let (theirs, ours) = ("map_raises=boom others_finished=1,3", "map_answers=1,boom,3 others_finished=1,3");
    differs("pool_map_failure", theirs, ours, || {
        let log = Log::new();
        let results = Pool::new(3).map(1..=3, |n| {
            let n = not_two(n);
            steps(2 * n);
            log.add(n);
            n
        });
        format!("map_answers={} others_finished={log}", list(results.into_iter().map(told)))
    });
}

#[test]
fn pool_imap_order() {
    same("pool_imap_order", || {
        let values = Pool::new(3).imap(1..=3, |n| {
            steps(4 - n);
            n
        });
        format!("values={}", list(values.map(told)))
    });
}

#[test]
fn pool_imap_failure() {
    same("pool_imap_failure", || {
        let items = Pool::new(3).imap(1..=3, not_two);
        format!("items={}", list(items.map(told)))
    });
}

#[test]
fn pool_imap_unordered_order() {
    same("pool_imap_unordered_order", || {
        let values = Pool::new(3).imap_unordered([3, 1, 2], |n| {
            steps(2 * n);
            n
        });
        format!("values={}", list(values.map(told)))
    });
}

#[test]
fn pool_imap_unordered_failure() {
    same("pool_imap_unordered_failure", || {
        let mut items: Vec<_> = Pool::new(3).imap_unordered(1..=3, not_two).map(told).collect();
        items.sort();
        format!("items={}", list(items))
    });
}

#[test]
fn pool_imap_reads_ahead_so_far() {
    same("pool_imap_reads_ahead_so_far", || {
        let (pool, started) = (Pool::new(2), Arc::new(AtomicUsize::new(0)));
        let ours = Arc::clone(&started);
        let mut items = pool
            .imap(0_u32.., move |n| {
                ours.fetch_add(1, SeqCst);
                n
            })
            .buffer(3);
        let read: Vec<_> = items.by_ref().take(4).map(told).collect();
        eventually("the buffer is full", || started.load(SeqCst) >= read.len() + 3);
        pool.join();
        let ahead = started.load(SeqCst) - read.len();
        drop(items);
        format!("read={} ahead_at_most_pool_and_buffer={}", list(read), ahead <= 2 + 3)
    });
}

/// There is a bound, always: whoever reads slowly holds up the items, not the memory.
#[test]
fn pool_imap_without_a_bound() {
    differs("pool_imap_without_a_bound", "read=0 begun=50", "read=0 begun=3", || {
        let (pool, started) = (Pool::new(2), Arc::new(AtomicUsize::new(0)));
        let ours = Arc::clone(&started);
        let mut items = pool.imap(0..50, move |n| {
            ours.fetch_add(1, SeqCst);
            n
        });
        let read = told(items.next().unwrap());
        eventually("two more have begun", || started.load(SeqCst) >= 3);
        pool.join();
        steps(2);
        format!("read={read} begun={}", started.load(SeqCst))
    });
}

#[test]
fn pool_bounds_map() {
    same("pool_bounds_map", || {
        let crowd = Crowd::default();
        Pool::new(2).map(0..6, |_| crowd.visit(|| steps(1)));
        format!("most_at_once={}", crowd.most())
    });
}

#[test]
fn pool_kill() {
    same("pool_kill", || {
        let (log, pool) = (Log::new(), Pool::new(2));
        for _ in 0..2 {
            let log = log.clone();
            let member = pool.spawn(move || {
                let _finally = OnDrop(|| log.add("finally"));
                vervet::sleep(Duration::MAX);
            });
            parked(&member.handle(), "sleep");
        }
        pool.kill();
        format!("log={log} free={}", pool.free_count())
    });
}

#[test]
fn pool_apply() {
    same("pool_apply", || format!("value={}", told(Pool::new(1).apply(|| 7))));
}

#[test]
fn pool_apply_within() {
    same("pool_apply_within", || {
        let pool = Pool::new(1);
        let inner = pool.clone();
        let member = pool.spawn(move || {
            let me = vervet::current();
            inner.apply(|| vervet::current() == me).unwrap()
        });
        format!("inline={}", member.join().unwrap())
    });
}

#[test]
fn pool_apply_failure() {
    same("pool_apply_failure", || format!("error={}", told(Pool::new(1).apply(|| -> i32 { fail("boom") }))));
}

/// Nothing would ever run in it.
#[test]
fn pool_of_size_zero() {
    differs("pool_of_size_zero", "spawn_blocks=true", "new_panics=true", || {
        format!("new_panics={}", catch_unwind(|| Pool::new(0)).is_err())
    });
}

// --- ThreadPool ----------------------------------------------------------------------------------------------------

#[test]
fn threadpool_map_order() {
    same("threadpool_map_order", || {
        let pool = ThreadPool::new(3);
        let squares = pool.map(0..4, |n: u32| {
            thread::sleep(STEP * (3 - n));
            n * n
        });
        format!("values={}", list(squares.into_iter().map(Result::unwrap)))
    });
}

#[test]
fn threadpool_result() {
    same("threadpool_result", || {
        let result = ThreadPool::new(1).submit(|| 7);
        format!("value={} again={}", result.get().unwrap(), result.get().unwrap())
    });
}

#[test]
fn threadpool_failure() {
    same("threadpool_failure", || {
        let pool = ThreadPool::new(1);
        let error = pool.submit(|| -> i32 { fail("boom") }).get().unwrap_err().to_string();
        let error = if error.contains("boom") { "boom" } else { "else" };
        format!("error={error} pool_goes_on={}", pool.apply(|| true).unwrap())
    });
}

#[test]
fn threadpool_callback() {
    same("threadpool_callback", || {
        let (log, pool) = (Log::new(), ThreadPool::new(1));
        let ours = log.clone();
        let result = pool.submit(|| 7);
        result.link(move |result| ours.add(result.as_ref().unwrap()));
        eventually("the link was called", || !log.is_empty());
        format!("log={log}")
    });
}

#[test]
fn threadpool_apply_lets_others_run() {
    same("threadpool_apply_lets_others_run", || {
        let (log, pool) = (Log::new(), ThreadPool::new(1));
        let (ours, (go, held)) = (log.clone(), std::sync::mpsc::channel());
        // On this worker: it runs while the thread is waited for, or never.
        let other = vervet::spawn_local(move || {
            ours.add("greenlet");
            go.send(()).unwrap();
        });
        pool.apply(move || held.recv().unwrap()).unwrap();
        log.add("thread");
        other.join().unwrap();
        format!("order={log}")
    });
}

#[test]
fn threadpool_limit() {
    same("threadpool_limit", || {
        let crowd = Crowd::default();
        let ours = crowd.clone();
        ThreadPool::new(2).map(0..6, move |_| ours.visit(|| thread::sleep(STEP)));
        format!("most_at_once={}", crowd.most())
    });
}

/// What is submitted waits in a queue; whoever submits does not.
#[test]
fn threadpool_spawn_when_busy() {
    let (theirs, ours) = ("spawn_waited_for_a_thread=true", "spawn_waited_for_a_thread=false");
    differs("threadpool_spawn_when_busy", theirs, ours, || {
        let pool = ThreadPool::new(1);
        let (go, held) = std::sync::mpsc::channel::<()>();
        let first = pool.submit(move || held.recv().is_ok());
        let rest = [(); 2].map(|()| pool.submit(|| ()));
        let waited = first.is_ready();
        drop(go);
        rest.into_iter().for_each(|result| result.get().unwrap());
        format!("spawn_waited_for_a_thread={waited}")
    });
}
