//! The functions `..._over_time`.

use crate::eval::functions::kahan::{Kahan, Mean};
use crate::eval::functions::quantile::quantile;
use crate::eval::functions::{RangeFunction, RangeNote, extremes, plain, rolled};
use crate::eval::window::{RangeInput, Window};

/// 1 for a range with samples.
pub(crate) const PRESENT: RangeFunction = rolled(present, |_| Some(1.0));

pub(crate) fn function(name: &str) -> Option<RangeFunction> {
    Some(match name {
        "sum_over_time" => rolled(sum, |range| Some(range.rollup.sum * range.share)),
        "avg_over_time" => rolled(avg, |range| Some(range.rollup.sum / range.rollup.count as f64)),
        "min_over_time" => rolled(extremes::min, |range| Some(range.rollup.min)),
        "max_over_time" => rolled(extremes::max, |range| Some(range.rollup.max)),
        "ts_of_min_over_time" => plain(extremes::time_of_min),
        "ts_of_max_over_time" => plain(extremes::time_of_max),
        "count_over_time" => rolled(count, |range| Some(range.rollup.count as f64 * range.share)),
        "present_over_time" => PRESENT,
        "last_over_time" | "default_rollup" => {
            let function = rolled(last, |range| Some(range.rollup.last.value));
            RangeFunction { keeps_name: true, ..function }
        }
        "first_over_time" => {
            let function = rolled(first, |range| Some(range.rollup.first.value));
            RangeFunction { keeps_name: true, ..function }
        }
        "ts_of_last_over_time" => {
            rolled(time_of_last, |range| Some(range.rollup.last.timestamp as f64 / 1000.0))
        }
        "ts_of_first_over_time" => {
            rolled(time_of_first, |range| Some(range.rollup.first.timestamp as f64 / 1000.0))
        }
        "stddev_over_time" => plain(stddev),
        "stdvar_over_time" => plain(stdvar),
        "quantile_over_time" => RangeFunction { note: RangeNote::Quantile, ..plain(quantiles) },
        "mad_over_time" => plain(mad),
        _ => return None,
    })
}

fn sum(input: &mut RangeInput<'_>) {
    input.windows.map_values(input.out, |values| {
        let sum = values.iter().fold(Kahan::default(), |sum, value| sum.plus(*value));
        if sum.sum.is_infinite() { sum.sum } else { sum.total() }
    });
}

fn avg(input: &mut RangeInput<'_>) {
    input.windows.map_values(input.out, |values| {
        let mut mean = Mean::of(values[0]);
        values[1..].iter().for_each(|value| mean.add(*value));
        mean.value()
    });
}

fn each_window(input: &mut RangeInput<'_>, value: impl Fn(Window) -> f64) {
    input.windows.for_each(|window| input.out[window.step] = value(window));
}

fn count(input: &mut RangeInput<'_>) {
    each_window(input, |window| (window.end - window.start) as f64);
}

fn present(input: &mut RangeInput<'_>) {
    each_window(input, |_| 1.0);
}

fn last(input: &mut RangeInput<'_>) {
    let values = input.windows.values;
    each_window(input, |window| values[window.end - 1]);
}

fn first(input: &mut RangeInput<'_>) {
    let values = input.windows.values;
    each_window(input, |window| values[window.start]);
}

fn time_of_last(input: &mut RangeInput<'_>) {
    let timestamps = input.windows.timestamps;
    each_window(input, |window| timestamps[window.end - 1] as f64 / 1000.0);
}

fn time_of_first(input: &mut RangeInput<'_>) {
    let timestamps = input.windows.timestamps;
    each_window(input, |window| timestamps[window.start] as f64 / 1000.0);
}

fn stddev(input: &mut RangeInput<'_>) {
    input.windows.map_values(input.out, |values| variance(values).sqrt());
}

fn stdvar(input: &mut RangeInput<'_>) {
    input.windows.map_values(input.out, variance);
}

/// Welford's method with compensated sums.
fn variance(values: &[f64]) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, Kahan::default(), Kahan::default());
    for value in values {
        count += 1.0;
        let delta = value - mean.total();
        mean = mean.plus(delta / count);
        squares = squares.plus(delta * (value - mean.total()));
    }
    squares.total() / count
}

fn quantiles(input: &mut RangeInput<'_>) {
    let (windows, numbers) = (input.windows, &mut input.scratch.numbers);
    windows.for_each(|window| {
        numbers.clear();
        numbers.extend_from_slice(&windows.values[window.start..window.end]);
        input.out[window.step] = quantile(input.args[0][window.step], numbers);
    });
}

/// The median of the distances from the median.
fn mad(input: &mut RangeInput<'_>) {
    let numbers = &mut input.scratch.numbers;
    input.windows.map_values(input.out, |values| {
        numbers.clear();
        numbers.extend_from_slice(values);
        let median = quantile(0.5, numbers);
        for number in numbers.iter_mut() {
            *number = (*number - median).abs();
        }
        quantile(0.5, numbers)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_metricsql_for_the_newest_sample() {
        let (one, other) = (function("default_rollup").unwrap(), function("last_over_time").unwrap());
        assert!(one.keeps_name && std::ptr::fn_addr_eq(one.apply, other.apply));
    }
}
