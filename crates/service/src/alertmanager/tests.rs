use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use watchfire_alerting::dispatch::Reason;
use watchfire_alerting::incident::{Change, IncidentState};
use watchfire_alerting::silence::Draft;
use watchfire_alerting::{Config, Fingerprint, Matchers, Notification, Received};
use watchfire_model::Labels;
use watchfire_storage::{ControlError, RowChange, RowStore};

use super::{AlertFilter, Alertmanager, AlertmanagerError, Deliver, Followed, INCIDENTS, Said, WindowDraft};

const CONFIG: &str = "
route: {receiver: team, group_by: [alertname], group_wait: 10s, group_interval: 1m, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]
inhibit_rules:
  - source_matchers: [severity=critical]
    target_matchers: [severity=warning]
    equal: [host]
";

const SECOND: i64 = 1000;

mod absence;
mod explained;
mod firing;

fn follow(text: &str) -> Followed {
    Followed { config: Config::parse("test", text).unwrap(), ..Followed::nobody() }
}

/// Rows in memory.
#[derive(Default)]
struct Rows {
    rows: Mutex<BTreeMap<(String, String), String>>,
    broken: AtomicBool,
}

#[async_trait]
impl RowStore for Rows {
    async fn rows(&self, kind: &str) -> Result<Vec<(String, String)>, ControlError> {
        let rows = self.rows.lock().unwrap();
        let own = rows.iter().filter(|((own, _), _)| own == kind);
        Ok(own.map(|((_, key), body)| (key.clone(), body.clone())).collect())
    }

    async fn write_rows(&self, kind: &str, changes: Vec<RowChange>) -> Result<(), ControlError> {
        if self.broken.load(Ordering::SeqCst) {
            let file = "control.db".into();
            let broken =
                watchfire_storage::StorageError::Corrupt { file, reason: "told so by a test".to_owned() };
            return Err(broken.into());
        }
        let mut rows = self.rows.lock().unwrap();
        for (key, body) in changes {
            match body {
                Some(body) => drop(rows.insert((kind.to_owned(), key), body)),
                None => drop(rows.remove(&(kind.to_owned(), key))),
            }
        }
        Ok(())
    }
}

/// What was handed on.
#[derive(Default)]
struct Sent {
    handed: Mutex<Vec<Notification>>,
    acknowledged: Mutex<Vec<String>>,
    broken: AtomicBool,
}

#[async_trait]
impl Deliver for Sent {
    fn configure(&self, _: &Config, _: watchfire_template::Set) {}

    async fn deliver(&self, notifications: &[Notification]) -> Result<(), String> {
        if self.broken.load(Ordering::SeqCst) {
            return Err("told so by a test".to_owned());
        }
        self.handed.lock().unwrap().extend(notifications.iter().cloned());
        Ok(())
    }

    async fn acknowledged(&self, group_key: &str, _: &str, by: &str) -> Result<(), String> {
        self.acknowledged.lock().unwrap().push(format!("{by}: {group_key}"));
        Ok(())
    }
}

#[derive(Default)]
struct Bench {
    rows: Arc<Rows>,
    sent: Arc<Sent>,
}

impl Bench {
    async fn open(&self, now: i64) -> Alertmanager {
        Alertmanager::open(self.rows.clone(), self.sent.clone(), follow(CONFIG), now).await.unwrap()
    }

    /// What was sent: the tick in seconds and the alerts, a resolved one in brackets.
    fn told(&self) -> Vec<(i64, String)> {
        let sent = self.sent.handed.lock().unwrap();
        let name =
            |alert: &Labels| format!("{}@{}", alert.get("alertname").unwrap(), alert.get("host").unwrap());
        let tell = |one: &Notification| {
            let alerts = one.alerts.iter().map(|told| {
                let name = name(&told.alert.labels);
                if told.resolved { format!("({name})") } else { name }
            });
            (one.at / SECOND, alerts.collect::<Vec<_>>().join(" "))
        };
        sent.iter().map(tell).collect()
    }
}

fn alert(name: &str, host: &str, severity: &str, ends_at: Option<i64>) -> Received {
    Received {
        labels: Labels::new([("alertname", name), ("host", host), ("severity", severity)]).unwrap(),
        annotations: Labels::empty(),
        starts_at: Some(0),
        ends_at,
        generator_url: String::new(),
    }
}

