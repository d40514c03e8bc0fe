//! Whole incidents for people: what is told of them and when, and in which words.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use watchfire_alerting::channel::Progress;
use watchfire_alerting::config::{IncidentsConfig, Period};
use watchfire_alerting::dispatch::Reason;
use watchfire_alerting::incident::{Book, Change, Incident, IncidentState, Observed, Settings};
use watchfire_alerting::{Alert, Fingerprint, Notification};
use watchfire_model::Labels;

use crate::channel::stage::{NOW, draft, next, one, told};

const SECOND: i64 = 1000;

fn config() -> IncidentsConfig {
    let group_wait = Period::seconds(30);
    IncidentsConfig { group_wait, group_interval: Period::seconds(300), ..IncidentsConfig::default() }
}

fn labels(name: &str, service: &str, severity: &str) -> Labels {
    Labels::new([("alertname", name), ("host", "a"), ("service", service), ("severity", severity)]).unwrap()
}

fn alert(name: &str, service: &str, severity: &str, starts_at: i64) -> Observed {
    let labels = labels(name, service, severity);
    let fingerprint = Fingerprint::of(&labels).to_string();
    Observed { fingerprint, labels, summary: format!("{name} of {service}"), starts_at }
}

/// A book whose incidents are told as they are to be.
struct Desk {
    book: Book,
    config: IncidentsConfig,
    is_heard: bool,
}

impl Desk {
    fn new(config: IncidentsConfig) -> Self {
        let dependencies = vec![("shop".to_owned(), "db".to_owned())];
        let book = Book::restored(Settings { dependencies, ..Settings::default() }, []);
        Self { book, config, is_heard: true }
    }

    fn observe(&mut self, alerts: &[&Observed], now: i64) {
        for alert in alerts {
            self.book.observe((*alert).clone(), now, || "i1".to_owned());
        }
        let firing: HashSet<String> = alerts.iter().map(|alert| alert.fingerprint.clone()).collect();
        self.book.settle(&firing, now);
    }

    /// What is told at a time.
    fn news(&mut self, now: i64) -> Option<Reason> {
        self.book.decide(&self.config, now, |_| self.is_heard);
        let untold: Vec<Incident> = self.book.untold().cloned().collect();
        self.book.handed_on(untold.iter().map(|incident| incident.id.clone()));
        untold.first().and_then(|incident| incident.told.as_ref()).map(|told| told.reason)
    }
}

#[test]
fn an_incident_is_told_once_when_it_opens_gets_worse_and_ends() {
    let mut desk = Desk::new(config());
    let (slow, down, lost) = (
        alert("Slow", "shop", "warning", 0),
        alert("Down", "shop", "critical", 40 * SECOND),
        alert("Lost", "db", "info", 41 * SECOND),
    );
    desk.observe(&[&slow], 0);
    assert_eq!(desk.news(29 * SECOND), None, "what comes together is told together");
    assert_eq!(desk.news(30 * SECOND), Some(Reason::IncidentOpened));
    assert_eq!(desk.news(90 * SECOND), None, "once");
    desk.observe(&[&slow, &down], 91 * SECOND);
    assert_eq!(desk.news(91 * SECOND), Some(Reason::IncidentWorse));
    desk.observe(&[&slow, &down, &lost], 92 * SECOND);
    assert_eq!(desk.news(92 * SECOND), None, "one thing after the other");
    assert_eq!(desk.news(121 * SECOND), Some(Reason::IncidentCause), "what others depend on");
    desk.observe(&[&slow], 130 * SECOND);
    assert_eq!(desk.news(200 * SECOND), None, "what is better is no news");
    desk.observe(&[], 201 * SECOND);
    assert_eq!(desk.news(201 * SECOND), Some(Reason::IncidentOver));
    assert_eq!(desk.news(202 * SECOND), None);
    // It goes on soon after: it is the same, and told anew once, not each time.
    desk.observe(&[&slow], 230 * SECOND);
    assert_eq!(desk.news(231 * SECOND), None);
    desk.observe(&[], 240 * SECOND);
    assert_eq!(desk.news(240 * SECOND), None, "nobody heard that it went on");
    desk.observe(&[&slow], 500 * SECOND);
    assert_eq!(desk.news(501 * SECOND), Some(Reason::IncidentOpened));
    let over = Change { state: Some(IncidentState::Resolved), ..Change::default() };
    desk.book.change("i1", &over, 510 * SECOND).unwrap();
    assert_eq!(desk.news(510 * SECOND), Some(Reason::IncidentOver), "somebody says that it is over");
}

