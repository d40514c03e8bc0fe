use std::collections::BTreeMap;

use proptest::prelude::*;
use watchfire_model::Labels;
use watchfire_rules::{AlertState, Outcome, Refused, RuleState, Seen, Terms};

fn labels(host: &str) -> Labels {
    Labels::new([("alertname", "Busy"), ("host", host)]).unwrap()
}

fn seen(hosts: &str) -> Vec<Seen> {
    let one =
        |host: char| Seen { labels: labels(&host.to_string()), annotations: BTreeMap::new(), value: 1.0 };
    hosts.chars().map(one).collect()
}

fn terms(hold: i64, keep_firing: i64, limit: usize) -> Terms {
    Terms { hold, keep_firing, limit, settling: false }
}

fn told(outcome: &Outcome) -> String {
    let word = |state: Option<AlertState>| state.map_or("-", AlertState::word);
    let change = |change: &watchfire_rules::Change| {
        format!("{}:{}>{}", change.labels.get("host").unwrap_or_default(), word(change.from), word(change.to))
    };
    outcome.changes.iter().map(change).collect::<Vec<_>>().join(" ")
}

#[test]
fn alerts_go_through_their_states() {
    // When (s), who is there, and what changes; `for` 60 s, `keep_firing_for` 30 s.
    let script = [
        (0, "a", "a:->pending"),
        (30, "ab", "b:->pending"),
        (60, "ab", "a:pending>firing"),
        (75, "a", "b:pending>-"),
        (90, "", ""),
        (105, "", ""),
        (110, "a", ""),
        (120, "", ""),
        (150, "", "a:firing>inactive"),
        (165, "a", "a:inactive>pending"),
        (225, "a", "a:pending>firing"),
        (240, "", ""),
        (270, "", "a:firing>inactive"),
        (1300, "", ""),
    ];
    let mut state = RuleState::default();
    for (at, hosts, expected) in script {
        let outcome = state.step(at * 1000, seen(hosts), terms(60_000, 30_000, 0)).unwrap();
        assert_eq!(told(&outcome), expected, "at {at}");
    }
    assert_eq!(state.alerts().count(), 0, "what is long over is forgotten");
}

#[test]
fn without_waiting_an_alert_fires_at_once() {
    let mut state = RuleState::default();
    let outcome = state.step(5000, seen("a"), terms(0, 0, 0)).unwrap();
    assert_eq!(told(&outcome), "a:->firing");
    let written: Vec<String> =
        outcome.samples.iter().map(|sample| format!("{} {}", sample.labels, sample.value)).collect();
    assert_eq!(
        written,
        [
            r#"ALERTS{alertname="Busy",alertstate="firing",host="a"} 1"#,
            r#"ALERTS_FOR_STATE{alertname="Busy",host="a"} 5"#,
        ]
    );
    assert_eq!(told(&state.step(6000, seen(""), terms(0, 0, 0)).unwrap()), "a:firing>inactive");
}

