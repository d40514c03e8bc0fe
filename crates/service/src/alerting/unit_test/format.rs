//! The format of promtool's unit tests
//! (<https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/>).

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use watchfire_rules::Length;
use watchfire_template::Time;

/// A file of tests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) rule_files: Vec<String>,
    #[serde(default)]
    pub(super) evaluation_interval: Option<Length>,
    #[serde(default)]
    pub(super) group_eval_order: Vec<String>,
    /// Values may differ in their last digits.
    #[serde(default)]
    pub(super) fuzzy_compare: bool,
    #[serde(default)]
    pub(super) tests: Vec<Test>,
}

/// One test.
#[expect(clippy::struct_field_names, reason = "promtool calls them so")]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Test {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) interval: Option<Length>,
    #[serde(default)]
    pub(super) input_series: Vec<InputSeries>,
    #[serde(default)]
    pub(super) alert_rule_test: Vec<AlertTest>,
    #[serde(default)]
    pub(super) promql_expr_test: Vec<ExprTest>,
    #[serde(default)]
    pub(super) external_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) external_url: String,
    #[serde(default)]
    pub(super) start_timestamp: Start,
}

/// When a test begins, from which all its times count: milliseconds since the epoch. It is written in seconds or as in
/// RFC 3339.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start(pub(super) i64);

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = text(deserializer)?;
        let in_range = |seconds: &f64| (0.0..1e11).contains(seconds);
        let seconds =
            text.parse::<f64>().ok().filter(in_range).map(|seconds| (seconds * 1000.0).round() as i64);
        let read = seconds.or_else(|| Time::parse(&text).map(|time| time.millis()));
        read.map(Self).ok_or_else(|| {
            let mend = "write 2021-01-01T00:00:00Z, or seconds since 1970 such as 1609459200";
            D::Error::custom(format!("start_timestamp {text:?} is no time; {mend}"))
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InputSeries {
    pub(super) series: String,
    pub(super) values: Spanned<Values>,
}

/// What `values` says: in quotes, or a single number without them.
#[derive(Debug)]
pub(super) struct Values(pub(super) String);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Self)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertTest {
    pub(super) eval_time: Length,
    pub(super) alertname: String,
    #[serde(default)]
    pub(super) exp_alerts: Option<Vec<ExpectedAlert>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedAlert {
    #[serde(default)]
    pub(super) exp_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) exp_annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExprTest {
    pub(super) expr: String,
    pub(super) eval_time: Length,
    #[serde(default)]
    pub(super) exp_samples: Option<Vec<ExpectedSample>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedSample {
    #[serde(default)]
    pub(super) labels: String,
    #[serde(default)]
    pub(super) value: f64,
    /// Read so that it is refused with words for it.
    #[serde(default)]
    pub(super) histogram: Option<Spanned<String>>,
}

impl File {
    /// The lines that have native histograms, which queries here do not know.
    pub(super) fn native_histograms(&self) -> Vec<u64> {
        let mut lines = Vec::new();
        for test in &self.tests {
            let series = test.input_series.iter().map(|series| &series.values);
            let histograms = series.filter(|values| values.value.0.contains("{{"));
            lines.extend(histograms.map(|values| values.referenced.line()));
            let samples = test.promql_expr_test.iter().flat_map(|test| test.exp_samples.iter().flatten());
            let expected = samples.filter_map(|sample| sample.histogram.as_ref());
            lines.extend(expected.map(|histogram| histogram.referenced.line()));
        }
        lines
    }
}

/// A text, or a single number that was written without quotes.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(f64),
    }
    match Either::deserialize(deserializer).map_err(D::Error::custom)? {
        Either::Text(text) => Ok(text),
        Either::Number(number) => Ok(number.to_string()),
    }
}
