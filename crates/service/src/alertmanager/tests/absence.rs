//! What the process does not see: while it is not running, while the machine sleeps, and where the clock is set back.

use super::*;

/// As a rule's alert comes, which is good for four minutes.
fn firing(name: &str, now: i64) -> Received {
    alert(name, "a", "critical", Some(now + 240 * SECOND))
}

fn said() -> Said {
    Said { by: "ann".to_owned(), comment: String::new(), until: None }
}

/// Two alerts that fire and were told; of one somebody says that they look after it, and of a third that it is over.
async fn before(alerts: &Alertmanager) -> [Fingerprint; 3] {
    let all = ["Fire", "Smoke", "Noise"].map(|name| firing(name, 0));
    let names = [0, 1, 2].map(|place: usize| Fingerprint::of(&all[place].labels));
    alerts.receive(all.to_vec(), 0).await.unwrap();
    alerts.tick(10 * SECOND).await.unwrap();
    alerts.acknowledge(names[0], &said(), 11 * SECOND).await.unwrap();
    alerts.resolve(names[2], &said(), 11 * SECOND).await.unwrap();
    alerts.put_together(12 * SECOND).await.unwrap();
    alerts.tick(70 * SECOND).await.unwrap();
    names
}

/// Ten minutes later.
async fn after(bench: &Bench, alerts: &Alertmanager, [fire, smoke, noise]: [Fingerprint; 3]) {
    const LATER: i64 = 670 * SECOND;
    let told = bench.told();
    // Incidents are looked at before anything comes in.
    alerts.put_together(LATER).await.unwrap();
    alerts.tick(LATER).await.unwrap();
    let incidents = alerts.incidents(&[]);
    assert!(incidents.iter().all(|incident| incident.alerts.iter().all(|member| member.times == 1)));
    assert!(incidents[0].alerts.iter().any(|member| member.ends_at.is_none()), "{incidents:?}");
    assert!(alerts.acknowledgement(fire, LATER).is_some());
    // Rules and Prometheus say the same again.
    let all = ["Fire", "Smoke", "Noise"].map(|name| firing(name, LATER + SECOND));
    alerts.receive(all.to_vec(), LATER + SECOND).await.unwrap();
    alerts.tick(LATER + 120 * SECOND).await.unwrap();
    assert_eq!(bench.told(), told, "nothing has changed");
    assert!(alerts.firing(noise, LATER + 120 * SECOND).is_err(), "somebody said that it is over");
    // One of them is over, and of the other nobody says anything more.
    let end = LATER + 130 * SECOND;
    alerts.receive(vec![alert("Smoke", "a", "critical", Some(end))], end).await.unwrap();
    for minute in 0..10 {
        alerts.tick(end + minute * 59 * SECOND).await.unwrap();
    }
    let ends: Vec<String> = bench.told()[told.len()..].iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(ends, ["(Smoke@a)", "(Fire@a)"]);
    assert!(alerts.firing(smoke, end).is_err());
}

#[tokio::test]
async fn while_it_was_down_nobody_could_say_that_an_alert_goes_on() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    let names = before(&alerts).await;
    drop(alerts);
    after(&bench, &bench.open(670 * SECOND).await, names).await;
}

#[tokio::test]
async fn while_the_machine_slept_nobody_could_say_that_an_alert_goes_on() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    let names = before(&alerts).await;
    after(&bench, &alerts, names).await;
}

