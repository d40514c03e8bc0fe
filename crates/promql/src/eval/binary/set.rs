//! `and`, `or` and `unless`.

use crate::answer::EvalError;
use crate::ast::BinaryOp;
use crate::eval::block::{Block, Merger, Row, same_labelset};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::keys::{KeyTable, Picker};
use crate::eval::node::SetOperation;

/// At which steps any series of a group has a value.
#[derive(Default)]
struct Presence {
    table: KeyTable,
    present: Vec<bool>,
}

impl Presence {
    fn add(&mut self, picker: &Picker, row: &Row<'_>) {
        let (group, is_new) = self.table.insert(picker, row.labels, row.nameless);
        let steps = row.values.len();
        if is_new {
            self.present.resize(self.table.len() * steps, false);
        }
        for (present, value) in self.present[group * steps..].iter_mut().zip(row.values.iter()) {
            *present |= !is_absent(*value);
        }
    }

    /// Takes those values away at whose steps the group is present, or is not.
    fn mask(&mut self, picker: &Picker, row: &mut Row<'_>, away_where: bool) {
        let steps = row.values.len();
        match self.table.find(picker, row.labels, row.nameless) {
            None if away_where => {}
            None => row.values.fill(ABSENT),
            Some(group) => {
                for (present, value) in self.present[group * steps..].iter().zip(row.values.iter_mut()) {
                    if *present == away_where {
                        *value = ABSENT;
                    }
                }
            }
        }
    }
}

impl Evaluator<'_> {
    pub(crate) fn set_operation(&self, operation: &SetOperation, steps: Steps) -> Result<Block, EvalError> {
        let picker = &operation.picker;
        let mut presence = Presence::default();
        if operation.op == BinaryOp::Or {
            let mut merger = Merger::new(steps.len, &self.meter.budget);
            self.stream(&operation.lhs, steps, &mut |row: Row<'_>| {
                self.meter.work(steps.len)?;
                presence.add(picker, &row);
                merger.add(row.own_labels(), row.values, |_| same_labelset())
            })?;
            self.stream(&operation.rhs, steps, &mut |mut row: Row<'_>| {
                self.meter.work(steps.len)?;
                presence.mask(picker, &mut row, true);
                merger.add(row.own_labels(), row.values, |_| same_labelset())
            })?;
            return Ok(merger.into_block());
        }
        self.stream(&operation.rhs, steps, &mut |row: Row<'_>| {
            self.meter.work(steps.len)?;
            presence.add(picker, &row);
            Ok(())
        })?;
        let mut block = self.block(steps);
        self.stream(&operation.lhs, steps, &mut |mut row: Row<'_>| {
            self.meter.work(steps.len)?;
            presence.mask(picker, &mut row, operation.op == BinaryOp::Unless);
            block.push(row.own_labels(), row.values)
        })?;
        Ok(block)
    }
}
