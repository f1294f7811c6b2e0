//! `vervet::thread`: what std's threads do, ours do, too; and what only ours do.

#[path = "../common/mod.rs"]
mod common;

/// Tests that are compiled twice, over `std::thread` and over `vervet::thread`. The latter run on an OS thread and in a
/// greenlet.
macro_rules! both {
    ($($(#[$attr:meta])* fn $name:ident() $body:block)*) => {
        mod by_std {
            #[allow(unused_imports, reason = "not every case uses both")]
            use std::{thread, thread_local};

            #[allow(unused_imports, reason = "not every file has something to share")]
            use super::*;

            $(#[test] $(#[$attr])* fn $name() {
                crate::common::checked(|| $body);
            })*
        }

        mod by_vervet {
            #[allow(unused_imports, reason = "as above")]
            use super::*;
            #[allow(unused_imports, reason = "as above")]
            use vervet::{thread, thread_local};

            $(#[test] $(#[$attr])* fn $name() {
                crate::common::checked(|| crate::common::in_both(|| $body));
            })*
        }
    };
}

mod cancelled;
mod contexts;
mod locals;
mod parking;
mod scopes;
mod spawning;
mod traits;
