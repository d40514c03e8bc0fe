use watchfire_model::{Function, Grid, Rollup, TimeRange};
use watchfire_storage::SelectedSeries;

/// How far apart two samples of a counter may be for an increase to be counted between them: the same 5 minutes after
/// which Prometheus takes a series for gone.
pub const LOOKBACK: i64 = 5 * 60_000;

/// The samples that `function` needs for the points of `grid`: a rate also needs the sample before the first point.
pub(crate) fn samples_needed(function: Function, grid: Grid) -> TimeRange {
    let range = grid.range();
    match function {
        Function::Mean => range,
        Function::Rate => TimeRange { start: range.start.saturating_sub(LOOKBACK), end: range.end },
    }
}

/// Folds one series into a value for each point of `grid`, NaN where there is none. `read` hands the series' samples over
/// in columns, in the order of time.
pub fn evaluate(
    function: Function,
    grid: Grid,
    read: impl FnOnce(&mut dyn FnMut(&[i64], &[f64])),
) -> Vec<f64> {
    let mut fold = Fold::new(function, grid);
    read(&mut |timestamps, values| fold.samples(timestamps, values));
    fold.finish()
}

/// The same for a series of storage, of which rollups may be left.
pub(crate) fn evaluate_selected(
    function: Function,
    grid: Grid,
    range: TimeRange,
    series: &SelectedSeries,
) -> Vec<f64> {
    let mut fold = Fold::new(function, grid);
    let mut from = range.start;
    for (until, width) in series.widths() {
        let part = TimeRange { start: from, end: range.end.min(until - 1) };
        if part.start <= part.end {
            series.read_rollups(*width, part, &mut |rollup| fold.rollup(*width, rollup));
        }
        from = from.max(*until);
    }
    series.read(TimeRange { start: from, end: range.end }, |timestamps, values| {
        fold.samples(timestamps, values);
    });
    fold.finish()
}

/// The points of one series on the way.
struct Fold {
    function: Function,
    grid: Grid,
    points: Vec<Point>,
    /// The newest sample.
    last: Option<(i64, f64)>,
}

impl Fold {
    fn new(function: Function, grid: Grid) -> Self {
        Self { function, grid, points: vec![Point::default(); grid.len], last: None }
    }

    fn samples(&mut self, timestamps: &[i64], values: &[f64]) {
        for (&timestamp, &value) in timestamps.iter().zip(values) {
            if value.is_nan() {
                continue;
            }
            let since = self.since_last(timestamp, value);
            self.last = Some((timestamp, value));
            let index = self.grid.index(timestamp);
            let Some(point) = index.and_then(|index| self.points.get_mut(index)) else { continue };
            match self.function {
                Function::Mean => point.add(value, 1.0),
                Function::Rate => {
                    if let Some((increase, seconds)) = since {
                        point.add(increase, seconds);
                    }
                }
            }
        }
    }

    /// By how much a counter rose since the sample before, and in how many seconds.
    fn since_last(&self, timestamp: i64, value: f64) -> Option<(f64, f64)> {
        let (before, from) = self.last.filter(|(before, _)| timestamp - before <= LOOKBACK)?;
        // A counter that fell was set back to zero in between, and has since counted up to `value`.
        let increase = if value < from { value } else { value - from };
        Some((increase, (timestamp - before) as f64 / 1000.0))
    }

    /// A bucket counts for every point that it covers.
    fn rollup(&mut self, width: i64, rollup: &Rollup) {
        let (first, last) = (rollup.first, rollup.last);
        let (mut sum, mut weight) = (rollup.sum, rollup.count as f64);
        if self.function == Function::Rate {
            let seconds = (last.timestamp - first.timestamp) as f64 / 1000.0;
            let (before, gap) = self.since_last(first.timestamp, first.value).unwrap_or_default();
            (sum, weight) = (rollup.gain() + before, seconds + gap);
        }
        self.last = Some((last.timestamp, last.value));
        if sum.is_nan() || weight <= 0.0 {
            return;
        }
        let mut at = (rollup.end - width).max(self.grid.start);
        while at < rollup.end {
            let Some(index) = self.grid.index(at) else { break };
            if let Some(point) = self.points.get_mut(index) {
                point.add(sum, weight);
            }
            at = self.grid.start + (index as i64 + 1) * self.grid.step;
        }
    }

    fn finish(self) -> Vec<f64> {
        self.points.into_iter().map(Point::ratio).collect()
    }
}

