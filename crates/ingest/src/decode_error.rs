use std::fmt;

use crate::protobuf::Broken;

/// Why the body of a request could not be decoded. None of these goes away when the same request is sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It takes more memory than is allowed.
    #[error(
        "the request takes {found} bytes when it is unpacked, and {most} are allowed; send fewer samples at once or raise the limit"
    )]
    TooLarge {
        /// Bytes that the body would take, as far as they were counted.
        found: usize,
        /// The limit in bytes.
        most: usize,
    },
    /// The compression is broken or another one.
    #[error("cannot decompress the request: {0}; its body must be one block of snappy")]
    Snappy(String),
    /// The bytes are not the message that they should be.
    #[error(
        "broken protobuf at byte {offset} of the uncompressed request{}: expected {expected}",
        In(*series)
    )]
    Protobuf {
        /// Where in the uncompressed body reading stopped.
        offset: usize,
        /// Which of the `timeseries` it is in, counted from 0.
        series: Option<usize>,
        /// What should have been there.
        expected: &'static str,
    },
    /// A reference to the table of symbols, or the table itself, is wrong.
    #[error("{}{problem}", At(*series))]
    Symbols {
        /// Which of the `timeseries` it is in, counted from 0.
        series: Option<usize>,
        /// What is wrong.
        problem: SymbolsError,
    },
}

/// What is wrong with symbols or with references to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SymbolsError {
    /// The table does not begin with the empty text.
    #[error("symbols[0] must be the empty string, as the protocol demands; put it there")]
    FirstNotEmpty,
    /// An odd number of references, where each label takes two.
    #[error("invalid labelRefs length {count}; each label takes two, one for its name and one for its value")]
    OddCount {
        /// How many there are.
        count: usize,
    },
    /// A label refers to what is not there.
    #[error(
        "labelRefs {at} (name) = {name}, {} (value) = {value} outside of symbols table (size {size})",
        at + 1
    )]
    LabelOutside {
        /// The place of the name's reference among those of the series.
        at: usize,
        /// The name's reference.
        name: u32,
        /// The value's reference.
        value: u32,
        /// How many symbols there are.
        size: usize,
    },
    /// Metadata refer to what is not there.
    #[error("{field} = {reference} outside of symbols table (size {size})")]
    TextOutside {
        /// The field of the metadata.
        field: &'static str,
        /// The reference.
        reference: u32,
        /// How many symbols there are.
        size: usize,
    },
}

impl DecodeError {
    /// Says which series an error lies in.
    pub(crate) fn in_series(self, number: usize) -> Self {
        match self {
            Self::Protobuf { offset, expected, .. } => {
                Self::Protobuf { offset, series: Some(number), expected }
            }
            Self::Symbols { problem, .. } => Self::Symbols { series: Some(number), problem },
            other @ (Self::TooLarge { .. } | Self::Snappy(_)) => other,
        }
    }
}

impl From<Broken> for DecodeError {
    fn from(broken: Broken) -> Self {
        Self::Protobuf { offset: broken.offset, series: None, expected: broken.expected }
    }
}

impl From<SymbolsError> for DecodeError {
    fn from(problem: SymbolsError) -> Self {
        Self::Symbols { series: None, problem }
    }
}

/// The series at the end of a clause.
struct In(Option<usize>);

impl fmt::Display for In {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |number| write!(f, ", in timeseries[{number}]"))
    }
}

/// The series at the start of a sentence.
struct At(Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |number| write!(f, "timeseries[{number}]: "))
    }
}
