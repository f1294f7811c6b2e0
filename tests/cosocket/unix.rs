//! Stream sockets with a path.

use std::io::{Read, Write};
use std::ops::Deref;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::cosocket::{self, ConnectOptions, TcpSocket};

use crate::SHORT;
use crate::common::{checked, eventually, in_both, open_fds};

/// A path that is free; what is made there goes with it.
pub(crate) struct TempPath(PathBuf);

pub(crate) fn path(name: &str) -> TempPath {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, SeqCst);
    TempPath(std::env::temp_dir().join(format!("vervet-cosocket-{}-{number}-{name}", std::process::id())))
}

impl Deref for TempPath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempPath {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn as_tcp() {
    checked(|| {
        in_both(|| {
            let path = path("stream");
            let listener = UnixListener::bind(&*path).unwrap();
            let before = open_fds();
            let name = format!("unix:{}", path.display());
            let mut sock = cosocket::connect(&name, ConnectOptions::new()).unwrap();
            let mut peer = listener.accept().unwrap().0;
            for round in 0..3 {
                assert_eq!(sock.getreusedtimes(), round);
                sock.send("question\n").unwrap();
                peer.read_exact(&mut [0; 9]).unwrap();
                peer.write_all(b"an answer\r\n").unwrap();
                assert_eq!(sock.receiveuntil("\r\n").receive().unwrap(), b"an answer");
                sock.settimeout(SHORT);
                assert!(sock.receive(1).unwrap_err().is_timeout());
                sock.setkeepalive(Duration::from_secs(60), None).unwrap();
                sock.connect(&*path, ConnectOptions::new()).unwrap();
            }
            sock.setkeepalive(None, None).unwrap();
            drop(peer);
            eventually("it died", || open_fds() == before);
            // Its backlog is full sooner or later: then a connect waits.
            let mut socks = Vec::new();
            let error = loop {
                let mut sock = TcpSocket::new();
                sock.settimeouts(SHORT, None, None);
                match sock.connect(&name, ConnectOptions::new()) {
                    Ok(()) => socks.push(sock),
                    Err(error) => break error,
                }
                assert!(socks.len() < 10_000);
            };
            assert!(error.is_timeout() || socks.len() > 500, "{error}");
        });
    });
}
