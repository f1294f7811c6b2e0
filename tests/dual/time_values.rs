// Times are std's own.

use std::time::{Duration, Instant, SystemTime, SystemTimeError, UNIX_EPOCH};

fn main() -> Result<(), SystemTimeError> {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(5));
    let elapsed: ::std::time::Duration = start.elapsed();
    println!("{}", elapsed >= Duration::from_millis(5));
    println!("{:?}", start.checked_duration_since(start + Duration::from_secs(1)));
    println!("{:?}", start.saturating_duration_since(start + Duration::from_secs(1)));
    println!("{}", start.checked_add(Duration::MAX).is_none());
    println!("{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() > 1_700_000_000);
    let error = UNIX_EPOCH.duration_since(UNIX_EPOCH + Duration::from_millis(1500)).unwrap_err();
    println!("{error}: {:?}", error.duration());
    Ok(())
}
