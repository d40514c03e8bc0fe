//! A target's memory against a plain model of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use watchfire_ingest::exposition::Format;
use watchfire_model::{Batch, Labels, is_stale};
use watchfire_scrape::config::{Config, Job};
use watchfire_scrape::pass::{Answer, Memory};
use watchfire_scrape::series::Mould;

fn job(keys: &str) -> Arc<Job> {
    let text = format!("scrape_configs: [{{job_name: j{keys}}}]");
    Arc::clone(&Config::parse(Path::new("t.yml"), &text).unwrap().jobs[0])
}

/// What a batch holds: values, and the series with a marker.
fn content(batch: &Batch) -> (BTreeMap<String, f64>, BTreeSet<String>) {
    let (mut values, mut stale) = (BTreeMap::new(), BTreeSet::new());
    for (labels, sample) in batch.iter() {
        let series = labels.unwrap().metric().to_owned();
        if is_stale(sample.value) {
            assert!(stale.insert(series), "one marker each");
        } else {
            assert!(values.insert(series, sample.value).is_none(), "one sample each");
        }
    }
    (values, stale)
}

#[derive(Clone, Debug)]
enum Step {
    /// A page with these series; some of them twice.
    Page(Vec<u8>),
    /// The same, with a line that can't be read at its end.
    Broken(Vec<u8>),
    /// No answer.
    Nothing,
    /// Other rules.
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    let page = || proptest::collection::vec(0_u8..12, 0..12);
    prop_oneof![
        5 => page().prop_map(Step::Page),
        1 => page().prop_map(Step::Broken),
        1 => Just(Step::Nothing),
        1 => Just(Step::Forget),
    ]
}

proptest! {
    #[test]
    fn behaves_as_the_model(steps in proptest::collection::vec(step(), 1..20)) {
        // Series 0 to 2 are dropped by a rule.
        let job = job(", metric_relabel_configs: [{source_labels: [__name__], regex: 's[0-2]', action: drop}]");
        let target = Labels::new([("job", "j")]).unwrap();
        let mould = Mould { target: &target, job: &job };
        let mut memory = Memory::default();
        let mut live: BTreeSet<String> = BTreeSet::new();
        for (number, step) in steps.into_iter().enumerate() {
            let timestamp = number as i64;
            let mut page = String::new();
            let mut expected = BTreeMap::new();
            if let Step::Page(series) | Step::Broken(series) = &step {
                for (at, series) in series.iter().enumerate() {
                    writeln!(page, "s{series} {at}").unwrap();
                    if *series > 2 {
                        expected.entry(format!("s{series}")).or_insert(at as f64);
                    }
                }
            }
            let (batch, failed) = match &step {
                Step::Forget => {
                    memory.series.forget();
                    continue;
                }
                Step::Nothing => (memory.none(timestamp), true),
                Step::Page(_) | Step::Broken(_) => {
                    let broken = matches!(step, Step::Broken(_));
                    if broken {
                        page.push_str("s{\n");
                    }
                    let answer = Answer { format: Format::Text, bytes: page.as_bytes(), timestamp };
                    let (batch, counts, error) = memory.pass(mould, answer);
                    prop_assert_eq!(error.is_some(), broken);
                    prop_assert_eq!(counts.kept, expected.len());
                    prop_assert_eq!(counts.scraped, page.lines().filter(|line| !line.contains('{')).count());
                    (batch, broken)
                }
            };
            let now = if failed { BTreeMap::new() } else { expected };
            let (values, stale) = content(&batch);
            let gone: BTreeSet<String> = live.iter().filter(|series| !now.contains_key(*series)).cloned().collect();
            prop_assert_eq!(&values, &now);
            prop_assert_eq!(&stale, &gone);
            live = now.into_keys().collect();
        }
    }
}

#[test]
fn conflicting_labels_move_as_far_as_they_must() {
    let job = job("");
    let target = Labels::new([("a", "t"), ("exported_a", "u")]).unwrap();
    let mould = Mould { target: &target, job: &job };
    for (text, expected) in [
        (r#"m{a="1"}"#, r#"m{a="t",exported_a="u",exported_exported_a="1"}"#),
        (
            r#"m{a="1",exported_a="2"}"#,
            r#"m{a="t",exported_a="u",exported_exported_a="1",exported_exported_exported_a="2"}"#,
        ),
        (r#"m{b="1"}"#, r#"m{a="t",b="1",exported_a="u"}"#),
    ] {
        let labels = mould.labels(text.as_bytes()).unwrap().unwrap();
        assert_eq!(labels.to_string(), expected, "{text}");
    }
}
