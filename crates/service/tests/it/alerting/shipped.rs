//! The rules that come with the program: their own tests, and what each of them has to have.

use std::collections::BTreeSet;
use std::path::Path;

use watchfire_rules::{Kind, Rule};
use watchfire_service::alerting::{runbook, runbooks, shipped_rules, test_rules};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");

fn rules() -> impl Iterator<Item = &'static Rule> {
    shipped_rules().flat_map(|(_, group)| &group.rules)
}

#[tokio::test(flavor = "multi_thread")]
async fn they_fire_when_they_should_and_else_do_not() {
    let scratch = tempfile::tempdir().unwrap();
    let mut tested = 0;
    for entry in std::fs::read_dir(Path::new(FOLDER).join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let checked = test_rules(&path, &scratch.path().join(tested.to_string())).await;
        assert!(checked.well, "{}", checked.text);
        tested += 1;
    }
    let files: BTreeSet<&str> = shipped_rules().map(|(file, _)| file).collect();
    assert_eq!(tested, files.len());
}

/// Each alert is seen to fire and not to.
#[test]
fn all_of_them_are_tested() {
    let mut text = String::new();
    for entry in std::fs::read_dir(Path::new(FOLDER).join("tests")).unwrap() {
        text.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    for rule in rules() {
        let (quiet, fires) = (
            format!("alertname: {}, exp_alerts: []}}", rule.name),
            format!("alertname: {}\n        exp_alerts:\n          - exp_labels:", rule.name),
        );
        assert!(text.contains(&quiet), "{} is never seen not to fire", rule.name);
        assert!(text.contains(&fires), "{} is never seen to fire", rule.name);
    }
}

#[test]
fn each_says_how_grave_it_is_and_what_to_do() {
    for rule in rules() {
        assert!(rule.severity().is_some(), "{}", rule.name);
        let Kind::Alerting { annotations, .. } = &rule.kind else { panic!("{} is no alert", rule.name) };
        for name in ["summary", "description"] {
            assert!(annotations.get(name).is_some_and(|text| !text.is_empty()), "{}: {name}", rule.name);
        }
        assert_eq!(annotations["runbook_url"], format!("{{{{ externalURL }}}}/runbooks/{}", rule.name));
        let text = runbook(&rule.name).unwrap_or_else(|| panic!("{} has no runbook", rule.name));
        assert!(text.starts_with(&format!("# {}\n", rule.name)), "{}", rule.name);
    }
    let named: BTreeSet<&str> = rules().map(|rule| rule.name.as_str()).collect();
    assert_eq!(runbooks().collect::<BTreeSet<_>>(), named);
    // Links of a runbook lead to others.
    for name in runbooks() {
        for link in runbook(name).unwrap().split("](/runbooks/").skip(1) {
            let other = link.split(')').next().unwrap();
            assert!(runbook(other).is_some(), "{name} leads to {other}");
        }
    }
}
