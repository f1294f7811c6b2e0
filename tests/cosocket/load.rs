//! A load for servers that go away and come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use crate::program::Program;

/// Sends `requests` from 200 greenlets, each again until it is answered, and starts the server again in the middle, if there is one to
/// start. Before that none may fail, and none of those sent to the new one. Answers how many failed, and how often the connection
/// that was used most was used again.
pub(crate) fn load(
    requests: usize,
    mut restart: Option<&mut Program>,
    request: impl Fn(usize) -> Result<u64, Failed> + Copy + Send + Sync + 'static,
) -> (usize, u64) {
    let counts = Arc::new(Counts::default());
    let workers: Vec<_> = (0..200)
        .map(|_| {
            let counts = Arc::clone(&counts);
            vervet::spawn(move || counts.work(requests, request))
        })
        .collect();
    while workers.iter().any(|worker| !worker.is_finished()) {
        if counts.done.load(SeqCst) > requests / 3
            && let Some(server) = restart.take()
        {
            counts.restarting.store(true, SeqCst);
            server.stop();
            server.restart();
            counts.restarted.store(true, SeqCst);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    vervet::join_all(workers).into_iter().for_each(Result::unwrap);
    assert!(restart.is_none() && counts.done.load(SeqCst) == requests);
    (counts.failed.load(SeqCst), counts.reused.load(SeqCst))
}

#[derive(Default)]
struct Counts {
    next: AtomicUsize,
    done: AtomicUsize,
    failed: AtomicUsize,
    reused: AtomicU64,
    restarting: AtomicBool,
    restarted: AtomicBool,
}

impl Counts {
    fn work(&self, requests: usize, request: impl Fn(usize) -> Result<u64, Failed>) {
        loop {
            let number = self.next.fetch_add(1, SeqCst);
            if number >= requests {
                return;
            }
            loop {
                let after = self.restarted.load(SeqCst);
                match request(number) {
                    Ok(reused) => {
                        self.reused.fetch_max(reused, SeqCst);
                        break;
                    }
                    Err(failed) => {
                        assert!(self.restarting.load(SeqCst) && !after, "{failed:?}, and the server is up");
                        match failed {
                            Failed::Connecting => vervet::sleep(Duration::from_millis(1)),
                            Failed::InFlight => drop(self.failed.fetch_add(1, SeqCst)),
                        }
                    }
                }
            }
            self.done.fetch_add(1, SeqCst);
        }
    }
}

/// How a request can fail.
#[derive(Debug)]
pub(crate) enum Failed {
    /// It was never sent.
    Connecting,
    InFlight,
}
