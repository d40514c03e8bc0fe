use std::collections::{HashMap, HashSet};

use watchfire_alerting::channel::{Bucket, Draft};
use watchfire_alerting::config::receiver::Channel;
use watchfire_storage::Delivery;

use super::DeliverySettings;

/// What is under way: lanes by receiver and integration.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    open: HashMap<LaneId, Lane>,
    busy: HashSet<i64>,
    /// How many are under way besides the first one of each lane.
    further: usize,
    /// Deliveries that wait since their channel sent enough.
    held: HashSet<i64>,
    /// How many of them began to since somebody asked.
    newly_held: u64,
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
    /// Whether a delivery may go at `now`.
    pub(super) fn look(&mut self, delivery: &Delivery, settings: &DeliverySettings, now: i64) -> Turn {
        if self.busy.contains(&delivery.id) {
            return Turn::Busy;
        }
        let lane = self.open.entry(id(delivery)).or_insert_with(|| Lane {
            // What can't be read fails by itself, and takes no part in how often something is sent.
            bucket: serde_json::from_str::<Draft>(&delivery.draft).map_or_else(
                |_| Bucket::new(100, 100.0, now),
                |draft| bucket(draft.integration.channel, settings.rate, now),
            ),
            running: 0,
        });
        // Each lane has a place of its own: those that never answer may take all others, and hold up nobody.
        let is_full = self.further >= settings.concurrency || lane.running >= settings.lane_concurrency;
        if lane.running > 0 && is_full {
            return Turn::Busy;
        }
        // Of a copy: this one does not go yet.
        let mut bucket = lane.bucket;
        if let Err(wait) = bucket.take(now) {
            self.newly_held += u64::from(self.held.insert(delivery.id));
            return Turn::After(wait);
        }
        Turn::Go
    }

    /// The same; if it may go, it is under way.
    pub(super) fn turn(&mut self, delivery: &Delivery, settings: &DeliverySettings, now: i64) -> Turn {
        let turn = self.look(delivery, settings, now);
        if turn == Turn::Go
            && let Some(lane) = self.open.get_mut(&id(delivery))
        {
            // There is a token.
            let _ = lane.bucket.take(now);
            self.held.remove(&delivery.id);
            self.further += usize::from(lane.running > 0);
            lane.running += 1;
            self.busy.insert(delivery.id);
        }
        turn
    }

    /// How many deliveries began to wait, since their channels had sent enough, since this was asked last.
    pub(super) fn take_newly_held(&mut self) -> u64 {
        std::mem::take(&mut self.newly_held)
    }

    /// Forgets that deliveries wait that are not due any more.
    pub(super) fn keep_held(&mut self, due: impl Fn(i64) -> bool) {
        self.held.retain(|id| due(*id));
    }

    /// A delivery is under way no more.
    pub(super) fn done(&mut self, lane: &LaneId, delivery: i64) {
        self.busy.remove(&delivery);
        if let Some(lane) = self.open.get_mut(lane) {
            lane.running = lane.running.saturating_sub(1);
            self.further = self.further.saturating_sub(usize::from(lane.running > 0));
        }
    }

    /// Forgets lanes without anything under way whose buckets are as good as new; called now and then.
    pub(super) fn tidy(&mut self, now: i64) {
        self.open.retain(|_, lane| lane.running > 0 || !lane.bucket.is_full(now));
    }
}

/// The bucket of a channel, with so many hundredths (`rate`) of what is usual for it.
fn bucket(channel: Channel, rate: u32, now: i64) -> Bucket {
    let usual = Bucket::of(channel, now);
    let part = f64::from(rate) / 100.0;
    // The burst is small, and a part of one is whole at least.
    Bucket::new((usual.burst * part).round().max(1.0) as u32, usual.per_second * part, now)
}

pub(super) fn id(delivery: &Delivery) -> LaneId {
    (delivery.receiver.clone(), delivery.integration.clone())
}

