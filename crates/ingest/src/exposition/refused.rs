use std::fmt;

use watchfire_model::LabelsError;

use crate::protobuf::Broken;

/// A part of an exposition that can't be read: where it is, what is wrong, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where reading stopped.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
    /// The text of the line around the place; empty for protobuf.
    pub near: String,
}

/// A place in an exposition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In one of the text formats.
    Line {
        /// The line, counted from 1.
        line: usize,
        /// The character of that line, counted from 1.
        column: usize,
    },
    /// In the protobuf format.
    Byte {
        /// Bytes of the body before the place.
        offset: usize,
        /// The name of the metric family that it lies in; empty where that is not known.
        family: String,
    },
}

/// What is wrong with a part of an exposition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Something else should stand there.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A line end of Windows.
    #[error("a carriage return at the end of the line; end lines with a line feed (\\n) alone")]
    CarriageReturn,
    /// Quotes are not closed on the line where they are opened.
    #[error(
        "the double quote opened here is not closed on this line; close it, and write a line feed in it as \\n"
    )]
    Unclosed,
    /// Bytes that are no text.
    #[error("{0} is not valid UTF-8; encode it as UTF-8")]
    NotUtf8(&'static str),
    /// A series without the name of its metric.
    #[error("the series has no metric name; put one before the {{, or in quotes as the first thing in it")]
    NoMetricName,
    /// A series with two of them.
    #[error("the metric name is already set; a quoted name without = sets it, once")]
    SecondMetricName,
    /// An empty name in quotes.
    #[error("a name is empty; give it one character at least")]
    EmptyName,
    /// No number stands where a value should.
    #[error("{0:?} is not a number; write a decimal number that fits 64 bits, +Inf, -Inf or NaN")]
    Value(String),
    /// No timestamp stands where one should.
    #[error("{found:?} is not a timestamp; write {form}")]
    Timestamp {
        /// What stands there.
        found: String,
        /// What the format wants.
        form: &'static str,
    },
    /// A metric type that the format doesn't have.
    #[error("invalid metric type {found:?}; it is one of {known}")]
    Kind {
        /// What stands there.
        found: String,
        /// The types of the format.
        known: &'static str,
    },
    /// A unit that its metric's name doesn't end with.
    #[error("the unit {unit:?} is not the end of the metric name {metric:?}; name it {metric}_{unit}")]
    Unit {
        /// The unit.
        unit: String,
        /// The metric family.
        metric: String,
    },
    /// The end of an OpenMetrics text is missing, so that it may be cut.
    #[error("the text does not end with the line # EOF, so it may be cut; OpenMetrics demands that line")]
    NoEof,
    /// There is more behind the end of an OpenMetrics text.
    #[error("there is more text behind # EOF; make that the last line")]
    AfterEof,
    /// Labels that are no label set.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// It takes more memory than is allowed.
    #[error("the exposition takes {found} bytes, and {most} are allowed; expose less or raise the limit")]
    TooLarge {
        /// Bytes that it takes, as far as they were counted.
        found: usize,
        /// The limit in bytes.
        most: usize,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            _ if matches!(self.problem, Problem::TooLarge { .. }) => write!(f, "{}", self.problem)?,
            Place::Line { line, column } => write!(f, "line {line}, column {column}: {}", self.problem)?,
            Place::Byte { offset, family } if family.is_empty() => {
                write!(f, "byte {offset}: {}", self.problem)?;
            }
            Place::Byte { offset, family } => {
                write!(f, "byte {offset}, in the metric family {family:?}: {}", self.problem)?;
            }
        }
        if !self.near.is_empty() {
            write!(f, ", near {:?}", self.near)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

impl Refused {
    /// A body, or what it unfolds into, of `found` bytes.
    pub(super) fn too_large(found: usize, most: usize) -> Self {
        Fault::new(0, Problem::TooLarge { found, most }).in_family(b"")
    }
}

/// A problem and the byte of the body where it is.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) problem: Problem,
}

impl Fault {
    #[cold]
    pub(super) fn new(at: usize, problem: Problem) -> Self {
        Self { at, problem }
    }

    #[cold]
    pub(super) fn expected(at: usize, expected: &'static str) -> Self {
        Self { at, problem: Problem::Expected(expected) }
    }

    /// Tells line, column and the text around the fault, which lies on the line number `line` that begins at byte `start`.
    #[cold]
    pub(super) fn in_text(mut self, body: &[u8], line: usize, start: usize) -> Refused {
        let rest = &body[start..];
        let whole = &rest[..rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())];
        if let [text @ .., b'\r'] = whole {
            // Whatever was stumbled over, this is the first thing to mend.
            self = Self { at: start + text.len(), problem: Problem::CarriageReturn };
        }
        let (before, after) = whole.split_at((self.at - start).min(whole.len()));
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        // Neither end lies within a character.
        let inside = |text: &[u8], at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        let mut from = before.len().saturating_sub(AROUND);
        while inside(before, from) {
            from += 1;
        }
        let mut to = after.len().min(AROUND);
        while inside(after, to) {
            to += 1;
        }
        let near = String::from_utf8_lossy(&[&before[from..], &after[..to]].concat()).into_owned();
        Refused { place: Place::Line { line, column }, problem: self.problem, near }
    }

    /// Tells the metric family that the fault lies in.
    #[cold]
    pub(super) fn in_family(self, family: &[u8]) -> Refused {
        let family = String::from_utf8_lossy(&family[..family.len().min(100)]).into_owned();
        Refused { place: Place::Byte { offset: self.at, family }, problem: self.problem, near: String::new() }
    }
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::expected(broken.offset, broken.expected)
    }
}

/// Bytes before and behind a place that are shown with it.
const AROUND: usize = 40;

/// At most the first bytes of a token, for a message.
#[cold]
pub(super) fn shown(token: &[u8]) -> String {
    String::from_utf8_lossy(&token[..token.len().min(AROUND)]).into_owned()
}
