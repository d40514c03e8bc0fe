//! The servers that can be measured: what each is called and how it is started for that.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Profile, Project};
use crate::server;
use crate::site;
use crate::step::{Failure, Result, Steps};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Watchfire,
    Prometheus,
    VictoriaMetrics,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Watchfire => "Watchfire",
            Self::Prometheus => "Prometheus",
            Self::VictoriaMetrics => "VictoriaMetrics",
        }
    }

    /// The program; of the peers also the option that gives its path, and Debian's package.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Watchfire => "watchfire",
            Self::Prometheus => "prometheus",
            Self::VictoriaMetrics => "victoria-metrics",
        }
    }

    /// Answers 200 once the server takes samples and queries.
    pub(crate) fn ready_path(self) -> &'static str {
        match self {
            Self::Watchfire => "/ready",
            Self::Prometheus => "/-/ready",
            Self::VictoriaMetrics => "/health",
        }
    }

    /// Appended to each query. `VictoriaMetrics` would answer a repeated query from the cache of the first.
    pub(crate) fn query_extra(self) -> &'static str {
        match self {
            Self::Watchfire | Self::Prometheus => "",
            Self::VictoriaMetrics => "&nocache=1",
        }
    }

    /// Keeps samples of any age: the corpus ends at a fixed time. `empty` is an empty file.
    fn arguments(self, address: &str, data: &Path, empty: &Path) -> Vec<OsString> {
        let joined = |option: &str, path: &Path| {
            let mut argument = OsString::from(option);
            argument.push(path);
            argument
        };
        match self {
            Self::Watchfire => ["serve", "--listen", address, "--no-collect", "--retention", "0"]
                .into_iter()
                .chain(["--out-of-order-window", "unlimited", "--data-dir"])
                .map(OsString::from)
                .chain([data.into()])
                .collect(),
            Self::Prometheus => vec![
                joined("--config.file=", empty),
                joined("--storage.tsdb.path=", data),
                format!("--web.listen-address={address}").into(),
                "--web.enable-remote-write-receiver".into(),
                "--storage.tsdb.retention.time=3650d".into(),
            ],
            Self::VictoriaMetrics => vec![
                joined("-storageDataPath=", data),
                format!("-httpListenAddr={address}").into(),
                "-retentionPeriod=100y".into(),
                "-search.latencyOffset=0s".into(),
            ],
        }
    }
}

/// A program of one version.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) kind: Kind,
    program: PathBuf,
    version: String,
}

impl Server {
    /// Asks the program for its version, which also shows that it runs here.
    pub(crate) fn at(kind: Kind, program: &Path) -> Result<Self> {
        let output = Command::new(program).arg("--version").output().map_err(Failure::at(program))?;
        if !output.status.success() {
            return Err(Failure::new(format!("{} --version: {}", program.display(), output.status)));
        }
        // Debian's VictoriaMetrics prints an empty line.
        let printed = [output.stdout, output.stderr].concat();
        let version = version_in(&String::from_utf8_lossy(&printed))
            .or_else(|| version_of_package(kind, program))
            .unwrap_or_else(|| "of unknown version".to_owned());
        Ok(Self { kind, program: program.to_owned(), version })
    }

    /// Watchfire: the program that was given, or else a release with the site inside.
    pub(crate) fn watchfire(given: Option<&Path>, project: &Project, steps: &mut Steps) -> Result<Self> {
        if let Some(program) = given {
            return Self::at(Kind::Watchfire, program);
        }
        site::build(project, Profile::Release, steps)?;
        Self::at(Kind::Watchfire, &server::build(project, Profile::Release, steps)?)
    }

