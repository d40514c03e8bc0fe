use watchfire_model::{TimeRange, format_utc};

use super::Tick;

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

const TIME_STEPS: [i64; 24] = [
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
    14 * DAY,
    28 * DAY,
    91 * DAY,
    364 * DAY,
];

impl TimeScale {
    /// Where an instant stands, 0 at the left and 1 at the right; not clamped.
    pub fn position(&self, timestamp: i64) -> f64 {
        timestamp.saturating_sub(self.window.start) as f64 / self.window.length().max(1) as f64
    }

    /// At most `most` marks at round times of the shown zone.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let length = self.window.length();
        if length <= 0 {
            return Vec::new();
        }
        let least = length / most.max(1) as i64;
        let longest = TIME_STEPS[TIME_STEPS.len() - 1];
        let step = TIME_STEPS
            .into_iter()
            .find(|step| *step >= least)
            .unwrap_or_else(|| (least / longest + 1) * longest);
        let local_start = self.window.start.saturating_add(self.utc_offset);
        let first = local_start.saturating_add(step - 1).div_euclid(step).saturating_mul(step);
        let local_end = self.window.end.saturating_add(self.utc_offset);
        std::iter::successors(Some(first), |local| local.checked_add(step))
            .take(most + 1)
            .take_while(|local| *local <= local_end)
            .map(|local| {
                let pattern = match step {
                    step if step >= 91 * DAY => "%Y-%m",
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

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
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
        fn time_ticks_are_few_and_inside(start in proptest::num::i64::ANY, length in proptest::num::i64::ANY, most in 1_usize..20) {
            let window = TimeRange { start, end: start.saturating_add(length) };
            let scale = TimeScale { window, utc_offset: 0 };
            let ticks = scale.ticks(most);
            prop_assert!(ticks.len() <= most + 1);
            prop_assert!(ticks.iter().all(|tick| (-1e-9..=1.000_001).contains(&tick.position)));
        }
    }
}
