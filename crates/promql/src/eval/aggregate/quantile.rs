//! `quantile(q, v)`: all numbers of a group must be there at once.

use crate::answer::EvalError;
use crate::ast::Span;
use crate::eval::aggregate::{Groups, bounds};
use crate::eval::annotations::Note;
use crate::eval::block::{Block, Row};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::functions::quantile;
use crate::eval::meter::Held;
use crate::eval::node::{Aggregation, ScalarNode};

impl Evaluator<'_> {
    pub(super) fn quantiles(
        &self,
        aggregation: &Aggregation,
        param: &ScalarNode,
        span: Span,
        steps: Steps,
    ) -> Result<Block, EvalError> {
        let ranks = self.scalar(param, steps)?;
        let (least, greatest) = bounds(&ranks);
        let is_nan = ranks.iter().find(|rank| rank.is_nan());
        for rank in is_nan.into_iter().chain([&least, &greatest]).filter(|rank| !(0.0..=1.0).contains(*rank))
        {
            self.note(&Note::Quantile(*rank), span);
        }
        let mut groups = Groups::new(&aggregation.picker);
        // The columns of each group, one behind the other.
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut held = Held::nothing(&self.meter.budget);
        self.stream(&aggregation.input, steps, &mut |row: Row<'_>| {
            held.add(steps.len)?;
            let group = groups.find(&row);
            columns.resize_with(groups.len(), Vec::new);
            columns[group].extend_from_slice(row.values);
            Ok(())
        })?;
        let mut values = vec![ABSENT; groups.len() * steps.len];
        let mut numbers = Vec::new();
        for (columns, out) in columns.iter().zip(values.chunks_exact_mut(steps.len.max(1))) {
            self.meter.work(columns.len())?;
            for (step, out) in out.iter_mut().enumerate() {
                numbers.clear();
                numbers.extend(columns[step..].iter().step_by(steps.len).filter(|value| !is_absent(**value)));
                if !numbers.is_empty() {
                    *out = quantile(ranks[step], &mut numbers);
                }
            }
        }
        Block::of(steps.len, groups.labels, values, &self.meter.budget)
    }
}
