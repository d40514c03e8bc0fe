use std::fmt;
use std::sync::Arc;

pub use watchfire_yaml::Place;

/// Something to say of a place in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named.
    pub file: Arc<str>,
    /// Where in it.
    pub place: Place,
    /// What is wrong and what mends it.
    pub reason: String,
}

/// `alertmanager.yml:7:3: reason`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.place.line, self.place.column, self.reason)
    }
}

/// Why a configuration is refused: all that is wrong with it, in the order of the file.
///
/// What is no mapping, list or value of the right kind is told first; whether the parts fit together only where they can
/// all be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Collects what there is to say of a file.
#[derive(Debug)]
pub(super) struct Report {
    file: Arc<str>,
    pub(super) problems: Vec<Problem>,
    /// What is read but should be written in another way.
    pub(super) notes: Vec<Problem>,
}

impl Report {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.into(), problems: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn problem(&mut self, place: Place, reason: impl Into<String>) {
        self.problems.push(Problem { file: self.file.clone(), place, reason: reason.into() });
    }

    pub(super) fn note(&mut self, place: Place, reason: impl Into<String>) {
        self.notes.push(Problem { file: self.file.clone(), place, reason: reason.into() });
    }

    /// The notes, or the problems if there are any, each in the order of the file.
    pub(super) fn finish(self) -> Result<Vec<Problem>, ConfigError> {
        let sorted = |mut problems: Vec<Problem>| {
            problems.sort_by_key(|problem| problem.place);
            problems.dedup();
            problems
        };
        if self.problems.is_empty() {
            Ok(sorted(self.notes))
        } else {
            Err(ConfigError { problems: sorted(self.problems) })
        }
    }
}
