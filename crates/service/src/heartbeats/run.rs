use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use watchfire_model::{Batch, Labels, STALE};

use super::{HEARTBEAT_METRIC, HeartbeatState, Heartbeats, Kept};
use crate::clock::now;

/// How often it is written how heartbeats are: more often than queries forget it.
const EVERY: Duration = Duration::from_secs(15);

/// Writes how heartbeats are, when it changes and from time to time, until `stop`.
pub async fn keep_heartbeats(heartbeats: Heartbeats, stop: CancellationToken) {
    let mut written: BTreeMap<String, Labels> = BTreeMap::new();
    let mut last = i64::MIN;
    loop {
        // A second value for the same millisecond would be refused.
        let at = now().max(last.saturating_add(1));
        last = at;
        let all = heartbeats.list();
        heartbeats.write(&all, &mut written, at).await;
        // One that will be missed meanwhile is looked at then.
        let due = all.iter().map(Kept::due_at).filter(|due| *due >= at).min();
        let due = due.map_or(EVERY, |due| Duration::from_millis((due - at).unsigned_abs().saturating_add(1)));
        tokio::select! {
            () = stop.cancelled() => break,
            () = heartbeats.0.wake.notified() => {}
            () = tokio::time::sleep(due.min(EVERY)) => {}
        }
    }
}

fn labels(kept: &Kept) -> Option<Labels> {
    Labels::of(HEARTBEAT_METRIC, [("heartbeat", kept.uid.as_str()), ("name", kept.heartbeat.name.as_str())])
        .ok()
}

impl Heartbeats {
    /// Writes how all are at `at`; series of those that are gone, or are called otherwise, end.
    async fn write(&self, all: &[Kept], written: &mut BTreeMap<String, Labels>, at: i64) {
        let mut batch = Batch::default();
        let mut before = std::mem::take(written);
        for kept in all {
            let value = match kept.state(at) {
                HeartbeatState::New | HeartbeatState::Well => 1.0,
                HeartbeatState::Missed => 0.0,
                HeartbeatState::Failed => -1.0,
                HeartbeatState::Paused => continue,
            };
            let Some(labels) = labels(kept) else { continue };
            if before.get(&kept.uid) == Some(&labels) {
                before.remove(&kept.uid);
            }
            batch.push(&labels, at, value);
            written.insert(kept.uid.clone(), labels);
        }
        for labels in before.values() {
            batch.push(labels, at, STALE);
        }
        if !batch.is_empty()
            && let Err(error) = self.0.service.append(batch).await
        {
            tracing::warn!(%error, "how heartbeats are could not be stored; it is tried again");
        }
    }
}
