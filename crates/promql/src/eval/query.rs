//! A planned query and its answer.

use watchfire_model::{Labels, Series};

use crate::answer::{Answer, EvalError, Limits, Params, SelectedSeries, Selection, Stop, Value};
use crate::ast::Expr;
use crate::eval::block::{Block, without_name};
use crate::eval::column::{Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::node::RangeSource;
use crate::eval::plan::{self, Root};
use crate::eval::selector::SeriesList;
use crate::eval::window::Windows;

/// A query that is ready to be evaluated: every time is resolved, every pattern compiled.
#[derive(Debug)]
pub struct Query {
    root: Root,
    selections: Vec<Selection>,
    steps: Steps,
    instant: bool,
    /// Where the lines of the query's text start.
    line_starts: Vec<u32>,
}

impl Query {
    /// Plans the evaluation of `expr`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a query is planned once; the caller needs the tree no more"
    )]
    pub fn new(expr: Expr, params: Params) -> Result<Self, EvalError> {
        let (root, selections) = plan::plan(&expr, &params)?;
        let steps = Steps::new(params.start, params.end, params.step);
        Ok(Self { root, selections, steps, instant: params.step <= 0, line_starts: vec![0] })
    }

    /// Tells the query its text, so that warnings name the line, too. Without it all is on line 1.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        let after_breaks = text.bytes().zip(1_u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        self.line_starts = std::iter::once(0).chain(after_breaks).collect();
        self
    }

    /// What the caller has to fetch, in the order in which [`evaluate`](Self::evaluate) wants it.
    pub fn selections(&self) -> &[Selection] {
        &self.selections
    }

    /// Computes the answer from the series of each selection. Their order decides over ties and over the last digits of sums;
    /// it is Prometheus' when they are sorted by labels. `stop` is asked every few thousand samples whether to go on.
    pub fn evaluate<S: SelectedSeries>(
        &self,
        data: &[Vec<S>],
        limits: &Limits,
        stop: &dyn Fn() -> Option<Stop>,
    ) -> Result<Answer, EvalError> {
        if data.len() != self.selections.len() {
            let (given, wanted) = (data.len(), self.selections.len());
            let message = format!("the query has {wanted} selections, but series of {given} were fetched");
            return Err(EvalError::Execution(message));
        }
        let found = data.iter().map(Vec::len).sum();
        if found > limits.max_series {
            return Err(EvalError::TooManySeries { found, most: limits.max_series });
        }
        let data = data.iter().map(|series| series as &dyn SeriesList).collect();
        let evaluator = Evaluator::new(data, limits, stop);
        // Asked before anything else, for a query that waited too long for its data.
        evaluator.meter.work(1)?;
        let value = self.value(&evaluator)?;
        let samples = evaluator.meter.samples();
        let (warnings, infos) = evaluator.into_annotations().texts(&self.line_starts);
        Ok(Answer { value, warnings, infos, samples })
    }

    fn value(&self, evaluator: &Evaluator<'_>) -> Result<Value, EvalError> {
        match &self.root {
            Root::Text(text) => Ok(Value::String(text.clone())),
            Root::Scalar(node) => {
                let column = evaluator.scalar(node, self.steps)?;
                match column.first() {
                    Some(value) if self.instant => Ok(Value::Scalar(*value)),
                    _ => {
                        let timestamps = self.steps.times().collect();
                        Ok(Value::Matrix(vec![Series {
                            labels: Labels::empty(),
                            timestamps,
                            values: column,
                        }]))
                    }
                }
            }
            Root::Vector(node) => {
                let block = evaluator.vector(node, self.steps)?;
                Ok(if self.instant { vector_value(&block) } else { matrix_value(&block, self.steps) })
            }
            Root::Matrix(source) => self.raw_value(evaluator, source),
        }
    }

    /// The samples of a range vector themselves.
    fn raw_value(&self, evaluator: &Evaluator<'_>, source: &RangeSource) -> Result<Value, EvalError> {
        let mut result = Vec::new();
        let ends = source.shift().apply(self.steps);
        evaluator.samples_of(source, self.steps, &mut |labels, samples, nameless| {
            let (timestamps, values) = (&samples.timestamps, &samples.values);
            let windows = Windows { timestamps, values, steps: self.steps, ends, range: source.range() };
            let labels = if nameless { without_name(labels) } else { labels.clone() };
            windows.for_each(|window| {
                let range = window.start..window.end;
                result.push(Series {
                    labels: labels.clone(),
                    timestamps: timestamps[range.clone()].to_vec(),
                    values: values[range].to_vec(),
                });
            });
            Ok(())
        })?;
        sort(&mut result);
        Ok(Value::Matrix(result))
    }
}

fn vector_value(block: &Block) -> Value {
    let first = |column: &[f64]| column.first().copied();
    let samples = block.rows().filter_map(|(labels, column)| Some((labels.clone(), first(column)?)));
    Value::Vector(samples.collect())
}

fn matrix_value(block: &Block, steps: Steps) -> Value {
    let mut result: Vec<Series> = block
        .rows()
        .map(|(labels, column)| {
            let present = steps.times().zip(column).filter(|(_, value)| !is_absent(**value));
            let (mut timestamps, mut values) = (Vec::with_capacity(steps.len), Vec::with_capacity(steps.len));
            for (time, value) in present {
                timestamps.push(time);
                values.push(*value);
            }
            Series { labels: labels.clone(), timestamps, values }
        })
        .collect();
    sort(&mut result);
    Value::Matrix(result)
}

/// Sorts by labels. Each set is written once as bytes that compare like it, for thousands of series are compared often: a
/// text ends with a zero, which stands before every other byte.
fn sort(series: &mut [Series]) {
    series.sort_by_cached_key(|series| {
        let mut key = Vec::with_capacity(series.labels.packed().len());
        for text in series.labels.iter().flat_map(|label| [label.name, label.value]) {
            key.extend_from_slice(text.as_bytes());
            key.push(0);
        }
        key
    });
}
