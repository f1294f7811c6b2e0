//! Signals: who gets them, who does not, what stays behind.

mod child;
mod common;

use std::io::{self, ErrorKind};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use common::*;
use rustix::process::{Signal as Raw, getpid, kill_process};
use vervet::signal::{
    self, Handle, SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGIO, SIGKILL, SIGPROF, SIGTERM, SIGURG, SIGUSR1,
    SIGUSR2, SIGWINCH, SIGXCPU, Signal, Signals,
};

/// Sends it to the whole process, as somebody outside would. It may arrive a little later, on another thread.
fn send(signal: Signal) {
    // SAFETY: a signal that is listened for, or one without effect; no real-time one.
    let raw = unsafe { Raw::from_raw_unchecked(signal.as_raw()) };
    kill_process(getpid(), raw).unwrap();
}

/// Runs `body` in a process of its own, as it takes signals that would end this one. By itself: its pipes are not to be counted.
fn in_child(test: &str, body: impl FnOnce()) {
    checked(|| child::in_child(test, &[], LIMIT, body));
}

fn ours(set: &str, signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(set)).unwrap();
    u64::from_str_radix(line.trim_start_matches(':').trim(), 16).unwrap() & 1 << (signal.as_raw() - 1) != 0
}

/// Runs `wait` in a greenlet, and sends `signal` when it waits.
fn sent_while_waiting(signal: Signal, wait: fn() -> io::Result<Signal>) {
    let waiting = vervet::spawn(wait);
    parked(&waiting.handle(), "read");
    send(signal);
    assert_eq!(waiting.join().unwrap().unwrap(), signal);
}

#[test]
fn types_are_send_and_sync() {
    fn both<T: Send + Sync + std::fmt::Debug + 'static>() {}
    both::<Signal>();
    both::<Signals>();
    both::<Handle>();
    both::<signal::Iter<'static>>();
}

#[test]
fn signals_have_names_and_numbers() {
    assert_eq!((SIGTERM.to_string(), format!("{SIGTERM:?}")), ("SIGTERM".into(), "SIGTERM".into()));
    assert_eq!(
        (Signal::from(50).to_string(), format!("{:?}", Signal::from(50))),
        ("signal 50".into(), "Signal(50)".into())
    );
    assert_eq!((SIGINT.as_raw(), i32::from(SIGKILL), Signal::from(15)), (2, 9, SIGTERM));
    assert_eq!(format!("{:>8}|", SIGINT), "  SIGINT|");
}

#[test]
fn wait_answers_which_one_came() {
    checked(|| {
        sent_while_waiting(SIGUSR1, || signal::wait(&[SIGUSR2, SIGUSR1]));
        sent_while_waiting(SIGUSR2, || signal::wait(&[SIGUSR2, SIGUSR1]));
    });
}

#[test]
fn wait_on_an_os_thread() {
    checked(|| {
        let signals = Signals::new(&[SIGUSR1]).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| signals.recv().unwrap());
            send(SIGUSR1);
            assert_eq!(waiting.join().unwrap(), SIGUSR1);
        });
        assert_eq!(signals.recv_timeout(Duration::from_millis(2)).unwrap(), None);
    });
}

#[test]
fn wait_timeout_ends_without_a_signal() {
    fn body() {
        let d = Duration::from_millis(3);
        let begin = std::time::Instant::now();
        assert_eq!(signal::wait_timeout(&[SIGALRM, SIGHUP], d).unwrap(), None);
        assert!(begin.elapsed() >= d);
        let signals = Signals::new(&[SIGHUP]).unwrap();
        send(SIGHUP);
        assert_eq!(signals.recv_timeout(HOUR).unwrap(), Some(SIGHUP));
        assert_eq!(signals.recv_timeout(Duration::ZERO).unwrap(), None);
        assert!(vervet::timeout(d, || signal::wait(&[SIGHUP])).is_err());
    }
    checked(|| in_both(body));
}

#[test]
fn two_waiters_both_get_it() {
    checked(|| {
        let waiting: Vec<_> = (0..2).map(|_| vervet::spawn(|| signal::wait(&[SIGUSR1]))).collect();
        waiting.iter().for_each(|greenlet| parked(&greenlet.handle(), "read"));
        send(SIGUSR1);
        for greenlet in waiting {
            assert_eq!(greenlet.join().unwrap().unwrap(), SIGUSR1);
        }
    });
}

