//! Why a text is not a template, or a template gives no text.

use std::fmt;
use std::sync::Arc;

/// A place in a template's text as people count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl Position {
    /// The place behind a text that starts here.
    pub(crate) fn after(self, text: &str) -> Self {
        text.chars().fold(self, |at, c| match c {
            '\n' => Self { line: at.line + 1, column: 1 },
            _ => Self { column: at.column + 1, ..at },
        })
    }
}

/// Why a text is not a template, or a template gives no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", Place(template, *position))]
pub struct TemplateError {
    /// What kind of trouble it is.
    pub kind: ErrorKind,
    /// The template in whose text it is; empty for a text without a name.
    pub template: Arc<str>,
    /// Where in that text.
    pub position: Position,
    /// What is wrong, and how to mend it.
    pub message: String,
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is not a template.
    Syntax,
    /// The template does not fit its data, or a function failed.
    Execution,
    /// The template went beyond a limit.
    Limit(Limit),
}

/// What a template may not go beyond; all but the last are fields of [`Limits`](crate::Limits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The bytes of a text: the output's, and each one made on the way.
    OutputBytes,
    /// Actions, calls and rounds of loops.
    Steps,
    /// Templates that call templates.
    TemplateDepth,
    /// Blocks in blocks, parentheses in parentheses, lists in lists.
    Nesting,
}

struct Place<'a>(&'a str, Position);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_empty() {
            write!(f, "template {:?}, ", self.0)?;
        }
        write!(f, "line {}, column {}: ", self.1.line, self.1.column)
    }
}

/// Why an execution ends early, on its way to a place.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What is wrong, for whoever knows the place.
    Fault(String),
    /// A limit and what it is, for whoever knows the place.
    Limit(Limit, String),
    /// With its place; boxed, so that results are small.
    Placed(Box<TemplateError>),
}

impl Stop {
    /// A fault with these words.
    pub(crate) fn fault(message: impl Into<String>) -> Self {
        Self::Fault(message.into())
    }

    /// A fault of something, which is named; else the same.
    pub(crate) fn of(self, what: impl fmt::Display) -> Self {
        match self {
            Self::Fault(message) => Self::Fault(format!("`{what}`: {message}")),
            other => other,
        }
    }

    /// The same with a place, unless it has one.
    pub(crate) fn at(self, template: &Arc<str>, position: Position) -> Self {
        Self::Placed(Box::new(self.placed(template, position)))
    }

    /// The error with its place, which is this one unless it has one.
    pub(crate) fn placed(self, template: &Arc<str>, position: Position) -> TemplateError {
        let (kind, message) = match self {
            Self::Fault(message) => (ErrorKind::Execution, message),
            Self::Limit(limit, message) => (ErrorKind::Limit(limit), message),
            Self::Placed(error) => return *error,
        };
        TemplateError { kind, template: Arc::clone(template), position, message }
    }
}

/// Text grows in one type only, [`Bounded`](crate::limits::Bounded), which fails where its limit is.
impl From<fmt::Error> for Stop {
    fn from(_: fmt::Error) -> Self {
        Self::Limit(
            Limit::OutputBytes,
            "the text grows beyond the limit of output bytes; print less, or raise the limit".into(),
        )
    }
}
