//! Prometheus' canonical form of an expression, on one line.

use std::fmt;

use watchfire_model::{METRIC_NAME, MatchOp, Matcher, is_plain_label_name};

use super::duration::Duration;
use super::quote::Quoted;
use crate::ast::{Aggregate, At, Binary, Cardinality, Expr, ExprKind, Grouping, Selector, Subquery, When};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(number) if number.is_duration => {
                write!(f, "{}", Duration((number.value * 1000.0).round() as i64))
            }
            ExprKind::Number(number) => write!(f, "{}", Number(number.value)),
            ExprKind::String(text) => write!(f, "{}", Quoted(text)),
            ExprKind::Vector(selector) => write!(f, "{}{}", Matchers(selector), Modifiers(&selector.when)),
            ExprKind::Matrix { selector, range } => {
                write!(f, "{}[{}]{}", Matchers(selector), Duration(*range), Modifiers(&selector.when))
            }
            ExprKind::Subquery(subquery) => write!(f, "{}{}", subquery.expr, Brackets(subquery)),
            ExprKind::Call { function, args } => {
                write!(f, "{}(", function.name)?;
                for (index, arg) in args.iter().enumerate() {
                    write!(f, "{}{arg}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            ExprKind::Aggregate(aggregate) => {
                write!(f, "{}(", AggregateHead(aggregate))?;
                if let Some(param) = &aggregate.param {
                    write!(f, "{param}, ")?;
                }
                write!(f, "{})", aggregate.expr)
            }
            ExprKind::Binary(binary) => write!(f, "{} {} {}", binary.lhs, Operator(binary), binary.rhs),
            ExprKind::Unary { minus, expr } => write!(f, "{}{expr}", if *minus { '-' } else { '+' }),
            ExprKind::Paren(expr) => write!(f, "({expr})"),
        }
    }
}

/// A number without an exponent, as short as reads back to the same value.
pub(super) struct Number(pub(super) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_infinite() {
            return f.write_str(if self.0 > 0.0 { "+Inf" } else { "-Inf" });
        }
        write!(f, "{}", self.0)
    }
}

/// A selector without its modifiers.
struct Matchers<'a>(&'a Selector);

impl fmt::Display for Matchers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Selector { name, matchers, .. } = self.0;
        let is_name = |matcher: &&Matcher| {
            matcher.name == METRIC_NAME
                && matcher.op == MatchOp::Equal
                && name.as_ref().is_some_and(|name| *name == matcher.value)
        };
        f.write_str(name.as_deref().unwrap_or_default())?;
        let mut texts: Vec<String> =
            matchers.iter().filter(|matcher| !is_name(matcher)).map(matcher_text).collect();
        if texts.is_empty() {
            // Without a name, braces are all there is.
            return if name.is_none() { f.write_str("{}") } else { Ok(()) };
        }
        texts.sort();
        write!(f, "{{{}}}", texts.join(","))
    }
}

fn matcher_text(matcher: &Matcher) -> String {
    format!("{}{}{}", Label(&matcher.name), matcher.op.symbol(), Quoted(&matcher.value))
}

/// A label's name, in quotes if it needs them.
struct Label<'a>(&'a str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain_label_name(self.0) { f.write_str(self.0) } else { write!(f, "{}", Quoted(self.0)) }
    }
}

/// Labels in parentheses.
struct Labels<'a>(&'a [String]);

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (index, label) in self.0.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { ", " }, Label(label))?;
        }
        f.write_str(")")
    }
}

/// `@` and `offset`.
struct Modifiers<'a>(&'a When);

impl fmt::Display for Modifiers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.at {
            Some(At::Time(millis)) => {
                let sign = if millis < 0 { "-" } else { "" };
                let millis = millis.unsigned_abs();
                write!(f, " @ {sign}{}.{:03}", millis / 1000, millis % 1000)?;
            }
            Some(At::Start) => f.write_str(" @ start()")?,
            Some(At::End) => f.write_str(" @ end()")?,
            None => {}
        }
        if self.0.offset == 0 { Ok(()) } else { write!(f, " offset {}", Duration(self.0.offset)) }
    }
}

/// What stands behind the expression of a subquery.
pub(super) struct Brackets<'a>(pub(super) &'a Subquery);

impl fmt::Display for Brackets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}:", Duration(self.0.range))?;
        if let Some(step) = self.0.step {
            write!(f, "{}", Duration(step))?;
        }
        write!(f, "]{}", Modifiers(&self.0.when))
    }
}

/// An aggregation up to its arguments.
pub(super) struct AggregateHead<'a>(pub(super) &'a Aggregate);

impl fmt::Display for AggregateHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.op.name())?;
        match &self.0.grouping {
            Grouping::By(labels) if labels.is_empty() => Ok(()),
            Grouping::By(labels) => write!(f, " by {} ", Labels(labels)),
            Grouping::Without(labels) => write!(f, " without {} ", Labels(labels)),
        }
    }
}

/// A binary operation's operator with what follows it.
pub(super) struct Operator<'a>(pub(super) &'a Binary);

impl fmt::Display for Operator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.op.symbol())?;
        if self.0.return_bool {
            f.write_str(" bool")?;
        }
        let Some(matching) = &self.0.matching else { return Ok(()) };
        let group = match matching.card {
            Cardinality::ManyToOne => Some("left"),
            Cardinality::OneToMany => Some("right"),
            Cardinality::OneToOne | Cardinality::ManyToMany => None,
        };
        if matching.on || group.is_some() || !matching.labels.is_empty() {
            let word = if matching.on { "on" } else { "ignoring" };
            write!(f, " {word} {}", Labels(&matching.labels))?;
        }
        group.map_or(Ok(()), |side| write!(f, " group_{side} {}", Labels(&matching.include)))
    }
}
