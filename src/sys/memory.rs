//! Address space: anonymous mappings, guard pages inside them, and pages given back to the kernel.
//!
//! Uses nothing of the crate.
//!
//! A guard is made in one of two ways:
//!
//! ```text
//!  Markers     madvise(MADV_GUARD_INSTALL): page-table markers, the mapping stays ONE line of /proc/self/maps
//!  Protection  mprotect(PROT_NONE):         splits the mapping, two lines more for each guard
//! ```
//!
//! A process may hold `vm.max_map_count` lines (65,530 by default), and everything that maps memory draws on them:
//! thread stacks, `dlopen`, malloc. So `Protection` counts, and refuses before the rest of the process starves.

use std::ffi::c_void;
use std::fmt::Display;
use std::io;
#[cfg(feature = "may")]
use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

/// `MADV_GUARD_INSTALL` of Linux 6.13, newer than the lists of libc and rustix.
const MADV_GUARD_INSTALL: libc::c_int = 102;

/// What `vm.max_map_count` is where nobody changed it and /proc cannot be read.
const DEFAULT_MAX_MAP_COUNT: usize = 65_530;

/// The part (1/n) of `vm.max_map_count` that guards never take.
const SPARE_MAPS: usize = 16;

/// The size of a page: 4 KiB on x86_64; 4, 16 or 64 KiB on aarch64.
pub(crate) fn page_size() -> usize {
    // Relaxed: whoever reads 0 asks the kernel once more and gets the same answer.
    static PAGE: AtomicUsize = AtomicUsize::new(0);
    match PAGE.load(Ordering::Relaxed) {
        0 => {
            // SAFETY: `sysconf` takes no pointer.
            let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            let size = usize::try_from(size).unwrap_or(4096);
            PAGE.store(size, Ordering::Relaxed);
            size
        }
        size => size,
    }
}

/// A private anonymous mapping, readable and writable, that commits pages as they are touched. Unmapped on drop.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: usize,
    len: usize,
}

impl Mapping {
    /// Maps `len` bytes (a multiple of the page size) without huge pages: one touched byte must cost one page.
    ///
    /// # Errors
    /// `OutOfMemory` when the kernel has no room, with what may have limited it; else the kernel's errno.
    pub(crate) fn reserve(len: usize) -> io::Result<Mapping> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::STACK;
        // SAFETY: no address is asked for, so the kernel picks a range that nothing else uses.
        let start = unsafe {
            rustix::mm::mmap_anonymous(ptr::null_mut(), len, ProtFlags::READ | ProtFlags::WRITE, flags)
        }
        .map_err(|errno| explain(errno, format_args!("cannot reserve {len} bytes of address space")))?;
        // SAFETY: the range was mapped above and holds nothing yet. Kernels without huge pages answer EINVAL,
        // and have nothing to be told.
        let _ = unsafe { rustix::mm::madvise(start, len, Advice::LinuxNoHugepage) };
        Ok(Mapping { start: start as usize, len })
    }

    /// The lowest address.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// The length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Gives the range up without unmapping it; [`unmap`] may do so later.
    pub(crate) fn leak(self) {
        std::mem::forget(self);
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range is this value's own, and who hands addresses of it out keeps the mapping alive.
        unsafe { unmap(self.start, self.len) };
    }
}

/// Unmaps a range that came from a leaked [`Mapping`].
///
/// # Safety
/// The range is one mapping's, or a part of it, and nothing uses it any more.
pub(crate) unsafe fn unmap(start: usize, len: usize) {
    // SAFETY: passed on to the caller. It can only fail by splitting one mapping too many; the range stays then.
    let _ = unsafe { rustix::mm::munmap(start as *mut c_void, len) };
}

/// Gives the pages of a range back to the kernel; they read as zeros when touched again. Guards inside stay guards.
///
/// # Safety
/// The range lies in a live [`Mapping`], on page boundaries, and nobody needs what is in it.
pub(crate) unsafe fn discard(start: usize, len: usize) {
    // SAFETY: passed on to the caller. A failure (locked pages) leaves the pages where they are: nothing is lost.
    let _ = unsafe { rustix::mm::madvise(start as *mut c_void, len, Advice::LinuxDontNeed) };
}

