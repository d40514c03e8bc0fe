//! The smallest and the greatest of each range, in one pass: a queue holds the samples that can still become the answer.

use crate::eval::window::{RangeInput, Windows};

pub(crate) fn min(input: &mut RangeInput<'_>) {
    extremes(input, |new, old| new < old, |windows, index| windows.values[index]);
}

pub(crate) fn max(input: &mut RangeInput<'_>) {
    extremes(input, |new, old| new > old, |windows, index| windows.values[index]);
}

pub(crate) fn time_of_min(input: &mut RangeInput<'_>) {
    extremes(input, |new, old| new <= old, |windows, index| windows.timestamps[index] as f64 / 1000.0);
}

pub(crate) fn time_of_max(input: &mut RangeInput<'_>) {
    extremes(input, |new, old| new >= old, |windows, index| windows.timestamps[index] as f64 / 1000.0);
}

/// `beats` tells whether a later number takes the place of an earlier one. Any number takes the place of a NaN, so NaN is the
/// answer for a range of nothing else; of several NaN it is the last one, as in Prometheus.
fn extremes(
    input: &mut RangeInput<'_>,
    beats: impl Fn(f64, f64) -> bool,
    answer: impl Fn(&Windows<'_>, usize) -> f64,
) {
    let windows = input.windows;
    let mut queue = std::mem::take(&mut input.scratch.queue);
    queue.clear();
    let mut next = 0;
    windows.for_each(|window| {
        // Samples that no range holds are passed over.
        next = next.max(window.start);
        while next < window.end {
            let value = windows.values[next];
            // A number that an equal, earlier one stands before stays: it becomes the answer when that one has left.
            let gives_way = |old: f64| old.is_nan() || beats(value, old);
            while queue.back().is_some_and(|&old| gives_way(windows.values[old])) {
                queue.pop_back();
            }
            queue.push_back(next);
            next += 1;
        }
        while queue.front().is_some_and(|&index| index < window.start) {
            queue.pop_front();
        }
        if let Some(&index) = queue.front() {
            input.out[window.step] = answer(&windows, index);
        }
    });
    input.scratch.queue = queue;
}
