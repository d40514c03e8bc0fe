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
            self.meter.work(steps.len)?;
            column.fill(ABSENT);
            let windows = Windows {
                timestamps: &samples.timestamps,
                values: &samples.values,
                steps,
                ends,
                range: call.source.range(),
            };
            if call.function.note == RangeNote::Factors {
                check_factors(&args)?;
            }
            let mut input = RangeInput { windows, args: &args, scratch: &mut scratch, out: &mut column };
            (call.function.apply)(&mut input);
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
