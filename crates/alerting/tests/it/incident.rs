//! Incidents: what belongs together, when they are over, and what is kept.

use std::collections::HashSet;
use std::slice::from_ref;

use watchfire_alerting::incident::{
    Book, Change, Incident, IncidentError, IncidentState, Merged, Note, Observed, Settings,
};
use watchfire_model::Labels;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn alert(name: &str, labels: &[(&str, &str)], starts_at: i64) -> Observed {
    let all = labels.iter().copied().chain([("alertname", name)]);
    let labels = Labels::new(all).unwrap();
    Observed { fingerprint: format!("{name}{labels}"), labels, summary: String::new(), starts_at }
}

/// A book that gives names as they come.
#[derive(Default)]
struct Desk {
    book: Book,
    made: usize,
}

impl Desk {
    fn observe(&mut self, alerts: &[Observed], now: i64) {
        for alert in alerts {
            let made = &mut self.made;
            self.book.observe(alert.clone(), now, || {
                *made += 1;
                format!("i{made}")
            });
        }
        let firing: HashSet<String> = alerts.iter().map(|alert| alert.fingerprint.clone()).collect();
        self.book.settle(&firing, now);
    }

    /// Each incident: its state, and its alerts, those that are over in brackets.
    fn told(&self) -> Vec<String> {
        let member = |incident: &Incident| {
            let alerts = incident.alerts.iter().map(|member| {
                let name = &member.labels["alertname"];
                if member.ends_at.is_some() {
                    format!("({name})")
                } else {
                    format!("{name}*{}", member.times)
                }
            });
            format!("{:?} {}", incident.state, alerts.collect::<Vec<_>>().join(" "))
        };
        self.book.iter().map(member).collect()
    }
}

#[test]
fn alerts_of_one_host_belong_together_and_those_of_another_do_not() {
    let mut book = Desk::default();
    let disk = alert("Disk", &[("instance", "a:9100"), ("severity", "warning")], 0);
    let down = alert("Down", &[("host", "a"), ("service", "shop"), ("severity", "critical")], 5 * MINUTE);
    let slow = alert("Slow", &[("service", "shop")], 6 * MINUTE);
    let other = alert("Other", &[("host", "b")], 6 * MINUTE);
    book.observe(from_ref(&disk), 0);
    book.observe(&[disk.clone(), down.clone(), slow.clone(), other], 6 * MINUTE);
    assert_eq!(book.told(), ["Open Disk*1 Down*1 Slow*1", "Open Other*1"]);
    let first = book.book.get("i1").unwrap();
    assert_eq!(
        (first.title.as_str(), first.severity.as_deref(), first.opened_at),
        ("Disk", Some("critical"), 0)
    );
    assert_eq!(first.cause.as_ref().unwrap().fingerprint, disk.fingerprint);
    assert_eq!(first.relations, ["host=a", "service=shop"]);
    // Nothing new is nothing to store.
    assert_eq!(book.book.take_touched().len(), 2);
    book.observe(&[disk, down, slow.clone()], 7 * MINUTE);
    assert_eq!(book.book.take_touched().into_iter().collect::<Vec<_>>(), ["i2"]);
    book.observe(&[slow], 8 * MINUTE);
    assert_eq!(book.told(), ["Open (Disk) (Down) Slow*1", "Resolved (Other)"]);
}

#[test]
fn the_same_alert_within_the_window_is_the_same() {
    let mut book = Desk::default();
    let down = |at: i64| alert("Down", &[("host", "a")], at);
    book.observe(&[down(0)], 0);
    book.observe(&[], MINUTE);
    assert_eq!(book.told(), ["Resolved (Down)"]);
    assert_eq!(book.book.get("i1").unwrap().resolved_at, Some(MINUTE));
    book.observe(&[down(HOUR)], HOUR);
    assert_eq!(book.told(), ["Open Down*2"]);
    book.observe(&[], HOUR + MINUTE);
    // Later it is another one, and so is what comes to the host.
    book.observe(&[down(3 * HOUR)], 3 * HOUR);
    assert_eq!(book.told(), ["Resolved (Down)", "Open Down*1"]);
    book.observe(&[down(3 * HOUR), alert("Late", &[("host", "a")], 5 * HOUR)], 5 * HOUR);
    assert_eq!(book.told()[2], "Open Late*1");
}

