use serde::Serialize;
use watchfire_storage::ControlError;

/// What is wrong with a part of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// Counted from 1; 0 where no line is meant.
    pub line: u32,
    /// The character of the line, counted from 1.
    pub column: u32,
    /// The way to the part: `receivers[1].slack_configs[0].channel`.
    pub path: String,
    /// What is wrong and what mends it.
    pub message: String,
}

/// Why nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotifyConfigError {
    /// It is not well.
    #[error("{}", told(.0))]
    Refused(Vec<Flaw>),
    /// Somebody else was faster.
    #[error(
        "the configuration of notifications is at version {current}; look at what it says now, and save again"
    )]
    Conflict {
        /// The version that is there; 0: none.
        current: u64,
    },
    /// A file says it.
    #[error(
        "the configuration of notifications is the file {0} (notify.config); change it there, or start without that setting to change it here"
    )]
    FromFile(String),
    /// No such version is kept.
    #[error("there is no version {0} of the configuration of notifications (any more)")]
    NoVersion(u64),
    /// A field of the request is not as it has to be.
    #[error("{field}: {reason}")]
    BadField {
        /// Which.
        field: &'static str,
        /// What mends it.
        reason: String,
    },
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] ControlError),
}

/// The most that a line of words tells; the list has all.
const MOST_LINES: usize = 20;

fn told(flaws: &[Flaw]) -> String {
    let one = |flaw: &Flaw| {
        let at = if flaw.line > 0 { format!("line {}: ", flaw.line) } else { String::new() };
        format!("{at}{}", flaw.message)
    };
    let mut lines: Vec<String> = flaws.iter().take(MOST_LINES).map(one).collect();
    let more = flaws.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.push(format!("... and {more} more"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_problems_are_told_in_brief() {
        let flaw = |line: u32| Flaw { line, column: 1, path: String::new(), message: "no".to_owned() };
        let told = |many: u32| NotifyConfigError::Refused((1..=many).map(flaw).collect()).to_string();
        assert_eq!(told(2), "line 1: no\nline 2: no");
        assert_eq!(told(20).lines().count(), 20);
        let most = told(23);
        assert_eq!((most.lines().count(), most.lines().last()), (21, Some("... and 3 more")));
    }
}
