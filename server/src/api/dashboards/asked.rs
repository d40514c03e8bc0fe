//! What the query part of a URL says.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use watchfire_model::{TimeRange, TimeWindow};

use super::failure::Failure;
use crate::clock::now;

/// Names and values; a name may stand several times.
pub(in crate::api) struct Asked(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        query.map(|Query(all)| Self(all)).map_err(|error| Failure::bad_data(error.body_text()))
    }
}

impl Asked {
    /// The first value of a name.
    pub(in crate::api) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name, unless it is empty.
    pub(in crate::api) fn given(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|value| !value.is_empty())
    }

    /// All values of a name.
    pub(in crate::api) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(other, value)| other == name && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// A whole number.
    pub(in crate::api) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        let read = |text: &str| {
            text.parse().map_err(|_| Failure::bad_data(format!("{name}: {text:?} is not a whole number")))
        };
        self.given(name).map(read).transpose()
    }

    /// A whole number that must be there.
    pub(in crate::api) fn needed<T: std::str::FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.number(name)?
            .ok_or_else(|| Failure::bad_data(format!("{name}: is missing; give a whole number")))
    }

    /// `true` or `false`, which is also what a missing one means.
    pub(in crate::api) fn switch(&self, name: &str) -> Result<bool, Failure> {
        match self.given(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(text) => Err(Failure::bad_data(format!("{name}: {text:?} is neither true nor false"))),
        }
    }

    /// `from` and `to`; left out, all times.
    pub(in crate::api) fn range(&self) -> Result<TimeRange, Failure> {
        match (self.given("from"), self.given("to")) {
            (None, None) => Ok(TimeRange { start: i64::MIN, end: i64::MAX }),
            (from, to) => range(from.unwrap_or("0"), to.unwrap_or("now")),
        }
    }
}

/// A range as URLs of pages have it: `now-6h`, ISO 8601, milliseconds since the epoch.
pub(in crate::api) fn range(from: &str, to: &str) -> Result<TimeRange, Failure> {
    let now = now();
    let window = TimeWindow::parse(from, to, 0, now);
    window.map(|window| window.resolve(now)).map_err(|error| Failure::bad_data(format!("from, to: {error}")))
}
