use std::fmt;

use super::settings::Setting;

/// Where a value or a mistake stands. The order is that of precedence, which is also the order of reporting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// Nobody gave it.
    Default,
    /// In the configuration file; line and column (in characters) count from 1.
    File {
        /// The file as it was named.
        name: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag, dashes included.
    Flag(String),
}

impl Origin {
    /// The comment of `config show`.
    pub(super) fn comment(&self) -> String {
        match self {
            Self::File { name, line, .. } => format!("{name}:{line}"),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value as it was given, not yet read.
#[derive(Clone)]
pub(super) struct Given {
    /// Of which setting.
    pub(super) setting: &'static Setting,
    /// The value's text.
    pub(super) text: String,
    /// Where it was given.
    pub(super) origin: Origin,
}

impl Given {
    /// A mistake in this value. The key is named where the place does not name it.
    pub(super) fn problem(&self, message: &str) -> Problem {
        let message = match self.origin {
            Origin::File { .. } | Origin::Default => format!("{}: {message}", self.setting.key),
            Origin::Environment(_) | Origin::Flag(_) => message.to_owned(),
        };
        Problem { origin: self.origin.clone(), message }
    }
}

/// A mistake in the configuration: where, what, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// Where it stands.
    pub(super) origin: Origin,
    /// What is wrong and how to mend it.
    pub(super) message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.message)
    }
}
