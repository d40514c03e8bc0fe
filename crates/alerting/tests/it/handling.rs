use watchfire_alerting::handling::{Act, Handling, Handlings};
use watchfire_alerting::{Alert, Fingerprint, Received};
use watchfire_model::Labels;

fn labels() -> Labels {
    Labels::new([("alertname", "Fire")]).unwrap()
}

fn alert(starts_at: i64, ends_at: i64, now: i64) -> Alert {
    let received = Received {
        labels: labels(),
        annotations: Labels::empty(),
        starts_at: Some(starts_at),
        ends_at: Some(ends_at),
        generator_url: String::new(),
    };
    Alert::new(received, now, 1000).unwrap()
}

fn said(act: Act, until: Option<i64>) -> Handlings {
    let mut all = Handlings::default();
    all.set(Handling {
        act,
        labels: labels(),
        by: "ann".to_owned(),
        comment: String::new(),
        at: 100,
        until,
        heard_until: 150,
    });
    all
}

#[test]
fn what_was_resolved_by_hand_stays_so_until_it_is_a_new_alert() {
    // When it is said to have begun, until when it would fire, when that arrives; whether it is left out.
    let table = [
        // Its source says the same again.
        (Some(10), 200, 120, true),
        (None, 200, 120, true),
        // Its source says that it is over.
        (Some(10), 110, 120, false),
        // It began anew.
        (Some(101), 200, 120, false),
        // Its source had been silent.
        (Some(10), 300, 151, false),
    ];
    for (start, end, now, withheld) in table {
        let mut all = said(Act::Resolved, None);
        let alert = alert(start.unwrap_or(now), end, now);
        assert_eq!(all.withholds(&alert, start, false, now), withheld, "{start:?} {end} {now}");
        assert_eq!(all.get(Fingerprint::of(&labels())).is_some(), withheld, "{start:?} {end} {now}");
    }
    // Each word of the source keeps it.
    let mut all = said(Act::Resolved, None);
    for now in [140, 180, 220] {
        assert!(all.withholds(&alert(10, now + 50, now), Some(10), false, now), "{now}");
    }
    all.forget(270, |_| false);
    assert_eq!(all.iter().count(), 1);
    all.forget(271, |_| false);
    assert_eq!(all.iter().count(), 0);
    let changes = all.take_changes();
    assert_eq!(changes, [(Fingerprint::of(&labels()), None)]);
}

#[test]
fn an_acknowledgement_lasts_as_long_as_its_alert() {
    let fingerprint = Fingerprint::of(&labels());
    let mut all = said(Act::Acknowledged, Some(130));
    assert!(!all.withholds(&alert(10, 200, 120), Some(10), true, 120));
    assert_eq!(all.acknowledgement(fingerprint, 129).map(|said| said.by.as_str()), Some("ann"));
    assert_eq!(all.acknowledgement(fingerprint, 130), None);
    all.forget(129, |_| true);
    assert_eq!(all.iter().count(), 1);
    all.forget(130, |_| true);
    assert_eq!(all.iter().count(), 0);

    let mut all = said(Act::Acknowledged, None);
    all.forget(i64::MAX, |_| true);
    assert!(all.acknowledgement(fingerprint, i64::MAX).is_some());
    all.withholds(&alert(10, 119, 120), Some(10), true, 120);
    assert_eq!(all.acknowledgement(fingerprint, 120), None, "it is over");
    let mut all = said(Act::Acknowledged, None);
    all.withholds(&alert(110, 200, 120), Some(110), false, 120);
    assert_eq!(all.acknowledgement(fingerprint, 120), None, "it was over, and is a new one");
    let mut all = said(Act::Acknowledged, None);
    all.forget(120, |_| false);
    assert_eq!(all.acknowledgement(fingerprint, 120), None);
}
