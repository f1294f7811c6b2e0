//! What it costs to switch to a coroutine and back, beside the library that does the switching: `cargo bench --bench coroutine`.

mod support;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use corosensei::Coroutine as Bare;
use corosensei::stack::{Stack, StackPointer};
use criterion::Criterion;
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

/// Times `resume`, called so often.
fn timed(times: u64, mut resume: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        resume();
    }
    start.elapsed()
}

/// As built here, corosensei does not unwind what is suspended.
fn forget<In, Out>(mut bare: Bare<In, Out, (), Heap>) {
    // SAFETY: nothing on its stack has a destructor.
    unsafe { bare.force_reset() };
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
                let time = timed(times, || {
                    black_box(black_box(&mut bare).resume(()));
                });
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
                timed(times, || {
                    let _ = black_box(black_box(&ours).resume(()));
                })
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
                let time = timed(times, || {
                    black_box(black_box(&mut bare).resume(1));
                });
                forget(bare);
                time
            })
        });
    });
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let ours = our_sum();
                timed(times, || {
                    let _ = black_box(black_box(&ours).resume(1));
                })
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
                let time = timed(times.div_ceil(2), || {
                    black_box(black_box(&mut one).resume(1));
                    black_box(black_box(&mut other).resume(1));
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
                timed(times.div_ceil(2), || {
                    let _ = black_box(black_box(&one).resume(1));
                    let _ = black_box(black_box(&other).resume(1));
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
                timed(times, || {
                    let _ = black_box(black_box(&mut ours).send(1));
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
                timed(times.div_ceil(2), || {
                    let _ = black_box(black_box(&ours).switch(1));
                })
            })
        });
    });
    group.finish();
    let mut group = criterion.benchmark_group("coroutine/create");
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                timed(times, || {
                    let ours: Coroutine<(), (), u64> = Coroutine::new(|_, ()| 7);
                    let _ = black_box(ours.resume(()));
                })
            })
        });
    });
    group.finish();
}
