use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::nearest::suggestion;
use super::origin::{Given, Origin, Problem};
use super::settings::{Setting, settings};

/// The variable that names the configuration file, as `--config` does.
pub(super) const CONFIG_VARIABLE: &str = "WATCHFIRE_CONFIG";

const PREFIX: &str = "WATCHFIRE_";

/// What the environment says.
#[derive(Default)]
pub(super) struct Environment {
    /// The values of settings.
    pub(super) given: Vec<Given>,
    /// The configuration file.
    pub(super) config: Option<PathBuf>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

/// Reads the variables that begin with `WATCHFIRE_`; the others are none of ours.
pub(super) fn read(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Environment {
    // Sorted, because the order of an environment is chance and messages should not be.
    let ours: BTreeMap<String, OsString> = variables
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    let mut environment = Environment::default();
    for (name, value) in ours {
        if name == CONFIG_VARIABLE {
            environment.config = Some(value.into());
            continue;
        }
        let setting = settings().find(|setting| setting.variable() == name);
        match (setting, value.into_string()) {
            (Some(setting), Ok(text)) => {
                environment.given.push(Given { setting, text, origin: Origin::Environment(name) });
            }
            (Some(_), Err(value)) => environment.problems.push(Problem {
                origin: Origin::Environment(name),
                message: format!("{} is not UTF-8; write the value in UTF-8", value.display()),
            }),
            (None, value) if is_service_link(&name, value.as_deref().unwrap_or_default()) => {}
            (None, _) => environment.problems.push(unknown(name)),
        }
    }
    environment
}

fn unknown(name: String) -> Problem {
    // The prefix is in all of them and would make any two names look alike.
    let given = name.strip_prefix(PREFIX).unwrap_or(&name);
    let known = settings().map(Setting::variable).chain([CONFIG_VARIABLE.to_owned()]);
    let message = match suggestion(given, known.map(|known| known[PREFIX.len()..].to_owned())) {
        Some(near) => format!("unknown variable; did you mean {PREFIX}{near}?"),
        None => "unknown variable; `watchfire --help` names the known ones".to_owned(),
    };
    Problem { origin: Origin::Environment(name), message }
}

/// Whether a variable is one of those that Kubernetes gives every pod for each service near it. A service called
/// `watchfire` or `watchfire-…` makes them look like ours.
///
/// The forms are those of <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>.
fn is_service_link(name: &str, value: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (name.ends_with("_PORT") && value.contains("://"))
        || name.split_once("_PORT_").is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
}
