//! Processes: each behaviour is checked on std's types first, then on vervet's, in every context; then many at once, kills,
//! timeouts, and other people's children.

mod child;
mod common;

use std::cell::Cell;
use std::fmt::Debug;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use common::*;

fn told<T: Debug>(result: io::Result<T>) -> (ErrorKind, String) {
    let error = result.unwrap_err();
    (error.kind(), error.to_string())
}

/// Tests whose body must hold for std's types and for vervet's, and answer the same.
macro_rules! like_std {
    ($($(#[$attr:meta])* fn $name:ident() -> $answer:ty $body:block)*) => {$(
        #[test]
        $(#[$attr])*
        fn $name() {
            #[allow(unused_imports)]
            mod of_std {
                use super::*;
                use std::fs::File;
                use std::process::*;
                use std::os::unix::process::{CommandExt, ExitStatusExt};
                pub(super) fn body() -> $answer $body
            }
            #[allow(unused_imports)]
            mod of_vervet {
                use super::*;
                use vervet::fs::File;
                use vervet::process::*;
                use vervet::os::unix::process::{CommandExt, ExitStatusExt};
                pub(super) fn body() -> $answer $body
            }
            checked(|| {
                let answer = of_std::body();
                assert_eq!(of_vervet::body(), answer);
                assert_eq!(vervet::run(of_vervet::body), answer);
                assert_eq!(vervet::timeout(HOUR, of_vervet::body), Ok(answer));
            });
        }
    )*};
}

/// A shell that runs `script`, as a command of the types in scope.
macro_rules! sh {
    ($script:expr) => {{
        let mut command = Command::new("sh");
        command.args(["-c", $script]);
        command
    }};
}

like_std! {
    fn output_is_collected() -> Output {
        let mut command = sh!("echo out; echo err >&2; cat; exit 3");
        let first = command.output().unwrap();
        assert_eq!((&first.stdout[..], &first.stderr[..]), (&b"out\n"[..], &b"err\n"[..]));
        assert_eq!(first.status.code(), Some(3));
        assert_eq!(command.output().unwrap(), first);
        first
    }

    fn output_keeps_what_was_set() -> () {
        let mut command = sh!("cat; echo err >&2");
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"from the pipe").unwrap();
        drop(writer);
        command.stdin(reader).stderr(Stdio::null());
        let output = command.output().unwrap();
        assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"from the pipe"[..], &b""[..]));
        // And leaves spawn's defaults as they were.
        let mut command = sh!("true");
        command.stdin(Stdio::null());
        command.output().unwrap();
        let mut child = command.spawn().unwrap();
        assert!(child.stdin.is_none() && child.stdout.is_none() && child.stderr.is_none());
        assert!(child.wait().unwrap().success());
    }

    fn both_pipes_are_read_at_once() -> () {
        let script = "head -c 1000000 /dev/zero >&2; head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2";
        let output = sh!(script).output().unwrap();
        assert_eq!((output.stdout.len(), output.stderr.len()), (3_000_000, 3_000_000));
        let output = sh!("exec 2>&-; head -c 1000000 /dev/zero").output().unwrap();
        assert_eq!((output.stdout.len(), output.stderr.len()), (1_000_000, 0));
        let output = sh!("exec >&-; head -c 1000000 /dev/zero >&2").output().unwrap();
        assert_eq!((output.stdout.len(), output.stderr.len()), (0, 1_000_000));
        let child = sh!("echo x >&2").stderr(Stdio::piped()).spawn().unwrap();
        assert_eq!(child.wait_with_output().unwrap().stderr, b"x\n");
        assert_eq!(sh!("true").spawn().unwrap().wait_with_output().unwrap().stdout, b"");
    }

    fn exit_codes_and_signals() -> Vec<(Option<i32>, Option<i32>, String)> {
        ["exit 0", "exit 7", "kill -9 $$", "kill -TERM $$"]
            .into_iter()
            .map(|script| {
                let status = sh!(script).status().unwrap();
                (status.code(), status.signal(), status.to_string())
            })
            .collect()
    }

    fn what_cannot_start() -> Vec<(ErrorKind, String)> {
        let mut missing = Command::new("/nonexistent/program");
        vec![
            told(missing.spawn()),
            told(missing.output()),
            told(missing.status()),
            told(Command::new("no-such-program-in-the-path").spawn()),
            told(Command::new("/etc/passwd").spawn()),
            told(Command::new("/").status()),
            told(Command::new("true").arg("a\0b").spawn()),
            told(Command::new("true").current_dir("/nonexistent").spawn()),
            told(Command::new("true").env("A\0", "").spawn()),
            (ErrorKind::Other, Command::new("/nonexistent").exec().to_string()),
        ]
    }

    fn arguments_environment_and_directory() -> Vec<u8> {
        let mut command = Command::new("sh");
        command.arg("-c").arg("echo \"$0 $1 $ONE $TWO $GONE\"; pwd").args(["zero", "first"]);
        command.env("ONE", "1").envs([("TWO", "2"), ("GONE", "3")]).env_remove("GONE").current_dir("/proc");
        assert_eq!(command.get_program(), "sh");
        assert_eq!(command.get_args().len(), 4);
        assert_eq!(command.get_args().last().unwrap(), "first");
        assert_eq!(command.get_envs().count(), 3);
        assert_eq!(command.get_current_dir().unwrap().to_str(), Some("/proc"));
        let shown = format!("{command:?}");
        assert!(shown.starts_with("cd \"/proc\" && "), "{shown}");
        command.output().unwrap().stdout
    }

    fn cleared_environment() -> Vec<u8> {
        Command::new("/usr/bin/env").env_clear().env("ONLY", "this").output().unwrap().stdout
    }

    fn pipes_into_and_out_of_a_child() -> String {
        let mut command = Command::new("cat");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let shown = format!("{child:?}");
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        assert_eq!(stdin.write(b"one").unwrap(), 3);
        let mut buf = [0; 3];
        stdout.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"one");
        (&stdin).write_all(b"two").unwrap();
        assert_eq!(stdin.write_vectored(&[IoSlice::new(b"th"), IoSlice::new(b"ree")]).unwrap(), 5);
        stdin.flush().unwrap();
        drop(stdin);
        let (mut a, mut b) = ([0; 2], [0; 20]);
        let mut got = stdout.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)]).unwrap();
        let mut rest = Vec::new();
        got += stdout.read_to_end(&mut rest).unwrap();
        assert_eq!((&a, got), (b"tw", 8));
        assert_eq!(stdout.read(&mut buf).unwrap(), 0);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(stderr, "");
        assert!(child.wait().unwrap().success());
        shown
    }

    fn wait_closes_stdin_and_keeps_the_status() -> () {
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        assert!(child.id() > 1);
        assert_eq!(child.try_wait().unwrap(), None);
        let status = child.wait().unwrap();
        assert!(status.success() && child.stdin.is_none());
        assert_eq!(child.wait().unwrap(), status);
        assert_eq!(child.try_wait().unwrap(), Some(status));
        child.kill().unwrap();
        let child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        assert!(child.wait_with_output().unwrap().status.success());
    }

    fn kill_ends_a_child() -> Option<i32> {
        let mut child = Command::new("sleep").arg("3600").spawn().unwrap();
        child.kill().unwrap();
        child.wait().unwrap().signal()
    }

    fn try_wait_sees_the_end() -> Option<i32> {
        let mut child = sh!("exit 5").spawn().unwrap();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None => std::thread::yield_now(),
            }
        };
        assert_eq!(child.wait().unwrap(), status);
        status.code()
    }

    fn broken_pipe() -> Vec<(ErrorKind, String)> {
        let mut child = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        child.wait().unwrap();
        vec![
            told(stdin.write(b"x")),
            told(stdin.write_all(&[0; 1 << 20])),
            told((&stdin).write_vectored(&[IoSlice::new(b"x")])),
        ]
    }

    fn pipelines_of_children() -> Vec<u8> {
        let mut one = sh!("echo b; echo a").stdout(Stdio::piped()).spawn().unwrap();
        // Read here before it is handed on: the second child must still find a pipe that blocks.
        let mut stdout = one.stdout.take().unwrap();
        let mut first = [0; 1];
        stdout.read_exact(&mut first).unwrap();
        let two = Command::new("sort").stdin(stdout).stdout(Stdio::piped()).spawn().unwrap();
        let sorted = two.wait_with_output().unwrap().stdout;
        assert!(one.wait().unwrap().success());

        let mut cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut echo = Command::new("echo").arg("into").stdout(cat.stdin.take().unwrap()).spawn().unwrap();
        assert!(echo.wait().unwrap().success());
        assert_eq!(cat.wait_with_output().unwrap().stdout, b"into\n");
        sorted
    }

    fn files_for_stdio() -> () {
        let path = std::env::temp_dir().join(format!("vervet-process-{}", std::process::id()));
        let file = File::create(&path).unwrap();
        assert!(sh!("echo out").stdout(file).status().unwrap().success());
        let file = File::open(&path).unwrap();
        assert_eq!(Command::new("cat").stdin(file).output().unwrap().stdout, b"out\n");
        std::fs::remove_file(&path).unwrap();
    }

    fn fds_of_pipes_go_in_and_out() -> () {
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        assert_eq!(stdin.as_fd().as_raw_fd(), stdin.as_raw_fd());
        let mut stdin = ChildStdin::from(OwnedFd::from(stdin));
        stdin.write_all(b"x").unwrap();
        drop(stdin);
        let stdout = child.stdout.take().unwrap();
        // SAFETY: the fd was given up just now.
        let stdout = unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(stdout.into_raw_fd()) };
        let mut text = String::new();
        ChildStderr::from(stdout).read_to_string(&mut text).unwrap();
        assert_eq!(text, "x");
        child.wait().unwrap();
    }

    fn what_only_unix_has() -> Vec<(ErrorKind, String)> {
        let output = sh!("echo $0").arg0("renamed").output().unwrap();
        assert_eq!(output.stdout, b"renamed\n");
        // A group of its own, whose number is that of the child.
        let output = sh!("ps -o pgid= -p $$ | tr -d ' '; echo $$").process_group(0).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), lines.next());
        // SAFETY: the closure does nothing but return.
        let failed = unsafe { Command::new("true").pre_exec(|| Err(io::Error::from_raw_os_error(13))).spawn() };
        let mut fine = Command::new("true");
        // SAFETY: as above.
        unsafe { fine.pre_exec(|| Ok(())) };
        assert!(fine.status().unwrap().success());
        assert!(fine.output().unwrap().status.success());
        vec![told(failed)]
    }

    fn many_small_writes_and_a_large_one() -> () {
        let mut child = sh!("wc -c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        for _ in 0..1000 {
            stdin.write_all(&[7; 10]).unwrap();
        }
        stdin.write_all(&vec![7; 1 << 20]).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), (10_000 + (1 << 20)).to_string());
    }
}

