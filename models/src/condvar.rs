//! `sync::raw::condvar`: those who wait, are notified, killed, late.

use std::sync::Arc;

use loom::thread;

use crate::check_both;
use crate::support::Plain;
use crate::sync::raw::condvar::RawCondvar;
use crate::sync::raw::mutex::RawMutex;
use crate::wait::{self, Cancelled, NEVER};

struct Post {
    lock: RawMutex,
    arrived: RawCondvar,
    letters: Plain,
}

impl Post {
    fn new() -> Arc<Post> {
        Arc::new(Post { lock: RawMutex::new(), arrived: RawCondvar::new(), letters: Plain::new() })
    }

    fn lock(&self) {
        if !self.lock.try_lock_quickly() {
            wait::shielded(|| self.lock.lock().unwrap());
        }
    }

    fn deliver(&self) {
        self.lock();
        self.letters.write();
        self.lock.unlock();
    }

    /// As `Condvar::wait`, with the lock before and after, but for a wait that was cut short.
    fn wait(&self, deadline: u64) -> Result<bool, Cancelled> {
        let mut unlocked = false;
        let waited = self.arrived.wait(deadline, || {
            unlocked = true;
            self.lock.unlock();
        });
        match (waited, unlocked) {
            (Ok(_), _) => self.lock(),
            // Cut short before it began: the guard goes the usual way.
            (Err(_), false) => self.lock.unlock(),
            (Err(_), true) => {}
        }
        waited
    }

    fn wait_for_a_letter(&self) {
        self.lock();
        while self.letters.read() == 0 {
            self.wait(NEVER).unwrap();
        }
        self.lock.unlock();
    }
}

/// Somebody looks, finds nothing and waits, while the letter comes: he is woken.
///
/// Fails if a waiter lets go of the lock before it is in the queue.
pub fn notify_against_wait() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let post = Post::new();
        let postman = {
            let post = Arc::clone(&post);
            thread::spawn(move || {
                post.deliver();
                post.arrived.notify_one();
            })
        };
        post.wait_for_a_letter();
        postman.join().unwrap();
    });
}

/// Two wait, and one notification comes, while one of the two is killed, or gives up. If he has got it, he goes on and
/// notifies the other; if not, the other one has got it.
fn one_leaves(head_start: crate::HeadStart, deadline: u64, kill: bool) {
    wait::set(head_start, 0);
    let post = Post::new();
    let postman = {
        let (post, victim) = (Arc::clone(&post), wait::me());
        thread::spawn(move || {
            if kill {
                victim.kill();
            }
            post.deliver();
            post.arrived.notify_one();
        })
    };
    let other = {
        let post = Arc::clone(&post);
        thread::spawn(move || post.wait_for_a_letter())
    };
    post.lock();
    if post.letters.read() > 0 {
        post.lock.unlock();
    } else if let Ok(notified) = post.wait(deadline) {
        post.lock.unlock();
        if notified {
            post.arrived.notify_one();
        }
    }
    other.join().unwrap();
    postman.join().unwrap();
    assert!(post.lock.try_lock_quickly(), "whoever left took the lock along");
}

/// See `one_leaves`.
///
/// Fails if `notify_one` takes no notice of a wake that came too late; if one who leaves takes away the flag that says that
/// somebody waits.
pub fn notify_against_kill() {
    check_both(2, |head_start| one_leaves(head_start, NEVER, true));
}

/// See `one_leaves`.
///
/// Fails as above.
pub fn notify_against_deadline() {
    check_both(2, |head_start| one_leaves(head_start, 10, false));
}

/// Two wait, and all are notified.
///
/// Fails if `notify_all` wakes only the first.
pub fn notify_all_against_wait() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let post = Post::new();
        let other = {
            let post = Arc::clone(&post);
            thread::spawn(move || post.wait_for_a_letter())
        };
        let postman = {
            let post = Arc::clone(&post);
            thread::spawn(move || {
                post.deliver();
                post.arrived.notify_all();
            })
        };
        post.wait_for_a_letter();
        other.join().unwrap();
        postman.join().unwrap();
    });
}
