//! Aggregations. The input is never kept where a running state for each group and step will do.

mod count_values;
mod fold;
mod limit;
mod quantile;
mod top;

use watchfire_model::Labels;

use crate::answer::EvalError;
use crate::ast::AggregateOp;
use crate::eval::block::{Block, Row};
use crate::eval::column::Steps;
use crate::eval::evaluator::Evaluator;
use crate::eval::format::format_short;
use crate::eval::keys::{KeyTable, Picker};
use crate::eval::node::{Aggregation, Param, ScalarNode};

/// The groups found so far.
struct Groups<'a> {
    picker: &'a Picker,
    table: KeyTable,
    labels: Vec<Labels>,
}

impl<'a> Groups<'a> {
    fn new(picker: &'a Picker) -> Self {
        Self { picker, table: KeyTable::default(), labels: Vec::new() }
    }

    /// The group of a series.
    #[inline]
    fn find(&mut self, row: &Row<'_>) -> usize {
        // Without a grouping nobody looks at the labels.
        if self.picker.picks_nothing() && !self.labels.is_empty() {
            return 0;
        }
        let (group, is_new) = self.table.insert(self.picker, row.labels, row.nameless);
        if is_new {
            self.labels.push(self.picker.labels(row.labels, row.nameless));
        }
        group
    }

    fn len(&self) -> usize {
        self.labels.len()
    }
}

/// The least and the greatest of a parameter's values, which Prometheus warns of; 0 for no values.
fn bounds(values: &[f64]) -> (f64, f64) {
    let least = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    (least, values.iter().copied().reduce(f64::max).unwrap_or(0.0))
}

impl Evaluator<'_> {
    pub(crate) fn aggregate(&self, aggregation: &Aggregation, steps: Steps) -> Result<Block, EvalError> {
        match (aggregation.op, &aggregation.param) {
            (AggregateOp::Sum, _) => self.folded::<fold::Sum>(aggregation, steps),
            (AggregateOp::Avg, _) => self.folded::<fold::Avg>(aggregation, steps),
            (AggregateOp::Min, _) => self.folded::<fold::Min>(aggregation, steps),
            (AggregateOp::Max, _) => self.folded::<fold::Max>(aggregation, steps),
            (AggregateOp::Count, _) => self.folded::<fold::Count>(aggregation, steps),
            (AggregateOp::Group, _) => self.folded::<fold::Group>(aggregation, steps),
            (AggregateOp::Stddev, _) => self.folded::<fold::Stddev>(aggregation, steps),
            (AggregateOp::Stdvar, _) => self.folded::<fold::Stdvar>(aggregation, steps),
            (AggregateOp::Quantile, Param::Number(quantile, span)) => {
                self.quantiles(aggregation, quantile, *span, steps)
            }
            (AggregateOp::CountValues, Param::Label(label)) => self.count_values(aggregation, label, steps),
            (AggregateOp::Topk | AggregateOp::Bottomk, Param::Number(k, _)) => {
                self.top(aggregation, k, steps)
            }
            (AggregateOp::Limitk, Param::Number(k, _)) => self.limit(aggregation, k, steps),
            (AggregateOp::LimitRatio, Param::Number(ratio, span)) => {
                self.limit_ratio(aggregation, ratio, *span, steps)
            }
            (op, _) => Err(EvalError::Execution(format!("the aggregation {op:?} lacks its parameter"))),
        }
    }

    /// The parameter `k` for each step: how many series to keep.
    fn counts(&self, k: &ScalarNode, steps: Steps) -> Result<Vec<usize>, EvalError> {
        /// 2^63, the first number that is no `i64`.
        const BEYOND: f64 = 9_223_372_036_854_775_808.0;
        let ks = self.scalar(k, steps)?;
        let fail = |message: String| Err(EvalError::Execution(message));
        if ks.iter().any(|k| k.is_nan()) {
            return fail("Parameter value is NaN".to_owned());
        }
        if let Some(k) = ks.iter().find(|k| **k >= BEYOND) {
            return fail(format!("Scalar value {} overflows int64", format_short(*k)));
        }
        if let Some(k) = ks.iter().find(|k| **k <= -BEYOND) {
            return fail(format!("Scalar value {} underflows int64", format_short(*k)));
        }
        Ok(ks.into_iter().map(|k| k.max(0.0) as usize).collect())
    }
}
