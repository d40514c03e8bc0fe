//! Functions of the samples of a range: from a selector, or from a subquery's steps.

use watchfire_model::{Labels, METRIC_NAME};

use crate::answer::EvalError;
use crate::eval::annotations::Note;
use crate::eval::block::{Row, Sink};
use crate::eval::column::{ABSENT, Steps, has_value, is_absent, subquery_steps};
use crate::eval::evaluator::Evaluator;
use crate::eval::functions::{RangeNote, check_factors};
use crate::eval::node::{RangeCall, RangeSource};
use crate::eval::selector::read_range;
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
            RangeSource::Selector { selection, range, .. } => {
                let list = self.series(*selection);
                for series in 0..list.len() {
                    samples.clear();
                    list.read(series, read_range(ends, *range), &mut |timestamps, values| {
                        samples.extend_present(timestamps, values);
                    });
                    self.meter.read(samples.values.len())?;
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

    /// Hands the values of a function of ranges to `sink`, one series after the other.
    pub(crate) fn ranges(
        &self,
        call: &RangeCall,
        steps: Steps,
        sink: &mut Sink<'_>,
    ) -> Result<(), EvalError> {
        let args = call.args.iter().map(|arg| self.scalar(arg, steps)).collect::<Result<Vec<_>, _>>()?;
        let ends = call.source.shift().apply(steps);
        let mut scratch = Scratch::default();
        let mut column = vec![ABSENT; steps.len];
        let mut noted = String::new();
        self.samples_of(&call.source, steps, &mut |labels, samples, nameless| {
            column.fill(ABSENT);
            if call.function.note == RangeNote::Factors {
                check_factors(&args)?;
            }
            // In parts of bounded work, so that a query over very many steps can be stopped, too.
            let in_window = samples_in_window(samples, call.source.range());
            // Each part walks over all samples once to find its first window.
            let part = (SAMPLES_AT_ONCE / in_window).max(64);
            let mut from = 0;
            while from < steps.len {
                let len = part.min(steps.len - from);
                self.meter.work(len.saturating_mul(in_window))?;
                let windows = Windows {
                    timestamps: &samples.timestamps,
                    values: &samples.values,
                    steps: steps.part(from, len),
                    ends: ends.part(from, len),
                    range: call.source.range(),
                };
                let of_part: Vec<Vec<f64>>;
                let args = if len == steps.len {
                    &args
                } else {
                    of_part = args.iter().map(|arg| arg[from..from + len].to_vec()).collect();
                    &of_part
                };
                let out = &mut column[from..from + len];
                (call.function.apply)(&mut RangeInput { windows, args, scratch: &mut scratch, out });
                from += len;
            }
            if !has_value(&column) {
                return Ok(());
            }
            match call.function.note {
                RangeNote::Nothing | RangeNote::Factors => {}
                RangeNote::Counter => {
                    let name = if nameless { None } else { labels.get(METRIC_NAME) };
                    self.note_no_counter(name.unwrap_or_default(), &mut noted, call);
                }
                RangeNote::Quantile => {
                    for (quantile, value) in args[0].iter().zip(&column) {
                        if !is_absent(*value) && !(0.0..=1.0).contains(quantile) {
                            self.note(&Note::Quantile(*quantile), call.span);
                        }
                    }
                }
            }
            let nameless = nameless || !call.function.keeps_name;
            sink(Row { labels, nameless, values: &mut column })
        })
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
        let ends = source.shift().apply(steps);
        self.samples_of(source, steps, &mut |_, samples, _| {
            self.meter.work(steps.len)?;
            let windows = Windows {
                timestamps: &samples.timestamps,
                values: &samples.values,
                steps,
                ends,
                range: source.range(),
            };
            windows.for_each(|window| column[window.step] = ABSENT);
            Ok(())
        })?;
        Ok(column)
    }
}