#[test]
fn receivers_of_one_stream_share_the_signals() {
    checked(|| {
        let signals = Arc::new(Signals::new(&[SIGUSR1, SIGUSR2, SIGHUP]).unwrap());
        let (sender, got) = mpsc::channel();
        let receive = |signals: &Arc<Signals>| {
            let (signals, sender) = (Arc::clone(signals), sender.clone());
            move || sender.send(signals.recv().unwrap()).unwrap()
        };
        let greenlets = [vervet::spawn(receive(&signals)), vervet::spawn(receive(&signals))];
        greenlets.iter().for_each(|greenlet| parked(&greenlet.handle(), "read"));
        let thread = thread::spawn(receive(&signals));
        for signal in [SIGUSR1, SIGUSR2, SIGHUP] {
            signal.raise().unwrap();
        }
        thread.join().unwrap();
        greenlets.into_iter().for_each(|greenlet| greenlet.join().unwrap());
        let mut got: Vec<_> = got.try_iter().collect();
        got.sort();
        assert_eq!(got, [SIGHUP, SIGUSR1, SIGUSR2]);
        assert_eq!(signals.try_recv().unwrap(), None);
    });
}

#[test]
fn many_of_a_kind_become_one() {
    checked(|| {
        let signals = Signals::new(&[SIGURG, SIGUSR1, SIGUSR1]).unwrap();
        assert_eq!(format!("{signals:?}"), "{SIGURG, SIGUSR1}");
        for _ in 0..1_000 {
            SIGUSR1.raise().unwrap();
        }
        SIGURG.raise().unwrap();
        assert_eq!(signals.iter().take(2).collect::<Vec<_>>(), [SIGURG, SIGUSR1]);
        assert_eq!(signals.try_recv().unwrap(), None);
        SIGUSR1.raise().unwrap();
        assert_eq!((&signals).into_iter().next(), Some(SIGUSR1));
    });
}

#[test]
fn what_came_before_it_was_asked_for_is_there() {
    checked(|| {
        let signals = Signals::new(&[SIGUSR2]).unwrap();
        send(SIGUSR2);
        assert_eq!(vervet::spawn(move || signals.recv()).join().unwrap().unwrap(), SIGUSR2);
    });
}

#[test]
fn selected_among_others() {
    fn body() {
        let signals = Signals::new(&[SIGUSR1, SIGUSR2]).unwrap();
        let select = |d| {
            vervet::select! {
                signal = signals.recv() => Some(signal.unwrap()),
                _ = after(d) => None,
            }
        };
        assert_eq!(select(Duration::from_millis(2)), None);
        SIGUSR1.raise().unwrap();
        SIGUSR1.raise().unwrap();
        assert_eq!(select(HOUR), Some(SIGUSR1));
        assert_eq!(select(Duration::from_millis(2)), None, "what is left in the pipe is no signal");
        let late = vervet::spawn_later(Duration::from_millis(2), || send(SIGUSR2));
        assert_eq!(select(HOUR), Some(SIGUSR2));
        late.join().unwrap();
        SIGUSR1.raise().unwrap();
        vervet::select! {
            _ = after(Duration::ZERO) => {}
            _ = signals.recv() => return,
        }
        assert_eq!(signals.try_recv().unwrap(), Some(SIGUSR1), "stays when it has lost");
    }
    checked(|| in_both(body));
}

#[test]
fn killed_while_waiting() {
    checked(|| {
        let signals = Arc::new(Signals::new(&[SIGUSR1]).unwrap());
        let theirs = Arc::clone(&signals);
        let waiting = vervet::spawn(move || theirs.recv());
        let alone = vervet::spawn(|| signal::wait(&[SIGHUP]));
        for greenlet in [waiting.handle(), alone.handle()] {
            parked(&greenlet, "read");
            greenlet.kill();
            over(&greenlet);
        }
        assert!(waiting.join().unwrap_err().is_killed());
        assert!(alone.join().unwrap_err().is_killed());
        send(SIGUSR1);
        assert_eq!(signals.recv().unwrap(), SIGUSR1, "not lost with the one that was killed");
    });
}

