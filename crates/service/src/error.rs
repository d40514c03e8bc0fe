use watchfire_promql::{EvalError, ParseError};
use watchfire_storage::StorageError;

/// Why an action failed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The storage could not do it.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The query has no condition at all and would read every series.
    #[error("the query matches every series; name a metric or a label")]
    Unbounded,
    /// A chart's query matches more series than one may have.
    #[error("the query matches {found} series, {most} are allowed (live.max_series); name more labels")]
    TooManySeries {
        /// How many it matches.
        found: usize,
        /// How many it may match.
        most: usize,
    },
    /// The text is not a query.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A value that was given with the query is wrong; the text says which and why.
    #[error("{0}")]
    BadData(String),
    /// The query has no answer.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// The work broke down. Says nothing about the request.
    #[error("the query failed inside: {0}; please report this")]
    Internal(String),
}

impl ServiceError {
    /// Whether the same action may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_retryable(),
            Self::Eval(error) => matches!(error, EvalError::Timeout(_) | EvalError::Canceled(_)),
            Self::Unbounded
            | Self::TooManySeries { .. }
            | Self::Parse(_)
            | Self::BadData(_)
            | Self::Internal(_) => false,
        }
    }
}
