//! The parameters by which alerts and silences are picked.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use regex::Regex;
use watchfire_alerting::Matchers;
use watchfire_alerting::matcher::{Syntax, parse_matcher};
use watchfire_service::alertmanager::AlertFilter;

use super::failure::Failure;

/// Names and values of the URL.
pub(super) struct Asked(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        pairs.map(|Query(pairs)| Self(pairs)).map_err(|error| Failure::bad_data(error.to_string()))
    }
}

impl Asked {
    /// The matchers of `filter`, each one matcher.
    pub(super) fn matchers(&self) -> Result<Matchers, Failure> {
        let texts = self.0.iter().filter(|(name, _)| name == "filter");
        let read = |(_, text): &(String, String)| {
            parse_matcher(text, Syntax::Fallback)
                .map_err(|error| Failure::bad_data(format!("bad matcher format: filter={text}: {error}")))
        };
        texts.map(read).collect::<Result<Vec<_>, _>>().map(Matchers::new)
    }

    /// Which alerts are asked for. `unprocessed` has no meaning here: what is accepted is processed.
    pub(super) fn alerts(&self) -> Result<AlertFilter, Failure> {
        let receiver = self.0.iter().find(|(name, value)| name == "receiver" && !value.is_empty());
        let receiver = receiver.map(|(_, text)| {
            // The whole name has to match, as everywhere in Alertmanager.
            Regex::new(&format!("^(?:{text})$")).map_err(|error| {
                Failure::bad_data(format!("receiver: {text:?} is not a regular expression: {error}"))
            })
        });
        Ok(AlertFilter {
            matchers: self.matchers()?,
            receiver: receiver.transpose()?,
            active: self.switch("active")?,
            silenced: self.switch("silenced")?,
            inhibited: self.switch("inhibited")?,
            muted: self.switch("muted")?,
        })
    }

    /// A switch that is on where it is not named.
    fn switch(&self, name: &str) -> Result<bool, Failure> {
        match self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str()) {
            None | Some("" | "true" | "1" | "t" | "T" | "TRUE" | "True") => Ok(true),
            Some("false" | "0" | "f" | "F" | "FALSE" | "False") => Ok(false),
            Some(other) => Err(Failure::bad_data(format!("{name} is true or false, not {other:?}"))),
        }
    }
}
