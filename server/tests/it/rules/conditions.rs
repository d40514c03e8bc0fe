//! Each condition that a rule may have: where it fires, and where it does not.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;

use super::alerts;
use crate::answer::eventually;
use crate::server::{DEADLINE, Server, now};

pub(super) const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const WEEK: i64 = 168 * HOUR;

/// Milliseconds since the epoch, and values.
pub(super) type Samples = Vec<(i64, f64)>;

/// A rule, what there is, and what comes of it.
struct Case {
    name: &'static str,
    query: &'static str,
    condition: Value,
    /// Over which its values are averaged; none: the newest one counts.
    window: Option<&'static str>,
    /// Of each host.
    samples: Vec<(&'static str, Samples)>,
    /// The hosts whose alerts fire, in their order.
    fires: &'static [&'static str],
    /// What the hosts that fire send, so that they are well again.
    mended: Option<f64>,
}

/// A case whose hosts have one value, sent just now.
fn of_values(
    name: &'static str,
    query: &'static str,
    condition: Value,
    values: &[(&'static str, f64)],
    fires: &'static [&'static str],
    mended: f64,
) -> Case {
    let samples = values.iter().map(|(host, value)| (*host, vec![(now(), *value)])).collect();
    Case { name, query, condition, window: None, samples, fires, mended: Some(mended) }
}

/// Conditions of the newest value alone.
fn of_now() -> Vec<Case> {
    let band = [("under", 9.5), ("low", 10.0), ("amid", 15.0), ("high", 20.0), ("over", 20.5)];
    vec![
        of_values(
            "Above",
            "c_above",
            json!({"is": "above", "threshold": 50}),
            &[("over", 50.5), ("at", 50.0), ("under", -60.0)],
            &["over"],
            50.0,
        ),
        of_values(
            "Below",
            "c_below",
            json!({"is": "below", "threshold": 0.5}),
            &[("under", 0.4), ("at", 0.5), ("over", 7.0)],
            &["under"],
            0.5,
        ),
        of_values(
            "Equal",
            "c_equal",
            json!({"is": "equal", "threshold": -3}),
            &[("same", -3.0), ("near", -3.01), ("opposite", 3.0)],
            &["same"],
            3.0,
        ),
        of_values(
            "NotEqual",
            "c_not_equal",
            json!({"is": "not_equal", "threshold": 1}),
            &[("same", 1.0), ("near", 1.01), ("none", 0.0)],
            &["near", "none"],
            1.0,
        ),
        of_values(
            "Outside",
            "c_outside",
            json!({"is": "outside", "low": 10, "high": 20}),
            &band,
            &["over", "under"],
            15.0,
        ),
        of_values(
            "Inside",
            "c_inside",
            json!({"is": "inside", "low": 10, "high": 20}),
            &band,
            &["amid", "high", "low"],
            9.0,
        ),
    ]
}

/// Conditions of what is not there, and of what was before.
fn of_time() -> Vec<Case> {
    let hour = now().div_euclid(HOUR) * HOUR;
    // Around 20 by 2, in this hour and the next one of two weeks, from which the deviation is 2; then what is now.
    let history = |value: f64| {
        let weeks = [2, 1].into_iter().flat_map(|week| (0..24).map(move |step| (week, step)));
        let past = weeks.map(|(week, step)| {
            (hour - week * WEEK + step * 5 * MINUTE, if step % 2 == 0 { 18.0 } else { 22.0 })
        });
        past.chain([(now(), value)]).collect::<Samples>()
    };
    let then_and_now = |then: f64, value: f64| vec![(now() - HOUR - MINUTE, then), (now(), value)];
    let minutes = |values: [f64; 3]| {
        let points = (-2..1).zip(values).map(|(at, value)| (now() + at * MINUTE, value));
        points.collect::<Samples>()
    };
    vec![
        Case {
            name: "Absent",
            query: "c_absent{host=\"gone\"}",
            condition: json!({"is": "absent"}),
            window: None,
            samples: vec![("other", vec![(now(), 1.0)])],
            fires: &["gone"],
            mended: Some(1.0),
        },
        of_values("Present", "c_present{host=\"here\"}", json!({"is": "absent"}), &[("here", 0.0)], &[], 0.0),
        Case {
            name: "Changed",
            query: "c_changed",
            condition: json!({"is": "changed", "percent": 20, "ago": "1h"}),
            window: None,
            samples: vec![
                ("grown", then_and_now(100.0, 130.0)),
                ("shrunk", then_and_now(100.0, 70.0)),
                ("steady", then_and_now(100.0, 115.0)),
                ("new", vec![(now(), 500.0)]),
            ],
            fires: &["grown", "shrunk"],
            mended: Some(100.0),
        },
        Case {
            name: "Unusual",
            query: "c_unusual",
            condition: json!({"is": "unusual", "deviations": 3, "weeks": 2}),
            window: None,
            samples: vec![("odd", history(40.0)), ("usual", history(23.0)), ("new", vec![(now(), 40.0)])],
            fires: &["odd"],
            mended: Some(20.0),
        },
        // Of its window, not of its newest value.
        Case {
            name: "AboveOnAverage",
            query: "c_average",
            condition: json!({"is": "above", "threshold": 50}),
            window: Some("10m"),
            samples: vec![("busy", minutes([100.0, 100.0, 0.0])), ("spiky", minutes([0.0, 0.0, 100.0]))],
            fires: &["busy"],
            mended: None,
        },
    ]
}

impl Case {
    fn metric(&self) -> &str {
        self.query.split('{').next().unwrap_or_default()
    }

    fn rule(&self) -> Value {
        let mut rule = json!({"name": self.name, "query": self.query, "condition": self.condition});
        if let Some(window) = self.window {
            rule["window"] = window.into();
            rule["fold"] = "avg".into();
        }
        rule
    }

    fn alerts(&self) -> impl Iterator<Item = String> {
        self.fires.iter().map(|host| format!("{} {host}", self.name))
    }
}

/// Stores the samples of a series.
pub(super) async fn store(server: &Server, metric: &str, host: &str, samples: &[(i64, f64)]) {
    let mut lines = String::new();
    for (at, value) in samples {
        // Writing to a text can't fail.
        let _ = writeln!(lines, "{metric}{{host=\"{host}\"}} {value} {at}");
    }
    let answer = server.post("/api/v1/import/prometheus", &[], lines.into_bytes()).await;
    assert!((200..300).contains(&answer.status), "{metric} {host}: {}", answer.body);
}

/// The name and the host of each alert that fires.
fn told(alerts: &[Value]) -> BTreeSet<String> {
    let word = |alert: &Value, name: &str| alert["labels"][name].as_str().unwrap_or_default().to_owned();
    let firing = alerts.iter().filter(|alert| alert["state"] == "firing");
    firing.map(|alert| format!("{} {}", word(alert, "alertname"), word(alert, "host"))).collect()
}

/// Waits until exactly these alerts fire.
pub(super) async fn until(server: &Server, expected: &BTreeSet<String>) {
    let started = Instant::now();
    loop {
        let found = told(&alerts(server).await);
        if found == *expected {
            return;
        }
        let wrong: Vec<_> = found.symmetric_difference(expected).collect();
        assert!(started.elapsed() < DEADLINE, "these fire and should not, or do not and should: {wrong:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the rules of these names were evaluated once more.
pub(super) async fn evaluated(server: &Server, names: &[&str]) {
    let since = jiff::Timestamp::now();
    for name in names {
        eventually(name, async || {
            let told = server.get(&format!("/api/v1/rules?rule_name[]={name}")).await.json();
            let rule = &told["data"]["groups"][0]["rules"][0];
            let at = rule["lastEvaluation"].as_str()?.parse::<jiff::Timestamp>().ok()?;
            (rule["health"] == "ok" && at > since).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn each_condition_fires_where_it_should_and_nowhere_else() {
    let dir = tempdir().unwrap();
    let flags = ["--no-collect", "--rules-interval=200ms", "--retention=0"];
    let server = Server::start(dir.path(), &flags);
    let cases: Vec<Case> = of_now().into_iter().chain(of_time()).collect();
    for case in &cases {
        for (host, samples) in &case.samples {
            store(&server, case.metric(), host, samples).await;
        }
    }
    for case in &cases {
        // The form says the same before the rule is there.
        let body = json!({"rule": case.rule()}).to_string().into_bytes();
        let preview = server.post("/api/v1/watchfire/rules/preview", &[], body).await.json();
        let seen = preview["data"]["alerts"].as_array().unwrap();
        let mut hosts: Vec<_> = seen.iter().map(|alert| alert["labels"]["host"].as_str().unwrap()).collect();
        hosts.sort_unstable();
        assert_eq!(hosts, case.fires, "{}: {preview}", case.name);
        let body = json!({"uid": case.name, "rule": case.rule()}).to_string().into_bytes();
        let made = server.post("/api/v1/watchfire/rules", &[], body).await;
        assert_eq!(made.status, 201, "{}: {}", case.name, made.body);
    }
    let names: Vec<&str> = cases.iter().map(|case| case.name).collect();
    let expected = cases.iter().flat_map(Case::alerts).collect();
    until(&server, &expected).await;
    // Nothing comes later that should not.
    evaluated(&server, &names).await;
    until(&server, &expected).await;

    for case in &cases {
        for host in case.fires {
            if let Some(mended) = case.mended {
                store(&server, case.metric(), host, &[(now(), mended)]).await;
            }
        }
    }
    let left = cases.iter().filter(|case| case.mended.is_none()).flat_map(Case::alerts).collect();
    until(&server, &left).await;
}
