//! `/api/v1/rules` and `/api/v1/alerts` as Prometheus 3 has them
//! (<https://prometheus.io/docs/prometheus/latest/querying/api/#rules>).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use watchfire_model::{Labels, format_utc};
use watchfire_service::alerting::{AlertState, AlertView, GroupView, Health, RuleFilter, RuleView};

use super::envelope::data;
use super::error::Failure;
use super::form::Parameters;
use crate::http::App;

/// What Go writes for a time that never was.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// `/api/v1/alerts`.
pub(super) async fn alerts(State(app): State<App>) -> Response {
    let groups = app.service.alerting().groups();
    let rules = groups.iter().flat_map(|group| group.rules(&RuleFilter::default()));
    let alerts: Vec<Value> = rules
        .filter_map(|rule| rule.alerting)
        .flat_map(|rule| rule.alerts)
        .map(|alert| shown(&alert))
        .collect();
    data(&json!({"alerts": alerts}))
}

/// `/api/v1/rules`.
pub(super) async fn rules(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    let page = Page::read(&parameters)?;
    let filter = filter(&parameters)?;
    let wanted = |name: &str, value: &str| {
        let mut all = parameters.all(name).peekable();
        all.peek().is_none() || all.any(|one| one == value)
    };
    let (mut shown, mut next, mut found) = (Vec::new(), None, page.token.is_none());
    for group in app.service.alerting().groups() {
        found = found || page.token.as_deref() == Some(token(&group).as_str());
        if !found || !wanted("rule_group[]", group.name()) || !wanted("file[]", group.file()) {
            continue;
        }
        let rules = group.rules(&filter);
        // As in Prometheus, a group is left out of which all rules are.
        if rules.is_empty() {
            continue;
        }
        if page.limit.is_some_and(|limit| shown.len() == limit) {
            next = Some(token(&group));
            break;
        }
        shown.push(group_shown(&group, &rules));
    }
    if !found {
        let token = page.token.unwrap_or_default();
        let text = format!("invalid group_next_token '{token}'. were rule groups changed?");
        return Err(Failure::parameter("group_next_token", text));
    }
    let mut answer = json!({"groups": shown});
    if let Some(next) = next {
        answer["groupNextToken"] = next.into();
    }
    Ok(data(&answer))
}

fn filter(parameters: &Parameters) -> Result<RuleFilter, Failure> {
    let alerting = match parameters.given("type").map(str::to_lowercase).as_deref() {
        None => None,
        Some("alert") => Some(true),
        Some("record") => Some(false),
        Some(other) => return Err(Failure::parameter("type", format!("not supported value {other:?}"))),
    };
    let sets = parameters.selectors().map_err(Failure::bad_data)?;
    let without_alerts = match parameters.given("exclude_alerts") {
        None | Some("0" | "f" | "F" | "false" | "FALSE" | "False") => false,
        Some("1" | "t" | "T" | "true" | "TRUE" | "True") => true,
        Some(other) => {
            let problem = format!(
                "error converting exclude_alerts: strconv.ParseBool: parsing {other:?}: invalid syntax"
            );
            return Err(Failure::parameter("exclude_alerts", problem));
        }
    };
    let names = parameters.all("rule_name[]").map(str::to_owned).collect();
    let mut filter = RuleFilter::new(&sets)?;
    (filter.names, filter.alerting, filter.without_alerts) = (names, alerting, without_alerts);
    Ok(filter)
}

/// The part of the groups that is asked for.
struct Page {
    limit: Option<usize>,
    token: Option<String>,
}

impl Page {
    fn read(parameters: &Parameters) -> Result<Self, Failure> {
        let token = parameters.given("group_next_token").map(str::to_owned);
        let Some(text) = parameters.given("group_limit") else {
            if token.is_some() {
                let text = "group_limit needs to be present in order to paginate over the groups";
                return Err(Failure::parameter("group_next_token", text));
            }
            return Ok(Self { limit: None, token });
        };
        let limit: i32 = text.parse().map_err(|_| {
            let text = format!(
                "group_limit needs to be a valid number: strconv.ParseInt: parsing {text:?}: invalid syntax"
            );
            Failure::parameter("group_limit", text)
        })?;
        match usize::try_from(limit) {
            Ok(limit) if limit > 0 => Ok(Self { limit: Some(limit), token }),
            _ => Err(Failure::parameter("group_limit", "group_limit needs to be greater than 0")),
        }
    }
}

