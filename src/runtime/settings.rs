//! What the runtime is started with: the builder's word, else the environment's, else a default.
//!
//! Uses `std` only.

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

/// More workers than this are a mistake, and would each cost a thread, an epoll instance and an eventfd.
const MAX_WORKERS: usize = 1024;
const DEFAULT_STACK: usize = 256 * 1024;
const DEFAULT_OFFLOAD: usize = 64;

/// How I/O readiness is learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reactor {
    /// The best this build and kernel have; today that is epoll.
    #[default]
    Auto,
    /// One edge-triggered epoll instance per worker.
    Epoll,
    /// io_uring. Not in this version: `start` answers `Unsupported`.
    Uring,
}

/// What runs a greenlet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(not(feature = "may"), expect(unreachable_pub, reason = "there is nothing to choose then"))]
pub enum Scheduler {
    /// vervet's own: the greenlet stays on the OS thread on which it first ran.
    #[default]
    Vervet,
    /// may's: the greenlet is one of its coroutines and changes OS threads. Needs the feature `may`.
    May,
}

/// Whether this program has said that it stands by what `Builder::allow_may` asks of it.
static MAY_ALLOWED: AtomicBool = AtomicBool::new(false);

/// From now on the environment may choose may's scheduler.
#[cfg(feature = "may")]
pub(crate) fn allow_may() {
    // Relaxed: it publishes nothing.
    MAY_ALLOWED.store(true, Ordering::Relaxed);
}

/// What the user asked for; `None` where he said nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) workers: Option<usize>,
    pub(crate) stack_size: Option<usize>,
    pub(crate) reactor: Option<Reactor>,
    pub(crate) offload_threads: Option<usize>,
    /// Go without a panic count for each greenlet.
    pub(crate) shared_panics: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) workers: usize,
    pub(crate) stack_size: usize,
    pub(crate) offload_threads: usize,
    pub(crate) shared_panics: bool,
    pub(crate) scheduler: Scheduler,
}

impl Settings {
    /// Settles everything. A variable that is set is checked even where the builder overrules it: a typo in a
    /// deployment should not wait for the day it matters.
    pub(crate) fn settle(wishes: &Wishes, env: impl Fn(&str) -> Option<String>) -> io::Result<Settings> {
        let env_workers = number("VERVET_WORKERS", &env)?;
        let env_stack = number("VERVET_STACK_SIZE", &env)?;
        let env_reactor = reactor("VERVET_REACTOR", &env)?;
        let workers = wishes.workers.or(env_workers).unwrap_or_else(default_workers);
        let name = |wish: Option<usize>, method, variable| if wish.is_some() { method } else { variable };
        if workers == 0 || workers > MAX_WORKERS {
            let name = name(wishes.workers, "workers", "VERVET_WORKERS");
            return Err(invalid(format!("{name}: expected 1 to {MAX_WORKERS} workers, got {workers}")));
        }
        let stack_size = wishes.stack_size.or(env_stack).unwrap_or(DEFAULT_STACK);
        if stack_size == 0 {
            let name = name(wishes.stack_size, "stack_size", "VERVET_STACK_SIZE");
            return Err(invalid(format!("{name}: expected a number of bytes above 0, got 0")));
        }
        let offload_threads = wishes.offload_threads.unwrap_or(DEFAULT_OFFLOAD);
        if offload_threads == 0 {
            return Err(invalid("offload_threads: expected at least 1 thread, got 0".to_owned()));
        }
        if wishes.reactor.or(env_reactor) == Some(Reactor::Uring) {
            let name = if wishes.reactor.is_some() { "reactor" } else { "VERVET_REACTOR" };
            let text = format!("{name}: the io_uring reactor is not part of this version; use epoll");
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        let scheduler = scheduler("VERVET_SCHEDULER", &env)?;
        Ok(Settings { workers, stack_size, offload_threads, shared_panics: wishes.shared_panics, scheduler })
    }
}

fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_WORKERS)
}

fn number(name: &str, env: impl Fn(&str) -> Option<String>) -> io::Result<Option<usize>> {
    let Some(text) = env(name) else { return Ok(None) };
    match text.trim().parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(invalid(format!("{name}: expected a whole number, got {text:?}"))),
    }
}

fn reactor(name: &str, env: impl Fn(&str) -> Option<String>) -> io::Result<Option<Reactor>> {
    match env(name).as_deref().map(str::trim) {
        None => Ok(None),
        Some("epoll") => Ok(Some(Reactor::Epoll)),
        Some("uring") => Ok(Some(Reactor::Uring)),
        Some(other) => Err(invalid(format!("{name}: expected \"epoll\" or \"uring\", got {other:?}"))),
    }
}

fn scheduler(name: &str, env: impl Fn(&str) -> Option<String>) -> io::Result<Scheduler> {
    let refused = match env(name).as_deref().map(str::trim) {
        None | Some("vervet") => return Ok(Scheduler::Vervet),
        Some("may") if !cfg!(feature = "may") => "this build has no may: it needs vervet's feature `may`",
        Some("may") if !MAY_ALLOWED.load(Ordering::Relaxed) => {
            "this program does not allow may: it would have to call the unsafe `runtime::Builder::allow_may` first"
        }
        Some("may") => return Ok(Scheduler::May),
        Some(other) => {
            return Err(invalid(format!("{name}: expected \"vervet\" or \"may\", got {other:?}")));
        }
    };
    Err(io::Error::new(io::ErrorKind::Unsupported, format!("{name}: {refused}")))
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> impl Fn(&str) -> Option<String> {
        move |asked| (asked == name).then(|| value.to_owned())
    }

    #[test]
    fn builder_overrules_environment() {
        let wishes = Wishes { workers: Some(3), ..Wishes::default() };
        assert_eq!(Settings::settle(&wishes, with("VERVET_WORKERS", "5")).unwrap().workers, 3);
        assert_eq!(Settings::settle(&Wishes::default(), with("VERVET_WORKERS", "5")).unwrap().workers, 5);
    }

    #[test]
    fn bad_values_name_their_setting() {
        for (name, value) in [
            ("VERVET_WORKERS", "abc"),
            ("VERVET_WORKERS", "0"),
            ("VERVET_WORKERS", "-1"),
            ("VERVET_WORKERS", "99999"),
            ("VERVET_STACK_SIZE", "256k"),
            ("VERVET_STACK_SIZE", "0"),
            ("VERVET_REACTOR", "kqueue"),
            ("VERVET_REACTOR", "uring"),
            ("VERVET_SCHEDULER", "tokio"),
            ("VERVET_SCHEDULER", "may"),
        ] {
            let error = Settings::settle(&Wishes::default(), with(name, value)).unwrap_err();
            assert!(error.to_string().starts_with(name), "{name}={value}: {error}");
        }
        let wishes = Wishes { workers: Some(0), ..Wishes::default() };
        let error = Settings::settle(&wishes, |_| None).unwrap_err();
        assert!(error.to_string().starts_with("workers:"), "{error}");
    }

    #[test]
    fn a_bad_variable_is_reported_though_overruled() {
        let wishes = Wishes { workers: Some(3), ..Wishes::default() };
        assert!(Settings::settle(&wishes, with("VERVET_WORKERS", "x")).is_err());
    }
}
