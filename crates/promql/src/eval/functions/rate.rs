//! `rate`, `increase`, `delta` and their kin.

use crate::eval::functions::{RangeFunction, RangeNote, plain};
use crate::eval::window::{RangeInput, Windows};

pub(crate) fn function(name: &str) -> Option<RangeFunction> {
    let counter = |apply| RangeFunction { note: RangeNote::Counter, ..plain(apply) };
    Some(match name {
        "rate" => counter(rate),
        "increase" => counter(increase),
        "delta" => plain(delta),
        "irate" => plain(irate),
        "idelta" => plain(idelta),
        "resets" => plain(resets),
        "changes" => plain(changes),
        _ => return None,
    })
}

fn rate(input: &mut RangeInput<'_>) {
    counter::<true>(input);
}

fn increase(input: &mut RangeInput<'_>) {
    counter::<false>(input);
}

/// The increase of a counter over each range, or its rate: resets are made up for, and the ends extrapolated.
fn counter<const PER_SECOND: bool>(input: &mut RangeInput<'_>) {
    let windows = input.windows;
    let values = windows.values;
    // Where the counter went down. Rare, so a range looks at its own ones alone, in the order in which Prometheus adds them.
    let resets = &mut input.scratch.marks;
    resets.clear();
    resets.extend((1..values.len()).filter(|&index| values[index] < values[index - 1]));
    let mut extrapolation = Extrapolation::new(&windows, PER_SECOND);
    let mut first_reset = 0;
    windows.for_each(|window| {
        let last = window.end - 1;
        if window.start == last {
            return;
        }
        let mut increase = values[last] - values[window.start];
        while first_reset < resets.len() && resets[first_reset] <= window.start {
            first_reset += 1;
        }
        for &reset in resets[first_reset..].iter().take_while(|reset| **reset <= last) {
            increase += values[reset - 1];
        }
        let factor =
            extrapolation.counter_factor(window.step, window.start, last, values[window.start], increase);
        input.out[window.step] = increase * factor;
    });
}

fn delta(input: &mut RangeInput<'_>) {
    let windows = input.windows;
    let mut extrapolation = Extrapolation::new(&windows, false);
    windows.for_each(|window| {
        let last = window.end - 1;
        if window.start < last {
            let factor = extrapolation.factor(window.step, window.start, last);
            input.out[window.step] = (windows.values[last] - windows.values[window.start]) * factor;
        }
    });
}

/// How much longer than its samples a range is taken to be. Samples come at regular times, so one range after the other
/// has the same distances: they are computed once and compared as whole milliseconds.
struct Extrapolation<'a> {
    windows: &'a Windows<'a>,
    per_second: bool,
    /// The distances of the samples from the range's start and end, their own distance, and how many there are.
    key: (i64, i64, i64, usize),
    to_start: f64,
    to_end: f64,
    sampled: f64,
    factor: f64,
}

impl<'a> Extrapolation<'a> {
    fn new(windows: &'a Windows<'a>, per_second: bool) -> Self {
        Self { windows, per_second, key: (0, 0, 0, 0), to_start: 0.0, to_end: 0.0, sampled: 0.0, factor: 0.0 }
    }

    /// What to multiply the difference of the samples `first` and `last` with.
    #[inline]
    fn factor(&mut self, step: usize, first: usize, last: usize) -> f64 {
        let (first_time, last_time) = (self.windows.timestamps[first], self.windows.timestamps[last]);
        let range_end = self.windows.ends.time(step);
        let range_start = range_end - self.windows.range;
        let key = (first_time - range_start, range_end - last_time, last_time - first_time, last - first);
        if key != self.key {
            self.compute(key);
        }
        self.factor
    }

    fn compute(&mut self, key: (i64, i64, i64, usize)) {
        self.key = key;
        self.to_start = key.0 as f64 / 1000.0;
        self.to_end = key.1 as f64 / 1000.0;
        self.sampled = key.2 as f64 / 1000.0;
        let average = self.sampled / key.3 as f64;
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
        if self.per_second { factor / (self.windows.range as f64 / 1000.0) } else { factor }
    }

    /// The same for a counter, which is never taken to have been below zero.
    #[inline]
    fn counter_factor(&mut self, step: usize, first: usize, last: usize, value: f64, increase: f64) -> f64 {
        let factor = self.factor(step, first, last);
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

fn irate(input: &mut RangeInput<'_>) {
    last_two(input, |before, last, seconds| (if last < before { last } else { last - before }) / seconds);
}

fn idelta(input: &mut RangeInput<'_>) {
    last_two(input, |before, last, _| last - before);
}

fn last_two(input: &mut RangeInput<'_>, value: impl Fn(f64, f64, f64) -> f64) {
    let windows = input.windows;
    windows.for_each(|window| {
        if window.end - window.start >= 2 {
            let (before, last) = (window.end - 2, window.end - 1);
            let seconds = (windows.timestamps[last] - windows.timestamps[before]) as f64 / 1000.0;
            input.out[window.step] = value(windows.values[before], windows.values[last], seconds);
        }
    });
}

fn resets(input: &mut RangeInput<'_>) {
    count_pairs(input, |before, value| value < before);
}

#[expect(clippy::float_cmp, reason = "any difference is a change")]
fn changes(input: &mut RangeInput<'_>) {
    count_pairs(input, |before, value| {
        let same = value == before || (value.is_nan() && before.is_nan());
        !same
    });
}

/// Counts the neighbours of each range for which `counts` holds: with counts up to each sample, each range is a difference.
fn count_pairs(input: &mut RangeInput<'_>, counts: impl Fn(f64, f64) -> bool) {
    let windows = input.windows;
    let up_to = &mut input.scratch.marks;
    up_to.clear();
    up_to.push(0);
    let mut count = 0;
    for pair in windows.values.windows(2) {
        count += usize::from(counts(pair[0], pair[1]));
        up_to.push(count);
    }
    windows.for_each(|window| {
        input.out[window.step] = (up_to[window.end - 1] - up_to[window.start]) as f64;
    });
}
