//! `limitk` and `limit_ratio`: some series of each group, whatever their numbers.

use crate::answer::EvalError;
use crate::ast::Span;
use crate::eval::aggregate::{Groups, bounds};
use crate::eval::annotations::Note;
use crate::eval::block::{Block, Row};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::keys::stable_hash;
use crate::eval::node::{Aggregation, ScalarNode};

impl Evaluator<'_> {
    /// The first `k` series of each group, counted at each step.
    pub(super) fn limit(
        &self,
        aggregation: &Aggregation,
        k: &ScalarNode,
        steps: Steps,
    ) -> Result<Block, EvalError> {
        let counts = self.counts(k, steps)?;
        let mut groups = Groups::new(&aggregation.picker);
        let mut taken: Vec<usize> = Vec::new();
        let mut block = self.block(steps);
        self.stream(&aggregation.input, steps, &mut |row: Row<'_>| {
            self.meter.work(steps.len)?;
            let group = groups.find(&row);
            taken.resize(groups.len() * steps.len, 0);
            let taken = &mut taken[group * steps.len..];
            for ((value, taken), count) in row.values.iter_mut().zip(taken).zip(&counts) {
                if !is_absent(*value) {
                    *taken += 1;
                    if *taken > *count {
                        *value = ABSENT;
                    }
                }
            }
            block.push(row.own_labels(), row.values)
        })?;
        Ok(block)
    }

    /// About this part of all series, chosen by a hash of their labels: the same ones each time, and those of a negative
    /// ratio `r - 1` are the ones that `r` leaves out. The hash is not Prometheus', so the series chosen are others.
    pub(super) fn limit_ratio(
        &self,
        aggregation: &Aggregation,
        ratio: &ScalarNode,
        span: Span,
        steps: Steps,
    ) -> Result<Block, EvalError> {
        let mut ratios = self.scalar(ratio, steps)?;
        if ratios.iter().any(|ratio| ratio.is_nan()) {
            return Err(EvalError::Execution("Ratio value is NaN".to_owned()));
        }
        let (least, greatest) = bounds(&ratios);
        for given in [least, greatest].into_iter().filter(|ratio| !(-1.0..=1.0).contains(ratio)) {
            self.note(&Note::Ratio { given, taken: given.clamp(-1.0, 1.0) }, span);
        }
        for ratio in &mut ratios {
            *ratio = ratio.clamp(-1.0, 1.0);
        }
        let mut block = self.block(steps);
        self.stream(&aggregation.input, steps, &mut |row: Row<'_>| {
            self.meter.work(steps.len)?;
            let labels = row.own_labels();
            let place = stable_hash(&labels) as f64 / u64::MAX as f64;
            for (value, ratio) in row.values.iter_mut().zip(&ratios) {
                if !takes(*ratio, place) {
                    *value = ABSENT;
                }
            }
            block.push(labels, row.values)
        })?;
        Ok(block)
    }
}

/// Whether a series at `place`, from 0 to 1, is among those of `ratio`.
fn takes(ratio: f64, place: f64) -> bool {
    if ratio >= 0.0 { place < ratio || ratio >= 1.0 } else { place >= 1.0 + ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_and_its_complement_take_all() {
        for place in [0.0, 0.2, 0.3, 0.999, 1.0] {
            assert!(takes(0.25, place) != takes(-0.75, place), "{place}");
            assert!(takes(1.0, place) && takes(-1.0, place) && !takes(0.0, place), "{place}");
        }
    }
}
