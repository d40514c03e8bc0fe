//! Prometheus' form of an expression on many lines: what is longer than a line is broken, level by level. Its rules:
//! <https://github.com/prometheus/prometheus/blob/main/promql/parser/prettier_rules.md>.

use super::line::{AggregateHead, Brackets, Operator};
use crate::ast::{Expr, ExprKind};

/// What is not longer than this, in bytes and without its indentation, stays on one line.
const MAX_LINE: usize = 100;

/// An expression on as many lines as it needs to be read.
///
/// ```
/// let expr = watchfire_promql::parse("sum(x)by(a)").unwrap();
/// assert_eq!(watchfire_promql::pretty(&expr), "sum by (a) (x)");
/// ```
pub fn pretty(expr: &Expr) -> String {
    let mut text = String::new();
    write(&mut text, expr, 0);
    text
}

fn indent(text: &mut String, level: usize) {
    text.extend(std::iter::repeat_n("  ", level));
}

fn write(text: &mut String, expr: &Expr, level: usize) {
    let line = expr.to_string();
    match &expr.kind {
        // Prometheus does not indent subqueries that fit a line.
        ExprKind::Subquery(_) if line.len() <= MAX_LINE => text.push_str(&line),
        ExprKind::Subquery(subquery) => {
            write(text, &subquery.expr, level);
            text.push_str(&Brackets(subquery).to_string());
        }
        ExprKind::Unary { minus, expr } => {
            indent(text, level);
            text.push(if *minus { '-' } else { '+' });
            let mut inner = String::new();
            write(&mut inner, expr, level);
            text.push_str(inner.trim());
        }
        ExprKind::Binary(binary) if line.len() > MAX_LINE => {
            write(text, &binary.lhs, level + 1);
            text.push('\n');
            indent(text, level);
            text.push_str(&Operator(binary).to_string());
            text.push('\n');
            write(text, &binary.rhs, level + 1);
        }
        ExprKind::Aggregate(aggregate) if line.len() > MAX_LINE => {
            let args = aggregate.param.as_deref().into_iter().chain([&*aggregate.expr]);
            broken(text, &AggregateHead(aggregate).to_string(), args, level);
        }
        ExprKind::Call { function, args } if line.len() > MAX_LINE => {
            broken(text, function.name, args.iter(), level);
        }
        ExprKind::Paren(inner) if line.len() > MAX_LINE => broken(text, "", [&**inner], level),
        _ => {
            indent(text, level);
            text.push_str(&line);
        }
    }
}

/// `head(`, a line or more for each argument, and `)`.
fn broken<'a>(text: &mut String, head: &str, args: impl IntoIterator<Item = &'a Expr>, level: usize) {
    indent(text, level);
    text.push_str(head);
    text.push('(');
    for (index, arg) in args.into_iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        write(text, arg, level + 1);
    }
    text.push('\n');
    indent(text, level);
    text.push(')');
}
