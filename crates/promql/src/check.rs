//! The types of expressions, and what may not stand together. Order and words are those of Prometheus' checks.

use watchfire_model::{METRIC_NAME, MatchOp, Matcher};

use crate::ast::{Aggregate, Binary, Cardinality, Expr, ExprKind, Selector, Span, ValueType, VectorMatching};
use crate::error::ParseError;
use crate::functions::Function;
use crate::nullable;
use crate::print::quote::Quoted;

/// The type of an expression's value.
pub fn value_type(expr: &Expr) -> ValueType {
    match &expr.kind {
        ExprKind::Number(_) => ValueType::Scalar,
        ExprKind::String(_) => ValueType::String,
        ExprKind::Vector(_) | ExprKind::Aggregate(_) => ValueType::Vector,
        ExprKind::Matrix { .. } | ExprKind::Subquery(_) => ValueType::Matrix,
        ExprKind::Call { function, .. } => function.returns,
        ExprKind::Binary(binary) => {
            let scalars = [&binary.lhs, &binary.rhs].map(|side| value_type(side) == ValueType::Scalar);
            if scalars == [true, true] { ValueType::Scalar } else { ValueType::Vector }
        }
        ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => value_type(expr),
    }
}

/// Refuses functions and aggregations that must be switched on, for where they are not. `text` is what `expr` was read from.
///
/// ```
/// let text = "sum(limitk(1, x))";
/// let expr = watchfire_promql::parse(text).unwrap();
/// assert!(watchfire_promql::refuse_experimental(text, &expr).is_err());
/// ```
pub fn refuse_experimental(text: &str, expr: &Expr) -> Result {
    experimental(expr).map_or(Ok(()), |(span, message)| Err(ParseError::new(text, span, message)))
}

/// What must be switched on: where the first of it stands, and the words to refuse it with.
pub(crate) fn experimental(expr: &Expr) -> Option<(Span, String)> {
    if let Some(found) = expr.children().find_map(experimental) {
        return Some(found);
    }
    match &expr.kind {
        ExprKind::Call { function, .. } if function.experimental => {
            let end = expr.span.start + function.name.len() as u32;
            let message = format!("function {} is not enabled", Quoted(function.name));
            Some((Span { start: expr.span.start, end }, message))
        }
        ExprKind::Aggregate(aggregate) if aggregate.op.is_experimental() => {
            let name = aggregate.op.name();
            // The flag is Prometheus'; its words are kept for the programs that know them.
            let flag = "--enable-feature=promql-experimental-functions";
            Some((expr.span, format!("{name}() is experimental and must be enabled with {flag}")))
        }
        _ => None,
    }
}

type Result<T = ()> = std::result::Result<T, ParseError>;

/// Checks a tree that was read from `text`, and takes the matching out of binary operations that have none.
pub(crate) fn check(text: &str, expr: &mut Expr) -> Result {
    Checker { text }.expr(expr).map(|_| ())
}

struct Checker<'a> {
    text: &'a str,
}

