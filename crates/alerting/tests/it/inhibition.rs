//! Inhibition: who is kept quiet by whom, quickly.

use std::time::Instant;

use proptest::prelude::*;
use watchfire_alerting::{Alert, Config, Fingerprint, Inhibition, Matchers, Received};
use watchfire_model::Labels;

fn rules(text: &str) -> Inhibition {
    let text = format!("{{route: {{receiver: a}}, receivers: [{{name: a}}], inhibit_rules: [{text}]}}");
    Inhibition::new(&Config::parse("a.yml", &text).unwrap().inhibit_rules)
}

fn alert(labels: &str, ends_at: i64) -> Alert {
    let labels = Labels::new(labels.split_whitespace().map(|pair| pair.split_once('=').unwrap())).unwrap();
    let generator_url = String::new();
    let annotations = Labels::empty();
    let received =
        Received { labels, annotations, starts_at: Some(0), ends_at: Some(ends_at), generator_url };
    Alert::new(received, 0, 0).unwrap()
}

#[test]
fn who_is_quiet() {
    let critical = "{source_matchers: [severity=critical], target_matchers: [severity=~warning|info], equal: [alertname, cluster]}";
    let down = "{source_match: {alertname: Down}, target_match_re: {alertname: '.+'}, equal: [host]}";
    for (rule, source, target, quiet) in [
        (critical, "alertname=A severity=critical cluster=x", "alertname=A severity=warning cluster=x", true),
        (
            critical,
            "alertname=A severity=critical cluster=x",
            "alertname=A severity=warning cluster=y",
            false,
        ),
        (critical, "alertname=A severity=critical cluster=x", "alertname=A severity=warning", false),
        (critical, "alertname=A severity=critical", "alertname=A severity=info", true),
        (critical, "alertname=A severity=critical", "alertname=A severity=critical", false),
        (critical, "alertname=A severity=warning", "alertname=A severity=info", false),
        (down, "alertname=Down host=a", "alertname=Slow host=a", true),
        (down, "alertname=Down host=a", "alertname=Slow host=b", false),
        // It matches both sides: neither itself nor another one like it keeps it quiet.
        (down, "alertname=Down host=a", "alertname=Down host=a", false),
        (down, "alertname=Down host=a rack=1", "alertname=Down host=a rack=2", false),
        // What is made up keeps nobody from hearing of what is real.
        (down, "alertname=Down host=a demo=true", "alertname=Slow host=a", false),
        (down, "alertname=Down host=a demo=true", "alertname=Slow host=a demo=true", true),
        (down, "alertname=Down host=a demo=no", "alertname=Slow host=a", true),
        // No equal labels: any source will do.
        ("{source_matchers: [a=b], target_matchers: [c=d]}", "a=b", "c=d e=f", true),
    ] {
        let mut inhibition = rules(rule);
        let source = alert(source, 1000);
        inhibition.update(&source);
        let target = alert(target, 1000);
        let expected = if quiet { vec![source.fingerprint()] } else { vec![] };
        assert_eq!(inhibition.muting(&target.labels, 500), expected, "{rule} {target:?}");
        assert_eq!(inhibition.is_muted(&target.labels, 500), quiet);
        assert!(!inhibition.is_muted(&target.labels, 1000), "the source is resolved");
        inhibition.forget(1000);
        assert!(!inhibition.is_muted(&target.labels, 500));
    }
}

#[test]
fn a_source_that_ends_earlier_or_later() {
    let mut inhibition = rules("{source_matchers: [a=b], target_matchers: [c=d]}");
    let target = alert("c=d", 0);
    inhibition.update(&alert("a=b", 1000));
    inhibition.update(&alert("a=b", 2000));
    assert!(inhibition.is_muted(&target.labels, 1500));
    inhibition.update(&alert("a=b", 1200));
    assert!(!inhibition.is_muted(&target.labels, 1500));
}

#[test]
fn ten_thousand_alerts() {
    let mut inhibition = rules(
        "{source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [cluster, instance]}",
    );
    let of = |severity: &str, number: usize| {
        alert(&format!("alertname=A severity={severity} cluster=c{} instance=i{number}", number % 7), 1000)
    };
    for number in 0..10_000 {
        inhibition.update(&of("critical", number));
    }
    let targets: Vec<Alert> = (0..10_000).map(|number| of("warning", number * 2)).collect();
    let begin = Instant::now();
    let muted = targets.iter().filter(|target| inhibition.is_muted(&target.labels, 500)).count();
    assert_eq!(muted, 5_000);
    // A look at every pair would be 100 million comparisons: minutes in this build.
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
}

proptest! {
    /// The table gives the same as the rule held against every pair.
    #[test]
    fn the_same_as_every_pair(
        alerts in proptest::collection::vec((proptest::collection::btree_map("[abc]", "[xy]", 1..4), 0_i64..4), 1..8),
        equal in proptest::collection::vec("[abc]", 0..3),
    ) {
        let rule = format!("{{source_matchers: [a=x], target_matchers: [b!=y], equal: [{}]}}", equal.join(", "));
        let mut inhibition = rules(&rule);
        let alerts: Vec<Alert> = alerts.iter().map(|(labels, ends)| {
            let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            alert(&labels.join(" "), *ends)
        }).collect();
        let mut last = std::collections::BTreeMap::new();
        for alert in &alerts {
            inhibition.update(alert);
            last.insert(alert.fingerprint(), alert);
        }
        let (source, target) = (Matchers::parse("a=x").unwrap(), Matchers::parse("b!=y").unwrap());
        let value = |labels: &Labels, name: &str| labels.get(name).unwrap_or_default().to_owned();
        for now in 0..4 {
            for alert in &alerts {
                let both = source.matches(&alert.labels) && target.matches(&alert.labels);
                let mutes = |other: &&&Alert| {
                    source.matches(&other.labels)
                        && target.matches(&alert.labels)
                        && !other.is_resolved(now)
                        && equal.iter().all(|name| value(&alert.labels, name) == value(&other.labels, name))
                        && !(both && target.matches(&other.labels))
                };
                let expected: Vec<Fingerprint> = last.values().filter(mutes).map(|other| other.fingerprint()).collect();
                prop_assert_eq!(inhibition.muting(&alert.labels, now), expected);
            }
        }
    }
}
