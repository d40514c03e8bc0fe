//! Reading what selectors ask for.

use watchfire_model::{Labels, Sample, TimeRange};

use crate::answer::{EvalError, SelectedSeries};
use crate::eval::block::{Row, Sink};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::node::InstantSelector;
use crate::eval::window::{Samples, newest_samples};

/// The series of one selection. The evaluation is compiled once, not for each kind of series.
pub(crate) trait SeriesList {
    fn len(&self) -> usize;
    fn labels(&self, series: usize) -> &Labels;
    fn read(&self, series: usize, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64]));
    fn newest(&self, series: usize, range: TimeRange) -> Option<Sample>;
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
        let range = read_range(times, selector.lookback);
        if steps.len == 1 {
            for series in 0..list.len() {
                let newest = list.newest(series, range);
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
            samples.clear();
            list.read(series, range, &mut |timestamps, values| samples.extend(timestamps, values));
            self.meter.read(samples.values.len())?;
            self.meter.work(steps.len)?;
            column.fill(ABSENT);
            if newest_samples(&samples, times, selector.lookback, selector.timestamps, &mut column) {
                sink(Row { labels: list.labels(series), nameless: false, values: &mut column })?;
            }
        }
        Ok(())
    }
}
