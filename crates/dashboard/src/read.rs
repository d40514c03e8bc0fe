use std::fmt;

use crate::check::{self, Step};
use crate::locate::line_of;
use crate::{Dashboard, SCHEMA};

/// Something worth knowing about a dashboard that was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where: `panels[3].queries[0].legnd`.
    pub place: String,
    /// What.
    pub message: String,
}

/// Why a text is no dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// The field: `panels[3].at.w`; empty for the whole.
    pub place: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(out, "line {line}: ")?;
        }
        if !self.place.is_empty() {
            write!(out, "{}: ", self.place)?;
        }
        out.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

/// Reads a dashboard from JSON.
///
/// What this version does not know is kept and noted; what makes no sense is an error.
///
/// # Errors
///
/// The first thing that is wrong, by line and field.
pub fn read(text: &str) -> Result<(Dashboard, Vec<Note>), ReadError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let dashboard: Dashboard = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let place = match error.path().to_string() {
            // Where the JSON itself is broken there is no field to tell.
            place if place == "." => String::new(),
            place => place.trim_end_matches(['?', '.']).to_owned(),
        };
        let inner = error.into_inner();
        ReadError { line: Some(inner.line()), place, message: without_place(&inner.to_string()) }
    })?;
    json.end().map_err(|error| ReadError {
        line: Some(error.line()),
        place: String::new(),
        message: "there is more after the end of the dashboard".to_owned(),
    })?;
    let notes = checked(&dashboard).map_err(|problem| ReadError {
        line: line_of(text, &problem.path),
        place: check::written(&problem.path),
        message: problem.message,
    })?;
    Ok((dashboard, notes))
}

/// Checks a dashboard that did not come from a text, as an editor makes it.
///
/// # Errors
///
/// The first thing that is wrong, by field.
pub fn check(dashboard: &Dashboard) -> Result<Vec<Note>, ReadError> {
    checked(dashboard).map_err(|problem| ReadError {
        line: None,
        place: check::written(&problem.path),
        message: problem.message,
    })
}

fn checked(dashboard: &Dashboard) -> Result<Vec<Note>, check::Problem> {
    if dashboard.schema == 0 || dashboard.schema > SCHEMA {
        return Err(check::Problem {
            path: vec![Step::Field("schema")],
            message: format!(
                "this version of Watchfire reads schema {SCHEMA}, not {}; write {SCHEMA}, or use a newer version",
                dashboard.schema
            ),
        });
    }
    check::dashboard(dashboard)
}

/// A dashboard as JSON, in the order of its fields and with a line feed at the end: so that versions can be compared line by
/// line.
pub fn write(dashboard: &Dashboard) -> String {
    // Only maps with keys that are no texts, and failing implementations, cannot be written; there are none.
    let mut text = serde_json::to_string_pretty(dashboard).unwrap_or_default();
    text.push('\n');
    text
}

/// A message of `serde_json` without the place, which is told apart.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{
  "uid": "host",
  "title": "Host",
  "from_the_future": {"a": [1]},
  "panels": [
    {
      "id": 1,
      "kind": "time_series",
      "title": "CPU",
      "at": {"x": 0, "y": 0, "w": 12, "h": 8},
      "queries": [{"id": "A", "expr": "up", "legnd": "{{job}}"}]
    },
    {"id": 2, "kind": "hologram", "at": {"x": 12, "y": 0, "w": 12, "h": 8}, "depth": 3}
  ]
}"#;

    #[test]
    fn what_is_not_known_survives_and_is_noted() {
        let (dashboard, notes) = read(GOOD).unwrap();
        let (again, _) = read(&write(&dashboard)).unwrap();
        assert_eq!(dashboard, again);
        let written: serde_json::Value = serde_json::from_str(&write(&dashboard)).unwrap();
        assert_eq!(written["from_the_future"]["a"][0], 1);
        assert_eq!(written["panels"][1]["kind"], "hologram");
        assert_eq!(written["panels"][1]["depth"], 3);
        let notes: Vec<String> =
            notes.into_iter().map(|note| format!("{}: {}", note.place, note.message)).collect();
        insta::assert_snapshot!(notes.join("\n"));
    }

    #[test]
    fn errors_name_line_and_field() {
        let mut errors = String::new();
        for (from, to) in [
            (r#""w": 12, "h": 8}"#, r#""w": "wide", "h": 8}"#),
            (r#""w": 12, "h": 8}"#, r#""w": 25, "h": 8}"#),
            (r#""id": 2"#, r#""id": 1"#),
            (r#""id": 1"#, r#""id": 0"#),
            (r#""title": "Host""#, r#""title": """#),
            (r#""uid": "host""#, r#""uid": "the host""#),
            (r#""uid""#, r#""schema": 2, "uid""#),
            (r#""uid": "host","#, r#""uid": "host""#),
            (r#""expr": "up""#, r#""expr": "up", "math": "$A""#),
            (r#""expr": "up""#, r#""math": "$B * 2""#),
            (r#""expr": "up""#, r#""math": "$A * 2""#),
            (r#""expr": "up""#, r#""expr": "up", "min_step": "soon""#),
            (r#""title": "CPU""#, r#""title": "CPU", "repeat": {"variable": "core"}"#),
            (r#""title": "CPU""#, r#""title": "CPU", "time_range": "1 day""#),
            (r#""title": "CPU""#, r#""title": "CPU", "field": {"fill": 101}"#),
            (r#""title": "CPU""#, r#""title": "CPU", "field": {"min": 2, "max": 1}"#),
            (r#""panels""#, r#""time": {"refresh": "1ms"}, "panels""#),
            (r#""panels""#, r#""time": {"from": "yesterday"}, "panels""#),
            (r#""panels""#, r#""time": {"to": "now-6h"}, "panels""#),
            (r#""panels""#, r#""time": {"form": "now"}, "panels""#),
            (r#""panels""#, r#""variables": [{"name": "a b"}], "panels""#),
            (
                r#""panels""#,
                r#""variables": [{"name": "a", "query": "$b"}, {"name": "b", "query": "$a"}], "panels""#,
            ),
            (r#""panels""#, r#""variables": [{"name": "a", "kind": "list"}], "panels""#),
        ] {
            let broken = GOOD.replacen(from, to, 1);
            assert_ne!(broken, GOOD, "{from}");
            let error = read(&broken).expect_err(to).to_string();
            errors.extend([error.as_str(), "\n"]);
        }
        insta::assert_snapshot!(errors);
    }
}
