//! Intermediate results: series with a number for each step.

use std::rc::Rc;

use watchfire_model::{Labels, METRIC_NAME};

use crate::answer::EvalError;
use crate::eval::column::{has_value, is_absent};
use crate::eval::keys::KeyTable;
use crate::eval::meter::{Budget, Held};

/// The words of Prometheus for two series that became the same.
pub(crate) fn same_labelset() -> EvalError {
    EvalError::Execution("vector cannot contain metrics with the same labelset".to_owned())
}

/// One series on its way to whoever consumes it. It has a value at one step at least.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    /// Its labels.
    pub(crate) labels: &'r Labels,
    /// Whether the metric's name among them does not count any more: an operation dropped it.
    pub(crate) nameless: bool,
    /// A number for each step; the consumer may change them.
    pub(crate) values: &'r mut [f64],
}

impl Row<'_> {
    /// The labels that count.
    pub(crate) fn own_labels(&self) -> Labels {
        if self.nameless { without_name(self.labels) } else { self.labels.clone() }
    }
}

/// The set without the metric's name.
pub(crate) fn without_name(labels: &Labels) -> Labels {
    if labels.get(METRIC_NAME).is_none() {
        labels.clone()
    } else {
        labels.filtered(|name| name != METRIC_NAME)
    }
}

/// What consumes rows.
pub(crate) type Sink<'s> = dyn FnMut(Row<'_>) -> Result<(), EvalError> + 's;

/// Series with a number for each step, each with a value at one step at least.
#[derive(Debug)]
pub(crate) struct Block {
    /// How many steps there are.
    steps: usize,
    labels: Vec<Labels>,
    /// The columns, one behind the other.
    values: Vec<f64>,
    held: Held,
}

impl Block {
    pub(crate) fn new(steps: usize, budget: &Rc<Budget>) -> Self {
        Self { steps, labels: Vec::new(), values: Vec::new(), held: Held::nothing(budget) }
    }

    /// A block of columns that lie one behind the other; leaves out those without any value.
    pub(crate) fn of(
        steps: usize,
        labels: Vec<Labels>,
        values: Vec<f64>,
        budget: &Rc<Budget>,
    ) -> Result<Self, EvalError> {
        let mut block = Self::new(steps, budget);
        if steps == 0 {
            return Ok(block);
        }
        block.held.add(values.len())?;
        if values.chunks_exact(steps).all(has_value) {
            (block.labels, block.values) = (labels, values);
            return Ok(block);
        }
        for (labels, column) in labels.into_iter().zip(values.chunks_exact(steps)) {
            if has_value(column) {
                block.labels.push(labels);
                block.values.extend_from_slice(column);
            }
        }
        Ok(block)
    }

    /// Adds a series, unless it has no value.
    pub(crate) fn push(&mut self, labels: Labels, column: &[f64]) -> Result<(), EvalError> {
        debug_assert_eq!(column.len(), self.steps);
        if has_value(column) {
            self.held.add(column.len())?;
            self.labels.push(labels);
            self.values.extend_from_slice(column);
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn labels(&self, row: usize) -> &Labels {
        &self.labels[row]
    }

    pub(crate) fn column(&self, row: usize) -> &[f64] {
        &self.values[row * self.steps..(row + 1) * self.steps]
    }

    pub(crate) fn column_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.steps..(row + 1) * self.steps]
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = (&Labels, &[f64])> {
        (0..self.len()).map(|row| (self.labels(row), self.column(row)))
    }

    /// Hands each series to `sink`.
    pub(crate) fn drain(mut self, sink: &mut Sink<'_>) -> Result<(), EvalError> {
        for row in 0..self.len() {
            let (start, end) = (row * self.steps, (row + 1) * self.steps);
            sink(Row { labels: &self.labels[row], nameless: false, values: &mut self.values[start..end] })?;
        }
        Ok(())
    }

    /// The same series in another order.
    pub(crate) fn reordered(self, order: &[usize]) -> Result<Self, EvalError> {
        let mut block = Self::new(self.steps, &self.held.budget());
        for &row in order {
            block.push(self.labels(row).clone(), self.column(row))?;
        }
        Ok(block)
    }
}

/// Gathers rows; those with the same labels become one series, as long as they have no value at the same step.
#[derive(Debug)]
pub(crate) struct Merger {
    block: Block,
    table: KeyTable,
}

impl Merger {
    pub(crate) fn new(steps: usize, budget: &Rc<Budget>) -> Self {
        Self { block: Block::new(steps, budget), table: KeyTable::default() }
    }

    /// Adds a row. `overlap` says what is wrong where a series with the same labels, whose number it gets, already has a
    /// value at a step.
    pub(crate) fn add(
        &mut self,
        labels: Labels,
        column: &[f64],
        overlap: impl FnOnce(usize) -> EvalError,
    ) -> Result<(), EvalError> {
        if !has_value(column) {
            return Ok(());
        }
        let (row, is_new) = self.table.insert_all(&labels);
        if is_new {
            return self.block.push(labels, column);
        }
        for (old, new) in self.block.column_mut(row).iter_mut().zip(column) {
            if !is_absent(*new) {
                if !is_absent(*old) {
                    return Err(overlap(row));
                }
                *old = *new;
            }
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.block.len()
    }

    pub(crate) fn into_block(self) -> Block {
        self.block
    }
}
