use watchfire_model::{TimeRange, Unit, format_utc};

use crate::unit::{format_value, split_value};

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it stands, 0 (left or bottom) to 1 (right or top).
    pub position: f64,
    /// What is written there.
    pub label: String,
}

/// On which side of its mark a label of the time axis stands, so that it does not run out of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LabelSide {
    Left,
    Middle,
    Right,
}

impl Tick {
    /// The side for an axis `width` CSS pixels long.
    pub(crate) fn label_side(&self, width: f64) -> LabelSide {
        // Half of a label such as `12:34:56`, less the room beside the plot.
        const HALF: f64 = 18.0;
        if self.position * width > width - HALF {
            LabelSide::Left
        } else if self.position * width < HALF {
            LabelSide::Right
        } else {
            LabelSide::Middle
        }
    }
}

/// The value axis: from `low` to `high` in steps that people count in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueScale {
    /// The value at the bottom.
    pub low: f64,
    /// The value at the top; above `low`.
    pub high: f64,
    step: f64,
    unit: Unit,
}

impl ValueScale {
    /// A scale around the `extent` of the data in about `marks` steps, widened to `floor` and `ceiling` and to whole
    /// steps, so that it stays the same while values wander.
    pub fn new(
        extent: Option<(f64, f64)>,
        floor: Option<f64>,
        ceiling: Option<f64>,
        unit: Unit,
        marks: usize,
    ) -> Self {
        let (mut low, mut high) = extent.unwrap_or((0.0, 1.0));
        low = floor.map_or(low, |floor| floor.min(low));
        high = ceiling.map_or(high, |ceiling| ceiling.max(high));
        // Beyond this, differences of doubles overflow; nothing is measured there.
        low = low.clamp(-1e300, 1e300);
        high = high.clamp(-1e300, 1e300);
        if high - low <= high.abs().max(low.abs()) * 1e-9 {
            let margin = if high == 0.0 { 1.0 } else { high.abs() * 0.5 };
            high += margin;
            if floor.is_none_or(|floor| floor < low) {
                low -= margin;
            }
        }
        let step = nice_step((high - low) / marks.max(1) as f64, low.abs().max(high.abs()), unit);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step, unit }
    }

    /// Where a value stands, 0 at the bottom and 1 at the top; not clamped.
    pub fn position(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The marks from bottom to top.
    pub fn ticks(&self) -> Vec<Tick> {
        let count = ((self.high - self.low) / self.step).round().clamp(1.0, 50.0) as i32;
        (0..=count)
            .map(|index| {
                let value = self.low + f64::from(index) * self.step;
                // What is not zero only by rounding is zero.
                let value = if value.abs() < self.step * 1e-6 { 0.0 } else { value };
                Tick { position: self.position(value), label: self.label(value) }
            })
            .collect()
    }

    fn label(&self, value: f64) -> String {
        if matches!(self.unit, Unit::Bytes | Unit::BytesPerSecond) {
            // All in the unit of the largest, so that they compare at a glance.
            let base = byte_base(self.low.abs().max(self.high.abs()));
            let suffix = split_value(self.unit, base).1;
            return format!("{} {suffix}", without_zeros(&format!("{:.3}", value / base)));
        }
        let text = format_value(self.unit, value);
        // An axis of round numbers reads better without their ".0" and ".00".
        match text.rsplit_once(' ') {
            Some((number, suffix)) => format!("{} {suffix}", without_zeros(number)),
            None => without_zeros(&text).to_owned(),
        }
    }
}

/// The largest power of 1024 that is not above `size`, up to pebibytes.
fn byte_base(size: f64) -> f64 {
    if size < 1024.0 { 1.0 } else { 1024_f64.powi(size.log(1024.0).floor().min(5.0) as i32) }
}

fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// The next of 1, 2, 5 times a power of ten that is not below `least`; of bytes, in the unit of `most`.
fn nice_step(least: f64, most: f64, unit: Unit) -> f64 {
    let base = match unit {
        Unit::Bytes | Unit::BytesPerSecond => byte_base(most),
        _ => 1.0,
    };
    let scaled = least / base;
    let power = 10_f64.powi(scaled.log10().floor() as i32);
    let step = [1.0, 2.0, 5.0].into_iter().find(|step| step * power >= scaled * 0.999_999).unwrap_or(10.0);
    // A thousandth is what a label can show; a byte is not divided.
    let finest = if base > 1.0 { base / 1000.0 } else { 0.0 };
    (step * power * base).max(finest)
}

/// The time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeScale {
    /// What the axis shows.
    pub window: TimeRange,
    /// Milliseconds that the shown zone is east of UTC.
    pub utc_offset: i64,
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const TIME_STEPS: [i64; 20] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
];

