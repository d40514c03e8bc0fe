//! What a picture of an alert shows: the query of its rule without the condition, and where the condition's bounds lie.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use watchfire_model::Labels;
use watchfire_promql::ast::{Expr, ExprKind};
use watchfire_promql::parse;

use super::{Alerting, RuleFilter, RuleView};

/// The most alerts whose series are picked out.
const MOST: usize = 10;

/// What is drawn of alerts of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Charted {
    /// The rule's name.
    pub title: String,
    /// A query for the series of the alerts.
    pub expr: String,
    /// The bounds of the condition; none where it has no number to compare with.
    pub thresholds: Vec<f64>,
}

impl Alerting {
    /// What is drawn of alerts with these labels: of the rule of the first one. `None` where no rule here has made it.
    pub fn charted(&self, alerts: &[Labels]) -> Option<Charted> {
        let first = alerts.first()?;
        let name = first.get("alertname")?;
        let mut filter = RuleFilter::default();
        filter.names.push(name.to_owned());
        (filter.alerting, filter.without_alerts) = (Some(true), true);
        let groups = self.groups();
        let mut rules = groups.iter().flat_map(|group| group.rules(&filter));
        let rule = rules.find(|rule| made(rule, first))?;
        let own: BTreeSet<&str> = rule.labels.iter().map(|label| label.name).chain(["alertname"]).collect();
        let series = |alert: &Labels| alert.filtered(|name| !own.contains(name));
        let names = |labels: &Labels| labels.iter().map(|label| label.name.to_owned()).collect::<Vec<_>>();
        let wanted = names(&series(first));
        let of_rule = alerts.iter().filter(|alert| made(&rule, alert)).map(series);
        let picked: Vec<Labels> = of_rule.filter(|labels| names(labels) == wanted).take(MOST).collect();
        let (expr, thresholds) = split(&rule.query)?;
        Some(Charted { title: rule.name, expr: only(&expr, &wanted, &picked), thresholds })
    }

    /// What is drawn of an alerting rule, with all its series: `rule` is its name in the history, or the uid of one that a form made.
    /// `None` where there is none such.
    pub fn charted_rule(&self, rule: &str) -> Option<Charted> {
        let mut filter = RuleFilter::default();
        (filter.alerting, filter.without_alerts) = (Some(true), true);
        let of_form = format!("form;{rule}");
        let groups = self.groups();
        let mut rules = groups.iter().flat_map(|group| group.rules(&filter));
        let found = rules.find(|found| [rule, of_form.as_str()].contains(&&*found.key))?;
        let (expr, thresholds) = split(&found.query)?;
        Some(Charted { title: found.name, expr, thresholds })
    }
}

/// Whether a rule may have made an alert: it has all labels of the rule that are no templates.
fn made(rule: &RuleView, alert: &Labels) -> bool {
    alert.get("alertname") == Some(&rule.name)
        && rule.labels.iter().all(|label| match alert.get(label.name) {
            Some(value) => value == label.value || label.value.contains("{{"),
            None => false,
        })
}

/// A text as PromQL writes it.
fn quoted(text: &str) -> String {
    format!("{text:?}").replace("\\'", "'")
}

/// The query, for the series with these labels alone.
fn only(expr: &str, names: &[String], picked: &[Labels]) -> String {
    // Names beyond plain identifiers can't stand in `on`.
    let plain = names.iter().all(|name| watchfire_model::is_plain_label_name(name));
    if names.is_empty() || picked.is_empty() || !plain {
        return expr.to_owned();
    }
    let one = |labels: &Labels| {
        labels.iter().fold("vector(1)".to_owned(), |made, label| {
            // In a replacement a dollar sign stands for a group of the expression.
            let value = quoted(&label.value.replace('$', "$$"));
            format!("label_replace({made}, {}, {value}, \"__name__\", \"\")", quoted(label.name))
        })
    };
    let mut text = format!("({expr}) and on ({}) (", names.join(", "));
    for (at, labels) in picked.iter().enumerate() {
        // Writing to a String can't fail.
        let _ = write!(text, "{}{}", if at == 0 { "" } else { " or " }, one(labels));
    }
    text.push(')');
    text
}

fn number(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number(number) => Some(number.value),
        ExprKind::Paren(expr) => number(expr),
        ExprKind::Unary { minus, expr } => number(expr).map(|value| if *minus { -value } else { value }),
        _ => None,
    }
}

/// A query without the condition at its end, and the numbers of that.
fn split(text: &str) -> Option<(String, Vec<f64>)> {
    let (expr, mut thresholds) = condition(&parse(text).ok()?, text);
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    Some((expr, thresholds))
}

fn condition(expr: &Expr, text: &str) -> (String, Vec<f64>) {
    let written =
        |expr: &Expr| text.get(expr.span.start as usize..expr.span.end as usize).unwrap_or(text).to_owned();
    match &expr.kind {
        ExprKind::Paren(expr) => condition(expr, text),
        ExprKind::Binary(binary) if binary.op.is_comparison() && !binary.return_bool => {
            match (number(&binary.lhs), number(&binary.rhs)) {
                (None, Some(value)) => {
                    // Both bounds of a band: `x > 1 < 5`.
                    let (expr, mut values) = condition(&binary.lhs, text);
                    values.push(value);
                    (expr, values)
                }
                (Some(value), None) => {
                    let (expr, mut values) = condition(&binary.rhs, text);
                    values.push(value);
                    (expr, values)
                }
                _ => (written(expr), Vec::new()),
            }
        }
        ExprKind::Binary(binary) if binary.op.is_set() => {
            let (left, mut values) = condition(&binary.lhs, text);
            let (right, others) = condition(&binary.rhs, text);
            if left == right {
                values.extend(others);
                return (left, values);
            }
            (written(expr), Vec::new())
        }
        _ => (written(expr), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_split_off() {
        for (text, expr, thresholds) in [
            ("temp > 80", "temp", vec![80.0]),
            ("(80 < rate(x[5m]) * 2)", "rate(x[5m]) * 2", vec![80.0]),
            ("temp < -5", "temp", vec![-5.0]),
            ("temp > 90 or temp < 10", "temp", vec![10.0, 90.0]),
            ("temp > 10 < 90", "temp", vec![10.0, 90.0]),
            ("temp > limit", "temp > limit", vec![]),
            ("temp > bool 80", "temp > bool 80", vec![]),
            ("temp > 80 and on (host) up == 1", "temp > 80 and on (host) up == 1", vec![]),
            ("absent(up)", "absent(up)", vec![]),
        ] {
            assert_eq!(split(text), Some((expr.to_owned(), thresholds)), "{text}");
        }
        assert_eq!(split("temp{"), None);
    }

    #[test]
    fn the_series_of_alerts_are_picked() {
        let labels = |host: &str| Labels::new([("host", host)]).unwrap();
        let names = ["host".to_owned()];
        let text = only("temp", &names, &[labels("a\"$1"), labels("b")]);
        assert_eq!(
            text,
            "(temp) and on (host) (label_replace(vector(1), \"host\", \"a\\\"$$1\", \"__name__\", \"\") or \
             label_replace(vector(1), \"host\", \"b\", \"__name__\", \"\"))"
        );
        assert!(parse(&text).is_ok());
        assert_eq!(only("sum(x)", &[], &[Labels::empty()]), "sum(x)");
    }
}
