//! What the system allows: descriptors, and threads that leave the machine standing.

use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::figures::thousands;

/// Descriptors left alone: standard streams, listeners, the runtime's own, files in `/proc`.
const SPARE_FDS: usize = 100;

/// Threads and mappings left to the rest of the machine and the process.
const SPARE_THREADS: usize = 1_000;
const SPARE_MAPS: usize = 1_500;

/// A thread's stack and its alternate signal stack, each with a guard.
const MAPS_PER_THREAD: usize = 4;

/// What a thread may be expected to take: kernel stack, touched user stack, page tables, socket.
const BYTES_PER_THREAD: usize = 64 << 10;

/// So many connections, and what holds them down.
pub(crate) struct Limit {
    pub(crate) connections: usize,
    pub(crate) reason: String,
}

impl Limit {
    fn new(connections: usize, reason: String) -> Self {
        Self { connections, reason }
    }
}

/// Raises the limit on open descriptors as far as it goes. A connection takes two.
pub(crate) fn descriptors() -> io::Result<Limit> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    }
    let fds = maximum.map_or(usize::MAX, |n| n as usize);
    let reason = format!("the hard limit on open files is {}", thousands(fds as u64));
    Ok(Limit::new(fds.saturating_sub(SPARE_FDS) / 2, reason))
}

/// The tightest of the limits on threads. A connection takes two.
///
/// Not left to the kernel's refusals alone: where threads run out, other programs cannot start any, and
/// where mappings run out, std aborts the process for want of a signal stack.
pub(crate) fn threads() -> Limit {
    let running = running_tasks();
    let mut limits = Vec::new();
    for name in ["kernel/threads-max", "kernel/pid_max"] {
        if let Some(max) = read::<usize>(format!("/proc/sys/{name}")) {
            let reason = format!("{} is {}", name.replace('/', "."), thousands(max as u64));
            limits.push((max.saturating_sub(running + SPARE_THREADS), reason));
        }
    }
    if let Some(max) = read::<usize>("/proc/sys/vm/max_map_count") {
        let reason =
            format!("vm.max_map_count is {}, a thread takes {MAPS_PER_THREAD}", thousands(max as u64));
        limits.push((max.saturating_sub(SPARE_MAPS) / MAPS_PER_THREAD, reason));
    }
    if let Some(max) = getrlimit(Resource::Nproc).current {
        let reason = format!("the limit on processes (ulimit -u) is {}", thousands(max));
        limits.push(((max as usize).saturating_sub(SPARE_THREADS), reason));
    }
    if let Some((left, max)) = pids_cgroup() {
        let reason = format!("the control group's pids.max is {}", thousands(max as u64));
        limits.push((left.saturating_sub(SPARE_FDS), reason));
    }
    if let Some(kib) = proc_field::<usize>("/proc/meminfo", "MemAvailable:") {
        let reason = format!("{} MiB of memory are available", thousands(kib as u64 / 1024));
        limits.push((kib * 1024 / 2 / BYTES_PER_THREAD, reason));
    }
    limits
        .into_iter()
        .min_by_key(|limit| limit.0)
        .map_or(Limit::new(usize::MAX, String::new()), |(threads, reason)| Limit::new(threads / 2, reason))
}

/// This process's resident memory in bytes, and its threads.
pub(crate) fn memory_and_threads() -> (u64, u64) {
    let field = |name| proc_field::<u64>("/proc/self/status", name).unwrap_or(0);
    (field("VmRSS:") * 1024, field("Threads:"))
}

/// The word after `name` in a file of `name value` lines.
fn proc_field<T: FromStr>(path: &str, name: &str) -> Option<T> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn read<T: FromStr>(path: impl AsRef<Path>) -> Option<T> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Tasks on the whole machine: the second number in `/proc/loadavg`'s `running/all`.
fn running_tasks() -> usize {
    let all = fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split_whitespace().nth(3)?.split('/').nth(1)?.parse().ok());
    all.unwrap_or(0)
}

/// Tasks that may still start in this control group, and the `pids.max` that says so: the tightest between
/// this group and the root, in the old layout of the hierarchy or the new.
fn pids_cgroup() -> Option<(usize, usize)> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let bounds = groups.lines().flat_map(|line| {
        // `hierarchy:controllers:path`; no controllers named means the unified hierarchy.
        let mut fields = line.splitn(3, ':').skip(1);
        let root = match fields.next() {
            Some("") => Path::new("/sys/fs/cgroup"),
            Some("pids") => Path::new("/sys/fs/cgroup/pids"),
            _ => return Vec::new(),
        };
        let group = root.join(fields.next().unwrap_or_default().trim_start_matches('/'));
        let dirs = group.ancestors().take_while(|dir| dir.starts_with(root));
        dirs.filter_map(tasks_left).collect()
    });
    bounds.min()
}

/// What a control group leaves, and its maximum; nothing where it has none.
fn tasks_left(dir: &Path) -> Option<(usize, usize)> {
    let max: usize = read(dir.join("pids.max"))?;
    Some((max.saturating_sub(read(dir.join("pids.current"))?), max))
}
