//! What a connection sends: what its queue holds, several messages in one, and a heartbeat when there is nothing.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures::SinkExt;
use futures::stream::SplitSink;
use watchfire_model::live::{ServerMessage, encode};

use super::hub::Hub;
use super::outbox::{Inbox, Item, join};
use crate::clock::now;

/// A client hears something at least this often.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(5);
/// A client that takes nothing for this long is gone.
const STUCK: Duration = Duration::from_secs(30);
/// How long a client may take for the last words.
const GOODBYE: Duration = Duration::from_millis(200);
/// After the first message, the others of the same moment may take this long to come: all go in one.
const GATHER: Duration = Duration::from_millis(10);

/// Sends until the server stops, or the client takes no more.
pub(super) async fn write(hub: &Hub, mut sink: SplitSink<WebSocket, Message>, inbox: Inbox) {
    let stop = hub.inner().stop.clone();
    'messages: loop {
        let mut items = tokio::select! {
            () = stop.cancelled() => break,
            () = inbox.filled() => {
                inbox.gather(GATHER).await;
                inbox.take()
            }
            () = tokio::time::sleep(HEARTBEAT) => [Item::own(&ServerMessage::Heartbeat { now: now() })].into(),
        };
        while !items.is_empty() {
            let bytes = join(&mut items);
            hub.stats().messages.fetch_add(1, Ordering::Relaxed);
            hub.stats().bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let send = tokio::time::timeout(STUCK, sink.send(Message::Binary(bytes)));
            match stop.run_until_cancelled(send).await {
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(_)) | Err(_)) => return,
                // What was begun goes out before the goodbye.
                None => break 'messages,
            }
        }
    }
    say_goodbye(sink, &ServerMessage::Closing, close_code::AWAY, "the server stops").await;
}

/// Says a last word and closes. Of one that takes nothing, nobody takes leave for long.
pub(super) async fn say_goodbye(
    mut sink: SplitSink<WebSocket, Message>,
    word: &ServerMessage,
    code: u16,
    reason: &'static str,
) {
    let goodbye = async {
        if let Ok(bytes) = encode(word) {
            // A client that is gone already misses nothing.
            let _ = sink.send(Message::Binary(bytes.into())).await;
        }
        let frame = CloseFrame { code, reason: reason.into() };
        let _ = sink.send(Message::Close(Some(frame))).await;
    };
    let _ = tokio::time::timeout(GOODBYE * 2, goodbye).await;
}
