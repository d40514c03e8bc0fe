//! The values of a rule's query over time, with the thresholds that they are compared with: what a chart of a rule shows.
//!
//! They are not kept: they are what the query gives over what is stored, also where it did not hold. So they are there after a
//! restart and for rules that were made a minute ago. What evaluations saw of alerts is kept (`evaluated.rs`).

use std::collections::HashMap;

use watchfire_model::{Labels, Series, TimeRange};
use watchfire_promql::ast::{Binary, BinaryOp, Expr, ExprKind, ValueType};
use watchfire_promql::{Value, value_type};
use watchfire_rules::{Band, Form, Rule};

use super::plan::GroupPlan;
use super::usual::{bands, named};
use super::{Alerting, AlertingError};
use crate::PromQuery;
use crate::clock::now;

/// Points of a series, at about which a longer range gets a longer step.
const POINTS: i64 = 720;

/// The values of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// The query without its comparison, where it ends in one with a number.
    pub expr: String,
    /// Values below it are told of.
    pub low: Option<f64>,
    /// Values above it are told of.
    pub high: Option<f64>,
    /// From when: milliseconds since the epoch.
    pub start: i64,
    /// Until when.
    pub end: i64,
    /// The distance of the points in milliseconds: the rule's interval, or more over a long range.
    pub step: i64,
    /// In the order of their labels.
    pub series: Vec<ValueSeries>,
    /// How many there are besides.
    pub left_out: usize,
}

/// The values of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSeries {
    /// Of the query's series, without the metric's name.
    pub labels: Labels,
    /// Times and values.
    pub points: Vec<(i64, f64)>,
    /// Of a threshold from history: what is usual from each of these times on, for an hour.
    pub usual: Vec<(i64, Band)>,
}

impl Alerting {
    /// The values of a rule that a form made, paused ones too.
    pub async fn values_of_form(&self, uid: &str, range: TimeRange) -> Result<Values, AlertingError> {
        let kept = self.form(uid).await?;
        self.values_of(&kept.rule, range).await
    }

    /// The values of a rule that is typed just now.
    pub async fn values_of(&self, form: &Form, range: TimeRange) -> Result<Values, AlertingError> {
        let plan = self.check("values", form)?;
        self.values_of_plan(&plan, 0, range).await
    }

    /// The values of the rule that history names so.
    pub async fn values_of_rule(&self, key: &str, range: TimeRange) -> Result<Values, AlertingError> {
        let groups = self.shared().loaded().groups.clone();
        for group in groups.iter() {
            if let Some(index) = group.plan.rules.iter().position(|rule| &*rule.key == key) {
                return self.values_of_plan(&group.plan, index, range).await;
            }
        }
        Err(AlertingError::NotFound(key.to_owned()))
    }

    async fn values_of_plan(
        &self,
        plan: &GroupPlan,
        index: usize,
        range: TimeRange,
    ) -> Result<Values, AlertingError> {
        let Some(rule) = plan.rules.get(index) else {
            return Err(AlertingError::BadInput("there is nothing to evaluate".to_owned()));
        };
        let end = range.end.min(now());
        if range.start >= end {
            return Err(AlertingError::BadInput("from, to: the range must begin before now".to_owned()));
        }
        let interval = plan.interval;
        let length = end.saturating_sub(range.start);
        let step = interval.saturating_mul((length / POINTS / interval).saturating_add(1));
        // It ends where it is asked to, so that the newest value is among them.
        let start = end - (length / step).max(1) * step;
        let (value, low, high) = shown(&rule.rule, rule.prepared.expr());
        let expr = value.to_string();
        let query = PromQuery { text: expr.clone(), start, end, step, lookback: None, timeout: None };
        let Value::Matrix(mut found) = self.service().evaluate(query).await?.answer.value else {
            return Err(AlertingError::BadInput("rule result is not a vector or scalar".to_owned()));
        };
        found.sort_by(|one, other| one.labels.cmp(&other.labels));
        let left_out = found.len().saturating_sub(self.settings().max_backtest_series);
        found.truncate(self.settings().max_backtest_series);
        let mut usual = match &rule.rule.usual {
            Some(usual) => bands(self.service(), &rule.query, usual, (start, end)).await?,
            None => HashMap::new(),
        };
        let series = found.into_iter().map(|Series { labels, timestamps, values }| {
            let labels = named(&labels);
            let usual = usual.remove(&labels).unwrap_or_default();
            ValueSeries { labels, points: timestamps.into_iter().zip(values).collect(), usual }
        });
        Ok(Values { expr, low, high, start, end, step, series: series.collect(), left_out })
    }
}