#[test]
fn auto_traits_are_stds() {
    fn are_sent<T: Send + Sync + Unpin>() -> usize {
        size_of::<T>()
    }
    fn are_caught<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() -> usize {
        size_of::<T>()
    }
    use vervet::process::*;
    let pipes = [are_caught::<ChildStdin>(), are_caught::<ChildStdout>(), are_caught::<ChildStderr>()];
    assert!(are_sent::<Command>() > 0 && are_caught::<Child>() > 0 && !pipes.contains(&0));
}

thread_local! {
    static MARK: Cell<bool> = const { Cell::new(false) };
}

/// A closure for the child runs on the greenlet's own thread: it finds that thread's locals.
#[test]
fn pre_exec_finds_the_greenlets_thread() {
    use vervet::os::unix::process::CommandExt;
    checked(|| {
        vervet::run(|| {
            MARK.set(true);
            let mut command = vervet::process::Command::new("true");
            let look = || match MARK.get() {
                true => Ok(()),
                false => Err(io::ErrorKind::NotFound.into()),
            };
            // SAFETY: the closure reads a plain thread-local and allocates nothing.
            unsafe { command.pre_exec(look) };
            assert!(command.status().unwrap().success());
            MARK.set(false);
            assert_eq!(command.status().map_err(|error| error.raw_os_error()).unwrap_err(), Some(22));
        });
    });
}

