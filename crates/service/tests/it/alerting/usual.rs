//! Thresholds from history, over made-up weeks.

use watchfire_model::{Batch, Labels, TimeRange};
use watchfire_rules::{HOUR, STEP, Usual, WEEK};
use watchfire_service::alerting::{Form, RuleFilter};

use super::{Stage, eventually, now, with_rules};

fn form(condition: &str) -> Form {
    let text = format!(r#"{{"name": "Odd", "query": "load", "condition": {condition}, "interval": "1m"}}"#);
    serde_json::from_str(&text).unwrap()
}

/// Each hour of the week has a level of its own, around which the values go up and down by 2: their deviation.
fn level(hour: i64) -> f64 {
    20.0 + hour.div_euclid(HOUR).rem_euclid(168) as f64 / 2.0
}

/// Three weeks of history of one host, and of another only the last hours.
async fn with_history(stage: &Stage) {
    let mut batch = Batch::default();
    let labels = |host: &str| Labels::of("load", [("host", host)]).unwrap();
    let end = Usual::hour(now());
    let mut at = end - 3 * WEEK;
    while at < end {
        let swing = if at.div_euclid(STEP).rem_euclid(2) == 0 { 2.0 } else { -2.0 };
        batch.push(&labels("old"), at, level(Usual::hour(at)) + swing);
        if at > end - 2 * HOUR {
            batch.push(&labels("new"), at, 1.0);
        }
        at += STEP;
    }
    let appended = stage.service.append(batch).await.unwrap();
    assert_eq!(appended.refused.total(), 0, "{:?}", appended.refused.first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_usual_in_this_hour_fires() {
    let dir = with_rules("groups: []");
    let stage = Stage::start(dir.path()).await;
    let alerting = stage.service.alerting();
    with_history(&stage).await;
    let usual = level(Usual::hour(now()));
    // Usual in another hour, and three deviations and a half away in this one.
    stage.push("load", "old", usual + 7.0).await;
    stage.push("load", "new", 50.0).await;
    let condition = |text: &str| format!(r#"{{"is": "unusual", {text}, "weeks": 2}}"#);
    let fires = async |text: &str| {
        let preview = alerting.preview(&form(&condition(text))).await;
        assert_eq!((preview.failed, preview.flaws), (None, vec![]), "{text}");
        preview.alerts.iter().map(|seen| seen.labels.get("host").unwrap().to_owned()).collect::<Vec<_>>()
    };
    // Of the new host there is no history, so nothing about it is unusual.
    assert_eq!(fires(r#""deviations": 3"#).await, ["old"]);
    assert_eq!(fires(r#""deviations": 3, "side": "above""#).await, ["old"]);
    assert!(fires(r#""deviations": 3, "side": "below""#).await.is_empty());
    assert!(fires(r#""deviations": 4"#).await.is_empty());
    assert_eq!(fires(r#""quantile": 0.99"#).await, ["old"]);

    let refused = alerting.preview(&form(r#"{"is": "unusual"}"#)).await;
    assert_eq!(refused.flaws[0].field, "condition.deviations");

    // Evaluated as any other rule, with what is usual kept for the hour.
    let rule = Form { interval: Some(watchfire_rules::Length(50)), ..form(&condition(r#""deviations": 3"#)) };
    alerting.create_form(Some("odd".to_owned()), &rule, "").await.unwrap();
    let alert = eventually("firing", async || stage.alerts().into_iter().next()).await;
    assert_eq!((alert.labels.get("host"), alert.value.to_bits()), (Some("old"), (usual + 7.0).to_bits()));
    stage.push("load", "old", usual).await;
    eventually("resolved", async || stage.alerts().is_empty().then_some(())).await;
    let rules = alerting.groups()[0].rules(&RuleFilter::default());
    assert_eq!(rules[0].query, "load");
    assert!(
        alerting.export().await.unwrap().contains("# Left out: odd (Odd): its threshold comes from history")
    );
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_judged_by_its_own_past_and_drawn_with_it() {
    let dir = with_rules("groups: []");
    let stage = Stage::start(dir.path()).await;
    let alerting = stage.service.alerting();
    with_history(&stage).await;
    // An hour ago it was too much for that hour, for ten minutes.
    let odd = Usual::hour(now()) - HOUR;
    let mut batch = Batch::default();
    let labels = Labels::of("load", [("host", "odd")]).unwrap();
    for week in [2, 1] {
        for minute in (1..11).chain(21..31) {
            batch.push(&labels, odd - week * WEEK + minute * 60_000, 100.0);
        }
    }
    for minute in 1..11 {
        batch.push(&labels, odd + minute * 60_000, 500.0);
    }
    stage.service.append(batch).await.unwrap();
    let rule = form(r#"{"is": "unusual", "deviations": 3, "weeks": 2}"#);
    let test = alerting.backtest(None, &rule, 6 * HOUR, alerting.patience()).await.unwrap();
    assert_eq!((test.fired, test.series.len()), (1, 1), "{test:?}");
    assert_eq!(test.series[0].labels.get("host"), Some("odd"));
    let interval = test.series[0].intervals[0];
    // At the first evaluation from then on: a rule has a place of its own in its interval.
    assert!((odd + 60_000..odd + 120_000).contains(&interval.from), "{interval:?}");

    let range = TimeRange { start: now() - 6 * HOUR, end: now() };
    let values = alerting.values_of(&rule, range).await.unwrap();
    assert_eq!((values.expr.as_str(), values.step, values.series.len()), ("load", 60_000, 3));
    let old = values.series.iter().find(|series| series.labels.to_string() == "{host=\"old\"}").unwrap();
    assert!(old.usual.len() >= 6, "{:?}", old.usual);
    for (hour, band) in &old.usual {
        // Three times the deviation of 2 around the level of the hour.
        assert_eq!((band.low, band.high), (level(*hour) - 6.0, level(*hour) + 6.0), "{hour}");
    }
    let fixed: Form = serde_json::from_str(
        r#"{"name": "High", "query": "load", "condition": {"is": "outside", "low": 1, "high": 300}, "interval": "1m"}"#,
    )
    .unwrap();
    let values = alerting.values_of(&fixed, range).await.unwrap();
    assert_eq!((values.expr.as_str(), values.low, values.high), ("load", Some(1.0), Some(300.0)));
    assert!(values.series.iter().all(|series| series.usual.is_empty() && !series.points.is_empty()));
    stage.end().await;
}
