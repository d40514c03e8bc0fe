//! From the tree to the plan: resolves names, times and label choices, and finds what each selector needs.

mod aggregate;
mod binary;
mod call;
mod selector;

use crate::answer::{EvalError, Params, Selection};
use crate::ast::{Expr, ExprKind, Span, ValueType};
use crate::check::{experimental, value_type};
use crate::eval::annotations::parse_error;
use crate::eval::column::{Steps, bounded};
use crate::eval::functions::MapFunction;
use crate::eval::node::{MapCall, NameCheck, RangeSource, ScalarNode, VectorNode};

/// The plan of a whole query.
#[derive(Debug)]
pub(crate) enum Root {
    Scalar(ScalarNode),
    Vector(VectorNode),
    Matrix(RangeSource),
    Text(String),
}

/// Plans a query.
pub(crate) fn plan(expr: &Expr, params: &Params) -> Result<(Root, Vec<Selection>), EvalError> {
    if let Some((span, message)) = experimental(expr).filter(|_| !params.experimental) {
        return Err(parse_error(span, message));
    }
    let instant = params.step <= 0;
    let (start, end) = (bounded(params.start), bounded(if instant { params.start } else { params.end }));
    let mut planner = Planner { params, start, end, selections: Vec::new() };
    let steps = Steps::new(start, end, params.step);
    let kind = value_type(expr);
    if !instant && matches!(kind, ValueType::String | ValueType::Matrix) {
        let found = if kind == ValueType::String { "string" } else { "range vector" };
        return Err(parse_error(
            expr.span,
            format!("invalid expression type {found:?} for range query, must be Scalar or instant Vector"),
        ));
    }
    let root = match kind {
        ValueType::String => Root::Text(text(expr)?),
        ValueType::Scalar => Root::Scalar(planner.scalar(expr, steps)?.within(false)),
        ValueType::Vector => Root::Vector(planner.vector(expr, steps)?.within(false)),
        ValueType::Matrix => Root::Matrix(planner.range_source(expr, false, steps)?.node),
    };
    Ok((root, planner.selections))
}

/// Plans the nodes of one query.
struct Planner<'p> {
    params: &'p Params,
    /// What `@ start()` means.
    start: i64,
    /// What `@ end()` means.
    end: i64,
    selections: Vec<Selection>,
}

/// A node and what is known about it.
struct Planned<N> {
    node: N,
    /// Whether it has the same value at each step.
    invariant: bool,
    /// Whether no two of its series differ in the metric's name alone.
    distinct: bool,
}

impl Planned<VectorNode> {
    /// The node in an expression that itself is invariant, or is not.
    fn within(self, invariant: bool) -> VectorNode {
        if self.invariant && !invariant { VectorNode::Invariant(Box::new(self.node)) } else { self.node }
    }

    /// How to look after names that an operation drops.
    fn check(&self, otherwise: NameCheck) -> NameCheck {
        if self.distinct { NameCheck::Distinct } else { otherwise }
    }
}

/// A scalar and whether it has the same value at each step.
struct PlannedScalar {
    node: ScalarNode,
    invariant: bool,
}

impl PlannedScalar {
    fn number(number: f64) -> Self {
        Self { node: ScalarNode::Number(number), invariant: true }
    }

    fn within(self, invariant: bool) -> ScalarNode {
        match self.node {
            number @ ScalarNode::Number(_) => number,
            node if self.invariant && !invariant => ScalarNode::Invariant(Box::new(node)),
            node => node,
        }
    }
}

/// The expression within parentheses.
fn unwrapped(mut expr: &Expr) -> &Expr {
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// An expression that the parser would not have let pass.
fn misplaced(span: Span, wanted: &str, expr: &Expr) -> EvalError {
    parse_error(span, format!("expected {wanted}, got {}", value_type(expr).describe()))
}

/// The value of a string.
fn text(expr: &Expr) -> Result<String, EvalError> {
    match &unwrapped(expr).kind {
        ExprKind::String(text) => Ok(text.clone()),
        _ => Err(misplaced(expr.span, "string", expr)),
    }
}

impl Planner<'_> {
    fn scalar(&mut self, expr: &Expr, steps: Steps) -> Result<PlannedScalar, EvalError> {
        match &expr.kind {
            ExprKind::Number(number) => Ok(PlannedScalar::number(number.value)),
            ExprKind::Paren(inner) | ExprKind::Unary { minus: false, expr: inner } => {
                self.scalar(inner, steps)
            }
            ExprKind::Unary { minus: true, expr } => {
                let inner = self.scalar(expr, steps)?;
                Ok(match inner.node {
                    ScalarNode::Number(number) => PlannedScalar::number(-number),
                    node => {
                        PlannedScalar { node: ScalarNode::Negate(Box::new(node)), invariant: inner.invariant }
                    }
                })
            }
            ExprKind::Binary(binary) => {
                let lhs = self.scalar(&binary.lhs, steps)?;
                let rhs = self.scalar(&binary.rhs, steps)?;
                let invariant = lhs.invariant && rhs.invariant;
                let (lhs, rhs) = (Box::new(lhs.within(invariant)), Box::new(rhs.within(invariant)));
                Ok(PlannedScalar { node: ScalarNode::Binary { op: binary.op, lhs, rhs }, invariant })
            }
            ExprKind::Call { function, args } => self.scalar_call(function, args, expr.span, steps),
            _ => Err(misplaced(expr.span, "scalar", expr)),
        }
    }

    fn vector(&mut self, expr: &Expr, steps: Steps) -> Result<Planned<VectorNode>, EvalError> {
        match &expr.kind {
            ExprKind::Vector(selector) => self.instant_selector(selector, expr.span, false, steps),
            ExprKind::Paren(inner) | ExprKind::Unary { minus: false, expr: inner } => {
                self.vector(inner, steps)
            }
            ExprKind::Unary { minus: true, expr } => {
                let input = self.vector(expr, steps)?;
                Ok(negated(input))
            }
            ExprKind::Call { function, args } => self.call(function, args, expr.span, steps),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, steps),
            ExprKind::Binary(binary) => self.binary(binary, steps),
            _ => Err(misplaced(expr.span, "instant vector", expr)),
        }
    }
}

fn negated(input: Planned<VectorNode>) -> Planned<VectorNode> {
    let (check, invariant) = (input.check(NameCheck::Refuse), input.invariant);
    let function = MapFunction::Plain(|value| -value);
    let call = MapCall { function, input: input.node, args: Vec::new(), check };
    Planned { node: VectorNode::Map(Box::new(call)), invariant, distinct: true }
}