#[test]
fn what_is_over_for_an_hour_stays_over() {
    let mut book = Desk::default();
    book.observe(&[alert("Down", &[("host", "a")], 0)], 0);
    book.observe(&[], MINUTE);
    book.observe(&[alert("Slow", &[("host", "a")], 30 * MINUTE)], 30 * MINUTE);
    assert_eq!(book.told(), ["Open (Down) Slow*1"], "soon after, it goes on");
    book.observe(&[], 31 * MINUTE);
    book.observe(&[alert("Hot", &[("host", "a")], 2 * HOUR)], 2 * HOUR);
    assert_eq!(book.told(), ["Resolved (Down) (Slow)", "Open Hot*1"]);
}

#[test]
fn what_is_left_out_holds_an_incident_open_and_no_longer() {
    let mut book = Desk::default();
    book.book.set(Settings { max_alerts: 1, keep: Some(HOUR), ..Settings::default() });
    let listed = alert("Down", &[("host", "a")], 0);
    let beyond = alert("Slow", &[("host", "a")], 0);
    book.observe(&[listed.clone(), beyond.clone()], 0);
    let state = |book: &Desk| {
        let incident = book.book.get("i1").unwrap();
        (incident.state, incident.left_out, incident.resolved_at)
    };
    assert_eq!(state(&book), (IncidentState::Open, 1, None));
    assert!(book.book.fires(&beyond.fingerprint));
    // It goes on while the one that is left out does, and over a restart; it is counted once.
    book.observe(from_ref(&beyond), MINUTE);
    book.observe(from_ref(&beyond), 2 * MINUTE);
    assert_eq!(state(&book), (IncidentState::Open, 1, None));
    let kept: Vec<Incident> = book.book.iter().cloned().collect();
    let json = serde_json::to_string(&kept).unwrap();
    let kept: Vec<Incident> = serde_json::from_str(&json).unwrap();
    let settings = book.book.settings().clone();
    let mut book = Desk { book: Book::restored(settings, kept), made: 1 };
    book.observe(from_ref(&beyond), 3 * MINUTE);
    assert_eq!(state(&book), (IncidentState::Open, 1, None));
    book.observe(&[], 4 * MINUTE);
    assert_eq!(state(&book), (IncidentState::Resolved, 1, Some(4 * MINUTE)));
    // It comes again, and ends again.
    book.observe(from_ref(&beyond), 10 * MINUTE);
    assert_eq!(state(&book), (IncidentState::Open, 1, None));
    book.observe(&[], 11 * MINUTE);
    assert_eq!(state(&book), (IncidentState::Resolved, 1, Some(11 * MINUTE)));
    book.observe(&[], 2 * HOUR);
    assert!(book.told().is_empty(), "it is pruned");
}