#[test]
fn who_was_told_of_an_incident_that_is_emptied_by_hand_hears_that_it_is_over() {
    let mut desk = Desk::new(config());
    let (slow, mut lost) = (alert("Slow", "shop", "warning", 0), alert("Lost", "mail", "warning", 0));
    // Of another host, so that nothing but a person sees what they have to do with each other.
    lost.labels = Labels::new([("alertname", "Lost"), ("host", "b"), ("service", "mail")]).unwrap();
    lost.fingerprint = Fingerprint::of(&lost.labels).to_string();
    desk.observe(&[&slow], 0);
    assert_eq!(desk.news(30 * SECOND), Some(Reason::IncidentOpened));
    desk.book.observe(lost.clone(), 31 * SECOND, || "i2".to_owned());
    desk.book.join("i2", &slow.fingerprint, Some(slow.clone()), ("ann", 32 * SECOND)).unwrap();
    desk.book.decide(&desk.config, 33 * SECOND, |_| true);
    let emptied = desk.book.get("i1").expect("who was told of it may open it");
    assert_eq!(emptied.state, IncidentState::Resolved);
    assert_eq!(emptied.told.as_ref().map(|told| told.reason), Some(Reason::IncidentOver));
    let receiver =
        one("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'http://here'}]}]");
    let told = emptied.notifications(&receiver, |_| None);
    assert_eq!(told.len(), 1);
    let alerts: Vec<_> =
        told[0].alerts.iter().map(|told| (told.alert.labels.clone(), told.resolved)).collect();
    assert_eq!(alerts, [(slow.labels.clone(), true)], "with what it was about");
    assert!(desk.book.get("i2").unwrap().firing().any(|of| of == slow.fingerprint));
}

/// An alert of any host and service.
fn of(name: &str, host: &str, service: &str, severity: &str, starts_at: i64) -> Observed {
    let labels = [("alertname", name), ("host", host), ("service", service), ("severity", severity)];
    let labels = Labels::new(labels).unwrap();
    let fingerprint = Fingerprint::of(&labels).to_string();
    Observed { fingerprint, labels, summary: name.to_owned(), starts_at }
}

