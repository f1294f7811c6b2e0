//! FIFOs, and other files that can be waited for.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::sync::Arc;

use crate::common::*;
use crate::{O_NOCTTY, O_NONBLOCK, Scratch, told};

like_std! {
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
