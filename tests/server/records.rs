//! What servers have logged.

use std::sync::{Mutex, Once, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};

static RECORDS: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());

struct Keep;

impl Log for Keep {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("vervet::")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
            records.push((record.level(), record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

/// Begins to keep them.
pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Keep).unwrap();
        log::set_max_level(LevelFilter::Debug);
    });
}

/// Those with `part` in them.
pub(crate) fn with(part: &str) -> Vec<(Level, String)> {
    let records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
    records.iter().filter(|(_, text)| text.contains(part)).cloned().collect()
}
