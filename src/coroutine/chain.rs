//! Which coroutines the running code is inside of: the chain of those that have resumed each other, innermost last.
//!
//! Uses `head`, `overflow` and `sys`.
//!
//! ```text
//!   greenlet or thread ──resume──> coroutine ──resume──> coroutine   <── TOP: this code
//!                      <──outer──            <──outer──
//! ```
//!
//! `TOP`, and `LINKS` beside it, are thread-locals that belong to whoever runs on the thread. Whoever leaves it in the middle (a
//! greenlet that parks, a switch that hands over) takes them along and puts them back when it goes on: [`take`]. A greenlet
//! that is pinned comes back to the same thread; one that owns its thread-locals has these, too. May's coroutines come back on
//! any thread, which is why with that feature nothing here is inlined: the compiler could keep the address of the thread it has
//! left.
//!
//! A `Head` is alive, and stays where it is, as long as it is in a chain: the frame that has resumed it sees to that.
//!
//! Some processors store one word per cycle, and a switch to a coroutine and back is eight stores already. So nothing is stored that
//! can be told from what is there:
//!
//! * `TOP` is left as it is when a coroutine suspends itself: it is the running one if the code is on its stack, and else a stale
//!   pointer, which its head takes back when it is dropped. The next resume of the same coroutine finds it there.
//! * The running one is marked `Active` only when that cannot be seen from `TOP` any more: it resumes another, or leaves the
//!   thread.
//!
//! Where coroutines may come back on other threads (feature `may`), one thread's stale pointer could be dropped on another: there
//! all is stored at once.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;
use std::sync::Once;

use super::head::{CoroutineId, Head, Kind, Life};
use super::overflow::{self, OverflowInfo};
use crate::sys::panic_count::PanicCount;
use crate::sys::signal::AlternateStack;

/// Whether all that changes is stored at once.
const EAGER: bool = cfg!(feature = "may");

/// What `Head::life` says of the running one.
const RUNNING: Life = if EAGER { Life::Active } else { Life::Suspended };

/// Something a chain owns besides: the hubs of its switches.
struct Link {
    value: Rc<dyn Any>,
    next: *mut Link,
}

thread_local! {
    static TOP: Cell<*const Head> = const { Cell::new(ptr::null()) };
    static LINKS: Cell<*mut Link> = const { Cell::new(ptr::null_mut()) };
    /// std's count of this thread's panics, once it was found.
    static COUNT: Cell<Option<PanicCount>> = const { Cell::new(None) };
    static PREPARED: Cell<bool> = const { Cell::new(false) };
    /// For the end of the thread.
    static END: RefCell<Option<ThreadEnd>> = const { RefCell::new(None) };
}

struct ThreadEnd {
    _alternate: Option<AlternateStack>,
}

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        end();
    }
}

#[cfg_attr(not(feature = "may"), inline(always))]
#[cfg_attr(feature = "may", inline(never))]
fn top() -> *const Head {
    TOP.get()
}

#[cfg_attr(not(feature = "may"), inline(always))]
#[cfg_attr(feature = "may", inline(never))]
fn set_top(head: *const Head) {
    // Not `LocalKey::set`, which is a call.
    TOP.with(|top| top.set(head));
}

#[cfg_attr(not(feature = "may"), inline(always))]
#[cfg_attr(feature = "may", inline(never))]
fn set_links(links: *mut Link) {
    LINKS.with(|here| here.set(links));
}

/// The innermost coroutine around the running code.
fn innermost<'a>() -> Option<&'a Head> {
    // SAFETY: alive while it is in the chain, and takes the pointer back when it is dropped later; the lifetime is bounded by
    // the callers, which are code inside of it if it is here.
    unsafe { top().as_ref() }.filter(|head| head.is_here())
}

impl Head {
    /// Whether a panic that began in it is under way. Where std's count of panics was not found (greenlets share it then) that
    /// cannot be told, nor on a thread whose first coroutine was made by code that unwinds: the answer is no.
    #[cold]
    pub(super) fn is_unwinding(&self) -> bool {
        std::thread::panicking() && COUNT.get().is_some_and(|count| count.get() > self.panics.get())
    }

    /// It is about to be resumed by code that is unwinding.
    #[cold]
    fn note_panics(&self) {
        self.panics.set(COUNT.get().map_or(0, |count| count.get()));
    }

    /// Whether the calling code is its own, and not that of another that it has resumed.
    pub(super) fn is_running(&self) -> bool {
        ptr::eq(top(), self) && self.is_here()
    }

    /// As `enter`, for the usual case: the code is in no other and does not unwind, so `leave` would have nothing to undo.
    /// `false`: it is not that case, or it is not suspended.
    #[inline(always)]
    pub(super) fn enter_first(&self) -> bool {
        let last = top();
        // SAFETY: as in `innermost`.
        if EAGER || unsafe { last.as_ref() }.is_some_and(Head::is_here) || std::thread::panicking() {
            return false;
        }
        if !ptr::eq(last, self) {
            if self.life.get() != Life::Suspended {
                return false;
            }
            set_top(self);
        }
        true
    }

