//! Straight lines through the samples of a range, and smoothing.

use crate::answer::EvalError;
use crate::eval::functions::kahan::Kahan;
use crate::eval::functions::{RangeFunction, RangeNote, plain};
use crate::eval::window::RangeInput;

pub(crate) fn function(name: &str) -> Option<RangeFunction> {
    Some(match name {
        "deriv" => plain(deriv),
        "predict_linear" => plain(predict_linear),
        "double_exponential_smoothing" => RangeFunction { note: RangeNote::Factors, ..plain(smoothing) },
        _ => return None,
    })
}

/// Slope for each second, and the value at `time`, of the line with the least squares.
#[expect(clippy::float_cmp, reason = "only what never changes at all is a constant")]
fn line(timestamps: &[i64], values: &[f64], time: i64) -> (f64, f64) {
    let first = values[0];
    if values[1..].iter().all(|value| *value == first) {
        return if first.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, first) };
    }
    let (mut x_sum, mut y_sum) = (Kahan::default(), Kahan::default());
    let (mut product_sum, mut square_sum) = (Kahan::default(), Kahan::default());
    for (timestamp, &y) in timestamps.iter().zip(values) {
        let x = (timestamp - time) as f64 / 1e3;
        x_sum = x_sum.plus(x);
        y_sum = y_sum.plus(y);
        product_sum = product_sum.plus(x * y);
        square_sum = square_sum.plus(x * x);
    }
    let n = values.len() as f64;
    let (x_sum, y_sum) = (x_sum.total(), y_sum.total());
    let covariance = product_sum.total() - x_sum * y_sum / n;
    let variance = square_sum.total() - x_sum * x_sum / n;
    let slope = covariance / variance;
    (slope, y_sum / n - slope * x_sum / n)
}

fn deriv(input: &mut RangeInput<'_>) {
    let windows = input.windows;
    windows.for_each(|window| {
        if window.end - window.start >= 2 {
            let timestamps = &windows.timestamps[window.start..window.end];
            // Counted from the first sample, for numbers near zero are exact.
            let (slope, _) = line(timestamps, &windows.values[window.start..window.end], timestamps[0]);
            input.out[window.step] = slope;
        }
    });
}

fn predict_linear(input: &mut RangeInput<'_>) {
    let windows = input.windows;
    windows.for_each(|window| {
        if window.end - window.start >= 2 {
            let timestamps = &windows.timestamps[window.start..window.end];
            let now = windows.steps.time(window.step);
            let (slope, value) = line(timestamps, &windows.values[window.start..window.end], now);
            input.out[window.step] = slope * input.args[0][window.step] + value;
        }
    });
}

/// Refuses factors for smoothing and for the trend that are not between 0 and 1.
pub(crate) fn check_factors(args: &[Vec<f64>]) -> Result<(), EvalError> {
    for ((name, short), column) in [("smoothing", "sf"), ("trend", "tf")].into_iter().zip(args) {
        if let Some(factor) = column.iter().find(|factor| **factor <= 0.0 || **factor >= 1.0) {
            let message = format!("invalid {name} factor. Expected: 0 < {short} < 1, got: {factor:.6}");
            return Err(EvalError::Execution(message));
        }
    }
    Ok(())
}

/// Double exponential smoothing, also known as the method of Holt and Winters.
fn smoothing(input: &mut RangeInput<'_>) {
    let windows = input.windows;
    windows.for_each(|window| {
        let (factor, trend_factor) = (input.args[0][window.step], input.args[1][window.step]);
        let values = &windows.values[window.start..window.end];
        if values.len() < 2 {
            return;
        }
        let (mut before, mut smoothed, mut trend) = (0.0, values[0], values[1] - values[0]);
        for (index, value) in values[1..].iter().enumerate() {
            if index > 0 {
                trend = trend_factor * (smoothed - before) + (1.0 - trend_factor) * trend;
            }
            let next = factor * value + (1.0 - factor) * (smoothed + trend);
            (before, smoothed) = (smoothed, next);
        }
        input.out[window.step] = smoothed;
    });
}
