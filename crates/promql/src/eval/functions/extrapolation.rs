//! From the samples of a range to the whole range: what `rate` and its kin do.

use crate::eval::rollups::Rolled;
use crate::eval::window::{Window, Windows};

/// Where the samples of a range lie, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Distances {
    /// From the range's start to the first sample.
    to_start: i64,
    /// From the last sample to the range's end.
    to_end: i64,
    /// From the first sample to the last.
    sampled: i64,
    /// How many samples follow the first one; at least one.
    more: usize,
}

impl Distances {
    /// Those of a window of two samples at least.
    #[inline]
    pub(super) fn of(windows: &Windows<'_>, window: &Window) -> Self {
        let more = window.end - 1 - window.start;
        let (first, last) = (windows.timestamps[window.start], windows.timestamps[window.end - 1]);
        Self::between(first, last, more, windows.ends.time(window.step), windows.range)
    }

    /// Those of a range's rollup, unless it is of one sample alone.
    pub(super) fn of_rollup(range: &Rolled) -> Option<Self> {
        let rollup = &range.rollup;
        let more = usize::try_from(rollup.count.checked_sub(1)?).ok().filter(|more| *more > 0)?;
        let (first, last) = (rollup.first.timestamp, rollup.last.timestamp);
        Some(Self::between(first, last, more, range.end, range.range))
    }

    #[inline]
    fn between(first: i64, last: i64, more: usize, end: i64, range: i64) -> Self {
        Self { to_start: first - (end - range), to_end: end - last, sampled: last - first, more }
    }
}

/// How much longer than its samples a range is taken to be. Samples come at regular times, so one range after the other
/// has the same distances: they are computed once and compared as whole milliseconds.
pub(super) struct Extrapolation {
    /// How long the range is, in milliseconds.
    range: i64,
    per_second: bool,
    known: Distances,
    to_start: f64,
    to_end: f64,
    sampled: f64,
    factor: f64,
}

impl Extrapolation {
    pub(super) fn new(range: i64, per_second: bool) -> Self {
        let known = Distances::default();
        Self { range, per_second, known, to_start: 0.0, to_end: 0.0, sampled: 0.0, factor: 0.0 }
    }

    /// What to multiply the difference of the first and the last sample with.
    #[inline]
    pub(super) fn factor(&mut self, distances: Distances) -> f64 {
        if distances != self.known {
            self.compute(distances);
        }
        self.factor
    }

    fn compute(&mut self, distances: Distances) {
        self.known = distances;
        self.to_start = distances.to_start as f64 / 1000.0;
        self.to_end = distances.to_end as f64 / 1000.0;
        self.sampled = distances.sampled as f64 / 1000.0;
        let average = self.sampled / distances.more as f64;
        // A little jitter does not mean that the series starts or ends within the range.
        let threshold = average * 1.1;
        if self.to_start >= threshold {
            self.to_start = average / 2.0;
        }
        if self.to_end >= threshold {
            self.to_end = average / 2.0;
        }
        self.factor = self.with_start(self.to_start);
    }

    fn with_start(&self, to_start: f64) -> f64 {
        let factor = (self.sampled + to_start + self.to_end) / self.sampled;
        if self.per_second { factor / (self.range as f64 / 1000.0) } else { factor }
    }

    /// The same for a counter, which is never taken to have been below zero.
    #[inline]
    pub(super) fn counter_factor(&mut self, distances: Distances, value: f64, increase: f64) -> f64 {
        let factor = self.factor(distances);
        if increase <= 0.0 || increase.is_nan() || value < 0.0 || value.is_nan() {
            return factor;
        }
        // Far from zero, which nearly every counter is, the division can be spared: the margin is far above rounding.
        if self.sampled * value > self.to_start * increase * 1.000_001 && value.is_finite() {
            return factor;
        }
        let to_zero = self.sampled * (value / increase);
        if to_zero < self.to_start { self.with_start(to_zero) } else { factor }
    }
}