// --- many ----------------------------------------------------------------------------------------------------------

#[test]
fn fifty_at_once_take_as_long_as_one() {
    const NAP: f64 = 0.5;
    checked(|| {
        vervet::run(|| {
            let began = Instant::now();
            let children: Vec<_> = (0..50)
                .map(|i| {
                    let body = move || {
                        let script = format!("sleep {NAP}; echo {i}; echo {i} >&2");
                        vervet::process::Command::new("sh").args(["-c", &script]).output().unwrap()
                    };
                    // All of them on this worker.
                    vervet::spawn_local(body)
                })
                .collect();
            for (i, child) in children.into_iter().enumerate() {
                let output = child.join().unwrap();
                let expected = format!("{i}\n").into_bytes();
                assert_eq!((&output.stdout, &output.stderr), (&expected, &expected));
            }
            // One after the other they would need 25 seconds.
            assert!(began.elapsed() < Duration::from_secs_f64(8.0 * NAP), "{:?}", began.elapsed());
        });
    });
}

/// More waiting children than the pool has threads, and none of those is taken.
#[test]
fn waiting_takes_no_threads() {
    const MANY: usize = 100;
    checked(|| {
        let waiters: Vec<_> = (0..MANY)
            .map(|_| {
                let (tell, id) = mpsc::channel();
                let waiter = vervet::spawn(move || {
                    let mut command = vervet::process::Command::new("cat");
                    let mut child = command.stdin(vervet::process::Stdio::piped()).spawn().unwrap();
                    let stdin = child.stdin.take().unwrap();
                    tell.send(stdin).unwrap();
                    child.wait().unwrap().success()
                });
                (waiter, id.recv().unwrap())
            })
            .collect();
        for (waiter, _) in &waiters {
            parked(&waiter.handle(), "child process");
        }
        assert_eq!(vervet::run(|| vervet::offload(|| 7)), 7);
        let (waiters, pipes): (Vec<_>, Vec<_>) = waiters.into_iter().unzip();
        drop(pipes);
        assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap()));
    });
}

