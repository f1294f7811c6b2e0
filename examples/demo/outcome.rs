//! A side's numbers, and the one line that carries them from child to parent.

use std::time::Duration;

/// First word of the line, so that it is found among whatever else is printed.
const MARK: &str = "outcome";

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) connections: u64,
    pub(crate) requests_per_second: u64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) p999: Duration,
    pub(crate) bytes_per_connection: u64,
    pub(crate) os_threads: u64,
    pub(crate) set_up: Duration,
    /// What the reader should know beside the numbers.
    pub(crate) notes: Vec<String>,
}

impl Outcome {
    /// `outcome`, the numbers (durations in nanoseconds), the notes, with tabs between them.
    pub(crate) fn to_line(&self) -> String {
        let nanos = |d: Duration| d.as_nanos() as u64;
        let numbers = [
            self.connections,
            self.requests_per_second,
            nanos(self.p50),
            nanos(self.p99),
            nanos(self.p999),
            self.bytes_per_connection,
            self.os_threads,
            nanos(self.set_up),
        ];
        let mut fields = vec![MARK.to_owned()];
        fields.extend(numbers.iter().map(u64::to_string));
        fields.extend(self.notes.iter().map(|note| note.replace(['\t', '\n'], " ")));
        fields.join("\t")
    }

    /// The outcome among `lines`, if there is one.
    pub(crate) fn find(lines: &str) -> Option<Self> {
        let line = lines.lines().find_map(|line| line.strip_prefix(MARK))?;
        let mut fields = line.split('\t').skip(1);
        let mut number = || fields.next()?.parse().ok();
        let mut outcome = Self {
            connections: number()?,
            requests_per_second: number()?,
            p50: Duration::from_nanos(number()?),
            p99: Duration::from_nanos(number()?),
            p999: Duration::from_nanos(number()?),
            bytes_per_connection: number()?,
            os_threads: number()?,
            set_up: Duration::from_nanos(number()?),
            notes: Vec::new(),
        };
        outcome.notes = fields.map(str::to_owned).collect();
        Some(outcome)
    }
}
