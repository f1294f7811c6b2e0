//! Files: each behaviour is checked on std's types first, then on vervet's, in every context; then what std does not have:
//! FIFOs and locks that take no threads, kills, neighbours that must not wait.

mod common;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::{self, BufRead, ErrorKind, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, DirEntryExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use common::*;

/// A directory of its own for one body, removed afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Scratch {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("vervet-fs-{}-{}", std::process::id(), COUNT.fetch_add(1, SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Scratch(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn fifo(&self) -> PathBuf {
        let path = self.path("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// The kind and the text of an error.
fn told<T: Debug>(result: io::Result<T>) -> (ErrorKind, String) {
    let error = result.unwrap_err();
    (error.kind(), error.to_string())
}

/// Tests whose body must hold for std's types and for vervet's, and answer the same.
macro_rules! like_std {
    ($($(#[$attr:meta])* fn $name:ident($scratch:ident) -> $answer:ty $body:block)*) => {$(
        #[test]
        $(#[$attr])*
        fn $name() {
            #[allow(unused_imports, deprecated)]
            mod of_std {
                use super::*;
                use std::fs::{self, *};
                use std::os::unix::fs as unix;
                pub(super) fn body($scratch: &Scratch) -> $answer $body
            }
            #[allow(unused_imports, deprecated)]
            mod of_vervet {
                use super::*;
                use vervet::fs::{self, *};
                use vervet::os::unix::fs as unix;
                pub(super) fn body($scratch: &Scratch) -> $answer $body
            }
            checked(|| {
                let answer = of_std::body(&Scratch::new());
                assert_eq!(of_vervet::body(&Scratch::new()), answer);
                assert_eq!(vervet::run(|| of_vervet::body(&Scratch::new())), answer);
                let in_time = vervet::timeout(HOUR, || of_vervet::body(&Scratch::new()));
                assert_eq!(in_time, Ok(answer));
            });
        }
    )*};
}

like_std! {
    fn writes_seeks_and_reads(scratch) -> String {
        let path = scratch.path("file");
        let mut file = File::create(&path).unwrap();
        assert_eq!(file.write(b"hello, ").unwrap(), 7);
        file.write_all(b"world").unwrap();
        file.flush().unwrap();
        drop(file);

        let mut file = File::open(&path).unwrap();
        let mut buf = [0; 5];
        assert_eq!(file.read(&mut buf).unwrap(), 5);
        assert_eq!(&buf, b"hello");
        assert_eq!(file.seek(SeekFrom::End(-5)).unwrap(), 7);
        assert_eq!(file.stream_position().unwrap(), 7);
        let mut text = String::from("the ");
        assert_eq!(file.read_to_string(&mut text).unwrap(), 5);
        assert_eq!(file.read(&mut buf).unwrap(), 0);
        assert_eq!(file.seek(SeekFrom::Current(-1)).unwrap(), 11);
        assert_eq!(file.read(&mut buf).unwrap(), 1);
        file.rewind().unwrap();
        let mut all = vec![b'>'];
        assert_eq!(file.read_to_end(&mut all).unwrap(), 12);
        assert_eq!(all, b">hello, world");
        text
    }

    fn shared_references_do(scratch) -> () {
        let path = scratch.path("file");
        let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        (&file).write_all(b"abc").unwrap();
        (&file).rewind().unwrap();
        let mut text = String::new();
        (&file).read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }

    fn clones_share_the_position(scratch) -> () {
        let path = scratch.path("file");
        fs::write(&path, "abcdef").unwrap();
        let mut one = File::open(&path).unwrap();
        let mut two = one.try_clone().unwrap();
        let mut buf = [0; 2];
        one.read_exact(&mut buf).unwrap();
        two.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"cd");
        drop(one);
        two.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"ef");
    }

    #[expect(clippy::nonsensical_open_options, reason = "it is what is tested")]
    fn options_mean_the_same(scratch) -> Vec<(ErrorKind, String)> {
        let path = scratch.path("file");
        let mut errors = vec![
            told(OpenOptions::new().open(&path)),
            told(OpenOptions::new().read(true).open(&path)),
            told(OpenOptions::new().read(true).truncate(true).open(&path)),
            told(OpenOptions::new().append(true).truncate(true).open(&path)),
            told(File::open("a\0b")),
        ];
        File::create_new(&path).unwrap().write_all(b"one").unwrap();
        errors.push(told(File::create_new(&path)));
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"onetwo");
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all(b"ONE").unwrap();
        errors.push(told(file.read(&mut [0; 4])));
        errors.push(told(file.read_to_end(&mut Vec::new())));
        assert_eq!(fs::read_to_string(&path).unwrap(), "ONEtwo");
        errors.push(told(File::open(&path).unwrap().write(b"x")));
        drop(OpenOptions::new().write(true).truncate(true).open(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"");
        let mut options = File::options();
        options.write(true).create(true).mode(0o600).custom_flags(0);
        let made = options.clone().open(scratch.path("private")).unwrap();
        assert_eq!(made.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(format!("{options:?}").split(':').next(), Some("OpenOptions(OpenOptions { read"));
        errors
    }

    fn directories_are_no_files(scratch) -> Vec<(ErrorKind, String)> {
        let mut file = File::open(&scratch.0).unwrap();
        vec![
            told(file.read(&mut [0; 4])),
            told(file.read_to_end(&mut Vec::new())),
            told(File::create(&scratch.0)),
            told(fs::read(&scratch.0)),
            told(fs::write(&scratch.0, "x")),
            told(fs::read_dir("/proc/self/comm")),
        ]
    }

    fn vectored_uses_every_buffer(scratch) -> () {
        let path = scratch.path("file");
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let parts = [IoSlice::new(b"one"), IoSlice::new(b""), IoSlice::new(b"twotwo"), IoSlice::new(b"3")];
        assert_eq!(file.write_vectored(&parts).unwrap(), 10);
        file.rewind().unwrap();
        let (mut a, mut b) = ([0; 4], [0; 20]);
        let count = file.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)]).unwrap();
        assert_eq!((count, &a, &b[..6]), (10, b"onet", &b"wotwo3"[..]));
        assert_eq!(file.read_vectored(&mut []).unwrap(), 0);
        assert_eq!(file.write_vectored(&[]).unwrap(), 0);
    }

