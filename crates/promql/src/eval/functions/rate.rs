//! `rate`, `increase`, `delta` and their kin.

use crate::eval::functions::extrapolation::{Distances, Extrapolation};
use crate::eval::functions::{RangeFunction, RangeNote, plain, rolled};
use crate::eval::rollups::{Rolled, RolledApply};
use crate::eval::window::{RangeApply, RangeInput};

pub(crate) fn function(name: &str) -> Option<RangeFunction> {
    let counter = |apply: RangeApply, from_rollups: RolledApply| RangeFunction {
        note: RangeNote::Counter,
        ..rolled(apply, from_rollups)
    };
    Some(match name {
        "rate" => counter(rate, |range| rolled_counter(range, true)),
        "increase" => counter(increase, |range| Some(rolled_counter(range, false)? * range.share)),
        "delta" => rolled(delta, rolled_delta),
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
    let mut extrapolation = Extrapolation::new(windows.range, PER_SECOND);
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
        let distances = Distances::of(&windows, &window);
        let factor = extrapolation.counter_factor(distances, values[window.start], increase);
        input.out[window.step] = increase * factor;
    });
}

fn delta(input: &mut RangeInput<'_>) {
    let windows = input.windows;
    let mut extrapolation = Extrapolation::new(windows.range, false);
    windows.for_each(|window| {
        let last = window.end - 1;
        if window.start < last {
            let factor = extrapolation.factor(Distances::of(&windows, &window));
            input.out[window.step] = (windows.values[last] - windows.values[window.start]) * factor;
        }
    });
}

/// The increase of a counter from its rollups, or its rate.
fn rolled_counter(range: &Rolled, per_second: bool) -> Option<f64> {
    let distances = Distances::of_rollup(range)?;
    let (first, increase) = (range.rollup.first.value, range.rollup.gain());
    let mut extrapolation = Extrapolation::new(range.range, per_second);
    Some(increase * extrapolation.counter_factor(distances, first, increase))
}

fn rolled_delta(range: &Rolled) -> Option<f64> {
    let factor = Extrapolation::new(range.range, false).factor(Distances::of_rollup(range)?);
    Some((range.rollup.last.value - range.rollup.first.value) * factor * range.share)
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
