//! Kills.

use std::io::{IoSliceMut, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};

use crate::common::*;
use crate::{O_NONBLOCK, Scratch};

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
