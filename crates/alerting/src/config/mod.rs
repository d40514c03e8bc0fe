//! The configuration file of Alertmanager (<https://prometheus.io/docs/alerting/latest/configuration/>), as it is written.
//!
//! What Alertmanager refuses is refused, with all problems at once, each with its place; what is unknown is refused, too.

mod check;
mod conditions;
mod escalation_policy;
mod files;
mod global;
mod host_port;
mod http;
mod incidents;
mod inhibit;
mod mask;
mod original;
mod period;
mod problem;
mod read;
pub mod receiver;
mod route;
mod schedule;
mod secret;
mod shown;
mod stands;
mod url;

use std::collections::BTreeMap;

pub use conditions::{Condition, Pairs};
pub use escalation_policy::{EscalationPolicy, PolicyStep};
pub use files::FileField;
pub use global::Global;
pub use host_port::HostPort;
pub use http::{Authorization, BasicAuth, Header, HttpConfig, OAuth2, TlsConfig};
pub use incidents::IncidentsConfig;
pub use inhibit::InhibitRule;
pub use mask::{Draft, Masked};
pub use period::Period;
use problem::Report;
pub use problem::{ConfigError, Place, Problem};
use read::Node;
pub use receiver::Receiver;
pub use route::{GROUP_BY_ALL, Route};
pub use schedule::{CalendarConfig, LayerConfig, Local, OverrideConfig, ScheduleConfig};
pub use secret::{Secret, SecretSource, SecretUrl};
use serde::{Deserialize, Serialize};
use stands::Stands;
pub use stands::Variables;
pub use url::Url;

use crate::time_interval::TimeInterval;

/// A configuration that was read without a problem. What receivers leave open is filled in from `global`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// What receivers get that say nothing themselves.
    pub global: Global,
    /// The root of the routing tree.
    pub route: Route,
    /// Rules by which one alert mutes another.
    pub inhibit_rules: Vec<InhibitRule>,
    /// Who is told.
    pub receivers: Vec<Receiver>,
    /// Files of templates; `*` stands for any characters of the last part of a path.
    pub templates: Vec<String>,
    /// The deprecated place of time intervals.
    pub mute_time_intervals: Vec<NamedInterval>,
    /// Times that routes name.
    pub time_intervals: Vec<NamedInterval>,
    /// Who is on call when.
    pub schedules: Vec<ScheduleConfig>,
    /// Who is told of what nobody looks after, by names.
    pub escalation_policies: Vec<EscalationPolicy>,
    /// Who is told of whole incidents.
    pub incidents: Option<IncidentsConfig>,
    /// What was read but should be written in another way.
    #[serde(skip)]
    pub notes: Vec<Problem>,
}

/// A configuration that was read, or why it was not, with what it was read from.
struct Read {
    result: Result<Config, ConfigError>,
    root: Option<Node>,
    noted: read::Noted,
}

/// Times under a name: any of several intervals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NamedInterval {
    /// What routes call it.
    pub name: String,
    /// The intervals.
    pub time_intervals: Vec<TimeInterval>,
}

impl Config {
    /// Reads a configuration; `file` is how problems name it.
    ///
    /// Paths in it stay as they are written: those of `templates` and of `http_config` count from the folder of the file,
    /// all others from the folder in which the program runs, as with Alertmanager.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        Self::read(file, text, Stands::Written).result
    }

    /// The same, with `${NAME}` in place of a whole secret read as what the environment variable is set to.
    pub fn parse_with(file: &str, text: &str, variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Self::read(file, text, Stands::Variables(variables)).result
    }

    fn read(file: &str, text: &str, stands: Stands<'_>) -> Read {
        let mut report = Report::new(file);
        let root = Node::read(text).map_err(|(place, reason)| report.problem(place, reason)).ok();
        let read =
            root.as_ref().map(|root| read::read::<Self>(root, "the configuration", stands, &mut report));
        let (config, noted) = read.unwrap_or_default();
        let mut config = config.unwrap_or_default();
        // Where parts are left out, what refers to them would seem wrong.
        if let (Some(root), true) = (&root, report.problems.is_empty()) {
            check::check(&mut config, root, &mut report);
        }
        let result = report.finish().map(|notes| Self { notes, ..config });
        Read { result, root, noted }
    }

    /// All time intervals by their names.
    pub fn intervals(&self) -> BTreeMap<&str, &[TimeInterval]> {
        let all = self.mute_time_intervals.iter().chain(&self.time_intervals);
        all.map(|named| (named.name.as_str(), named.time_intervals.as_slice())).collect()
    }
}
