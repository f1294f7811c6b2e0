//! Pipes and standard input: each behaviour is checked on std's types first, then on vervet's, in every context.

mod child;
mod common;
mod sides;

use std::io::{self, BufRead, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use common::{checked, over, parked};
use sides::{cut_short, cut_short_at_once, interrupted, like_std};

mod of_std {
    pub(crate) use std::io::{PipeReader, PipeWriter, pipe};
    pub(crate) use std::thread::spawn;
}
mod of_vervet {
    pub(crate) use vervet::io::{PipeReader, PipeWriter, pipe};
    pub(crate) use vervet::spawn;
}

fn set_nonblocking(fd: impl AsFd, nonblocking: bool) {
    rustix::io::ioctl_fionbio(fd, nonblocking).unwrap();
}

fn is_nonblocking(fd: impl AsFd) -> bool {
    rustix::fs::fcntl_getfl(fd).unwrap().contains(rustix::fs::OFlags::NONBLOCK)
}

/// Writes until there is no more room.
macro_rules! fill {
    ($writer:expr) => {{
        set_nonblocking(&$writer, true);
        while (&$writer).write(&[7; 4096]).is_ok() {}
        set_nonblocking(&$writer, false);
    }};
}

/// Both ends of a named pipe, which the kernel has no non-blocking read for.
fn named_pipe() -> (OwnedFd, OwnedFd) {
    let dir = tempdir();
    let path = dir.join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    // Non-blocking, because the other end is not open yet.
    let reader = std::fs::File::options().read(true).custom_flags(libc::O_NONBLOCK).open(&path).unwrap();
    let writer = std::fs::File::options().write(true).open(&path).unwrap();
    set_nonblocking(&reader, false);
    std::fs::remove_dir_all(&dir).unwrap();
    (reader.into(), writer.into())
}

fn tempdir() -> std::path::PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("vervet-io-{}-{number}", std::process::id()));
    std::fs::create_dir(&dir).unwrap();
    dir
}

/// A terminal: its far end, and the name under which it is opened.
fn terminal() -> (std::fs::File, std::fs::File) {
    let far = std::fs::File::options().read(true).write(true).open("/dev/ptmx").unwrap();
    let (mut number, unlocked): (libc::c_int, libc::c_int) = (0, 0);
    // SAFETY: both requests take a pointer to an `int` that lives through the call.
    unsafe {
        assert_eq!(libc::ioctl(far.as_raw_fd(), libc::TIOCSPTLCK, &unlocked), 0);
        assert_eq!(libc::ioctl(far.as_raw_fd(), libc::TIOCGPTN, &mut number), 0);
    }
    let near = std::fs::File::options()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NOCTTY)
        .open(format!("/dev/pts/{number}"))
        .unwrap();
    (far, near)
}

