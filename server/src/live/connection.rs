use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use watchfire_model::live::{ClientMessage, Hello, ServerMessage, VERSION, decode};

use super::hub::{Hub, HubStats, StreamKey, encoded};
use super::outbox::Outbox;
use super::stream::WatcherKey;
use crate::clock::now;

/// A client hears something at least this often.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// A client that takes nothing for this long is gone.
const STUCK: Duration = Duration::from_secs(30);
/// How long a client may take for the last words.
const GOODBYE: Duration = Duration::from_millis(200);
/// The most queued messages that travel in one WebSocket message.
const MOST_AT_ONCE: usize = 32;

/// Turns the request into a live connection.
pub(crate) fn upgrade(hub: Hub, upgrade: WebSocketUpgrade) -> Response {
    let most = hub.inner().settings.max_message_bytes;
    upgrade.max_message_size(most).max_frame_size(most).on_upgrade(move |socket| async move {
        hub.track(serve(&hub, socket)).await;
    })
}

async fn serve(hub: &Hub, socket: WebSocket) {
    let (mut sink, stream) = socket.split();
    let stats = hub.stats();
    let before = stats.connections.fetch_add(1, Ordering::Relaxed);
    let _counted = Counted(stats);
    let most = hub.inner().settings.max_connections;
    if before >= most {
        stats.refused.fetch_add(1, Ordering::Relaxed);
        let message = format!("all {most} connections are taken (live.max_connections); try again later");
        if let Some(bytes) = encoded(&ServerMessage::Refused { id: None, message }) {
            // The client may already be gone; there is nobody else to tell.
            let _ = sink.send(Message::Binary(bytes)).await;
        }
        close(sink, close_code::AGAIN, "too many connections").await;
    } else {
        run(hub, sink, stream).await;
    }
}

/// A connection that is counted as long as this lives, however it ends.
struct Counted<'a>(&'a HubStats);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn run(hub: &Hub, sink: SplitSink<WebSocket, Message>, stream: SplitStream<WebSocket>) {
    let connection = hub.next_connection();
    let (outbox, messages) = Outbox::new(hub.inner().settings.queue);
    let hello = Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        instance: hub.inner().instance,
        now: now(),
        heartbeat: HEARTBEAT.as_millis() as u32,
    };
    if let Some(bytes) = encoded(&ServerMessage::Hello(hello)) {
        outbox.send(bytes).await;
    }
    // Whichever of the two ends first ends the other.
    let mut subscribed = Subscribed::new();
    tokio::select! {
        () = read(hub, connection, stream, outbox, &mut subscribed) => {}
        () = write(hub, sink, messages) => {}
    }
    for (id, stream) in subscribed {
        unsubscribe(hub, WatcherKey { connection, id }, stream).await;
    }
}

/// A connection's subscriptions by their ids, and the streams that they are on; a fixed range is on none.
type Subscribed = HashMap<u32, Option<StreamKey>>;

async fn unsubscribe(hub: &Hub, key: WatcherKey, stream: Option<StreamKey>) {
    if let Some(stream) = stream {
        hub.unsubscribe(key, &stream).await;
    }
}

/// Obeys what the client says until it says no more, or nonsense.
async fn read(
    hub: &Hub,
    connection: u64,
    mut stream: SplitStream<WebSocket>,
    outbox: Outbox,
    subscribed: &mut Subscribed,
) {
    while let Some(message) = stream.next().await {
        let Ok(message) = message else {
            // Too long a message, most often; a connection that has just broken counts, too.
            hub.stats().refused.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Close(_) => return,
            Message::Text(_) => {
                refuse(
                    hub,
                    &outbox,
                    None,
                    "text is not understood here; the protocol is binary (docs/LIVE.md)".to_owned(),
                )
                .await;
                continue;
            }
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        let messages: Vec<ClientMessage> = match decode(&bytes) {
            Ok(messages) => messages,
            Err(error) => {
                refuse(hub, &outbox, None, error.to_string()).await;
                continue;
            }
        };
        for message in messages {
            match message {
                ClientMessage::Subscribe { id, subscription } => {
                    let key = WatcherKey { connection, id };
                    if let Some(stream) = subscribed.remove(&id) {
                        unsubscribe(hub, key, stream).await;
                    }
                    let most = hub.inner().settings.max_subscriptions;
                    if subscribed.len() >= most {
                        let message =
                            format!("a connection may have {most} subscriptions (live.max_subscriptions)");
                        refuse(hub, &outbox, Some(id), message).await;
                        continue;
                    }
                    let stream = hub.subscribe(key, subscription, &outbox).await;
                    subscribed.insert(id, stream);
                }
                ClientMessage::Unsubscribe { id } => {
                    if let Some(stream) = subscribed.remove(&id) {
                        unsubscribe(hub, WatcherKey { connection, id }, stream).await;
                    }
                }
            }
        }
    }
}

async fn refuse(hub: &Hub, outbox: &Outbox, id: Option<u32>, message: String) {
    hub.stats().refused.fetch_add(1, Ordering::Relaxed);
    if let Some(bytes) = encoded(&ServerMessage::Refused { id, message }) {
        outbox.send(bytes).await;
    }
}

/// Sends what is queued, several messages in one, and a heartbeat when nothing is.
async fn write(hub: &Hub, mut sink: SplitSink<WebSocket, Message>, mut messages: mpsc::Receiver<Bytes>) {
    let stop = hub.inner().stop.clone();
    let mut waiting = Vec::with_capacity(MOST_AT_ONCE);
    loop {
        let bytes = tokio::select! {
            () = stop.cancelled() => break,
            received = messages.recv_many(&mut waiting, MOST_AT_ONCE) => {
                if received == 0 {
                    break;
                }
                join(&mut waiting)
            }
            () = tokio::time::sleep(HEARTBEAT) => match encoded(&ServerMessage::Heartbeat { now: now() }) {
                Some(bytes) => bytes,
                None => break,
            },
        };
        hub.stats().messages.fetch_add(1, Ordering::Relaxed);
        hub.stats().bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let send = tokio::time::timeout(STUCK, sink.send(Message::Binary(bytes)));
        match stop.run_until_cancelled(send).await {
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(_)) | Err(_)) => return,
            // What was begun goes out before the goodbye.
            None => break,
        }
    }
    let goodbye = async {
        if let Some(bytes) = encoded(&ServerMessage::Closing) {
            // A client that is gone already misses nothing.
            let _ = sink.send(Message::Binary(bytes)).await;
        }
        close(sink, close_code::AWAY, "the server stops").await;
    };
    // Of one that takes nothing, nobody takes leave for long.
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
}

/// Makes one WebSocket message of several: the version byte once, then all of them.
fn join(waiting: &mut Vec<Bytes>) -> Bytes {
    if waiting.len() == 1
        && let Some(only) = waiting.pop()
    {
        return only;
    }
    let mut joined = BytesMut::with_capacity(waiting.iter().map(Bytes::len).sum());
    joined.extend_from_slice(&[VERSION]);
    for message in waiting.drain(..) {
        joined.extend_from_slice(message.get(1..).unwrap_or_default());
    }
    joined.freeze()
}

async fn close(mut sink: SplitSink<WebSocket, Message>, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let _ = tokio::time::timeout(GOODBYE, sink.send(Message::Close(Some(frame)))).await;
}
