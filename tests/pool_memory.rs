//! What pools keep in memory: nothing of those who are over, and of an endless iterator no more than its bound.

mod child;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use child::{in_child, resident, say};
use vervet::pool::{Group, Pool};

/// What a program may grow by that has had a million members: caches of stacks and of the allocator.
const LEFT: usize = 24 << 20;

#[test]
fn a_million_spawns_leave_memory_flat() {
    in_child("a_million_spawns_leave_memory_flat", &[], Duration::from_secs(120), || {
        const SPAWNS: usize = 1_000_000;
        vervet::run(|| {
            let (pool, group) = (Pool::new(100), Group::new());
            let done = Arc::new(AtomicUsize::new(0));
            let run = |spawns: usize| {
                for n in 0..spawns {
                    let done = Arc::clone(&done);
                    pool.spawn(move || done.fetch_add(1, SeqCst));
                    if n % 10 == 0 {
                        group.spawn(|| ());
                        vervet::yield_now();
                    }
                }
                pool.join();
                group.join();
            };
            run(SPAWNS / 10);
            let before = resident();
            run(SPAWNS - SPAWNS / 10);
            let grown = resident().saturating_sub(before);
            say(&format!("grown by {grown} bytes"));
            assert_eq!(done.load(SeqCst), SPAWNS);
            assert!(grown < LEFT, "grown by {grown} bytes");
            assert_eq!((pool.len(), pool.free_count()), (0, 100));
        });
    });
}

#[test]
fn an_endless_imap_leaves_memory_flat() {
    in_child("an_endless_imap_leaves_memory_flat", &[], Duration::from_secs(120), || {
        const BLOCK: usize = 64 << 10;
        vervet::run(|| {
            let pool = Pool::new(8);
            let blocks = |n: usize| vec![n as u8; BLOCK];
            let mut ordered = pool.imap(0_usize.., blocks);
            let mut unordered = pool.imap_unordered(0_usize.., blocks).buffer(32);
            let mut read = |count: usize| {
                for _ in 0..count {
                    assert_eq!(ordered.next().unwrap().unwrap().len(), BLOCK);
                    assert_eq!(unordered.next().unwrap().unwrap().len(), BLOCK);
                }
            };
            read(500);
            let before = resident();
            // 2.5 GB in all.
            read(20_000);
            let grown = resident().saturating_sub(before);
            say(&format!("grown by {grown} bytes"));
            assert!(grown < LEFT, "grown by {grown} bytes");
        });
    });
}