    /// Puts it into the chain, to be resumed by the caller; `leave` has to follow. `false`: it is not suspended.
    pub(super) fn enter(&self) -> bool {
        let outer = innermost();
        if self.life.get() != Life::Suspended || outer.is_some_and(|outer| ptr::eq(outer, self)) {
            return false;
        }
        if let Some(outer) = outer {
            outer.life.set(Life::Active);
            self.outer.set(outer);
        }
        let unwinding = std::thread::panicking();
        if unwinding {
            self.note_panics();
        }
        if EAGER {
            self.life.set(Life::Active);
        }
        set_top(self);
        true
    }

    /// Takes it out of the chain: it is suspended, or over.
    pub(super) fn leave(&self) {
        let outer = self.outer.replace(ptr::null());
        // SAFETY: it has resumed us, and runs again.
        match unsafe { outer.as_ref() } {
            Some(outer) => {
                outer.life.set(RUNNING);
                set_top(outer);
            }
            None if EAGER => set_top(ptr::null()),
            None => {}
        }
        if EAGER {
            self.life.set(Life::Suspended);
        }
        self.panics.set(0);
    }
}

impl Head {
    /// It has ended.
    pub(super) fn die(&self) {
        self.life.set(Life::Dead);
        // Where `enter_first` would take it for one that is suspended.
        if ptr::eq(top(), self) {
            set_top(ptr::null());
        }
    }
}

impl Drop for Head {
    fn drop(&mut self) {
        self.die();
    }
}

/// What somebody takes along who leaves the thread in the middle.
#[must_use]
pub(crate) struct Chain {
    top: *const Head,
    links: *mut Link,
}

/// Leaves the thread to others. To be put back by the same code when it goes on.
#[cfg_attr(not(feature = "may"), inline(always))]
#[cfg_attr(feature = "may", inline(never))]
pub(crate) fn take() -> Chain {
    let top = if TOP.get().is_null() { ptr::null() } else { take_top() };
    let links = LINKS.get();
    if !links.is_null() {
        set_links(ptr::null_mut());
    }
    Chain { top, links }
}

#[inline(never)]
fn take_top() -> *const Head {
    match innermost() {
        Some(head) => {
            head.life.set(Life::Active);
            set_top(ptr::null());
            head
        }
        None => ptr::null(),
    }
}

impl Chain {
    #[cfg_attr(not(feature = "may"), inline(always))]
    #[cfg_attr(feature = "may", inline(never))]
    pub(crate) fn put_back(self) {
        // SAFETY: the innermost of our chain, which goes on.
        if let Some(head) = unsafe { self.top.as_ref() } {
            head.life.set(RUNNING);
            set_top(head);
        }
        if !self.links.is_null() {
            set_links(self.links);
        }
    }
}

/// The running chain is over, that of a greenlet, a switch or a thread: drops what it owns.
#[inline]
pub(super) fn end() {
    if !LINKS.get().is_null() {
        drop_links();
    }
}

#[cold]
fn drop_links() {
    let mut next = LINKS.replace(ptr::null_mut());
    while !next.is_null() {
        // SAFETY: made by `own` from a box, and taken out of the one list it was in.
        let link = unsafe { Box::from_raw(next) };
        next = link.next;
    }
}

/// Gives the running chain a value to keep until it ends.
pub(super) fn own(value: Rc<dyn Any>) {
    prepare_thread();
    LINKS.set(Box::into_raw(Box::new(Link { value, next: LINKS.get() })));
}

/// Whether that is what the running chain was given last: a quick look, before one asks for what is `owned`.
#[cfg_attr(not(feature = "may"), inline(always))]
#[cfg_attr(feature = "may", inline(never))]
pub(super) fn owns_last<T>(value: &Rc<T>) -> bool {
    // SAFETY: as in `owned`.
    let last = unsafe { LINKS.get().as_ref() };
    last.is_some_and(|link| ptr::addr_eq(Rc::as_ptr(&link.value), Rc::as_ptr(value)))
}

/// The value of that type that the running chain keeps.
pub(super) fn owned<T: Any>() -> Option<Rc<T>> {
    let mut next = LINKS.get();
    // SAFETY: links stay until their chain ends, which is the one we run in.
    while let Some(link) = unsafe { next.as_ref() } {
        if let Ok(value) = Rc::clone(&link.value).downcast() {
            return Some(value);
        }
        next = link.next;
    }
    None
}

/// Those around the running code, from the inside out.
fn around<'a>() -> impl Iterator<Item = &'a Head> {
    // SAFETY: as in `innermost`: each is active as long as the one that it has resumed.
    std::iter::successors(innermost(), |head| unsafe { head.outer.get().as_ref() })
}

/// Whether that is the head of the innermost switch around the running code.
#[inline]
pub(super) fn is_innermost_switch(head: *const Head) -> bool {
    let top = top();
    // SAFETY: as in `innermost`.
    match unsafe { top.as_ref() } {
        None => head.is_null(),
        Some(last) if last.kind == Kind::Switch && last.is_here() => ptr::eq(last, head),
        Some(_) => ptr::eq(innermost_switch(), head),
    }
}

