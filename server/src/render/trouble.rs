use axum::http::StatusCode;
use watchfire_service::dashboards::{DashboardError, OpenError};

/// Why there is no picture: what the one in its place says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) status: StatusCode,
    pub(super) text: String,
}

impl Trouble {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    /// What was asked for makes no sense.
    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    /// It is not there.
    pub(super) fn missing(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    /// The panel's query cannot be answered, or a limit forbids what was asked for.
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, text)
    }

    /// There is too much to do.
    pub(super) fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "too many pictures are asked for; try again in a moment")
    }

    /// It took too long.
    pub(super) fn late() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the picture took too long (render.timeout); ask for a shorter range or fewer panels",
        )
    }

    /// Something broke.
    pub(super) fn internal(text: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, text)
    }
}

impl From<DashboardError> for Trouble {
    fn from(error: DashboardError) -> Self {
        match &error {
            DashboardError::NotFound { .. } | DashboardError::Absent => Self::missing(error.to_string()),
            DashboardError::BadInput(_) | DashboardError::Invalid(_) => Self::refused(error.to_string()),
            _ => Self::internal(error.to_string()),
        }
    }
}

impl From<OpenError> for Trouble {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unknown => Self::missing(error.to_string()),
            OpenError::Paused | OpenError::Expired | OpenError::DashboardGone => {
                Self::new(StatusCode::GONE, error.to_string())
            }
            OpenError::Dashboard(error) => error.into(),
        }
    }
}
