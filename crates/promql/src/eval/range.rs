//! Functions of the samples of a range: from a selector, or from a subquery's steps.

use watchfire_model::{Labels, METRIC_NAME, TimeRange};

use crate::answer::EvalError;
use crate::eval::annotations::Note;
use crate::eval::block::{Row, Sink};
use crate::eval::column::{ABSENT, Steps, has_value, is_absent, subquery_steps};
use crate::eval::evaluator::Evaluator;
use crate::eval::functions::{PRESENT, RangeFunction, RangeNote, check_factors};
use crate::eval::node::{RangeCall, RangeSource};
use crate::eval::rollups::{Noted, RollupScratch};
use crate::eval::selector::{SeriesList, read_range};
use crate::eval::window::{RangeInput, Samples, Scratch, Windows};

/// Names that end so are those of counters.
const COUNTER_ENDINGS: [&str; 4] = ["_total", "_sum", "_count", "_bucket"];

/// How many samples the windows of one part of the steps may have together: some milliseconds of work.
const SAMPLES_AT_ONCE: usize = 4_000_000;

/// How many samples a window has, about.
fn samples_in_window(samples: &Samples, range: i64) -> usize {
    let (Some(first), Some(last)) = (samples.timestamps.first(), samples.timestamps.last()) else { return 1 };
    let count = samples.values.len() as f64;
    (count * range as f64 / (last - first).max(1) as f64).clamp(1.0, count) as usize
}

/// The ranges of a series, and what the function gets besides them.
#[derive(Clone, Copy)]
struct Ranges<'a> {
    samples: &'a Samples,
    args: &'a [Vec<f64>],
    steps: Steps,
    ends: Steps,
    range: i64,
}

/// Series with the values of a function of ranges: the labels, whether the metric's name does not count, and the column.
type EachColumn<'e> = dyn FnMut(&Labels, bool, &mut [f64]) -> Result<(), EvalError> + 'e;

