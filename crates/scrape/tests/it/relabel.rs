//! Rules of relabelling, each with what goes in and what comes out.

use std::path::Path;

use watchfire_scrape::config::Config;
use watchfire_scrape::relabel::{LabelMap, relabel};

/// Labels as `a=1 b=2`.
fn labels(text: &str) -> LabelMap {
    let pairs = text.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What `rules` (a flow sequence of YAML) make of the labels; `None` where they drop them.
fn apply(rules: &str, text: &str) -> Option<String> {
    let config = format!("scrape_configs: [{{job_name: a, relabel_configs: [{rules}]}}]");
    let config =
        Config::parse(Path::new("test.yml"), &config).unwrap_or_else(|error| panic!("{rules}: {error}"));
    let mut labels = labels(text);
    let kept = relabel(&config.jobs[0].relabel, &mut labels);
    let pairs: Vec<String> =
        labels.iter().filter(|(_, v)| !v.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
    kept.then(|| pairs.join(" "))
}

#[test]
fn rules() {
    let table: &[(&str, &str, Option<&str>)] = &[
        // replace: the regex is anchored, groups are written, no match changes nothing.
        (
            "{source_labels: [a], regex: 'f(.*)', target_label: d, replacement: 'ch$1-ch${1}'}",
            "a=foo",
            Some("a=foo d=choo-choo"),
        ),
        ("{source_labels: [a], regex: o, target_label: d}", "a=foo", Some("a=foo")),
        (
            "{source_labels: [a, b], separator: '', regex: foobar, target_label: c, replacement: x}",
            "a=foo b=bar",
            Some("a=foo b=bar c=x"),
        ),
        ("{source_labels: [a, b], target_label: c}", "a=foo b=bar", Some("a=foo b=bar c=foo;bar")),
        ("{source_labels: [a, none], target_label: c}", "a=foo", Some("a=foo c=foo;")),
        ("{target_label: c, replacement: fixed}", "a=foo", Some("a=foo c=fixed")),
        ("{target_label: a, replacement: ''}", "a=foo b=1", Some("b=1")),
        // An empty result removes the label.
        ("{source_labels: [none], target_label: a}", "a=foo b=1", Some("b=1")),
        (
            "{source_labels: [a], regex: '(.*)-(.*)', target_label: 'x_$1', replacement: '$2'}",
            "a=foo-bar",
            Some("a=foo-bar x_foo=bar"),
        ),
        ("{source_labels: [a], regex: 'a(.*)', target_label: '${1}', replacement: x}", "a=a", Some("a=a")),
        (
            "{source_labels: [a], regex: '(?P<n>.).*', target_label: b, replacement: '$n$$'}",
            "a=foo",
            Some("a=foo b=f$"),
        ),
        // Labels that only live while targets are relabelled are labels like others here.
        (
            "{source_labels: [__meta_zone, __address__], target_label: __tmp_x}, {source_labels: [__tmp_x], target_label: y}",
            "__meta_zone=z __address__=h:1",
            Some("__address__=h:1 __meta_zone=z __tmp_x=z;h:1 y=z;h:1"),
        ),
        // keep and drop.
        ("{source_labels: [a], regex: foo, action: keep}", "a=foo", Some("a=foo")),
        ("{source_labels: [a], regex: fo, action: keep}", "a=foo", None),
        ("{source_labels: [a], regex: foo, action: drop}", "a=foo", None),
        ("{source_labels: [a], regex: fo, action: drop}", "a=foo", Some("a=foo")),
        ("{source_labels: [a], regex: 'a|foo', action: drop}", "a=foo", None),
        ("{source_labels: [none], regex: '', action: drop}", "a=foo", None),
        // After a drop nothing more is done.
        ("{source_labels: [a], regex: foo, action: drop}, {target_label: c, replacement: x}", "a=foo", None),
        // keepequal and dropequal.
        ("{source_labels: [p], target_label: q, action: keepequal}", "p=1 q=1", Some("p=1 q=1")),
        ("{source_labels: [p], target_label: q, action: keepequal}", "p=1 q=2", None),
        ("{source_labels: [p], target_label: q, action: dropequal}", "p=1 q=1", None),
        ("{source_labels: [p], target_label: q, action: dropequal}", "p=1 q=2", Some("p=1 q=2")),
        // hashmod: the values of Prometheus' own hash.
        (
            "{source_labels: [c], target_label: d, action: hashmod, modulus: 1000}",
            "c=baz",
            Some("c=baz d=976"),
        ),
        (
            "{source_labels: [a], target_label: d, action: hashmod, modulus: 1000}",
            "a=foo",
            Some("a=foo d=696"),
        ),
        // labelmap, labeldrop, labelkeep.
        ("{regex: '__meta_(.+)', action: labelmap}", "__meta_a=1 b=2", Some("__meta_a=1 a=1 b=2")),
        (
            "{regex: '(b.*)', action: labelmap, replacement: 'bar_${1}'}",
            "a=1 b1=2 b2=3",
            Some("a=1 b1=2 b2=3 bar_b1=2 bar_b2=3"),
        ),
        ("{regex: '(b.*)', action: labeldrop}", "a=1 b1=2 b2=3", Some("a=1")),
        ("{regex: 'a', action: labeldrop}", "a=1 aa=2", Some("aa=2")),
        ("{regex: '(b.*)', action: labelkeep}", "a=1 b1=2 b2=3", Some("b1=2 b2=3")),
        // lowercase and uppercase.
        (
            "{source_labels: [a], target_label: l, action: lowercase}, {source_labels: [a], target_label: u, action: uppercase}",
            "a=bAr123Foo",
            Some("a=bAr123Foo l=bar123foo u=BAR123FOO"),
        ),
    ];
    for (rules, before, expected) in table {
        assert_eq!(apply(rules, before).as_deref(), *expected, "{rules} on {before}");
    }
}
