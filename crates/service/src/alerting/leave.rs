//! The end of rules that are there no more: their alerts are over, their series end.

use watchfire_model::{Batch, STALE};
use watchfire_rules::{AlertState, Change};
use watchfire_storage::{AlertEvent, AlertWrites};

use super::handover::handed;
use super::keep::event;
use super::runner::Carried;
use super::shared::Shared;
use crate::Service;
use crate::clock::now;

/// Why alerts are over whose rule is not evaluated any more.
const GONE: &str = "its rule was paused, changed or deleted";

/// Ends rules: who was told that their alerts fire is told that they do not.
pub(super) async fn leave(service: &Service, shared: &Shared, gone: Carried) {
    if gone.is_empty() {
        return;
    }
    let at = now();
    let (mut batch, mut writes, mut told) = (Batch::default(), AlertWrites::default(), Vec::new());
    for (key, (run, keep)) in gone {
        for labels in &keep.previous {
            batch.push(labels, at, STALE);
        }
        for (labels, held) in run.state.alerts() {
            writes.gone.push((key.to_string(), labels.clone()));
            if held.state == AlertState::Inactive {
                continue;
            }
            let (labels, from) = (labels.clone(), Some(held.state));
            let change = Change { labels: labels.clone(), from, to: None, value: held.value };
            let reason = GONE.to_owned();
            writes.events.push(AlertEvent { reason, ..event(&key, at, change) });
            if held.state == AlertState::Firing {
                let mut over = held.clone();
                (over.state, over.resolved_at) = (AlertState::Inactive, Some(at));
                told.push(handed(&key, &labels, &over, at, 0, ""));
            }
        }
        keep.forgotten(&key, &mut writes);
    }
    if !batch.is_empty()
        && let Err(error) = service.append(batch).await
    {
        tracing::warn!(%error, "the end of series of rules could not be stored");
    }
    // Told first: after a crash in between it is told again.
    if let Some(Err(reason)) = shared.hand_over(told).await {
        shared.count_handover_failure();
        tracing::warn!(
            reason,
            "the end of alerts was not taken for notification; they end by themselves in some minutes"
        );
    }
    let events = writes.events.clone();
    if let Some(store) = &shared.store
        && let Err(error) = store.write_alerts(writes).await
    {
        shared.count_store_failure();
        shared.keep_unstored(events);
        tracing::warn!(%error, "the end of alerts could not be stored");
    }
}
