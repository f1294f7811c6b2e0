//! Idle connections cost nothing: no ticks, no polling.

mod child;

use std::io::Read;
use std::time::Duration;

use child::{in_child, number_after, raise_fd_limit, say, wait_until};
use vervet::net::{TcpListener, TcpStream};

const CONNECTIONS: u64 = 5_000;
/// How long the process is watched.
const WATCHED: Duration = Duration::from_secs(5);
/// How often all its threads together, but for the watching one, may run in that time.
const SWITCHES: usize = 10;

#[test]
fn idle_connections_cause_no_context_switches() {
    in_child("idle_connections_cause_no_context_switches", &[], Duration::from_secs(60), || {
        let connections = (raise_fd_limit(2 * CONNECTIONS + 100) - 100).min(2 * CONNECTIONS) / 2;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let read = |mut stream: TcpStream| stream.read(&mut [0; 8]).map(drop);
        drop(vervet::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                drop(vervet::spawn(move || read(stream)));
            }
        }));
        vervet::run(move || {
            for n in 0..connections {
                // A listener holds 128 that wait to be accepted; beyond, the kernel tries again a second later.
                while n > vervet::runtime::metrics().parked.read as u64 / 2 + 64 {
                    vervet::sleep(Duration::from_millis(1));
                }
                let stream = TcpStream::connect(addr).unwrap();
                drop(vervet::spawn(move || read(stream)));
            }
        });
        // Both ends of each, and the acceptor.
        wait_until(|| vervet::runtime::metrics().parked.read as u64 == 2 * connections + 1);
        // Idle workers look around a few times before they settle.
        std::thread::sleep(Duration::from_millis(100));

        let before = context_switches();
        std::thread::sleep(WATCHED);
        let switches = context_switches() - before;
        say(&format!("{connections} connections: {switches} context switches in {WATCHED:?}"));
        assert!(switches <= SWITCHES, "{switches} context switches");
    });
}

/// Of all threads but this one.
fn context_switches() -> usize {
    let this = rustix::thread::gettid().as_raw_nonzero().to_string();
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap());
    tasks
        .filter(|task| *task.file_name() != *this)
        .map(|task| {
            let status = std::fs::read_to_string(task.path().join("status")).unwrap();
            let count = |field| number_after(&status, field).unwrap();
            count("voluntary_ctxt_switches") + count("nonvoluntary_ctxt_switches")
        })
        .sum()
}