#[test]
fn the_value_is_told_of_what_the_query_brought() {
    let told = |values: &[watchfire_rules::Sampled]| -> Vec<String> {
        values.iter().map(|sample| format!("{} {}", sample.labels, sample.value)).collect()
    };
    let with = |host: &str, value: f64| Seen { value, ..seen(host).remove(0) };
    let own = |host: &str, value: &str| format!(r#"ALERTS_VALUE{{alertname="Busy",host="{host}"}} {value}"#);
    let mut state = RuleState::default();
    // Pending or firing, with the value of this evaluation.
    let outcome = state.step(0, vec![with("a", 7.5), with("b", 8.0)], terms(10, 60, 0)).unwrap();
    assert_eq!(told(&outcome.values), [own("a", "7.5"), own("b", "8")]);
    let outcome = state.step(10, vec![with("a", 9.0)], terms(10, 60, 0)).unwrap();
    assert_eq!((told(&outcome.values), told(&state.values())), (vec![own("a", "9")], vec![own("a", "9")]));
    // While it only goes on firing there is nothing that was evaluated.
    let outcome = state.step(20, Vec::new(), terms(10, 60, 0)).unwrap();
    assert_eq!(state.state(), AlertState::Firing);
    assert!(outcome.values.is_empty() && state.values().is_empty(), "{outcome:?}");
    // Nor while samples may not be back yet.
    let mut state = RuleState::default();
    state.step(0, vec![with("a", 7.0)], terms(0, 0, 0)).unwrap();
    let settling = Terms { settling: true, ..terms(0, 0, 0) };
    assert!(state.step(10, Vec::new(), settling).unwrap().values.is_empty());
}

#[test]
fn what_cannot_be_alerts_is_refused() {
    let mut state = RuleState::default();
    state.step(0, seen("a"), terms(0, 0, 2)).unwrap();
    assert!(matches!(state.step(1, seen("bb"), terms(0, 0, 2)), Err(Refused::Twice(_))));
    assert_eq!(state.alerts().count(), 1, "the state stays");
    assert_eq!(state.step(2, seen("abc"), terms(0, 0, 2)), Err(Refused::TooMany { found: 3, limit: 2 }));
    assert_eq!(state.state(), AlertState::Inactive);
}

#[test]
fn what_is_forgotten_since_there_are_too_many_is_told() {
    let mut state = RuleState::default();
    state.step(0, seen("a"), terms(10, 0, 2)).unwrap();
    state.step(10, seen("ab"), terms(10, 0, 2)).unwrap();
    assert!(state.take_forgotten().is_empty());
    assert!(state.step(20, seen("abcd"), terms(10, 0, 2)).is_err());
    // "b" was pending; "c" and "d" were never told of.
    let forgotten = Outcome { changes: state.take_forgotten(), ..Outcome::default() };
    assert_eq!(told(&forgotten), "a:firing>inactive b:pending>-");
    assert!(state.take_forgotten().is_empty(), "it is told once");
    assert_eq!(told(&state.step(30, seen("a"), terms(10, 0, 2)).unwrap()), "a:->pending");
}

#[test]
fn shortly_after_a_start_a_missing_series_says_nothing() {
    let settling = |hold| Terms { settling: true, ..terms(hold, 0, 0) };
    let mut state = RuleState::default();
    state.step(0, seen("a"), terms(0, 0, 0)).unwrap();
    state.step(0, seen("ab"), terms(20, 0, 0)).unwrap();
    // "a" goes on firing, and "b" neither goes nor fires, although its time has come.
    assert_eq!(told(&state.step(30, seen(""), settling(20)).unwrap()), "");
    assert_eq!(told(&state.step(40, seen("b"), settling(20)).unwrap()), "b:pending>firing");
    assert_eq!(told(&state.step(50, seen("b"), terms(20, 0, 0)).unwrap()), "a:firing>inactive");
}

proptest! {
    /// Whatever comes: an alert fires only after it was there for so long without a break, and each change starts where the one before
    /// has ended.
    #[test]
    fn nothing_fires_early(rounds in prop::collection::vec("[a-c]{0,3}", 1..60), hold in 0_i64..6, keep in 0_i64..4) {
        let mut state = RuleState::default();
        let mut since: BTreeMap<char, i64> = BTreeMap::new();
        let mut last: BTreeMap<Labels, Option<AlertState>> = BTreeMap::new();
        for (at, hosts) in rounds.iter().enumerate() {
            let at = at as i64;
            let mut hosts: Vec<char> = hosts.chars().collect();
            hosts.sort_unstable();
            hosts.dedup();
            since.retain(|host, _| hosts.contains(host));
            for host in &hosts {
                since.entry(*host).or_insert(at);
            }
            let outcome = state.step(at, seen(&hosts.iter().collect::<String>()), terms(hold, keep, 0)).unwrap();
            for change in &outcome.changes {
                let before = last.get(&change.labels).copied().flatten();
                prop_assert!(before == change.from || before == Some(AlertState::Inactive), "{change:?} after {before:?}");
                last.insert(change.labels.clone(), change.to);
                if change.to == Some(AlertState::Firing) {
                    let host = change.labels.get("host").unwrap().chars().next().unwrap();
                    prop_assert!(at - since[&host] >= hold);
                }
            }
            // A restart between any two rounds changes nothing.
            state = RuleState::restored(state.alerts().map(|(labels, held)| (labels.clone(), held.clone())));
        }
    }
}
