//! `sort` and its kin.

use std::cmp::Ordering;

use watchfire_model::Labels;

use crate::answer::EvalError;
use crate::eval::block::Block;
use crate::eval::column::Steps;
use crate::eval::evaluator::Evaluator;
use crate::eval::functions::{compare_natural, compare_values};
use crate::eval::node::{Order, VectorNode};

impl Evaluator<'_> {
    /// The same series in another order, by their values at the first step. NaN comes last both ways.
    pub(crate) fn sorted(&self, input: &VectorNode, order: &Order, steps: Steps) -> Result<Block, EvalError> {
        let block = self.vector(input, steps)?;
        let mut rows: Vec<usize> = (0..block.len()).collect();
        rows.sort_by(|&a, &b| match order {
            Order::Value { descending } => {
                let (a, b) = (block.column(a)[0], block.column(b)[0]);
                if *descending && !a.is_nan() && !b.is_nan() {
                    compare_values(b, a)
                } else {
                    compare_values(a, b)
                }
            }
            Order::Labels { names, descending } => {
                let (a, b) = (block.labels(a), block.labels(b));
                let by_names = names
                    .iter()
                    .map(|name| compare_natural(value(a, name), value(b, name)))
                    .find(|order| *order != Ordering::Equal);
                // Series that are equal in these labels are told apart by all of them.
                let order = by_names.unwrap_or_else(|| a.cmp(b));
                if *descending { order.reverse() } else { order }
            }
        });
        block.reordered(&rows)
    }
}

fn value<'l>(labels: &'l Labels, name: &str) -> &'l str {
    labels.get(name).unwrap_or_default()
}