// --- other people's children ---------------------------------------------------------------------------------------

/// The children of this process that are over and have not been waited for.
fn zombies() -> Vec<String> {
    let me = format!(" Z {} ", std::process::id());
    let stats = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let path = entry.ok()?.path();
        path.file_name()?.to_str()?.parse::<u32>().ok()?;
        std::fs::read_to_string(path.join("stat")).ok()
    });
    stats.filter(|stat| stat.contains(&me)).collect()
}

#[test]
fn foreign_children_are_left_alone() {
    checked(|| {
        let mut foreign = std::process::Command::new("sh").args(["-c", "exit 42"]).spawn().unwrap();
        let id = foreign.id().to_string();
        eventually("the foreign child is over", || zombies().iter().any(|stat| stat.starts_with(&id)));
        vervet::run(|| {
            for _ in 0..5 {
                assert!(vervet::process::Command::new("true").status().unwrap().success());
                vervet::process::Command::new("true").output().unwrap();
            }
        });
        let left = zombies();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(foreign.wait().unwrap().code(), Some(42));
        assert_eq!(zombies(), [""; 0]);
    });
}

#[test]
fn sigchld_has_no_handler() {
    checked(|| {
        vervet::run(|| assert!(vervet::process::Command::new("true").status().unwrap().success()));
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        for field in ["SigCgt:", "SigIgn:"] {
            let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
            let signals = u64::from_str_radix(line.trim(), 16).unwrap();
            assert_eq!(signals >> 16 & 1, 0, "{field} {line}");
        }
    });
}

