//! Reading what selectors ask for.

use watchfire_model::{Labels, Rollup, Sample, TimeRange};

use crate::answer::{EvalError, SelectedSeries};
use crate::eval::block::{Row, Sink};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::node::InstantSelector;
use crate::eval::rollups::{Noted, kept_at};
use crate::eval::window::{Samples, newest_samples};

/// The series of one selection. The evaluation is compiled once, not for each kind of series.
pub(crate) trait SeriesList {
    fn len(&self) -> usize;
    fn labels(&self, series: usize) -> &Labels;
    fn read(&self, series: usize, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64]));
    fn newest(&self, series: usize, range: TimeRange) -> Option<Sample>;
    fn widths(&self, series: usize) -> &[(i64, i64)];
    fn read_rollups(&self, series: usize, width: i64, range: TimeRange, each: &mut dyn FnMut(&Rollup));
}

impl<S: SelectedSeries> SeriesList for Vec<S> {
    fn len(&self) -> usize {
        self.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        self[series].labels()
    }

    fn read(&self, series: usize, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64])) {
        self[series].read(range, each);
    }

    fn newest(&self, series: usize, range: TimeRange) -> Option<Sample> {
        self[series].newest(range)
    }

    fn widths(&self, series: usize) -> &[(i64, i64)] {
        self[series].widths()
    }

    fn read_rollups(&self, series: usize, width: i64, range: TimeRange, each: &mut dyn FnMut(&Rollup)) {
        self[series].read_rollups(width, range, each);
    }
}

/// The samples that ranges of length `range`, ending at `ends`, can hold: their starts do not belong to them.
pub(crate) fn read_range(ends: Steps, range: i64) -> TimeRange {
    TimeRange { start: ends.start - range + 1, end: ends.end() }
}

impl Evaluator<'_> {
    /// Hands the newest samples of each series to `sink`.
    pub(crate) fn instants(
        &self,
        selector: &InstantSelector,
        steps: Steps,
        sink: &mut Sink<'_>,
    ) -> Result<(), EvalError> {
        if steps.len == 0 {
            return Ok(());
        }
        let list = self.series(selector.selection);
        let times = selector.shift.apply(steps);
        let lookback = selector.lookback;
        let range = read_range(times, lookback);
        let mut noted = Noted::new(selector.span);
        if steps.len == 1 {
            for series in 0..list.len() {
                let newest = match list.widths(series) {
                    [] => list.newest(series, range),
                    widths => {
                        let lookback = self.lookback(selector, &mut noted, widths, times.start);
                        list.newest(series, read_range(times, lookback))
                    }
                };
                self.meter.read(usize::from(newest.is_some()))?;
                let Some(newest) = newest.filter(|newest| !is_absent(newest.value)) else { continue };
                let mut value = newest.value;
                if selector.timestamps {
                    value = newest.timestamp as f64 / 1000.0;
                }
                sink(Row { labels: list.labels(series), nameless: false, values: &mut [value] })?;
            }
            return Ok(());
        }
        let mut samples = Samples::default();
        let mut column = vec![ABSENT; steps.len];
        for series in 0..list.len() {
            let widths = list.widths(series);
            // Widths fall as time goes on: no time looks back further than the first one might.
            let widest = kept_at(widths, times.start).map_or(0, |(_, width)| width);
            samples.clear();
            list.read(series, read_range(times, widest.max(lookback)), &mut |timestamps, values| {
                samples.extend(timestamps, values);
            });
            self.meter.read(samples.values.len())?;
            self.meter.work(steps.len)?;
            column.fill(ABSENT);
            let (wanted, column) = (selector.timestamps, &mut column[..]);
            let found = if widths.is_empty() {
                newest_samples(&samples, times, |_| lookback, wanted, column)
            } else {
                let lookback = |time| self.lookback(selector, &mut noted, widths, time);
                newest_samples(&samples, times, lookback, wanted, column)
            };
            if found {
                sink(Row { labels: list.labels(series), nameless: false, values: column })?;
            }
        }
        Ok(())
    }
}