fn draft(matchers: &str, ends_at: i64) -> Draft {
    Draft {
        id: None,
        matchers: Matchers::parse(matchers).unwrap(),
        starts_at: None,
        ends_at,
        created_by: "ann".to_owned(),
        comment: "known".to_owned(),
    }
}

#[tokio::test]
async fn a_restart_goes_on_where_it_stopped() {
    let bench = Bench::default();
    let first = bench.open(0).await;
    first.receive(vec![alert("Fire", "a", "critical", None)], 0).await.unwrap();
    assert_eq!(first.tick(5 * SECOND).await, Ok(Some(10 * SECOND)));
    drop(first);
    let second = bench.open(6 * SECOND).await;
    assert_eq!(second.tick(10 * SECOND).await, Ok(Some(70 * SECOND)));
    drop(second);
    // It knows that it was told.
    let third = bench.open(20 * SECOND).await;
    third.tick(70 * SECOND).await.unwrap();
    third.receive(vec![alert("Fire", "a", "critical", Some(80 * SECOND))], 80 * SECOND).await.unwrap();
    third.tick(130 * SECOND).await.unwrap();
    assert_eq!(bench.told(), [(10, "Fire@a".to_owned()), (130, "(Fire@a)".to_owned())]);
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_lost() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    bench.rows.broken.store(true, Ordering::SeqCst);
    let refused = alerts.receive(vec![alert("Fire", "a", "critical", None)], 0).await;
    assert!(matches!(refused, Err(AlertmanagerError::Store(_))), "{refused:?}");
    bench.rows.broken.store(false, Ordering::SeqCst);
    bench.sent.broken.store(true, Ordering::SeqCst);
    assert_eq!(alerts.tick(10 * SECOND).await, Err("told so by a test".to_owned()));
    bench.sent.broken.store(false, Ordering::SeqCst);
    alerts.tick(11 * SECOND).await.unwrap();
    alerts.tick(12 * SECOND).await.unwrap();
    assert_eq!(bench.told(), [(10, "Fire@a".to_owned())]);
    // The rows that could not be written before are there.
    let again = bench.open(13 * SECOND).await;
    assert_eq!(again.alerts(&AlertFilter::default(), 13 * SECOND).len(), 1);
}

#[tokio::test]
async fn silences_and_inhibition_mute_and_are_told() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    let three = vec![
        alert("Fire", "a", "critical", None),
        alert("Smoke", "a", "warning", None),
        alert("Smoke", "b", "warning", None),
    ];
    assert!(alerts.receive(three, 0).await.unwrap().is_empty());
    let id = alerts.set_silence(draft("alertname=Fire", 60 * SECOND), 1).await.unwrap();
    let seen = alerts.alerts(&AlertFilter::default(), 2);
    let muted = |name: &str, host: &str| {
        let found = seen.iter().find(|seen| {
            let labels = &seen.alert.labels;
            labels.get("alertname") == Some(name) && labels.get("host") == Some(host)
        });
        found.map(|seen| (seen.muted_by.silenced_by.clone(), seen.muted_by.inhibited_by.len())).unwrap()
    };
    assert_eq!(muted("Fire", "a"), (vec![id.clone()], 0));
    assert_eq!(muted("Smoke", "a"), (vec![], 1));
    assert_eq!(muted("Smoke", "b"), (vec![], 0));
    alerts.tick(10 * SECOND).await.unwrap();
    assert_eq!(bench.told(), [(10, "Smoke@b".to_owned())]);
    // A silence survives a restart, and ends.
    let again = bench.open(20 * SECOND).await;
    assert_eq!(again.silence(&id).unwrap().created_by, "ann");
    again.expire_silence(&id, 30 * SECOND).await.unwrap();
    again.tick(70 * SECOND).await.unwrap();
    assert_eq!(bench.told()[1..], [(70, "Fire@a".to_owned())]);
    let unknown = again.expire_silence("nobody", 30 * SECOND).await;
    assert!(matches!(unknown, Err(AlertmanagerError::Silence(_))));
}