    fn positional_calls_leave_the_position(scratch) -> Vec<(ErrorKind, String)> {
        let path = scratch.path("file");
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        file.write_all(b"0123456789").unwrap();
        file.write_all_at(b"abc", 2).unwrap();
        let mut buf = [0; 4];
        assert_eq!(file.read_at(&mut buf, 1).unwrap(), 4);
        assert_eq!(&buf, b"1abc");
        assert_eq!(file.read_at(&mut buf, 8).unwrap(), 2);
        assert_eq!(file.read_at(&mut buf, 10).unwrap(), 0);
        assert_eq!(file.write_at(b"!", 12).unwrap(), 1);
        assert_eq!(file.stream_position().unwrap(), 10);
        assert_eq!(fs::read(&path).unwrap(), b"01abc56789\0\0!");
        vec![
            told(file.read_exact_at(&mut buf, 11)),
            told(file.read_at(&mut buf, u64::MAX)),
            told(file.write_at(&buf, u64::MAX)),
        ]
    }

    fn large_reads_and_writes_are_whole(scratch) -> () {
        let path = scratch.path("file");
        let data: Vec<u8> = (0..20_u32 << 20).map(|i| (i / 7) as u8).collect();
        let mut file = File::create(&path).unwrap();
        assert_eq!(file.write(&data).unwrap(), data.len());
        for size in [1, 100, 4096, 128 << 10, (128 << 10) + 1, 1 << 20] {
            let mut file = File::open(&path).unwrap();
            let mut buf = vec![0; size];
            for _ in 0..3 {
                let at = file.stream_position().unwrap() as usize;
                assert_eq!(file.read(&mut buf).unwrap(), size);
                assert!(buf == data[at..at + size]);
            }
        }
        let mut all = Vec::new();
        assert_eq!(File::open(&path).unwrap().read_to_end(&mut all).unwrap(), data.len());
        assert!(all == data);
        let mut rest = Vec::new();
        let mut file = File::open(&path).unwrap();
        file.seek(SeekFrom::End(-5000)).unwrap();
        assert_eq!(file.read_to_end(&mut rest).unwrap(), 5000);
        assert!(rest == data[data.len() - 5000..]);
        assert_eq!(file.read_to_end(&mut rest).unwrap(), 0);
    }