like_std! {
    fn through_the_pipe_to_its_end() {
        let (mut reader, mut writer) = pipe().unwrap();
        assert_eq!(writer.write(b"ping").unwrap(), 4);
        let mut buf = [0; 8];
        assert_eq!(reader.read(&mut buf).unwrap(), 4);
        assert_eq!(&buf[..4], b"ping");
        writer.flush().unwrap();
        assert_eq!(writer.write(&[]).unwrap(), 0);
        assert_eq!(reader.read(&mut []).unwrap(), 0);
        writer.write_all(b"last words").unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "last words");
        assert_eq!(reader.read(&mut buf).unwrap(), 0);
    }

    fn nobody_reads() {
        let (reader, mut writer) = pipe().unwrap();
        writer.write_all(b"x").unwrap();
        drop(reader);
        assert_eq!(writer.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert_eq!(writer.write_vectored(&[IoSlice::new(b"x")]).unwrap_err().kind(), ErrorKind::BrokenPipe);
        let (reader, writer) = pipe().unwrap();
        fill!(writer);
        let blocked = spawn(move || (&writer).write(b"x").unwrap_err().kind());
        drop(reader);
        assert_eq!(blocked.join().unwrap(), ErrorKind::BrokenPipe);
    }

    fn waits_for_what_comes_later() {
        let (mut reader, writer) = pipe().unwrap();
        let (go, wait) = mpsc::channel();
        let peer = thread::spawn(move || {
            for byte in 0..3 {
                wait.recv().unwrap();
                (&writer).write_all(&[byte]).unwrap();
            }
        });
        let mut buf = [0; 8];
        for byte in 0..3 {
            go.send(()).unwrap();
            assert_eq!(reader.read(&mut buf).unwrap(), 1);
            assert_eq!(buf[0], byte);
        }
        assert_eq!((&reader).read(&mut buf).unwrap(), 0);
        peer.join().unwrap();
    }

    fn more_than_fits() {
        const TOTAL: usize = 4 << 20;
        let (mut reader, mut writer) = pipe().unwrap();
        let sent: Vec<u8> = (0..TOTAL).map(|i| (i / 3) as u8).collect();
        let writing = spawn({ let sent = sent.clone(); move || writer.write_all(&sent).unwrap() });
        let mut got = Vec::new();
        reader.read_to_end(&mut got).unwrap();
        assert!(got == sent);
        writing.join().unwrap();
    }

    fn vectored_uses_every_buffer() {
        let (mut reader, mut writer) = pipe().unwrap();
        let parts = [IoSlice::new(b"one"), IoSlice::new(b""), IoSlice::new(b"twotwo"), IoSlice::new(b"3")];
        assert_eq!(writer.write_vectored(&parts).unwrap(), 10);
        let (mut a, mut b, mut c) = ([0; 4], [0; 0], [0; 8]);
        let mut bufs = [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b), IoSliceMut::new(&mut c)];
        assert_eq!(reader.read_vectored(&mut bufs).unwrap(), 10);
        assert_eq!((&a, &c[..6]), (b"onet", &b"wotwo3"[..]));
        assert_eq!((&writer).write_vectored(&parts).unwrap(), 10);
        (&reader).read_exact(&mut [0; 10]).unwrap();
        assert_eq!(writer.write_vectored(&[]).unwrap(), 0);
        assert_eq!(reader.read_vectored(&mut []).unwrap(), 0);
        let many: Vec<_> = (0..1500).map(|_| IoSlice::new(b"x")).collect();
        assert_eq!(writer.write_vectored(&many).unwrap(), 1024);
    }

    fn clones_share_the_pipe() {
        const EACH: usize = 1000;
        let (reader, writer) = pipe().unwrap();
        let clone = reader.try_clone().unwrap();
        let readers = [reader, clone].map(|mut reader| spawn(move || {
            let mut got = Vec::new();
            reader.read_to_end(&mut got).unwrap();
            got
        }));
        let clone = writer.try_clone().unwrap();
        let writers = [(writer, 1), (clone, 2)].map(|(mut writer, byte)| spawn(move || {
            (0..EACH).for_each(|_| writer.write_all(&[byte]).unwrap());
        }));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        let mut got = Vec::new();
        for reader in readers {
            got.extend(reader.join().unwrap());
        }
        got.sort();
        assert_eq!(got, [[1; EACH], [2; EACH]].concat());
    }

    fn users_flag_counts_and_stays() {
        let (mut reader, mut writer) = pipe().unwrap();
        assert!(!is_nonblocking(&reader) && !is_nonblocking(&writer));
        for _ in 0..2 {
            set_nonblocking(&reader, true);
            assert_eq!(reader.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
            set_nonblocking(&reader, false);
            writer.write_all(b"x").unwrap();
            assert_eq!(reader.read(&mut [0; 4]).unwrap(), 1);
        }
        set_nonblocking(&writer, true);
        while writer.write(&[0; 1 << 16]).is_ok() {}
        assert_eq!(writer.write(b"x").unwrap_err().raw_os_error(), Some(libc::EAGAIN));
        assert_eq!(writer.write_vectored(&[IoSlice::new(b"x")]).unwrap_err().kind(), ErrorKind::WouldBlock);
        let fd = OwnedFd::from(writer);
        assert!(is_nonblocking(&fd));
        let mut writer = PipeWriter::from(fd);
        assert_eq!(writer.write(b"x").unwrap_err().kind(), ErrorKind::WouldBlock);
        let fd = OwnedFd::from(reader.try_clone().unwrap());
        assert!(!is_nonblocking(&fd));
        assert!(rustix::io::fcntl_getfd(&fd).unwrap().contains(rustix::io::FdFlags::CLOEXEC));
    }

    fn files_of_every_kind() {
        let dir = tempdir();
        let path = dir.join("file");
        let mut file = PipeWriter::from(OwnedFd::from(std::fs::File::create(&path).unwrap()));
        assert_eq!(file.write(b"on the disk, ").unwrap(), 13);
        assert_eq!(file.write_vectored(&[IoSlice::new(b"al"), IoSlice::new(b"ready")]).unwrap(), 7);
        assert_eq!(PipeReader::from(OwnedFd::from(file)).read(&mut [0; 4]).unwrap_err().raw_os_error(), Some(libc::EBADF));
        let mut text = String::new();
        let mut file = PipeReader::from(OwnedFd::from(std::fs::File::open(&path).unwrap()));
        assert_eq!(file.read_vectored(&mut [IoSliceMut::new(&mut [0; 3]), IoSliceMut::new(&mut [0; 4])]).unwrap(), 7);
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "disk, already");
        std::fs::remove_dir_all(&dir).unwrap();

        let mut null = PipeReader::from(OwnedFd::from(std::fs::File::open("/dev/null").unwrap()));
        assert_eq!(null.read(&mut [0; 4]).unwrap(), 0);
        let mut zero = PipeReader::from(OwnedFd::from(std::fs::File::open("/dev/zero").unwrap()));
        assert_eq!(zero.read(&mut [1; 4]).unwrap(), 4);
        let dir = std::fs::File::open("/").unwrap();
        assert_eq!(PipeReader::from(OwnedFd::from(dir)).read(&mut [0; 4]).unwrap_err().raw_os_error(), Some(libc::EISDIR));

        let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
        one.set_read_timeout(sides::SHORT).unwrap();
        let (mut reader, mut writer) = (PipeReader::from(OwnedFd::from(one)), PipeWriter::from(OwnedFd::from(other)));
        writer.write_all(b"x").unwrap();
        assert_eq!(reader.read(&mut [0; 4]).unwrap(), 1);
        assert_eq!(reader.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn wrong_end() {
        let (reader, writer) = pipe().unwrap();
        let (mut writer, mut reader) = (PipeReader::from(OwnedFd::from(writer)), PipeWriter::from(OwnedFd::from(reader)));
        assert_eq!(writer.read(&mut [0; 4]).unwrap_err().raw_os_error(), Some(libc::EBADF));
        assert_eq!(reader.write(b"x").unwrap_err().raw_os_error(), Some(libc::EBADF));
    }

    fn named_pipe_waits_and_ends() {
        let (reader, writer) = named_pipe();
        let (mut reader, mut writer) = (PipeReader::from(reader), PipeWriter::from(writer));
        let reading = spawn(move || {
            let mut buf = [0; 3];
            let first = reader.read(&mut buf).unwrap();
            let second = reader.read_vectored(&mut [IoSliceMut::new(&mut buf[..1]), IoSliceMut::new(&mut [0; 4])]).unwrap();
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).unwrap();
            (first, second, rest.len())
        });
        writer.write_all(b"12345678").unwrap();
        writer.write_all(&[1; 200_000]).unwrap();
        drop(writer);
        assert_eq!(reading.join().unwrap(), (3, 5, 200_000));
    }

    fn named_pipe_nonblocking() {
        let (reader, writer) = named_pipe();
        set_nonblocking(&reader, true);
        set_nonblocking(&writer, true);
        let (mut reader, mut writer) = (PipeReader::from(reader), PipeWriter::from(writer));
        assert_eq!(reader.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        while writer.write(&[0; 1 << 12]).is_ok() {}
        assert_eq!(writer.write(b"x").unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(reader.read(&mut [0; 4]).unwrap(), 4);
        drop(reader);
        assert_eq!(writer.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
    }

    fn terminal_line_by_line() {
        let (mut far, near) = terminal();
        let mut reader = PipeReader::from(OwnedFd::from(near.try_clone().unwrap()));
        let reading = spawn(move || {
            let mut buf = [0; 64];
            [(); 3].map(|()| reader.read(&mut buf).unwrap())
        });
        far.write_all(b"no line ").unwrap();
        far.write_all(b"yet\n").unwrap();
        far.write_all(b"two\n").unwrap();
        // End of input, as typed.
        far.write_all(b"\x04").unwrap();
        assert_eq!(reading.join().unwrap(), [12, 4, 0]);
        drop(near);
    }

    fn ends_for_children() {
        let (mut reader, writer) = pipe().unwrap();
        let (input, mut output) = pipe().unwrap();
        // Used here before: it must reach the child as blocking as ever.
        output.write_all(b"x").unwrap();
        input.try_clone().unwrap().read_exact(&mut [0]).unwrap();
        let mut child = Command::new("cat").stdin(input).stdout(writer).spawn().unwrap();
        output.write_all(b"through a child").unwrap();
        drop(output);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "through a child");
        assert!(child.wait().unwrap().success());
    }

    fn debug_shows_the_fd() {
        let (reader, writer) = pipe().unwrap();
        assert_eq!(format!("{reader:?}"), format!("PipeReader(FileDesc(OwnedFd {{ fd: {} }}))", reader.as_raw_fd()));
        assert!(format!("{writer:#?}").starts_with("PipeWriter(\n    FileDesc(\n        OwnedFd {"));
    }
}

#[test]
fn signal_interrupts_a_thread_as_it_does_std_s() {
    macro_rules! told {
        ($part:ident) => {{
            let (reader, writer) = $part::pipe().unwrap();
            let (mut empty, _end) = $part::pipe().unwrap();
            fill!(writer);
            let told =
                [interrupted(move || empty.read(&mut [0; 4])), interrupted(move || (&writer).write(&[0; 4]))];
            drop(reader);
            told.map(|result| result.unwrap_err().kind())
        }};
    }
    assert_eq!(told!(of_std), [ErrorKind::Interrupted; 2]);
    assert_eq!(told!(of_vervet), [ErrorKind::Interrupted; 2]);
}

mod vervet_s {
    use super::*;
    use vervet::io::{PipeReader, PipeWriter};

    /// The kinds of files that are waited for in different ways.
    fn each_kind() -> [(PipeReader, PipeWriter); 3] {
        let (reader, writer) = named_pipe();
        let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
        [
            vervet::io::pipe().unwrap(),
            (PipeReader::from(reader), PipeWriter::from(writer)),
            (PipeReader::from(OwnedFd::from(one)), PipeWriter::from(OwnedFd::from(other))),
        ]
    }

    #[test]
    fn cut_short_in_read_and_write() {
        checked(|| {
            for (reader, writer) in each_kind() {
                let (reader, writer) = (Arc::new(reader), Arc::new(writer));
                let reads: [fn(&PipeReader); 2] = [
                    |mut reader| drop(reader.read(&mut [0; 4])),
                    |mut reader| drop(reader.read_vectored(&mut [IoSliceMut::new(&mut [0; 4])])),
                ];
                for read in reads {
                    cut_short("read", || {
                        let reader = reader.clone();
                        Box::new(move || read(&reader))
                    });
                }
                (&*writer).write_all(b"whole").unwrap();
                cut_short_at_once(&reader, |mut reader| drop(reader.read(&mut [0; 4])));
                let got = reader.clone();
                assert_eq!(vervet::run(move || (&*got).read(&mut [0; 8]).unwrap()), 5);

                fill!(*writer);
                let writes: [fn(&PipeWriter); 2] = [
                    |mut writer| drop(writer.write(&[0; 4])),
                    |mut writer| drop(writer.write_vectored(&[IoSlice::new(&[0; 4])])),
                ];
                for write in writes {
                    cut_short("write", || {
                        let writer = writer.clone();
                        Box::new(move || write(&writer))
                    });
                }
            }
        });
    }

    #[test]
    fn end_of_the_readers_wakes_the_writer() {
        checked(|| {
            for (reader, writer) in each_kind() {
                fill!(writer);
                let blocked = vervet::spawn(move || (&writer).write(b"x").unwrap_err().kind());
                parked(&blocked.handle(), "write");
                drop(reader);
                let kind = blocked.join().unwrap();
                // A socket that is closed with something unread in it resets the connection.
                assert!(matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{kind:?}");
            }
        });
    }

    #[test]
    fn several_readers_and_writers_of_every_kind() {
        const EACH: usize = 300;
        checked(|| {
            for (reader, writer) in each_kind() {
                let (reader, writer) = (Arc::new(reader), Arc::new(writer));
                let readers = [reader.clone(), reader.clone(), reader].map(|reader| {
                    vervet::spawn(move || {
                        let mut got = Vec::new();
                        (&*reader).read_to_end(&mut got).unwrap();
                        got
                    })
                });
                for reader in &readers {
                    parked(&reader.handle(), "read");
                }
                let writers = [(writer.clone(), 1), (writer, 2)].map(|(writer, byte)| {
                    vervet::spawn(move || {
                        for _ in 0..EACH {
                            (&*writer).write_all(&[byte]).unwrap();
                        }
                    })
                });
                for writer in writers {
                    writer.join().unwrap();
                }
                let mut got: Vec<u8> =
                    readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
                got.sort();
                assert_eq!(got, [[1; EACH], [2; EACH]].concat());
            }
        });
    }

    #[test]
    fn workers_are_left_to_others() {
        checked(|| {
            for (reader, writer) in each_kind() {
                let reader = Arc::new(reader);
                // More than there are workers.
                let readers: Vec<_> = (0..4 * common::workers())
                    .map(|_| {
                        let reader = reader.clone();
                        vervet::spawn(move || (&*reader).read(&mut [0; 4]).unwrap())
                    })
                    .collect();
                for reader in &readers {
                    parked(&reader.handle(), "read");
                }
                vervet::run(|| vervet::sleep(Duration::from_micros(1)));
                drop(writer);
                for reader in readers {
                    over(&reader.handle());
                    assert_eq!(reader.join().unwrap(), 0);
                }
            }
        });
    }

    #[test]
    fn one_reader_of_a_named_pipe_is_overtaken_and_nothing_is_lost() {
        checked(|| {
            let (reader, writer) = named_pipe();
            let other = std::fs::File::from(reader.try_clone().unwrap());
            let mut writer = PipeWriter::from(writer);
            let mut reader = PipeReader::from(reader);
            let reading = vervet::spawn(move || {
                let mut got = Vec::new();
                reader.read_to_end(&mut got).unwrap();
                got.len()
            });
            let snatching =
                thread::spawn(move || (0..2000).filter(|_| (&other).read(&mut [0]).unwrap() == 1).count());
            for _ in 0..5000 {
                writer.write_all(b"x").unwrap();
            }
            drop(writer);
            assert_eq!(reading.join().unwrap() + snatching.join().unwrap(), 5000);
        });
    }

    #[test]
    fn pipe_that_was_spliced_into_is_waited_for_all_the_same() {
        checked(|| {
            let (reader, writer) = vervet::io::pipe().unwrap();
            let dir = tempdir();
            std::fs::write(dir.join("file"), b"spliced").unwrap();
            let file = std::fs::File::open(dir.join("file")).unwrap();
            let flags = rustix::pipe::SpliceFlags::empty();
            assert_eq!(rustix::pipe::splice(&file, None, &writer, None, 64, flags).unwrap(), 7);
            std::fs::remove_dir_all(&dir).unwrap();
            let reading = vervet::spawn(move || {
                let mut buf = [0; 64];
                [(&reader).read(&mut buf).unwrap(), (&reader).read(&mut buf).unwrap()]
            });
            parked(&reading.handle(), "read");
            (&writer).write_all(b"x").unwrap();
            assert_eq!(reading.join().unwrap(), [7, 1]);
        });
    }

    #[test]
    fn copy_and_read_to_string_take_every_reader() {
        let (reader, mut writer) = vervet::io::pipe().unwrap();
        let (mut ours, theirs) = vervet::os::unix::net::UnixStream::pair().unwrap();
        let copying = vervet::spawn(move || vervet::io::copy(&mut { reader }, &mut ours).unwrap());
        let reading = vervet::spawn(move || vervet::io::read_to_string(theirs).unwrap());
        writer.write_all(b"from a pipe to a socket").unwrap();
        drop(writer);
        assert_eq!(copying.join().unwrap(), 23);
        assert_eq!(reading.join().unwrap(), "from a pipe to a socket");
    }

    #[test]
    fn terminals_are_known() {
        use vervet::io::IsTerminal;

        let (_far, near) = terminal();
        assert!(near.is_terminal() && near.as_fd().is_terminal());
        assert!(!std::fs::File::open("/dev/null").unwrap().is_terminal());
        assert_eq!(vervet::io::stdin().is_terminal(), std::io::IsTerminal::is_terminal(&std::io::stdin()));
        assert_eq!(vervet::io::stdout().is_terminal(), std::io::IsTerminal::is_terminal(&std::io::stdout()));
    }
}

// --- standard input: each test in a process of its own -------------------------------------------------------------

/// What reading standard input in all ways tells.
macro_rules! transcript {
    ($stdin:path) => {{
        let mut told = Vec::new();
        let told_of = |result: io::Result<usize>| match result {
            Ok(count) => count.to_string(),
            Err(error) => format!("{:?} {error}", error.kind()),
        };
        let stdin = $stdin();
        told.push(format!("{stdin:?} {:?} {}", stdin.lock(), stdin.as_raw_fd()));
        let mut line = String::from("> ");
        told.push(told_of(stdin.read_line(&mut line)));
        told.push(line);
        let mut buf = [0; 3];
        told.push(told_of((&stdin).read(&mut buf)));
        told.push(format!("{:?}", (&stdin).read_exact(&mut buf).map_err(|error| error.kind())));
        told.push(format!("{buf:?}"));
        let mut lock = stdin.lock();
        told.push(told_of(lock.fill_buf().map(<[u8]>::len)));
        let there = lock.fill_buf().map_or(0, <[u8]>::len);
        lock.consume(there.min(1));
        let mut until = Vec::new();
        told.push(told_of(lock.read_until(b';', &mut until)));
        told.push(told_of(
            lock.read_vectored(&mut [IoSliceMut::new(&mut [0; 1]), IoSliceMut::new(&mut [0; 1])]),
        ));
        told.push(format!("{until:?}"));
        drop(lock);
        // Not UTF-8.
        told.push(told_of($stdin().read_line(&mut String::new())));
        told.push(format!("{:?}", $stdin().lines().take(2).map(Result::unwrap).collect::<Vec<_>>()));
        told.push(told_of($stdin().read_to_string(&mut String::new())));
        told.push(told_of($stdin().read_to_end(&mut Vec::new())));
        told.push(told_of($stdin().read(&mut [0; 4])));
        told.join("\n")
    }};
}

const INPUT: &[u8] = b"first line\nabcdefghi;jk\xff\xfe\nthird\r\nfourth\nrest\nof it\nno end";

/// Runs `test` as a child with that standard input, once for each side; they must tell the same.
fn same_transcript(test: &str, input: impl Fn() -> Stdio, feed: impl Fn(&mut std::process::Child)) {
    const SIDE: &str = "VERVET_TEST_SIDE";
    if child::is_child(test) {
        let told = match std::env::var(SIDE).as_deref() {
            Ok("std") => transcript!(std::io::stdin),
            Ok("greenlet") => vervet::run(|| transcript!(vervet::io::stdin)),
            _ => transcript!(vervet::io::stdin),
        };
        return child::say(&format!("[[{told}]]"));
    }
    let [std, thread, greenlet] = ["std", "thread", "greenlet"].map(|side| {
        let mut command = child::child_command(test);
        let mut child = command
            .env(SIDE, side)
            .stdin(input())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        feed(&mut child);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let told = text.split("[[").nth(1).and_then(|told| told.split("]]").next());
        told.unwrap_or_else(|| panic!("{side}: {text}")).to_owned()
    });
    assert!(std.starts_with("Stdin { .. } StdinLock { .. } 0\n"), "{std}");
    assert_eq!(thread, std);
    assert_eq!(greenlet, std);
}

#[test]
fn stdin_is_a_pipe() {
    same_transcript("stdin_is_a_pipe", Stdio::piped, |child| {
        child.stdin.take().unwrap().write_all(INPUT).unwrap();
    });
}

#[test]
fn stdin_is_a_file() {
    let input = || {
        let dir = tempdir();
        std::fs::write(dir.join("input"), INPUT).unwrap();
        let file = std::fs::File::open(dir.join("input")).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        file.into()
    };
    same_transcript("stdin_is_a_file", input, |_| ());
}

#[test]
fn stdin_is_a_socket() {
    let input = || {
        let (ours, mut theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        theirs.write_all(INPUT).unwrap();
        OwnedFd::from(ours).into()
    };
    same_transcript("stdin_is_a_socket", input, |_| ());
}

#[test]
fn stdin_is_dev_null() {
    same_transcript("stdin_is_dev_null", Stdio::null, |_| ());
}

#[test]
fn stdin_only_takes() {
    let input = || std::fs::File::options().write(true).open("/dev/null").unwrap().into();
    same_transcript("stdin_only_takes", input, |_| ());
}

/// A child whose standard input the parent feeds: `body` runs there, and `feed` here, which is told what the child says.
fn fed(
    test: &str,
    input: (Stdio, Option<std::fs::File>),
    body: impl FnOnce(),
    feed: impl FnOnce(&mut dyn Write, &mut dyn FnMut(&str)),
) {
    if child::is_child(test) {
        let _watchdog = child::Watchdog::new(test, Duration::from_secs(20));
        return body();
    }
    let mut child = child::child_command(test)
        .stdin(input.0)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = io::BufReader::new(child.stderr.take().unwrap()).lines();
    let mut seen = Vec::new();
    let mut said = |what: &str| loop {
        let Some(line) = lines.next() else { panic!("{test}: no {what:?} in {seen:#?}") };
        seen.push(line.unwrap());
        if seen.last().unwrap() == what {
            return;
        }
    };
    let mut to: Box<dyn Write> = match (child.stdin.take(), input.1) {
        (Some(pipe), _) => Box::new(pipe),
        (None, terminal) => Box::new(terminal.unwrap()),
    };
    feed(&mut *to, &mut said);
    said("done");
    drop(to);
    assert!(child.wait().unwrap().success());
}

/// In the child: one greenlet after the other reads a line, the first is killed; nobody blocks a worker.
fn lines_for_greenlets() {
    let read_line = || {
        vervet::spawn(|| {
            let mut line = String::new();
            vervet::io::stdin().read_line(&mut line).unwrap();
            line
        })
    };
    let killed = read_line();
    parked(&killed.handle(), "read");
    let others = [(); 3].map(|()| read_line());
    for other in &others {
        parked(&other.handle(), "lock");
    }
    vervet::run(|| vervet::sleep(Duration::from_micros(1)));
    killed.kill();
    over(&killed.handle());
    common::eventually("the next one reads", || {
        others.iter().any(|other| common::is_parked(&other.handle(), "read"))
    });
    // Out of time: neither the lock nor a line goes with it.
    assert!(vervet::timeout(Duration::from_millis(5), || vervet::io::stdin().lock()).is_err());
    child::say("ready");
    let mut got = others.map(|other| other.join().unwrap());
    got.sort();
    assert_eq!(got, ["one\n", "three\n", "two\n"]);
    // A greenlet and a thread hand it to each other.
    let greenlet = read_line();
    parked(&greenlet.handle(), "read");
    let thread = thread::spawn(|| vervet::io::stdin().lines().next().unwrap().unwrap());
    child::say("more");
    let mut got = [greenlet.join().unwrap(), thread.join().unwrap()];
    got.sort();
    assert_eq!(got.each_ref().map(|line| line.trim_end()), ["five", "four"]);
    let stuck = vervet::timeout(Duration::from_millis(5), || {
        let _ = vervet::io::stdin().read(&mut [0; 4]);
    });
    assert!(stuck.is_err());
    child::say("done");
}

fn feed_lines(to: &mut dyn Write, said: &mut dyn FnMut(&str)) {
    said("ready");
    for line in ["one\n", "two\n", "three\n"] {
        to.write_all(line.as_bytes()).unwrap();
    }
    said("more");
    to.write_all(b"four\nfive\n").unwrap();
}

#[test]
fn stdin_of_greenlets_is_a_pipe() {
    fed("stdin_of_greenlets_is_a_pipe", (Stdio::piped(), None), lines_for_greenlets, feed_lines);
}

#[test]
fn stdin_of_greenlets_is_a_terminal() {
    let (far, near) = terminal();
    fed("stdin_of_greenlets_is_a_terminal", (near.into(), Some(far)), lines_for_greenlets, feed_lines);
}

#[test]
fn stdin_is_replaced_under_its_number() {
    let body = || {
        let read = || {
            let mut byte = [0];
            vervet::spawn(move || vervet::io::stdin().read(&mut byte).map(|count| (count, byte[0])).unwrap())
        };
        let first = read();
        parked(&first.handle(), "read");
        child::say("ready");
        assert_eq!(first.join().unwrap(), (1, b'a'));
        // The old pipe stays open elsewhere.
        let _old = vervet::io::stdin().as_fd().try_clone_to_owned().unwrap();
        let (reader, mut writer) = std::io::pipe().unwrap();
        // SAFETY: fd 0 is nobody's to close, and the reader lives through the call.
        assert_eq!(unsafe { libc::dup2(reader.as_raw_fd(), 0) }, 0);
        let second = read();
        parked(&second.handle(), "read");
        writer.write_all(b"b").unwrap();
        assert_eq!(second.join().unwrap(), (1, b'b'));
        // SAFETY: as above.
        assert_eq!(unsafe { libc::close(0) }, 0);
        assert_eq!(vervet::run(|| vervet::io::stdin().read(&mut [0]).unwrap()), 0);
        assert_eq!(vervet::io::stdin().read(&mut [0]).unwrap(), 0);
        child::say("done");
    };
    fed("stdin_is_replaced_under_its_number", (Stdio::piped(), None), body, |to, said| {
        said("ready");
        to.write_all(b"a").unwrap();
    });
}

#[test]
fn panic_with_stdin_locked_poisons_nothing() {
    let panicked = thread::spawn(|| {
        let _lock = vervet::io::stdin().lock();
        common::fail("on purpose");
    });
    assert!(panicked.join().is_err());
    drop(vervet::io::stdin().lock());
}

const _: () = {
    use std::os::fd::{FromRawFd, IntoRawFd};
    use std::panic::{RefUnwindSafe, UnwindSafe};
    use vervet::io::{Lines, PipeReader, PipeWriter, Stdin, StdinLock};

    const fn auto<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    const fn auto_but_send<T: Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    const fn fd<T: AsFd + AsRawFd + FromRawFd + IntoRawFd + From<OwnedFd> + Into<OwnedFd> + Into<Stdio>>() {}
    const fn shows<T: AsFd + AsRawFd + vervet::io::IsTerminal>() {}
    const fn read<T: Read>() {}
    const fn write<T: Write>() {}
    auto::<PipeReader>();
    auto::<PipeWriter>();
    auto::<Stdin>();
    auto_but_send::<StdinLock<'_>>();
    fd::<PipeReader>();
    fd::<PipeWriter>();
    shows::<Stdin>();
    shows::<StdinLock<'_>>();
    read::<&PipeReader>();
    read::<&Stdin>();
    write::<&PipeWriter>();
    let _: fn(Stdin) -> Lines<StdinLock<'static>> = Stdin::lines;
};
