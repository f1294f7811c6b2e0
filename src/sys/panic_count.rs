//! std's count of the panics under way on a thread, the word behind `std::thread::panicking`: to be found, read, and changed.
//!
//! Uses nothing of the crate.
//!
//! std keeps the count in a thread-local it shows to nobody. It is found by its behaviour, once on each thread that asks:
//!
//! ```text
//!  TLS block of each module that has one here     │....│....│....│....│....│   aligned words
//!  calm                                     keep those that read 0
//!    catch { unwinding, in a destructor       …  1
//!      catch { unwinding, in a destructor     …  2
//!      } caught                               …  1
//!    } caught                               …  0    one is left: that is it
//!  unwinding once more: write 0, `panicking()` must be false; write 1 back, it must be true
//! ```
//!
//! Why that is sound:
//!
//! * What is read is this thread's own thread-locals, at the addresses and sizes the loader gives out, while this thread
//!   runs nothing but the search. The reads are volatile: of plain words, which may hold anything. Another thread that has been
//!   given the address of an atomic in here may write to it meanwhile; a load of a whole aligned word does not mind.
//! * What is written is a word that took the values 0, 1, 2, 1, 0 in step with the panics of this thread, and that no other word
//!   did. An allocator's count of live objects is led astray by one object more. `panicking()` has the last word.
//! * A change is seen by std, which always asks its thread-local and cannot know what the functions called in between,
//!   a context switch among them, have done to it.
//!
//! std also counts the panics of all threads together, and lets `panicking()` ask the thread's count only if that is not 0. To put
//! a thread's count aside and back leaves that sum right: the panics are under way all the while. Beside the count lies a flag that
//! says that the panic hook runs; it is left alone.
//!
//! The search is silent, for `resume_unwind` calls no hook. If it ends with no word or with several, or where panics abort,
//! the answer is `None`, and callers do without.

use std::cell::RefCell;
use std::hint::black_box;
use std::mem::{align_of, size_of};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};

/// The calling thread's count. Neither `Send` nor `Sync`: it is that thread's and ends with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PanicCount(NonNull<usize>);

impl PanicCount {
    /// Looks for it. To be called while no panic is under way on this thread.
    pub(crate) fn find() -> Option<PanicCount> {
        if cfg!(panic = "abort") || cfg!(miri) || std::thread::panicking() {
            return None;
        }
        // A library that was loaded late gets its thread-locals on this thread at the first use: std's, now.
        while_unwinding(|| ());
        let words = RefCell::new(calm_words());
        // SAFETY: aligned words in this thread's own thread-locals, as `calm_words` found them a moment ago.
        let keep = |n: usize| words.borrow_mut().retain(|word| unsafe { word.as_ptr().read_volatile() } == n);
        while_unwinding(|| {
            // What an allocator counts is one more now.
            let more = black_box(Box::new(0_u8));
            keep(1);
            while_unwinding(|| keep(2));
            keep(1);
            drop(black_box(more));
        });
        keep(0);
        match words.into_inner()[..] {
            [word] => Some(PanicCount(word)).filter(PanicCount::is_what_panicking_reads),
            _ => None,
        }
    }

    fn is_what_panicking_reads(&self) -> bool {
        let mut right = false;
        while_unwinding(|| {
            let before = self.swap(0);
            let calm = !std::thread::panicking();
            self.swap(before);
            right = before == 1 && calm && std::thread::panicking();
        });
        right && self.get() == 0 && !std::thread::panicking()
    }

    #[inline]
    pub(crate) fn get(&self) -> usize {
        // SAFETY: a word of this thread's thread-locals, which are there as long as the thread; see the module's page.
        unsafe { self.0.as_ptr().read_volatile() }
    }

    /// Puts another count in its place and answers what was there. A count that was taken away must be back when the code
    /// runs on whose panics it counts.
    #[inline]
    pub(crate) fn swap(&self, new: usize) -> usize {
        let old = self.get();
        // SAFETY: as in `get`; it is the panic count, which std reads and writes on this thread only, and not now.
        unsafe { self.0.as_ptr().write_volatile(new) };
        old
    }
}

/// Runs `f` in a destructor, in the middle of an unwinding that ends here.
fn while_unwinding(f: impl FnMut()) {
    struct Last<F: FnMut()>(F);
    impl<F: FnMut()> Drop for Last<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }
    // AssertUnwindSafe: `f` has run to its end by then.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _last = Last(f);
        resume_unwind(Box::new(()))
    }));
}

/// The words of this thread's thread-locals that are 0.
fn calm_words() -> Vec<NonNull<usize>> {
    let blocks = tls_blocks();
    let words = blocks.into_iter().flat_map(|block| {
        let first = block.start.next_multiple_of(align_of::<usize>());
        let last = block.end.saturating_sub(size_of::<usize>());
        (first..=last).step_by(size_of::<usize>())
    });
    words
        .filter_map(|address| NonNull::new(ptr::with_exposed_provenance_mut::<usize>(address)))
        // SAFETY: aligned, and inside a block of this thread's thread-locals.
        .filter(|word| unsafe { word.as_ptr().read_volatile() } == 0)
        .collect()
}

/// Where this thread's thread-locals lie, of each loaded module that has some and has used them here.
fn tls_blocks() -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    // SAFETY: `note` takes what it is given here.
    unsafe { libc::dl_iterate_phdr(Some(note), ptr::from_mut(&mut blocks).cast()) };
    blocks
}

/// # Safety
/// For `dl_iterate_phdr` only, with a `Vec<Range<usize>>` as `blocks`.
unsafe extern "C" fn note(
    module: *mut libc::dl_phdr_info,
    size: usize,
    blocks: *mut libc::c_void,
) -> libc::c_int {
    // A C library so old that it does not tell.
    if size < size_of::<libc::dl_phdr_info>() {
        return 1;
    }
    // SAFETY: valid for this call, says `dl_iterate_phdr`; the list is the caller's own.
    let (module, blocks) = unsafe { (&*module, &mut *blocks.cast::<Vec<Range<usize>>>()) };
    for n in 0..usize::from(module.dlpi_phnum) {
        // SAFETY: one of that many headers.
        let header = unsafe { &*module.dlpi_phdr.add(n) };
        if header.p_type == libc::PT_TLS && !module.dlpi_tls_data.is_null() {
            let start = module.dlpi_tls_data.expose_provenance();
            blocks.push(start..start + header.p_memsz as usize);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_on_every_thread() {
        for _ in 0..20 {
            assert!(std::thread::spawn(|| PanicCount::find().is_some()).join().unwrap());
        }
        assert!(!std::thread::panicking());
    }

    #[test]
    fn counts_nested_panics_and_may_be_put_aside() {
        let count = PanicCount::find().unwrap();
        assert_eq!(count.get(), 0);
        while_unwinding(|| {
            while_unwinding(|| assert_eq!(count.get(), 2));
            assert_eq!(count.swap(0), 1);
            assert!(!std::thread::panicking());
            while_unwinding(|| assert_eq!(count.get(), 1));
            let poisoned = std::sync::Mutex::new(());
            drop(poisoned.lock());
            assert!(!poisoned.is_poisoned());
            assert_eq!(count.swap(1), 0);
            assert!(std::thread::panicking());
        });
        assert_eq!(count.get(), 0);
        assert!(!std::thread::panicking());
    }

    #[test]
    fn not_sought_during_a_panic() {
        while_unwinding(|| assert!(PanicCount::find().is_none()));
        assert!(PanicCount::find().is_some());
    }
}
