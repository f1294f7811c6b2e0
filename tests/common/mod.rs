//! What the behaviour tests share: a watchdog, both contexts, ways to see a greenlet parked, and the leak check.
#![allow(dead_code, reason = "each test binary uses its own part of it")]

pub(crate) mod outcomes;
mod scheduler;
pub(crate) mod someone;

use std::any::Any;
use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Once, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use vervet::{Greenlet, GreenletRef, Scope, ScopedGreenlet};

/// No test takes this long.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);
/// Longer than any test may take.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Runs a test: one at a time in its process, under the watchdog, and afterwards greenlets, stacks, waits and fds must be
/// back to what they were.
pub(crate) fn checked(test: impl FnOnce()) {
    let mut test = Some(test);
    check(&mut || {
        if let Some(test) = test.take() {
            test();
        }
    });
}

/// Compiled once, not for each of hundreds of tests.
fn check(test: &mut dyn FnMut()) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    count_panics();
    vervet::spawn(|| ()).join().unwrap();
    let before = Books::read();
    watched(LIMIT, test);
    let deadline = Instant::now() + Duration::from_secs(5);
    while !Books::read().balance(&before) {
        if Instant::now() > deadline {
            panic!("left behind:\nbefore {before:?}\nafter  {:?}\n{}", Books::read(), dumped());
        }
        thread::sleep(Duration::from_micros(200));
    }
}

#[derive(Debug)]
struct Books {
    live: usize,
    stacks: usize,
    parked: usize,
    fds: usize,
}

impl Books {
    fn read() -> Books {
        let metrics = vervet::runtime::metrics();
        Books {
            live: metrics.live,
            stacks: metrics.stacks_in_use,
            parked: metrics.parked.total(),
            fds: open_fds(),
        }
    }

    fn balance(&self, before: &Books) -> bool {
        // Fewer is as good: something from before the test may have ended only now.
        self.live <= before.live
            && self.stacks <= before.stacks
            && self.parked <= before.parked
            && self.fds <= before.fds
    }
}

/// How many fds this process has open.
pub(crate) fn open_fds() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Runs `f`; if it takes longer than `limit`, shows what every greenlet does and aborts.
pub(crate) fn watched<R>(limit: Duration, f: impl FnOnce() -> R) -> R {
    let (done, finished) = mpsc::channel::<()>();
    let name = thread::current().name().unwrap_or("?").to_owned();
    let dog = thread::spawn(move || {
        if finished.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
            let mut err = io::stderr();
            let _ = writeln!(err, "{name} hangs:");
            let _ = vervet::runtime::dump(&mut err);
            let _ = writeln!(err, "{:?}", vervet::runtime::metrics());
            std::process::abort();
        }
    });
    let result = f();
    drop(done);
    dog.join().unwrap();
    result
}

/// Runs `body` on an OS thread, then in a greenlet.
pub(crate) fn in_both(body: fn()) {
    body();
    vervet::run(body);
}

