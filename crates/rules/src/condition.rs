//! From what a form says to PromQL.

use serde::{Deserialize, Serialize};
use watchfire_promql::ast::{Expr, ExprKind};

use crate::{Length, Usual};

/// What the samples of the evaluation window are folded to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// The newest value.
    #[default]
    Last,
    /// The mean.
    Avg,
    /// The greatest.
    Max,
    /// The least.
    Min,
    /// The sum.
    Sum,
    /// How many there are.
    Count,
    /// The median.
    P50,
    /// 95 of 100 are at or below.
    P95,
    /// 99 of 100 are at or below.
    P99,
    /// Of a counter: the increase per second.
    Rate,
    /// Of a counter: the increase.
    Increase,
}

/// When an alert is to fire. Thresholds are in the unit of the query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// The value is above the threshold.
    Above {
        /// The threshold.
        threshold: f64,
    },
    /// The value is below the threshold.
    Below {
        /// The threshold.
        threshold: f64,
    },
    /// The value is the threshold.
    Equal {
        /// The threshold.
        threshold: f64,
    },
    /// The value is another one.
    NotEqual {
        /// The threshold.
        threshold: f64,
    },
    /// The value is below `low` or above `high`.
    Outside {
        /// The least value that is well.
        low: f64,
        /// The greatest value that is well.
        high: f64,
    },
    /// The value is `low`, `high` or between them.
    Inside {
        /// The least value that is not well.
        low: f64,
        /// The greatest value that is not well.
        high: f64,
    },
    /// There is nothing.
    Absent,
    /// The value differs by more than `percent` from the one `ago`, up or down. The alert's value is the change in per cent.
    Changed {
        /// Per cent of the value then.
        percent: f64,
        /// How long ago.
        ago: Length,
    },
    /// The value is not what is usual in this hour of the week.
    Unusual(Usual),
}

impl Condition {
    /// What is wrong with its numbers, with the field; nothing where all is well.
    pub(crate) fn flaw(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Outside { low, high } | Self::Inside { low, high } if low > high => {
                Some(("condition.low", "low must not be above high"))
            }
            Self::Changed { percent, .. } if *percent <= 0.0 => {
                Some(("condition.percent", "a change must be more than 0 per cent"))
            }
            Self::Changed { ago, .. } if ago.0 <= 0 => Some((
                "condition.ago",
                "the time to compare with must lie in the past: write 1h, for example",
            )),
            Self::Unusual(usual) => usual.flaw(),
            _ => None,
        }
    }

    /// The threshold from history, where there is one.
    pub(crate) fn usual(&self) -> Option<&Usual> {
        if let Self::Unusual(usual) = self { Some(usual) } else { None }
    }

    /// The query whose series are the alerts. `query` brings an instant vector; where a window is given, it is folded over
    /// that first.
    pub(crate) fn promql(&self, query: &Expr, fold: Fold, window: Option<Length>) -> String {
        let value = |query: &Expr| folded(query, fold, window);
        let operand = |query: &Expr| as_operand(&value(query), query, window.is_some());
        let now = operand(query);
        match self {
            Self::Above { threshold } => format!("{now} > {threshold}"),
            Self::Below { threshold } => format!("{now} < {threshold}"),
            Self::Equal { threshold } => format!("{now} == {threshold}"),
            Self::NotEqual { threshold } => format!("{now} != {threshold}"),
            Self::Outside { low, high } => format!("{now} < {low} or {now} > {high}"),
            Self::Inside { low, high } => format!("{now} >= {low} <= {high}"),
            // What its values are compared with is not in the query.
            Self::Unusual(_) => value(query),
            Self::Absent => match window {
                Some(window) => format!("absent_over_time({})", over(query, window)),
                None => format!("absent({query})"),
            },
            Self::Changed { percent, ago } => {
                let mut before = query.clone();
                shift(&mut before, ago.0);
                let then = operand(&before);
                format!("abs({now} - {then}) / abs({then}) * 100 > {percent}")
            }
        }
    }
}

/// The query folded over its window.
fn folded(query: &Expr, fold: Fold, window: Option<Length>) -> String {
    let Some(window) = window else { return query.to_string() };
    let samples = over(query, window);
    let quantile = |of: &str| format!("quantile_over_time({of}, {samples})");
    let function = match fold {
        Fold::P50 => return quantile("0.5"),
        Fold::P95 => return quantile("0.95"),
        Fold::P99 => return quantile("0.99"),
        Fold::Last => "last_over_time",
        Fold::Avg => "avg_over_time",
        Fold::Max => "max_over_time",
        Fold::Min => "min_over_time",
        Fold::Sum => "sum_over_time",
        Fold::Count => "count_over_time",
        Fold::Rate => "rate",
        Fold::Increase => "increase",
    };
    format!("{function}({samples})")
}