#[test]
fn people_acknowledge_note_and_resolve() {
    let mut book = Desk::default();
    let down = alert("Down", &[("host", "a")], 0);
    book.observe(from_ref(&down), 0);
    let kept = &mut book.book;
    let by = |change: Change| Change { by: "bob".to_owned(), ..change };
    let role = |role: &str, name: &str| Change {
        roles: [(role.to_owned(), name.to_owned())].into(),
        ..Change::default()
    };
    let change = Change {
        state: Some(IncidentState::Acknowledged),
        assignee: Some("ann".to_owned()),
        ..role("communication", " cem ")
    };
    kept.change("i1", &by(change.clone()), MINUTE).unwrap();
    // The same again is no change.
    kept.change("i1", &by(change), 2 * MINUTE).unwrap();
    let note = |text: &str| Note { at: MINUTE, author: "ann".to_owned(), text: text.to_owned() };
    kept.note("i1", note("a cable")).unwrap();
    assert_eq!(kept.note("i1", note(" ")), Err(IncidentError::Empty));
    assert_eq!(kept.note("none", note("x")), Err(IncidentError::NotFound("none".to_owned())));
    kept.set(Settings { max_notes: 1, ..Settings::default() });
    assert!(matches!(kept.note("i1", note("x")), Err(IncidentError::Limit { most: 1, .. })));
    // Resolved by hand while the alert goes on: it is not opened again by the same.
    let over = Change { state: Some(IncidentState::Resolved), ..Change::default() };
    kept.change("i1", &over, 2 * MINUTE).unwrap();
    book.observe(&[down], 3 * MINUTE);
    let incident = book.book.get("i1").unwrap();
    assert_eq!((incident.state, incident.resolved_at), (IncidentState::Resolved, Some(2 * MINUTE)));
    assert_eq!((incident.assignee.as_deref(), incident.notes.len()), (Some("ann"), 1));
    assert_eq!(incident.roles["communication"], "cem");
    let nobody = Change { assignee: Some(String::new()), ..role("communication", "") };
    book.book.change("i1", &by(nobody), 0).unwrap();
    let incident = book.book.get("i1").unwrap();
    assert_eq!((&incident.assignee, incident.roles.len()), (&None, 0));
    let told: Vec<String> = incident
        .changes
        .iter()
        .map(|change| format!("{} {}={}", change.by, change.what, change.to))
        .collect();
    let expected = [
        "bob state=acknowledged",
        "bob assignee=ann",
        "bob communication=cem",
        " state=resolved",
        "bob assignee=",
        "bob communication=",
    ];
    assert_eq!(told, expected);
    let long = "x".repeat(Change::MOST_BYTES + 1);
    for (change, field) in [
        (Change { assignee: Some(long.clone()), ..Change::default() }, "assignee"),
        (Change { by: long.clone(), ..Change::default() }, "by"),
        (role(" ", "ann"), "roles"),
        (role("state", "ann"), "roles"),
        (role("lead", &long), "roles"),
        (
            Change {
                roles: (0..=Change::MOST_ROLES).map(|number| (number.to_string(), "a".to_owned())).collect(),
                ..Change::default()
            },
            "roles",
        ),
    ] {
        let error = book.book.change("i1", &change, 0).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{field}: ")), "{error}");
    }
    // What goes to and fro without end keeps its newest changes.
    for turn in 0..=Change::MOST_KEPT as i64 {
        book.book.change("i1", &role("lead", &turn.to_string()), turn).unwrap();
    }
    let changes = &book.book.get("i1").unwrap().changes;
    assert_eq!((changes.len(), changes[0].to.as_str()), (Change::MOST_KEPT, "1"));
}

#[test]
fn a_restart_goes_on_and_what_is_old_goes() {
    let mut book = Desk::default();
    let down = alert("Down", &[("host", "a")], 0);
    book.observe(from_ref(&down), 0);
    let kept: Vec<Incident> = book.book.iter().cloned().collect();
    let json = serde_json::to_string(&kept[0]).unwrap();
    assert_eq!(serde_json::from_str::<Incident>(&json).unwrap(), kept[0]);
    let settings = Settings { keep: Some(2 * HOUR), max_count: 2, max_alerts: 1, ..Settings::default() };
    let mut book = Desk { book: Book::restored(settings, kept), made: 1 };
    assert!(book.book.fires(&down.fingerprint));
    let slow = alert("Slow", &[("host", "a")], MINUTE);
    book.observe(&[down.clone(), slow], MINUTE);
    assert_eq!((book.told(), book.book.get("i1").unwrap().left_out), (vec!["Open Down*1".to_owned()], 1));
    book.observe(&[], 2 * MINUTE);
    let others: Vec<Observed> = ["b", "c"].map(|host| alert("Down", &[("host", host)], HOUR)).to_vec();
    book.book.take_touched();
    book.observe(&others, HOUR);
    // One more than may be kept: the one that is over went.
    assert_eq!(book.told(), ["Open Down*1", "Open Down*1"]);
    assert!(book.book.take_touched().contains("i1"));
    assert_eq!(book.book.limited(), 2);
    book.observe(&[], 2 * HOUR);
    book.observe(&[], 5 * HOUR);
    assert!(book.told().is_empty());
}

