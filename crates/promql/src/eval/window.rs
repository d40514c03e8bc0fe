//! Ranges over the samples of one series: both ends only ever move on, so each sample is passed once.

use std::collections::VecDeque;

use crate::eval::column::{Steps, is_absent};

/// The samples of one series, none of them a staleness marker.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    pub(crate) timestamps: Vec<i64>,
    pub(crate) values: Vec<f64>,
}

impl Samples {
    pub(crate) fn clear(&mut self) {
        self.timestamps.clear();
        self.values.clear();
    }

    /// Adds samples, staleness markers too.
    pub(crate) fn extend(&mut self, timestamps: &[i64], values: &[f64]) {
        self.timestamps.extend_from_slice(timestamps);
        self.values.extend_from_slice(values);
    }

    /// Adds samples, but no staleness markers.
    pub(crate) fn extend_present(&mut self, timestamps: &[i64], values: &[f64]) {
        // A marker is a NaN, and looking for any NaN is a fraction of the copying.
        if !values.iter().fold(false, |any, value| any | value.is_nan()) {
            return self.extend(timestamps, values);
        }
        for (timestamp, value) in timestamps.iter().zip(values) {
            if !is_absent(*value) {
                self.timestamps.push(*timestamp);
                self.values.push(*value);
            }
        }
    }
}

/// Room that functions use again for each series.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) numbers: Vec<f64>,
    pub(crate) queue: VecDeque<usize>,
    pub(crate) marks: Vec<usize>,
}

/// The ranges of one series, one for each step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows<'a> {
    pub(crate) timestamps: &'a [i64],
    pub(crate) values: &'a [f64],
    /// The times at which the function is evaluated.
    pub(crate) steps: Steps,
    /// The times at which the ranges end; those belong to them.
    pub(crate) ends: Steps,
    /// How long a range is; its start does not belong to it.
    pub(crate) range: i64,
}

/// The range of one step: the samples from `start` to before `end`; at least one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) step: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Windows<'a> {
    /// Calls `each` for every step whose range has samples.
    #[inline]
    pub(crate) fn for_each(&self, mut each: impl FnMut(Window)) {
        let (mut start, mut end) = (0, 0);
        let timestamps = self.timestamps;
        let mut last = self.ends.start;
        for step in 0..self.ends.len {
            while end < timestamps.len() && timestamps[end] <= last {
                end += 1;
            }
            while start < end && timestamps[start] <= last - self.range {
                start += 1;
            }
            if start < end {
                each(Window { step, start, end });
            }
            last += self.ends.step;
        }
    }

    /// Writes what `value` gives for the values of each range.
    #[inline]
    pub(crate) fn map_values(&self, out: &mut [f64], mut value: impl FnMut(&'a [f64]) -> f64) {
        self.for_each(|window| out[window.step] = value(&self.values[window.start..window.end]));
    }
}

/// What a function of ranges gets.
#[derive(Debug)]
pub(crate) struct RangeInput<'a> {
    pub(crate) windows: Windows<'a>,
    /// The arguments that are numbers, each a column over the steps.
    pub(crate) args: &'a [Vec<f64>],
    pub(crate) scratch: &'a mut Scratch,
    /// Where the values go; all absent before.
    pub(crate) out: &'a mut [f64],
}

/// A function of the ranges of one series.
pub(crate) type RangeApply = fn(&mut RangeInput<'_>);

/// Writes the newest sample of each step, unless it is older than `lookback` of its time or a staleness marker. Answers
/// whether there is one at any step.
pub(crate) fn newest_samples(
    samples: &Samples,
    times: Steps,
    mut lookback: impl FnMut(i64) -> i64,
    timestamps_wanted: bool,
    out: &mut [f64],
) -> bool {
    let timestamps = &samples.timestamps;
    let (mut end, mut any) = (0, false);
    for (slot, time) in out.iter_mut().zip(times.times()) {
        while end < timestamps.len() && timestamps[end] <= time {
            end += 1;
        }
        let Some(newest) = end.checked_sub(1) else { continue };
        let value = samples.values[newest];
        if timestamps[newest] > time - lookback(time) && !is_absent(value) {
            *slot = if timestamps_wanted { timestamps[newest] as f64 / 1000.0 } else { value };
            any = true;
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::column::ABSENT;

    #[test]
    fn ranges_are_left_open() {
        let (timestamps, values) = ([0, 10, 20, 30], [0.0, 1.0, 2.0, 3.0]);
        let steps = Steps::new(10, 40, 10);
        let windows = Windows { timestamps: &timestamps, values: &values, steps, ends: steps, range: 20 };
        let mut found = Vec::new();
        windows.for_each(|window| found.push((window.step, window.start, window.end)));
        assert_eq!(found, [(0, 0, 2), (1, 1, 3), (2, 2, 4), (3, 3, 4)]);
    }

    #[test]
    fn a_marker_ends_a_series() {
        let mut samples = Samples::default();
        samples.extend(&[0, 10, 20], &[1.0, ABSENT, 3.0]);
        let mut out = [ABSENT; 5];
        assert!(newest_samples(&samples, Steps::new(0, 40, 10), |_| 20, false, &mut out));
        let present: Vec<_> = out.iter().map(|value| (!is_absent(*value)).then_some(*value)).collect();
        assert_eq!(present, [Some(1.0), None, Some(3.0), Some(3.0), None]);
        samples.clear();
        samples.extend_present(&[0, 10, 20], &[1.0, ABSENT, 3.0]);
        assert_eq!(samples.values, [1.0, 3.0]);
    }
}
