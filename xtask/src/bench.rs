//! `bench`: the page and the idle server as they ship, Watchfire beside others, what protocols cost, and the criterion
//! benches of the crates.

use std::process::Command;

use crate::alerts;
use crate::browser;
use crate::ingest;
use crate::live;
use crate::peers;
use crate::project::{Profile, Project};
use crate::rules;
use crate::server;
use crate::site;
use crate::step::{Failure, Result, Steps};

/// Scripts in `end2end/bench/`, with what they measure.
const SCRIPTS: [(&str, &str); 4] = [
    ("page", "bytes over the wire, time to the first chart and to interactive, in Chromium"),
    ("board", "a dashboard of 30 live panels in Chromium: frames, CPU, memory; the server's time for a page"),
    ("draw", "the time to draw 10 series of 2,000 points; many series, panels and megabytes in Chromium"),
    ("idle", "CPU and memory of the server at one collection a second, with 0, 1 and 100 viewers"),
];

/// What [`peers::bench`] measures.
const PEERS: (&str, &str) =
    ("peers", "Watchfire beside Prometheus and VictoriaMetrics; options: `bench peers --help`");

/// What [`live::bench`] measures.
const LIVE: (&str, &str) =
    (live::NAME, "latency, CPU and memory with many viewers of live panels; options: `bench live --help`");

/// What [`rules::bench`] measures.
const RULES: (&str, &str) = (
    rules::NAME,
    "what the evaluation of 10,000 alerting rules costs, beside Prometheus; options: `bench rules --help`",
);

/// What [`alerts::bench`] measures.
const ALERTS: (&str, &str) = (
    alerts::NAME,
    "how long 100 alerts at once take from the evaluation to a webhook; options: `bench alerts --help`",
);

/// What [`ingest::bench`] measures beside the criterion benches.
const INGEST: &str = "criterion benches of watchfire-ingest, then what remote write and OTLP cost with storage; options: \
     `bench ingest --help`";

/// Runs the bench that the first argument names, with the others as its options; without one, lists them.
pub(crate) fn bench(arguments: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    let Some((name, options)) = arguments.split_first() else {
        print!("{}", list(project));
        return Ok(());
    };
    if SCRIPTS.iter().any(|(script, _)| script == name) {
        return script(name, options, project, steps);
    }
    if name == PEERS.0 {
        return peers::bench(options, project, steps);
    }
    if name == LIVE.0 {
        return live::bench(options, project, steps);
    }
    if name == RULES.0 {
        return rules::bench(options, project, steps);
    }
    if name == ALERTS.0 {
        return alerts::bench(options, project, steps);
    }
    if name == ingest::NAME {
        return ingest::bench(options, project, steps);
    }
    let package = package(name);
    if !project.packages_with_benches.contains(&package) {
        return Err(Failure::usage(format!(
            "There is no bench {name:?}. These are there:\n{}",
            list(project)
        )));
    }
    criterion(name, &package, options, project, steps)
}

/// Runs the criterion benches of a package; `name` is that of the step.
pub(crate) fn criterion(
    name: &str,
    package: &str,
    options: &[String],
    project: &Project,
    steps: &mut Steps,
) -> Result<()> {
    let mut command = project.cargo(&["bench", "--package", package, "--benches"]);
    steps.command(name, command.args(options), "mend the error above, then repeat the command that you gave")
}

fn package(name: &str) -> String {
    format!("watchfire-{name}")
}

fn list(project: &Project) -> String {
    let own = SCRIPTS.iter().chain([&PEERS, &LIVE, &RULES, &ALERTS]);
    let own = own.map(|(name, what)| format!("  {name:<10}{what}\n"));
    let crates = project.packages_with_benches.iter().map(|package| {
        let name = package.strip_prefix("watchfire-").unwrap_or(package);
        if name == ingest::NAME {
            return format!("  {name:<10}{INGEST}\n");
        }
        format!("  {name:<10}criterion benches of {package}; options go to `cargo bench`\n")
    });
    own.chain(crates).collect::<Vec<String>>().concat()
}

/// Runs a script against the release server with the site embedded.
fn script(name: &str, options: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    let chromium = browser::ready(project, steps)?;
    site::build(project, Profile::Release, steps)?;
    let server = server::build(project, Profile::Release, steps)?;
    let mut node = Command::new("node");
    node.arg(format!("end2end/bench/{name}.mjs"))
        .args(options)
        .current_dir(&project.root)
        .env("WATCHFIRE_BIN", server)
        .env("CHROMIUM", chromium);
    steps.command(name, &mut node, "look at the message above; the command repeats the measurement alone")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_list_has_the_scripts_and_the_crates_and_an_unknown_name_shows_it() {
        let project = Project {
            root: PathBuf::from("/w"),
            target: PathBuf::from("/t"),
            packages_with_benches: ["watchfire-storage", "watchfire-ingest"].map(str::to_owned).to_vec(),
        };
        let text = list(&project);
        let names: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let expected =
            ["page", "board", "draw", "idle", "peers", "live", "rules", "alerts", "storage", "ingest"];
        assert_eq!(names, expected);
        assert!(text.contains("`bench ingest --help`"), "{text}");

        let failure = bench(&["chart".to_owned()], &project, &mut Steps::new()).unwrap_err();
        assert!(failure.to_string().contains("no bench \"chart\""), "{failure}");
        assert!(failure.to_string().contains(&text), "{failure}");
    }
}
