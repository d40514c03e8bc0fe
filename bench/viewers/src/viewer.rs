//! One who watches: a WebSocket with a subscription for each panel.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use watchfire_model::live::{
    Asked, ClientMessage, Refresh, ServerMessage, Span, Subscription, append, begin, decode,
};

use crate::feed::Feed;

/// What each viewer watches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) address: SocketAddr,
    pub(crate) panels: u32,
    pub(crate) refresh: u32,
}

/// What all viewers together have seen.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    ranges: AtomicU64,
    measuring: AtomicBool,
    /// In microseconds.
    latencies: Mutex<Vec<u32>>,
    failure: Mutex<Option<String>>,
}

impl Counts {
    pub(crate) fn ranges(&self) -> u64 {
        self.ranges.load(Ordering::Relaxed)
    }

    pub(crate) fn begin(&self) {
        self.measuring.store(true, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) {
        self.measuring.store(false, Ordering::Relaxed);
    }

    /// All latencies, the shortest first.
    pub(crate) fn latencies(&self) -> Vec<u32> {
        let mut all = self.latencies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_unstable();
        all
    }

    pub(crate) fn note_failure(&self, failure: &anyhow::Error) {
        let mut first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| format!("{failure:#}"));
    }

    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Connects, subscribes and reads until it is aborted.
pub(crate) async fn watch(watched: Watched, feed: &Feed, counts: &Counts, places: &Semaphore) -> Result<()> {
    let Watched { address, panels, refresh } = watched;
    let place = places.acquire().await?;
    let stream = TcpStream::connect(address).await?;
    let config = WebSocketConfig::default().read_buffer_size(16 << 10);
    let url = format!("ws://{address}/api/v1/live");
    let (mut socket, _) = client_async_with_config(url, stream, Some(config)).await?;
    let mut bytes = begin();
    for id in 0..panels {
        let expr = format!("max by (panel) (max_over_time(viewed{{panel=\"{id}\"}}[1m]))");
        let subscription = Subscription {
            asked: Asked::Promql { expr, instant: false },
            span: Span::Last { length: 900_000 },
            max_points: 900,
            min_step: 0,
            refresh: Refresh::Every(refresh),
            known: None,
        };
        append(&mut bytes, &ClientMessage::Subscribe { id, subscription })?;
    }
    socket.send(Message::Binary(bytes.into())).await?;
    let mut place = Some(place);
    let mut missing = panels;
    let mut newest = vec![0.0_f64; panels as usize];
    let mut seen = Vec::new();
    loop {
        let message = socket.next().await.context("the server closed the connection")??;
        let Message::Binary(bytes) = message else { bail!("unexpected: {message:?}") };
        let now = Instant::now();
        for message in decode::<ServerMessage>(&bytes)? {
            match message {
                ServerMessage::Range { body, .. } => {
                    let filled = body.series.iter().flat_map(|one| &one.values).any(|value| !value.is_nan());
                    anyhow::ensure!(filled, "a range without values");
                    counts.ranges.fetch_add(1, Ordering::Relaxed);
                    missing = missing.saturating_sub(1);
                    if missing == 0 {
                        // Now the next may come.
                        place.take();
                    }
                }
                ServerMessage::Delta { id, body } => {
                    let values = body.rows.iter().flat_map(|row| &row.values);
                    let value = values.copied().fold(0.0, f64::max);
                    let known = newest.get_mut(id as usize).context("an unknown subscription")?;
                    if value > *known {
                        *known = value;
                        if counts.measuring.load(Ordering::Relaxed) {
                            // Not acknowledged yet: it was faster than the answer.
                            let since = feed.acknowledged(value).map(|at| now.saturating_duration_since(at));
                            seen.push(since.unwrap_or_default().as_micros() as u32);
                        }
                    }
                }
                ServerMessage::Refused { message, .. } => bail!(message),
                _ => {}
            }
        }
        if !seen.is_empty() {
            counts.latencies.lock().unwrap_or_else(PoisonError::into_inner).append(&mut seen);
        }
    }
}
