//! Thread pools: jobs from everywhere, threads that come and go, results and how they fail.

#[path = "../common/mod.rs"]
mod common;

mod jobs;
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::*;
use vervet::sync::AsyncResult;
use vervet::threadpool::{JobPanicked, ShutDown, ThreadPool};

/// A job that holds its thread until told to end.
struct Occupied {
    finish: mpsc::Sender<()>,
    result: AsyncResult<()>,
}

/// Returns once the job runs.
fn occupy(pool: &ThreadPool) -> Occupied {
    let (finish, finished) = mpsc::channel();
    let (start, started) = mpsc::channel();
    let result = pool.submit(move || {
        start.send(()).unwrap();
        // Blocks the thread, as code does that is not vervet's.
        let _ = finished.recv();
    });
    vervet::offload(move || started.recv_timeout(LIMIT / 2)).expect("the job runs");
    Occupied { finish, result }
}

impl Occupied {
    fn end(self) {
        drop(self.finish);
        self.result.get().unwrap();
    }
}

/// Waits for a job, within the limits of a test.
#[track_caller]
fn outcome<T: Clone>(result: &AsyncResult<T>) -> Result<T, vervet::sync::AsyncError> {
    assert!(result.wait_timeout(LIMIT / 2), "the job does not end");
    result.get()
}

#[test]
fn handles_go_between_threads() {
    fn shared<T: Clone + Send + Sync + std::fmt::Debug + Unpin + 'static>() {}
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    shared::<ThreadPool>();
    error::<JobPanicked>();
    error::<ShutDown>();
}

#[test]
fn debug_tells_what_it_does() {
    checked(|| {
        let pool = ThreadPool::new(1);
        let first = occupy(&pool);
        let second = pool.submit(|| ());
        assert_eq!(format!("{pool:?}"), "ThreadPool { max: 1, size: 1, busy: 1, queued: 1 }");
        first.end();
        outcome(&second).unwrap();
    });
}

#[test]
fn a_size_of_zero_is_refused() {
    checked(|| {
        let refusal = "a thread pool of size 0 would never run anything";
        let new = std::panic::catch_unwind(|| ThreadPool::new(0)).unwrap_err();
        assert_eq!(text(new), refusal);
        let resize = std::panic::catch_unwind(|| ThreadPool::new(1).resize(0)).unwrap_err();
        assert_eq!(text(resize), refusal);
    });
}
