use watchfire_model::{Labels, Matcher, TimeRange};
use watchfire_service::alerting::{
    AlertEvent, AlertState, AlertingError, EvaluatedQuestion, Health, HistoryQuestion, RuleFilter,
};
use watchfire_storage::{AlertStore, AlertWrites};

use super::{Stage, eventually, with_rules};

const RULES: &str = "
groups:
- name: hosts
  rules:
  - record: host:temp:max
    expr: max by (host) (temp)
  - record: host:temp:double
    expr: 2 * host:temp:max
    labels: {unit: '2C'}
  - alert: Hot
    expr: host:temp:double > 100
    labels: {severity: '{{ if gt $value 200.0 }}critical{{ else }}warning{{ end }}'}
    annotations: {summary: '{{ $labels.host }} has {{ $value }}, {{ with query \"temp\" }}{{ . | first | value }}{{ end }}'}
";

const SLOW: &str = "
groups:
- name: slow
  rules:
  - alert: Hot
    expr: temp > 50
    for: 1h
  - alert: Now
    expr: temp > 50
    keep_firing_for: 1h
";

fn question() -> HistoryQuestion {
    let range = TimeRange { start: 0, end: i64::MAX };
    HistoryQuestion { rule: None, uid: None, labels: None, range, deliveries: None, limit: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_follow_each_other_and_alerts_come_and_go() {
    let dir = with_rules(RULES);
    let stage = Stage::start(dir.path()).await;
    stage.push("temp", "a", 60.0).await;
    let alert = eventually("an alert", async || stage.alerts().into_iter().next()).await;
    assert_eq!(alert.state, AlertState::Firing);
    assert_eq!(alert.labels.to_string(), r#"{alertname="Hot",host="a",severity="warning",unit="2C"}"#);
    assert_eq!(alert.annotations["summary"], "a has 120, 60");
    let found = eventually("its series", async || {
        Some(stage.query("ALERTS").await).filter(|found| !found.is_empty())
    })
    .await;
    assert_eq!(
        found,
        [r#"ALERTS{alertname="Hot",alertstate="firing",host="a",severity="warning",unit="2C"} 1"#]
    );
    assert_eq!(stage.query("host:temp:double").await, [r#"host:temp:double{host="a",unit="2C"} 120"#]);

    stage.push("temp", "a", 10.0).await;
    eventually("its end", async || stage.alerts().is_empty().then_some(())).await;
    eventually("the end of its series", async || stage.query("ALERTS").await.is_empty().then_some(())).await;
    eventually("the last word", async || (stage.heard() == ["a firing", "a resolved"]).then_some(())).await;
    let events = stage.service.alerting().history(question()).await.unwrap();
    let told: Vec<String> = events.iter().map(|event| format!("{}>{}", event.before, event.after)).collect();
    assert_eq!(told, ["firing>inactive", "inactive>firing"]);
    let handed = stage.ear.heard.lock().unwrap()[0].clone();
    assert_eq!(handed.received.generator_url, "http://here/explore?q=host%3Atemp%3Adouble%20%3E%20100");
    assert!((handed.value - 120.0).abs() < 1e-9);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_told_as_they_were_evaluated() {
    let dir = with_rules("groups:\n- name: g\n  rules:\n  - alert: Hot\n    expr: temp > 50\n");
    let stage = Stage::start(dir.path()).await;
    let alerting = stage.service.alerting();
    stage.push("temp", "a", 60.0).await;
    eventually("its value", async || {
        (stage.query("ALERTS_VALUE").await == [r#"ALERTS_VALUE{alertname="Hot",host="a"} 60"#]).then_some(())
    })
    .await;
    stage.push("temp", "a", 75.0).await;
    eventually("its next value", async || {
        stage.query("ALERTS_VALUE").await.iter().any(|found| found.ends_with(" 75")).then_some(())
    })
    .await;
    // Below, the condition does not hold: nothing is written of it, and the series ends with the alert.
    stage.push("temp", "b", 10.0).await;
    stage.push("temp", "a", 20.0).await;
    eventually("its end", async || stage.query("ALERTS_VALUE").await.is_empty().then_some(())).await;

    // What it was made of is gone; the values are as they were seen.
    let all = TimeRange { start: 0, end: i64::MAX };
    stage.engine.delete(vec![Matcher::equal("__name__", "temp")], all).await.unwrap();
    assert!(stage.query("temp").await.is_empty());
    let key = alerting.groups()[0].rules(&RuleFilter::default())[0].key.to_string();
    let range = TimeRange { start: super::now() - 60_000, end: super::now() };
    let by_rule =
        EvaluatedQuestion { rule: Some(key), uid: None, labels: None, range, step: None, limit: None };
    let told = alerting.evaluated(by_rule.clone()).await.unwrap();
    assert_eq!((told.series.len(), told.left_out), (1, 0));
    assert_eq!(told.series[0].labels.to_string(), r#"{alertname="Hot",host="a"}"#);
    let mut values: Vec<f64> = told.series[0].points.iter().map(|(_, value)| *value).collect();
    values.dedup();
    assert_eq!(values, [60.0, 75.0]);
    let labels = Labels::new([("alertname", "Hot"), ("host", "a")]).unwrap();
    let by_labels = EvaluatedQuestion { rule: None, labels: Some(labels), ..by_rule.clone() };
    assert_eq!(alerting.evaluated(by_labels).await.unwrap(), told);
    let newest = alerting.evaluated(EvaluatedQuestion { limit: Some(1), ..by_rule.clone() }).await.unwrap();
    assert_eq!(newest.series[0].points, told.series[0].points[told.series[0].points.len() - 1..]);
    let none = alerting.evaluated(EvaluatedQuestion { rule: Some("none".to_owned()), ..by_rule }).await;
    assert!(matches!(none, Err(AlertingError::NotFound(_))), "{none:?}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_one_name_show_their_own_values() {
    let group = |name: &str, metric: &str| {
        format!("- name: {name}\n  rules:\n  - alert: Hot\n    expr: {metric} > 50\n")
    };
    let dir = with_rules(&format!("groups:\n{}{}", group("a", "temp"), group("b", "load")));
    let stage = Stage::start(dir.path()).await;
    let alerting = stage.service.alerting();
    stage.push("temp", "x", 60.0).await;
    stage.push("load", "y", 70.0).await;
    eventually("both", async || (stage.query("ALERTS_VALUE").await.len() == 2).then_some(())).await;
    // One is over: only the history knows whose it was.
    stage.push("load", "y", 10.0).await;
    eventually("an end", async || (stage.query("ALERTS_VALUE").await.len() == 1).then_some(())).await;
    let range = TimeRange { start: super::now() - 60_000, end: super::now() };
    for (group, host) in alerting.groups().iter().zip(["x", "y"]) {
        let rule = Some(group.rules(&RuleFilter::default())[0].key.to_string());
        for step in [None, Some(5000)] {
            let rule = rule.clone();
            let asked = EvaluatedQuestion { rule, uid: None, labels: None, range, step, limit: None };
            let told = alerting.evaluated(asked).await.unwrap();
            let hosts: Vec<_> = told.series.iter().map(|series| series.labels.get("host")).collect();
            assert_eq!((hosts, told.left_out), (vec![Some(host)], 0), "{step:?}");
        }
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_kept_for_as_long_as_it_is_set() {
    const HOUR: i64 = 3_600_000;
    const DAYS: i64 = 24 * HOUR;
    let dir = with_rules("groups: []\n");
    let now = super::now();
    let event = |age: i64| AlertEvent {
        at: now - age,
        rule: "a.yml;g;Hot".to_owned(),
        labels: Labels::new([("alertname", "Hot")]).unwrap(),
        before: "inactive".to_owned(),
        after: "firing".to_owned(),
        value: 1.0,
        reason: age.to_string(),
    };
    let ages = [HOUR, 90 * DAYS - HOUR, 90 * DAYS + HOUR];
    let told = async |stage: &Stage| {
        let events = stage.service.alerting().history(question()).await.unwrap();
        events.into_iter().map(|event| event.reason.parse().unwrap()).collect::<Vec<i64>>()
    };
    // When a stage has started, what is old was looked for once.
    let stage = Stage::start_with(dir.path(), |settings| settings.history = None).await;
    let events = ages.map(event).to_vec();
    let writes = AlertWrites { events, ..AlertWrites::default() };
    stage.engine.control().write_alerts(writes).await.unwrap();
    stage.end().await;
    for (history, left) in [(None, &ages[..]), (Some(90 * DAYS), &ages[..2]), (Some(DAYS), &ages[..1])] {
        let stage = Stage::start_with(dir.path(), |settings| settings.history = history).await;
        assert_eq!(told(&stage).await, left, "{history:?}");
        stage.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_changes_nothing() {
    let dir = with_rules(SLOW);
    let stage = Stage::start(dir.path()).await;
    stage.push("temp", "a", 60.0).await;
    let by_name = |stage: &Stage, name: &str| {
        stage.alerts().into_iter().find(|alert| alert.labels.get("alertname") == Some(name))
    };
    let pending = eventually("pending", async || by_name(&stage, "Hot")).await;
    let firing = eventually("firing", async || by_name(&stage, "Now")).await;
    assert_eq!((pending.state, firing.state), (AlertState::Pending, AlertState::Firing));
    // The condition is over, but the alert is kept, and that it is so is kept, too.
    stage.push("temp", "a", 1.0).await;
    let kept = eventually("kept", async || by_name(&stage, "Now")?.kept_since).await;
    eventually("no more pending", async || by_name(&stage, "Hot").is_none().then_some(())).await;
    stage.push("temp", "b", 70.0).await;
    let other = eventually("pending", async || by_name(&stage, "Hot")).await;
    eventually("all is stored", async || {
        let events = stage.service.alerting().history(question()).await.unwrap();
        (events.len() >= 5).then_some(())
    })
    .await;
    stage.end().await;

    let stage = Stage::start(dir.path()).await;
    // Before any evaluation.
    let again = by_name(&stage, "Hot").unwrap();
    assert_eq!((again.state, again.active_at), (AlertState::Pending, other.active_at));
    let again = stage.alerts();
    let again: Vec<_> = again.iter().filter(|alert| alert.labels.get("alertname") == Some("Now")).collect();
    assert_eq!(again.len(), 2);
    assert_eq!((again[0].active_at, again[0].kept_since), (firing.active_at, Some(kept)));
    // Who notifies hears of both at once.
    eventually("told", async || (stage.heard().len() >= 2).then_some(())).await;
    assert!(stage.heard().iter().all(|told| told.ends_with("firing")));
    // That it is so still is said once an evaluation has seen it.
    assert!(!stage.ear.heard.lock().unwrap()[0].is_seen);
    eventually("one that was seen", async || {
        stage.ear.heard.lock().unwrap().iter().any(|alert| alert.is_seen).then_some(())
    })
    .await;
    eventually("an evaluation", async || {
        stage.service.alerting().groups()[0].stats().last_evaluation.filter(|_| stage.alerts().len() == 3)
    })
    .await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_is_told_again() {
    let dir = with_rules(SLOW);
    let stage = Stage::start(dir.path()).await;
    *stage.ear.deaf.lock().unwrap() = true;
    stage.push("temp", "a", 60.0).await;
    eventually("a failure", async || (stage.service.alerting().failures().handover > 1).then_some(())).await;
    assert!(stage.heard().is_empty());
    *stage.ear.deaf.lock().unwrap() = false;
    eventually("told", async || (stage.heard() == ["a firing"]).then_some(())).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_go_end_their_alerts_and_a_broken_file_changes_nothing() {
    let dir = with_rules(SLOW);
    let stage = Stage::start(dir.path()).await;
    let alerting = stage.service.alerting();
    stage.push("temp", "a", 60.0).await;
    eventually("firing", async || (stage.heard() == ["a firing"]).then_some(())).await;
    let since = stage.alerts();

    let other = dir.path().join("other.yml");
    std::fs::write(
        &other,
        "groups:\n- name: x\n  rules:\n  - alert: A\n    expr: up\n    annotations: {a: '{{ $labels.'}\n",
    )
    .unwrap();
    alerting.reload().await;
    let status = alerting.files();
    assert_eq!((status.errors.len(), status.refused), (1, 1), "{status:?}");
    assert_eq!((status.errors[0].line, status.errors[0].field.as_str()), (4, "annotations.a"));
    assert!(status.errors[0].file.ends_with("other.yml"), "{status:?}");
    assert_eq!(alerting.groups().len(), 1);

    // The group changes and goes on with the states that it has.
    std::fs::remove_file(other).unwrap();
    let file = dir.path().join("rules.yml");
    std::fs::write(&file, SLOW.replace("expr: temp > 50", "expr: temp > 40")).unwrap();
    alerting.reload().await;
    assert!(alerting.files().errors.is_empty());
    let now = stage.alerts();
    assert_eq!(
        now.iter().map(|a| a.active_at).collect::<Vec<_>>(),
        since.iter().map(|a| a.active_at).collect::<Vec<_>>()
    );
    assert_eq!(alerting.groups()[0].rules(&RuleFilter::default())[0].query, "temp > 40");

    std::fs::write(&file, "groups: []\n").unwrap();
    alerting.reload().await;
    assert!(alerting.groups().is_empty());
    assert_eq!(stage.heard().last().unwrap(), "a resolved");
    assert!(stage.query("ALERTS").await.is_empty());
    stage.end().await;
    let stage = Stage::start(dir.path()).await;
    assert!(stage.alerts().is_empty());
    assert!(stage.heard().is_empty());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_fails_keeps_the_state() {
    let dir = with_rules("groups:\n- name: g\n  rules:\n  - alert: Both\n    expr: a * on (host) b > 0\n");
    let stage = Stage::start(dir.path()).await;
    stage.push("a", "x", 1.0).await;
    stage.push("b", "x", 1.0).await;
    eventually("firing", async || (stage.alerts().len() == 1).then_some(())).await;
    let mut batch = watchfire_model::Batch::default();
    batch.push(&Labels::of("b", [("host", "x"), ("disk", "1")]).unwrap(), super::now(), 1.0);
    stage.service.append(batch).await.unwrap();
    let reason = eventually("an error", async || {
        match stage.service.alerting().groups()[0].rules(&RuleFilter::default()).remove(0).health {
            Health::Err(reason) => Some(reason),
            _ => None,
        }
    })
    .await;
    assert!(reason.contains("many-to-many"), "{reason}");
    assert_eq!(stage.alerts().len(), 1);
    let newest = eventually("told", async || {
        let events = stage.service.alerting().history(question()).await.unwrap();
        events.into_iter().next().filter(|event| event.after == "error")
    })
    .await;
    assert_eq!(newest.reason, reason);
    assert!(stage.service.alerting().groups()[0].stats().failures > 0);
    stage.end().await;
}