/// What has been summed up for one point of the grid.
#[derive(Clone, Copy, Default)]
struct Point {
    sum: f64,
    /// Samples for a mean, seconds for a rate.
    weight: f64,
}

impl Point {
    fn add(&mut self, value: f64, weight: f64) {
        self.sum += value;
        self.weight += weight;
    }

    fn ratio(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use watchfire_model::RollupBuilder;

    use super::*;

    fn fold(function: Function, grid: Grid, samples: &[(i64, f64)]) -> Vec<f64> {
        // In two columns, so that state must be carried from one to the next.
        let (first, second) = samples.split_at(samples.len() / 2);
        evaluate(function, grid, |each| {
            for part in [first, second] {
                let (timestamps, values): (Vec<i64>, Vec<f64>) = part.iter().copied().unzip();
                each(&timestamps, &values);
            }
        })
    }

    fn text(values: &[f64]) -> String {
        values.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn mean_and_rate() {
        let grid = Grid { start: 10_000, step: 10_000, len: 4 };
        let gauge = [
            (9000, 100.0),
            (10_000, 1.0),
            (15_000, 3.0),
            (20_000, 5.0),
            (40_000, 7.0),
            (49_999, 9.0),
            (50_000, 0.0),
        ];
        assert_eq!(text(&fold(Function::Mean, grid, &gauge)), "2 5 NaN 8");
        let counter = [(5000, 0.0), (15_000, 50.0), (25_000, 10.0), (35_000, 40.0)];
        assert_eq!(text(&fold(Function::Rate, grid, &counter)), "5 1 3 NaN");
    }

    #[test]
    fn rollups_stand_for_samples() {
        // A counter of 2 a second and a gauge of 5, each 15 s for two hours.
        let samples: Vec<(i64, f64)> = (0..480).map(|n| (n * 15_000, n as f64 * 30.0)).collect();
        for (step, len, function, expected) in [
            (3_600_000, 2, Function::Rate, "2 2"),
            (1_800_000, 4, Function::Rate, "2 2 2 2"),
            (7_200_000, 1, Function::Mean, "7200"),
        ] {
            let mut fold = Fold::new(function, Grid { start: 0, step, len });
            let mut builder = RollupBuilder::new(3_600_000);
            for (timestamp, value) in &samples {
                if let Some(rollup) = builder.push(*timestamp, *value) {
                    fold.rollup(3_600_000, &rollup);
                }
            }
            fold.rollup(3_600_000, &builder.finish().unwrap());
            // The first sample, at the start of the hour, belongs to the one before.
            assert_eq!(text(&fold.finish()), expected, "{step}");
        }
    }

    #[test]
    fn a_rate_bridges_short_outages_only() {
        let grid = Grid { start: 0, step: 1000, len: 700 };
        let rates = fold(Function::Rate, grid, &[(0, 0.0), (300_000, 300.0), (600_001, 900.0)]);
        assert!(rates[0].is_nan(), "one sample makes no rate");
        assert_eq!(rates[300].to_string(), "1");
        assert!(rates[600].is_nan(), "over five minutes apart");
    }

    #[test]
    fn nan_samples_are_no_samples() {
        let grid = Grid { start: 0, step: 1000, len: 2 };
        assert_eq!(text(&fold(Function::Mean, grid, &[(0, 1.0), (1, f64::NAN), (1000, f64::NAN)])), "1 NaN");
    }

    proptest! {
        #[test]
        fn a_counters_rate_is_never_negative(
            values in proptest::collection::vec(0.0..1e12_f64, 2..100),
            step in 1_i64..20_000,
        ) {
            let samples: Vec<_> = values.iter().enumerate().map(|(index, value)| (index as i64 * 1000, *value)).collect();
            let grid = Grid::covering(TimeRange { start: 0, end: 100_000 }, step.max(10)).unwrap();
            prop_assert!(fold(Function::Rate, grid, &samples).iter().all(|rate| rate.is_nan() || *rate >= 0.0));
        }

        #[test]
        fn a_mean_lies_between_least_and_greatest(values in proptest::collection::vec(-1e6..1e6_f64, 1..100)) {
            let samples: Vec<_> = values.iter().enumerate().map(|(index, value)| (index as i64 * 100, *value)).collect();
            let grid = Grid { start: 0, step: 3000, len: 4 };
            let least = values.iter().copied().fold(f64::INFINITY, f64::min) - 1e-6;
            let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 1e-6;
            for mean in fold(Function::Mean, grid, &samples) {
                prop_assert!(mean.is_nan() || (least..=greatest).contains(&mean));
            }
        }
    }
}
