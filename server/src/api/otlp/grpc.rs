//! OTLP/gRPC: one unary call, whose frame is five bytes and a message
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>). A library for that would be far more than it does.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use http_body_util::{BodyExt, Full};
use watchfire_ingest::otlp::Encoding;

use super::{message, take};
use crate::api::intake::{Intake, Rejection};
use crate::api::received::Way;
use crate::api::taking::{read, unpack};
use crate::http::App;

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
/// What a client whose coding is unknown may take instead.
const ACCEPTED: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const UNIMPLEMENTED: u8 = 12;

/// `MetricsService/Export`.
pub(crate) async fn metrics(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let taken = async {
        let (frame, taken) = read(body, &app.intake).await?;
        let headers = parts.headers.clone();
        let unframe = move |intake: &Intake| unframe(intake, &headers, &frame);
        take(&app, Way::OtlpGrpc, &parts.headers, Encoding::Protobuf, taken, unframe).await
    };
    match taken.await {
        Ok(partial) => success(&message::response(&partial)),
        Err(rejection) => failure(rejection.grpc_code(), rejection.text()),
    }
}

/// The services of other signals.
pub(crate) async fn not_yet() -> Response {
    failure(UNIMPLEMENTED, "traces and logs are not taken yet; send metrics")
}

/// The message of a frame, unpacked.
fn unframe(intake: &Intake, headers: &HeaderMap, frame: &Bytes) -> Result<Bytes, Rejection> {
    let bad = |text: &str| intake.reject(Rejection::bad(text.to_owned()).because("undecodable"));
    let Some((prefix, _)) = frame.split_first_chunk::<5>() else {
        return Err(bad("the body is no gRPC frame: it has less than 5 bytes"));
    };
    let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]) as usize;
    let message = frame.slice(5..);
    if message.len() != length {
        return Err(bad("the body is not one gRPC frame: its length is another than it says"));
    }
    if prefix[0] == 0 {
        return Ok(message);
    }
    // The same codings as of HTTP, under a name of gRPC's own.
    let coding = headers.get(ENCODING).cloned().unwrap_or(HeaderValue::from_static("identity"));
    unpack(&HeaderMap::from_iter([(header::CONTENT_ENCODING, coding)]), message, intake).map(Bytes::from)
}

fn success(message: &[u8]) -> Response {
    let mut frame = Vec::with_capacity(message.len() + 5);
    frame.push(0);
    frame.extend_from_slice(&(message.len() as u32).to_be_bytes());
    frame.extend_from_slice(message);
    let trailers = HeaderMap::from_iter([(STATUS, HeaderValue::from_static("0"))]);
    let body = Full::new(Bytes::from(frame)).with_trailers(async move { Some(Ok(trailers)) });
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

/// An answer of headers alone, as gRPC has it for errors.
fn failure(code: u8, text: &str) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(STATUS, HeaderValue::from(u16::from(code)));
    headers.insert(ACCEPTED, HeaderValue::from_static("identity,gzip,deflate,zstd"));
    if let Ok(text) = HeaderValue::from_str(&percent_encoded(text)) {
        headers.insert(MESSAGE, text);
    }
    response
}

/// Printable ASCII but for `%` as it is, all else in percent form, as the protocol wants the message.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if (0x20..=0x7e).contains(&byte) && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _ = std::fmt::Write::write_fmt(&mut encoded, format_args!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_ascii() {
        assert_eq!(percent_encoded("50% größer\n"), "50%25 gr%C3%B6%C3%9Fer%0A");
    }
}
