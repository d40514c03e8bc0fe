use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use watchfire_model::{Batch, Labels, STALE};

use super::{HEARTBEAT_METRIC, HeartbeatState, Heartbeats, Kept, Ping};
use crate::clock::now;

/// How often it is written how heartbeats are: more often than queries forget it.
const EVERY: Duration = Duration::from_secs(15);

/// A clock that is so much behind what it told before was set back, in milliseconds: no writing goes ahead of it so far.
const SET_BACK: i64 = 5000;

/// Writes how heartbeats are, when it changes and from time to time, until `stop`.
pub async fn keep_heartbeats(heartbeats: Heartbeats, stop: CancellationToken) {
    let mut written: BTreeMap<String, Labels> = BTreeMap::new();
    let mut last = i64::MIN;
    loop {
        let at = following(last, now());
        last = at;
        heartbeats.set_back(at);
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

/// When it is written after `last`, at `now`: a second value for the same millisecond would be refused. Where the clock was set back, it
/// starts over, or else it would write what is yet to come.
fn following(last: i64, now: i64) -> i64 {
    let next = last.saturating_add(1);
    if next > now.saturating_add(SET_BACK) { now } else { now.max(next) }
}

fn labels(kept: &Kept) -> Option<Labels> {
    Labels::of(HEARTBEAT_METRIC, [("heartbeat", kept.uid.as_str()), ("name", kept.heartbeat.name.as_str())])
        .ok()
}

impl Heartbeats {
    /// Nothing was heard of later than now, whatever the clock said then: who was heard of may be silent from now on for as long as ever.
    fn set_back(&self, now: i64) {
        for kept in self.known().all.values_mut() {
            kept.created_at = kept.created_at.min(now);
            kept.last = kept.last.map(|last| Ping { at: last.at.min(now), ..last });
        }
    }

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

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn values_follow_each_other_and_a_clock_that_is_set_back() {
        const DAY: i64 = 86_400_000;
        for (last, now, at) in [
            (i64::MIN, 100, 100),
            (90, 100, 100),
            (100, 100, 101),
            (101, 100, 102),
            // Set by a hair: it goes on.
            (1100, 100, 1101),
            (DAY, 100, 100),
            (-DAY, 100, 100),
        ] {
            assert_eq!(following(last, now), at, "{last} {now}");
        }
    }
}