/// How guards are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guards {
    /// Markers in the page table, Linux 6.13 and newer.
    Markers,
    /// `mprotect`, everywhere.
    Protection,
}

impl Guards {
    /// The better way this kernel offers; it is asked once.
    pub(crate) fn detect() -> Guards {
        static FOUND: OnceLock<Guards> = OnceLock::new();
        *FOUND.get_or_init(|| if markers_work() { Guards::Markers } else { Guards::Protection })
    }

    /// Makes a range inaccessible.
    ///
    /// # Errors
    /// `OutOfMemory` when the process has no mapping left to split, with a text that names `vm.max_map_count`.
    ///
    /// # Safety
    /// The range lies in a live [`Mapping`], on page boundaries, and nobody needs what is in it.
    pub(crate) unsafe fn install(self, start: usize, len: usize) -> io::Result<()> {
        if self == Guards::Markers {
            // SAFETY: passed on to the caller.
            match unsafe { install_markers(start, len) } {
                // Memory locked by `mlockall(MCL_FUTURE)` takes no markers, and can still be protected.
                Err(Errno::INVAL) => {}
                result => {
                    return result.map_err(|errno| explain(errno, "cannot install a stack guard"));
                }
            }
        }
        take_split()?;
        // SAFETY: passed on to the caller.
        unsafe { rustix::mm::mprotect(start as *mut c_void, len, MprotectFlags::empty()) }
            .map_err(|errno| explain(errno, "cannot protect a stack guard"))
    }
}

/// # Safety
/// That of [`Guards::install`].
unsafe fn install_markers(start: usize, len: usize) -> Result<(), Errno> {
    loop {
        // SAFETY: passed on to the caller.
        if unsafe { libc::madvise(start as *mut c_void, len, MADV_GUARD_INSTALL) } == 0 {
            return Ok(());
        }
        match Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::INVAL) {
            // The kernel lost a race against a page fault next door, or a signal came.
            Errno::AGAIN | Errno::INTR => {}
            errno => return Err(errno),
        }
    }
}

/// Whether markers can be installed, and do stop an access: emulators are known to accept any advice and ignore it.
fn markers_work() -> bool {
    let Ok(page) = Mapping::reserve(page_size()) else { return false };
    // SAFETY: the mapping is alive, fresh and one page long.
    if unsafe { install_markers(page.start, page.len) }.is_err() {
        return false;
    }
    // The kernel is made to write there, as it answers EFAULT where we would be killed. The raw call: libc's
    // `getrandom` may do the writing itself.
    // SAFETY: the kernel checks the address; the page is ours and empty.
    let written = unsafe { libc::syscall(libc::SYS_getrandom, page.start, 1_usize, libc::GRND_NONBLOCK) };
    written == -1 && io::Error::last_os_error().raw_os_error() == Some(libc::EFAULT)
}

/// Counts one mapping that is about to be split by a guard.
///
/// Counting by hand would miss the mappings made by others, so an allowance is drawn from the real number of
/// lines: half of what is left at each count, so that counts become closer as the limit does, and there are few.
fn take_split() -> io::Result<()> {
    // Relaxed: a plain counter. Two threads that count at once may both grant; the spare part covers that.
    static ALLOWANCE: AtomicIsize = AtomicIsize::new(0);
    if ALLOWANCE.fetch_sub(1, Ordering::Relaxed) > 0 {
        return Ok(());
    }
    let left = maps_left();
    // Each guard makes two lines more.
    let guards = left / 2;
    if guards == 0 {
        ALLOWANCE.store(0, Ordering::Relaxed);
        return Err(io::Error::new(
            io::ErrorKind::OutOfMemory,
            format!(
                "cannot protect a stack guard: it would bring the process too close to vm.max_map_count ({}); \
                 raise that, or use Linux 6.13 or newer, where guards need no mapping of their own",
                max_map_count()
            ),
        ));
    }
    ALLOWANCE.store((guards / 2).try_into().unwrap_or(isize::MAX), Ordering::Relaxed);
    Ok(())
}