#[test]
fn who_was_told_of_two_hears_that_they_are_one_and_nothing_twice() {
    let mut desk = Desk::new(config());
    let (slow, lost) =
        (of("Slow", "a", "web", "warning", 0), of("Lost", "b", "mail", "critical", 31 * SECOND));
    desk.observe(&[&slow], 0);
    assert_eq!(desk.news(30 * SECOND), Some(Reason::IncidentOpened));
    desk.book.observe(lost, 31 * SECOND, || "i2".to_owned());
    assert_eq!(desk.news(61 * SECOND), Some(Reason::IncidentOpened));
    desk.book.observe(of("Down", "a", "mail", "warning", 70 * SECOND), 70 * SECOND, || "i3".to_owned());
    let untold = |desk: &mut Desk, now: i64| -> Vec<Incident> {
        desk.book.decide(&desk.config, now, |_| true);
        desk.book.untold().cloned().collect()
    };
    let ids = |untold: &[Incident]| untold.iter().map(|incident| incident.id.clone()).collect::<Vec<_>>();
    // Services have a page for each: the older becomes as grave as the newer before the newer ends.
    let worse = untold(&mut desk, 70 * SECOND);
    assert_eq!(ids(&worse), ["i1"]);
    let said = worse[0].told.as_ref().unwrap();
    assert_eq!((said.reason, said.severity.as_deref()), (Reason::IncidentWorse, Some("critical")));
    assert_eq!(ids(&untold(&mut desk, 71 * SECOND)), ["i1"], "it was not handed on yet");
    desk.book.handed_on(["i1".to_owned()]);
    let untold = untold(&mut desk, 72 * SECOND);
    assert_eq!(ids(&untold), ["i2"]);
    let receiver = one("
route: {receiver: a}
receivers:
  - name: a
    webhook_configs: [{url: 'http://here'}]
    ntfy_configs: [{topic: a}]
    pagerduty_configs: [{routing_key: k}]
    alertmanager_configs: [{url: 'http://there'}]
");
    let notifications = untold[0].notifications(&receiver, |_| None);
    // Its alerts go on in the older one, and another Alertmanager knows alerts alone.
    assert_eq!(notifications.len(), 3, "{notifications:?}");
    assert!(notifications.iter().all(|told| told.reason == Reason::IncidentMerged && !told.is_firing()));
    assert!(notifications.iter().all(|told| told.firing().count() == 1 && told.resolved().count() == 0));
    let words: Vec<String> = notifications
        .iter()
        .map(|notification| {
            let draft = draft(notification, &receiver, notification.integration);
            told(next(&draft, &receiver, &Progress::default()).as_ref())
        })
        .collect();
    let words = words.join("\n");
    for part in [
        r#""change": "merged""#,
        r#""mergedInto": "i1""#,
        r#""notification_reason": "incident merged""#,
        r#""status": "firing""#,
        r#""event_action": "resolve""#,
        "http://localhost:3473/alerts/incidents/i1",
        "[Incident is part of another now] Lost (critical)",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    desk.book.handed_on(["i2".to_owned()]);
    assert_eq!(desk.news(300 * SECOND), None);
    desk.observe(&[], 301 * SECOND);
    assert_eq!(desk.news(301 * SECOND), Some(Reason::IncidentOver), "the older one, when it is over");
}

#[test]
fn a_page_does_not_end_for_an_incident_that_rests() {
    let mut desk = Desk::new(config());
    let (slow, lost) =
        (of("Slow", "a", "web", "warning", 0), of("Lost", "b", "mail", "critical", 31 * SECOND));
    desk.observe(&[&slow], 0);
    assert_eq!(desk.news(30 * SECOND), Some(Reason::IncidentOpened));
    desk.book.observe(lost.clone(), 31 * SECOND, || "i2".to_owned());
    desk.observe(&[&lost], 32 * SECOND);
    assert_eq!(desk.news(61 * SECOND), Some(Reason::IncidentOver));
    let newer = desk.book.get("i2").unwrap().told.as_ref();
    assert_eq!(newer.map(|told| told.reason), Some(Reason::IncidentOpened));
    // The older one goes on shortly after its end, and would be told again in minutes.
    desk.observe(&[&slow, &lost], 70 * SECOND);
    assert_eq!(desk.news(71 * SECOND), None);
    desk.observe(&[&slow, &lost, &of("Down", "a", "mail", "warning", 72 * SECOND)], 72 * SECOND);
    assert_eq!(desk.book.get("i2").unwrap().merged_into.as_deref(), Some("i1"));
    desk.is_heard = false;
    assert_eq!(desk.news(72 * SECOND), None, "nor for one that nobody may hear of");
    desk.is_heard = true;
    assert_eq!(desk.news(73 * SECOND), Some(Reason::IncidentOpened));
    assert_eq!(desk.news(74 * SECOND), Some(Reason::IncidentMerged));
    assert_eq!(desk.news(75 * SECOND), None);
}

#[test]
fn what_came_and_went_is_muted_or_too_small_is_not_told() {
    let (slow, down) = (alert("Slow", "shop", "warning", 0), alert("Down", "shop", "critical", 0));
    let mut desk = Desk::new(config());
    desk.observe(&[&slow], 0);
    desk.observe(&[], 10 * SECOND);
    assert_eq!(desk.news(60 * SECOND), None, "it was over before anyone heard of it");
    let mut desk = Desk::new(config());
    desk.is_heard = false;
    desk.observe(&[&slow], 0);
    assert_eq!(desk.news(60 * SECOND), None);
    desk.is_heard = true;
    assert_eq!(desk.news(61 * SECOND), Some(Reason::IncidentOpened), "the silence has ended");
    let mut desk = Desk::new(IncidentsConfig { min_alerts: 2, ..config() });
    desk.observe(&[&slow], 0);
    assert_eq!(desk.news(60 * SECOND), None);
    desk.observe(&[&slow, &down], 61 * SECOND);
    assert_eq!(desk.news(61 * SECOND), Some(Reason::IncidentOpened));
}

#[test]
fn what_waits_stays_the_same_over_a_restart() {
    let slow = alert("Slow", "shop", "warning", 0);
    let mut desk = Desk::new(config());
    desk.observe(&[&slow], 0);
    desk.book.decide(&desk.config, 60 * SECOND, |_| true);
    let kept: Vec<Incident> = desk.book.iter().cloned().collect();
    let receiver =
        one("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'http://here'}]}]");
    let before = kept[0].notifications(&receiver, |_| None);
    let text = serde_json::to_string(&kept[0]).unwrap();
    let mut book = Book::restored(Settings::default(), [serde_json::from_str::<Incident>(&text).unwrap()]);
    book.decide(&desk.config, 90 * SECOND, |_| true);
    let again: Vec<Notification> =
        book.untold().flat_map(|incident| incident.notifications(&receiver, |_| None)).collect();
    assert_eq!((again.len(), again[0].at), (1, 60 * SECOND));
    assert_eq!(again, before, "the same key, so that it goes out once");
    book.handed_on(["i1".to_owned()]);
    book.decide(&desk.config, 120 * SECOND, |_| true);
    assert_eq!(book.untold().count(), 0);
    // An incident that was kept before there was such a thing is not told yet.
    let mut old: serde_json::Value = serde_json::from_str(&text).unwrap();
    old.as_object_mut().unwrap().remove("told");
    assert_eq!(serde_json::from_value::<Incident>(old).unwrap().told, None);
}

/// The words of the channels whose templates differ.
#[test]
fn in_words() {
    let receiver = one("
route: {receiver: a}
receivers:
  - name: a
    email_configs: [{to: a@example.org, from: b@example.org, smarthost: 'here:25', send_resolved: true}]
    webhook_configs: [{url: 'http://here'}]
    ntfy_configs: [{topic: a}]
    slack_configs: [{api_url: 'http://here', channel: '#a'}]
    telegram_configs: [{bot_token: t, chat_id: 1}]
    github_configs: [{repository: a/b, token: t}]
");
    let mut book = Desk::new(config());
    let (slow, down) =
        (alert("Slow", "shop", "warning", NOW), alert("Down", "db", "critical", NOW + 10 * SECOND));
    book.observe(&[&slow, &down], NOW + 20 * SECOND);
    book.book.decide(&book.config, NOW + 30 * SECOND, |_| true);
    let known = |fingerprint: &str| {
        (fingerprint == slow.fingerprint).then(|| {
            Arc::new(Alert {
                labels: slow.labels.clone(),
                annotations: Labels::new([("summary", "Slow of shop"), ("description", "It takes 3 s.")])
                    .unwrap(),
                starts_at: NOW,
                ends_at: NOW + 300 * SECOND,
                generator_url: "http://localhost:3473/explore?q=a".to_owned(),
                updated_at: NOW,
                timeout: false,
            })
        })
    };
    let mut said = String::new();
    let mut say = |incident: &Incident| {
        for notification in incident.notifications(&receiver, known) {
            let draft = draft(&notification, &receiver, notification.integration);
            let outgoing = next(&draft, &receiver, &Progress::default());
            let (reason, channel) = (notification.reason, notification.integration);
            writeln!(said, "=== {reason:?} {channel}\n{}", told(outgoing.as_ref())).unwrap();
        }
    };
    say(book.book.get("i1").unwrap());
    book.book.handed_on(["i1".to_owned()]);
    book.observe(&[], NOW + 100 * SECOND);
    book.book.decide(&book.config, NOW + 100 * SECOND, |_| true);
    say(book.book.get("i1").unwrap());
    insta::assert_snapshot!(said);
}