    fn text_is_checked(scratch) -> Vec<(ErrorKind, String)> {
        let mut errors = Vec::new();
        for size in [10, 300_000] {
            let path = scratch.path("file");
            let mut bytes = vec![b'x'; size];
            fs::write(&path, &bytes).unwrap();
            let mut text = String::from("before");
            File::open(&path).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text.len(), size + 6);
            bytes[size - 1] = 0xff;
            fs::write(&path, &bytes).unwrap();
            let mut text = String::from("before");
            errors.push(told(File::open(&path).unwrap().read_to_string(&mut text)));
            assert_eq!(text, "before");
            errors.push(told(fs::read_to_string(&path)));
        }
        errors
    }

    fn buffered_lines(scratch) -> () {
        let path = scratch.path("file");
        let mut writer = io::BufWriter::new(File::create(&path).unwrap());
        for i in 0..5000 {
            writeln!(writer, "line {i}").unwrap();
        }
        writer.into_inner().unwrap().sync_all().unwrap();
        let lines: Vec<_> = io::BufReader::new(File::open(&path).unwrap()).lines().map(Result::unwrap).collect();
        assert_eq!(lines.len(), 5000);
        assert_eq!(lines[4321], "line 4321");
        let mut copy = File::create(scratch.path("copy")).unwrap();
        io::copy(&mut File::open(&path).unwrap(), &mut copy).unwrap();
        copy.sync_data().unwrap();
        assert!(fs::read(&path).unwrap() == fs::read(scratch.path("copy")).unwrap());
    }

    fn attributes(scratch) -> Vec<(ErrorKind, String)> {
        let path = scratch.path("file");
        let file = File::create(&path).unwrap();
        file.set_len(1000).unwrap();
        let metadata = file.metadata().unwrap();
        assert_eq!((metadata.len(), metadata.is_file()), (1000, true));
        file.set_permissions(Permissions::from_mode(0o640)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        file.set_modified(time).unwrap();
        assert_eq!(file.metadata().unwrap().modified().unwrap(), time);
        file.set_times(FileTimes::new().set_accessed(time)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().accessed().unwrap(), time);
        unix::chown(&path, None, None).unwrap();
        unix::lchown(&path, None, None).unwrap();
        unix::fchown(&file, None, None).unwrap();
        vec![
            told(File::open(&path).unwrap().set_len(1)),
            told(file.set_len(u64::MAX)),
            told(fs::metadata(scratch.path("none"))),
            told(unix::chown(scratch.path("none"), None, None)),
            told(unix::chroot(scratch.path("none"))),
        ]
    }

    fn names_and_links(scratch) -> Vec<(ErrorKind, String)> {
        let [one, two, three] = ["one", "two", "three"].map(|name| scratch.path(name));
        fs::write(&one, "text").unwrap();
        fs::rename(&one, &two).unwrap();
        assert!(!fs::exists(&one).unwrap());
        assert!(fs::exists(&two).unwrap());
        fs::hard_link(&two, &one).unwrap();
        assert_eq!(fs::metadata(&one).unwrap().nlink(), 2);
        unix::symlink(&two, &three).unwrap();
        fs::soft_link("two", scratch.path("four")).unwrap();
        assert_eq!(fs::read_link(&three).unwrap(), two);
        assert_eq!(fs::read_to_string(scratch.path("four")).unwrap(), "text");
        assert!(fs::symlink_metadata(&three).unwrap().is_symlink());
        assert_eq!(fs::canonicalize(&three).unwrap(), fs::canonicalize(&two).unwrap());
        fs::set_permissions(&two, Permissions::from_mode(0o640)).unwrap();
        assert_eq!(fs::copy(&two, scratch.path("copy")).unwrap(), 4);
        assert_eq!(fs::metadata(scratch.path("copy")).unwrap().mode() & 0o777, 0o640);
        fs::remove_file(&two).unwrap();
        vec![
            told(fs::read(&three)),
            told(fs::remove_file(&two)),
            told(fs::rename(&two, &one)),
            told(fs::read_link(&one)),
            told(fs::hard_link(&two, &one)),
            told(unix::symlink(&two, &one)),
            told(fs::canonicalize(&two)),
            told(fs::copy("/dev/null", &one)),
            told(fs::copy(&two, &one)),
            told(fs::exists("a\0b")),
            told(fs::set_permissions(&two, Permissions::from_mode(0o600))),
            told(fs::symlink_metadata(&two)),
        ]
    }

    fn directories(scratch) -> Vec<(ErrorKind, String)> {
        let top = scratch.path("top");
        fs::create_dir(&top).unwrap();
        fs::create_dir_all(top.join("a/b/c")).unwrap();
        fs::create_dir_all(&top).unwrap();
        DirBuilder::new().mode(0o700).create(top.join("d")).unwrap();
        assert_eq!(fs::metadata(top.join("d")).unwrap().mode() & 0o777, 0o700);
        fs::write(top.join("file"), "1234").unwrap();
        let mut seen = BTreeSet::new();
        for entry in fs::read_dir(&top).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.path(), top.join(entry.file_name()));
            assert_eq!(format!("{entry:?}"), format!("DirEntry({:?})", entry.path()));
            let metadata = entry.metadata().unwrap();
            assert_eq!(entry.ino(), metadata.ino());
            assert_eq!(entry.file_type().unwrap(), metadata.file_type());
            seen.insert((entry.file_name().into_string().unwrap(), metadata.is_dir()));
        }
        let names = [("a", true), ("d", true), ("file", false)];
        assert_eq!(seen, names.map(|(name, is_dir)| (name.to_owned(), is_dir)).into());
        let mut errors = vec![
            told(fs::create_dir(&top)),
            told(fs::create_dir(top.join("no/parent"))),
            told(fs::create_dir_all(top.join("file"))),
            told(fs::remove_dir(&top)),
            told(fs::remove_dir(top.join("file"))),
            told(fs::read_dir(top.join("none"))),
            told(fs::remove_dir_all(top.join("none"))),
        ];
        fs::remove_dir(top.join("d")).unwrap();
        fs::remove_dir_all(&top).unwrap();
        errors.push(told(fs::read_dir(&top)));
        errors
    }

    fn long_directories_are_complete(scratch) -> () {
        for i in 0..1000 {
            fs::write(scratch.path(&format!("entry-{i}")), "").unwrap();
        }
        let mut entries = fs::read_dir(&scratch.0).unwrap();
        assert_eq!(format!("{entries:?}"), format!("ReadDir({:?})", scratch.0));
        let names: BTreeSet<_> = entries.by_ref().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 1000);
        assert!(entries.next().is_none());
    }

    fn removed_entries_have_no_metadata(scratch) -> (ErrorKind, String) {
        fs::write(scratch.path("file"), "").unwrap();
        let entry = fs::read_dir(&scratch.0).unwrap().next().unwrap().unwrap();
        fs::remove_file(entry.path()).unwrap();
        assert!(entry.file_type().unwrap().is_file());
        told(entry.metadata())
    }

    fn fds_go_in_and_out(scratch) -> () {
        let path = scratch.path("file");
        fs::write(&path, "abcdef").unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(file.as_fd().as_raw_fd(), file.as_raw_fd());
        let path = fs::canonicalize(&path).unwrap();
        let shown = format!("File {{ fd: {}, path: {path:?}, read: true, write: false }}", file.as_raw_fd());
        assert_eq!(format!("{file:?}"), shown);
        let mut file = File::from(OwnedFd::from(file));
        let mut buf = [0; 2];
        file.read_exact(&mut buf).unwrap();
        // SAFETY: the fd was given up just now.
        let mut file = unsafe { File::from_raw_fd(file.into_raw_fd()) };
        file.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"cd");
    }

    fn odd_files(_scratch) -> Vec<(ErrorKind, String)> {
        let mut null = OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
        assert_eq!(null.write(&[7; 100_000]).unwrap(), 100_000);
        assert_eq!(null.read(&mut [0; 10]).unwrap(), 0);
        let mut zeros = [7; 10];
        File::open("/dev/zero").unwrap().read_exact(&mut zeros).unwrap();
        assert_eq!(zeros, [0; 10]);
        let status = fs::read_to_string("/proc/self/status").unwrap();
        assert!(status.starts_with("Name:"));
        let mut status = String::new();
        File::open("/proc/self/status").unwrap().read_to_string(&mut status).unwrap();
        assert!(status.starts_with("Name:"));
        vec![
            told(File::open("/dev/full").and_then(|mut file| file.write(b"x"))),
            told(OpenOptions::new().write(true).open("/dev/full").and_then(|mut file| file.write(b"x"))),
            told(fs::write("/dev/full", "x")),
        ]
    }

    fn fifo_with_its_other_end_here(scratch) -> Vec<(ErrorKind, String)> {
        let path = scratch.fifo();
        // Both ends at once never wait.
        let mut both = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let mut reader = File::open(&path).unwrap();
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        both.write_all(b"from both").unwrap();
        let mut buf = [0; 20];
        assert_eq!(reader.read(&mut buf).unwrap(), 9);
        writer.write_all(b"x").unwrap();
        assert_eq!(both.read(&mut buf).unwrap(), 1);
        let parts = [IoSlice::new(b"one"), IoSlice::new(b"two")];
        assert_eq!(writer.write_vectored(&parts).unwrap(), 6);
        let (mut a, mut b) = ([0; 4], [0; 4]);
        assert_eq!(reader.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)]).unwrap(), 6);
        assert_eq!((&a, &b[..2]), (b"onet", &b"wo"[..]));
        let mut errors = vec![
            told(reader.seek(SeekFrom::Start(0))),
            told(reader.read_at(&mut buf, 0)),
            told(writer.write_at(&buf, 0)),
        ];
        let path_again = path.clone();
        let mut polled = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path_again).unwrap();
        errors.push(told(polled.read(&mut buf)));
        drop((both, writer));
        assert_eq!(reader.read(&mut buf).unwrap(), 0);
        assert_eq!(polled.read(&mut buf).unwrap(), 0);
        drop((reader, polled));
        errors.push(told(OpenOptions::new().write(true).custom_flags(O_NONBLOCK).open(&path)));
        errors
    }

    fn fifo_without_readers_is_broken(scratch) -> (ErrorKind, String) {
        let path = scratch.fifo();
        let reader = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&path).unwrap();
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        writer.write_all(b"x").unwrap();
        drop(reader);
        told(writer.write(b"x"))
    }
}