#[cfg(test)]
pub(super) mod tests {
    use watchfire_storage::DeliveryState;

    use super::*;

    /// One that waits, and whose draft can't be read.
    pub(in super::super) fn delivery(id: i64, receiver: &str) -> Delivery {
        Delivery {
            id,
            key: id.to_string(),
            group_key: id.to_string(),
            receiver: receiver.to_owned(),
            integration: "webhook[0]".to_owned(),
            draft: String::new(),
            progress: String::new(),
            state: DeliveryState::Waiting,
            attempts: 0,
            created_at: 0,
            waits_since: 0,
            next_at: 0,
            give_up_at: 0,
            ended_at: None,
            reason: String::new(),
            test: false,
            superseded_by: None,
        }
    }

    #[test]
    fn lanes_that_never_answer_leave_each_other_one_its_place() {
        let settings =
            DeliverySettings { lane_concurrency: 3, concurrency: 4, ..DeliverySettings::default() };
        let mut lanes = Lanes::default();
        // Four at once of each of four that hang: one each, and four more of all of them together.
        let mut under_way = Vec::new();
        for id in 0..16 {
            let one = delivery(id, ["a", "b", "c", "d"][usize::try_from(id).unwrap() / 4]);
            if lanes.turn(&one, &settings, 0) == Turn::Go {
                under_way.push(one.receiver);
            }
        }
        assert_eq!(under_way, ["a", "a", "a", "b", "b", "b", "c", "d"]);
        assert_eq!(lanes.turn(&delivery(20, "good"), &settings, 0), Turn::Go);
        assert_eq!(lanes.turn(&delivery(20, "good"), &settings, 0), Turn::Busy, "it is under way");
        assert_eq!(lanes.turn(&delivery(21, "good"), &settings, 0), Turn::Busy);
        // The first of a lane gives no place to others, a further one does.
        lanes.done(&id(&delivery(12, "d")), 12);
        assert_eq!(lanes.turn(&delivery(21, "good"), &settings, 0), Turn::Busy);
        lanes.done(&id(&delivery(0, "a")), 0);
        assert_eq!(lanes.turn(&delivery(21, "good"), &settings, 0), Turn::Go);
        assert_eq!(lanes.turn(&delivery(22, "good"), &settings, 0), Turn::Busy);
    }

    #[test]
    fn a_lane_sends_no_faster_than_its_rate() {
        let settings = DeliverySettings::default();
        let mut lanes = Lanes::default();
        let mut next = 0;
        // When so many go and how long the next one waits: what can't be read goes a hundred at once, and a hundred a second.
        for (now, count) in [(0, 100), (10, 1), (20, 1), (70, 5)] {
            for _ in 0..count {
                // To look takes nothing.
                assert_eq!(lanes.look(&delivery(next, "a"), &settings, now), Turn::Go, "{next} at {now}");
                assert_eq!(lanes.turn(&delivery(next, "a"), &settings, now), Turn::Go, "{next} at {now}");
                lanes.done(&id(&delivery(next, "a")), next);
                next += 1;
            }
            assert_eq!(lanes.turn(&delivery(next, "a"), &settings, now), Turn::After(10), "{next} at {now}");
        }
        assert_eq!(lanes.take_newly_held(), 4, "each once");
        assert_eq!(lanes.turn(&delivery(next, "b"), &settings, 70), Turn::Go, "another lane");
    }

    #[test]
    fn a_part_of_what_is_usual_may_go() {
        // Slack lets ten go at once, and one a second then.
        for (rate, burst, per_second) in
            [(100, 10.0, 1.0), (50, 5.0, 0.5), (1, 1.0, 0.01), (1000, 100.0, 10.0)]
        {
            let bucket = bucket(Channel::Slack, rate, 0);
            assert_eq!((bucket.burst, bucket.per_second), (burst, per_second), "{rate}");
        }
    }
}