#[tokio::test]
async fn what_may_be_over_for_long_is_not_told_again() {
    const LATER: i64 = 7200 * SECOND;
    for restart in [false, true] {
        let bench = Bench::default();
        let mut alerts = bench.open(0).await;
        alerts.receive(vec![firing("Fire", 0), firing("Smoke", 0)], 0).await.unwrap();
        alerts.tick(10 * SECOND).await.unwrap();
        let told = bench.told().len();
        assert_eq!(told, 2);
        // Two hours later both were to be repeated for an hour.
        if restart {
            alerts = bench.open(LATER).await;
        }
        alerts.tick(LATER).await.unwrap();
        // That it was so before the stop is no news.
        let remembered = vec![(firing("Fire", LATER + SECOND), false)];
        assert!(alerts.receive_all(remembered, LATER + SECOND).await.unwrap().is_empty());
        alerts.tick(LATER + 60 * SECOND).await.unwrap();
        assert_eq!(bench.told().len(), told, "{restart}");
        // What is new waits for nothing.
        let at = LATER + 61 * SECOND;
        alerts.receive(vec![firing("New", at)], at).await.unwrap();
        alerts.tick(LATER + 61 * SECOND).await.unwrap();
        assert_eq!(bench.told()[told..], [(7261, "New@a".to_owned())], "{restart}");
        // What somebody has seen is repeated at the next look at its group.
        let at = LATER + 70 * SECOND;
        alerts.receive(vec![firing("Fire", at)], at).await.unwrap();
        alerts.tick(LATER + 120 * SECOND).await.unwrap();
        assert_eq!(bench.told()[told + 1..], [(7270, "Fire@a".to_owned())], "{restart}");
        // Of what nobody says anything more, the end alone is told.
        for minute in 3..9 {
            alerts.tick(LATER + minute * 60 * SECOND).await.unwrap();
        }
        let rest: Vec<String> = bench.told()[told + 2..].iter().map(|(_, text)| text.clone()).collect();
        assert!(rest.contains(&"(Smoke@a)".to_owned()), "{restart} {rest:?}");
        assert!(!rest.contains(&"Smoke@a".to_owned()), "{restart} {rest:?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_holds_up_nothing() {
    const DAY: i64 = 86_400 * SECOND;
    for restart in [false, true] {
        let bench = Bench::default();
        let mut alerts = bench.open(DAY).await;
        let fire = Fingerprint::of(&firing("Fire", 0).labels);
        alerts.receive(vec![firing("Fire", DAY), firing("Noise", DAY)], DAY).await.unwrap();
        alerts.tick(DAY + 10 * SECOND).await.unwrap();
        let noise = Fingerprint::of(&firing("Noise", 0).labels);
        alerts.resolve(noise, &said(), DAY + 11 * SECOND).await.unwrap();
        let told = bench.told().len();
        if restart {
            alerts = bench.open(SECOND).await;
        }
        alerts.receive(vec![firing("Smoke", SECOND)], SECOND).await.unwrap();
        alerts.tick(11 * SECOND).await.unwrap();
        assert_eq!(bench.told()[told..], [(11, "Smoke@a".to_owned())], "{restart}");
        // It is over by the clock that counts now; and one that began since then is a new one.
        alerts.receive(vec![alert("Fire", "a", "critical", Some(20 * SECOND))], 20 * SECOND).await.unwrap();
        let anew = Received { starts_at: Some(30 * SECOND), ..firing("Noise", 30 * SECOND) };
        alerts.receive(vec![anew], 30 * SECOND).await.unwrap();
        assert!(alerts.firing(fire, 20 * SECOND).is_err() && alerts.firing(noise, 30 * SECOND).is_ok());
        alerts.tick(62 * SECOND).await.unwrap();
        let ends: Vec<String> = bench.told()[told + 1..].iter().map(|(_, text)| text.clone()).collect();
        assert!(ends.contains(&"(Fire@a)".to_owned()), "{restart} {ends:?}");
    }
}

#[tokio::test]
async fn what_was_not_handed_on_is_not_taken_for_told_after_a_crash() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    alerts.receive(vec![firing("Fire", 0)], 0).await.unwrap();
    bench.sent.broken.store(true, Ordering::SeqCst);
    assert!(alerts.tick(10 * SECOND).await.is_err());
    // Something else is stored, and then the process dies.
    alerts.receive(vec![firing("Smoke", 11 * SECOND)], 11 * SECOND).await.unwrap();
    drop(alerts);
    bench.sent.broken.store(false, Ordering::SeqCst);
    let again = bench.open(12 * SECOND).await;
    assert_eq!(again.alerts(&AlertFilter::default(), 12 * SECOND).len(), 2, "what came in is not lost");
    again.tick(12 * SECOND).await.unwrap();
    again.tick(30 * SECOND).await.unwrap();
    let mut told: Vec<String> = bench.told().into_iter().map(|(_, text)| text).collect();
    told.sort_unstable();
    assert_eq!(told, ["Fire@a", "Smoke@a"]);
}

#[tokio::test]
async fn what_people_say_is_bounded() {
    let bench = Bench::default();
    let alerts = bench.open(0).await;
    alerts.receive(vec![firing("Fire", 0)], 0).await.unwrap();
    let fire = Fingerprint::of(&firing("Fire", 0).labels);
    let long =
        |by: usize, comment: usize| Said { by: "é".repeat(by), comment: "é".repeat(comment), until: None };
    for (said, field) in [(long(101, 0), "by: it has 101"), (long(1, 1001), "comment: it has 1001")] {
        let refused = [
            alerts.acknowledge(fire, &said, 1).await.unwrap_err(),
            alerts.resolve(fire, &said, 1).await.unwrap_err(),
            alerts.take_back(fire, &said, 1).await.unwrap_err(),
        ];
        for error in refused {
            assert!(error.to_string().contains(field), "{error}");
        }
    }
    alerts.acknowledge(fire, &long(100, 1000), 1).await.unwrap();
}