#[test]
fn auto_traits_are_stds() {
    fn have<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() -> usize {
        size_of::<T>()
    }
    use vervet::fs::*;
    let sizes =
        [have::<File>(), have::<OpenOptions>(), have::<ReadDir>(), have::<DirEntry>(), have::<DirBuilder>()];
    assert!(!sizes.contains(&0));
}

const O_NONBLOCK: i32 = 0o4000;
const O_NOCTTY: i32 = 0o400;

// --- FIFOs ---------------------------------------------------------------------------------------------------------

/// Opens one end in a greenlet and the other with std, by turns, when the first one waits.
#[test]
fn fifo_open_waits_for_the_other_end() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.fifo();

        let reading = path.clone();
        let reader = vervet::spawn(move || {
            let mut file = vervet::fs::File::open(reading).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            text
        });
        parked(&reader.handle(), "read");
        std::fs::write(&path, "from std").unwrap();
        assert_eq!(reader.join().unwrap(), "from std");

        let writing = path.clone();
        let writer = vervet::spawn(move || vervet::fs::write(writing, vec![7; 1 << 20]).unwrap());
        parked(&writer.handle(), "other");
        assert_eq!(std::fs::read(&path).unwrap(), vec![7; 1 << 20]);
        writer.join().unwrap();
    });
}

