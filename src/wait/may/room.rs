//! How many stacks may can be asked for.
//!
//! Uses `sys`.
//!
//! A stack of may's takes two mappings, and may panics where the kernel has none left; malloc and thread stacks fail
//! then, too. So stacks are counted here, and refused while there is still a part of `vm.max_map_count` for everybody else. What
//! others map is found by reading /proc/self/maps, which takes milliseconds: at each such count half of what is left is
//! granted, so that counts become closer as the limit does, and there are few.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::sys::{clock, memory};

/// Mappings of one stack: its pages and its guard.
const MAPS: usize = 2;
/// Fewer than this are as good as none: each would be preceded by a count.
const GRAIN: usize = 256;

/// Stacks that greenlets on may have, or are about to get.
static LIVE: AtomicUsize = AtomicUsize::new(0);
/// How many there may be before the next count.
static GRANTED: AtomicUsize = AtomicUsize::new(0);
/// Until then (`clock::now`) nobody counts again, because a count has shown that there is no room.
static FULL_UNTIL: AtomicU64 = AtomicU64::new(0);
const FULL_FOR: u64 = 50_000_000;

/// The right to one stack.
#[derive(Debug)]
pub(super) struct Room(());

impl Room {
    /// # Errors
    /// `OutOfMemory` when there is no room, with a text that names `vm.max_map_count`.
    pub(super) fn take() -> io::Result<Room> {
        // Relaxed: plain counters. Two threads that count at once may both grant; the part that is left to others covers that.
        let live = LIVE.fetch_add(1, Ordering::Relaxed) + 1;
        let room = Room(());
        if live <= GRANTED.load(Ordering::Relaxed) {
            return Ok(room);
        }
        let now = clock::now();
        if now >= FULL_UNTIL.load(Ordering::Relaxed) {
            let left = memory::maps_left() / MAPS;
            if left >= GRAIN {
                GRANTED.store(live + left / 2, Ordering::Relaxed);
                return Ok(room);
            }
            FULL_UNTIL.store(now + FULL_FOR, Ordering::Relaxed);
        }
        Err(io::Error::new(
            io::ErrorKind::OutOfMemory,
            format!(
                "no stack for a greenlet on may: with {live} of them, at two mappings each, the process comes too close to \
                 vm.max_map_count ({}); raise that, or use vervet's own scheduler",
                memory::max_map_count()
            ),
        ))
    }

    /// How many are taken.
    pub(super) fn all() -> usize {
        LIVE.load(Ordering::Relaxed)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}
