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
    /// Whether somebody tries a receiver by it. A test counts nowhere.
    pub test: bool,
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
    /// It was not sent, since a later one tells all of what it would have told, or since there was nothing to tell any more.
    Superseded,
    /// Somebody did not want it to be sent.
    Dropped,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Done, Self::Dead, Self::Superseded, Self::Dropped];

    /// As it stands in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Superseded => "superseded",
            Self::Dropped => "dropped",
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
    /// How often it was tried, the good attempt included; with the attempts of those that it took the place of.
    pub attempts: u32,
    /// When it came.
    pub created_at: i64,
    /// Since when what it tells waits: since it came, or the oldest did that it took the place of, or since it is sent again.
    pub waits_since: i64,
    /// When it is tried next.
    pub next_at: i64,
    /// From when on it is not tried again: of one that took the place of others from as early on as those.
    pub give_up_at: i64,
    /// When it was done, given up, superseded or dropped.
    pub ended_at: Option<i64>,
    /// Why the last attempt failed, or why there was none; empty where neither is so.
    pub reason: String,
    /// Whether somebody tries a receiver by it.
    pub test: bool,
    /// The later one that tells what this one would have told; `None` unless it is superseded, and where there is none.
    pub superseded_by: Option<i64>,
}

/// A delivery that is to be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The oldest that waits of its group and channel.
    pub delivery: Delivery,
    /// Whether newer ones of its group and channel wait, too.
    pub has_newer: bool,
}

/// A delivery that is not to be sent, since there is nothing left to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// Which one.
    pub id: i64,
    /// The later one that tells all of it; `None` where nobody has to be told of it any more.
    pub by: Option<i64>,
    /// Why, for people.
    pub reason: String,
}

/// Which deliveries are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Those in this state; `None` for all.
    pub state: Option<DeliveryState>,
    /// Those for this receiver; `None` for all.
    pub receiver: Option<String>,
    /// Tests alone, or what is none; `None` for both.
    pub test: Option<bool>,
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

/// How many deliveries there are, without tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// That wait.
    pub waiting: u64,
    /// That are done and still kept.
    pub done: u64,
    /// That were given up and are still kept.
    pub dead: u64,
    /// That later ones took the place of, and that are still kept.
    pub superseded: u64,
    /// That somebody dropped, and that are still kept.
    pub dropped: u64,
}

impl DeliveryCounts {
    /// How many are in a state.
    pub fn of(&self, state: DeliveryState) -> u64 {
        match state {
            DeliveryState::Waiting => self.waiting,
            DeliveryState::Done => self.done,
            DeliveryState::Dead => self.dead,
            DeliveryState::Superseded => self.superseded,
            DeliveryState::Dropped => self.dropped,
        }
    }
}

/// Dead letters of one channel of a receiver, without tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    /// Who was to be told.
    pub receiver: String,
    /// By which channel: [`Delivery::integration`].
    pub integration: String,
    /// How many are kept.
    pub count: u64,
    /// When the newest of them was given up: milliseconds since the epoch.
    pub newest: i64,
}

/// Keeps notifications until they are delivered: what is in the queue survives the end of the process. All times are
/// milliseconds since the epoch.
#[async_trait]
pub trait DeliveryStore: Send + Sync {
    /// Puts deliveries into the queue, in one transaction; those whose key is known are left out. Returns how many are new.
    async fn enqueue(&self, deliveries: &[NewDelivery]) -> Result<usize, ControlError>;

    /// What is to be sent at `now`: of each channel of each receiver at most `each`, the ones that wait longest first. Of
    /// one group and channel only the oldest: what is resolved is not told before that it fired.
    async fn due(&self, now: i64, each: usize) -> Result<Vec<Due>, ControlError>;

    /// When the next delivery is due that is not due at `now`; `None` where none waits.
    async fn next_due(&self, now: i64) -> Result<Option<i64>, ControlError>;

    /// Writes down how an attempt ended. Nothing happens where the delivery is not waiting (any more). One that is given up takes
    /// the place of older ones of its group and channel that were given up for the same reason, as far as it stands before the first
    /// colon: behind it are a service's own words, which may differ each time. Where it is a test, what follows it in its group is
    /// dropped.
    async fn settle(&self, id: i64, settled: Settled) -> Result<(), ControlError>;

    /// Deliveries that meet a filter, the newest first.
    async fn list(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, ControlError>;

    /// One delivery.
    async fn get(&self, id: i64) -> Result<Option<Delivery>, ControlError>;

    /// The delivery that a key names.
    async fn keyed(&self, key: &str) -> Result<Option<Delivery>, ControlError>;

    /// How many wait before one, for the same channel of the same receiver.
    async fn ahead(&self, id: i64) -> Result<u64, ControlError>;

    /// The newest deliveries of a group for one channel, at most `limit`, the oldest of them first.
    async fn of_group(
        &self,
        group_key: &str,
        receiver: &str,
        integration: &str,
        limit: usize,
    ) -> Result<Vec<Delivery>, ControlError>;

    /// Ends deliveries that wait and have nothing left to tell, in one transaction; returns which of them did wait. The one that takes
    /// the place of others goes on where the oldest of them was: with their attempts, and given up when they would have been.
    async fn supersede(&self, superseded: &[Superseded], now: i64) -> Result<Vec<i64>, ControlError>;

    /// Lets one that waits be due at `now`, and those of its group and channel that go before it; returns the number of the first of
    /// them, `None` where it does not wait.
    async fn hasten(&self, id: i64, now: i64) -> Result<Option<i64>, ControlError>;

    /// Ends one that waits without sending it; whether there was one. `reason` says who wanted it so.
    async fn drop_waiting(&self, id: i64, reason: &str, now: i64) -> Result<bool, ControlError>;

    /// Sends a dead one again, as if it were new at `now`; whether there was one. Tests are not sent again.
    /// `progress` is how far it is: what is not to be sent a second time.
    async fn resend(&self, id: i64, progress: &str, now: i64, give_up_at: i64) -> Result<bool, ControlError>;

    /// Deletes a dead one; whether there was one.
    async fn discard(&self, id: i64) -> Result<bool, ControlError>;

    /// Deletes what was done, superseded or dropped before one moment, tests that ended before it, and what was given up before
    /// another, and what integrations knew of groups that none is left of; returns how many deliveries.
    async fn prune(&self, done_before: i64, dead_before: i64) -> Result<u64, ControlError>;

    /// How many there are.
    async fn counts(&self) -> Result<DeliveryCounts, ControlError>;

    /// How many dead letters there are of whom, in the order of receivers and their channels.
    async fn dead_letters(&self) -> Result<Vec<DeadLetters>, ControlError>;

    /// What an integration knows of a group; empty where it knows nothing.
    async fn memory(
        &self,
        group_key: &str,
        receiver: &str,
        integration: &str,
    ) -> Result<String, ControlError>;
}
