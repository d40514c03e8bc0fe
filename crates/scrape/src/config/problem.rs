use std::fmt;
use std::sync::Arc;

pub use watchfire_yaml::Place;

/// Something to say of a place in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named.
    pub file: Arc<str>,
    /// Where in it; `None` where the file as a whole is meant.
    pub place: Option<Place>,
    /// What is wrong and what mends it.
    pub reason: String,
}

/// `prometheus.yml:7:3: reason`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(at) => write!(f, "{}:{}:{}: {}", self.file, at.line, at.column, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

/// Why a configuration is refused: all that is wrong with it, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
