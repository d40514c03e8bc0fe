//! Numbers that people count in.

use crate::Format;

/// Steps of long times in seconds.
const TIMES: [f64; 18] = [
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
    4_320_000.0,
    8_640_000.0,
];

/// The next of 1, 2, 5 times a power of ten that is not below `least`; of bytes in the unit of `most`, of long times in
/// minutes, hours and days.
pub(super) fn next_step(least: f64, most: f64, format: &Format) -> f64 {
    if let Some(second) = format.seconds()
        && most * second >= 60.0
        && let Some(step) = TIMES.into_iter().find(|step| *step >= least * second * 0.999_999)
        && least * second > 20.0
    {
        return step / second;
    }
    let base = format.round_base(most);
    let scaled = (least / base).max(1e-300);
    let power = 10_f64.powi(scaled.log10().floor() as i32);
    let step = [1.0, 2.0, 5.0].into_iter().find(|step| step * power >= scaled * 0.999_999).unwrap_or(10.0);
    // A thousandth is what a label can show; a byte is not divided.
    let finest = if base > 1.0 { base / 1000.0 } else { 0.0 };
    (step * power * base).max(finest)
}

/// At most about `marks` powers of `base` from `low` to `high`, both positive; where there are few, of a base of ten also twice
/// and five times them.
pub(super) fn log_marks(low: f64, high: f64, base: f64, marks: usize) -> Vec<f64> {
    let power = |value: f64| value.ln() / base.ln();
    let first = (power(low) - 1e-9).ceil();
    let last = (power(high) + 1e-9).floor();
    let count = (last - first + 1.0).clamp(0.0, 2200.0);
    let every = (count / marks.max(2) as f64).ceil().max(1.0);
    let between: &[f64] = if (base - 10.0).abs() < 1e-9 && count < 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let mut values = Vec::new();
    let mut exponent = if between.len() > 1 { first - 1.0 } else { first };
    while exponent <= last && values.len() < 50 {
        let begin = base.powf(exponent);
        let inside = between.iter().map(|times| times * begin);
        values.extend(inside.filter(|value| *value >= low * 0.999_999 && *value <= high * 1.000_001));
        exponent += every;
    }
    if values.is_empty() {
        values.extend([low, high]);
    }
    values
}
