//! Classic histograms: series of buckets that differ in the label `le` alone belong together.

use watchfire_model::{Labels, METRIC_NAME};

use crate::answer::EvalError;
use crate::eval::annotations::Note;
use crate::eval::block::{Block, Row, same_labelset, without_name};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::functions::{Bucket, bucket_fraction, bucket_quantile, compare_values};
use crate::eval::keys::{KeyTable, Picker};
use crate::eval::node::{HistogramCall, HistogramFunction};

/// The label with a bucket's upper bound.
const BOUND: &str = "le";

/// The buckets of one histogram over the steps.
struct Histogram {
    /// All labels but the bound; the metric's name is among them, for notes.
    labels: Labels,
    /// Bounds with the numbers of their rows in the block.
    bounds: Vec<(f64, usize)>,
}

impl Evaluator<'_> {
    pub(crate) fn histogram(&self, call: &HistogramCall, steps: Steps) -> Result<Block, EvalError> {
        let mut block = self.block(steps);
        let histograms = self.histograms(call, &mut block, steps)?;
        let mut seen = KeyTable::default();
        let mut result = self.block(steps);
        let mut column = vec![ABSENT; steps.len];
        let (first, second, span) = match &call.function {
            HistogramFunction::Quantile { quantile, span } => {
                (self.scalar(quantile, steps)?, Vec::new(), *span)
            }
            HistogramFunction::Fraction { lower, upper } => {
                (self.scalar(lower, steps)?, self.scalar(upper, steps)?, call.input_span)
            }
        };
        let is_quantile = second.is_empty();
        for quantile in first.iter().filter(|quantile| is_quantile && !(0.0..=1.0).contains(*quantile)) {
            self.note(&Note::Quantile(*quantile), span);
        }
        let mut buckets = Vec::new();
        for histogram in histograms {
            self.meter.work(steps.len * histogram.bounds.len())?;
            for (step, out) in column.iter_mut().enumerate() {
                buckets.clear();
                for (upper, row) in &histogram.bounds {
                    let count = block.column(*row)[step];
                    if !is_absent(count) {
                        buckets.push(Bucket { upper: *upper, count });
                    }
                }
                *out = if buckets.is_empty() {
                    ABSENT
                } else if is_quantile {
                    let (value, forced) = bucket_quantile(first[step], &mut buckets);
                    if forced {
                        let metric = histogram.labels.metric().to_owned();
                        self.note(&Note::ForcedMonotonicity { metric }, call.input_span);
                    }
                    value
                } else {
                    bucket_fraction(first[step], second[step], &mut buckets)
                };
            }
            let labels = without_name(&histogram.labels);
            if !seen.insert_all(&labels).1 {
                return Err(same_labelset());
            }
            result.push(labels, &column)?;
        }
        Ok(result)
    }

    /// Puts the buckets into `block` and tells which belong together, sorted by their bounds.
    fn histograms(
        &self,
        call: &HistogramCall,
        block: &mut Block,
        steps: Steps,
    ) -> Result<Vec<Histogram>, EvalError> {
        let picker = Picker::all_but([BOUND]);
        let mut table = KeyTable::default();
        let mut histograms: Vec<Histogram> = Vec::new();
        self.stream(&call.input, steps, &mut |row: Row<'_>| {
            let text = row.labels.get(BOUND).unwrap_or_default();
            let Ok(bound) = text.parse::<f64>() else {
                let metric = if row.nameless { None } else { row.labels.get(METRIC_NAME) };
                let (value, metric) = (text.to_owned(), metric.unwrap_or_default().to_owned());
                self.note(&Note::BucketLabel { value, metric }, call.input_span);
                return Ok(());
            };
            let (number, is_new) = table.insert(&picker, row.labels, row.nameless);
            if is_new {
                let labels = picker.labels(row.labels, row.nameless);
                histograms.push(Histogram { labels, bounds: Vec::new() });
            }
            histograms[number].bounds.push((bound, block.len()));
            // The labels of a bucket are not needed any more.
            block.push(Labels::empty(), row.values)
        })?;
        for histogram in &mut histograms {
            histogram.bounds.sort_by(|(a, _), (b, _)| compare_values(*a, *b));
        }
        Ok(histograms)
    }
}
