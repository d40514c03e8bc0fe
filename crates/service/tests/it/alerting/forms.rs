use watchfire_service::alerting::{AlertingError, FORM_FILE, Form};

use super::{Stage, eventually, now, with_rules};

fn form(threshold: f64) -> Form {
    let text = format!(
        r#"{{"name": "Hot", "query": "temp", "condition": {{"is": "above", "threshold": {threshold}}}, "severity": "high",
            "summary": "{{{{ $labels.host }}}} is hot"}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_by_form_is_evaluated_at_once_and_kept_in_versions() {
    let dir = with_rules("groups: []");
    let stage = Stage::start(dir.path()).await;
    let alerting = stage.service.alerting();
    stage.push("temp", "a", 60.0).await;
    let saved = alerting.create_form(Some("hot".to_owned()), &form(50.0), "first").await.unwrap();
    assert_eq!((saved.uid.as_str(), saved.version), ("hot", 1));
    assert!(matches!(
        alerting.create_form(Some("hot".to_owned()), &form(1.0), "").await,
        Err(AlertingError::Exists(_))
    ));
    let groups = alerting.groups();
    assert_eq!((groups[0].file(), groups[0].name()), (FORM_FILE, "hot"));
    let alert = eventually("firing", async || stage.alerts().into_iter().next()).await;
    assert_eq!(alert.labels.get("severity"), Some("high"));
    assert_eq!(alert.annotations["summary"], "a is hot");

    // Another version of the rule goes on with its alerts, and is another rule from then on.
    let saved = alerting.save_form("hot", 1, &form(59.0), "less").await.unwrap();
    assert_eq!(saved.version, 2);
    assert_eq!(stage.alerts()[0].active_at, alert.active_at);
    let refused = alerting.save_form("hot", 1, &form(1.0), "").await;
    assert!(matches!(refused, Err(AlertingError::Conflict { current: 2, .. })), "{refused:?}");
    let kept = alerting.form("hot").await.unwrap();
    assert_eq!(
        (kept.head.message.as_str(), kept.head.kept.author.as_str(), kept.rule),
        ("less", "local", form(59.0))
    );

    let broken = Form { query: "temp{".to_owned(), ..form(1.0) };
    let Err(AlertingError::Invalid(flaws)) = alerting.create_form(None, &broken, "").await else { panic!() };
    assert_eq!((flaws.0[0].field.as_str(), flaws.0[0].span), ("query", Some((5, 5))));
    stage.end().await;

    let stage = Stage::start(dir.path()).await;
    assert_eq!(stage.alerts()[0].active_at, alert.active_at);
    let paused = Form { paused: true, ..form(59.0) };
    stage.service.alerting().save_form("hot", 2, &paused, "").await.unwrap();
    assert!(stage.alerts().is_empty() && stage.service.alerting().groups().is_empty());
    assert_eq!(stage.heard().last().unwrap(), "a resolved");
    stage.service.alerting().remove_form("hot", Some(3)).await.unwrap();
    assert!(matches!(stage.service.alerting().form("hot").await, Err(AlertingError::NotFound(_))));
    assert!(stage.service.alerting().forms().await.unwrap().is_empty());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_does_and_would_have_done() {
    let dir = with_rules("groups: []");
    let stage = Stage::start(dir.path()).await;
    let alerting = stage.service.alerting();
    let mut batch = watchfire_model::Batch::default();
    let labels = watchfire_model::Labels::of("temp", [("host", "a")]).unwrap();
    // Ten minutes hot, ten minutes cool, over two hours, and hot now.
    let start = now() - 2 * 3_600_000;
    for second in (0..7200).step_by(15) {
        let value = if (second / 600) % 2 == 0 { 10.0 } else { 90.0 };
        batch.push(&labels, start + second * 1000, value);
    }
    stage.service.append(batch).await.unwrap();
    let rule = Form { interval: Some(watchfire_rules::Length(15_000)), ..form(50.0) };
    let preview = alerting.preview(&rule).await;
    assert_eq!(
        (preview.expr.as_str(), preview.alerts.len(), preview.left_out),
        ("temp > 50", 1, 0),
        "{preview:?}"
    );
    assert_eq!(preview.alerts[0].annotations["summary"], "a is hot");
    let flawed = alerting.preview(&Form { query: "temp{".to_owned(), ..form(1.0) }).await;
    assert_eq!(flawed.flaws[0].span, Some((5, 5)));

    let test = alerting.backtest(None, &rule, 3_600_000, alerting.patience()).await.unwrap();
    assert_eq!((test.step, test.series.len()), (15_000, 1));
    assert!((3..=4).contains(&test.fired), "{test:?}");
    let last = test.series[0].intervals.last().unwrap();
    assert_eq!(last.to, None);
    let patient = Form { hold: watchfire_rules::Length(900_000), ..rule };
    assert_eq!(alerting.backtest(None, &patient, 3_600_000, alerting.patience()).await.unwrap().fired, 0);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spike_of_half_a_minute_is_found_in_a_week_where_that_is_affordable() {
    const WEEK: i64 = 7 * 86_400_000;
    // What is too much, or would take longer than anybody waits, is not looked at closely.
    for (most, patience, step, fired) in
        [(2_000_000, 60, 15_000, 1), (1000, 60, 210_000, 0), (2_000_000, 0, 210_000, 0)]
    {
        let dir = with_rules("groups: []");
        let stage = Stage::start_with(dir.path(), |settings| {
            settings.max_backtest_points = most;
            settings.backtest_patience = std::time::Duration::from_secs(patience);
        });
        let stage = stage.await;
        let mut batch = watchfire_model::Batch::default();
        let labels = watchfire_model::Labels::of("temp", [("host", "a")]).unwrap();
        // Four days ago, and between two of the evaluations of the longer step.
        let spike = (now() - 4 * 86_400_000).div_euclid(210_000) * 210_000 + 60_000;
        for at in (spike - 600_000..spike + 600_000).step_by(15_000) {
            batch.push(&labels, at, if (spike..spike + 30_000).contains(&at) { 90.0 } else { 10.0 });
        }
        stage.service.append(batch).await.unwrap();
        let rule = Form { interval: Some(watchfire_rules::Length(15_000)), ..form(50.0) };
        let alerting = stage.service.alerting();
        let test = alerting.backtest(None, &rule, WEEK, alerting.patience()).await.unwrap();
        assert_eq!((test.step, test.interval, test.fired), (step, 15_000, fired), "{most} {patience}");
        stage.end().await;
    }
}
