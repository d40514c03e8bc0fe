use std::collections::BTreeMap;

use watchfire_dashboard::{Choice, Clock, Dashboard, Variable, VariableKind};
use watchfire_model::TimeRange;
use watchfire_service::dashboards::{DashboardSettings, Resolved};

use super::{Home, dashboard, home};

const NOW: i64 = 1_700_000_000_000;
const RANGE: TimeRange = TimeRange { start: NOW - 3_600_000, end: NOW };

fn query(name: &str, query: &str) -> Variable {
    Variable { name: name.to_owned(), query: query.to_owned(), ..Variable::default() }
}

fn with(variables: Vec<Variable>) -> Dashboard {
    Dashboard { variables, ..dashboard("a", "A", 1) }
}

async fn fill(home: &Home) {
    home.append(
        NOW - 1000,
        &[
            ("up", &[("job", "node"), ("instance", "a:1")]),
            ("up", &[("job", "node"), ("instance", "b:1")]),
            ("up", &[("job", "db"), ("instance", "c:1")]),
            ("node_load1", &[("job", "node"), ("instance", "a:1")]),
        ],
    )
    .await;
}

async fn resolve(home: &Home, dashboard: &Dashboard, asked: &[(&str, &[&str])]) -> Resolved {
    let asked: BTreeMap<String, Vec<String>> = asked
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
        .collect();
    home.dashboards().resolve_variables(dashboard, &asked, RANGE).await.unwrap()
}

/// The choices and what is chosen, as a line.
fn told(resolved: &Resolved, index: usize) -> String {
    let one = &resolved.variables[index];
    let choices: Vec<&str> = one.choices.iter().map(|choice| choice.value.as_str()).collect();
    let extra = one.note.as_deref().or(one.error.as_deref()).unwrap_or_default();
    format!("{} [{}] {extra}", choices.join(" "), one.chosen.join(" ")).trim_end().to_owned()
}

#[tokio::test]
async fn queries_bring_choices() {
    let home = home().await;
    fill(&home).await;
    let regex = |variable: Variable, regex: &str| Variable { regex: regex.to_owned(), ..variable };
    for (variable, expected) in [
        (query("v", "label_values(up, job)"), "db node [db]"),
        (query("v", "label_values(up{job=\"node\"}, instance)"), "a:1 b:1 [a:1]"),
        (query("v", "label_values({job=\"db\"}, __name__)"), "up [up]"),
        (query("v", "label_values(job)"), "db node [db]"),
        (query("v", "label_names()"), "__name__ instance job [__name__]"),
        (query("v", "metrics(load)"), "node_load1 [node_load1]"),
        (regex(query("v", "query_result(sum by (job) (up))"), "/job=\"(.*?)\"/"), "db node [db]"),
        (query("v", "query_result(count(up))"), "{} 3 1700000000000 [{} 3 1700000000000]"),
        (regex(query("v", "label_values(instance)"), "/(.*):1/"), "a b c [a]"),
    ] {
        let name = variable.query.clone();
        assert_eq!(told(&resolve(&home, &with(vec![variable]), &[]).await, 0), expected, "{name}");
    }
    for (variable, expected) in [
        (query("v", "label_values(up{, job)"), "parse error"),
        (query("v", "query_result(sum()"), "parse error"),
        (query("v", "up"), "is no query of a variable"),
        (query("v", "metrics(()"), "metrics(()"),
        (regex(query("v", "label_values(job)"), "("), "v: regex:"),
    ] {
        let name = variable.query.clone();
        let told = told(&resolve(&home, &with(vec![variable]), &[("v", &["kept"])]).await, 0);
        assert!(told.contains(expected), "{name}: {told}");
        assert!(told.contains("[kept]"), "what was asked for stays: {told}");
    }
}

