//! The load generator: built, called, and what it prints read.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::load::processes::{self, Printed, Stop};
use crate::load::protocol::Protocol;
use crate::names::sha256_hex;
use crate::project::Project;
use crate::step::{Failure, Result, Steps};

/// Unix time of the corpus' last scrape. Fixed, so that each run sends the same bytes.
pub(crate) const END: i64 = 1_795_193_855;

/// Connections that send at the same time.
const CONNECTIONS: u32 = 2;

pub(crate) struct Telegen {
    program: PathBuf,
    /// Its sources, with the recording and the queries.
    home: PathBuf,
    /// Where corpora are kept.
    folder: PathBuf,
    /// The core that it runs on.
    core: usize,
}

/// What a replay cost the server.
#[derive(Debug, PartialEq)]
pub(crate) struct Load {
    /// How many the server took, in requests that it took whole.
    pub(crate) samples: f64,
    pub(crate) samples_per_second: f64,
    pub(crate) cpu_seconds_per_million: f64,
    pub(crate) refused_requests: f64,
}

/// What the person who waits sees of it.
impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { samples, samples_per_second, cpu_seconds_per_million, .. } = self;
        write!(
            f,
            "{samples:.0} samples, {samples_per_second:.0} a second, {cpu_seconds_per_million:.3} CPU-seconds a million"
        )
    }
}

/// One query as one server answered it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) answer: std::result::Result<Answer, String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// Median over the repetitions.
    pub(crate) milliseconds: f64,
    pub(crate) series: u64,
    pub(crate) points: u64,
}

impl Telegen {
    /// Compiles it with its own lock file, so that the yardstick stays the same. `core` is where it will run.
    pub(crate) fn build(project: &Project, folder: &Path, core: usize, steps: &mut Steps) -> Result<Self> {
        let home = project.root.join("bench").join("telegen");
        let target = folder.join("telegen");
        let mut command = project.cargo(&["build", "--release", "--locked", "--manifest-path"]);
        command.arg(home.join("Cargo.toml")).arg("--target-dir").arg(&target);
        let go_on = "mend the error above, then repeat the command that you gave";
        steps.command("compile the load generator", &mut command, go_on)?;
        Ok(Self { program: target.join("release").join("telegen"), home, folder: folder.to_owned(), core })
    }

    /// The corpus for this protocol, made unless it is there already.
    pub(crate) fn corpus(
        &self,
        protocol: Protocol,
        hosts: u32,
        rounds: u32,
        steps: &mut Steps,
    ) -> Result<PathBuf> {
        let recording = self.home.join("data").join("node_exporter.tsv.gz");
        let content = fs::read(&recording).map_err(Failure::at(&recording))?;
        let version = &sha256_hex(&content)[..8];
        let format = protocol.format();
        let corpus = self.folder.join(format!("corpus-{format}-{hosts}x{rounds}-{END}-{version}.bin"));
        if corpus.exists() {
            return Ok(corpus);
        }
        // Only a whole corpus has the name.
        let part = corpus.with_extension("part");
        let mut command = Command::new(&self.program);
        command
            .args(["prepare", "--format", format])
            .arg("--recording")
            .arg(recording)
            .arg("--out")
            .arg(&part);
        for (option, value) in [("--hosts", hosts.into()), ("--rounds", rounds.into()), ("--end", END)] {
            command.arg(option).arg(value.to_string());
        }
        steps.command(
            &format!("prepare the corpus ({format})"),
            &mut command,
            "make room on the disk, or try fewer --hosts or --rounds",
        )?;
        fs::rename(&part, &corpus).map_err(Failure::at(&corpus))?;
        Ok(corpus)
    }

    /// The names of the queries, in the order of the file.
    pub(crate) fn query_names(&self) -> Result<Vec<String>> {
        let path = self.queries();
        let text = fs::read_to_string(&path).map_err(Failure::at(&path))?;
        let queries = text.lines().filter(|line| !line.starts_with('#'));
        Ok(queries.filter_map(|line| line.split_once('\t')).map(|(name, _)| name.to_owned()).collect())
    }

