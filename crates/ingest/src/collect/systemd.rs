//! The states of systemd's units, as `systemctl` lists them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use watchfire_model::{Batch, MetricDescription};

use super::describe::metrics;
use super::every::Every;
use super::series::{SeriesCache, Writer};
use super::{CollectError, Collector};

mod systemctl;
mod units;

use systemctl::{Failure, Systemctl};
use units::{Report, State, TYPES};

metrics! {
    UNIT_STATE = gauge("systemd_unit_state", Number, "1 for the state that the unit is in, 0 for active and failed and the others that it was in before. Services, sockets, timers and mounts that were not inactive since the server's start; 500 at most, those that failed first.");
    UNITS = gauge("systemd_units", Count, "Services, sockets, timers and mounts that are loaded and in the state.");
}

/// How often systemd is asked. A listing starts a process and makes systemd go through all its units, which seldom
/// change.
const ASK: Duration = Duration::from_secs(15);

/// How long after a failure it is left alone, so that one which never answers does not fill the log.
const AFTER_FAILURE: Duration = Duration::from_mins(5);

/// How long a listing may take.
const LIMIT: Duration = Duration::from_secs(5);

/// How many units are reported at most.
const MOST_UNITS: usize = 500;

/// Reads the states of units every 15 s, and reports at each reading what they were then.
///
/// Each reported unit has a series for the states `active` and `failed`, and one for every other state from the moment
/// that it is first seen in it. That is the `node_systemd_unit_state` of `node_exporter` with a third of its series: a
/// state that is left falls to 0 at once, and one that never was is missing instead of 0. Mounts of container engines
/// are only counted.
///
/// Without a running systemd or the program `systemctl` there are no series.
pub struct SystemdCollector {
    series: SeriesCache,
    root: PathBuf,
    systemctl: Systemctl,
    ask: Every,
    failed_at: Option<Instant>,
    unavailable: Option<&'static str>,
    /// The last listing, if it succeeded.
    report: Option<Report>,
}

impl SystemdCollector {
    /// `host` takes the place of the system's own name; a blank one counts as none.
    pub fn new(host: Option<String>) -> Self {
        Self::at_root(host, Path::new("/"), Path::new("systemctl"))
    }

    /// Looks for /run/systemd/system below `root`, and asks the program at `systemctl`.
    pub fn at_root(host: Option<String>, root: &Path, systemctl: &Path) -> Self {
        Self {
            series: SeriesCache::new(host),
            root: root.to_owned(),
            systemctl: Systemctl { program: systemctl.to_owned(), limit: LIMIT },
            ask: Every::new(ASK),
            failed_at: None,
            unavailable: None,
            report: None,
        }
    }

    /// A new report, if it is time for one. After an error the last one is too old to be repeated.
    fn refresh(&mut self, now: Instant) -> Result<(), CollectError> {
        let rests = |failed: Instant| now.saturating_duration_since(failed) < AFTER_FAILURE;
        if self.unavailable.is_some() || self.failed_at.is_some_and(rests) || !self.ask.due(now) {
            return Ok(());
        }
        // The test of sd_booted(3): the directory is there if, and only if, systemd is the system's manager.
        if self.root.join("run/systemd/system").symlink_metadata().is_err() {
            self.unavailable = Some("systemd does not manage this system");
            return Ok(());
        }
        let before = self.report.take().unwrap_or_default();
        let program = || format!("{} list-units", self.systemctl.program.display());
        match self.systemctl.list() {
            Ok(text) => {
                self.failed_at = None;
                let (listed, error) = units::parse(&program(), &text);
                self.report = Some(Report::after(before, &listed, MOST_UNITS));
                error.map_or(Ok(()), Err)
            }
            Err(Failure::Missing) => {
                self.unavailable = Some("the program systemctl is not installed");
                Ok(())
            }
            Err(Failure::Failed(why)) => {
                self.failed_at = Some(now);
                Err(CollectError::Program { program: program(), why })
            }
        }
    }
}

impl Report {
    fn write(&self, writer: &mut Writer<'_>) {
        for (state, count) in State::ALL.into_iter().zip(self.counts) {
            writer.push(UNITS, &[("state", state.name())], f64::from(count));
        }
        for unit in &self.units {
            for state in State::ALL.into_iter().filter(|state| unit.states.has(*state)) {
                let labels =
                    [("unit", unit.name.as_str()), ("type", TYPES[unit.kind]), ("state", state.name())];
                writer.push(UNIT_STATE, &labels, f64::from(u8::from(state == unit.state)));
            }
        }
    }
}

impl Collector for SystemdCollector {
    fn name(&self) -> &'static str {
        "systemd"
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        ALL
    }

    fn unavailable(&self) -> Option<&str> {
        self.unavailable
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let refreshed = self.refresh(Instant::now());
        if let Some(report) = &self.report {
            report.write(&mut self.series.writer(at, into));
        }
        refreshed
    }
}