impl TimeScale {
    /// Where an instant stands, 0 at the left and 1 at the right; not clamped.
    pub fn position(&self, timestamp: i64) -> f64 {
        (timestamp - self.window.start) as f64 / self.window.length().max(1) as f64
    }

    /// At most `most` marks at round times of the shown zone.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let least = self.window.length() / most.max(1) as i64;
        let longest = TIME_STEPS[TIME_STEPS.len() - 1];
        let step = TIME_STEPS
            .into_iter()
            .find(|step| *step >= least)
            .unwrap_or_else(|| (least / longest + 1) * longest);
        let local_start = self.window.start + self.utc_offset;
        let first =
            local_start.div_euclid(step) * step + if local_start.rem_euclid(step) == 0 { 0 } else { step };
        let local_end = self.window.end + self.utc_offset;
        std::iter::successors(Some(first), |local| Some(local + step))
            .take_while(|local| *local <= local_end)
            .map(|local| {
                let pattern = match step {
                    _ if local.rem_euclid(DAY) == 0 => "%b %d",
                    step if step >= MINUTE => "%H:%M",
                    _ => "%H:%M:%S",
                };
                let timestamp = local - self.utc_offset;
                Tick {
                    position: self.position(timestamp),
                    label: format_utc(timestamp, self.utc_offset, pattern),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Case<'a> = (Option<(f64, f64)>, Option<f64>, Unit, &'a [&'a str]);

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn value_ticks_are_round() {
        let gib = 2_f64.powi(30);
        let table: [Case<'_>; 7] = [
            (
                Some((0.0, 2.0 * 1024.0 * 1024.0)),
                None,
                Unit::BytesPerSecond,
                &["0 MiB/s", "1 MiB/s", "2 MiB/s"],
            ),
            (Some((3.0, 97.0)), Some(100.0), Unit::Percent, &["0 %", "50 %", "100 %"]),
            (Some((0.0, 13.0 * gib)), None, Unit::Bytes, &["0 GiB", "5 GiB", "10 GiB", "15 GiB"]),
            (
                Some((0.0, 900.0 * 1024.0)),
                None,
                Unit::BytesPerSecond,
                &["0 KiB/s", "500 KiB/s", "1000 KiB/s"],
            ),
            (Some((0.0, 0.0)), None, Unit::Number, &["0", "0.5", "1"]),
            (Some((0.0, 0.37)), None, Unit::Seconds, &["0 s", "200 ms", "400 ms"]),
            (None, None, Unit::Number, &["0", "0.5", "1"]),
        ];
        for (extent, ceiling, unit, expected) in table {
            let scale = ValueScale::new(extent, Some(0.0), ceiling, unit, 3);
            assert_eq!(labels(&scale.ticks()), expected, "{extent:?} {unit:?}");
        }
    }

    #[test]
    fn time_ticks_are_round_in_the_shown_zone() {
        let window = TimeRange { start: 1_700_000_123_000, end: 1_700_000_423_000 };
        let utc = TimeScale { window, utc_offset: 0 };
        assert_eq!(labels(&utc.ticks(5)), ["22:16", "22:17", "22:18", "22:19", "22:20"]);
        let half_hour_zone = TimeScale { window, utc_offset: 5 * HOUR + HOUR / 2 };
        assert_eq!(labels(&half_hour_zone.ticks(3)), ["03:46", "03:48", "03:50"]);
        let night = TimeScale { window: TimeRange { start: DAY - HOUR, end: DAY + HOUR }, utc_offset: 0 };
        assert_eq!(labels(&night.ticks(4)), ["23:00", "23:30", "Jan 02", "00:30", "01:00"]);
    }

    proptest! {
        #[test]
        fn value_scales_hold_their_data(a in -1e12..1e12_f64, b in -1e12..1e12_f64, marks in 1_usize..10) {
            for unit in [Unit::Number, Unit::Bytes, Unit::Percent] {
                let scale = ValueScale::new(Some((a.min(b), a.max(b))), None, None, unit, marks);
                prop_assert!(scale.position(a.min(b)) >= -1e-9 && scale.position(a.max(b)) <= 1.0 + 1e-9);
                prop_assert!(scale.ticks().len() <= marks + 4);
            }
        }

        #[test]
        fn time_ticks_are_few_and_inside(start in 0_i64..4_000_000_000_000, length in 1_i64..400_000_000_000, most in 1_usize..20) {
            let scale = TimeScale { window: TimeRange { start, end: start + length }, utc_offset: 0 };
            let ticks = scale.ticks(most);
            prop_assert!(ticks.len() <= most + 1);
            prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.position)));
        }
    }
}
