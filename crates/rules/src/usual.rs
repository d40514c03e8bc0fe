//! Thresholds from history: what is usual in this hour of the week.
//!
//! The values of the query are taken every [`STEP`] in the same clock hour (UTC) of each of the last weeks. With the mean m and
//! the standard deviation s of all of them together (of the population, as `stddev_over_time` has it, and at least 1 % of |m|, so
//! that what is always the same may tremble), values from m - k s to m + k s are usual; or, with a quantile q, those from the
//! quantile 1 - q to the quantile q, between two values linearly, as `quantile_over_time` has it. Fewer than [`LEAST`] values
//! tell nothing, and no value is unusual.

use serde::{Deserialize, Serialize};

/// The distance of the values that are looked at, in milliseconds.
pub const STEP: i64 = 5 * 60_000;

/// An hour, in milliseconds.
pub const HOUR: i64 = 3_600_000;

/// A week, in milliseconds.
pub const WEEK: i64 = 168 * HOUR;

/// So many values are needed: half an hour of one week.
pub(crate) const LEAST: usize = 6;

/// What share of the mean the deviation is at least.
const TREMBLE: f64 = 0.01;

/// The most weeks.
const MOST_WEEKS: u32 = 8;

/// On which side of what is usual a value is told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// On both.
    #[default]
    Both,
    /// Above.
    Above,
    /// Below.
    Below,
}

/// What is usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// On which side.
    #[serde(default)]
    pub side: Side,
    /// How many standard deviations from the mean are usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviations: Option<f64>,
    /// Or up to which quantile, above 0.5 and up to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantile: Option<f64>,
    /// How many weeks are looked at.
    #[serde(default = "four")]
    pub weeks: u32,
}

fn four() -> u32 {
    4
}

/// The values that are usual, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The least; negative infinity where there is none.
    pub low: f64,
    /// The greatest; infinity where there is none.
    pub high: f64,
}

impl Band {
    /// Whether a value is outside of it. What is no number is not.
    pub fn excludes(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }
}

impl Usual {
    /// What is wrong with its numbers, with the field; nothing where all is well.
    pub(crate) fn flaw(&self) -> Option<(&'static str, &'static str)> {
        let told = match (self.deviations, self.quantile) {
            (Some(_), Some(_)) | (None, None) => {
                ("condition.deviations", "say either deviations, such as 3, or a quantile, such as 0.99")
            }
            (Some(deviations), None) if !(deviations > 0.0 && deviations.is_finite()) => {
                ("condition.deviations", "deviations must be more than 0: write 3, for example")
            }
            (None, Some(quantile)) if !(quantile > 0.5 && quantile <= 1.0) => {
                ("condition.quantile", "a quantile must be above 0.5 and at most 1: write 0.99, for example")
            }
            _ if !(1..=MOST_WEEKS).contains(&self.weeks) => ("condition.weeks", "weeks must be 1 to 8"),
            _ => return None,
        };
        Some(told)
    }

    /// What is usual by these values, which it sorts; `None` where they are too few. Values that are no finite numbers are left out.
    pub fn band(&self, values: &mut Vec<f64>) -> Option<Band> {
        values.retain(|value| value.is_finite());
        if values.len() < LEAST {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let (low, high) = match (self.deviations, self.quantile) {
            (Some(deviations), _) => {
                let count = values.len() as f64;
                let mean = values.iter().sum::<f64>() / count;
                let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
                let reach = deviations * variance.sqrt().max(TREMBLE * mean.abs());
                (mean - reach, mean + reach)
            }
            (None, quantile) => {
                let quantile = quantile.unwrap_or(1.0);
                (at(values, 1.0 - quantile), at(values, quantile))
            }
        };
        Some(Band {
            low: if self.side == Side::Above { f64::NEG_INFINITY } else { low },
            high: if self.side == Side::Below { f64::INFINITY } else { high },
        })
    }

    /// The start of the hour that a time belongs to: milliseconds since the epoch.
    pub fn hour(at: i64) -> i64 {
        at.div_euclid(HOUR) * HOUR
    }

    /// The starts of the hours by which it is judged what is usual in the one that starts at `hour`.
    pub fn hours(&self, hour: i64) -> impl Iterator<Item = i64> + use<> {
        (1..=i64::from(self.weeks)).map(move |week| hour - week * WEEK)
    }
}

/// A quantile of sorted values, of which there are some.
fn at(sorted: &[f64], quantile: f64) -> f64 {
    let rank = quantile.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (lower, upper) = (rank.floor() as usize, rank.ceil() as usize);
    sorted[lower] + (sorted[upper] - sorted[lower]) * (rank - rank.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(text: &str) -> Usual {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn bands_are_those_of_the_formulas() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        let infinite = f64::INFINITY;
        let table = [
            // The mean is 5, the deviation 2.
            ("{deviations: 2}", 1.0, 9.0),
            ("{deviations: 2, side: above}", -infinite, 9.0),
            ("{deviations: 0.5, side: below}", 4.0, infinite),
            ("{quantile: 1}", 2.0, 9.0),
            // The ranks are 1.75 and 5.25.
            ("{quantile: 0.75}", 4.0, 5.5),
        ];
        for (text, low, high) in table {
            let mut values = values.to_vec();
            values.extend([f64::NAN, infinite]);
            assert_eq!(usual(text).band(&mut values), Some(Band { low, high }), "{text}");
        }
        let band = Band { low: 1.0, high: 9.0 };
        assert!(!band.excludes(1.0) && !band.excludes(9.0) && !band.excludes(f64::NAN));
        assert!(band.excludes(0.9) && band.excludes(9.1));
    }

    #[test]
    fn what_is_always_the_same_may_tremble() {
        let three = usual("{deviations: 3}");
        assert_eq!(three.band(&mut vec![100.0; 8]), Some(Band { low: 97.0, high: 103.0 }));
        assert_eq!(three.band(&mut vec![0.0; 8]), Some(Band { low: 0.0, high: 0.0 }));
        assert_eq!(three.band(&mut vec![100.0; LEAST - 1]), None);
    }

    #[test]
    fn the_hours_are_those_of_the_weeks_before() {
        let at = 10 * WEEK + 5 * HOUR + 1234;
        let hour = Usual::hour(at);
        assert_eq!(hour, 10 * WEEK + 5 * HOUR);
        let hours: Vec<i64> = usual("{deviations: 1, weeks: 2}").hours(hour).collect();
        assert_eq!(hours, [9 * WEEK + 5 * HOUR, 8 * WEEK + 5 * HOUR]);
        assert_eq!(usual("{deviations: 1}").weeks, 4);
    }

    #[test]
    fn numbers_that_make_no_sense() {
        for (text, field) in [
            ("{}", "condition.deviations"),
            ("{deviations: 1, quantile: 0.9}", "condition.deviations"),
            ("{deviations: 0}", "condition.deviations"),
            ("{deviations: .inf}", "condition.deviations"),
            ("{quantile: 0.5}", "condition.quantile"),
            ("{quantile: 1.1}", "condition.quantile"),
            ("{deviations: 1, weeks: 0}", "condition.weeks"),
            ("{deviations: 1, weeks: 9}", "condition.weeks"),
        ] {
            assert_eq!(usual(text).flaw().map(|(field, _)| field), Some(field), "{text}");
        }
        assert_eq!(usual("{quantile: 0.99, weeks: 1}").flaw(), None);
    }
}