#[test]
fn fifo_open_sees_a_silent_writer() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.fifo();
        let opening = path.clone();
        let reader = vervet::spawn(move || vervet::fs::File::open(opening).unwrap());
        parked(&reader.handle(), "read");
        let mut writer = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        let mut reader = reader.join().unwrap();
        writer.write_all(b"at last").unwrap();
        let mut buf = [0; 7];
        reader.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"at last");
    });
}

#[test]
fn fifo_between_two_greenlets() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.fifo();
        let writing = path.clone();
        let writer = vervet::spawn(move || {
            let mut file = vervet::fs::File::options().write(true).open(writing).unwrap();
            for i in 0..1000_u32 {
                file.write_all(&i.to_le_bytes()).unwrap();
            }
        });
        let reader = vervet::spawn(move || vervet::fs::read(path).unwrap());
        let read = reader.join().unwrap();
        writer.join().unwrap();
        let numbers: Vec<_> =
            read.chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect();
        assert_eq!(numbers, Vec::from_iter(0..1000));
    });
}

#[test]
fn copy_to_and_from_a_fifo() {
    checked(|| {
        let scratch = Scratch::new();
        let fifo = scratch.fifo();
        let file = scratch.path("file");
        std::fs::write(&file, "to be copied").unwrap();
        let (from, to) = (file.clone(), fifo.clone());
        let copy = vervet::spawn(move || vervet::fs::copy(from, to).unwrap());
        assert_eq!(std::fs::read_to_string(&fifo).unwrap(), "to be copied");
        assert_eq!(copy.join().unwrap(), 12);

        let (from, to) = (fifo.clone(), file);
        let copy = vervet::spawn(move || told(vervet::fs::copy(from, to)));
        parked(&copy.handle(), "read");
        drop(std::fs::OpenOptions::new().write(true).open(&fifo).unwrap());
        assert_eq!(copy.join().unwrap(), told(std::fs::copy("/dev/null", "/dev/null")));
    });
}

/// More than the pool has threads wait to open a FIFO, to read from one, and for a lock. The pool serves others meanwhile.
#[test]
fn waiting_takes_no_threads() {
    const MANY: usize = 200;
    checked(|| {
        let scratch = Scratch::new();
        let fifo = scratch.fifo();
        let locked = scratch.path("locked");
        let holder = vervet::fs::File::create(&locked).unwrap();
        holder.lock().unwrap();

        let openers: Vec<_> = (0..MANY)
            .map(|_| {
                let path = fifo.clone();
                vervet::spawn(move || drop(vervet::fs::File::options().write(true).open(path).unwrap()))
            })
            .collect();
        let lockers: Vec<_> = (0..MANY)
            .map(|_| {
                let path = locked.clone();
                vervet::spawn(move || vervet::fs::File::open(path).unwrap().lock_shared().unwrap())
            })
            .collect();
        openers.iter().for_each(|opener| parked(&opener.handle(), "other"));
        lockers.iter().for_each(|locker| parked(&locker.handle(), "lock"));
        assert_eq!(vervet::run(|| vervet::offload(|| 7)), 7);

        let file =
            vervet::run(move || vervet::fs::File::options().read(true).write(true).open(fifo).unwrap());
        let file = Arc::new(file);
        openers.into_iter().for_each(|opener| opener.join().unwrap());
        let readers: Vec<_> = (0..MANY)
            .map(|_| {
                let file = Arc::clone(&file);
                vervet::spawn(move || {
                    let mut token = [0];
                    (&*file).read_exact(&mut token).unwrap();
                    // The tokens come one by one: who has one makes room for the next.
                    (&*file).write_all(&token).unwrap();
                })
            })
            .collect();
        readers.iter().for_each(|reader| parked(&reader.handle(), "read"));
        vervet::run(move || (&*file).write_all(b"t").unwrap());
        readers.into_iter().for_each(|reader| reader.join().unwrap());

        holder.unlock().unwrap();
        lockers.into_iter().for_each(|locker| locker.join().unwrap());
    });
}

