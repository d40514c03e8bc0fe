//! The configuration file of Prometheus
//! (<https://prometheus.io/docs/prometheus/latest/configuration/configuration/>), as far as it is about scraping.
//!
//! What belongs to other parts of Prometheus is accepted with a note; what is unknown or not supported is refused. All
//! problems of a file come at once, each with its place.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod discovery;
mod files;
mod http;
mod job;
mod problem;
mod read;
mod relabel;
mod types;
mod url;

pub use files::{Fingerprint, Stamp};
pub(crate) use files::{fingerprint, look};
pub use problem::{ConfigError, Place, Problem};
use read::Reading;
pub use types::{
    Credentials, Discovery, Global, Group, Http, Job, Limits, Pem, Protocol, Secret, SecretSource, Tls,
};
pub use url::SecretUrl;
use watchfire_yaml::{Key, Kind, Node};

/// Sections that belong to other parts of Prometheus.
const ELSEWHERE: &[&str] =
    &["rule_files", "alerting", "remote_write", "remote_read", "storage", "tracing", "otlp", "runtime"];

const SECTIONS: &[&str] = &["global", "scrape_configs", "scrape_config_files"];

/// A configuration that was read without a problem.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// What holds for all jobs.
    pub global: Global,
    /// The entries of `scrape_configs`, those of `scrape_config_files` after them.
    pub jobs: Vec<Arc<Job>>,
    /// What was read but has no effect.
    pub notes: Vec<Problem>,
    /// The file itself and the patterns of `scrape_config_files`.
    pub patterns: Vec<PathBuf>,
}

/// What came of reading a configuration, be it good or not.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Result<Config, ConfigError>,
    /// The file itself and the patterns that it names, as far as they can be read: a change there may mend it.
    pub(crate) patterns: Vec<PathBuf>,
    /// What these files looked like before they were read, so that a change in between is seen afterwards.
    pub(crate) fingerprint: Fingerprint,
}

impl Loaded {
    /// Reads the file at `path` and those that it names.
    pub(crate) fn read(path: &Path) -> Self {
        let mut fingerprint = vec![look(path.to_path_buf())];
        let text = std::fs::read_to_string(path);
        let (config, patterns) = match text {
            Ok(text) => Config::read(path, &text, &mut fingerprint),
            Err(error) => (Err(unreadable(path, &error)), vec![path.to_path_buf()]),
        };
        Self { config, patterns, fingerprint }
    }
}

impl Config {
    /// Reads the file at `path` and those that it names.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Loaded::read(path).config
    }

    /// Reads `text` as the file at `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        Self::read(path, text, &mut Fingerprint::new()).0
    }

    /// The same, with the patterns of the files that belong to it; `fingerprint` gets those that `text` names.
    fn read(
        path: &Path,
        text: &str,
        fingerprint: &mut Fingerprint,
    ) -> (Result<Self, ConfigError>, Vec<PathBuf>) {
        let mut reading = Reading::new(path);
        let mut config = Self { patterns: vec![path.to_path_buf()], ..Self::default() };
        let root = document(&mut reading, text);
        let mut names = HashMap::new();
        if let Some(root) = root.as_ref().filter(|root| !matches!(root.kind, Kind::Null))
            && let Some(fields) = reading.map(root, "the configuration")
        {
            for (key, _) in fields.iter() {
                section(&mut reading, key);
            }
            if let Some(node) = fields.get("global") {
                config.global = job::global(&mut reading, node);
            }
            let nodes = reading.list(fields.get("scrape_configs"), "scrape_configs");
            jobs(&mut reading, nodes, &mut config, &mut names);
            for node in reading.list(fields.get("scrape_config_files"), "scrape_config_files") {
                let Some(pattern) = reading.text(node, "scrape_config_files") else { continue };
                config.patterns.push(reading.folder.join(pattern));
            }
        }
        let mut problems = reading.problems;
        config.notes.append(&mut reading.notes);
        let more = files::fingerprint(&config.patterns[1..]);
        for (path, _) in &more {
            problems.append(&mut further(path, &mut config, &mut names));
        }
        fingerprint.extend(more);
        config.notes = sorted(config.notes);
        let patterns = config.patterns.clone();
        let error = ConfigError { problems: sorted(problems) };
        (if error.problems.is_empty() { Ok(config) } else { Err(error) }, patterns)
    }
}

/// Reads one of `scrape_config_files`, which holds `scrape_configs` alone.
fn further(path: &Path, config: &mut Config, names: &mut HashMap<String, String>) -> Vec<Problem> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return unreadable(path, &error).problems,
    };
    let mut reading = Reading::new(path);
    if let Some(root) = document(&mut reading, &text).filter(|root| !matches!(root.kind, Kind::Null))
        && let Some(fields) = reading.fields(&root, "a scrape config file", &["scrape_configs"])
    {
        let nodes = reading.list(fields.get("scrape_configs"), "scrape_configs");
        jobs(&mut reading, nodes, config, names);
    }
    config.notes.append(&mut reading.notes);
    reading.problems
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigError {
    let file = path.display().to_string().into();
    let reason = format!("can't be read: {error}; check the path and its permissions");
    ConfigError { problems: vec![Problem { file, place: None, reason }] }
}

fn document(reading: &mut Reading, text: &str) -> Option<Node> {
    Node::read(text).map_err(|(place, reason)| reading.problem(place, reason)).ok()
}

fn section(reading: &mut Reading, key: &Key) {
    let name = key.name.as_str();
    if ELSEWHERE.contains(&name) {
        reading.note(key.place, format!("{name} is not used here; it belongs to another part"));
    } else if !SECTIONS.contains(&name) {
        reading.unknown(key, "the configuration", &[SECTIONS, ELSEWHERE].concat());
    }
}

/// Reads jobs; `names` has the place of each name so far.
fn jobs(reading: &mut Reading, nodes: &[Node], config: &mut Config, names: &mut HashMap<String, String>) {
    for node in nodes {
        let Some(job) = job::job(reading, node, &config.global) else { continue };
        let here = format!("{}:{}", reading.file, node.place.line);
        match names.get(&job.name) {
            Some(first) if !job.name.is_empty() => {
                let reason =
                    format!("the job_name {:?} is there already, at {first}; rename one of them", job.name);
                reading.problem(node.place, reason);
            }
            _ => {
                names.insert(job.name.clone(), here);
                config.jobs.push(Arc::new(job));
            }
        }
    }
}

/// In the order of the files and their lines, each one once.
fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    let files: Vec<Arc<str>> = problems.iter().map(|problem| problem.file.clone()).collect();
    let rank = |file: &Arc<str>| files.iter().position(|other| other == file);
    problems.sort_by_key(|problem| (rank(&problem.file), problem.place));
    problems.dedup();
    problems
}

/// Reads a file of targets (YAML, of which JSON is a part): a list of groups.
pub(crate) fn target_groups(path: &Path, text: &str) -> Result<Vec<Group>, ConfigError> {
    let mut reading = Reading::new(path);
    let root = document(&mut reading, text).filter(|root| !matches!(root.kind, Kind::Null));
    let nodes = reading.list(root.as_ref(), "a file of targets");
    let groups =
        nodes.iter().filter_map(|node| discovery::group(&mut reading, node, "a group of targets")).collect();
    let problems = reading.problems;
    if problems.is_empty() { Ok(groups) } else { Err(ConfigError { problems: sorted(problems) }) }
}
