//! Bodies of requests, bounded by `dashboards.max_bytes`.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::failure::Failure;
use crate::http::App;

/// A text.
pub(in crate::api) struct Text(pub(in crate::api) String);

/// Something that is written as JSON.
pub(in crate::api) struct Whole<T>(pub(in crate::api) T);

impl FromRequest<App> for Text {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        read(request.into_body(), app).await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Whole<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let text = read(request.into_body(), app).await?;
        let mut json = serde_json::Deserializer::from_str(&text);
        let whole = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let field = match error.path().to_string() {
                path if path == "." => String::new(),
                path => path,
            };
            let error = error.into_inner();
            let (line, message) = (error.line(), error.to_string());
            // The place is told in the form that all have.
            let message = message.split(" at line ").next().unwrap_or_default();
            let at = if field.is_empty() { String::new() } else { format!("{field}: ") };
            Failure::in_body(Some(line), &field, format!("line {line}: {at}{message}"))
        })?;
        json.end().map_err(|error| Failure::in_body(Some(error.line()), "", error.to_string()))?;
        Ok(Self(whole))
    }
}

async fn read(body: Body, app: &App) -> Result<String, Failure> {
    let most = app.service.dashboards().settings().max_bytes;
    let bytes = to_bytes(body, most).await.map_err(|error| {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if error.is::<http_body_util::LengthLimitError>() {
                return Failure::too_large(most, "dashboards.max_bytes");
            }
            cause = error.source();
        }
        Failure::bad_data(format!("the body did not come whole: {error}"))
    })?;
    String::from_utf8(bytes.into()).map_err(|_| Failure::bad_data("the body is no text in UTF-8"))
}
