//! Answers: how they are shared, and how long they are kept.
//!
//! Uses nothing.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a look-up has come to; for everybody who asked.
pub(super) type Answer = Result<Arc<[SocketAddr]>, Failure>;

/// One error for many.
#[derive(Clone)]
pub(super) struct Failure(Arc<io::Error>);

impl Failure {
    pub(super) fn new(error: io::Error) -> Failure {
        Failure(Arc::new(error))
    }

    /// An error like the first one: kind, number and text.
    pub(super) fn to_error(&self) -> io::Error {
        match self.0.raw_os_error() {
            Some(number) => io::Error::from_raw_os_error(number),
            None => io::Error::new(self.0.kind(), self.clone()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get_ref() {
            // `to_error` has the rest around it.
            Some(inner) => fmt::Debug::fmt(inner, f),
            None => fmt::Debug::fmt(&self.0, f),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Answers that are good for a while.
pub(super) struct Cache {
    max_entries: usize,
    ttl: Duration,
    failure_ttl: Duration,
    entries: HashMap<Box<str>, Entry>,
}

struct Entry {
    answer: Answer,
    until: Instant,
}

impl Cache {
    pub(super) fn new(max_entries: usize, ttl: Duration, failure_ttl: Duration) -> Cache {
        Cache { max_entries, ttl, failure_ttl, entries: HashMap::new() }
    }

    pub(super) fn get(&mut self, host: &str, now: Instant) -> Option<Answer> {
        let entry = self.entries.get(host)?;
        if entry.until > now {
            return Some(entry.answer.clone());
        }
        self.entries.remove(host);
        None
    }

    pub(super) fn put(&mut self, host: &str, answer: &Answer, now: Instant) {
        let ttl = if answer.is_ok() { self.ttl } else { self.failure_ttl };
        if ttl.is_zero() || self.max_entries == 0 {
            return;
        }
        if self.entries.len() >= self.max_entries && !self.entries.contains_key(host) {
            self.make_room(now);
        }
        // A time beyond the clock's range: as long as there is room.
        let until = now.checked_add(ttl).unwrap_or_else(|| now + Duration::from_secs(u64::from(u32::MAX)));
        self.entries.insert(host.into(), Entry { answer: answer.clone(), until });
    }

    /// A look at all of them, after a look-up that took much longer.
    fn make_room(&mut self, now: Instant) {
        self.entries.retain(|_, entry| entry.until > now);
        while self.entries.len() >= self.max_entries {
            let first = self.entries.iter().min_by_key(|(_, entry)| entry.until);
            let Some(first) = first.map(|(host, _)| host.clone()) else { return };
            self.entries.remove(&first);
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn answer(port: u16) -> Answer {
        Ok(Arc::from([SocketAddr::from(([127, 0, 0, 1], port))]))
    }

    fn port(found: Option<Answer>) -> Option<u16> {
        found.map(|answer| answer.map_or(0, |addrs| addrs[0].port()))
    }

    fn failure() -> Answer {
        Err(Failure::new(io::Error::other("no")))
    }

    #[test]
    fn answers_end_when_their_time_is_over() {
        let (mut cache, now) = (Cache::new(9, 2 * SECOND, SECOND), Instant::now());
        cache.put("a", &answer(1), now);
        cache.put("b", &failure(), now);
        assert_eq!((port(cache.get("a", now)), port(cache.get("b", now))), (Some(1), Some(0)));
        let later = now + SECOND;
        assert_eq!((port(cache.get("a", later)), port(cache.get("b", later))), (Some(1), None));
        cache.put("a", &answer(2), later);
        assert_eq!(port(cache.get("a", later + SECOND)), Some(2), "the newer one counts");
        assert_eq!(port(cache.get("a", later + 2 * SECOND)), None);
        assert_eq!(cache.len(), 0);
    }

    #[test]
    fn the_one_that_would_go_first_makes_room() {
        let (mut cache, now) = (Cache::new(2, SECOND, 9 * SECOND), Instant::now());
        cache.put("a", &failure(), now);
        cache.put("b", &answer(2), now);
        cache.put("b", &answer(3), now);
        assert_eq!(cache.len(), 2, "b is the same name");
        cache.put("c", &answer(4), now + SECOND / 2);
        assert_eq!(port(cache.get("b", now)), None);
        cache.put("d", &answer(5), now + 5 * SECOND);
        assert_eq!(port(cache.get("a", now + 5 * SECOND)), Some(0), "c was over");
        assert_eq!(cache.len(), 2);
    }

    #[test]
    fn nothing_is_kept_unless_asked_for() {
        let now = Instant::now();
        for mut cache in [Cache::new(0, SECOND, SECOND), Cache::new(9, Duration::ZERO, Duration::ZERO)] {
            cache.put("a", &answer(1), now);
            cache.put("b", &failure(), now);
            assert_eq!(cache.len(), 0);
        }
        let mut cache = Cache::new(1, Duration::MAX, Duration::ZERO);
        cache.put("a", &answer(1), now);
        assert_eq!(port(cache.get("a", now + 1_000_000 * SECOND)), Some(1));
    }

    #[test]
    fn failures_are_like_the_first_one() {
        let errors = [io::Error::from_raw_os_error(2), io::Error::new(io::ErrorKind::NotFound, "who?")];
        for error in errors {
            let (kind, number, text) = (error.kind(), error.raw_os_error(), error.to_string());
            let copy = Failure::new(error).to_error();
            assert_eq!((copy.kind(), copy.raw_os_error(), copy.to_string()), (kind, number, text));
        }
    }
}