    /// Sends the corpus to the server with this process id; also the refusals, if there were any.
    pub(crate) fn replay(
        &self,
        protocol: Protocol,
        corpus: &Path,
        address: SocketAddr,
        id: u32,
        log: &Path,
        stop: &Stop,
    ) -> Result<(Load, Option<String>)> {
        let mut command = self.pinned();
        let url = format!("http://{address}{}", protocol.path());
        command.arg("replay").arg(corpus).args(["--protocol", protocol.name(), "--url", &url]);
        command.args(["--connections", &CONNECTIONS.to_string(), "--pid", &id.to_string()]);
        let Printed { text, errors, success } = processes::run(&mut command, log, stop)?;
        let said = errors.lines().next().unwrap_or_default();
        match read_load(&text) {
            Some(load) if success && load.samples > 0.0 => {
                let refused = load.refused_requests;
                let refusal = (refused > 0.0).then(|| format!("{refused} requests were refused; {said}"));
                Ok((load, refusal))
            }
            _ => Err(Failure::new(format!("the replay failed: {said}"))),
        }
    }

    /// Asks all queries; those that were answered before something failed are kept.
    pub(crate) fn query(
        &self,
        address: SocketAddr,
        repeat: u32,
        extra: &str,
        log: &Path,
        stop: &Stop,
    ) -> Result<(Vec<Query>, Option<String>)> {
        let mut command = self.pinned();
        command.arg("query").arg(self.queries()).arg("--url").arg(format!("http://{address}"));
        command.args(["--end", &END.to_string(), "--repeat", &repeat.to_string(), "--extra", extra]);
        let Printed { text, errors, success } = processes::run(&mut command, log, stop)?;
        let problem = (!success).then(|| errors.lines().collect::<Vec<&str>>().join(" "));
        Ok((read_queries(&text), problem))
    }

    fn queries(&self) -> PathBuf {
        self.home.join("queries.tsv")
    }

    fn pinned(&self) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", &self.core.to_string()]).arg(&self.program);
        command
    }
}

/// Reads what `telegen replay` prints: words, each before its number.
fn read_load(text: &str) -> Option<Load> {
    Some(Load {
        samples: number_after(text, "samples")?,
        samples_per_second: number_after(text, "samples_per_second")?,
        cpu_seconds_per_million: number_after(text, "cpu_seconds_per_million_samples")?,
        refused_requests: number_after(text, "refused_requests")?,
    })
}

fn number_after(text: &str, word: &str) -> Option<f64> {
    let mut words = text.split_whitespace().skip_while(|it| *it != word);
    words.nth(1)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Reads what `telegen query` prints: a line a query, with its times or its error.
fn read_queries(text: &str) -> Vec<Query> {
    let read = |line: &str| {
        let (name, told) = line.split_once('\t')?;
        let answer = match told.strip_prefix("FAILED ") {
            Some(error) => Err(error.trim_matches('"').to_owned()),
            None => Ok(Answer {
                milliseconds: number_after(told, "p50")?,
                series: number_after(told, "series")? as u64,
                points: number_after(told, "points")? as u64,
            }),
        };
        Some(Query { name: name.to_owned(), answer })
    };
    text.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_a_replay_is_read() {
        let text = "samples 405600 refused_requests 0 seconds 0.98 samples_per_second 413878\n\
                    request_ms p50 4.53 p95 9.95 p99 13.80 max 20.02\n\
                    server_cpu_seconds 0.78 cpu_seconds_per_million_samples 1.923 rss_mb 99.1 peak_rss_mb 101.5\n";
        let expected = Load {
            samples: 405_600.0,
            samples_per_second: 413_878.0,
            cpu_seconds_per_million: 1.923,
            refused_requests: 0.0,
        };
        assert_eq!(read_load(text), Some(expected));
        let nothing_taken = text.replace("samples 405600", "samples 0").replace("1.923", "NaN");
        assert_eq!(read_load(&nothing_taken), None);
        assert_eq!(read_load(""), None);
    }

    #[test]
    fn answers_and_errors_of_queries_are_read() {
        let text = "top-memory\tms p50 2.50 p95 3.10 p99 3.10 max 4.00\tseries 10 points 10\n\
                    subquery\tFAILED \"unknown function\"\n\
                    half a line";
        let answer = Answer { milliseconds: 2.5, series: 10, points: 10 };
        let expected = [
            Query { name: "top-memory".into(), answer: Ok(answer) },
            Query { name: "subquery".into(), answer: Err("unknown function".into()) },
        ];
        assert_eq!(read_queries(text), expected);
    }
}
