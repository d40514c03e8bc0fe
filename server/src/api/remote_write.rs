//! `/api/v1/write`: Prometheus remote write, versions 1 and 2
//! (<https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/>).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use watchfire_ingest::DecodeError;
use watchfire_ingest::remote_write::{Decoded, Version, decode};
use watchfire_storage::Appended;

use super::intake::Rejection;
use super::received::Way;
use super::taking::{first_refused, read, store, work};
use crate::http::App;

/// A compressed body of so many bytes is decoded away from the async threads: it takes longer than waking another thread.
const LARGE: usize = 128 << 10;

/// Takes a request in.
pub(crate) async fn write(State(app): State<App>, request: Request) -> Response {
    match take(&app, request).await {
        Ok(response) => response,
        Err(rejection) => rejection.into_response(),
    }
}

async fn take(app: &App, request: Request) -> Result<Response, Rejection> {
    let intake = &app.intake;
    let (parts, body) = request.into_parts();
    let version = version(&parts.headers).map_err(|text| intake.reject(Rejection::unsupported(text)))?;
    if parts.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "snappy") {
        let text = "the body must be compressed with snappy; set Content-Encoding: snappy".to_owned();
        return Err(intake.reject(Rejection::unsupported(text)));
    }
    let (compressed, taken) = read(body, intake).await?;
    let most = intake.max_body_bytes();
    let large = compressed.len() >= LARGE;
    let of_work = intake.clone();
    let decode =
        move || decode(version, &compressed, most).map_err(|error| of_work.reject(undecodable(&error)));
    let (decoded, _taken) = if large { work(taken, decode).await? } else { (decode()?, taken) };
    let Decoded { batch, histograms, refused_exemplars } = decoded;
    intake.count("native_histogram", histograms as u64);
    intake.count("invalid_exemplar", refused_exemplars as u64);
    let appended = store(app, Way::RemoteWrite, &parts.headers, batch).await?;
    Ok(answer(version, &appended, histograms))
}

/// The message that the body should be, by its `Content-Type`.
fn version(headers: &HeaderMap) -> Result<Version, String> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(Version::V1) };
    let kind = kind.to_str().unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    if parts.next() != Some("application/x-protobuf") {
        return Err(format!("Content-Type {kind:?} is not remote write; send application/x-protobuf"));
    }
    let proto = parts.find_map(|part| part.strip_prefix("proto=")).map(|name| name.trim_matches('"'));
    match proto {
        None | Some("prometheus.WriteRequest") => Ok(Version::V1),
        Some("io.prometheus.write.v2.Request") => Ok(Version::V2),
        Some(other) => Err(format!(
            "the message {other:?} is unknown; send prometheus.WriteRequest or io.prometheus.write.v2.Request"
        )),
    }
}

fn undecodable(error: &DecodeError) -> Rejection {
    match error {
        DecodeError::TooLarge { .. } => Rejection::too_large(error.to_string()),
        _ => Rejection::bad(error.to_string()).because("undecodable"),
    }
}

/// 204, or 400 with the first sample that was not taken. Version 2 also wants to know how much was stored.
fn answer(version: Version, appended: &Appended, histograms: usize) -> Response {
    let unsupported = (histograms > 0).then(|| {
        format!("{histograms} samples of native histograms were not stored: they are not supported; send classic buckets")
    });
    let mut response = super::taking::answer(first_refused(appended).or(unsupported));
    if version == Version::V2 {
        let written = [
            ("x-prometheus-remote-write-samples-written", appended.stored),
            ("x-prometheus-remote-write-histograms-written", 0),
            ("x-prometheus-remote-write-exemplars-written", appended.exemplars),
        ];
        for (name, count) in written {
            response.headers_mut().insert(name, HeaderValue::from(count));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_tells_the_message() {
        let table = [
            (None, Some(Version::V1)),
            (Some("application/x-protobuf"), Some(Version::V1)),
            (Some("application/x-protobuf;proto=prometheus.WriteRequest"), Some(Version::V1)),
            (Some("application/x-protobuf; proto=io.prometheus.write.v2.Request"), Some(Version::V2)),
            (Some("application/x-protobuf;proto=x"), None),
            (Some("application/json"), None),
        ];
        for (kind, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(kind) = kind {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            }
            assert_eq!(version(&headers).ok(), expected, "{kind:?}");
        }
    }
}