    /// The head of its column.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.kind.name(), self.version)
    }

    /// Name for its files: `prometheus-3.5.3`.
    pub(crate) fn file_name(&self) -> String {
        format!("{}-{}", self.kind.program(), self.version.replace(' ', "-"))
    }

    /// How many seconds of CPU a process has used in all, its system calls included: `utime` and `stime` of `proc(5)`, whose unit is
    /// 10 ms on every machine that Rust compiles for but Alpha.
    pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
        let path = PathBuf::from(format!("/proc/{pid}/stat"));
        let text = std::fs::read_to_string(&path).map_err(Failure::at(&path))?;
        cpu_in(&text).ok_or_else(|| Failure::new(format!("{} cannot be read", path.display())))
    }

    /// Starts it pinned to one core. Go would start as many threads as the machine has cores, and waste time on
    /// them.
    pub(crate) fn command(&self, core: usize, address: &str, data: &Path, empty: &Path) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", &core.to_string()]).arg(&self.program);
        command.args(self.kind.arguments(address, data, empty)).env("GOMAXPROCS", "1");
        command
    }
}

/// The name of the program may have spaces and parentheses in it; the fields are counted behind it.
fn cpu_in(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// The first thing that looks like `1.2` or `1.2.3`: programs print dates and hashes around it.
fn version_in(text: &str) -> Option<String> {
    let is_version = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() > 1
            && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()))
    };
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|word| word.trim_matches('.'))
        .find(is_version)
        .map(str::to_owned)
}

/// The version of Debian's package, from the changelog that lies beside the program, in an unpacked package as
/// in an installed one.
fn version_of_package(kind: Kind, program: &Path) -> Option<String> {
    let usr = program.parent()?.parent()?;
    let changelog = usr.join("share/doc").join(kind.program()).join("changelog.Debian.gz");
    let output = Command::new("gzip").arg("-dc").arg(changelog).output().ok()?;
    version_in(String::from_utf8_lossy(&output.stdout).lines().next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, expected) in [
            ("watchfire 0.1.0", Some("0.1.0")),
            ("prometheus, version 3.5.3+ds1 (branch: debian/sid)\n  go version: go1.27.1", Some("3.5.3")),
            ("victoria-metrics-20240205-143012-tags-v1.97.1-0-g2b6a7f0", Some("1.97.1")),
            ("victoria-metrics (1.79.5+ds1-2) unstable; urgency=medium", Some("1.79.5")),
            ("", None),
            ("build 20240205. v2.", None),
        ] {
            assert_eq!(version_in(text).as_deref(), expected, "for {text:?}");
        }
    }

    #[test]
    fn the_cpu_of_a_process_is_read() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 150 25 0 0 20 0 3 0 1000 2000 300";
        assert_eq!(cpu_in(stat), Some(1.75));
        assert_eq!(cpu_in("7 (a"), None);
        assert!(Server::cpu_seconds(std::process::id()).unwrap() >= 0.0);
    }

    #[test]
    fn a_server_is_pinned_and_has_its_own_folder_and_port() {
        let data = Path::new("/d");
        for (kind, expected) in [
            (
                Kind::Watchfire,
                "-c 3 /p serve --listen 127.0.0.1:9 --no-collect --retention 0 --out-of-order-window unlimited --data-dir /d",
            ),
            (
                Kind::Prometheus,
                "-c 3 /p --config.file=/e --storage.tsdb.path=/d --web.listen-address=127.0.0.1:9 \
                 --web.enable-remote-write-receiver --storage.tsdb.retention.time=3650d",
            ),
            (
                Kind::VictoriaMetrics,
                "-c 3 /p -storageDataPath=/d -httpListenAddr=127.0.0.1:9 -retentionPeriod=100y \
                 -search.latencyOffset=0s",
            ),
        ] {
            let server = Server { kind, program: "/p".into(), version: "1.2".into() };
            let command = server.command(3, "127.0.0.1:9", data, Path::new("/e"));
            let words: Vec<&str> = command.get_args().filter_map(|word| word.to_str()).collect();
            assert_eq!(words.join(" "), expected);
        }
    }

    #[test]
    fn a_program_that_does_not_run_is_named() {
        let failure = Server::at(Kind::Prometheus, Path::new("/nowhere/prometheus")).unwrap_err();
        assert!(failure.to_string().starts_with("/nowhere/prometheus: "), "{failure}");
    }
}