#[tokio::test]
async fn another_configuration_takes_over() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    alerts
        .receive(vec![alert("Fire", "a", "critical", None), alert("Fire", "b", "critical", None)], 0)
        .await
        .unwrap();
    let groups = |alerts: &Alertmanager| {
        alerts.groups(&AlertFilter::default(), 1).iter().map(|group| group.alerts.len()).collect::<Vec<_>>()
    };
    assert_eq!(groups(&alerts), [2]);
    let other = CONFIG.replace("[alertname]", "[alertname, host]");
    alerts.configure(follow(&other), 1).await.unwrap();
    assert_eq!(groups(&alerts), [1, 1]);
}

#[tokio::test]
async fn services_hear_of_a_group_that_is_looked_after_as_a_whole() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    let (a, b) = (alert("Fire", "a", "critical", None), alert("Fire", "b", "critical", None));
    let [first, second] = [&a, &b].map(|alert| Fingerprint::of(&alert.labels));
    alerts.receive(vec![a, b], 0).await.unwrap();
    let said = Said { by: "ann".to_owned(), comment: String::new(), until: None };
    alerts.acknowledge(first, &said, 1).await.unwrap();
    assert!(bench.sent.acknowledged.lock().unwrap().is_empty(), "of the other nobody looks after");
    alerts.acknowledge(second, &said, 2).await.unwrap();
    assert_eq!(*bench.sent.acknowledged.lock().unwrap(), ["ann: {}:{alertname=\"Fire\"}"]);
    // A restart forgets none of it.
    drop(alerts);
    let again = bench.open(3).await;
    assert_eq!(again.acknowledgement(first, 4).map(|said| said.at), Some(1));
    let nobody = Said { by: " ".to_owned(), ..said };
    let refused = again.acknowledge(first, &nobody, 5).await;
    assert!(matches!(refused, Err(AlertmanagerError::BadInput(_))), "{refused:?}");
}

/// From the second minute on for five minutes, again each day.
fn window(matchers: &str) -> WindowDraft {
    WindowDraft {
        name: "Work".to_owned(),
        matchers: Matchers::parse(matchers).unwrap(),
        schedule: "DTSTART:19700101T000100Z\nDURATION:PT5M\nRRULE:FREQ=DAILY".parse().unwrap(),
        created_by: "ann".to_owned(),
        comment: "the disks are busy".to_owned(),
    }
}

#[tokio::test]
async fn windows_mute_while_they_are_open_and_outlive_a_restart() {
    let bench = Bench::default();
    let alertmanager = bench.open(0).await;
    let id = alertmanager.set_window(None, window("{host=\"a\"}")).await.unwrap();
    let firing = vec![alert("Fire", "a", "critical", None), alert("Smoke", "b", "critical", None)];
    alertmanager.receive(firing, 50 * SECOND).await.unwrap();
    let muted = |alertmanager: &Alertmanager, now: i64| {
        let alerts = alertmanager.alerts(&AlertFilter::default(), now);
        let muted = alerts.iter().filter_map(|seen| seen.muted_by.maintained_by.clone());
        muted.collect::<Vec<_>>()
    };
    assert!(muted(&alertmanager, 59 * SECOND).is_empty());
    assert_eq!(muted(&alertmanager, 60 * SECOND), [id]);
    let seen = alertmanager.windows(60 * SECOND);
    assert_eq!((seen[0].open, seen[0].muted, seen[0].next_change), (true, 1, Some(360 * SECOND)));
    assert_eq!(seen[0].coming[0].starts_at, 86_460 * SECOND);
    assert_eq!(
        (alertmanager.window_counts(60 * SECOND), alertmanager.muted_counts(60 * SECOND).maintenance),
        ((1, 0, 0), 1)
    );

    // After a restart it is there, and what it mutes is not told until it is over.
    let alertmanager = bench.open(61 * SECOND).await;
    alertmanager.tick(62 * SECOND).await.unwrap();
    assert_eq!(bench.told(), [(50, "Smoke@b".to_owned())]);
    let firing = vec![alert("Fire", "a", "critical", None), alert("Smoke", "b", "critical", None)];
    alertmanager.receive(firing, 300 * SECOND).await.unwrap();
    alertmanager.tick(359 * SECOND).await.unwrap();
    assert_eq!(bench.told().len(), 1);
    alertmanager.tick(411 * SECOND).await.unwrap();
    assert_eq!(bench.told()[1..], [(410, "Fire@a".to_owned())]);
}

