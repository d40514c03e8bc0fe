//! Templates of rules, with queries. What is expected is what Prometheus 3.5.3 said.

use watchfire_model::Labels;
use watchfire_template::{
    Dialect, Env, ErrorKind, Map, QueriedSample, Queries, RuleData, RuleTemplate, Time, expand_rule_template,
    function_names,
};

/// Answers by the text of a query.
struct Canned;

impl Queries for Canned {
    fn query(&self, expression: &str) -> Result<Vec<QueriedSample>, String> {
        let sample = |value: f64, labels: &[(&str, &str)]| QueriedSample {
            labels: Labels::new(labels.iter().copied()).unwrap(),
            value,
        };
        match expression {
            "none" => Ok(Vec::new()),
            "seven" => Ok(vec![sample(7.0, &[])]),
            "up" => Ok(vec![
                sample(1.0, &[("__name__", "up"), ("instance", "b")]),
                sample(0.0, &[("__name__", "up"), ("instance", "a")]),
                sample(1e6, &[("__name__", "up"), ("instance", "a10"), ("__value__", "text")]),
            ]),
            _ => Err("1:1: parse error: unexpected end of input".into()),
        }
    }
}

fn expand(text: &str, value: f64) -> String {
    let labels =
        Labels::new([("instance", "host.example.org:9090"), ("job", "node"), ("v6", "[::1]:80")]).unwrap();
    let external = Labels::new([("region", "eu")]).unwrap();
    let mut env = Env::at(Time::parse("2026-01-02T03:04:05.678Z").unwrap());
    env.queries = Some(&Canned);
    env.external_url = "https://watchfire.example.org/pre/fix";
    let data = RuleData { labels: Map::from(&labels), external_labels: Map::from(&external), value };
    match expand_rule_template(text, &data, &env) {
        Ok(text) => text,
        Err(error) => format!("!{error}"),
    }
}

#[test]
fn rows() {
    let table = include_str!("cases/rules.tsv");
    let mut rows = 0;
    for row in table.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let [value, template, expected] = row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(expand(template, value.parse().unwrap()), expected, "{template}");
        rows += 1;
    }
    assert!(rows > 40, "{rows}");
}

#[test]
fn a_text_without_actions_stays() {
    assert_eq!(expand("a { b } }} %s", 1.0), "a { b } }} %s");
    assert_eq!(RuleTemplate::parse("plain").unwrap().text(), "plain");
}

#[test]
fn variables_are_known_outside_of_definitions_only() {
    let error = RuleTemplate::parse(r#"{{ define "a" }}{{ $labels.x }}{{ end }}"#).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Syntax);
    assert!(error.to_string().contains("there is no variable `$labels` here"), "{error}");
}

#[test]
fn queries_may_be_missing() {
    let (labels, env) = (Map::from(&Labels::empty()), Env::at(Time::zero()));
    let data = RuleData { labels: labels.clone(), external_labels: labels, value: 0.0 };
    let error = expand_rule_template("{{ query `up` }}", &data, &env).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 4: `query`: queries are not answered here");
}

#[test]
fn each_dialect_has_its_functions() {
    let names = |dialect| function_names(dialect).collect::<Vec<_>>();
    assert!(names(Dialect::Rules).contains(&"humanize") && !names(Dialect::Rules).contains(&"join"));
    assert!(
        names(Dialect::Notifications).contains(&"join") && !names(Dialect::Notifications).contains(&"query")
    );
    for dialect in [Dialect::Rules, Dialect::Notifications] {
        let mut sorted = names(dialect);
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names(dialect).len(), "two functions have one name");
    }
}
