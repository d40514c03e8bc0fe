use async_trait::async_trait;

use super::ControlError;

/// A notification that is to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Names the notification: a second one with the same key is none.
    pub key: String,
    /// The group that it tells of.
    pub group_key: String,
    /// Who is told.
    pub receiver: String,
    /// By which channel, such as `slack[0]`.
    pub integration: String,
    /// What is to be sent, without secrets.
    pub draft: String,
    /// When it came: milliseconds since the epoch.
    pub created_at: i64,
    /// From when on it is not tried again.
    pub give_up_at: i64,
}

/// How a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It is to be sent, now or later.
    Waiting,
    /// It was taken.
    Done,
    /// It was given up, and stays until somebody sends it again or it is pruned.
    Dead,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Done, Self::Dead];

    /// As it stands in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// The state that files call so.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A delivery as it is stored. Times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number: a later one has a higher one.
    pub id: i64,
    /// What names the notification.
    pub key: String,
    /// The group that it tells of.
    pub group_key: String,
    /// Who is told.
    pub receiver: String,
    /// By which channel.
    pub integration: String,
    /// What is to be sent.
    pub draft: String,
    /// How far it is, in the words of the one who delivers; empty at first.
    pub progress: String,
    /// How it is.
    pub state: DeliveryState,
    /// How often it was tried, the good attempt included.
    pub attempts: u32,
    /// When it came.
    pub created_at: i64,
    /// When it is tried next.
    pub next_at: i64,
    /// From when on it is not tried again.
    pub give_up_at: i64,
    /// When it was done, or given up.
    pub ended_at: Option<i64>,
    /// Why the last attempt failed; empty where none did.
    pub reason: String,
}

/// Which deliveries are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Those in this state; `None` for all.
    pub state: Option<DeliveryState>,
    /// Those for this receiver; `None` for all.
    pub receiver: Option<String>,
    /// Those with a lower number; `None` for the newest.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: usize,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It is delivered.
    Done,
    /// A part is done; the rest follows at once.
    Going,
    /// It failed, and is tried again.
    Retry {
        /// When.
        next_at: i64,
        /// Why it failed.
        reason: String,
    },
    /// It is given up.
    Dead {
        /// Why.
        reason: String,
    },
}

/// What is written after an attempt, all in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// How it ended.
    pub settlement: Settlement,
    /// How far the delivery is.
    pub progress: String,
    /// What the integration now knows of the group; `None`: what it knew.
    pub memory: Option<String>,
    /// Whether this was an attempt, and not only a part of one.
    pub attempted: bool,
    /// When: milliseconds since the epoch.
    pub now: i64,
}

/// How many deliveries there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// That wait.
    pub waiting: u64,
    /// That are done and still kept.
    pub done: u64,
    /// That were given up and are still kept.
    pub dead: u64,
}

/// Keeps notifications until they are delivered: what is in the queue survives the end of the process. All times are
/// milliseconds since the epoch.
#[async_trait]
pub trait DeliveryStore: Send + Sync {
    /// Puts deliveries into the queue, in one transaction; those whose key is known are left out. Returns how many are new.
    async fn enqueue(&self, deliveries: &[NewDelivery]) -> Result<usize, ControlError>;

    /// What is to be sent at `now`: of each channel of each receiver at most `each`, the ones that wait longest first. Of
    /// one group and channel only the oldest: what is resolved is not told before that it fired.
    async fn due(&self, now: i64, each: usize) -> Result<Vec<Delivery>, ControlError>;

    /// When the next delivery is due that is not due at `now`; `None` where none waits.
    async fn next_due(&self, now: i64) -> Result<Option<i64>, ControlError>;

    /// Writes down how an attempt ended. Nothing happens where the delivery is not waiting (any more). One that is given up takes
    /// the place of older ones of its group and channel that were given up for the same reason.
    async fn settle(&self, id: i64, settled: Settled) -> Result<(), ControlError>;

    /// Deliveries that meet a filter, the newest first.
    async fn list(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, ControlError>;

    /// One delivery.
    async fn get(&self, id: i64) -> Result<Option<Delivery>, ControlError>;

    /// Sends a dead one again, as if it were new at `now`; whether there was one.
    async fn resend(&self, id: i64, now: i64, give_up_at: i64) -> Result<bool, ControlError>;

    /// Deletes a dead one; whether there was one.
    async fn discard(&self, id: i64) -> Result<bool, ControlError>;

    /// Deletes what was done before one moment, and given up before another, and what integrations knew of groups that none is left
    /// of; returns how many deliveries.
    async fn prune(&self, done_before: i64, dead_before: i64) -> Result<u64, ControlError>;

    /// How many there are.
    async fn counts(&self) -> Result<DeliveryCounts, ControlError>;

    /// What an integration knows of a group; empty where it knows nothing.
    async fn memory(
        &self,
        group_key: &str,
        receiver: &str,
        integration: &str,
    ) -> Result<String, ControlError>;
}
