//! `/api/v1/status/flags` and `/api/v1/status/config`: every setting with the value that counts. None is a secret.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use crate::api::prometheus::envelope::data;
use crate::http::App;

/// By key.
pub(in crate::api::prometheus) async fn flags(State(app): State<App>) -> Response {
    data(&app.config.texts.iter().map(|(key, text)| (*key, text)).collect::<BTreeMap<_, _>>())
}

/// As YAML, in which Prometheus has its configuration.
pub(in crate::api::prometheus) async fn config(State(app): State<App>) -> Response {
    data(&json!({"yaml": yaml(&app.config.texts)}))
}

fn yaml(texts: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut section = "";
    for (key, value) in texts {
        let (its_section, name) = key.rsplit_once('.').unwrap_or(("", key));
        if its_section != section {
            section = its_section;
            // Writing to a text can't fail.
            let _ = writeln!(text, "{section}:");
        }
        let indent = if section.is_empty() { "" } else { "  " };
        // What JSON writes is YAML, too.
        let _ = writeln!(text, "{indent}{name}: {}", json!(value));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use super::*;
    use crate::config::{Command, Config, parse_command_line};

    fn parsed(flags: &[&str]) -> Config {
        let args = std::iter::once("watchfire").chain(flags.iter().copied()).map(OsString::from);
        match parse_command_line(args, [], Path::new("/nonexistent")).unwrap() {
            Command::Serve(config) => *config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_given_counts() {
        let config = parsed(&[
            "--query-timeout",
            "90s",
            "--retention-rules",
            "{a=\"b\"} 1d; up 6h",
            "--retention",
            "0",
        ]);
        let value = |key: &str| config.texts.iter().find(|(other, _)| *other == key).unwrap().1.clone();
        assert_eq!(value("query.timeout"), "90s");
        assert_eq!(value("storage.retention_rules"), "{a=\"b\"} 1d; up 6h");
        let text = yaml(&config.texts);
        assert!(text.contains("\nquery:\n  max_series: \"1000000\"\n"), "{text}");
        assert!(text.starts_with("listen: \"127.0.0.1:3473\"\n"), "{text}");
    }
}
