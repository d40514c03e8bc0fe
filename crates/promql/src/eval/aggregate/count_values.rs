//! `count_values("label", v)`: how many series of a group have the same number.

use crate::answer::EvalError;
use crate::eval::block::{Block, Row};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::format::format_value;
use crate::eval::keys::KeyTable;
use crate::eval::meter::Held;
use crate::eval::node::Aggregation;

impl Evaluator<'_> {
    /// The picker of `aggregation` chooses `label`, too, where it names the labels to keep.
    pub(super) fn count_values(
        &self,
        aggregation: &Aggregation,
        label: &str,
        steps: Steps,
    ) -> Result<Block, EvalError> {
        let mut table = KeyTable::default();
        let mut labels = Vec::new();
        let mut counts: Vec<f64> = Vec::new();
        let mut held = Held::nothing(&self.meter.budget);
        self.stream(&aggregation.input, steps, &mut |row: Row<'_>| {
            self.meter.work(steps.len)?;
            // A series often has the same number at many steps.
            let mut last: Option<(u64, usize)> = None;
            for (step, value) in row.values.iter().enumerate().filter(|(_, value)| !is_absent(**value)) {
                let group = match last {
                    Some((bits, group)) if bits == value.to_bits() => group,
                    _ => {
                        let group_labels = aggregation
                            .picker
                            .labels(&row.labels.with(label, &format_value(*value)), row.nameless);
                        let (group, is_new) = table.insert_all(&group_labels);
                        if is_new {
                            held.add(steps.len)?;
                            labels.push(group_labels);
                            counts.resize(labels.len() * steps.len, ABSENT);
                        }
                        group
                    }
                };
                last = Some((value.to_bits(), group));
                let count = &mut counts[group * steps.len + step];
                *count = if is_absent(*count) { 1.0 } else { *count + 1.0 };
            }
            Ok(())
        })?;
        drop(held);
        Block::of(steps.len, labels, counts, &self.meter.budget)
    }
}
