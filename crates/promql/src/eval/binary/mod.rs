//! Operators between two expressions.

mod matching;
mod set;

use crate::answer::EvalError;
use crate::ast::BinaryOp;
use crate::eval::block::{Row, Sink};
use crate::eval::column::{ABSENT, Steps, has_value, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::node::WithScalar;

/// Whether an operator compares.
pub(crate) fn is_comparison(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Eql | BinaryOp::Neq | BinaryOp::Gtr | BinaryOp::Lss | BinaryOp::Gte | BinaryOp::Lte
    )
}

/// Whether an operator works on sets of series.
pub(crate) fn is_set(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
}

/// The value of an operation on two numbers; 1 or 0 for a comparison.
#[inline]
#[expect(clippy::float_cmp, reason = "the language compares exactly")]
fn compute(op: BinaryOp, lhs: f64, rhs: f64) -> f64 {
    match op {
        BinaryOp::Add => lhs + rhs,
        BinaryOp::Sub => lhs - rhs,
        BinaryOp::Mul => lhs * rhs,
        BinaryOp::Div => lhs / rhs,
        BinaryOp::Mod => lhs % rhs,
        BinaryOp::Pow => lhs.powf(rhs),
        BinaryOp::Atan2 => lhs.atan2(rhs),
        BinaryOp::Eql => f64::from(lhs == rhs),
        BinaryOp::Neq => f64::from(lhs != rhs),
        BinaryOp::Gtr => f64::from(lhs > rhs),
        BinaryOp::Lss => f64::from(lhs < rhs),
        BinaryOp::Gte => f64::from(lhs >= rhs),
        BinaryOp::Lte => f64::from(lhs <= rhs),
        // The planner makes set operations of these.
        BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => ABSENT,
    }
}

/// Writes `lhs op rhs` over `lhs`, for two scalars.
pub(crate) fn scalar_operation(op: BinaryOp, lhs: &mut [f64], rhs: &[f64]) {
    for (lhs, rhs) in lhs.iter_mut().zip(rhs) {
        *lhs = compute(op, *lhs, *rhs);
    }
}

/// Writes the values of `lhs op rhs` to `out`, where both are present. A comparison that filters keeps the left number.
fn operate(op: BinaryOp, return_bool: bool, lhs: &[f64], rhs: &[f64], out: &mut [f64]) {
    let filters = is_comparison(op) && !return_bool;
    for ((lhs, rhs), out) in lhs.iter().zip(rhs).zip(out) {
        *out = if is_absent(*lhs) || is_absent(*rhs) {
            ABSENT
        } else {
            let value = compute(op, *lhs, *rhs);
            match (filters, value == 0.0) {
                (false, _) => value,
                (true, false) => *lhs,
                (true, true) => ABSENT,
            }
        };
    }
}

impl Evaluator<'_> {
    /// Series and a scalar.
    pub(crate) fn with_scalar(
        &self,
        operation: &WithScalar,
        steps: Steps,
        sink: &mut Sink<'_>,
    ) -> Result<(), EvalError> {
        let scalar = self.scalar(&operation.scalar, steps)?;
        let op = operation.op;
        let filters = is_comparison(op) && !operation.return_bool;
        self.stream(&operation.input, steps, &mut |row: Row<'_>| {
            self.meter.work(steps.len)?;
            for (value, scalar) in row.values.iter_mut().zip(&scalar) {
                if is_absent(*value) {
                    continue;
                }
                let (lhs, rhs) = if operation.scalar_first { (*scalar, *value) } else { (*value, *scalar) };
                let result = compute(op, lhs, rhs);
                if !filters {
                    *value = result;
                } else if result == 0.0 {
                    // A filter keeps the series' number, on whichever side it stands.
                    *value = ABSENT;
                }
            }
            if filters && !has_value(row.values) {
                return Ok(());
            }
            sink(Row { labels: row.labels, nameless: row.nameless || !filters, values: row.values })
        })
    }
}