#[test]
fn people_put_alerts_together_and_apart() {
    let mut desk = Desk::default();
    let (down, slow) = (alert("Down", &[("host", "a")], 0), alert("Slow", &[("host", "a")], 1));
    let full = alert("Full", &[("host", "b")], 2);
    let all = [down.clone(), slow.clone(), full.clone()];
    desk.observe(&all, MINUTE);
    assert_eq!(desk.told(), ["Open Down*1 Slow*1", "Open Full*1"]);
    // What moved stays where it is, whatever it shares with others, and what is left without alerts and notes is gone.
    let by = ("ann", 2 * MINUTE);
    desk.book.join("i1", &full.fingerprint, None, by).unwrap();
    desk.observe(&all, 3 * MINUTE);
    assert_eq!(desk.told(), ["Open Down*1 Slow*1 Full*1"]);
    desk.book.part("i1", &slow.fingerprint, "own", by).unwrap();
    desk.observe(&all, 4 * MINUTE);
    assert_eq!(desk.told(), ["Open Down*1 Full*1", "Open Slow*1"]);
    let said = |id: &str| -> Vec<String> {
        let incident = desk.book.get(id).unwrap();
        incident.said.iter().map(|said| format!("{} {} {}", said.what, said.comment, said.by)).collect()
    };
    assert_eq!(said("i1"), ["joined  ann", "parted own ann"]);
    assert!(desk.book.get("i2").is_none() && desk.book.take_touched().contains("i2"));
    // One that nothing had opened, since it was muted.
    let muted = alert("Muted", &[], 5);
    desk.book.join("i1", &muted.fingerprint, Some(muted.clone()), by).unwrap();
    let firing = [down.clone(), full.clone(), slow.clone(), muted.clone()];
    desk.observe(&firing, 5 * MINUTE);
    assert_eq!(desk.told()[0], "Open Down*1 Full*1 Muted*1");
    for (error, words) in [
        (desk.book.join("none", &full.fingerprint, None, by).unwrap_err(), "no incident"),
        (desk.book.join("i1", "x", None, by).unwrap_err(), "no alert x"),
        (desk.book.join("i1", &down.fingerprint, None, by).unwrap_err(), "already"),
        (desk.book.part("own", &slow.fingerprint, "z", by).unwrap_err(), "at least one"),
        (desk.book.part("i1", &slow.fingerprint, "z", by).unwrap_err(), "has no alert"),
    ] {
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn an_alert_that_belongs_to_two_makes_them_one() {
    let mut desk = Desk::default();
    let filling = alert("Disk", &[("host", "a")], 0);
    let slow = alert("Slow", &[("service", "shop"), ("severity", "critical")], MINUTE);
    desk.observe(from_ref(&filling), 0);
    desk.observe(&[filling.clone(), slow.clone()], MINUTE);
    assert_eq!(desk.told(), ["Open Disk*1", "Open Slow*1"]);
    let by_ann = Change {
        by: "ann".to_owned(),
        state: Some(IncidentState::Acknowledged),
        assignee: Some("ann".to_owned()),
        roles: [("lead".to_owned(), "bob".to_owned())].into(),
    };
    desk.book.change("i2", &by_ann, 2 * MINUTE).unwrap();
    let note = |author: &str, at: i64| Note { at, author: author.to_owned(), text: "x".to_owned() };
    desk.book.note("i1", note("cem", 3 * MINUTE)).unwrap();
    desk.book.note("i2", note("ann", 2 * MINUTE)).unwrap();
    desk.book.take_touched();

    let down = alert("Down", &[("service", "shop"), ("host", "a")], 4 * MINUTE);
    let all = [filling.clone(), slow.clone(), down.clone()];
    desk.observe(&all, 5 * MINUTE);
    assert_eq!(desk.told(), ["Acknowledged Disk*1 Slow*1 Down*1", "Resolved (Slow)"]);
    assert_eq!(desk.book.take_touched().into_iter().collect::<Vec<_>>(), ["i1", "i2"]);
    let one = desk.book.get("i1").unwrap();
    assert_eq!((one.severity.as_deref(), one.relations.len()), (Some("critical"), 2));
    // Nobody looked after the older one, and who looked after the newer one does so still.
    let change = one.changes.last().map(|change| (change.at, change.by.as_str(), change.to.as_str()));
    assert_eq!(change, Some((5 * MINUTE, "ann", "acknowledged")));
    assert_eq!((one.assignee.as_deref(), one.roles["lead"].as_str()), (Some("ann"), "bob"));
    assert_eq!(one.notes.iter().map(|note| note.author.as_str()).collect::<Vec<_>>(), ["ann", "cem"]);
    let merged = Merged {
        at: 5 * MINUTE,
        id: "i2".to_owned(),
        title: "Slow".to_owned(),
        fingerprint: down.fingerprint.clone(),
        by: None,
        assignee: Some("ann".to_owned()),
        roles: [("lead".to_owned(), "bob".to_owned())].into(),
    };
    assert_eq!(one.merged, [merged]);
    let other = desk.book.get("i2").unwrap();
    assert_eq!((other.merged_into.as_deref(), other.resolved_at), (Some("i1"), Some(5 * MINUTE)));
    // What is part of another is not changed any more.
    let open = Change { state: Some(IncidentState::Open), ..Change::default() };
    for error in [
        desk.book.change("i2", &open, 6 * MINUTE).unwrap_err(),
        desk.book.note("i2", note("ann", 6 * MINUTE)).unwrap_err(),
        desk.book.join("i2", &filling.fingerprint, None, ("ann", 6 * MINUTE)).unwrap_err(),
        desk.book.part("i2", &slow.fingerprint, "own", ("ann", 6 * MINUTE)).unwrap_err(),
    ] {
        assert!(error.to_string().contains("is part of i1 now"), "{error}");
    }

    // What ends, comes again or comes new is the older one's, over a restart, too.
    desk.observe(&[filling.clone(), down.clone()], 6 * MINUTE);
    assert_eq!(desk.told(), ["Acknowledged Disk*1 (Slow) Down*1", "Resolved (Slow)"]);
    let json = serde_json::to_string(&desk.book.iter().collect::<Vec<_>>()).unwrap();
    let kept: Vec<Incident> = serde_json::from_str(&json).unwrap();
    let mut desk = Desk { book: Book::restored(Settings::default(), kept), made: 2 };
    desk.observe(&all, 7 * MINUTE);
    let late = alert("Late", &[("service", "shop")], 8 * MINUTE);
    desk.observe(&[filling, slow, down, late], 8 * MINUTE);
    assert_eq!(desk.told(), ["Acknowledged Disk*1 Slow*2 Down*1 Late*1", "Resolved (Slow)"]);
    desk.observe(&[], 9 * MINUTE);
    assert_eq!(desk.told(), ["Resolved (Disk) (Slow) (Down) (Late)", "Resolved (Slow)"]);
}

#[test]
fn people_put_two_incidents_together() {
    let mut desk = Desk::default();
    let (down, full) = (alert("Down", &[("host", "a")], 0), alert("Full", &[("host", "b")], 1));
    let over = alert("Over", &[("host", "c")], 2);
    let all = [down.clone(), full.clone()];
    desk.observe(&[down.clone(), full.clone(), over], MINUTE);
    desk.observe(&all, 2 * MINUTE);
    assert_eq!(desk.told(), ["Open Down*1", "Open Full*1", "Resolved (Over)"]);
    let by = ("ann", 3 * MINUTE);
    for (id, other, words) in [
        ("i1", "none", "no incident"),
        ("none", "i1", "no incident"),
        ("i1", "i1", "part of itself"),
        ("i1", "i3", "i3 is over"),
        ("i3", "i1", "i3 is over"),
    ] {
        let error = desk.book.put_together(id, other, by).unwrap_err().to_string();
        assert!(error.contains(words), "{id} {other}: {error}");
    }
    desk.book.take_touched();
    // The newer one may be the one that goes on.
    desk.book.put_together("i2", "i1", by).unwrap();
    assert_eq!(desk.told(), ["Resolved (Down)", "Open Full*1 Down*1", "Resolved (Over)"]);
    assert_eq!(desk.book.take_touched().into_iter().collect::<Vec<_>>(), ["i1", "i2"]);
    let one = desk.book.get("i2").unwrap();
    assert_eq!((one.opened_at, one.relations.len()), (0, 2));
    let merged = &one.merged[0];
    assert_eq!((merged.id.as_str(), merged.by.as_deref()), ("i1", Some("ann")));
    assert_eq!(merged.fingerprint, "", "no alert belongs to both");
    assert_eq!(desk.book.get("i1").unwrap().merged_into.as_deref(), Some("i2"));
    let again = desk.book.put_together("i2", "i1", by).unwrap_err().to_string();
    assert!(again.contains("is part of i2 now"), "{again}");
    // What they share with others leads to the one that goes on.
    let late = alert("Late", &[("host", "a")], 4 * MINUTE);
    desk.observe(&[down, full, late], 4 * MINUTE);
    assert_eq!(desk.told()[1], "Open Full*1 Down*1 Late*1");
}

#[test]
fn what_is_part_of_one_that_becomes_part_of_another_leads_to_the_last() {
    let mut desk = Desk::default();
    desk.book.set(Settings { max_alerts: 2, ..Settings::default() });
    let of = |name: &str, labels: &[(&str, &str)]| alert(name, labels, 0);
    let (one, two) = (of("A", &[("host", "a")]), of("B", &[("service", "b")]));
    let mut all = vec![one, two, of("C", &[("trace_id", "c")])];
    desk.observe(&all, 0);
    all.push(of("Bc", &[("service", "b"), ("trace_id", "c")]));
    desk.observe(&all, MINUTE);
    assert_eq!(desk.told(), ["Open A*1", "Open B*1 C*1", "Resolved (C)"]);
    all.push(of("Ab", &[("host", "a"), ("service", "b")]));
    desk.observe(&all, 2 * MINUTE);
    // Two are told one by one; the others are counted, and hold it open.
    assert_eq!(desk.told(), ["Open A*1 B*1", "Resolved (B) (C)", "Resolved (C)"]);
    let into = |id: &str| desk.book.get(id).unwrap().merged_into.clone();
    assert_eq!((into("i2").as_deref(), into("i3").as_deref()), (Some("i1"), Some("i1")));
    let one = desk.book.get("i1").unwrap();
    assert_eq!((one.left_out, one.left_out_firing.len()), (3, 3));
    desk.observe(&all, 3 * MINUTE);
    assert_eq!(desk.book.get("i1").unwrap().left_out, 3, "each once");
    desk.observe(&all[3..], 4 * MINUTE);
    assert_eq!(desk.told()[0], "Open (A) (B)");
    desk.observe(&[], 5 * MINUTE);
    assert_eq!(desk.told()[0], "Resolved (A) (B)");
}

#[test]
fn where_people_put_alerts_counts_for_more_than_what_they_share() {
    let mut desk = Desk::default();
    let (filling, full) = (alert("Disk", &[("host", "a")], 0), alert("Full", &[("host", "a")], 1));
    let slow = alert("Slow", &[("service", "shop")], MINUTE);
    let both = alert("Down", &[("service", "shop"), ("host", "a")], 4 * MINUTE);
    let before = [filling, full.clone(), slow];
    desk.observe(&before, MINUTE);
    assert_eq!(desk.told(), ["Open Disk*1 Full*1", "Open Slow*1"]);
    desk.book.join("i2", &full.fingerprint, None, ("ann", 2 * MINUTE)).unwrap();
    let [filling, full, slow] = before;
    desk.observe(&[filling, full, slow, both], 5 * MINUTE);
    assert_eq!(desk.told(), ["Open Disk*1 Down*1", "Open Slow*1 Full*1"]);
    assert_eq!(desk.book.get("i2").unwrap().merged_into, None);
}

#[test]
fn what_people_put_apart_stays_so_whichever_is_older() {
    let mut desk = Desk::default();
    let slow = alert("Slow", &[("service", "shop")], MINUTE);
    let (filling, full) = (alert("Disk", &[("host", "a")], 0), alert("Full", &[("host", "a")], 1));
    let post = alert("Post", &[("service", "post")], 2 * MINUTE);
    let mut all = vec![slow, filling.clone(), full, post];
    desk.observe(&all, 2 * MINUTE);
    assert_eq!(desk.told(), ["Open Slow*1", "Open Disk*1 Full*1", "Open Post*1"]);
    // With the first alert of its incident the other is as old as it.
    desk.book.join("i1", &filling.fingerprint, None, ("ann", 3 * MINUTE)).unwrap();
    all.push(alert("Down", &[("service", "shop"), ("host", "a")], 4 * MINUTE));
    desk.observe(&all, 4 * MINUTE);
    assert_eq!(desk.told(), ["Open Slow*1 Disk*1 Down*1", "Open Full*1", "Open Post*1"]);
    let apart = |desk: &Desk, id: &str| {
        desk.book.get(id).unwrap().apart.iter().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!((apart(&desk, "i1"), apart(&desk, "i2")), ("i2".to_owned(), "i1".to_owned()));
    // What it becomes part of is apart, too.
    desk.book.put_together("i3", "i2", ("ann", 5 * MINUTE)).unwrap();
    assert_eq!((apart(&desk, "i1"), apart(&desk, "i3")), ("i3".to_owned(), "i1".to_owned()));
    all.push(alert("Again", &[("host", "a"), ("service", "post")], 6 * MINUTE));
    desk.observe(&all, 6 * MINUTE);
    let merged: Vec<_> = desk.book.iter().filter_map(|one| one.merged_into.as_deref()).collect();
    assert_eq!(merged, ["i3"], "{:?}", desk.told());
}

#[test]
fn an_alert_joins_what_is_open_before_what_is_over() {
    let mut desk = Desk::default();
    let (over, open) = (alert("Over", &[("host", "a")], 0), alert("Slow", &[("service", "shop")], MINUTE));
    desk.observe(&[over], 0);
    desk.observe(from_ref(&open), MINUTE);
    assert_eq!(desk.told(), ["Resolved (Over)", "Open Slow*1"]);
    let both = alert("Down", &[("host", "a"), ("service", "shop")], 2 * MINUTE);
    desk.observe(&[open, both], 2 * MINUTE);
    assert_eq!(desk.told(), ["Resolved (Over)", "Open Slow*1 Down*1"]);
}

#[test]
fn no_note_is_lost_where_two_become_one() {
    let mut desk = Desk::default();
    desk.book.set(Settings { max_notes: 2, ..Settings::default() });
    desk.observe(&[alert("Disk", &[("host", "a")], 0), alert("Slow", &[("service", "shop")], 0)], 0);
    for (id, at) in [("i1", 1), ("i2", 2), ("i1", 3), ("i2", 4)] {
        desk.book.note(id, Note { at, author: "ann".to_owned(), text: "x".to_owned() }).unwrap();
    }
    desk.book.put_together("i1", "i2", ("ann", MINUTE)).unwrap();
    let at = |id: &str| desk.book.get(id).unwrap().notes.iter().map(|note| note.at).collect::<Vec<_>>();
    assert_eq!((at("i1"), at("i2"), desk.book.limited()), (vec![1, 2, 3, 4], vec![2, 4], 0));
}
