use std::time::Duration;

use watchfire_alerting::channel::Backoff;

/// The bounds of delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliverySettings {
    /// How long an answer may take, where the channel says nothing else.
    pub timeout: Duration,
    /// How long to wait between attempts.
    pub backoff: Backoff,
    /// After how many milliseconds a delivery is given up.
    pub give_up_after: i64,
    /// What one channel of one receiver has under way at once.
    pub lane_concurrency: usize,
    /// What all have under way at once besides the first one of each, which always has its place.
    pub concurrency: usize,
    /// How often a channel sends: hundredths of what is usual for its kind, within what its service lets through.
    pub rate: u32,
    /// How many milliseconds deliveries that are done are kept for people to see.
    pub keep_done: i64,
    /// The same of dead letters.
    pub keep_dead: i64,
    /// How long attempts that are under way may take when the server stops.
    pub grace: Duration,
}

impl Default for DeliverySettings {
    /// 10 s an answer, 24 h until it is given up, 4 at once in a lane, and 64 in all besides the first one of each; done ones are kept for 7 days, dead
    /// ones for 90.
    fn default() -> Self {
        const DAY: i64 = 86_400_000;
        Self {
            timeout: Duration::from_secs(10),
            backoff: Backoff::default(),
            give_up_after: DAY,
            lane_concurrency: 4,
            concurrency: 64,
            rate: 100,
            keep_done: 7 * DAY,
            keep_dead: 90 * DAY,
            grace: Duration::from_secs(5),
        }
    }
}
