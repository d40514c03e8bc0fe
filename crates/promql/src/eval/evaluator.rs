//! Computes the nodes of a plan.

use std::cell::RefCell;

use watchfire_model::Labels;

use crate::answer::{EvalError, Limits, Stop};
use crate::ast::Span;
use crate::eval::annotations::{Annotations, Note};
use crate::eval::binary::scalar_operation;
use crate::eval::block::{Block, Merger, Row, Sink, same_labelset};
use crate::eval::column::{ABSENT, Steps, has_value, is_absent};
use crate::eval::functions::MapFunction;
use crate::eval::keys::{KeyTable, Picker};
use crate::eval::meter::Meter;
use crate::eval::node::{MapCall, NameCheck, ScalarNode, VectorNode};
use crate::eval::selector::SeriesList;

/// An evaluation that is under way.
pub(crate) struct Evaluator<'a> {
    /// The series of each selection.
    data: Vec<&'a dyn SeriesList>,
    pub(crate) meter: Meter<'a>,
    annotations: RefCell<Annotations>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        data: Vec<&'a dyn SeriesList>,
        limits: &Limits,
        stop: &'a dyn Fn() -> Option<Stop>,
    ) -> Self {
        Self { data, meter: Meter::new(limits, stop), annotations: RefCell::default() }
    }

    pub(crate) fn series(&self, selection: usize) -> &dyn SeriesList {
        self.data[selection]
    }

    pub(crate) fn note(&self, note: &Note, span: Span) {
        self.annotations.borrow_mut().add(note, span);
    }

    pub(crate) fn into_annotations(self) -> Annotations {
        self.annotations.into_inner()
    }

    pub(crate) fn block(&self, steps: Steps) -> Block {
        Block::new(steps.len, &self.meter.budget)
    }

    /// A number for each step.
    pub(crate) fn scalar(&self, node: &ScalarNode, steps: Steps) -> Result<Vec<f64>, EvalError> {
        self.meter.budget.check(steps.len)?;
        Ok(match node {
            ScalarNode::Number(number) => vec![*number; steps.len],
            ScalarNode::Time => steps.times().map(|time| time as f64 / 1000.0).collect(),
            ScalarNode::Of(input) => self.scalar_of(input, steps)?,
            ScalarNode::Negate(input) => {
                let mut column = self.scalar(input, steps)?;
                for value in &mut column {
                    *value = -*value;
                }
                column
            }
            ScalarNode::Binary { op, lhs, rhs } => {
                let mut column = self.scalar(lhs, steps)?;
                let rhs = self.scalar(rhs, steps)?;
                scalar_operation(*op, &mut column, &rhs);
                column
            }
            ScalarNode::Invariant(inner) => {
                let first = self.scalar(inner, steps.first())?;
                vec![first.first().copied().unwrap_or(f64::NAN); steps.len]
            }
        })
    }

    /// `scalar(v)`: NaN where there is not exactly one series.
    fn scalar_of(&self, input: &VectorNode, steps: Steps) -> Result<Vec<f64>, EvalError> {
        let mut column = vec![f64::NAN; steps.len];
        let mut counts = vec![0_u8; steps.len];
        self.stream(input, steps, &mut |row: Row<'_>| {
            for ((slot, count), value) in column.iter_mut().zip(&mut counts).zip(row.values.iter()) {
                if !is_absent(*value) {
                    *count = count.saturating_add(1);
                    *slot = if *count == 1 { *value } else { f64::NAN };
                }
            }
            Ok(())
        })?;
        Ok(column)
    }

    /// All series of a node.
    pub(crate) fn vector(&self, node: &VectorNode, steps: Steps) -> Result<Block, EvalError> {
        self.meter.budget.check(steps.len)?;
        match node {
            VectorNode::Of(scalar) => self.one_series(Labels::empty(), &self.scalar(scalar, steps)?, steps),
            VectorNode::Absent(input, labels) => {
                let mut column = vec![1.0; steps.len];
                self.stream(input, steps, &mut |row: Row<'_>| {
                    for (slot, value) in column.iter_mut().zip(row.values.iter()) {
                        if !is_absent(*value) {
                            *slot = ABSENT;
                        }
                    }
                    Ok(())
                })?;
                self.one_series(labels.clone(), &column, steps)
            }
            VectorNode::AbsentOver(source, labels) => {
                self.one_series(labels.clone(), &self.absent_over(source, steps)?, steps)
            }
            VectorNode::Relabel(input, relabel) => {
                let mut block = self.block(steps);
                let mut seen = KeyTable::default();
                self.stream(input, steps, &mut |row: Row<'_>| {
                    let labels = relabel.apply(&row.own_labels());
                    if !seen.insert_all(&labels).1 {
                        return Err(same_labelset());
                    }
                    block.push(labels, row.values)
                })?;
                Ok(block)
            }
            VectorNode::Histogram(call) => self.histogram(call, steps),
            VectorNode::Sort(input, order) => self.sorted(input, order, steps),
            VectorNode::Aggregate(aggregation) => self.aggregate(aggregation, steps),
            VectorNode::Match(operation) => self.matched(operation, steps),
            VectorNode::Set(operation) => self.set_operation(operation, steps),
            VectorNode::Instant(_)
            | VectorNode::Range(_)
            | VectorNode::Map(_)
            | VectorNode::WithScalar(_)
            | VectorNode::Invariant(_) => {
                let mut block = self.block(steps);
                self.stream(node, steps, &mut |row: Row<'_>| block.push(row.own_labels(), row.values))?;
                Ok(block)
            }
        }
    }

    fn one_series(&self, labels: Labels, column: &[f64], steps: Steps) -> Result<Block, EvalError> {
        let mut block = self.block(steps);
        block.push(labels, column)?;
        Ok(block)
    }

    /// Hands one series after the other to `sink`; none is kept where that can be avoided.
    pub(crate) fn stream(
        &self,
        node: &VectorNode,
        steps: Steps,
        sink: &mut Sink<'_>,
    ) -> Result<(), EvalError> {
        self.meter.budget.check(steps.len)?;
        match node {
            VectorNode::Instant(selector) => self.instants(selector, steps, sink),
            VectorNode::Range(call) => {
                self.checked(call.check, steps, sink, |sink| self.ranges(call, steps, sink))
            }
            VectorNode::Map(call) => {
                self.checked(call.check, steps, sink, |sink| self.mapped(call, steps, sink))
            }
            VectorNode::WithScalar(operation) => {
                self.checked(operation.check, steps, sink, |sink| self.with_scalar(operation, steps, sink))
            }
            VectorNode::Invariant(inner) => {
                let mut column = vec![ABSENT; steps.len];
                self.stream(inner, steps.first(), &mut |row: Row<'_>| {
                    self.meter.work(steps.len)?;
                    column.fill(row.values.first().copied().unwrap_or(ABSENT));
                    sink(Row { labels: row.labels, nameless: row.nameless, values: &mut column })
                })
            }
            other => self.vector(other, steps)?.drain(sink),
        }
    }

    /// Sees to it that series which an operation left without a name are not the same as others.
    fn checked(
        &self,
        check: NameCheck,
        steps: Steps,
        sink: &mut Sink<'_>,
        produce: impl FnOnce(&mut Sink<'_>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        match check {
            NameCheck::Distinct => produce(sink),
            NameCheck::Refuse => {
                let (all, mut seen) = (Picker::all_but([]), KeyTable::default());
                produce(&mut |row: Row<'_>| {
                    if seen.insert(&all, row.labels, row.nameless).1 {
                        sink(row)
                    } else {
                        Err(same_labelset())
                    }
                })
            }
            NameCheck::Merge => {
                let mut merger = Merger::new(steps.len, &self.meter.budget);
                produce(&mut |row: Row<'_>| merger.add(row.own_labels(), row.values, |_| same_labelset()))?;
                merger.into_block().drain(sink)
            }
        }
    }

    /// A function of each number.
    fn mapped(&self, call: &MapCall, steps: Steps, sink: &mut Sink<'_>) -> Result<(), EvalError> {
        let args = call.args.iter().map(|arg| self.scalar(arg, steps)).collect::<Result<Vec<_>, _>>()?;
        let arg = |number: usize, step: usize| args.get(number).map_or(1.0, |column| column[step]);
        self.stream(&call.input, steps, &mut |row: Row<'_>| {
            self.meter.work(steps.len)?;
            let present = row.values.iter_mut().enumerate().filter(|(_, value)| !is_absent(**value));
            match call.function {
                MapFunction::Identity => {}
                MapFunction::Nothing => return Ok(()),
                MapFunction::Plain(function) => present.for_each(|(_, value)| *value = function(*value)),
                MapFunction::StepTime => {
                    present.for_each(|(step, value)| *value = steps.time(step) as f64 / 1000.0);
                }
                MapFunction::WithArgs(function) => {
                    present.for_each(|(step, value)| *value = function(*value, arg(0, step), arg(1, step)));
                    if !has_value(row.values) {
                        return Ok(());
                    }
                }
            }
            sink(Row { labels: row.labels, nameless: true, values: row.values })
        })
    }
}