/// What names a group on the next page.
fn token(group: &GroupView) -> String {
    let digest = Sha256::digest(format!("{};{}", group.file(), group.name()));
    digest.iter().take(20).fold(String::new(), |mut text, byte| {
        // Writing to a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn group_shown(group: &GroupView, rules: &[RuleView]) -> Value {
    let stats = group.stats();
    json!({
        "name": group.name(),
        "file": group.file(),
        "rules": rules.iter().map(rule_shown).collect::<Vec<_>>(),
        "interval": seconds(group.interval()),
        "limit": group.limit(),
        "evaluationTime": stats.last_duration.as_secs_f64(),
        "lastEvaluation": time(stats.last_evaluation),
    })
}

fn rule_shown(rule: &RuleView) -> Value {
    let (health, error) = match &rule.health {
        Health::Unknown => ("unknown", None),
        Health::Ok => ("ok", None),
        Health::Err(reason) => ("err", Some(reason)),
    };
    let mut shown = json!({
        "name": rule.name,
        "query": rule.query,
        "health": health,
        "evaluationTime": rule.took.as_secs_f64(),
        "lastEvaluation": time(rule.evaluated_at),
    });
    if let Some(error) = error {
        shown["lastError"] = error.as_str().into();
    }
    if let Some(alerting) = &rule.alerting {
        shown["state"] = alerting.state.word().into();
        shown["duration"] = seconds(alerting.hold);
        shown["keepFiringFor"] = seconds(alerting.keep_firing);
        shown["labels"] = map(&rule.labels);
        shown["annotations"] = json!(alerting.annotations);
        shown["alerts"] = alerting.alerts.iter().map(self::shown).collect();
        shown["type"] = "alerting".into();
    } else {
        if !rule.labels.is_empty() {
            shown["labels"] = map(&rule.labels);
        }
        shown["type"] = "recording".into();
    }
    shown
}

fn shown(alert: &AlertView) -> Value {
    let mut shown = json!({
        "labels": map(&alert.labels),
        "annotations": alert.annotations,
        "state": alert.state.word(),
        "activeAt": time(Some(alert.active_at)),
        "value": exponent(alert.value),
    });
    if alert.state == AlertState::Firing && alert.kept_since.is_some() {
        shown["keepFiringSince"] = time(alert.kept_since).into();
    }
    shown
}

fn map(labels: &Labels) -> Value {
    let labels: BTreeMap<&str, &str> = labels.iter().map(|label| (label.name, label.value)).collect();
    json!(labels)
}

/// Milliseconds as seconds; a whole number where it is one, as Go writes it.
fn seconds(millis: i64) -> Value {
    if millis % 1000 == 0 { (millis / 1000).into() } else { (millis as f64 / 1000.0).into() }
}

/// A time in RFC 3339 without zeros at the end of its fraction, as Go writes it.
fn time(millis: Option<i64>) -> String {
    let Some(millis) = millis else { return NEVER.to_owned() };
    let text = format_utc(millis, 0, "%Y-%m-%dT%H:%M:%S%.3f");
    format!("{}Z", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A number as `strconv.FormatFloat(value, 'e', -1, 64)` of Go writes it: `1.5e+00`.
fn exponent(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = format!("{value:e}");
    // Rust always writes the letter.
    let Some((digits, power)) = text.split_once('e') else { return text };
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{digits}e{sign}{power:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_go_writes_them() {
        let table = [
            (0.0, "0e+00"),
            (1.0, "1e+00"),
            (-1.5, "-1.5e+00"),
            (123_456.789, "1.23456789e+05"),
            (1e-7, "1e-07"),
            (1e100, "1e+100"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ];
        for (value, expected) in table {
            assert_eq!(exponent(value), expected);
        }
    }

    #[test]
    fn times_are_written_as_go_writes_them() {
        let table = [
            (None, NEVER),
            (Some(0), "1970-01-01T00:00:00Z"),
            (Some(1_530_736_032_606), "2018-07-04T20:27:12.606Z"),
            (Some(1_530_736_032_600), "2018-07-04T20:27:12.6Z"),
        ];
        for (millis, expected) in table {
            assert_eq!(time(millis), expected);
        }
        assert_eq!((seconds(60_000), seconds(1500)), (json!(60), json!(1.5)));
    }
}
