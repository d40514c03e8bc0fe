use std::fmt::Write as _;

use super::refused::Reason;
use crate::protobuf::Broken;

/// Why the body of an OTLP request could not be decoded. None of these goes away when the same request is sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It takes more memory than is allowed.
    #[error(
        "the request unfolds into {found} bytes of series, and {most} are allowed; send fewer points at once or raise the limit"
    )]
    TooLarge {
        /// Bytes that it would take, as far as they were counted.
        found: usize,
        /// The limit in bytes.
        most: usize,
    },
    /// The bytes are not the message that they should be.
    #[error("broken protobuf at byte {offset}{place}: expected {expected}")]
    Protobuf {
        /// Where in the body reading stopped.
        offset: usize,
        /// What should have been there.
        expected: &'static str,
        /// The path to the message, after a comma; empty for the outermost one.
        place: String,
    },
    /// The text is not the JSON that it should be.
    #[error(
        "broken JSON: {0}; send an ExportMetricsServiceRequest in the JSON mapping of protobuf, as OTLP has it"
    )]
    Json(String),
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Self::Protobuf { offset: broken.offset, expected: broken.expected, place: String::new() }
    }
}

/// What ends the reading of a point.
pub(super) enum Fault {
    /// The whole request is no good.
    Stop(Error),
    /// This point is left out.
    Refuse(Reason),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Stop(broken.into())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Stop(error)
    }
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self::Refuse(reason)
    }
}

/// Where the reader is, counted from 0 in each list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place<'a> {
    pub(super) resource: Option<usize>,
    pub(super) scope: Option<usize>,
    pub(super) metric: Option<usize>,
    pub(super) point: Option<usize>,
    /// The metric's name as it was sent.
    pub(super) name: &'a [u8],
}

impl Place<'_> {
    /// The path in the names of the JSON form.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        let lists = ["resourceMetrics", ".scopeMetrics", ".metrics", ".dataPoints"];
        let places = [self.resource, self.scope, self.metric, self.point];
        for (list, place) in lists.into_iter().zip(places) {
            if let Some(place) = place {
                // Writing to a String cannot fail.
                let _ = write!(path, "{list}[{place}]");
            }
        }
        if !self.name.is_empty() {
            let _ = write!(path, " of {:?}", String::from_utf8_lossy(self.name));
        }
        path
    }

    /// Tells an error of broken bytes where they are.
    pub(super) fn tell(&self, error: Error) -> Error {
        match error {
            Error::Protobuf { offset, expected, .. } => {
                let path = self.path();
                let place = if path.is_empty() { path } else { format!(", in {path}") };
                Error::Protobuf { offset, expected, place }
            }
            other => other,
        }
    }
}
