use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// Words, and a colour, for a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// This value, as it would be written without a unit; `null` for none, `nan`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Values from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Values up to here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Texts that match this regular expression as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// What stands there instead; empty where only the colour changes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The colour, as of a [`Threshold`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

impl Mapping {
    /// Whether it is for this value; `None` is no value.
    pub fn is_for(&self, value: Option<f64>) -> bool {
        if let Some(wanted) = &self.value {
            return match value {
                None => wanted == "null",
                Some(value) if value.is_nan() => wanted == "nan" || wanted == "null",
                // Zeros of both signs are the same, and so are infinities of one.
                Some(value) => wanted
                    .parse::<f64>()
                    .is_ok_and(|wanted| wanted.partial_cmp(&value) == Some(Ordering::Equal)),
            };
        }
        let ranged = self.from.is_some() || self.to.is_some();
        ranged
            && value.is_some_and(|value| {
                self.from.is_none_or(|from| value >= from) && self.to.is_none_or(|to| value <= to)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_know_values_ranges_and_nothing() {
        let of = |text: &str| serde_json::from_str::<Mapping>(text).unwrap();
        for (mapping, fits, misfits) in [
            (r#"{"value": "1", "text": "up"}"#, vec![Some(1.0)], vec![None, Some(0.0), Some(f64::NAN)]),
            (r#"{"value": "null", "text": "?"}"#, vec![None, Some(f64::NAN)], vec![Some(0.0)]),
            (r#"{"from": 2, "to": 3}"#, vec![Some(2.0), Some(3.0)], vec![None, Some(1.9), Some(f64::NAN)]),
            (r#"{"from": 2}"#, vec![Some(9.0)], vec![Some(1.0)]),
            (r#"{"text": "for nothing"}"#, vec![], vec![None, Some(0.0)]),
        ] {
            let mapping = of(mapping);
            assert!(fits.into_iter().all(|value| mapping.is_for(value)), "{mapping:?}");
            assert!(!misfits.into_iter().any(|value| mapping.is_for(value)), "{mapping:?}");
        }
    }
}
