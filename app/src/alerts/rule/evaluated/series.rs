//! Evaluations of alerts as the server tells them, made lines and rows.

use std::cmp::Reverse;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

use crate::alerts::alert::LabelMap;
use crate::alerts::label_words;

/// How many evaluations are listed.
const LISTED: usize = 100;

/// The height of a line's picture, whose width is 100.
const HEIGHT: f64 = 14.0;

/// What the server tells; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) series: Vec<Evaluations>,
    pub(super) left_out: usize,
}

impl Answer {
    /// What each of them is called: by what they do not all have.
    pub(super) fn names(&self) -> Vec<String> {
        let Some(first) = self.series.first() else { return Vec::new() };
        let is_shared =
            |name: &&str| self.series.iter().all(|one| one.labels.get(*name) == first.labels.get(*name));
        let without: Vec<&str> = ["alertname", "severity"].into_iter().filter(is_shared).collect();
        let name = |one: &Evaluations| match label_words(&one.labels, &without) {
            name if name.is_empty() => "its only alert".to_owned(),
            name => name,
        };
        self.series.iter().map(name).collect()
    }

    /// The newest evaluations of all alerts: when, of which, and the value.
    pub(super) fn newest(&self) -> Vec<(i64, String, f64)> {
        let each = self
            .series
            .iter()
            .zip(self.names())
            .flat_map(|(one, name)| one.values().map(move |(at, value)| (at, name.clone(), value)));
        let mut all: Vec<(i64, String, f64)> = each.collect();
        all.sort_by_key(|(at, ..)| Reverse(*at));
        all.truncate(LISTED);
        all
    }
}

/// The evaluations of one alert.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Evaluations {
    labels: LabelMap,
    /// A value that is no finite number is a text.
    points: Vec<(i64, Value)>,
}

impl Evaluations {
    /// When, and the value.
    pub(super) fn values(&self) -> impl Iterator<Item = (i64, f64)> {
        self.points.iter().filter_map(|(at, value)| {
            let value = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
            Some((*at, value))
        })
    }

    /// The line through its values, as SVG has it, in a picture 100 wide; broken where nothing was evaluated.
    pub(super) fn path(&self, from: i64, to: i64) -> String {
        let points: Vec<(i64, f64)> = self.values().filter(|(_, value)| value.is_finite()).collect();
        let distances = points.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let widest = distances.min().unwrap_or(0).saturating_mul(5) / 2;
        let low = points.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        let length = (to - from).max(1) as f64;
        let mut path = String::new();
        let mut before = None;
        for (at, value) in points {
            let x = (at - from) as f64 / length * 100.0;
            let share = if high > low { (value - low) / (high - low) } else { 0.5 };
            let y = (HEIGHT - 2.0).mul_add(1.0 - share, 1.0);
            let goes_on = before.is_some_and(|before| at - before <= widest);
            // Of a value alone a dot is seen. Writing to a text can't fail.
            let _ = if goes_on { write!(path, "L{x:.2} {y:.2}") } else { write!(path, "M{x:.2} {y:.2}h.4") };
            before = Some(at);
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::envelope;

    #[test]
    fn evaluations_are_drawn_and_listed() {
        let text = r#"{"status":"success","data":{"left_out":0,"series":[
            {"labels":{"alertname":"Hot","host":"a"},"points":[[0,1],[10,3],[20,2],[60,"NaN"],[80,2]]},
            {"labels":{"alertname":"Hot"},"points":[[50,7.5]]}]}}"#;
        let answer: Answer = envelope(text).unwrap();
        assert_eq!(
            answer.series[0].path(0, 100),
            "M0.00 13.00h.4L10.00 1.00L20.00 7.00M80.00 7.00h.4",
            "it is broken where nothing was evaluated"
        );
        assert_eq!(answer.series[1].path(0, 100), "M50.00 7.00h.4");
        let told: Vec<String> =
            answer.newest().iter().map(|(at, name, value)| format!("{at} {name} {value}")).collect();
        let expected = [
            "80 host=\"a\" 2",
            "60 host=\"a\" NaN",
            "50 its only alert 7.5",
            "20 host=\"a\" 2",
            "10 host=\"a\" 3",
            "0 host=\"a\" 1",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn alerts_are_called_by_what_tells_them_apart() {
        let names = |each: &[&[(&str, &str)]]| {
            let labels = |all: &[(&str, &str)]| -> LabelMap {
                all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
            };
            let series = each.iter().map(|all| Evaluations { labels: labels(all), ..Evaluations::default() });
            Answer { series: series.collect(), left_out: 0 }.names()
        };
        let (hot, wet) = (("alertname", "Hot"), ("alertname", "Wet"));
        let (critical, warning) = (("severity", "critical"), ("severity", "warning"));
        assert_eq!(
            names(&[&[hot, critical], &[hot, critical, ("host", "a")]]),
            ["its only alert", "host=\"a\""]
        );
        assert_eq!(
            names(&[&[hot, critical], &[wet, critical]]),
            ["alertname=\"Hot\"", "alertname=\"Wet\""],
            "of several alerts each has its name"
        );
        assert_eq!(
            names(&[&[hot, critical], &[hot, warning]]),
            ["severity=\"critical\"", "severity=\"warning\""]
        );
        assert!(names(&[]).is_empty());
    }
}
