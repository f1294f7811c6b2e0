//! What the benches share: one process per number of workers, and both runtimes in it.
//!
//! vervet's runtime is started once per process with a fixed number of workers. So a bench starts itself again, once for
//! each number it wants to show, and the child, told by `VERVET_WORKERS`, measures. Set that variable yourself
//! to measure with one number only.

use std::env;
use std::fmt::Display;
use std::future::Future;
use std::process::{Command, ExitCode};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use tokio::runtime::Runtime;

const WORKERS: &str = "VERVET_WORKERS";

const SAMPLES: usize = 20;
const WARM_UP: Duration = Duration::from_millis(300);
const MEASUREMENT: Duration = Duration::from_secs(1);

/// The two runtimes under test, with the same number of workers.
pub(crate) struct Contest {
    workers: usize,
    tokio: Runtime,
}

impl Contest {
    fn new(workers: usize) -> Contest {
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers)
            .enable_all()
            .build()
            .expect("tokio starts");
        Contest { workers, tokio }
    }

    /// The last two parts of a case's name: who, and on how many workers.
    pub(crate) fn case(&self, who: impl Into<String>) -> BenchmarkId {
        BenchmarkId::new(who, self.workers)
    }

    /// tokio, to be entered from outside.
    #[allow(dead_code, reason = "not every bench looks at it from outside")]
    pub(crate) fn tokio(&self) -> &Runtime {
        &self.tokio
    }

    /// Runs `f` in a greenlet: whatever it times, it times from inside.
    #[allow(dead_code, reason = "not every bench times from inside")]
    pub(crate) fn in_greenlet<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        vervet::run(f)
    }

    /// Runs `f` in a tokio task: whatever it times, it times from inside.
    #[allow(dead_code, reason = "not every bench times from inside")]
    pub(crate) fn in_task<T: Send + 'static>(&self, f: impl Future<Output = T> + Send + 'static) -> T {
        self.tokio.block_on(async { tokio::spawn(f).await }).expect("the task returns")
    }
}

/// A bench's `main`: measures with each number of workers in turn.
pub(crate) fn main(worker_counts: &[usize], measure: impl FnOnce(&mut Criterion, &Contest)) -> ExitCode {
    match env::var(WORKERS) {
        Ok(count) => match count.parse() {
            Ok(workers) if workers > 0 => measure_here(workers, measure),
            _ => fail(format_args!("{WORKERS}={count} is not a number of workers")),
        },
        Err(_) => {
            for &workers in worker_counts {
                if let Err(message) = measure_in_child(workers) {
                    return fail(message);
                }
            }
            ExitCode::SUCCESS
        }
    }
}

fn measure_here(workers: usize, measure: impl FnOnce(&mut Criterion, &Contest)) -> ExitCode {
    let mut criterion = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(WARM_UP)
        .measurement_time(MEASUREMENT)
        .configure_from_args();
    measure(&mut criterion, &Contest::new(workers));
    criterion.final_summary();
    ExitCode::SUCCESS
}

fn measure_in_child(workers: usize) -> Result<(), String> {
    let exe = env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
    let status = Command::new(exe)
        .args(env::args_os().skip(1))
        .env(WORKERS, workers.to_string())
        .status()
        .map_err(|error| format!("a child cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("with {workers} workers: {status}")) }
}

#[expect(clippy::print_stderr, reason = "a program's last words")]
fn fail(message: impl Display) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
