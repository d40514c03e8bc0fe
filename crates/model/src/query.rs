use serde::{Deserialize, Serialize};

use crate::{Labels, Matcher, TimeRange};

/// What to make of the samples that fall into one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Function {
    /// Their arithmetic mean: for gauges.
    Mean,
    /// The increase each second, a reset counted as a start from zero: for counters.
    Rate,
}

/// Which series to read, and what to make of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SeriesQuery {
    /// All must match.
    pub matchers: Vec<Matcher>,
    /// What to make of the samples of one step.
    pub function: Function,
}

/// The points in time of an answer: `start`, `start + step`, ... Point `i` stands for the samples from its own time
/// up to, not including, the next point's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grid {
    /// The first point: milliseconds since the epoch, a multiple of `step`.
    pub start: i64,
    /// Milliseconds between points; positive.
    pub step: i64,
    /// How many points.
    pub len: usize,
}

/// Why a grid cannot be laid over a range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// The step is zero or negative, or the range runs backwards.
    #[error("the range must not end before it starts, and its step must be positive")]
    Empty,
    /// The range reaches beyond [`Grid::TIMES`].
    #[error("the range must lie between the years 1 and 9999")]
    BeyondTime,
    /// More points than a grid may have.
    #[error("{points} points are too many (at most {most}); ask for a shorter range or a longer step")]
    TooMany {
        /// How many points it would have.
        points: i64,
        /// How many it may have.
        most: usize,
    },
}

impl Grid {
    /// The most points that a grid has; the same as Prometheus allows for a range query.
    pub const MOST_POINTS: usize = 11_000;

    /// The times that grids are laid over, the years 1 to 9999: far enough from the ends of 64 bits to reckon with.
    pub const TIMES: TimeRange = TimeRange { start: -62_135_596_800_000, end: 253_402_300_799_999 };

    /// The grid of `step` that covers `range`: from the step that holds its start to the step that holds its end.
    pub fn covering(range: TimeRange, step: i64) -> Result<Self, GridError> {
        if step <= 0 || range.end < range.start {
            return Err(GridError::Empty);
        }
        if !Self::TIMES.contains(range.start) || !Self::TIMES.contains(range.end) {
            return Err(GridError::BeyondTime);
        }
        let start = range.start.div_euclid(step) * step;
        let points = range.end.saturating_sub(start) / step + 1;
        if points > Self::MOST_POINTS as i64 {
            return Err(GridError::TooMany { points, most: Self::MOST_POINTS });
        }
        Ok(Self { start, step, len: points as usize })
    }

    /// The time of point `index`.
    pub fn time(self, index: usize) -> i64 {
        self.start + index as i64 * self.step
    }

    /// The point that stands for `timestamp`, or `None` outside the grid.
    pub fn index(self, timestamp: i64) -> Option<usize> {
        let index = usize::try_from((timestamp - self.start).div_euclid(self.step)).ok()?;
        (index < self.len).then_some(index)
    }

    /// The samples that the grid stands for, both ends included.
    pub fn range(self) -> TimeRange {
        TimeRange { start: self.start, end: self.time(self.len) - 1 }
    }
}

/// One series of an answer: a value for each point of a [`Grid`], NaN where there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridSeries {
    /// Which series this is.
    pub labels: Labels,
    /// As many values as the grid has points.
    #[serde(with = "crate::live::packed")]
    pub values: Vec<f64>,
}

/// The steps that answers come in, in milliseconds. Few, so that many viewers share one evaluation.
const STEPS: [i64; 17] = [
    1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
    3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/// The smallest of the usual steps (1 s to 1 d, then whole days) that covers `length` milliseconds in at most
/// `max_points` points.
pub fn choose_step(length: i64, max_points: usize) -> i64 {
    let least = length.max(1) / (max_points.clamp(1, Grid::MOST_POINTS - 1) as i64).max(1);
    let day = STEPS[STEPS.len() - 1];
    STEPS.into_iter().find(|step| *step >= least).unwrap_or_else(|| (least / day + 1).saturating_mul(day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_point_stands_for_its_step() {
        let grid = Grid::covering(TimeRange { start: 1500, end: 4000 }, 1000).unwrap();
        assert_eq!(grid, Grid { start: 1000, step: 1000, len: 4 });
        assert_eq!(grid.index(1999), Some(0));
        assert_eq!(grid.index(4000), Some(3));
        assert_eq!(grid.index(5000), None);
        assert_eq!(grid.index(999), None);
        assert_eq!(grid.range(), TimeRange { start: 1000, end: 4999 });
    }

    #[test]
    fn refuses_senseless_grids() {
        let range = TimeRange { start: 0, end: 1_000_000_000 };
        assert_eq!(Grid::covering(range, 0), Err(GridError::Empty));
        assert_eq!(Grid::covering(TimeRange { start: 1, end: 0 }, 1), Err(GridError::Empty));
        assert!(matches!(Grid::covering(range, 1), Err(GridError::TooMany { .. })));
        let ends = TimeRange { start: i64::MIN, end: i64::MAX };
        for beyond in [ends, TimeRange { start: 0, ..ends }, TimeRange { end: 0, ..ends }] {
            let step = choose_step(beyond.length(), 500);
            assert_eq!(Grid::covering(beyond, step), Err(GridError::BeyondTime), "{beyond:?}");
        }
    }

    #[test]
    fn steps_suit_the_usual_ranges() {
        let minute = 60_000;
        let table = [
            (5 * minute, 1000),
            (15 * minute, 2000),
            (60 * minute, 10_000),
            (7 * 24 * 60 * minute, 1_800_000),
        ];
        for (length, step) in table {
            assert_eq!(choose_step(length, 500), step, "{length}");
        }
    }

    proptest! {
        #[test]
        fn a_chosen_step_always_fits(length in 1_i64..10_000_000_000_000, points in 1_usize..20_000, start in 0_i64..2_000_000_000_000) {
            let step = choose_step(length, points);
            let grid = Grid::covering(TimeRange { start, end: start + length }, step);
            prop_assert!(grid.is_ok(), "{grid:?}");
        }
    }
}
