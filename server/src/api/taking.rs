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

/// The body as it comes, up to the limit, and then a place: who sends slowly keeps no place from others, but the room that
/// the body takes. What comes back with the body is to be kept until it is worked off; see [`work`].
pub(crate) async fn read(body: Body, intake: &Intake) -> Result<(Bytes, Taken), Rejection> {
    let patience = intake.patience();
    let mut held = intake.hold();
    let Ok(bytes) = tokio::time::timeout(patience, collect(body, intake, &mut held)).await else {
        let text = format!(
            "the body did not come within {patience:?} (http.request_timeout); send it faster, or less"
        );
        // Not 408: senders throw away what gets that, and a slow net may be faster the next time.
        return Err(intake.reject(Rejection::overloaded(text).because("too_slow")));
    };
    Ok((bytes?, Taken { _held: held, _place: enter(intake)? }))
}

async fn collect(mut body: Body, intake: &Intake, held: &mut Held) -> Result<Bytes, Rejection> {
    let most = intake.max_body_bytes();
    // Most bodies come in one piece, which is not copied. The pieces of others are: they hold on to the buffers that they
    // were read into, which may be much larger than they are.
    let (mut only, mut joined) = (Bytes::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| intake.reject(Rejection::bad(format!("the body could not be read: {error}"))))?;
        let Ok(part) = frame.into_data() else { continue };
        if only.len().max(joined.len()) + part.len() > most {
            return Err(intake.reject(too_large(most)));
        }
        if only.is_empty() && joined.is_empty() {
            held.grow(part.len())?;
            only = part;
            continue;
        }
        let capacity = joined.capacity();
        joined.reserve(only.len() + part.len());
        held.grow(joined.capacity() - capacity)?;
        joined.extend_from_slice(&std::mem::take(&mut only));
        joined.extend_from_slice(&part);
    }
    Ok(if joined.is_empty() { only } else { joined.into() })
}

/// Does work away from the async threads. What the request takes is kept until that is done, also where the sender has gone
/// and nobody waits for it any more; then it comes back.
pub(crate) async fn work<T: Send + 'static>(
    taken: Taken,
    work: impl FnOnce() -> Result<T, Rejection> + Send + 'static,
) -> Result<(T, Taken), Rejection> {
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        done.map(|done| (done, taken))
    });
    done.await.map_err(|error| Rejection::internal(error.to_string()))?
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::config::IngestConfig;

    fn intake() -> Intake {
        let config = IngestConfig {
            max_body_bytes: 100,
            max_held_bytes: 1000,
            max_in_flight: 1,
            ..IngestConfig::default()
        };
        Intake::new(&config, Duration::from_secs(10))
    }

    #[tokio::test]
    async fn a_place_is_kept_until_the_work_is_done() {
        let intake = intake();
        let (_, taken) = read(Body::from("body"), &intake).await.unwrap();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (go_on, waits) = mpsc::channel::<()>();
        let task = tokio::spawn(work(taken, move || {
            let _ = begun.send(());
            let _ = waits.recv();
            Ok(())
        }));
        begins.await.unwrap();
        // The sender hangs up.
        task.abort();
        assert!(task.await.is_err_and(|error| error.is_cancelled()));
        assert_eq!(intake.places().available_permits(), 0);
        go_on.send(()).unwrap();
        let free = tokio::time::timeout(Duration::from_secs(10), intake.places().acquire()).await;
        assert!(free.is_ok(), "the place is free again");
    }

    #[tokio::test]
    async fn bodies_are_whole_in_any_pieces() {
        for pieces in [vec![], vec!["whole"], vec!["in ", "", "three ", "pieces"]] {
            let frames = pieces.clone().into_iter().map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
            let body = Body::from_stream(futures::stream::iter(frames));
            let (bytes, _taken) = read(body, &intake()).await.unwrap();
            assert_eq!(bytes, pieces.concat().as_bytes());
        }
        let frames = (0..4).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![0; 30])));
        let body = Body::from_stream(futures::stream::iter(frames));
        let refused = read(body, &intake()).await.map(|_| ()).unwrap_err();
        assert!(refused.text().contains("more than 100 bytes"), "{}", refused.text());
    }
}
