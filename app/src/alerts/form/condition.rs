//! Conditions of rules: what they need to be told, and how they look in a chart.

use watchfire_dashboard::{Threshold, Thresholds, ThresholdsAs};
use watchfire_promql::ast::{Expr, ExprKind};
use watchfire_promql::parse;

use super::draft::Field;

/// When a rule fires; docs/API.md names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::alerts) enum Condition {
    #[default]
    Above,
    Below,
    Equal,
    NotEqual,
    Outside,
    Inside,
    Absent,
    Changed,
    Unusual,
}

impl Condition {
    pub(super) const ALL: [Self; 9] = [
        Self::Above,
        Self::Below,
        Self::Outside,
        Self::Inside,
        Self::Equal,
        Self::NotEqual,
        Self::Absent,
        Self::Changed,
        Self::Unusual,
    ];

    /// As the API has it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
            Self::Equal => "equal",
            Self::NotEqual => "not_equal",
            Self::Outside => "outside",
            Self::Inside => "inside",
            Self::Absent => "absent",
            Self::Changed => "changed",
            Self::Unusual => "unusual",
        }
    }

    pub(super) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|known| known.word() == word).unwrap_or_default()
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Above => "is above",
            Self::Below => "is below",
            Self::Equal => "is equal to",
            Self::NotEqual => "is not",
            Self::Outside => "is outside of",
            Self::Inside => "is inside of",
            Self::Absent => "is absent",
            Self::Changed => "changed by more than",
            Self::Unusual => "is unusual for this hour of the week",
        }
    }

    /// What may be told with it.
    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Self::Above | Self::Below | Self::Equal | Self::NotEqual => &[Field::Threshold],
            Self::Outside | Self::Inside => &[Field::Low, Field::High],
            Self::Absent => &[],
            Self::Changed => &[Field::Percent, Field::Ago],
            Self::Unusual => &[Field::Side, Field::Deviations, Field::Quantile, Field::Weeks],
        }
    }

    /// Whether one of its fields has to be told.
    pub(super) fn needs(self, field: Field) -> bool {
        self != Self::Unusual && self.fields().contains(&field)
    }

    /// How many comparisons the rule's query has around its value; those of the value itself stay.
    fn comparisons(self) -> usize {
        match self {
            Self::Inside => 2,
            // What is usual is not in the query.
            Self::Absent | Self::Unusual => 0,
            _ => 1,
        }
    }

    /// The query of the value that is compared, from that of the whole rule.
    pub(super) fn value_of(self, expr: &str) -> Option<String> {
        let whole = parse(expr).ok()?;
        let mut value = &whole;
        if self == Self::Absent {
            let ExprKind::Call { args, .. } = &value.kind else { return None };
            return args.first().map(|arg| plain(arg).to_string());
        }
        if self == Self::Outside {
            value = left_of(value)?;
        }
        for _ in 0..self.comparisons() {
            value = left_of(value)?;
        }
        Some(value.to_string())
    }

    /// Where in a chart the values lie for which the rule fires. `numbers` are those of its fields.
    pub(in crate::alerts) fn thresholds(self, numbers: &[f64]) -> Option<Thresholds> {
        let at = |value: f64, color: &str| Threshold { value, color: color.to_owned() };
        // So near that nobody sees the distance, for the line that stands at the end of a band.
        let end = |value: f64| at(value + (value.abs() * 1e-9).max(1e-12), CALM);
        let (base, steps) = match (self, numbers) {
            (Self::Above | Self::Changed, [limit, ..]) => (CALM, vec![at(*limit, BAD)]),
            (Self::Below, [limit]) => (BAD, vec![at(*limit, BAD), end(*limit)]),
            (Self::Equal | Self::NotEqual, [limit]) => (CALM, vec![at(*limit, BAD), end(*limit)]),
            (Self::Outside, [low, high]) if low < high => {
                (BAD, vec![at(*low, BAD), end(*low), at(*high, BAD)])
            }
            (Self::Inside, [low, high]) if low < high => {
                (CALM, vec![at(*low, BAD), at(*high, BAD), end(*high)])
            }
            _ => return None,
        };
        let shown = Some(ThresholdsAs::LinesAndBands);
        Some(Thresholds { base: Some(base.to_owned()), steps, shown, ..Thresholds::default() })
    }
}

/// The colour of values for which a rule fires, and of others.
const BAD: &str = "critical";
const CALM: &str = "transparent";