impl Checker<'_> {
    fn error<T>(&self, span: Span, message: impl Into<String>) -> Result<T> {
        Err(ParseError::new(self.text, span, message))
    }

    /// Checks a tree; its type.
    fn expr(&self, expr: &mut Expr) -> Result<ValueType> {
        let span = expr.span;
        match &mut expr.kind {
            ExprKind::Number(_) => Ok(ValueType::Scalar),
            ExprKind::String(_) => Ok(ValueType::String),
            ExprKind::Vector(selector) => {
                self.selector(selector, span)?;
                Ok(ValueType::Vector)
            }
            ExprKind::Matrix { selector, .. } => {
                self.selector(selector, span)?;
                Ok(ValueType::Matrix)
            }
            ExprKind::Subquery(subquery) => {
                let found = self.expr(&mut subquery.expr)?;
                if found != ValueType::Vector {
                    let found = found.name();
                    let message = format!("subquery is only allowed on instant vector, got {found} instead");
                    return self.error(span, message);
                }
                Ok(ValueType::Matrix)
            }
            ExprKind::Call { function, args } => self.call(function, args, span),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Binary(binary) => self.binary(binary, span),
            ExprKind::Unary { expr, .. } => {
                let found = self.expr(expr)?;
                if !is_scalar_or_vector(found) {
                    let found = Quoted(found.describe());
                    return self.error(
                        span,
                        format!(
                            "unary expression only allowed on expressions of type scalar or instant vector, got {found}"
                        ),
                    );
                }
                Ok(found)
            }
            ExprKind::Paren(expr) => self.expr(expr),
        }
    }

    fn expect(&self, expr: &mut Expr, expected: ValueType, context: &str) -> Result {
        let found = self.expr(expr)?;
        if found == expected {
            return Ok(());
        }
        let (expected, found) = (expected.describe(), found.describe());
        self.error(expr.span, format!("expected type {expected} in {context}, got {found}"))
    }

    fn selector(&self, selector: &Selector, span: Span) -> Result {
        let Some(name) = &selector.name else {
            if selector.matchers.iter().all(matches_empty) {
                return self.error(span, "vector selector must contain at least one non-empty matcher");
            }
            return Ok(());
        };
        // The last matcher is the name that stands before the braces.
        let inside = selector.matchers.split_last().map_or(&[][..], |(_, inside)| inside);
        match inside.iter().find(|matcher| matcher.name == METRIC_NAME) {
            Some(second) => {
                let (name, value) = (Quoted(name), Quoted(&second.value));
                self.error(span, format!("metric name must not be set twice: {name} or {value}"))
            }
            None => Ok(()),
        }
    }

    fn call(&self, function: &Function, args: &mut [Expr], span: Span) -> Result<ValueType> {
        let (name, found) = (Quoted(function.name), args.len());
        let expected = match function.max {
            Some(max) if max == function.required && found != max => Some(format!("{max}")),
            _ if found < function.required => Some(format!("at least {}", function.required)),
            Some(max) if found > max => Some(format!("at most {max}")),
            _ => None,
        };
        if let Some(expected) = expected {
            return self
                .error(span, format!("expected {expected} argument(s) in call to {name}, got {found}"));
        }
        let context = format!("call to function {name}");
        for (index, arg) in args.iter_mut().enumerate() {
            if let Some(expected) = function.arg_type(index) {
                self.expect(arg, expected, &context)?;
            }
        }
        Ok(function.returns)
    }

    fn aggregate(&self, aggregate: &mut Aggregate) -> Result<ValueType> {
        self.expect(&mut aggregate.expr, ValueType::Vector, "aggregation expression")?;
        if let (Some(expected), Some(param)) = (aggregate.op.param_type(), &mut aggregate.param) {
            self.expect(param, expected, "aggregation parameter")?;
        }
        Ok(ValueType::Vector)
    }

    fn binary(&self, binary: &mut Binary, span: Span) -> Result<ValueType> {
        let left = self.expr(&mut binary.lhs)?;
        let right = self.expr(&mut binary.rhs)?;
        let op = binary.op;
        let scalars = left == ValueType::Scalar && right == ValueType::Scalar;
        if binary.return_bool && !op.is_comparison() {
            let message = "bool modifier can only be used on comparison operators";
            return self.error(self.operator(binary), message);
        }
        if op.is_comparison() && !binary.return_bool && scalars {
            let message = "comparisons between scalars must use BOOL modifier";
            return self.error(self.operator(binary), message);
        }
        if let Some(twice) = binary.matching.as_ref().and_then(label_in_both) {
            let twice = Quoted(twice);
            let message = format!("label {twice} must not occur in ON and GROUP clause at once");
            return self.error(self.operator(binary), message);
        }
        for (side, found) in [(&binary.lhs, left), (&binary.rhs, right)] {
            if !is_scalar_or_vector(found) {
                let message = "binary expression must contain only scalar and instant vector types";
                return self.error(side.span, message);
            }
        }
        if left == ValueType::Vector && right == ValueType::Vector {
            if let Some(matching) = binary.matching.as_mut().filter(|_| op.is_set()) {
                if matching.card != Cardinality::OneToOne {
                    let op = Quoted(op.symbol());
                    return self.error(span, format!("no grouping allowed for {op} operation"));
                }
                matching.card = Cardinality::ManyToMany;
            }
            return Ok(ValueType::Vector);
        }
        if binary.matching.take().is_some_and(|matching| !matching.labels.is_empty()) {
            return self.error(span, "vector matching only allowed between instant vectors");
        }
        if op.is_set() {
            let op = Quoted(op.symbol());
            return self.error(span, format!("set operator {op} not allowed in binary scalar expression"));
        }
        Ok(if scalars { ValueType::Scalar } else { ValueType::Vector })
    }

    /// Where the operator and its modifiers stand: between both sides, without spaces.
    fn operator(&self, binary: &Binary) -> Span {
        let (start, end) = (binary.lhs.span.end as usize, binary.rhs.span.start as usize);
        let between = self.text.get(start..end).unwrap_or_default();
        let spaces = between.len() - between.trim_start_matches([' ', '\t', '\n', '\r']).len();
        let trimmed = between.trim_matches([' ', '\t', '\n', '\r']).len();
        Span { start: (start + spaces) as u32, end: (start + spaces + trimmed) as u32 }
    }
}

fn is_scalar_or_vector(found: ValueType) -> bool {
    matches!(found, ValueType::Scalar | ValueType::Vector)
}

fn label_in_both(matching: &VectorMatching) -> Option<&str> {
    let twice = matching.labels.iter().find(|label| matching.include.contains(label))?;
    matching.on.then_some(twice.as_str())
}

/// Whether a series without the label matches.
fn matches_empty(matcher: &Matcher) -> bool {
    let value = matcher.value.as_str();
    match matcher.op {
        MatchOp::Equal => value.is_empty(),
        MatchOp::NotEqual => !value.is_empty(),
        MatchOp::Regex => nullable::matches_empty(value),
        MatchOp::NotRegex => !nullable::matches_empty(value),
    }
}