/// What `runtime::dump` shows.
pub(crate) fn dumped() -> String {
    let mut text = Vec::new();
    vervet::runtime::dump(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Waits until `condition` holds; works everywhere, and not for ever.
#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT / 2;
    while !condition() {
        assert!(Instant::now() < deadline, "never came true: {what}\n{}", dumped());
        match vervet::current() {
            Some(_) => vervet::sleep(Duration::from_micros(50)),
            None => thread::sleep(Duration::from_micros(50)),
        }
    }
}

/// Waits until `greenlet` is parked for that reason, by the name that `dump` has for it.
#[track_caller]
pub(crate) fn parked(greenlet: &GreenletRef, reason: &str) {
    eventually(&format!("{greenlet:?} is parked in {reason}"), || is_parked(greenlet, reason));
}

/// Whether `greenlet` is parked for that reason.
pub(crate) fn is_parked(greenlet: &GreenletRef, reason: &str) -> bool {
    let line = format!("greenlet {} ", greenlet.id());
    let state = format!(": parked in {reason} ");
    dumped().lines().any(|l| l.starts_with(&line) && l.contains(&state))
}

/// Waits for the end of `greenlet`, within the limits of a test.
#[track_caller]
pub(crate) fn over(greenlet: &GreenletRef) {
    assert!(greenlet.wait(Some(LIMIT / 2)), "{greenlet:?} does not end\n{}", dumped());
}

/// Holds greenlets and threads up until it is opened. They are parked in "join" meanwhile.
#[derive(Clone)]
pub(crate) struct Gate(GreenletRef);

impl Gate {
    pub(crate) fn new() -> Gate {
        let keeper = vervet::Builder::new().name("gate").spawn(|| vervet::sleep(Duration::MAX)).unwrap();
        // Parked now, it can be killed whatever its neighbours do.
        parked(&keeper.handle(), "sleep");
        Gate(keeper.handle())
    }

    pub(crate) fn pass(&self) {
        self.0.wait(None);
    }

    pub(crate) fn open(&self) {
        self.0.kill();
        // So that whoever comes later does not find it half open, and it is gone from the books.
        vervet::shield(|| over(&self.0));
    }
}

/// Counts how often its clones are dropped.
#[derive(Debug, Default)]
pub(crate) struct Drops(Arc<AtomicUsize>);

/// Counts once, when dropped.
#[derive(Debug)]
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn new() -> Drops {
        Drops::default()
    }

    /// A value whose drop counts here.
    pub(crate) fn value(&self) -> Counted {
        Counted(Arc::clone(&self.0))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Runs a closure when dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Panics without a word on stderr, and without calling the hook.
pub(crate) fn fail(text: &'static str) -> ! {
    resume_unwind(Box::new(text))
}

/// The text of a panic.
pub(crate) fn text(payload: Box<dyn Any + Send>) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("another payload")
}

/// How often the panic hook was called. Panics whose text begins with "on purpose" are counted, not shown.
pub(crate) fn panics_seen() -> usize {
    PANICS.load(SeqCst)
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            PANICS.fetch_add(1, SeqCst);
            let payload = info.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            if text.is_some_and(|text| text.starts_with("on purpose")) {
                return;
            }
            match thread::current().name() {
                // What the default hook prints on a worker belongs to the test that started the runtime, and is lost.
                Some(name) if name.starts_with("vervet") => drop(writeln!(io::stderr(), "{info}")),
                _ => default(info),
            }
        }));
    });
}

/// How many workers the runtime has.
pub(crate) fn workers() -> usize {
    vervet::runtime::metrics().workers.len()
}

/// Spawned, by now waiting in a channel or a queue, and then killed; its destructors have run.
#[track_caller]
pub(crate) fn killed_in_a_channel<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) {
    let drops = Drops::new();
    let value = drops.value();
    let greenlet = vervet::spawn(move || {
        let _value = value;
        body();
    });
    parked(&greenlet.handle(), "channel");
    greenlet.kill();
    over(&greenlet.handle());
    assert_eq!(drops.count(), 1);
    assert!(greenlet.join().is_err_and(|error| error.is_killed()));
}

/// Spawned, and already parked in a sleep that ends only by a kill.
pub(crate) fn sleeper() -> Greenlet<()> {
    let greenlet = vervet::spawn(|| vervet::sleep(Duration::MAX));
    parked(&greenlet.handle(), "sleep");
    greenlet
}

/// A sleeper that is a child of a scope.
pub(crate) fn scoped_sleeper<'scope>(scope: &'scope Scope<'scope, '_>) -> ScopedGreenlet<'scope, ()> {
    let greenlet = scope.spawn(|| vervet::sleep(Duration::MAX));
    parked(&greenlet.handle(), "sleep");
    greenlet
}

/// A greenlet of this worker that panics and stays in a destructor until the gate opens; `seen` tells whether
/// `thread::panicking` speaks of that here, too.
pub(crate) fn stuck_in_a_panic(gate: &Gate, seen: bool) -> Greenlet<()> {
    let gate = gate.clone();
    let greenlet = vervet::spawn_local(move || {
        let _guard = OnDrop(move || gate.pass());
        fail("on purpose")
    });
    parked(&greenlet.handle(), "join");
    assert_eq!(thread::panicking(), seen, "a neighbour's panic, seen from here");
    greenlet
}

/// Joins one of those.
#[track_caller]
pub(crate) fn panicked(greenlet: Greenlet<()>) {
    assert_eq!(text(greenlet.join().unwrap_err().into_panic()), "on purpose");
}

/// Three are stuck, and end in different orders.
pub(crate) fn end_in_any_order(stuck_in_a_panic: fn(&Gate) -> Greenlet<()>) {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let gates = [Gate::new(), Gate::new(), Gate::new()];
        let mut stuck = gates.each_ref().map(|gate| Some(stuck_in_a_panic(gate)));
        for i in order {
            vervet::sleep(Duration::from_micros(100));
            gates[i].open();
            panicked(stuck[i].take().unwrap());
        }
        assert!(!thread::panicking());
    }
}