/// A child that somebody else has waited for is an error, at once, and no wait for whoever has its id now.
#[test]
fn stolen_children_are_reported() {
    checked(|| {
        vervet::run(|| {
            let mut child = vervet::process::Command::new("true").spawn().unwrap();
            let mut status = 0;
            // SAFETY: the pointer is valid for the call.
            let stolen = unsafe { waitpid(child.id() as i32, &mut status, 0) };
            assert_eq!(stolen, child.id() as i32);
            assert_eq!(child.wait().unwrap_err().raw_os_error(), Some(10));
            assert_eq!(child.try_wait().unwrap_err().raw_os_error(), Some(10));
        });
    });
}

/// Waits for all children that nobody else waits for any more.
fn reap() {
    let mut status = 0;
    // SAFETY: the pointer is valid for the call.
    while unsafe { waitpid(-1, &mut status, 0) } > 0 {}
    assert_eq!(zombies(), [""; 0]);
}

unsafe extern "C" {
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
}

/// Without an fd for a pidfd, the child is looked after all the same.
#[test]
fn waits_without_fds() {
    let test = || {
        vervet::run(|| {
            let stdin = vervet::process::Stdio::piped;
            let mut child = vervet::process::Command::new("cat").stdin(stdin()).spawn().unwrap();
            let pipe = child.stdin.take().unwrap();
            let mut hoard = Vec::new();
            while let Ok(file) = std::fs::File::open("/dev/null") {
                hoard.push(file);
            }
            let waiter = vervet::spawn(move || child.wait().unwrap().success());
            while vervet::runtime::metrics().parked.child == 0 {
                vervet::sleep(Duration::from_millis(1));
            }
            drop(pipe);
            assert!(waiter.join().unwrap());
            drop(hoard);
        });
    };
    checked(|| child::in_child("waits_without_fds", &[], LIMIT, test));
}

// --- kill ----------------------------------------------------------------------------------------------------------

/// Spawns `body`, which sends what it likes, waits until it is parked for `reason`, and kills it; answers what was sent.
#[track_caller]
fn killed_in<T, S>(reason: &str, body: impl FnOnce(mpsc::Sender<S>) -> T + Send + 'static) -> Vec<S>
where
    T: 'static,
    S: Send + 'static,
{
    let drops = Drops::new();
    let value = drops.value();
    let (tell, told) = mpsc::channel();
    let greenlet = vervet::spawn(move || {
        let _value = value;
        body(tell);
    });
    parked(&greenlet.handle(), reason);
    greenlet.kill();
    over(&greenlet.handle());
    assert_eq!(drops.count(), 1);
    assert!(greenlet.join().unwrap_err().is_killed());
    told.try_iter().collect()
}

#[test]
fn killed_in_wait_leaves_the_child() {
    use vervet::process::{Child, Command};
    struct Hand(Option<Child>, mpsc::Sender<Child>);
    impl Drop for Hand {
        fn drop(&mut self) {
            self.1.send(self.0.take().unwrap()).unwrap();
        }
    }
    checked(|| {
        let mut left = killed_in("child process", |tell| {
            let child = Command::new("sleep").arg("3600").spawn().unwrap();
            let mut hand = Hand(Some(child), tell);
            hand.0.as_mut().unwrap().wait()
        });
        let mut child = left.pop().unwrap();
        assert_eq!(child.try_wait().unwrap(), None);
        child.kill().unwrap();
        let waiter = vervet::spawn(move || child.wait().unwrap());
        assert!(!waiter.join().unwrap().success());

        // In `status` nobody has the child any more, and it goes on.
        let ((stdin, mut go), (mut reader, stdout)) = (io::pipe().unwrap(), io::pipe().unwrap());
        killed_in::<_, ()>("child process", move |_| {
            let mut command = Command::new("sh");
            command.args(["-c", "read go; echo still here"]).stdin(stdin).stdout(stdout).status()
        });
        go.write_all(b"go\n").unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "still here\n");
        reap();
    });
}