/// The query over a window: the samples of a selector, the points of everything else.
fn over(query: &Expr, window: Length) -> String {
    match &query.kind {
        ExprKind::Vector(selector) => {
            let range = ExprKind::Matrix { selector: selector.clone(), range: window.0 };
            Expr { kind: range, ..query.clone() }.to_string()
        }
        _ => format!("({query})[{window}:]"),
    }
}

/// In parentheses, unless an operator beside it cannot tear it apart.
fn as_operand(text: &str, query: &Expr, is_call: bool) -> String {
    match query.kind {
        ExprKind::Binary(_) | ExprKind::Unary { .. } if !is_call => format!("({text})"),
        _ => text.to_owned(),
    }
}

/// Looks so much further back with each selector.
fn shift(expr: &mut Expr, by: i64) {
    match &mut expr.kind {
        ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. } => selector.when.offset += by,
        // What stands in it is evaluated at its steps, which are shifted.
        ExprKind::Subquery(subquery) => subquery.when.offset += by,
        ExprKind::Call { args, .. } => args.iter_mut().for_each(|arg| shift(arg, by)),
        ExprKind::Aggregate(aggregate) => {
            shift(&mut aggregate.expr, by);
            if let Some(param) = &mut aggregate.param {
                shift(param, by);
            }
        }
        ExprKind::Binary(binary) => {
            shift(&mut binary.lhs, by);
            shift(&mut binary.rhs, by);
        }
        ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => shift(expr, by),
        ExprKind::Number(_) | ExprKind::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use watchfire_promql::parse;

    use super::*;

    fn compiled(query: &str, condition: &str, fold: Fold, window: Option<i64>) -> String {
        let condition: Condition = serde_saphyr::from_str(condition).unwrap();
        let text =
            condition.promql(&parse(query).unwrap(), fold, window.map(|minutes| Length(minutes * 60_000)));
        // What comes out can be read, and means what it looks like.
        assert_eq!(parse(&text).unwrap().to_string(), text);
        text
    }

    #[test]
    fn conditions_become_queries() {
        let table = [
            ("up", "{is: below, threshold: 1}", Fold::Last, None, "up < 1"),
            ("a + b", "{is: above, threshold: 0.5}", Fold::Last, None, "(a + b) > 0.5"),
            ("-a", "{is: equal, threshold: -1}", Fold::Last, None, "(-a) == -1"),
            ("a", "{is: not_equal, threshold: 0}", Fold::Avg, Some(5), "avg_over_time(a[5m]) != 0"),
            ("a offset 1m", "{is: above, threshold: 2}", Fold::Rate, Some(5), "rate(a[5m] offset 1m) > 2"),
            (
                "sum(a)",
                "{is: above, threshold: 2}",
                Fold::P95,
                Some(5),
                "quantile_over_time(0.95, (sum(a))[5m:]) > 2",
            ),
            ("a", "{is: outside, low: 1, high: 2}", Fold::Last, None, "a < 1 or a > 2"),
            ("a", "{is: inside, low: 1, high: 2}", Fold::Last, None, "a >= 1 <= 2"),
            ("a", "{is: unusual, deviations: 3, side: above}", Fold::Avg, Some(5), "avg_over_time(a[5m])"),
            ("a", "{is: absent}", Fold::Last, None, "absent(a)"),
            ("a{b=\"c\"}", "{is: absent}", Fold::Last, Some(10), "absent_over_time(a{b=\"c\"}[10m])"),
            (
                "sum(a) / b",
                "{is: changed, percent: 20, ago: 1h}",
                Fold::Last,
                None,
                "abs((sum(a) / b) - (sum(a offset 1h) / b offset 1h)) / abs((sum(a offset 1h) / b offset 1h)) * 100 > 20",
            ),
            (
                "a",
                "{is: changed, percent: 20, ago: 1d}",
                Fold::Avg,
                Some(30),
                "abs(avg_over_time(a[30m]) - avg_over_time(a[30m] offset 1d)) / abs(avg_over_time(a[30m] offset 1d)) * 100 > 20",
            ),
        ];
        for (query, condition, fold, window, expected) in table {
            assert_eq!(compiled(query, condition, fold, window), expected, "{query} {condition}");
        }
    }

    #[test]
    fn numbers_that_make_no_sense() {
        for (condition, field) in [
            ("{is: outside, low: 3, high: 2}", "condition.low"),
            ("{is: changed, percent: 0, ago: 1h}", "condition.percent"),
            ("{is: changed, percent: 5, ago: 0s}", "condition.ago"),
            ("{is: unusual, quantile: 2}", "condition.quantile"),
        ] {
            let condition: Condition = serde_saphyr::from_str(condition).unwrap();
            assert_eq!(condition.flaw().map(|(field, _)| field), Some(field), "{condition:?}");
        }
    }
}
