//! The pictures, and how long each of them was to be seen.

use std::fmt;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use vervet::event_engine::Tick;

use crate::world::World;

const BARS: usize = 50;

pub(crate) struct Frames {
    period: Duration,
    /// The last one.
    pub(crate) picture: String,
    began: Option<Instant>,
    missed: u64,
    /// From frame to frame, and how late each was: in microseconds.
    times: Histogram<u64>,
    lags: Histogram<u64>,
}

impl Frames {
    pub(crate) fn new(period: Duration) -> Frames {
        let micros = || Histogram::new_with_bounds(1, 60_000_000, 3).expect("good bounds");
        Frames { period, picture: String::new(), began: None, missed: 0, times: micros(), lags: micros() }
    }

    pub(crate) fn begin(&mut self, tick: &Tick) {
        let now = Instant::now();
        if let Some(last) = self.began.replace(now) {
            self.times.saturating_record((now - last).as_micros() as u64);
        }
        self.lags.saturating_record((now - tick.due).as_micros() as u64);
        self.missed += tick.missed;
    }

    pub(crate) fn draw(&mut self, world: &World) {
        self.picture = world.draw();
    }
}

impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} frames drawn, {} missed", self.lags.len(), self.missed)?;
        let ms = |micros: u64| micros as f64 / 1_000.0;
        let period = self.period.as_secs_f64() * 1_000.0;
        writeln!(f, "a frame takes {period:.2} ms; they took")?;
        // In steps one of which has that in its middle.
        let step = (self.period.as_micros() as u64 * 2 / 7).max(1);
        for bar in self.times.iter_linear(step).filter(|bar| bar.count_since_last_iteration() > 0) {
            let (count, to) = (bar.count_since_last_iteration(), bar.value_iterated_to() + 1);
            let width = (count as usize * BARS).div_ceil(self.times.len() as usize);
            writeln!(f, "{:>7.2} to {:>7.2} ms {count:>5} {}", ms(to - step), ms(to), "#".repeat(width))?;
        }
        let lag = |quantile| ms(self.lags.value_at_quantile(quantile));
        write!(f, "late by p50 {:.2} ms, p99 {:.2} ms, at most {:.2} ms", lag(0.5), lag(0.99), lag(1.0))
    }
}