/// The innermost switch around the running code; its head's address tells which.
pub(super) fn innermost_switch() -> *const Head {
    around().find(|head| head.kind == Kind::Switch).map_or(ptr::null(), ptr::from_ref)
}

/// Whether something is open, in the switch `last` or in a coroutine that it has resumed, that a switch would tear out of its
/// context.
#[inline]
pub(super) fn is_held_up_to(last: &Head) -> bool {
    if last.is_running() && !std::thread::panicking() { last.is_held() } else { is_held_between(last) }
}

#[cold]
fn is_held_between(last: &Head) -> bool {
    let mut held = false;
    for head in around() {
        held |= head.is_held();
        if ptr::eq(head, last) {
            break;
        }
    }
    held || last.is_unwinding()
}

/// Keeps the coroutine it was made in from being suspended.
#[must_use]
#[derive(Debug)]
pub(crate) struct Hold(*const Head);

/// To be held while something is open that belongs to the running greenlet or thread, and that the coroutine around the code, if
/// there is one, must not be suspended with: whoever goes on then, and wherever it would be resumed, would be taken for the wrong one.
#[inline]
pub(crate) fn hold() -> Hold {
    if top().is_null() { Hold(ptr::null()) } else { hold_innermost() }
}

#[cold]
fn hold_innermost() -> Hold {
    let head = innermost();
    if let Some(head) = head {
        head.set_holds(head.holds() + 1);
    }
    Hold(head.map_or(ptr::null(), ptr::from_ref))
}

impl Drop for Hold {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: we are on that coroutine's stack, so it is active still.
        if let Some(head) = unsafe { self.0.as_ref() } {
            head.set_holds(head.holds() - 1);
        }
    }
}

/// Whether the running code is unwound because its coroutine or switch is being closed, which is no panic.
#[inline]
pub(crate) fn is_closing() -> bool {
    innermost().is_some_and(Head::is_closing)
}

/// The coroutine or generator that the calling code runs in; `None` outside.
///
/// It is the innermost one, as in Lua. The body of a [`switch::Switch`](super::switch::Switch) is none.
///
/// # Examples
/// ```
/// use vervet::coroutine::{self, Coroutine};
///
/// let co = Coroutine::<(), (), _>::new(|_, ()| coroutine::running());
/// assert_eq!(co.resume(()).unwrap().into_returned().unwrap(), Some(co.id()));
/// assert_eq!(coroutine::running(), None);
/// ```
#[must_use]
pub fn running() -> Option<CoroutineId> {
    innermost().filter(|head| head.kind == Kind::Coroutine).map(|head| head.id)
}

/// Whether the calling code runs in a coroutine or generator that it could suspend here and now.
///
/// False outside of coroutines, and where they [cannot be suspended](super#where-a-coroutine-cannot-be-suspended).
///
/// # Examples
/// ```
/// use vervet::coroutine::{self, Coroutine};
///
/// let co = Coroutine::<(), (), bool>::new(|_, ()| coroutine::is_yieldable());
/// assert!(co.resume(()).unwrap().into_returned().unwrap());
/// assert!(!coroutine::is_yieldable());
/// ```
#[must_use]
pub fn is_yieldable() -> bool {
    innermost().is_some_and(|head| head.kind == Kind::Coroutine && !head.is_held() && !head.is_unwinding())
}

/// Before the first coroutine of a thread: finds its panic count, and sees to the message of an overflow.
#[inline]
pub(super) fn prepare_thread() {
    if !PREPARED.get() && !std::thread::panicking() {
        prepare_thread_slowly();
    }
}

#[cold]
fn prepare_thread_slowly() {
    static HANDLER: Once = Once::new();
    PREPARED.set(true);
    // Without a handler, or a stack for it to run on, an overflow kills the process all the same, only without a word.
    HANDLER.call_once(|| drop(overflow::install_handler()));
    COUNT.set(PanicCount::find());
    let alternate = overflow::alternate_stack_for_this_thread().ok();
    // A thread that is about to end needs neither.
    let _ = END.try_with(|end| *end.borrow_mut() = Some(ThreadEnd { _alternate: alternate }));
}

/// For the overflow handler: the coroutine whose guard the address is in. Async-signal-safe, as `running_stack` of the runtime.
pub(super) fn overflowed(address: usize) -> Option<OverflowInfo> {
    // SAFETY: as in `innermost`: the code that was interrupted is inside of it.
    let head = unsafe { TOP.try_with(Cell::get).ok()?.as_ref() }?;
    let guard = head.guard();
    let what = match head.kind {
        Kind::Coroutine => "coroutine",
        Kind::Switch => "switch",
    };
    (guard.start..guard.end)
        .contains(&address)
        .then(|| OverflowInfo::of(what, head.name.as_deref(), head.id.get(), guard.usable))
}
