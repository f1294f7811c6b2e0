//! What neighbours notice: nothing.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Scratch;
use crate::common::*;

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