#[tokio::test]
async fn chains_follow_what_is_chosen() {
    let home = home().await;
    fill(&home).await;
    // Written in the wrong order: what is needed comes last.
    let dashboard = with(vec![
        Variable { multi: true, ..query("instance", "label_values(up{job=\"$job\"}, instance)") },
        query("job", "label_values(up, job)"),
    ]);
    let resolved = resolve(&home, &dashboard, &[]).await;
    assert_eq!((told(&resolved, 0), told(&resolved, 1)), ("c:1 [c:1]".into(), "db node [db]".into()));
    let resolved = resolve(&home, &dashboard, &[("job", &["node"]), ("instance", &["b:1", "a:1"])]).await;
    assert_eq!(told(&resolved, 0), "a:1 b:1 [b:1 a:1]");
    let clock = Clock { from: RANGE.start, to: RANGE.end, step: 1, scrape_interval: 1 };
    assert_eq!(
        resolved.values.in_query("up{instance=~\"$instance\"}", &clock),
        "up{instance=~\"(b:1|a:1)\"}"
    );
    // What is chosen of another job is not there.
    let resolved = resolve(&home, &dashboard, &[("job", &["node"]), ("instance", &["c:1"])]).await;
    assert_eq!(told(&resolved, 0), "a:1 b:1 [a:1] \"c:1\" is not among the choices of instance");

    let circle =
        with(vec![query("a", "label_values(x{y=\"$b\"}, z)"), query("b", "label_values(x{y=\"$a\"}, z)")]);
    let refused = home.dashboards().resolve_variables(&circle, &BTreeMap::new(), RANGE).await.unwrap_err();
    assert!(
        refused.to_string().starts_with("the variables a, b depend on each other in a circle"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_is_chosen_follows_from_url_dashboard_and_choices() {
    let home = home().await;
    let list = |current: &[&str]| Variable {
        kind: VariableKind::List,
        choices: ["x", "y", "z"].map(Choice::plain).to_vec(),
        current: current.iter().map(|value| (*value).to_owned()).collect(),
        include_all: true,
        ..query("v", "")
    };
    for (variable, asked, expected) in [
        (list(&[]), &[][..], "x"),
        (list(&["y"]), &[], "y"),
        (list(&["gone"]), &[], "x"),
        (list(&["y"]), &["z"], "z"),
        (list(&["y"]), &["z", "x"], "z"),
        (Variable { multi: true, ..list(&["y"]) }, &["z", "x"], "z x"),
        (list(&[Variable::ALL]), &[], "$__all"),
        (list(&["y"]), &[Variable::ALL], "$__all"),
        (Variable { include_all: false, ..list(&["y"]) }, &[Variable::ALL], "y"),
        (list(&["y"]), &["gone"], "y"),
        (Variable { kind: VariableKind::Text, ..list(&[]) }, &["anything"], "anything"),
        (Variable { kind: VariableKind::Text, ..list(&[]) }, &[], "x"),
        (Variable { kind: VariableKind::Constant, ..list(&[]) }, &["anything"], "x"),
    ] {
        let resolved = resolve(&home, &with(vec![variable.clone()]), &[("v", asked)]).await;
        assert_eq!(resolved.variables[0].chosen.join(" "), expected, "{:?} {asked:?}", variable.current);
    }
}

#[tokio::test]
async fn auto_is_a_part_of_the_range() {
    let home = home().await;
    let interval = Variable {
        kind: VariableKind::Interval,
        choices: ["auto", "1m"].map(Choice::plain).to_vec(),
        ..query("every", "")
    };
    let dashboard = with(vec![interval]);
    let clock = Clock::default();
    let resolved = resolve(&home, &dashboard, &[]).await;
    assert_eq!(told(&resolved, 0), "auto 1m [auto]");
    assert_eq!(resolved.values.in_query("rate(x[$every])", &clock), "rate(x[2m])");
    let resolved = resolve(&home, &dashboard, &[("every", &["1m"])]).await;
    assert_eq!(resolved.values.in_query("rate(x[$every])", &clock), "rate(x[1m])");
}

#[tokio::test]
async fn there_is_a_limit_to_choices() {
    let home = Home::new(DashboardSettings { max_choices: 2, ..DashboardSettings::default() }).await;
    fill(&home).await;
    let dashboard = with(vec![query("v", "label_values(instance)")]);
    let resolved = resolve(&home, &dashboard, &[("v", &["c:1"])]).await;
    assert_eq!(
        told(&resolved, 0),
        "a:1 b:1 [c:1] there are 3 choices, the first 2 are offered (dashboards.max_choices)"
    );
}

#[tokio::test]
async fn constants_and_texts_have_the_value_that_is_said() {
    let home = home().await;
    let variable = |kind: VariableKind, choices: &[&str], current: &[&str]| Variable {
        name: "v".to_owned(),
        kind,
        choices: choices.iter().map(|choice| Choice::plain(*choice)).collect(),
        current: current.iter().map(|value| (*value).to_owned()).collect(),
        ..Variable::default()
    };
    for kind in [VariableKind::Constant, VariableKind::Text] {
        for (choices, current, expected) in
            [(&["web"][..], &["db"][..], "[web]"), (&[], &["db"], "[db]"), (&[], &[], "[]")]
        {
            let dashboard = with(vec![variable(kind, choices, current)]);
            assert_eq!(told(&resolve(&home, &dashboard, &[]).await, 0).trim(), expected, "{kind:?}");
        }
    }
}