#[test]
fn adopted_pipes_and_sockets_park() {
    checked(|| {
        let (reader, mut writer) = io::pipe().unwrap();
        let mut file = vervet::fs::File::from(OwnedFd::from(reader));
        let greenlet = vervet::spawn(move || {
            let mut buf = [0; 3];
            file.read_exact(&mut buf).unwrap();
            (buf, file.read(&mut buf).unwrap())
        });
        parked(&greenlet.handle(), "read");
        writer.write_all(b"abc").unwrap();
        drop(writer);
        assert_eq!(greenlet.join().unwrap(), (*b"abc", 0));

        let (ours, mut theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut file = vervet::fs::File::from(OwnedFd::from(ours));
        let greenlet = vervet::spawn(move || {
            let written = file.write(&vec![7; 1 << 20]).unwrap();
            (written, file.write(&vec![7; 1 << 20]).unwrap())
        });
        parked(&greenlet.handle(), "write");
        let mut rest = Vec::new();
        theirs.read_to_end(&mut rest).unwrap();
        let (first, second) = greenlet.join().unwrap();
        assert_eq!(rest.len(), first + second);
    });
}

unsafe extern "C" {
    fn unlockpt(fd: i32) -> i32;
    fn ptsname_r(fd: i32, name: *mut std::ffi::c_char, room: usize) -> i32;
}

/// Terminals can be polled, and that is all: both ends park all the same.
#[test]
fn terminals_park() {
    checked(|| {
        let both = || vervet::fs::File::options().read(true).write(true).clone();
        let mut master = both().open("/dev/ptmx").unwrap();
        let mut name = [0_u8; 64];
        // SAFETY: an open terminal, and room for its name as large as is said.
        let named = unsafe {
            assert_eq!(unlockpt(master.as_raw_fd()), 0);
            ptsname_r(master.as_raw_fd(), name.as_mut_ptr().cast(), name.len())
        };
        assert_eq!(named, 0);
        let name = std::ffi::CStr::from_bytes_until_nul(&name).unwrap().to_str().unwrap().to_owned();
        let slave = vervet::spawn(move || {
            let mut slave = both().custom_flags(O_NOCTTY).open(name).unwrap();
            let mut line = [0; 80];
            let count = slave.read(&mut line).unwrap();
            slave.write_all(b"echo: ").unwrap();
            slave.write_all(&line[..count]).unwrap();
            // The other end reads before this one is closed.
            count + slave.read(&mut line).unwrap()
        });
        parked(&slave.handle(), "read");
        let greenlet = vervet::spawn(move || {
            master.write_all(b"hello\n").unwrap();
            let (mut seen, mut buf) = (Vec::new(), [0; 80]);
            while !seen.ends_with(b"echo: hello\r\n") {
                let count = master.read(&mut buf).unwrap();
                seen.extend_from_slice(&buf[..count]);
            }
            master.write_all(b"bye\n").unwrap();
            master
        });
        let master = greenlet.join().unwrap();
        assert_eq!(slave.join().unwrap(), 10);
        // Not before: its end takes what has not been read.
        drop(master);
    });
}

// --- locks ---------------------------------------------------------------------------------------------------------

/// std has them from Rust 1.89 on; these are its words.
#[test]
fn locks_exclude_each_other() {
    use vervet::fs::{File, TryLockError};
    checked(|| {
        in_both(|| {
            let scratch = Scratch::new();
            let path = scratch.path("file");
            let one = File::create(&path).unwrap();
            let two = File::open(&path).unwrap();
            one.lock().unwrap();
            let busy = two.try_lock().unwrap_err();
            assert_eq!(format!("{busy:?}"), "\"WouldBlock\"");
            assert_eq!(busy.to_string(), "lock acquisition failed because the operation would block");
            assert_eq!(io::Error::from(busy).kind(), ErrorKind::WouldBlock);
            let broken = TryLockError::Error(ErrorKind::NotFound.into());
            assert_eq!(broken.to_string(), "lock acquisition failed due to I/O error");
            assert_eq!(io::Error::from(broken).kind(), ErrorKind::NotFound);
            assert!(matches!(two.try_lock_shared(), Err(TryLockError::WouldBlock)));
            // Taken again by its owner, and turned into a shared one.
            one.lock().unwrap();
            one.lock_shared().unwrap();
            two.lock_shared().unwrap();
            assert!(matches!(one.try_lock(), Err(TryLockError::WouldBlock)));
            two.unlock().unwrap();
            let clone = one.try_clone().unwrap();
            one.try_lock().unwrap();
            drop(one);
            assert!(two.try_lock().is_err());
            drop(clone);
            two.try_lock().unwrap();
            two.unlock().unwrap();
        });
    });
}

#[test]
fn lock_is_handed_between_greenlets_and_threads() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.path("counter");
        std::fs::write(&path, "0").unwrap();
        let add = |path: &Path| {
            let mut file = vervet::fs::File::options().read(true).write(true).open(path).unwrap();
            for _ in 0..5 {
                file.lock().unwrap();
                let mut text = String::new();
                file.rewind().unwrap();
                file.read_to_string(&mut text).unwrap();
                file.rewind().unwrap();
                write!(file, "{}", text.parse::<u32>().unwrap() + 1).unwrap();
                file.unlock().unwrap();
            }
        };
        let adders: Vec<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                vervet::spawn(move || add(&path))
            })
            .collect();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| add(&path));
            }
        });
        adders.into_iter().for_each(|adder| adder.join().unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "50");
    });
}

