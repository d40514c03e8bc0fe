//! `topk` and `bottomk`: the series with the greatest or smallest numbers of each group, chosen anew at each step.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use watchfire_model::Labels;

use crate::answer::EvalError;
use crate::ast::AggregateOp;
use crate::eval::aggregate::Groups;
use crate::eval::block::{Block, Row};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::meter::Held;
use crate::eval::node::{Aggregation, ScalarNode};

/// A number that is among the best so far. The worst one is the greatest, so that it lies on top of the heap.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// Greater is better, NaN is worst.
    rank: f64,
    /// Which of the series that were ever among the best, in the order of the input: the earlier of two equals is better.
    series: usize,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_rank = || other.rank.partial_cmp(&self.rank).unwrap_or(Ordering::Equal);
        self.rank.is_nan().cmp(&other.rank.is_nan()).then_with(by_rank).then(self.series.cmp(&other.series))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

impl Evaluator<'_> {
    pub(super) fn top(
        &self,
        aggregation: &Aggregation,
        k: &ScalarNode,
        steps: Steps,
    ) -> Result<Block, EvalError> {
        let counts = self.counts(k, steps)?;
        // The smallest number is the greatest with the other sign.
        let sign = if aggregation.op == AggregateOp::Bottomk { -1.0 } else { 1.0 };
        let mut groups = Groups::new(&aggregation.picker);
        let mut heaps: Vec<BinaryHeap<Candidate>> = Vec::new();
        let mut chosen: Vec<Labels> = Vec::new();
        let mut held = Held::nothing(&self.meter.budget);
        self.stream(&aggregation.input, steps, &mut |row: Row<'_>| {
            self.meter.work(steps.len)?;
            let group = groups.find(&row);
            heaps.resize_with(groups.len() * steps.len, BinaryHeap::new);
            let series = chosen.len();
            let mut is_chosen = false;
            let present = row.values.iter().enumerate().filter(|(_, value)| !is_absent(**value));
            for (step, value) in present {
                let heap = &mut heaps[group * steps.len + step];
                let candidate = Candidate { rank: sign * value, series };
                if heap.len() < counts[step] {
                    held.add(1)?;
                    heap.push(candidate);
                    is_chosen = true;
                } else if let Some(mut worst) = heap.peek_mut()
                    && candidate < *worst
                {
                    *worst = candidate;
                    is_chosen = true;
                }
            }
            if is_chosen {
                chosen.push(row.own_labels());
            }
            Ok(())
        })?;
        self.best(heaps, &chosen, sign, steps)
    }

    /// The block of what was chosen. Series come in the order of their first step's rank, which is that of an instant query.
    fn best(
        &self,
        heaps: Vec<BinaryHeap<Candidate>>,
        chosen: &[Labels],
        sign: f64,
        steps: Steps,
    ) -> Result<Block, EvalError> {
        let mut rows: Vec<Option<usize>> = vec![None; chosen.len()];
        let (mut labels, mut values) = (Vec::new(), Vec::new());
        for (slot, heap) in heaps.into_iter().enumerate() {
            for candidate in heap.into_sorted_vec() {
                let row = *rows[candidate.series].get_or_insert_with(|| {
                    labels.push(chosen[candidate.series].clone());
                    labels.len() - 1
                });
                if labels.len() * steps.len > values.len() {
                    self.meter.budget.check(values.len() + steps.len)?;
                    values.resize(labels.len() * steps.len, ABSENT);
                }
                values[row * steps.len + slot % steps.len] = sign * candidate.rank;
            }
        }
        Block::of(steps.len, labels, values, &self.meter.budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_on_top() {
        let ranks = [2.0, f64::NAN, 5.0, 2.0, f64::NEG_INFINITY];
        let heap: BinaryHeap<_> =
            ranks.iter().enumerate().map(|(series, rank)| Candidate { rank: *rank, series }).collect();
        let order: Vec<usize> = heap.into_sorted_vec().iter().map(|candidate| candidate.series).collect();
        assert_eq!(order, [2, 0, 3, 4, 1]);
    }
}
