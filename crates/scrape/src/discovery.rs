//! Where targets come from while the program runs: files and servers that may say something else tomorrow.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::{Asker, Question};
use crate::config::{Discovery, Group, Http, SecretUrl, Stamp, fingerprint, target_groups};

/// What a source of targets tells: all of its groups each time.
#[derive(Debug)]
pub(crate) struct Told {
    /// The number of the source.
    pub(crate) source: u64,
    /// Its groups; `None` where those of before hold.
    pub(crate) groups: Option<Vec<Group>>,
    /// What of it can't be read.
    pub(crate) problem: Option<String>,
}

/// How sources are asked.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    pub(crate) check_files: Duration,
    pub(crate) user_agent: String,
}

/// Bytes of a list of targets at most.
const MOST_LIST: usize = 64 << 20;

/// Watches one source until `stop`.
pub(crate) async fn watch(
    source: u64,
    discovery: Discovery,
    manner: Manner,
    told: mpsc::Sender<Told>,
    stop: CancellationToken,
) {
    let work = async {
        match discovery {
            Discovery::Static(groups) => {
                // Only a receiver that is gone refuses, and then nobody asks any more.
                let _ = told.send(Told { source, groups: Some(groups), problem: None }).await;
            }
            Discovery::Files { patterns, refresh } => {
                watch_files(source, patterns, refresh, manner.check_files, told).await;
            }
            Discovery::Http { url, refresh, http } => {
                watch_server(source, &url, refresh, &http, &manner.user_agent, told).await;
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

/// What is known of a file of targets.
type Files = HashMap<PathBuf, (Option<Stamp>, Vec<Group>)>;

async fn watch_files(
    source: u64,
    patterns: Vec<PathBuf>,
    refresh: Duration,
    check: Duration,
    told: mpsc::Sender<Told>,
) {
    let (mut files, mut due, mut first) = (Files::new(), Instant::now(), true);
    let (mut broken, mut before) = (BTreeMap::new(), None);
    loop {
        let again = Instant::now() >= due;
        if again {
            due = Instant::now() + refresh;
        }
        let patterns = patterns.clone();
        let read = tokio::task::spawn_blocking(move || {
            let problems = read_files(&patterns, &mut files, again);
            (files, problems)
        });
        let Ok((now, outcome)) = read.await else { return };
        files = now;
        let Reread { changed, seen, read_well, problems } = outcome;
        // A file that stays broken keeps its problem, though it is not read again.
        broken.retain(|path, _| seen.contains(path) && !again);
        for path in &read_well {
            broken.remove(path);
        }
        broken.extend(problems);
        let problem = (!broken.is_empty()).then(|| broken.values().cloned().collect::<Vec<_>>().join("\n"));
        if changed || first || problem != before {
            let mut paths: Vec<&PathBuf> = files.keys().collect();
            paths.sort();
            let groups = paths.iter().flat_map(|path| files[*path].1.clone()).collect();
            before.clone_from(&problem);
            if told.send(Told { source, groups: Some(groups), problem }).await.is_err() {
                return;
            }
        }
        first = false;
        tokio::time::sleep(check).await;
    }
}

struct Reread {
    changed: bool,
    /// All files that there should be.
    seen: Vec<PathBuf>,
    read_well: Vec<PathBuf>,
    problems: Vec<(PathBuf, String)>,
}

/// Reads the files that look changed, or all of them. One that can't be read keeps the groups it had.
fn read_files(patterns: &[PathBuf], files: &mut Files, all: bool) -> Reread {
    let seen = fingerprint(patterns);
    let paths = seen.iter().map(|(path, _)| path.clone()).collect();
    let mut outcome = Reread { changed: false, seen: paths, read_well: Vec::new(), problems: Vec::new() };
    let before = files.len();
    files.retain(|path, _| seen.iter().any(|(other, stamp)| other == path && stamp.is_some()));
    outcome.changed |= files.len() != before;
    for (path, stamp) in seen {
        let known = files.get(&path);
        let same = known.is_some_and(|(before, _)| *before == stamp);
        if !all && (same || stamp.is_none()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
        match text.and_then(|text| groups(&path, &text)) {
            Ok(mut groups) => {
                for group in &mut groups {
                    group.labels.insert("__meta_filepath".to_owned(), path.display().to_string());
                }
                outcome.changed |= known.is_none_or(|(_, before)| *before != groups);
                outcome.read_well.push(path.clone());
                files.insert(path, (stamp, groups));
            }
            Err(reason) => {
                outcome.problems.push((path.clone(), format!("{}: {reason}", path.display())));
                // It is read again when it changes, not each time.
                if let Some(known) = files.get_mut(&path) {
                    known.0 = stamp;
                } else if stamp.is_some() {
                    files.insert(path, (stamp, Vec::new()));
                }
            }
        }
    }
    outcome
}

fn groups(path: &Path, text: &str) -> Result<Vec<Group>, String> {
    if path.extension().is_some_and(|extension| extension == "json") {
        return json(text.as_bytes());
    }
    target_groups(path, text).map_err(|error| error.to_string())
}

/// A group in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonGroup {
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

fn json(text: &[u8]) -> Result<Vec<Group>, String> {
    let groups: Vec<JsonGroup> = serde_json::from_slice(text).map_err(|error| {
        format!("{error}; write a list such as [{{\"targets\": [\"host:9100\"], \"labels\": {{}}}}]")
    })?;
    Ok(groups.into_iter().map(|group| Group { targets: group.targets, labels: group.labels }).collect())
}

async fn watch_server(
    source: u64,
    url: &SecretUrl,
    refresh: Duration,
    http: &Http,
    user_agent: &str,
    told: mpsc::Sender<Told>,
) {
    let mut body = Vec::new();
    loop {
        let answer = ask(url.url(), refresh, http, user_agent, &mut body).await;
        let groups = answer.map_err(|reason| format!("{url}: {reason}")).map(|mut groups| {
            for group in &mut groups {
                // Prometheus has the password there, too; but who may see targets need not know it.
                group.labels.insert("__meta_url".to_owned(), url.to_string());
            }
            groups
        });
        let (groups, problem) = match groups {
            Ok(groups) => (Some(groups), None),
            Err(problem) => (None, Some(problem)),
        };
        if told.send(Told { source, groups, problem }).await.is_err() {
            return;
        }
        tokio::time::sleep(refresh).await;
    }
}

async fn ask(
    url: &Url,
    refresh: Duration,
    http: &Http,
    user_agent: &str,
    body: &mut Vec<u8>,
) -> Result<Vec<Group>, String> {
    // Made anew each time: it is asked seldom.
    let asker = Asker::new(http, user_agent).map_err(|error| error.to_string())?.for_target(url);
    let timeout = refresh.max(Duration::from_secs(5));
    let question = Question { url, timeout, scraping: false, most: Some(MOST_LIST) };
    let answer = asker.ask(question, body).await;
    let content_type = answer.map_err(|error| error.to_string())?.content_type;
    if !content_type.to_ascii_lowercase().starts_with("application/json") {
        return Err(format!("unsupported content type {content_type:?}; send application/json"));
    }
    json(body)
}
