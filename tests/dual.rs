//! The programs of `tests/dual` print the same with std and with vervet.
//!
//! Each of them is an ordinary program of one file, which imports from `std`. It is compiled twice here: as it is, and with
//! `net`, `thread`, `sync`, `io`, `fs`, `process`, `os` and `time` of `std` being those of `vervet`, as if `use std::` had become
//! `use vervet::`. (Inside of them, `::std` is std on both sides.)
//!
//! It runs in a process of its own, which is this one again: with std, and with vervet on 1, 2 and 8 workers, there once with `main`
//! on the main thread and once inside of [`vervet::run`]. What it prints and the way it ends must be the same each time.
//!
//! `cargo test --test dual -- NAME..` runs those whose names contain one of the names given.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    reason = "programs, and a harness of its own"
)]

#[path = "common/scheduler.rs"]
mod scheduler;

use std::io::{Write as _, stderr};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// `std`, as the programs see it that run with vervet.
#[allow(unused_imports, reason = "no program needs all of it")]
mod with_vervet {
    pub(crate) use ::std::*;
    pub(crate) use ::vervet::{fs, io, net, os, process, sync, thread, thread_local, time};
}

struct Program {
    name: &'static str,
    std: Side,
    vervet: Side,
}

struct Side {
    main: fn() -> ExitCode,
    /// The name of a type that the program imports from `std`.
    imports: fn() -> &'static str,
}

macro_rules! programs {
    ($($program:ident)*) => {
        mod of_std {
            $(programs!(@module $program);)*
        }

        mod of_vervet {
            $(programs!(@module $program, use crate::with_vervet as std;);)*
        }

        const PROGRAMS: &[Program] = &[$(Program {
            name: stringify!($program),
            std: of_std::$program::SIDE,
            vervet: of_vervet::$program::SIDE,
        }),*];
    };
    (@module $program:ident $(, $($shadow:tt)*)?) => {
        #[allow(clippy::all, reason = "each shows a use, not the best one")]
        pub(crate) mod $program {
            $($($shadow)*)?
            include!(concat!("dual/", stringify!($program), ".rs"));

            pub(crate) const SIDE: crate::Side = crate::Side {
                main: || ::std::process::Termination::report(main()),
                imports: ::std::any::type_name::<std::net::TcpStream>,
            };
        }
    };
}

programs! {
    barrier_rounds condvar_queue fs_fifo fs_files fs_folders fs_locks fs_positioned interrupted io_adapters
    io_pipes io_stdin lazy_lock main_fails main_panics mpsc_bounded mpsc_channel mpsc_drops mpsc_rendezvous
    mutex_counter mutex_poison once_only os_threads process_exit process_output process_pipes process_unix
    producers_and_files rwlock_downgrade rwlock_readers tcp_clones tcp_debug tcp_echo tcp_errors tcp_incoming
    tcp_nonblocking tcp_peek tcp_shutdown tcp_timeouts tcp_vectored thread_drops thread_identity thread_join
    thread_local_values thread_park thread_scope thread_sleep time_values to_socket_addrs udp_connected
    udp_datagrams udp_settings unix_abstract unix_datagram unix_listener unix_pair
}

/// What each program finds on its standard input.
const INPUT: &str = "first line\nsecond line\nthird line, with more\nfourth\nfifth\nsixth\nseventh";

/// No program takes this long.
const LIMIT: Duration = Duration::from_secs(30);

/// Tells a child what to run: `SIDE NAME`.
const CHILD: &str = "VERVET_DUAL";

const WORKERS: [&str; 3] = ["1", "2", "8"];

fn main() -> ExitCode {
    if let Ok(what) = env::var(CHILD) {
        return child(&what);
    }
    let names: Vec<String> = env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let chosen =
        |program: &&Program| names.is_empty() || names.iter().any(|name| program.name.contains(&**name));
    let chosen: Vec<_> = PROGRAMS.iter().filter(chosen).collect();
    if env::args().any(|arg| arg == "--list") {
        chosen.iter().for_each(|program| println!("{}: test", program.name));
        return ExitCode::SUCCESS;
    }
    let mut failures = if names.is_empty() { unlisted() } else { Vec::new() };
    println!("\nrunning {} programs", chosen.len());
    failures.extend(run_all(&chosen));
    for failure in &failures {
        println!("\n---- {failure}");
    }
    println!("\n{} failures", failures.len());
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

/// Files that are no program of the list.
fn unlisted() -> Vec<String> {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dual")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| !PROGRAMS.iter().any(|program| name.strip_suffix(".rs") == Some(program.name)))
        .map(|name| format!("{name} is not in the list of programs"))
        .collect()
}

/// Runs the programs, as many at a time as there are processors, and tells what went wrong.
fn run_all(programs: &[&Program]) -> Vec<String> {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let failure = compare(program).err();
                    let word = if failure.is_some() { "FAILED" } else { "ok" };
                    println!("program {} ... {word} ({:.1?})", program.name, start.elapsed());
                    failures.lock().unwrap_or_else(PoisonError::into_inner).extend(failure);
                }
            });
        }
    });
    failures.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn compare(program: &Program) -> Result<(), String> {
    let name = program.name;
    let expected = output("std", name, "");
    for workers in WORKERS {
        for side in ["vervet", "inside"] {
            let got = output(side, name, workers);
            if got.stdout != expected.stdout || got.status != expected.status {
                let variant = format!("vervet, {workers} workers, main is {}", place(side));
                return Err(format!("{}\n{}", report(name, "std", &expected), report(name, &variant, &got)));
            }
        }
    }
    Ok(())
}

fn place(side: &str) -> &'static str {
    if side == "inside" { "in a greenlet" } else { "on a thread" }
}

fn output(side: &str, name: &str, workers: &str) -> Output {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(CHILD, format!("{side} {name}")).env("RUST_BACKTRACE", "0");
    if !workers.is_empty() {
        command.env("VERVET_WORKERS", workers);
    }
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It fits into the pipe. A program that does not read it may have ended.
    let _ = child.stdin.take().unwrap().write_all(INPUT.as_bytes());
    child.wait_with_output().unwrap()
}

fn report(name: &str, variant: &str, output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{name}, {variant}: {}\n{out}{err}", output.status)
}

fn child(what: &str) -> ExitCode {
    let (side, name) = what.split_once(' ').unwrap();
    let program = PROGRAMS.iter().find(|program| program.name == name).unwrap();
    watch();
    let (host, code) = if side == "std" { ("std", &program.std) } else { ("vervet", &program.vervet) };
    assert!((code.imports)().starts_with(host), "{}", (code.imports)());
    if side == "inside" { vervet::run(code.main) } else { (code.main)() }
}

/// Ends this process if it takes too long, and shows what it was doing.
fn watch() {
    thread::spawn(|| {
        thread::sleep(LIMIT);
        let mut err = stderr();
        let _ = writeln!(err, "hangs; greenlets:");
        let _ = vervet::runtime::dump(&mut err);
        process::abort();
    });
}
