//! The same verdicts and the same ways as Alertmanager's own program, where it is there: `amtool` in the path, or what the
//! variable `WATCHFIRE_AMTOOL` names. What is compared is what version 0.25 knows.

mod verdicts;

use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::{Config as RunnerConfig, TestRunner};
use watchfire_alerting::{Config, RouteTree};
use watchfire_model::Labels;

use verdicts::files;

/// The program, or why there is none.
fn amtool() -> Result<String, String> {
    let program = std::env::var("WATCHFIRE_AMTOOL").unwrap_or_else(|_| "amtool".to_owned());
    let version = Command::new(&program).arg("--version").output();
    version.map(|_| program.clone()).map_err(|error| format!("{program} can't be started: {error}"))
}

macro_rules! amtool_or_return {
    () => {
        match amtool() {
            Ok(program) => program,
            Err(reason) => {
                eprintln!("skipped: {reason}");
                return;
            }
        }
    };
}

/// What `amtool check-config` says: nothing, or why the file is refused.
fn check(program: &str, file: &Path) -> Result<(), String> {
    let output = Command::new(program).arg("check-config").arg(file).output().unwrap();
    let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(()) } else { Err(told) }
}

#[test]
fn our_verdicts() {
    for (text, good) in files() {
        let read = Config::parse("a.yml", &text);
        assert_eq!(read.is_ok(), good, "{text}: {read:?}");
    }
}

#[test]
fn the_same_verdicts() {
    let program = amtool_or_return!();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.yml");
    let mut differences = Vec::new();
    for (text, good) in files() {
        fs::write(&file, &text).unwrap();
        let told = check(&program, &file);
        if told.is_ok() != good {
            differences.push(format!("{text}{told:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// A route of the tests: matchers, `continue`, children.
#[derive(Clone, Debug)]
struct Branch {
    matchers: Vec<String>,
    goes_on: bool,
    children: Vec<Branch>,
}

fn branches() -> impl Strategy<Value = Branch> {
    let matcher =
        ("[ab]", prop_oneof!["=", "!=", "=~", "!~"], "[xy]").prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    let matchers = proptest::collection::vec(matcher, 0..3);
    let leaf = (matchers.clone(), any::<bool>()).prop_map(|(matchers, goes_on)| Branch {
        matchers,
        goes_on,
        children: Vec::new(),
    });
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let children = proptest::collection::vec(inner, 0..4);
        (matchers.clone(), any::<bool>(), children).prop_map(|(matchers, goes_on, children)| Branch {
            matchers,
            goes_on,
            children,
        })
    })
}

/// Writes a route with a receiver of its own, and the names of all receivers.
fn written(branch: &Branch, root: bool, names: &mut Vec<String>) -> String {
    let name = format!("r{}", names.len());
    names.push(name.clone());
    let children: Vec<String> = branch.children.iter().map(|child| written(child, false, names)).collect();
    let own = if root {
        String::new()
    } else {
        format!("matchers: [{}], continue: {}, ", branch.matchers.join(", "), branch.goes_on)
    };
    format!("{{receiver: {name}, {own}routes: [{}]}}", children.join(", "))
}

#[test]
fn the_same_ways() {
    let program = amtool_or_return!();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.yml");
    let config = RunnerConfig { cases: 60, failure_persistence: None, ..RunnerConfig::default() };
    let labels = proptest::collection::btree_map("[ab]", "[xyz]", 0..3);
    let result = TestRunner::new(config).run(&(branches(), labels), |(branch, labels)| {
        let mut names = Vec::new();
        let route = written(&branch, true, &mut names);
        let receivers: Vec<String> = names.iter().map(|name| format!("{{name: {name}}}")).collect();
        let text = format!("route: {route}\nreceivers: [{}]\n", receivers.join(", "));
        fs::write(&file, &text).unwrap();
        let output = Command::new(&program)
            .args(["config", "routes", "test"])
            .arg(format!("--config.file={}", file.display()))
            .args(labels.iter().map(|(name, value)| format!("{name}={value}")))
            .output()
            .unwrap();
        let theirs = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let tree = RouteTree::new(&Config::parse("a.yml", &text).unwrap().route);
        let taken = tree.explain(&Labels::new(&labels).unwrap()).taken;
        let ours: Vec<&str> = taken.iter().map(|taken| taken.options.receiver.as_str()).collect();
        prop_assert_eq!(ours.join(","), theirs, "{} {:?}", text, labels);
        Ok(())
    });
    result.unwrap();
}
