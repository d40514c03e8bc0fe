//! What the handlers of all ways in do alike: a place among the requests, the body and its compression, the answer.

use std::io::Read;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::sync::OwnedSemaphorePermit;
use watchfire_model::Batch;
use watchfire_service::ServiceError;
use watchfire_storage::Appended;

use super::intake::{Held, Intake, Rejection};
use super::received::Way;
use crate::http::App;

/// A place among the requests that are worked on.
fn enter(intake: &Intake) -> Result<OwnedSemaphorePermit, Rejection> {
    intake.places().clone().try_acquire_owned().map_err(|_| {
        let text = "too many requests with samples are being worked on (ingest.max_in_flight); send it again";
        intake.reject(Rejection::overloaded(text.to_owned()))
    })
}

/// The body as it comes, up to the limit, and then a place: who sends slowly must not keep one from others. What comes
/// back with the body is to be kept until it is worked off.
pub(crate) async fn read(body: Body, intake: &Intake) -> Result<(Bytes, Taken), Rejection> {
    let patience = intake.patience();
    let mut held = intake.hold();
    let Ok(bytes) = tokio::time::timeout(patience, collect(body, intake, &mut held)).await else {
        let text = format!(
            "the body did not come within {patience:?} (http.request_timeout); send it faster, or less"
        );
        return Err(intake.reject(Rejection::too_slow(text)));
    };
    Ok((bytes?, Taken { _held: held, _place: enter(intake)? }))
}

async fn collect(mut body: Body, intake: &Intake, held: &mut Held) -> Result<Bytes, Rejection> {
    let most = intake.max_body_bytes();
    let (mut parts, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| intake.reject(Rejection::bad(format!("the body could not be read: {error}"))))?;
        let Ok(part) = frame.into_data() else { continue };
        length += part.len();
        if length > most {
            return Err(intake.reject(too_large(most)));
        }
        held.grow(part.len())?;
        parts.push(part);
    }
    Ok(match <[Bytes; 1]>::try_from(parts) {
        Ok([whole]) => whole,
        Err(parts) => parts.concat().into(),
    })
}

/// The room and the place that a request has while it is worked on.
pub(crate) struct Taken {
    _held: Held,
    _place: OwnedSemaphorePermit,
}

fn too_large(most: usize) -> Rejection {
    Rejection::too_large(format!(
        "the body has more than {most} bytes (ingest.max_body_bytes); send fewer samples in one request"
    ))
}

/// The body unpacked, as `Content-Encoding` says: gzip, deflate, zstd, or as it is. Work for the CPU.
pub(crate) fn unpack(headers: &HeaderMap, body: Bytes, intake: &Intake) -> Result<Vec<u8>, Rejection> {
    let coding = headers.get(header::CONTENT_ENCODING).map(|coding| coding.to_str().unwrap_or_default());
    let most = intake.max_body_bytes();
    let lower = coding.unwrap_or_default().to_ascii_lowercase();
    let (read, unpacked) = match lower.as_str() {
        "" | "identity" => return Ok(body.into()),
        "gzip" | "x-gzip" => bounded(flate2::read::MultiGzDecoder::new(&body[..]), most),
        "deflate" => bounded(flate2::read::ZlibDecoder::new(&body[..]), most),
        "zstd" => match zstd::stream::read::Decoder::with_buffer(&body[..]) {
            Ok(decoder) => bounded(decoder, most),
            Err(error) => (Err(error), Vec::new()),
        },
        other => {
            let text = format!("Content-Encoding {other:?} is unknown; send gzip, deflate or zstd, or none");
            return Err(intake.reject(Rejection::unsupported(text)));
        }
    };
    match read {
        Ok(()) if unpacked.len() > most => Err(intake.reject(too_large(most))),
        Ok(()) => Ok(unpacked),
        Err(error) => {
            let coding = coding.unwrap_or_default();
            Err(intake
                .reject(Rejection::bad(format!("the body is no {coding}: {error}")).because("undecodable")))
        }
    }
}

/// One byte more than allowed at most, so that whoever asks sees that there is more.
fn bounded(decoder: impl Read, most: usize) -> (std::io::Result<()>, Vec<u8>) {
    let mut unpacked = Vec::new();
    let read = decoder.take(most as u64 + 1).read_to_end(&mut unpacked);
    (read.map(drop), unpacked)
}

/// Stores a batch of a sender, if that is not too fast.
pub(crate) async fn store(
    app: &App,
    way: Way,
    headers: &HeaderMap,
    batch: Batch,
) -> Result<Appended, Rejection> {
    app.intake.admit(headers, batch.len())?;
    let received = app.intake.received();
    let keys = received.keys(&batch);
    let appended = app.service.append(batch).await.map_err(|error| app.intake.reject(unstored(&error)))?;
    received.note(way, appended.stored, &keys);
    Ok(appended)
}

pub(crate) fn unstored(error: &ServiceError) -> Rejection {
    if error.is_retryable() {
        Rejection::overloaded(error.to_string()).because("storage")
    } else {
        Rejection::internal(error.to_string())
    }
}

/// The first sample that was not stored, and how many there are.
pub(crate) fn first_refused(appended: &Appended) -> Option<String> {
    first_problem(None, appended)
}

/// The first thing that was not taken, and how many there are. `unread` is the first that could not be read, how many of them
/// there are, and what they are called.
pub(crate) fn first_problem(unread: Option<(String, usize, &str)>, appended: &Appended) -> Option<String> {
    let unstored = appended.refused.total();
    let (first, unread, called) = match unread {
        Some((first, count, called)) => (first, count, called),
        None => (appended.refused.first.clone()?, 0, ""),
    };
    Some(match (unread, unstored) {
        (0, 1) | (1, 0) => first,
        (0, samples) => format!("{first} ({samples} samples of this request were not stored)"),
        (count, 0) => format!("{first} ({count} {called} of this request were not taken)"),
        (count, samples) => {
            format!(
                "{first} (of this request {count} {called} were not taken, {samples} samples were not stored)"
            )
        }
    })
}

/// 204, or 400 with what is wrong.
pub(crate) fn answer(problem: Option<String>) -> Response {
    match problem {
        Some(text) => (StatusCode::BAD_REQUEST, format!("{text}\n")).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}
