//! What it costs to switch to a coroutine and back, beside the library that does the switching: `cargo bench --bench coroutine`.

mod support;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use corosensei::Coroutine as Bare;
use corosensei::stack::{Stack, StackPointer};
use criterion::Criterion;
use rustix::time::{ClockId, clock_gettime};
use support::Contest;
use vervet::coroutine::switch::{Switch, getcurrent};
use vervet::coroutine::{Coroutine, Generator};

const WORKER_COUNTS: [usize; 1] = [1];
/// What vervet's have.
const STACK: usize = 256 * 1024;

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        unit(criterion, contest);
        sum(criterion, contest);
        alternate(criterion, contest);
        others(criterion, contest);
    })
}

/// A stack for corosensei, which as built here has none of its own.
struct Heap(Vec<u128>);

impl Heap {
    fn new() -> Heap {
        Heap(vec![0; STACK / size_of::<u128>()])
    }
}

// SAFETY: memory that is this value's alone, aligned for calls at both ends. It has no guard; the bodies here call nothing.
unsafe impl Stack for Heap {
    fn base(&self) -> StackPointer {
        StackPointer::new(self.0.as_ptr_range().end.addr()).expect("not at address 0")
    }

    fn limit(&self) -> StackPointer {
        StackPointer::new(self.0.as_ptr().addr()).expect("not at address 0")
    }
}

/// Times `run`: by the thread's CPU time, as nothing here waits, so that a neighbour on the CPU is not timed.
fn timed(run: impl FnOnce()) -> Duration {
    let start = cpu_time();
    run();
    cpu_time() - start
}

fn cpu_time() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec as u64, used.tv_nsec as u32)
}

/// As built here, corosensei does not unwind what is suspended.
fn forget<In, Out>(mut bare: Bare<In, Out, (), Heap>) {
    // SAFETY: nothing on its stack has a destructor.
    unsafe { bare.force_reset() };
}

#[inline(never)]
fn bare_units(times: u64, bare: &mut Bare<(), (), (), Heap>) {
    for _ in 0..times {
        black_box(black_box(&mut *bare).resume(()));
    }
}

#[inline(never)]
fn our_units(times: u64, ours: &Coroutine<(), (), ()>) {
    for _ in 0..times {
        black_box(black_box(ours).resume(()).expect("it waits for that"));
    }
}

#[inline(never)]
fn bare_sums(times: u64, bare: &mut Bare<u64, u64, (), Heap>) {
    for n in 0..times {
        black_box(black_box(&mut *bare).resume(n));
    }
}

#[inline(never)]
fn our_sums(times: u64, ours: &Coroutine<u64, u64, ()>) {
    for n in 0..times {
        black_box(black_box(ours).resume(n).expect("it waits for that"));
    }
}

/// One `resume` and the `suspend` that answers it.
///
/// `black_box` makes either look for its coroutine where it lies, as it has to in a program that does more than this one.
fn unit(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("coroutine/unit");
    group.bench_function(contest.case("corosensei"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let mut bare = Bare::with_stack(Heap::new(), |yielder, ()| {
                    loop {
                        yielder.suspend(());
                    }
                });
                let time = timed(|| bare_units(times, &mut bare));
                forget(bare);
                time
            })
        });
    });
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let ours: Coroutine<(), (), ()> = Coroutine::new(|yielder, ()| {
                    loop {
                        yielder.suspend(());
                    }
                });
                timed(|| our_units(times, &ours))
            })
        });
    });
    group.finish();
}

/// The same with a number handed in and one handed out.
fn sum(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("coroutine/sum");
    group.bench_function(contest.case("corosensei"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let mut bare = bare_sum();
                let time = timed(|| bare_sums(times, &mut bare));
                forget(bare);
                time
            })
        });
    });
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let ours = our_sum();
                timed(|| our_sums(times, &ours))
            })
        });
    });
    group.finish();
}

fn bare_sum() -> Bare<u64, u64, (), Heap> {
    Bare::with_stack(Heap::new(), |yielder, mut n| {
        let mut sum = 0;
        loop {
            sum += n;
            n = yielder.suspend(sum);
        }
    })
}

fn our_sum() -> Coroutine<u64, u64, ()> {
    Coroutine::new(|yielder, mut n| {
        let mut sum = 0;
        loop {
            sum += n;
            n = yielder.suspend(sum);
        }
    })
}

/// The same again with two that take turns.
fn alternate(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("coroutine/alternate");
    group.bench_function(contest.case("corosensei"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let (mut one, mut other) = (bare_sum(), bare_sum());
                let time = timed(|| {
                    for _ in 0..times.div_ceil(2) {
                        bare_sums(1, &mut one);
                        bare_sums(1, &mut other);
                    }
                });
                forget(one);
                forget(other);
                time
            })
        });
    });
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let (one, other) = (our_sum(), our_sum());
                timed(|| {
                    for _ in 0..times.div_ceil(2) {
                        our_sums(1, &one);
                        our_sums(1, &other);
                    }
                })
            })
        });
    });
    group.finish();
}

/// What corosensei does not have.
fn others(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("coroutine/send");
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let mut ours = Generator::with_input(|yielder| {
                    let mut sum = 0_u64;
                    loop {
                        sum += yielder.suspend(sum);
                    }
                });
                ours.next();
                timed(|| {
                    for _ in 0..times {
                        black_box(black_box(&mut ours).send(1).expect("it waits for that"));
                    }
                })
            })
        });
    });
    group.finish();
    let mut group = criterion.benchmark_group("coroutine/switch");
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let main = getcurrent();
                let ours = Switch::new(move |mut n: u64| {
                    loop {
                        n = main.switch(n).unwrap_or(0);
                    }
                });
                timed(|| {
                    for _ in 0..times.div_ceil(2) {
                        black_box(black_box(&ours).switch(1).expect("it waits for that"));
                    }
                })
            })
        });
    });
    group.finish();
    let mut group = criterion.benchmark_group("coroutine/create");
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                timed(|| {
                    for _ in 0..times {
                        let ours: Coroutine<(), (), u64> = Coroutine::new(|_, ()| 7);
                        black_box(ours.resume(()).expect("it has not begun"));
                    }
                })
            })
        });
    });
    group.finish();
}
