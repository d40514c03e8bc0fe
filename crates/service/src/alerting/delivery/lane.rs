use std::collections::{HashMap, HashSet};

use watchfire_alerting::channel::{Bucket, Draft};
use watchfire_storage::Delivery;

use super::DeliverySettings;

/// What is under way: lanes by receiver and integration.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: HashMap<LaneId, Lane>,
    busy: HashSet<i64>,
}

/// A channel of a receiver.
pub(super) type LaneId = (String, String);

#[derive(Debug)]
struct Lane {
    bucket: Bucket,
    running: usize,
}

/// What is to be done with a delivery that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It goes.
    Go,
    /// Something that ends soon is in its way, or it is under way already.
    Busy,
    /// Its channel sent enough: it goes after so many milliseconds.
    After(i64),
}

impl Lanes {
    /// Whether a delivery may go at `now`; if so, it is under way.
    pub(super) fn turn(&mut self, delivery: &Delivery, settings: &DeliverySettings, now: i64) -> Turn {
        if self.busy.contains(&delivery.id) || self.busy.len() >= settings.concurrency.max(1) {
            return Turn::Busy;
        }
        let lane = self.lanes.entry(id(delivery)).or_insert_with(|| Lane {
            // What can't be read fails by itself, and takes no part in how often something is sent.
            bucket: serde_json::from_str::<Draft>(&delivery.draft).map_or_else(
                |_| Bucket::new(100, 100.0, now),
                |draft| Bucket::of(draft.integration.channel, now),
            ),
            running: 0,
        });
        if lane.running >= settings.lane_concurrency.max(1) {
            return Turn::Busy;
        }
        if let Err(wait) = lane.bucket.take(now) {
            return Turn::After(wait);
        }
        lane.running += 1;
        self.busy.insert(delivery.id);
        Turn::Go
    }

    /// A delivery is under way no more.
    pub(super) fn done(&mut self, lane: &LaneId, delivery: i64) {
        self.busy.remove(&delivery);
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.running = lane.running.saturating_sub(1);
        }
    }

    /// Forgets lanes without anything under way whose buckets are as good as new; called now and then.
    pub(super) fn tidy(&mut self, now: i64) {
        self.lanes.retain(|_, lane| lane.running > 0 || !lane.bucket.is_full(now));
    }
}

pub(super) fn id(delivery: &Delivery) -> LaneId {
    (delivery.receiver.clone(), delivery.integration.clone())
}
