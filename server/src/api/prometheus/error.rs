//! Errors as Prometheus' API has them: a type, a sentence and a status.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use watchfire_promql::{EvalError, ParseError};
use watchfire_service::ServiceError;
use watchfire_storage::StorageError;

use super::envelope;

/// The `errorType` of an answer
/// (<https://github.com/prometheus/prometheus/blob/main/web/api/v1/api.go>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorType {
    BadData,
    Execution,
    Timeout,
    Canceled,
    Internal,
    NotFound,
    Unavailable,
}

impl ErrorType {
    fn word(self) -> &'static str {
        match self {
            Self::BadData => "bad_data",
            Self::Execution => "execution",
            Self::Timeout => "timeout",
            Self::Canceled => "canceled",
            Self::Internal => "internal",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::BadData => StatusCode::BAD_REQUEST,
            Self::Execution => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Timeout | Self::Canceled | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotFound => StatusCode::NOT_FOUND,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    kind: ErrorType,
    text: String,
}

impl Failure {
    pub(super) fn new(kind: ErrorType, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    pub(super) fn bad_data(text: impl Into<String>) -> Self {
        Self::new(ErrorType::BadData, text)
    }

    /// A parameter that cannot be read; `problem` says why.
    pub(super) fn parameter(name: &str, problem: impl std::fmt::Display) -> Self {
        Self::bad_data(format!("invalid parameter {name:?}: {problem}"))
    }

    /// Says that the query text is what is wrong, where it is.
    pub(super) fn of_query(error: ServiceError) -> Self {
        match error {
            ServiceError::Parse(error) => error.into(),
            ServiceError::Eval(error) => error.into(),
            other => other.into(),
        }
    }

    /// The sentence without the envelope, for the routes that answer with plain text.
    pub(super) fn into_text(self) -> Response {
        (self.kind.status(), format!("{}\n", self.text)).into_response()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        envelope::error(self.kind.status(), self.kind.word(), &self.text)
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        Self::parameter("query", error)
    }
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        let kind = match error {
            EvalError::Parse { .. } => return Self::parameter("query", error),
            EvalError::Execution(_) | EvalError::TooManySamples(_) | EvalError::TooManySeries { .. } => {
                ErrorType::Execution
            }
            EvalError::Timeout(_) => ErrorType::Timeout,
            EvalError::Canceled(_) => ErrorType::Canceled,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let kind = match &error {
            ServiceError::Storage(error) => of_storage(error),
            ServiceError::Unbounded | ServiceError::BadData(_) | ServiceError::Parse(_) => ErrorType::BadData,
            ServiceError::TooManySeries { .. } => ErrorType::Execution,
            ServiceError::Internal(_) => ErrorType::Internal,
            ServiceError::Eval(_) => return Self::of_query(error),
        };
        Self::new(kind, error.to_string())
    }
}

fn of_storage(error: &StorageError) -> ErrorType {
    match error {
        StorageError::Regex { .. } => ErrorType::BadData,
        StorageError::TooMuch { .. } => ErrorType::Execution,
        StorageError::Closed | StorageError::DiskFull { .. } => ErrorType::Unavailable,
        _ => ErrorType::Internal,
    }
}

#[cfg(test)]
mod tests {
    use watchfire_promql::ast::Span;

    use super::*;

    #[test]
    fn every_error_has_its_type_and_status() {
        let parse = watchfire_promql::parse("up{").unwrap_err();
        let span = Span::default();
        let table: [(ServiceError, &str, u16, &str); 12] = [
            (
                parse.clone().into(),
                "bad_data",
                400,
                "1:4: parse error: unexpected end of input inside braces",
            ),
            (ServiceError::BadData("no".into()), "bad_data", 400, "no"),
            (ServiceError::Unbounded, "bad_data", 400, "name a metric"),
            (
                EvalError::Parse { message: "no".into(), span }.into(),
                "bad_data",
                400,
                "invalid parameter \"query\": no",
            ),
            (EvalError::Execution("no".into()).into(), "execution", 422, "no"),
            (EvalError::TooManySamples("here").into(), "execution", 422, "too many samples"),
            (EvalError::Timeout("here").into(), "timeout", 503, "query timed out in here"),
            (EvalError::Canceled("here").into(), "canceled", 503, "query was canceled in here"),
            (
                StorageError::TooMuch { what: "series", found: 2, most: 1 }.into(),
                "execution",
                422,
                "2 series",
            ),
            (
                StorageError::Regex { matcher: "a=~\"(\"".into(), reason: "unclosed".into() }.into(),
                "bad_data",
                400,
                "unclosed",
            ),
            (StorageError::Closed.into(), "unavailable", 503, "storage is closed"),
            (ServiceError::Internal("no".into()), "internal", 500, "no"),
        ];
        for (error, word, status, sentence) in table {
            let failure = Failure::from(error);
            assert_eq!((failure.kind.word(), failure.kind.status().as_u16()), (word, status), "{failure:?}");
            assert!(failure.text.contains(sentence), "{failure:?}");
        }
        assert_eq!(
            Failure::of_query(parse.into()).text.split(':').next(),
            Some("invalid parameter \"query\"")
        );
    }
}
