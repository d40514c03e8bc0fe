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

/// The most problems that are told of one configuration: who made more has made one of them often.
pub(super) const MOST: usize = 100;

/// The most that a log or a line of words tells.
const MOST_LINES: usize = 20;

impl ConfigError {
    /// The first problems, a line for each, and how many more there are, as far as that is known.
    pub fn in_brief(&self) -> String {
        let shown = lines(&self.problems[..self.problems.len().min(MOST_LINES)]);
        match self.problems.len().saturating_sub(MOST_LINES) {
            0 => shown,
            // The last one says that there are others, which nobody counted.
            _ if self.problems.len() > MOST => format!("{shown}\n... and more"),
            more => format!("{shown}\n... and {more} more"),
        }
    }
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

    /// The notes, or the problems if there are any, each in the order of the file; of too many the first ones, and that there are more.
    pub(super) fn finish(self) -> Result<Vec<Problem>, ConfigError> {
        let sorted = |mut problems: Vec<Problem>| {
            problems.sort_by_key(|problem| problem.place);
            problems.dedup();
            if problems.len() > MOST {
                problems.truncate(MOST);
                if let Some(last) = problems.last().cloned() {
                    let reason = "more follows; mend what is told first".to_owned();
                    problems.push(Problem { reason, ..last });
                }
            }
            problems
        };
        if self.problems.is_empty() {
            Ok(sorted(self.notes))
        } else {
            Err(ConfigError { problems: sorted(self.problems) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_has_no_number() {
        let brief = |count: usize| {
            let mut report = Report::new("a.yml");
            for line in (1..).take(count) {
                report.problem(Place { line, column: 1 }, "wrong");
            }
            report.finish().unwrap_err().in_brief()
        };
        assert_eq!(brief(MOST_LINES).lines().count(), MOST_LINES);
        let known = [(MOST_LINES + 1, "... and 1 more"), (MOST, "... and 80 more")];
        for (count, last) in known.into_iter().chain([(MOST + 1, "... and more")]) {
            assert_eq!(brief(count).lines().last(), Some(last), "{count}");
        }
    }
}
