//! The parameters of a request: those of its URL, and those of its body if it is a form.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::{Method, header};
use watchfire_model::{Matcher, TimeRange};

use super::error::Failure;
use super::selector::parse_match;
use super::time::{FIRST, LAST, parse_time};

/// Names and values, the body's first: where a name may stand once only, the first one counts.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Parameters {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let broken =
            |error: &dyn std::fmt::Display| Failure::bad_data(format!("error parsing form values: {error}"));
        let (mut parts, body) = request.into_parts();
        let Query(in_url) = Query::<Vec<(String, String)>>::from_request_parts(&mut parts, state)
            .await
            .map_err(|error| broken(&error))?;
        let kind =
            parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_form = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH)
            && kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
        let mut all = Vec::new();
        if is_form {
            let request = Request::from_parts(parts, body);
            let Form(in_body) = Form::<Vec<(String, String)>>::from_request(request, state)
                .await
                .map_err(|error| broken(&error))?;
            all = in_body;
        }
        all.extend(in_url);
        Ok(Self(all))
    }
}

impl Parameters {
    /// The value of `name`; empty where it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.given(name).unwrap_or_default()
    }

    /// The value of `name`, unless it is missing or empty.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// All values of `name`.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A time in milliseconds, where it may be missing.
    pub(super) fn time(&self, name: &str) -> Result<Option<i64>, Failure> {
        let read = |text| {
            parse_time(text).map_err(|error| {
                Failure::parameter(name, format!("invalid time value for '{name}': {error}"))
            })
        };
        self.given(name).map(read).transpose()
    }

    /// `start` and `end`, the ends of time where they are missing.
    pub(super) fn range(&self) -> Result<TimeRange, Failure> {
        let start = self.time("start")?.unwrap_or(FIRST);
        let end = self.time("end")?.unwrap_or(LAST);
        Ok(TimeRange { start, end })
    }

    /// How many results are wanted at most; `None`: all of them.
    pub(super) fn limit(&self) -> Result<Option<usize>, Failure> {
        let Some(text) = self.given("limit") else { return Ok(None) };
        match text.parse::<i64>() {
            Ok(0) => Ok(None),
            Ok(limit) => match usize::try_from(limit) {
                Ok(limit) => Ok(Some(limit)),
                Err(_) => Err(Failure::parameter("limit", "limit must be non-negative")),
            },
            Err(_) => {
                Err(Failure::parameter("limit", format!("strconv.Atoi: parsing {text:?}: invalid syntax")))
            }
        }
    }

    /// A number that Prometheus reads before all others and names in its own way; negative ones are allowed.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Failure> {
        let read =
            |text: &str| text.parse().map_err(|_| Failure::bad_data(format!("{name} must be a number")));
        self.given(name).map(read).transpose()
    }

    /// The selectors in `match[]`; the errors are sentences that the caller completes.
    pub(super) fn selectors(&self) -> Result<Vec<Vec<Matcher>>, String> {
        self.all("match[]").map(parse_match).collect()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn read(method: &str, uri: &str, kind: &str, body: &'static str) -> Parameters {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        Parameters::from_request(request, &()).await.unwrap()
    }

    #[tokio::test]
    async fn a_form_goes_before_the_address() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        let both = read("POST", "/?a=url&b=2&match[]=y", form, "a=form&match%5B%5D=x+%26").await;
        assert_eq!((both.text("a"), both.text("b"), both.text("c")), ("form", "2", ""));
        assert_eq!(both.all("match[]").collect::<Vec<_>>(), ["x &", "y"]);
        let no_form = read("POST", "/?a=url", "application/json", "a=form").await;
        assert_eq!(no_form.text("a"), "url");
        let get = read("GET", "/?a=url", form, "a=form").await;
        assert_eq!(get.text("a"), "url");
    }

    #[tokio::test]
    async fn limits() {
        let table = [
            ("", Ok(None)),
            ("0", Ok(None)),
            ("7", Ok(Some(7))),
            ("-1", Err("invalid parameter \"limit\": limit must be non-negative")),
            ("x", Err("invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax")),
        ];
        for (text, expected) in table {
            let parameters = Parameters(vec![("limit".into(), text.into())]);
            assert_eq!(parameters.limit(), expected.map_err(Failure::bad_data), "{text:?}");
        }
    }
}
