//! What came out for one server, in columns.

use std::time::Duration;

use crate::drive::Driven;
use crate::figures::{duration, thousands};

pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) lines: usize,
    /// Of the server.
    pub(crate) cpu: Duration,
    pub(crate) driven: Driven,
}

pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) value: fn(&Outcome) -> f64,
    show: fn(f64) -> String,
}

pub(crate) const COLUMNS: [Column; 5] = [
    Column { name: "lines of code", value: |outcome| outcome.lines as f64, show: count },
    Column { name: "CPU time", value: |outcome| outcome.cpu.as_secs_f64(), show: time },
    Column { name: "requests/s", value: Outcome::rate, show: count },
    Column { name: "latency p50", value: |outcome| outcome.latency(0.5), show: time },
    Column { name: "latency p99", value: |outcome| outcome.latency(0.99), show: time },
];

impl Column {
    /// As people read it.
    pub(crate) fn cell(&self, outcome: &Outcome) -> String {
        (self.show)((self.value)(outcome))
    }
}

impl Outcome {
    fn rate(&self) -> f64 {
        self.driven.latency.len() as f64 / self.driven.time.as_secs_f64()
    }

    /// In seconds.
    fn latency(&self, quantile: f64) -> f64 {
        Duration::from_nanos(self.driven.latency.value_at_quantile(quantile)).as_secs_f64()
    }

    pub(crate) fn heading() -> String {
        line("model", COLUMNS.each_ref().map(|column| column.name.to_owned()))
    }

    pub(crate) fn row(&self) -> String {
        line(self.name, COLUMNS.each_ref().map(|column| column.cell(self)))
    }
}

fn line(name: &str, cells: [String; COLUMNS.len()]) -> String {
    let cells = cells.map(|cell| format!("{cell:>15}"));
    format!("{name:<8}{}", cells.concat())
}

fn count(n: f64) -> String {
    thousands(n as u64)
}

fn time(seconds: f64) -> String {
    duration(Duration::from_secs_f64(seconds))
}