#[tokio::test]
async fn windows_are_changed_refused_and_deleted() {
    let bench = Bench::default();
    let alertmanager = bench.open(0).await;
    alertmanager.limit_windows(1);
    let id = alertmanager.set_window(None, window("{host=\"a\"}")).await.unwrap();
    let refused = alertmanager.set_window(None, window("")).await;
    assert!(matches!(refused, Err(AlertmanagerError::TooManyWindows { found: 2, most: 1 })), "{refused:?}");
    let none = alertmanager.set_window(Some("none".to_owned()), window("")).await;
    assert!(matches!(none, Err(AlertmanagerError::NoWindow(_))), "{none:?}");
    let changed = WindowDraft { comment: "more".to_owned(), ..window("") };
    assert_eq!(alertmanager.set_window(Some(id.clone()), changed).await.unwrap(), id);
    // What could not be stored is stored with the next change.
    bench.rows.broken.store(true, Ordering::SeqCst);
    assert!(alertmanager.set_window(Some(id.clone()), window("{host=\"z\"}")).await.is_err());
    bench.rows.broken.store(false, Ordering::SeqCst);
    alertmanager.receive(Vec::new(), 0).await.unwrap();
    let again = bench.open(0).await;
    assert_eq!(again.windows(0)[0].window.matchers.to_string(), "{host=\"z\"}");
    assert_eq!(alertmanager.window_counts(0), (0, 1, 1));
    again.remove_window(&id).await.unwrap();
    assert!(matches!(again.remove_window(&id).await, Err(AlertmanagerError::NoWindow(_))));
    assert!(bench.open(0).await.windows(0).is_empty());
}

#[tokio::test]
async fn made_up_alerts_are_told_of_only_where_it_is_wanted() {
    let bench = Bench::default();
    let alertmanager = bench.open(0).await;
    let made_up = || {
        let mut alert = alert("Fire", "a", "critical", None);
        alert.labels = alert.labels.with("demo", "true");
        vec![alert]
    };
    alertmanager.receive(made_up(), 0).await.unwrap();
    alertmanager.tick(11 * SECOND).await.unwrap();
    assert!(bench.told().is_empty());
    let seen = alertmanager.alerts(&AlertFilter::default(), 11 * SECOND);
    assert_eq!(seen[0].muted_by.maintained_by.as_deref(), Some("demo"));
    assert_eq!(alertmanager.muted_counts(11 * SECOND).demo, 1);
    alertmanager.tell_of_demo(true);
    alertmanager.tick(71 * SECOND).await.unwrap();
    assert_eq!(bench.told().len(), 1);
}