#[test]
fn timeout_in_lock_takes_nothing() {
    checked(|| {
        in_both(|| {
            let scratch = Scratch::new();
            let path = scratch.path("file");
            let holder = vervet::fs::File::create(&path).unwrap();
            holder.lock().unwrap();
            let waiter = vervet::fs::File::open(&path).unwrap();
            let waited = vervet::timeout(Duration::from_millis(10), || waiter.lock());
            assert!(waited.is_err());
            holder.unlock().unwrap();
            holder.try_lock().unwrap();
        });
    });
}

// --- kill ----------------------------------------------------------------------------------------------------------

/// Spawns `body`, waits until it is parked for `reason`, and kills it. What it had open must be closed (says `checked`).
#[track_caller]
fn killed_in<T: 'static>(reason: &str, body: impl FnOnce() -> T + Send + 'static) {
    let drops = Drops::new();
    let value = drops.value();
    let greenlet = vervet::spawn(move || {
        let _value = value;
        body();
    });
    parked(&greenlet.handle(), reason);
    greenlet.kill();
    over(&greenlet.handle());
    assert_eq!(drops.count(), 1);
    assert!(greenlet.join().unwrap_err().is_killed());
}

#[test]
fn killed_while_opening_a_fifo() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.fifo();
        let opening = path.clone();
        killed_in("read", move || vervet::fs::File::open(opening));
        let opening = path.clone();
        killed_in("read", move || vervet::fs::read_to_string(opening));
        let opening = path.clone();
        killed_in("other", move || vervet::fs::File::create(opening));
        let opening = path.clone();
        killed_in("other", move || vervet::fs::write(opening, "x"));
        // Nobody is left at either end.
        let mut probe = std::fs::OpenOptions::new();
        let error = probe.write(true).custom_flags(O_NONBLOCK).open(&path).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(6));
    });
}

#[test]
fn killed_in_fifo_read_and_write_loses_nothing() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.fifo();
        let open = || vervet::fs::File::options().read(true).write(true).open(&path).unwrap();
        let (keep, file) = (open(), Arc::new(open()));
        let reading = Arc::clone(&file);
        killed_in("read", move || (&*reading).read(&mut [0; 10]));
        (&keep).write_all(b"still here").unwrap();
        let mut buf = [0; 10];
        (&*file).read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"still here");

        let writing = Arc::clone(&file);
        let (tell, told) = mpsc::channel();
        killed_in("write", move || {
            loop {
                tell.send((&*writing).write(&[7; 4096]).unwrap()).unwrap();
            }
        });
        let written: usize = told.iter().sum();
        let mut rest = vec![0; written];
        (&keep).read_exact(&mut rest).unwrap();
        drop(file);
        (&keep).write_all(b"!").unwrap();
        assert_eq!((&keep).read(&mut buf).unwrap(), 1, "a killed write has written");
    });
}

#[test]
fn killed_in_lock() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.path("file");
        let holder = vervet::fs::File::create(&path).unwrap();
        holder.lock().unwrap();
        let waiting = path.clone();
        killed_in("lock", move || vervet::fs::File::open(waiting).unwrap().lock());
        let waiting = path.clone();
        killed_in("lock", move || vervet::fs::File::open(waiting).unwrap().lock_shared());
        holder.unlock().unwrap();
        vervet::fs::File::open(&path).unwrap().try_lock().unwrap();
    });
}

#[test]
fn killed_in_a_device() {
    checked(|| {
        // The master of a terminal that nobody has opened: it can be polled, and that is all.
        killed_in("read", || vervet::fs::File::open("/dev/ptmx").unwrap().read(&mut [0; 10]).unwrap());
    });
}

