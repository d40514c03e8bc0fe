//! StatsD over UDP: off unless `ingest.statsd_listen` names an address.

use tokio::net::UdpSocket;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use watchfire_ingest::statsd::{Aggregator, Taken};
use watchfire_model::Batch;
use watchfire_service::Service;

use crate::api::{Intake, Way};
use crate::clock;
use crate::config::IngestConfig;

/// The largest datagram that UDP carries.
const LARGEST: usize = 65_536;

/// A series without an event for so many milliseconds is forgotten: a counter then starts anew.
const IDLE: i64 = 24 * 60 * 60 * 1000;

/// Takes datagrams until it is told to stop; what was counted by then is stored.
pub(crate) async fn run(
    socket: UdpSocket,
    config: IngestConfig,
    service: Service,
    intake: Intake,
    stop: CancellationToken,
) {
    let mut aggregator = Aggregator::new(config.statsd_max_series, IDLE);
    let mut flushes = interval(config.statsd_flush);
    flushes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What could not be stored is tried once more before what came after it.
    let mut waiting: Option<Batch> = None;
    let mut datagram = vec![0; LARGEST];
    loop {
        tokio::select! {
            received = socket.recv(&mut datagram) => match received {
                Ok(length) => note(&intake, aggregator.take(&datagram[..length], clock::now())),
                // Of a datagram that was sent from here, which none is; the next one may be well.
                Err(error) => tracing::debug!(%error, "a datagram of StatsD could not be received"),
            },
            _ = flushes.tick() => {
                let batches = waiting.take().into_iter().chain([aggregator.flush(clock::now())]);
                waiting = store(&service, &intake, batches).await;
            }
            () = stop.cancelled() => {
                let batches = waiting.take().into_iter().chain([aggregator.flush(clock::now())]);
                store(&service, &intake, batches).await;
                return;
            }
        }
    }
}

fn note(intake: &Intake, taken: Taken) {
    intake.count("undecodable", taken.bad_lines as u64);
    intake.count("statsd_series", taken.too_many as u64);
    if let Some(error) = taken.first_error {
        tracing::debug!(%error, lines = taken.bad_lines, "lines of StatsD could not be read");
    }
}

/// Stores batches; returns the last one that should be tried again.
async fn store(service: &Service, intake: &Intake, batches: impl Iterator<Item = Batch>) -> Option<Batch> {
    let mut again = None;
    for batch in batches.filter(|batch| !batch.is_empty()) {
        let keys = intake.received().keys(&batch);
        match service.append(batch.clone()).await {
            Ok(appended) => {
                intake.received().note(Way::Statsd, appended.stored, &keys);
                if let Some(first) = &appended.refused.first {
                    tracing::warn!(
                        first,
                        refused = appended.refused.total(),
                        "samples of StatsD were not stored"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(%error, "samples of StatsD could not be stored");
                again = error.is_retryable().then_some(batch);
            }
        }
    }
    again
}