impl Evaluator<'_> {
    /// Hands the samples of each series, all its ranges together and without staleness markers, to `each`; leaves out
    /// series without any. Whether the metric's name counts is the third argument.
    pub(crate) fn samples_of(
        &self,
        source: &RangeSource,
        steps: Steps,
        each: &mut dyn FnMut(&Labels, &Samples, bool) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        let ends = source.shift().apply(steps);
        let mut samples = Samples::default();
        match source {
            RangeSource::Selector(selector) => {
                let list = self.series(selector.selection);
                let mut noted = Noted::new(selector.span);
                let range = read_range(ends, selector.range);
                for series in 0..list.len() {
                    self.note_range(&mut noted, list.widths(series), range, selector.buckets);
                    self.read_present((list, series), range, &mut samples)?;
                    if !samples.values.is_empty() {
                        each(list.labels(series), &samples, false)?;
                    }
                }
                Ok(())
            }
            RangeSource::Subquery { input, range, step, .. } => {
                let inner = subquery_steps(ends, *range, *step);
                self.stream(input, inner, &mut |row: Row<'_>| {
                    samples.clear();
                    for (time, value) in inner.times().zip(row.values.iter()) {
                        if !is_absent(*value) {
                            samples.timestamps.push(time);
                            samples.values.push(*value);
                        }
                    }
                    self.meter.work(samples.values.len())?;
                    each(row.labels, &samples, row.nameless)
                })
            }
        }
    }

    /// Reads the samples of a series, but no staleness markers.
    fn read_present(
        &self,
        (list, series): (&dyn SeriesList, usize),
        range: TimeRange,
        samples: &mut Samples,
    ) -> Result<(), EvalError> {
        samples.clear();
        list.read(series, range, &mut |timestamps, values| samples.extend_present(timestamps, values));
        self.meter.read(samples.values.len())
    }

    /// Hands the values of a function of ranges to `sink`, one series after the other.
    pub(crate) fn ranges(
        &self,
        call: &RangeCall,
        steps: Steps,
        sink: &mut Sink<'_>,
    ) -> Result<(), EvalError> {
        let args = call.args.iter().map(|arg| self.scalar(arg, steps)).collect::<Result<Vec<_>, _>>()?;
        let mut noted = String::new();
        self.range_columns(&call.source, &call.function, &args, steps, &mut |labels, nameless, column| {
            match call.function.note {
                RangeNote::Nothing | RangeNote::Factors => {}
                RangeNote::Counter => {
                    let name = if nameless { None } else { labels.get(METRIC_NAME) };
                    self.note_no_counter(name.unwrap_or_default(), &mut noted, call);
                }
                RangeNote::Quantile => {
                    for (quantile, value) in args[0].iter().zip(&*column) {
                        if !is_absent(*value) && !(0.0..=1.0).contains(quantile) {
                            self.note(&Note::Quantile(*quantile), call.span);
                        }
                    }
                }
            }
            let nameless = nameless || !call.function.keeps_name;
            sink(Row { labels, nameless, values: column })
        })
    }

    /// Hands the values of a function to `each`, one series after the other; leaves out those without any.
    fn range_columns(
        &self,
        source: &RangeSource,
        function: &RangeFunction,
        args: &[Vec<f64>],
        steps: Steps,
        each: &mut EachColumn<'_>,
    ) -> Result<(), EvalError> {
        let ends = source.shift().apply(steps);
        let mut scratch = Scratch::default();
        let mut column = vec![ABSENT; steps.len];
        let (RangeSource::Selector(selector), Some(rolled)) = (source, function.rolled) else {
            return self.samples_of(source, steps, &mut |labels, samples, nameless| {
                column.fill(ABSENT);
                let ranges = Ranges { samples, args, steps, ends, range: source.range() };
                self.apply(function, &ranges, 0, &mut scratch, &mut column)?;
                if has_value(&column) { each(labels, nameless, &mut column) } else { Ok(()) }
            });
        };
        let list = self.series(selector.selection);
        let mut rollups = RollupScratch::new(selector.span);
        let mut samples = Samples::default();
        for series in 0..list.len() {
            column.fill(ABSENT);
            let from = self.rolled((list, series), selector, rolled, ends, &mut rollups, &mut column)?;
            if from < steps.len {
                let range = read_range(ends.part(from, steps.len - from), selector.range);
                self.read_present((list, series), range, &mut samples)?;
                if !samples.values.is_empty() {
                    let ranges = Ranges { samples: &samples, args, steps, ends, range: selector.range };
                    self.apply(function, &ranges, from, &mut scratch, &mut column)?;
                } else if from == 0 {
                    continue;
                }
            }
            if has_value(&column) {
                each(list.labels(series), false, &mut column)?;
            }
        }
        Ok(())
    }

    /// Writes the values of a function from the step `from` on.
    fn apply(
        &self,
        function: &RangeFunction,
        ranges: &Ranges<'_>,
        mut from: usize,
        scratch: &mut Scratch,
        column: &mut [f64],
    ) -> Result<(), EvalError> {
        let Ranges { samples, args, steps, ends, range } = *ranges;
        if function.note == RangeNote::Factors {
            check_factors(args)?;
        }
        // In parts of bounded work, so that a query over very many steps can be stopped, too.
        let in_window = samples_in_window(samples, range);
        // Each part walks over all samples once to find its first window.
        let part = (SAMPLES_AT_ONCE / in_window).max(64);
        while from < steps.len {
            let len = part.min(steps.len - from);
            self.meter.work(len.saturating_mul(in_window))?;
            let windows = Windows {
                timestamps: &samples.timestamps,
                values: &samples.values,
                steps: steps.part(from, len),
                ends: ends.part(from, len),
                range,
            };
            let of_part: Vec<Vec<f64>>;
            let args = if len == steps.len {
                args
            } else {
                of_part = args.iter().map(|arg| arg[from..from + len].to_vec()).collect();
                &of_part
            };
            let out = &mut column[from..from + len];
            (function.apply)(&mut RangeInput { windows, args, scratch, out });
            from += len;
        }
        Ok(())
    }

    /// Notes a rate of what is no counter by its name; `noted` is the last name noted.
    fn note_no_counter(&self, name: &str, noted: &mut String, call: &RangeCall) {
        let is_counter = name.is_empty() || COUNTER_ENDINGS.iter().any(|ending| name.ends_with(ending));
        if !is_counter && name != noted {
            name.clone_into(noted);
            self.note(&Note::NoCounter { metric: name.to_owned() }, call.span);
        }
    }

    /// `absent_over_time`: 1 at each step at which no range has a sample.
    pub(crate) fn absent_over(&self, source: &RangeSource, steps: Steps) -> Result<Vec<f64>, EvalError> {
        let mut column = vec![1.0; steps.len];
        self.range_columns(source, &PRESENT, &[], steps, &mut |_, _, present| {
            self.meter.work(steps.len)?;
            for (slot, _) in column.iter_mut().zip(present).filter(|(_, present)| !is_absent(**present)) {
                *slot = ABSENT;
            }
            Ok(())
        })?;
        Ok(column)
    }
}
