//! Where an alert would go, and what would keep it from being told.

use super::*;

#[tokio::test]
async fn what_mutes_an_alert_is_named() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    alerts.receive(vec![alert("Fire", "a", "critical", None)], 0).await.unwrap();
    let id = alerts.set_silence(draft("alertname=Smoke", 60 * SECOND), 1).await.unwrap();
    let ask = |host: &str| {
        let smoke = alert("Smoke", host, "warning", None);
        alerts.explain(&smoke.labels, 2)
    };
    let near = ask("a");
    let inhibiting: Vec<_> = near.inhibiting.iter().map(|alert| alert.labels.get("alertname")).collect();
    assert_eq!(inhibiting, [Some("Fire")]);
    assert_eq!(near.muted_by.inhibited_by, [near.inhibiting[0].fingerprint()]);
    let silences: Vec<_> = near.silences.iter().map(|silence| (&silence.id, &*silence.comment)).collect();
    assert_eq!(silences, [(&id, "known")]);
    assert!(ask("b").inhibiting.is_empty());
    // By a draft without the rule nothing inhibits it; what is silenced is so by any.
    let draft = follow("{route: {receiver: team}, receivers: [{name: team}]}").config;
    let labels = alert("Smoke", "a", "warning", None).labels;
    let drafted = alerts.explain_draft(&draft, &labels, 2);
    assert!(drafted.inhibiting.is_empty() && drafted.silences.len() == 1);
}

#[tokio::test]
async fn made_up_data_is_muted_by_what_it_is() {
    let alerts = Bench::default().open(0).await;
    let labels = Labels::new([("alertname", "Fire"), ("demo", "true")]).unwrap();
    assert_eq!(alerts.explain(&labels, 2).muted_by.maintained_by.as_deref(), Some("demo"));
    alerts.tell_of_demo(true);
    assert_eq!(alerts.explain(&labels, 2).muted_by.maintained_by, None);
}

#[tokio::test]
async fn the_policy_that_is_followed_is_named() {
    let text = "
route: {receiver: team, routes: [{matchers: [host=a], escalation_policy: levels}]}
receivers: [{name: team}, {name: lead}, {name: phone}]
escalation_policies:
  - name: levels
    steps:
      - {after: 5m, receivers: [lead, phone], severities: [critical]}
      - {after: 1h, receivers: [lead]}
";
    let alerts = Bench::default().open(0).await;
    let ask = |host: &str, severity: &str| {
        let labels = alert("Fire", host, severity, None).labels;
        let explained = alerts.explain_draft(&follow(text).config, &labels, 0);
        let steps = explained.escalations[0].iter();
        let told =
            steps.map(|step| format!("{} {}", step.told_after, step.receiver.as_deref().unwrap_or("-")));
        (explained.policies[0].clone(), told.collect::<Vec<_>>().join(", "))
    };
    let levels = || Some("levels".to_owned());
    assert_eq!(ask("a", "critical"), (levels(), "5m lead, 5m phone, 1h lead".to_owned()));
    assert_eq!(ask("a", "warning"), (levels(), "1h lead".to_owned()));
    assert_eq!(ask("b", "critical"), (None, String::new()));
}
