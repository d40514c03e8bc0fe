//! Operators between series of two sides that agree in some labels.

use watchfire_model::{Labels, METRIC_NAME};

use crate::answer::EvalError;
use crate::ast::Cardinality;
use crate::eval::binary::{is_comparison, operate};
use crate::eval::block::{Block, Merger, same_labelset, without_name};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::format::{format_all_labels, format_labels};
use crate::eval::keys::KeyTable;
use crate::eval::node::{Match, Matching};

/// The series of the "one" side, by the labels in which both sides must agree.
struct OneSide {
    block: Block,
    table: KeyTable,
    /// The first series of each group, and the next one of the same group after each series.
    first: Vec<usize>,
    next: Vec<Option<usize>>,
}

impl OneSide {
    fn new(block: Block, matching: &Matching) -> Self {
        let mut table = KeyTable::default();
        let (mut first, mut last) = (Vec::new(), Vec::new());
        let mut next = vec![None; block.len()];
        for row in 0..block.len() {
            let (group, is_new) = table.insert(&matching.picker, block.labels(row), false);
            if is_new {
                first.push(row);
                last.push(row);
            } else {
                next[last[group]] = Some(row);
                last[group] = row;
            }
        }
        Self { block, table, first, next }
    }

    fn rows_of(&self, group: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.first.get(group).copied(), |row| self.next[*row])
    }

    /// Refuses groups in which two series have a value at one step, unless the other side has none at all there.
    fn check(&self, many: &Block, matching: &Matching, steps: Steps, failure: &mut Failure) {
        let mut owner = Vec::new();
        for group in (0..self.first.len()).filter(|group| self.next[self.first[*group]].is_some()) {
            owner.clear();
            owner.resize(steps.len, None);
            for row in self.rows_of(group) {
                for (step, value) in self.block.column(row).iter().enumerate() {
                    if is_absent(*value) {
                        continue;
                    }
                    if let Some(before) = owner[step].replace(row)
                        && (0..many.len()).any(|row| !is_absent(many.column(row)[step]))
                    {
                        failure.at(step, || self.duplicate(matching, before, row));
                    }
                }
            }
        }
    }

    fn duplicate(&self, matching: &Matching, before: usize, row: usize) -> EvalError {
        let (labels, other) = (self.block.labels(row), self.block.labels(before));
        let group = matching.picker.labels(labels, false);
        let side = if matching.card == Cardinality::OneToMany { "left" } else { "right" };
        EvalError::Execution(format!(
            "found duplicate series for the match group {} on the {side} hand-side of the operation: [{}, {}];\
             many-to-many matching not allowed: matching labels must be unique on one side",
            format_labels(group.iter().map(|label| (label.name, label.value))),
            format_all_labels(labels),
            format_all_labels(other)
        ))
    }
}

/// At which steps a series of the "many" side has already met its partner: one bit for each group and step.
struct Met {
    words_per_group: usize,
    words: Vec<u64>,
}

impl Met {
    fn new(groups: usize, steps: usize) -> Self {
        let words_per_group = steps.div_ceil(64);
        Self { words_per_group, words: vec![0; groups * words_per_group] }
    }

    /// Marks the steps of a result; answers the first one that was marked before.
    fn mark(&mut self, group: usize, column: &[f64]) -> Option<usize> {
        let words = &mut self.words[group * self.words_per_group..];
        let mut again = None;
        for ((word, values), chunk) in words.iter_mut().zip(column.chunks(64)).zip(0..) {
            let marks =
                values.iter().rev().fold(0_u64, |marks, value| marks << 1 | u64::from(!is_absent(*value)));
            let both = *word & marks;
            if both != 0 {
                again = again.or(Some(chunk * 64 + both.trailing_zeros() as usize));
            }
            *word |= marks;
        }
        again
    }
}

/// What fails at the earliest step: Prometheus goes on from step to step and stops there.
#[derive(Default)]
struct Failure(Option<(usize, EvalError)>);

impl Failure {
    fn at(&mut self, step: usize, error: impl FnOnce() -> EvalError) {
        if self.0.as_ref().is_none_or(|(earliest, _)| step < *earliest) {
            self.0 = Some((step, error()));
        }
    }
}

fn execution(message: &str) -> EvalError {
    EvalError::Execution(message.to_owned())
}

impl Evaluator<'_> {
    pub(crate) fn matched(&self, operation: &Match, steps: Steps) -> Result<Block, EvalError> {
        let matching = &operation.matching;
        let lhs = self.vector(&operation.lhs, steps)?;
        let rhs = self.vector(&operation.rhs, steps)?;
        let swapped = matching.card == Cardinality::OneToMany;
        let (many, one) = if swapped { (rhs, lhs) } else { (lhs, rhs) };
        let mut one = OneSide::new(one, matching);
        let mut failure = Failure::default();
        one.check(&many, matching, steps, &mut failure);
        let drops_name = operation.return_bool || !is_comparison(operation.op);
        let one_to_one = matching.card == Cardinality::OneToOne;
        let mut met = Met::new(one.first.len(), steps.len);
        // For each result the group that gave it first.
        let mut result_groups: Vec<usize> = Vec::new();
        let mut merger = Merger::new(steps.len, &self.meter.budget);
        let mut column = vec![ABSENT; steps.len];
        for (labels, values) in many.rows() {
            let Some(group) = one.table.find(&matching.picker, labels, false) else { continue };
            for partner in one.rows_of(group) {
                self.meter.work(steps.len)?;
                let partner_values = one.block.column(partner);
                let (left, right) = if swapped { (partner_values, values) } else { (values, partner_values) };
                operate(operation.op, operation.return_bool, left, right, &mut column);
                if one_to_one && let Some(step) = met.mark(group, &column) {
                    failure.at(step, || {
                        execution(
                            "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
                        )
                    });
                }
                if failure.0.is_some() {
                    // There is no result any more, only an error that is earlier still.
                    continue;
                }
                let result = result_labels(matching, labels, one.block.labels(partner), drops_name);
                let rows = merger.len();
                merger.add(result, &column, |row| {
                    if !one_to_one && result_groups[row] == group {
                        execution("multiple matches for labels: grouping labels must ensure unique matches")
                    } else {
                        same_labelset()
                    }
                })?;
                if merger.len() > rows {
                    result_groups.push(group);
                }
            }
        }
        failure.0.map_or_else(|| Ok(merger.into_block()), |(_, error)| Err(error))
    }
}

/// The labels of a result: those of the "many" side, with those that the "one" side gives.
fn result_labels(matching: &Matching, many: &Labels, one: &Labels, drops_name: bool) -> Labels {
    if matching.card == Cardinality::OneToOne {
        return matching.result.labels(many, drops_name);
    }
    let mut labels = if drops_name { without_name(many) } else { many.clone() };
    for name in &matching.include {
        if labels.get(name) != one.get(name) {
            labels = labels.with(name, one.get(name).unwrap_or_default());
        }
    }
    debug_assert!(
        !drops_name || matching.include.iter().any(|n| n == METRIC_NAME) || labels.metric().is_empty()
    );
    labels
}