#[test]
fn killed_in_output_closes_the_pipes() {
    use vervet::process::{Command, Stdio};
    checked(|| {
        // The child finds its pipes broken, and tells so through one that is not.
        for script in [
            "while echo x >&2; do sleep 0.01; done; echo over >&3",
            "exec 2>&-; while echo x; do sleep 0.01; done; echo over >&3",
        ] {
            let (mut reader, writer) = io::pipe().unwrap();
            killed_in::<_, ()>("read", move |_| {
                let full = format!("trap '' PIPE; exec 3>&0; {script}");
                // Its input is a pipe that it writes to.
                Command::new("sh").args(["-c", &full]).stdin(Stdio::from(OwnedFd::from(writer))).output()
            });
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            assert_eq!(text, "over\n");
        }
        reap();
    });
}

#[test]
fn killed_in_the_pipes() {
    use vervet::process::{Child, Command, Stdio};
    checked(|| {
        let cat = || {
            let mut command = Command::new("cat");
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let end = |mut children: Vec<Child>| {
            let mut child = children.pop().unwrap();
            // Its pipe is closed, so it comes to its end.
            child.wait().unwrap();
        };
        end(killed_in("read", move |tell| {
            let mut child = cat();
            let (_stdin, mut stdout) = (child.stdin.take(), child.stdout.take().unwrap());
            tell.send(child).unwrap();
            stdout.read(&mut [0; 10]).unwrap()
        }));
        end(killed_in("read", move |tell| {
            let mut child = cat();
            let (_stdin, mut stderr) = (child.stdin.take(), child.stderr.take().unwrap());
            tell.send(child).unwrap();
            stderr.read_to_end(&mut Vec::new()).unwrap()
        }));
        end(killed_in("write", move |tell| {
            let mut child = cat();
            let (mut stdin, _stdout) = (child.stdin.take().unwrap(), child.stdout.take());
            tell.send(child).unwrap();
            stdin.write_all(&vec![7; 1 << 20]).unwrap();
        }));
        // Both pipes at once.
        let (stdin, go) = io::pipe().unwrap();
        killed_in::<_, ()>("read", |_| Command::new("cat").stdin(stdin).output());
        drop(go);
        reap();
    });
}

#[test]
fn timeouts_cut_waits_short() {
    use vervet::process::{Command, Stdio};
    const SOON: Duration = Duration::from_millis(20);
    checked(|| {
        in_both(|| {
            let mut child = Command::new("sleep").arg("3600").spawn().unwrap();
            assert!(vervet::timeout(SOON, || child.wait()).is_err());
            child.kill().unwrap();
            assert!(!vervet::timeout(HOUR, || child.wait()).unwrap().unwrap().success());

            let mut command = Command::new("cat");
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let (stdin, mut stdout) = (child.stdin.take(), child.stdout.take().unwrap());
            assert!(vervet::timeout(SOON, || stdout.read(&mut [0; 1])).is_err());
            // Nothing is lost: what comes later is read later.
            stdin.unwrap().write_all(b"x").unwrap();
            assert_eq!(vervet::timeout(HOUR, || stdout.read(&mut [0; 9]).unwrap()), Ok(1));
            child.wait().unwrap();

            let mut child = command.spawn().unwrap();
            let stdin = child.stdin.take();
            assert!(vervet::timeout(SOON, || child.wait_with_output()).is_err());
            drop(stdin);
        });
        reap();
    });
}
