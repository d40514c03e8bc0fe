//! What became of alerts: which of it filters find, and what is deleted.

use watchfire_model::{Labels, TimeRange};
use watchfire_storage::{AlertEvent, AlertEventFilter, AlertStore, AlertWrites, Engine, NOT_SENT, SENT};

use crate::fixture::{ALWAYS, settings};

fn labels(host: &str) -> Labels {
    Labels::new([("alertname", "Fire"), ("host", host)]).unwrap()
}

fn event(at: i64, host: &str, after: &str) -> AlertEvent {
    AlertEvent {
        at,
        rule: format!("rules of {host}"),
        labels: labels(host),
        before: "firing".to_owned(),
        after: after.to_owned(),
        value: 1.0,
        reason: String::new(),
    }
}

fn all() -> AlertEventFilter {
    AlertEventFilter { rule: None, labels: Vec::new(), range: ALWAYS, deliveries: None, limit: 100 }
}

#[tokio::test]
async fn events_are_found_by_their_alerts_and_go_with_their_time() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let events = vec![
        event(1, "a", "firing"),
        event(2, "a", SENT),
        event(3, "b", SENT),
        event(4, "c\"é", NOT_SENT),
        event(5, "a", "inactive"),
        event(5, "a", SENT),
    ];
    store.write_alerts(AlertWrites { events, ..AlertWrites::default() }).await.unwrap();
    let found = async |filter: &AlertEventFilter| {
        let found = store.alert_events(filter).await.unwrap();
        let told = found.iter().map(|event| {
            let host = event.labels.get("host").unwrap_or_default();
            format!("{} {host} {}", event.at, event.after)
        });
        told.collect::<Vec<_>>().join(", ")
    };
    let of = |hosts: &[&str]| AlertEventFilter {
        labels: hosts.iter().map(|host| labels(host)).collect(),
        ..all()
    };
    let sent = |filter: AlertEventFilter| AlertEventFilter { deliveries: Some(true), ..filter };
    for (filter, expected) in [
        (all(), "5 a sent, 5 a inactive, 4 c\"é not sent, 3 b sent, 2 a sent, 1 a firing"),
        (of(&["a"]), "5 a sent, 5 a inactive, 2 a sent, 1 a firing"),
        (sent(of(&["a", "c\"é", "none"])), "5 a sent, 4 c\"é not sent, 2 a sent"),
        (sent(of(&["b", "a", "b"])), "5 a sent, 3 b sent, 2 a sent"),
        (AlertEventFilter { limit: 2, ..sent(of(&["a", "b"])) }, "5 a sent, 3 b sent"),
        (AlertEventFilter { range: TimeRange { start: 2, end: 4 }, ..of(&["a", "b"]) }, "3 b sent, 2 a sent"),
        (AlertEventFilter { rule: Some("rules of b".to_owned()), ..of(&["a", "b"]) }, "3 b sent"),
        (AlertEventFilter { deliveries: Some(false), ..all() }, "5 a inactive, 1 a firing"),
        (of(&["none"]), ""),
    ] {
        assert_eq!(found(&filter).await, expected, "{filter:?}");
    }
    // What is as old as the limit stays.
    assert_eq!(store.prune_alert_events(3).await.unwrap(), 2);
    assert_eq!(found(&all()).await, "5 a sent, 5 a inactive, 4 c\"é not sent, 3 b sent");
    assert_eq!(store.prune_alert_events(3).await.unwrap(), 0);
}