/// How many mappings this process may still make and leave a part of the limit to others. Reads /proc/self/maps:
/// milliseconds when there are many.
pub(crate) fn maps_left() -> usize {
    let limit = max_map_count();
    (limit - limit / SPARE_MAPS).saturating_sub(count_maps())
}

/// The limit of mappings in a process.
pub(crate) fn max_map_count() -> usize {
    let mut text = Vec::new();
    let _ = read_in_pieces("/proc/sys/vm/max_map_count", |piece| text.extend_from_slice(piece));
    std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_MAX_MAP_COUNT)
}

/// The number of mappings of this process: lines of /proc/self/maps.
pub(crate) fn count_maps() -> usize {
    let mut lines = 0;
    let _ = read_in_pieces("/proc/self/maps", |piece| {
        lines += piece.iter().filter(|&&byte| byte == b'\n').count();
    });
    lines
}

/// Whether this much memory can be mapped now as stacks are whose owner does without NORESERVE. It is let go of again.
///
/// # Errors
/// As [`Mapping::reserve`].
#[cfg(feature = "may")]
pub(crate) fn try_mapping(len: usize) -> io::Result<()> {
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: no address is asked for, so the kernel picks a range that nothing else uses.
    let start = unsafe { rustix::mm::mmap_anonymous(ptr::null_mut(), len, protection, MapFlags::PRIVATE) }
        .map_err(|errno| explain(errno, format_args!("cannot map {len} bytes")))?;
    // SAFETY: mapped above, and used by nobody.
    unsafe { unmap(start as usize, len) };
    Ok(())
}

/// The mapping that `address` lies in.
#[cfg(feature = "may")]
pub(crate) fn mapping_around(address: usize) -> Option<Range<usize>> {
    let (mut line, mut found) = (Vec::new(), None);
    let _ = read_in_pieces("/proc/self/maps", |piece| {
        for &byte in piece {
            if byte != b'\n' {
                line.push(byte);
                continue;
            }
            let range = parse_range(&line).filter(|range| range.contains(&address));
            found = found.take().or(range);
            line.clear();
        }
    });
    found
}

/// The addresses a line of /proc/self/maps begins with: `7f10c000-7f10f000 rw-p …`.
#[cfg(feature = "may")]
fn parse_range(line: &[u8]) -> Option<Range<usize>> {
    let (start, rest) = std::str::from_utf8(line).ok()?.split_once('-')?;
    let (end, _) = rest.split_once(' ')?;
    Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
}

/// Reads a file of /proc through raw calls: std's would go through libc symbols that may be hooked.
fn read_in_pieces(path: &str, mut each: impl FnMut(&[u8])) -> Result<(), Errno> {
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut buffer = [0; 4096];
    loop {
        match rustix::io::read(&file, &mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => each(&buffer[..n]),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Adds to a bare "out of memory" what was asked and what the limit may be; other errors keep their errno.
fn explain(errno: Errno, what: impl Display) -> io::Error {
    if errno == Errno::NOMEM {
        let hint = "the limit may be vm.max_map_count, vm.overcommit_memory, RLIMIT_AS or a memory cgroup";
        io::Error::new(io::ErrorKind::OutOfMemory, format!("{what}: {hint}"))
    } else {
        errno.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_size_is_a_power_of_two() {
        assert!(page_size().is_power_of_two() && page_size() >= 4096);
    }

    #[test]
    fn mapping_beyond_the_address_space_names_the_limits() {
        let error = Mapping::reserve(usize::MAX & !(page_size() - 1)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        assert!(error.to_string().contains("vm.max_map_count"), "{error}");
    }

    #[test]
    fn discarded_pages_read_as_zeros() {
        let page = Mapping::reserve(page_size()).unwrap();
        let byte = page.start() as *mut u8;
        // SAFETY: one byte of a live mapping, of which nobody else knows.
        unsafe {
            byte.write_volatile(7);
            discard(page.start(), page.len());
            assert_eq!(byte.read_volatile(), 0);
        }
    }

    #[test]
    fn maps_are_counted() {
        assert!(count_maps() > 3);
        assert!(max_map_count() > count_maps());
    }
}
