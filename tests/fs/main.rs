//! Files: each behaviour is checked on std's types first, then on vervet's, in every context; then what std does not have:
//! FIFOs and locks that take no threads, kills, neighbours that must not wait.

#[path = "../common/mod.rs"]
mod common;

use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Tests whose body must hold for std's types and for vervet's, and answer the same.
macro_rules! like_std {
    ($($(#[$attr:meta])* fn $name:ident($scratch:ident) -> $answer:ty $body:block)*) => {$(
        #[test]
        $(#[$attr])*
        fn $name() {
            #[allow(unused_imports, deprecated)]
            mod of_std {
                use super::*;
                use std::fs::{self, *};
                use std::os::unix::fs as unix;
                pub(super) fn body($scratch: &Scratch) -> $answer $body
            }
            #[allow(unused_imports, deprecated)]
            mod of_vervet {
                use super::*;
                use vervet::fs::{self, *};
                use vervet::os::unix::fs as unix;
                pub(super) fn body($scratch: &Scratch) -> $answer $body
            }
            checked(|| {
                let answer = of_std::body(&Scratch::new());
                assert_eq!(of_vervet::body(&Scratch::new()), answer);
                assert_eq!(vervet::run(|| of_vervet::body(&Scratch::new())), answer);
                let in_time = vervet::timeout(HOUR, || of_vervet::body(&Scratch::new()));
                assert_eq!(in_time, Ok(answer));
            });
        }
    )*};
}

mod fifos;
mod files;
mod kill;
mod locks;
mod neighbours;
mod paths;

/// A directory of its own for one body, removed afterwards.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("vervet-fs-{}-{}", std::process::id(), COUNT.fetch_add(1, SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Scratch(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn fifo(&self) -> PathBuf {
        let path = self.path("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// The kind and the text of an error.
pub(crate) fn told<T: Debug>(result: io::Result<T>) -> (ErrorKind, String) {
    let error = result.unwrap_err();
    (error.kind(), error.to_string())
}

pub(crate) const O_NONBLOCK: i32 = 0o4000;
pub(crate) const O_NOCTTY: i32 = 0o400;
