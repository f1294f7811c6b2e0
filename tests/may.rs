//! may as a home.
mod common;
use common::*;
use std::time::{Duration, Instant};
use vervet::Scheduler;

#[test]
fn smoke() {
    checked(|| {
        let g = unsafe { vervet::Builder::new().name("x").scheduler(Scheduler::May) }
            .spawn(|| {
                let t = Instant::now();
                vervet::sleep(Duration::from_millis(20));
                (t.elapsed(), vervet::current().unwrap().name().map(str::to_owned))
            })
            .unwrap();
        let (t, name) = g.join().unwrap();
        assert!(t >= Duration::from_millis(20) && t < Duration::from_millis(60), "{t:?}");
        assert_eq!(name.as_deref(), Some("x"));
        let r = unsafe {
            may::coroutine::spawn(|| vervet::timeout(Duration::from_millis(5), || vervet::sleep(HOUR)))
        };
        assert!(r.join().unwrap().is_err());
    });
}