#[test]
fn a_killed_greenlet_does_not_even_take_what_is_there() {
    checked(|| {
        let signals = Arc::new(Signals::new(&[SIGUSR1]).unwrap());
        SIGUSR1.raise().unwrap();
        let theirs = Arc::clone(&signals);
        let greenlet = vervet::spawn(move || {
            vervet::current().unwrap().kill();
            theirs.recv()
        });
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(signals.try_recv().unwrap(), Some(SIGUSR1));
    });
}

#[test]
fn what_cannot_be_listened_for_is_named() {
    checked(|| {
        for name in ["SIGKILL", "SIGSTOP", "SIGSEGV", "SIGFPE", "SIGILL"] {
            let signal = (1..32).map(Signal::from).find(|signal| signal.name() == Some(name)).unwrap();
            for error in [
                Signals::new(&[SIGUSR1, signal]).unwrap_err(),
                signal::on(signal, || ()).unwrap_err(),
                signal::wait(&[signal]).unwrap_err(),
                signal::wait_timeout(&[signal], HOUR).unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                assert!(error.to_string().contains(name), "{error}");
            }
        }
        for number in [0, -1, 65, 1000] {
            let error = Signals::new(&[SIGUSR1, Signal::from(number)]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains(&format!("signal {number}")), "{error}");
        }
        assert_eq!(Signals::new(&[]).unwrap_err().kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn each_delivery_runs_in_a_greenlet_of_its_own() {
    checked(|| {
        let (sender, runs) = mpsc::channel();
        let line = line!() + 1;
        let handle = signal::on(SIGWINCH, move || sender.send(vervet::current().unwrap()).unwrap()).unwrap();
        assert_eq!(handle.signal(), SIGWINCH);
        let runs: Vec<_> = (0..3)
            .map(|_| {
                send(SIGWINCH);
                runs.recv_timeout(LIMIT / 2).unwrap()
            })
            .collect();
        assert!(runs[0] != runs[1] && runs[1] != runs[2]);
        for run in runs {
            assert_eq!((run.name(), run.spawn_site().line()), (Some("on SIGWINCH"), line));
            assert_eq!(run.parent().unwrap().name(), Some("listens for SIGWINCH"));
        }
        handle.cancel();
    });
}

#[test]
fn runs_overlap_and_a_panic_ends_only_its_own() {
    checked(|| {
        let gate = Gate::new();
        let (sender, begun) = mpsc::channel();
        let count = AtomicUsize::new(0);
        let theirs = gate.clone();
        let handle = signal::on(SIGIO, move || {
            let run = count.fetch_add(1, SeqCst);
            sender.send(run).unwrap();
            theirs.pass();
            if run == 0 {
                fail("on purpose");
            }
            sender.send(10 + run).unwrap();
        })
        .unwrap();
        for run in 0..2 {
            send(SIGIO);
            assert_eq!(begun.recv_timeout(LIMIT / 2), Ok(run));
        }
        gate.open();
        assert_eq!(begun.recv_timeout(LIMIT / 2), Ok(11));
        send(SIGIO);
        assert_eq!((begun.recv_timeout(LIMIT / 2), begun.recv_timeout(LIMIT / 2)), (Ok(2), Ok(12)));
        handle.cancel();
    });
}

#[test]
fn after_cancel_no_run_begins_and_the_signal_is_ignored() {
    checked(|| {
        let (drops, count) = (Drops::new(), Arc::new(AtomicUsize::new(0)));
        let (value, theirs) = (drops.value(), Arc::clone(&count));
        let handle = signal::on(SIGXCPU, move || {
            let _value = &value;
            theirs.fetch_add(1, SeqCst);
        })
        .unwrap();
        SIGXCPU.raise().unwrap();
        eventually("it ran", || count.load(SeqCst) == 1);
        SIGXCPU.raise().unwrap();
        handle.cancel();
        let runs = count.load(SeqCst);
        SIGXCPU.raise().unwrap();
        eventually("the closure is dropped", || drops.count() == 1);
        assert!(runs <= 2 && count.load(SeqCst) <= 2, "the one on its way may have begun");
    });
}

#[test]
fn dropping_the_handle_keeps_it() {
    checked(|| {
        let (sender, runs) = mpsc::channel();
        let listener = {
            let handle =
                signal::on(SIGPROF, move || sender.send(vervet::current().unwrap()).unwrap()).unwrap();
            drop(handle);
            send(SIGPROF);
            runs.recv_timeout(LIMIT / 2).unwrap().parent().unwrap()
        };
        send(SIGPROF);
        assert_eq!(runs.recv_timeout(LIMIT / 2).unwrap().parent().as_ref(), Some(&listener));
        // For the books.
        listener.kill();
        over(&listener);
    });
}

#[test]
fn dropped_streams_give_their_fds_back() {
    checked(|| {
        let before = open_fds();
        for _ in 0..50 {
            let signals = Signals::new(&[SIGUSR1, SIGUSR2]).unwrap();
            assert_eq!(open_fds(), before + 3);
            drop(signals);
            assert_eq!(open_fds(), before);
        }
    });
}

#[test]
fn sigchld_stays_with_the_program() {
    checked(|| {
        assert!(!ours("SigCgt", SIGCHLD) && !ours("SigIgn", SIGCHLD));
        let status = vervet::run(|| vervet::process::Command::new("true").status().unwrap());
        assert!(status.success());
        let waiting = vervet::spawn(|| signal::wait(&[SIGUSR1]));
        parked(&waiting.handle(), "read");
        assert!(ours("SigCgt", SIGUSR1));
        assert!(!ours("SigCgt", SIGCHLD) && !ours("SigIgn", SIGCHLD));
        waiting.kill();
        over(&waiting.handle());
    });
}

#[test]
fn sigchld_can_be_asked_for_and_children_are_waited_for_all_the_same() {
    in_child("sigchld_can_be_asked_for_and_children_are_waited_for_all_the_same", || {
        let signals = Signals::new(&[SIGCHLD]).unwrap();
        let code = vervet::run(|| vervet::process::Command::new("sh").args(["-c", "exit 3"]).status());
        assert_eq!(code.unwrap().code(), Some(3));
        assert_eq!(signals.recv().unwrap(), SIGCHLD);
    });
}

#[test]
fn shutdown_signal_is_ctrl_c_or_term() {
    in_child("shutdown_signal_is_ctrl_c_or_term", || {
        for signal in [SIGINT, SIGTERM] {
            sent_while_waiting(signal, signal::shutdown_signal);
        }
        // Nobody listens any more, and nothing has come back.
        SIGINT.raise().unwrap();
        SIGTERM.raise().unwrap();
        let waiting = vervet::timeout(Duration::from_millis(5), signal::shutdown_signal);
        assert!(waiting.is_err(), "those came too early");
    });
}

#[test]
fn a_signal_from_outside_ends_a_program_cleanly() {
    in_child("a_signal_from_outside_ends_a_program_cleanly", || {
        let me = getpid().as_raw_nonzero().to_string();
        let signals = Signals::new(&[SIGINT, SIGTERM]).unwrap();
        let status = Command::new("kill").args(["-TERM", &me]).status().unwrap();
        assert!(status.success());
        assert_eq!(vervet::run(move || signals.recv()).unwrap(), SIGTERM);
    });
}

#[test]
fn act_by_default_dies_of_the_signal() {
    let mut died = None;
    checked(|| {
        died = child::dies_by(SIGTERM.as_raw(), "act_by_default_dies_of_the_signal", &[], || {
            sent_while_waiting(SIGTERM, || signal::wait(&[SIGTERM]));
            SIGURG.act_by_default().unwrap();
            assert_eq!(Signal::from(50).act_by_default().unwrap_err().kind(), ErrorKind::InvalidInput);
            child::reached();
            SIGTERM.act_by_default().unwrap();
        })
    });
    assert!(died.is_none_or(|stderr| !stderr.contains("panicked")));
}

#[test]
fn children_start_with_the_standard_effects() {
    in_child("children_start_with_the_standard_effects", || {
        use std::os::unix::process::ExitStatusExt;
        let _signals = Signals::new(&[SIGTERM]).unwrap();
        let status = Command::new("sh").args(["-c", "kill -TERM $$; sleep 60"]).status().unwrap();
        assert_eq!(status.signal(), Some(SIGTERM.as_raw()));
    });
}