fn left_of(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Binary(binary) => Some(&binary.lhs),
        ExprKind::Paren(inner) => left_of(inner),
        _ => None,
    }
}

/// Of samples over a window, the newest.
fn plain(expr: &Expr) -> Expr {
    match &expr.kind {
        ExprKind::Matrix { selector, .. } => {
            Expr { kind: ExprKind::Vector(selector.clone()), ..expr.clone() }
        }
        ExprKind::Subquery(subquery) => (*subquery.expr).clone(),
        _ => expr.clone(),
    }
}

/// The condition of a rule, as the API has it, in words: `is above 80`.
pub(in crate::alerts) fn condition_words(told: &serde_json::Value) -> String {
    let text = |name: &str| match &told[name] {
        serde_json::Value::Null => String::new(),
        // Without the `.0` of whole numbers.
        serde_json::Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        value => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    };
    let condition = Condition::of(&text("is"));
    let title = condition.title();
    match condition {
        Condition::Above | Condition::Below | Condition::Equal | Condition::NotEqual => {
            format!("{title} {}", text("threshold"))
        }
        Condition::Outside | Condition::Inside => format!("{title} {} to {}", text("low"), text("high")),
        Condition::Absent => title.to_owned(),
        Condition::Changed => format!("{title} {} % against {} ago", text("percent"), text("ago")),
        Condition::Unusual => {
            let side = match text("side").as_str() {
                "above" | "below" => format!(", {}", text("side")),
                _ => String::new(),
            };
            format!("{title}{side}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_in_words() {
        for (told, expected) in [
            (r#"{"is":"above","threshold":80.0}"#, "is above 80"),
            (r#"{"is":"outside","low":1.5,"high":9}"#, "is outside of 1.5 to 9"),
            (r#"{"is":"absent"}"#, "is absent"),
            (r#"{"is":"changed","percent":20,"ago":"1h"}"#, "changed by more than 20 % against 1h ago"),
            (r#"{"is":"unusual","side":"above"}"#, "is unusual for this hour of the week, above"),
        ] {
            assert_eq!(condition_words(&serde_json::from_str(told).unwrap()), expected);
        }
    }

    #[test]
    fn the_value_is_found_in_the_rule() {
        let table = [
            (Condition::Above, "max_over_time(temp[5m]) > 80", "max_over_time(temp[5m])"),
            (Condition::Above, "(a == 1) > 0.5", "(a == 1)"),
            (Condition::Outside, "a < 1 or a > 2", "a"),
            (Condition::Inside, "a >= 1 <= 2", "a"),
            (Condition::Absent, "absent(a{b=\"c\"})", "a{b=\"c\"}"),
            (Condition::Absent, "absent_over_time(a[10m])", "a"),
            (
                Condition::Changed,
                "abs(a - a offset 1h) / abs(a offset 1h) * 100 > 20",
                "abs(a - a offset 1h) / abs(a offset 1h) * 100",
            ),
        ];
        for (condition, expr, expected) in table {
            assert_eq!(condition.value_of(expr).as_deref(), Some(expected), "{expr}");
        }
        assert_eq!(
            Condition::Unusual.value_of("avg_over_time(a[5m])").as_deref(),
            Some("avg_over_time(a[5m])")
        );
        assert_eq!(Condition::Above.value_of("a >"), None);
    }

    #[test]
    fn bands_lie_where_the_rule_fires() {
        let fires = |condition: Condition, numbers: &[f64], value: f64| {
            let thresholds = condition.thresholds(numbers).unwrap();
            thresholds.color(value, (0.0, 1.0)) == Some(BAD)
        };
        assert_eq!([1.0, 3.0].map(|value| fires(Condition::Above, &[2.0], value)), [false, true]);
        assert_eq!([1.0, 3.0].map(|value| fires(Condition::Below, &[2.0], value)), [true, false]);
        let values = [0.0, 2.0, 9.0];
        assert_eq!(values.map(|value| fires(Condition::Outside, &[1.0, 3.0], value)), [true, false, true]);
        assert_eq!(values.map(|value| fires(Condition::Inside, &[1.0, 3.0], value)), [false, true, false]);
        assert_eq!(Condition::Outside.thresholds(&[3.0, 1.0]), None);
        assert_eq!(Condition::Absent.thresholds(&[]), None);
    }
}
