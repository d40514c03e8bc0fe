use serde::{Deserialize, Serialize};

use crate::fields::fields;
use crate::{ThresholdsAs, is_default};

/// Where values change their colour.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Thresholds {
    /// Whether they are in percent of the way from `min` to `max`.
    #[serde(skip_serializing_if = "is_default")]
    pub percent: bool,
    /// The colour of values below the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// From low to high.
    pub steps: Vec<Threshold>,
    /// How they are seen in a chart.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub shown: Option<ThresholdsAs>,
}

fields! { Thresholds { percent, base, steps, shown as "as" } }

/// From a value on, a colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The first value that has the colour.
    pub value: f64,
    /// `ok`, `warning`, `critical`, a colour's name, or as CSS has it: `#rrggbb`.
    pub color: String,
}

impl Thresholds {
    /// The colour of a value on a scale from `min` to `max`.
    pub fn color(&self, value: f64, (min, max): (f64, f64)) -> Option<&str> {
        let value = if self.percent { (value - min) / (max - min) * 100.0 } else { value };
        let reached = self.steps.iter().rev().find(|step| value >= step.value);
        reached.map(|step| step.color.as_str()).or(self.base.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_begin_at_their_value() {
        let step = |value, color: &str| Threshold { value, color: color.to_owned() };
        let mut thresholds = Thresholds {
            base: Some("ok".to_owned()),
            steps: vec![step(70.0, "warning"), step(90.0, "critical")],
            ..Thresholds::default()
        };
        for (value, color) in [(69.9, "ok"), (70.0, "warning"), (90.0, "critical"), (f64::NAN, "ok")] {
            assert_eq!(thresholds.color(value, (0.0, 1000.0)), Some(color), "{value}");
        }
        thresholds.percent = true;
        assert_eq!(thresholds.color(699.0, (0.0, 1000.0)), Some("ok"));
        assert_eq!(thresholds.color(900.0, (0.0, 1000.0)), Some("critical"));
    }
}
