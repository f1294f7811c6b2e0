//! `wait::select`: selections over permits, which go to one, and events, which all are told of.

use std::sync::Arc;

use loom::thread;

use crate::sync::raw::event::{self, Begun, RawEvent};
use crate::sync::raw::semaphore::{self, Answer, RawSemaphore, Want};
use crate::wait::select::{Arm, Pollable, Source, select};
use crate::wait::{self, NEVER, SOON, Waker};
use crate::{HeadStart, check_both};

const ONE: Want = Want::Permits(1);

/// As `Semaphore::select_acquire`'s.
struct Acquire<'a>(&'a RawSemaphore, Option<semaphore::Watch>);

impl Source for Acquire<'_> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        (self.0.try_acquire(ONE) == Answer::Granted).then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.1 = self.0.watch(waker, ONE);
        self.1.is_some()
    }

    fn unwatch(&mut self) -> Option<()> {
        self.1.take().is_some_and(|watch| self.0.unwatch(watch)).then_some(())
    }
}

/// As `Event::select_wait`'s.
struct Pulse<'a>(&'a RawEvent, Option<Begun>, Option<event::Watch>);

impl Source for Pulse<'_> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        self.0.was_set(self.1).then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.2 = self.0.watch(waker, &mut self.1);
        self.2.is_some()
    }

    fn unwatch(&mut self) -> Option<()> {
        self.2.take().is_some_and(|watch| self.0.unwatch(watch)).then_some(())
    }
}

/// Whose permit it was; `None` if the deadline came first, or a kill.
pub(crate) fn permit_of_either(semaphores: [&RawSemaphore; 2], deadline: u64) -> Option<usize> {
    let mut arms = [Arm::new(Acquire(semaphores[0], None)), Arm::new(Acquire(semaphores[1], None))];
    let [first, second] = &mut arms;
    let chosen = select(&mut [first as &mut dyn Pollable, second], deadline).ok().flatten();
    let taken = arms.map(|arm| arm.into_taken().is_some());
    assert_eq!(taken, [chosen == Some(0), chosen == Some(1)], "what was taken is what was chosen");
    chosen
}

fn two_semaphores() -> [Arc<RawSemaphore>; 2] {
    [(); 2].map(|()| Arc::new(RawSemaphore::new(0)))
}

fn one_of_two(head_start: HeadStart, killed: bool, deadline: u64) {
    wait::set(head_start, 0);
    let both = two_semaphores();
    let theirs = both.clone();
    let chooser = wait::spawn(move || permit_of_either(theirs.each_ref().map(|one| &**one), deadline));
    let second = Arc::clone(&both[1]);
    let other = thread::spawn(move || second.release(1));
    if killed {
        chooser.kill();
    }
    both[0].release(1);
    other.join().unwrap();
    let chosen = chooser.join();
    assert!(killed || deadline != NEVER || chosen.is_some());
    for (at, one) in both.iter().enumerate() {
        assert_eq!(one.permits(), usize::from(chosen != Some(at)), "chosen: {chosen:?}");
        assert_eq!(one.try_acquire(Want::Permits(one.permits())), Answer::Granted, "nobody is in line");
    }
}

/// A selection over two that both get a permit takes one of them, and the other one stays.
///
/// Fails if a semaphore remembers a selection as served though its wait had ended; if the selection gives up what it was handed,
/// and looks for itself.
pub fn selection_takes_one() {
    check_both(2, |head_start| one_of_two(head_start, false, NEVER));
}

/// As before, and it is killed meanwhile: it takes one or none.
///
/// Fails as before; if who is taken out is not remembered as served though that has ended his wait.
pub fn killed_selection_takes_one_or_none() {
    check_both(2, |head_start| one_of_two(head_start, true, NEVER));
}

/// As before, and its time is up meanwhile: it takes one or none.
pub fn deadline_against_hand_over() {
    check_both(2, |head_start| one_of_two(head_start, false, SOON));
}

/// A selection stands in line for a permit before somebody else, and gets one elsewhere: the other one is served.
///
/// Fails if a selection stays in line where it has lost; if who hands over to it does not look whether it still waits.
pub fn who_loses_makes_way() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let both = two_semaphores();
        let theirs = both.clone();
        let chooser = wait::spawn(move || permit_of_either(theirs.each_ref().map(|one| &**one), NEVER));
        let first = Arc::clone(&both[0]);
        let other = wait::spawn(move || match first.try_acquire(ONE) {
            Answer::TooFew => first.acquire(ONE, NEVER),
            answer => Ok(answer),
        });
        both[1].release(1);
        both[0].release(1);
        if chooser.join() == Some(0) {
            both[0].release(1);
        }
        assert_eq!(other.join(), Ok(Answer::Granted));
    });
}

/// A selection over an event and a permit, which come at once: it is told of one, and if that is the event, the permit stays.
///
/// Fails if an event, or a semaphore, remembers a selection as told though its wait had ended.
pub fn pulse_or_permit() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let shared = Arc::new((RawEvent::new(), RawSemaphore::new(0)));
        let theirs = Arc::clone(&shared);
        let pulse = thread::spawn(move || {
            theirs.0.set();
            theirs.0.clear();
        });
        let theirs = Arc::clone(&shared);
        let release = thread::spawn(move || theirs.1.release(1));
        let (event, semaphore) = &*shared;
        let (mut pulsed, mut served) =
            (Arm::new(Pulse(event, None, None)), Arm::new(Acquire(semaphore, None)));
        let chosen = select(&mut [&mut pulsed as &mut dyn Pollable, &mut served], NEVER);
        pulse.join().unwrap();
        release.join().unwrap();
        assert!(matches!(chosen, Ok(Some(0 | 1))));
        assert_eq!(semaphore.permits(), usize::from(chosen == Ok(Some(0))));
    });
}