/// What a rule compares, and with which numbers.
fn shown<'a>(rule: &Rule, expr: &'a Expr) -> (&'a Expr, Option<f64>, Option<f64>) {
    if rule.usual.is_some() || !rule.is_alerting() {
        return (expr, None, None);
    }
    let expr = bare(expr);
    if let ExprKind::Binary(binary) = &expr.kind {
        if let Some((value, low, high)) = compared(binary) {
            return (value, low, high);
        }
        // Outside of a band: `a < 1 or a > 2`.
        if binary.op == BinaryOp::Or
            && let (ExprKind::Binary(one), ExprKind::Binary(other)) =
                (&bare(&binary.lhs).kind, &bare(&binary.rhs).kind)
            && let (Some((value, low, None)), Some((same, None, high))) = (compared(one), compared(other))
            && value.to_string() == same.to_string()
        {
            return (value, low, high);
        }
    }
    (expr, None, None)
}

/// A comparison of a vector with a number.
fn compared(binary: &Binary) -> Option<(&Expr, Option<f64>, Option<f64>)> {
    if binary.return_bool {
        return None;
    }
    let (value, limit, swapped) = match (number(&binary.lhs), number(&binary.rhs)) {
        (None, Some(limit)) => (&*binary.lhs, limit, false),
        (Some(limit), None) => (&*binary.rhs, limit, true),
        _ => return None,
    };
    let value = bare(value);
    if value_type(value) != ValueType::Vector {
        return None;
    }
    let above = match binary.op {
        BinaryOp::Gtr | BinaryOp::Gte => !swapped,
        BinaryOp::Lss | BinaryOp::Lte => swapped,
        // What is to be, or not to be, the number is told by no side of it.
        BinaryOp::Eql | BinaryOp::Neq => return Some((value, None, None)),
        _ => return None,
    };
    Some(if above { (value, None, Some(limit)) } else { (value, Some(limit), None) })
}

fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => bare(inner),
        _ => expr,
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match &bare(expr).kind {
        ExprKind::Number(number) => Some(number.value),
        ExprKind::Unary { minus, expr } => number(expr).map(|value| if *minus { -value } else { value }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use watchfire_promql::parse;
    use watchfire_rules::Kind;

    use super::*;

    #[test]
    fn comparisons_are_taken_apart() {
        let rule = Rule {
            name: "A".to_owned(),
            expr: String::new(),
            labels: BTreeMap::new(),
            kind: Kind::Alerting { hold: 0, keep_firing: 0, annotations: BTreeMap::new() },
            line: 0,
            usual: None,
        };
        let table = [
            ("up > 1", "up", None, Some(1.0)),
            ("(rate(a[5m]) * 100) >= 2.5", "rate(a[5m]) * 100", None, Some(2.5)),
            ("a < -3", "a", Some(-3.0), None),
            ("5 < a", "a", None, Some(5.0)),
            ("a == 0", "a", None, None),
            ("a < 1 or a > 2", "a", Some(1.0), Some(2.0)),
            ("a < 1 or b > 2", "a < 1 or b > 2", None, None),
            ("a > bool 1", "a > bool 1", None, None),
            ("a > b", "a > b", None, None),
            ("a > 1 and b", "a > 1 and b", None, None),
            ("absent(a)", "absent(a)", None, None),
        ];
        for (text, value, low, high) in table {
            let expr = parse(text).unwrap();
            let told = shown(&rule, &expr);
            assert_eq!((told.0.to_string().as_str(), told.1, told.2), (value, low, high), "{text}");
        }
        let recording = Rule { kind: Kind::Recording, ..rule };
        let expr = parse("a > 1").unwrap();
        assert_eq!(shown(&recording, &expr).0.to_string(), "a > 1");
    }
}