#[tokio::test]
async fn incidents_are_told_once_whatever_happens_between() {
    let bench = Bench::default();
    let config = format!("{CONFIG}\nincidents: {{receiver: team, group_wait: 10s}}\n");
    let open = async |now: i64| {
        let opened = Alertmanager::open(bench.rows.clone(), bench.sent.clone(), follow(&config), now).await;
        opened.unwrap()
    };
    let told = || {
        let sent = bench.sent.handed.lock().unwrap();
        let of_incidents = sent.iter().filter(|one| one.incident.is_some());
        of_incidents.map(|one| (one.at / SECOND, one.reason, one.alerts.len())).collect::<Vec<_>>()
    };
    let alertmanager = open(0).await;
    let both = || vec![alert("Smoke", "a", "warning", None), alert("Fire", "a", "critical", None)];
    alertmanager.receive(both(), 0).await.unwrap();
    alertmanager.put_together(2 * SECOND).await.unwrap();
    alertmanager.tell_incidents(2 * SECOND).await.unwrap();
    assert!(told().is_empty());
    // It is decided, and cannot be handed on; then the process dies.
    bench.sent.broken.store(true, Ordering::SeqCst);
    assert_eq!(alertmanager.tell_incidents(10 * SECOND).await, Err("told so by a test".to_owned()));
    drop(alertmanager);
    bench.sent.broken.store(false, Ordering::SeqCst);
    let alertmanager = open(20 * SECOND).await;
    alertmanager.put_together(20 * SECOND).await.unwrap();
    alertmanager.tell_incidents(20 * SECOND).await.unwrap();
    alertmanager.tell_incidents(22 * SECOND).await.unwrap();
    let opened = (10, Reason::IncidentOpened, 2);
    assert_eq!(told(), [opened], "at the time at which it was decided, and once");
    // The same once more where the process died after it was handed on: the queue knows it by its key.
    let row = bench.rows.rows(INCIDENTS).await.unwrap().swap_remove(0);
    let waits = row.1.replace("\"waits\":false", "\"waits\":true");
    assert_ne!(waits, row.1);
    bench.rows.write_rows(INCIDENTS, vec![(row.0, Some(waits))]).await.unwrap();
    let alertmanager = open(30 * SECOND).await;
    alertmanager.tell_incidents(30 * SECOND).await.unwrap();
    assert_eq!(told(), [opened, opened]);
    {
        let sent = bench.sent.handed.lock().unwrap();
        let keys = sent.iter().filter(|one| one.incident.is_some());
        let keys: Vec<String> = keys.map(watchfire_alerting::channel::idempotency_key).collect();
        assert_eq!(keys[0], keys[1]);
    }
    let id = alertmanager.incidents(&[])[0].id.clone();
    let change = Change {
        state: Some(IncidentState::Acknowledged),
        assignee: Some("ann".to_owned()),
        ..Change::default()
    };
    alertmanager.change_incident(&id, &change, 31 * SECOND).await.unwrap();
    assert_eq!(*bench.sent.acknowledged.lock().unwrap(), [format!("ann: incident:{id}")]);
    let over = both().into_iter().map(|alert| Received { ends_at: Some(40 * SECOND), ..alert }).collect();
    alertmanager.receive(over, 40 * SECOND).await.unwrap();
    alertmanager.put_together(40 * SECOND).await.unwrap();
    alertmanager.tell_incidents(40 * SECOND).await.unwrap();
    assert_eq!(told()[2..], [(40, Reason::IncidentOver, 2)]);
}

#[tokio::test]
async fn incidents_are_not_told_where_nobody_is_named_or_all_is_silenced() {
    let bench = Bench::default();
    let alertmanager = bench.open(0).await;
    alertmanager.receive(vec![alert("Fire", "a", "critical", None)], 0).await.unwrap();
    alertmanager.put_together(2 * SECOND).await.unwrap();
    alertmanager.tell_incidents(60 * SECOND).await.unwrap();
    let none = || bench.sent.handed.lock().unwrap().iter().all(|one| one.incident.is_none());
    assert!(none());
    let config = format!("{CONFIG}\nincidents: {{receiver: team, group_wait: 10s}}\n");
    alertmanager.configure(follow(&config), 61 * SECOND).await.unwrap();
    let silence = alertmanager.set_silence(draft("host=a", 600 * SECOND), 62 * SECOND).await.unwrap();
    alertmanager.tell_incidents(63 * SECOND).await.unwrap();
    assert!(none(), "it is silenced since");
    alertmanager.expire_silence(&silence, 64 * SECOND).await.unwrap();
    alertmanager.tell_incidents(65 * SECOND).await.unwrap();
    assert!(!none());
}

#[tokio::test]
async fn who_says_no_name_is_not_the_one_who_looks_after_an_incident() {
    let bench = Bench::default();
    let alertmanager = bench.open(0).await;
    alertmanager.receive(vec![alert("Fire", "a", "critical", None)], 0).await.unwrap();
    alertmanager.put_together(SECOND).await.unwrap();
    let of = alertmanager.alerts(&AlertFilter::default(), SECOND)[0].fingerprint;
    let said = |by: &str| Said { by: by.to_owned(), comment: String::new(), until: None };
    let incident = || alertmanager.incidents(&[]).swap_remove(0);
    alertmanager.acknowledge(of, &said(Said::NAMELESS), 2 * SECOND).await.unwrap();
    assert_eq!((incident().state, incident().assignee), (IncidentState::Acknowledged, None));
    alertmanager.take_back(of, &said(Said::NAMELESS), 3 * SECOND).await.unwrap();
    assert_eq!(incident().state, IncidentState::Open);
    alertmanager.acknowledge(of, &said("ann"), 4 * SECOND).await.unwrap();
    assert_eq!(incident().assignee.as_deref(), Some("ann"));
}
