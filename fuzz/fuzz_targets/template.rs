//! Whatever people write as a template is read or refused, and what is read says something within its limits or fails,
//! never a panic; printed it is the same template.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_model::Labels;
use watchfire_template::{
    Dialect, Env, ErrorKind, Kv, Limits, List, Map, Mode, QueriedSample, Queries, RuleData, RuleTemplate, Set,
    TemplateError, Time, Value,
};

/// Small, so that the fuzzer also finds what unfolds.
const LIMITS: Limits = Limits { output_bytes: 1 << 14, steps: 20_000, template_depth: 20 };

fuzz_target!(|text: &str| {
    let (queries, labels) = (Same, Labels::of("m", [("a", "b:1"), ("c", "<&>")]).expect("a label set"));
    let mut env = Env { limits: LIMITS, ..Env::at(Time::zero()) };
    env.queries = Some(&queries);
    env.external_url = "http://example.org/x";
    if let Ok(rule) = RuleTemplate::parse(text) {
        let labels = Map::from(&labels);
        check(&rule.expand(&RuleData { labels: labels.clone(), external_labels: labels, value: 1.5 }, &env));
    }
    let data: Value = Map::new([
        ("a", Kv::new([("alertname", "x"), ("b", "<\"'&>")]).to_value()),
        ("l", List::new(vec![Value::Int(1), Value::Nil, Value::Time(Time::zero())]).into()),
        ("s", Value::from("text")),
    ])
    .into();
    for dialect in [Dialect::Rules, Dialect::Notifications] {
        let mut set = Set::new(dialect);
        if let Err(error) = set.add("", text) {
            assert!(error.kind == ErrorKind::Syntax && error.position.line > 0);
            continue;
        }
        let printed = print(&set);
        let mut again = Set::new(dialect);
        for (name, text) in &printed {
            again.add(name, text).expect("what is printed is a template");
        }
        assert_eq!(print(&again), printed);
        for mode in [Mode::Text, Mode::Html] {
            let [said, again] = [&set, &again].map(|set| set.execute("", &data, &env, mode));
            check(&said);
            // Texts around a comment are one after printing, which is a step less.
            if let (Ok(said), Ok(again)) = (said, again) {
                assert_eq!(said, again);
            }
        }
    }
});

fn print(set: &Set) -> Vec<(String, String)> {
    let template = |name: &str| set.get(name).expect("a template of the set").to_string();
    set.names().map(|name| (name.to_owned(), template(name))).collect()
}

fn check(said: &Result<String, TemplateError>) {
    match said {
        Ok(text) => assert!(text.len() <= LIMITS.output_bytes),
        Err(error) => assert!(error.position.line > 0 && !error.message.is_empty()),
    }
}

/// Answers with what was asked.
struct Same;

impl Queries for Same {
    fn query(&self, expression: &str) -> Result<Vec<QueriedSample>, String> {
        let labels = Labels::new([("a", expression)]).map_err(|error| error.to_string())?;
        Ok(vec![QueriedSample { labels, value: expression.len() as f64 }; expression.len() % 4])
    }
}
