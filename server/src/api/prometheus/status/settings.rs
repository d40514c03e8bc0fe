//! `/api/v1/status/flags` and `/api/v1/status/config`: every setting with the value that counts. None is a secret.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use watchfire_model::format_duration;

use crate::api::prometheus::envelope::data;
use crate::config::{Config, Durability, LogFormat};
use crate::http::App;

/// By key.
pub(in crate::api::prometheus) async fn flags(State(app): State<App>) -> Response {
    data(&values(&app.config).into_iter().collect::<BTreeMap<_, _>>())
}

/// As YAML, in which Prometheus has its configuration.
pub(in crate::api::prometheus) async fn config(State(app): State<App>) -> Response {
    data(&json!({"yaml": yaml(&values(&app.config))}))
}

fn yaml(values: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut section = "";
    for (key, value) in values {
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

/// Every row of docs/CONFIG.md, in its order.
fn values(config: &Config) -> Vec<(&'static str, String)> {
    let Config { log, storage, ingest, collect, live, query, http, .. } = config;
    vec![
        ("listen", config.listen.to_string()),
        ("i_know_there_is_no_login", config.i_know_there_is_no_login.to_string()),
        ("data_dir", config.data_dir.display().to_string()),
        ("site_dir", config.site_dir.as_deref().map(|dir| dir.display().to_string()).unwrap_or_default()),
        ("dev_reload", config.dev_reload.to_string()),
        ("log.format", log_format(log.format).to_owned()),
        ("log.level", log.level.clone()),
        ("storage.retention", storage.retention.map_or_else(|| "0".to_owned(), duration)),
        ("storage.block_window", duration(storage.block_window)),
        ("storage.durability", durability(storage.durability).to_owned()),
        ("storage.min_free_bytes", storage.min_free_bytes.to_string()),
        ("storage.max_head_samples", storage.max_head_samples.to_string()),
        ("storage.head_window", duration(storage.head_window)),
        (
            "storage.out_of_order_window",
            storage.out_of_order_window.map_or_else(|| "unlimited".to_owned(), duration),
        ),
        ("storage.retention_rules", retention_rules(config)),
        ("storage.max_bytes", storage.max_bytes.unwrap_or_default().to_string()),
        ("storage.max_series", storage.max_series.to_string()),
        ("storage.max_labels", storage.max_labels.to_string()),
        ("storage.max_label_name", storage.max_label_name.to_string()),
        ("storage.max_label_value", storage.max_label_value.to_string()),
        ("ingest.max_body_bytes", ingest.max_body_bytes.to_string()),
        ("ingest.max_in_flight", ingest.max_in_flight.to_string()),
        ("ingest.max_samples_per_second", ingest.max_samples_per_second.to_string()),
        ("collect.enabled", collect.enabled.to_string()),
        ("collect.interval", duration(collect.interval)),
        ("collect.host", collect.host.clone().unwrap_or_default()),
        ("live.max_connections", live.max_connections.to_string()),
        ("live.max_subscriptions", live.max_subscriptions.to_string()),
        ("live.max_points", live.max_points.to_string()),
        ("live.queue", live.queue.to_string()),
        ("live.max_message_bytes", live.max_message_bytes.to_string()),
        ("live.max_series", live.max_series.to_string()),
        ("query.max_series", query.max_series.to_string()),
        ("query.max_samples", query.max_samples.to_string()),
        ("query.max_points", query.max_points.to_string()),
        ("query.max_concurrent", query.max_concurrent.to_string()),
        ("query.timeout", duration(query.timeout)),
        ("query.lookback", duration(query.lookback)),
        ("query.experimental_functions", query.experimental_functions.to_string()),
        ("http.request_timeout", duration(http.request_timeout)),
        ("http.shutdown_timeout", duration(http.shutdown_timeout)),
        ("http.allowed_hosts", http.allowed_hosts.join(",")),
        ("http.cors_origins", http.cors_origins.join(",")),
    ]
}

fn duration(duration: Duration) -> String {
    format_duration(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

fn log_format(format: LogFormat) -> &'static str {
    match format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    }
}

fn durability(durability: Durability) -> &'static str {
    match durability {
        Durability::Process => "process",
        Durability::PowerLoss => "power-loss",
    }
}

fn retention_rules(config: &Config) -> String {
    let rules = config.storage.retention_rules.iter().map(|rule| {
        let matchers: Vec<String> = rule.matchers.iter().map(ToString::to_string).collect();
        format!("{{{}}} {}", matchers.join(","), format_duration(rule.keep))
    });
    rules.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use super::*;
    use crate::config::{Command, parse_command_line};

    fn parsed(flags: &[&str]) -> Config {
        let args = std::iter::once("watchfire").chain(flags.iter().copied()).map(OsString::from);
        match parse_command_line(args, [], Path::new("/nonexistent")).unwrap() {
            Command::Serve(config) => *config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_setting_is_there() {
        let rows =
            include_str!("../../../../../docs/CONFIG.md").lines().filter_map(|line| line.strip_prefix("| `"));
        let documented: Vec<(&str, &str)> = rows
            .filter_map(|row| row.split_once("` | `"))
            .map(|(key, rest)| (key, rest.split('`').next().unwrap_or_default().trim_matches('"')))
            .collect();
        let values = values(&parsed(&[]));
        let keys: Vec<&str> = values.iter().map(|(key, _)| *key).collect();
        assert_eq!(
            keys,
            documented.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
            "docs/CONFIG.md on the right"
        );
        for ((key, value), (_, default)) in values.iter().zip(documented) {
            let length = |text: &str| watchfire_model::parse_duration(text).ok();
            let same_length = length(value).is_some() && length(value) == length(default);
            // The reference writes sizes with units.
            assert!(
                value == default || same_length || default.ends_with("iB") || *key == "data_dir",
                "{key}: {value} {default}"
            );
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
        let values = values(&config);
        let value = |key: &str| values.iter().find(|(other, _)| *other == key).unwrap().1.clone();
        assert_eq!(value("query.timeout"), "1m30s");
        assert_eq!(value("storage.retention_rules"), "{a=\"b\"} 1d; {__name__=\"up\"} 6h");
        let text = yaml(&values);
        assert!(text.contains("\nquery:\n  max_series: \"1000000\"\n"), "{text}");
        assert!(text.starts_with("listen: \"127.0.0.1:3473\"\n"), "{text}");
    }
}