/// Killed once and again at any moment of a loop of reads: the position tells how many have returned.
#[test]
fn killed_reads_have_happened_or_not() {
    const RECORD: usize = 512;
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.path("file");
        std::fs::write(&path, vec![7; 64 << 20]).unwrap();
        for round in 0..50 {
            let file = Arc::new(vervet::fs::File::open(&path).unwrap());
            let (reading, count) = (Arc::clone(&file), Arc::new(AtomicUsize::new(0)));
            let counting = Arc::clone(&count);
            let (tell, started) = mpsc::channel();
            let greenlet = vervet::spawn(move || {
                let mut buf = [0; RECORD];
                // By turns from the cache and through the pool.
                while (&*reading).read_vectored(&mut [IoSliceMut::new(&mut buf)]).unwrap() == RECORD {
                    if counting.fetch_add(1, SeqCst) == round {
                        tell.send(()).unwrap();
                    }
                    (&*reading).stream_position().unwrap();
                    let _ = reading.metadata().unwrap();
                }
            });
            started.recv().unwrap();
            greenlet.kill();
            over(&greenlet.handle());
            let position = (&*file).stream_position().unwrap() as usize;
            assert_eq!(position, count.load(SeqCst) * RECORD);
        }
    });
}

// --- neighbours ----------------------------------------------------------------------------------------------------

/// Readers that share a position each get whole records.
#[test]
fn records_of_a_shared_file_are_whole() {
    const RECORDS: u32 = 4000;
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.path("file");
        let data: Vec<u8> = (0..RECORDS).flat_map(|i| i.to_le_bytes().repeat(64)).collect();
        std::fs::write(&path, data).unwrap();
        let file = Arc::new(vervet::fs::File::open(&path).unwrap());
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let file = Arc::clone(&file);
                vervet::spawn(move || {
                    let (mut seen, mut buf) = (Vec::new(), [0; 256]);
                    while (&*file).read(&mut buf).unwrap() > 0 {
                        assert!(buf.chunks(4).all(|four| four == &buf[..4]));
                        seen.push(u32::from_le_bytes(buf[..4].try_into().unwrap()));
                    }
                    seen
                })
            })
            .collect();
        let mut seen: Vec<_> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
        seen.sort_unstable();
        assert_eq!(seen, Vec::from_iter(0..RECORDS));
    });
}

/// How long this thread has been waiting for a CPU: that it is late then is not its neighbours' fault.
fn kept_from_running() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').nth(1).map_or(0, |waited| waited.parse().unwrap()))
}

/// The lateness of a neighbour's one-millisecond ticks, 99 of 100, while `work` runs on the same worker.
fn lateness(work: impl FnOnce() + 'static) -> Duration {
    const TICK: Duration = Duration::from_millis(1);
    let worked = vervet::spawn_local(work);
    let mut late = Vec::new();
    while !worked.is_finished() {
        let (begin, kept) = (Instant::now(), kept_from_running());
        vervet::sleep(TICK);
        late.push(begin.elapsed().saturating_sub(kept_from_running() - kept).saturating_sub(TICK));
    }
    worked.join().unwrap();
    late.sort_unstable();
    assert!(late.len() >= 5, "only {} ticks", late.len());
    late[late.len() * 99 / 100]
}

#[track_caller]
fn stays_punctual(work: impl Fn() + Clone + 'static) {
    const LATE: Duration = Duration::from_millis(5);
    // What runs beside this machine may delay it, too: once in a few times has to do.
    let all: Vec<_> = (0..5).map(|_| lateness(work.clone())).take_while(|&late| late >= LATE).collect();
    assert!(all.len() < 5, "99 of 100 ticks are late by {all:?}");
}

#[test]
fn long_reads_do_not_hold_neighbours_up() {
    checked(|| {
        vervet::run(|| {
            let scratch = Scratch::new();
            let path = scratch.path("large");
            let file = vervet::fs::File::create(&path).unwrap();
            file.set_len(1 << 30).unwrap();
            for size in [8 << 10, 128 << 10, 4 << 20] {
                let path = path.clone();
                stays_punctual(move || {
                    let mut file = vervet::fs::File::open(&path).unwrap();
                    let (mut buf, mut total) = (vec![0; size], 0);
                    loop {
                        match file.read(&mut buf).unwrap() {
                            0 => break,
                            count => total += count,
                        }
                    }
                    assert_eq!(total, 1 << 30);
                });
            }
            file.set_len(256 << 20).unwrap();
            let reading = path.clone();
            stays_punctual(move || {
                let bytes = vervet::fs::read(&reading).unwrap();
                assert_eq!(bytes.len(), 256 << 20);
                // To give that much memory back takes its time, too.
                vervet::offload(move || drop(bytes));
            });
            stays_punctual(move || {
                let mut text = String::new();
                vervet::fs::File::open(&path).unwrap().read_to_string(&mut text).unwrap();
                assert_eq!(text.len(), 256 << 20);
                vervet::offload(move || drop(text));
            });
        });
    });
}
