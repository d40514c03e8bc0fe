//! The live protocol: what browser and server say to each other over the WebSocket. docs/LIVE.md tells it in words.
//!
//! Each WebSocket message is one byte, [`VERSION`], and then one or more messages in postcard, one after the other.

pub mod packed;
#[cfg(test)]
mod tests;
mod wire;

use serde::{Deserialize, Serialize};

use crate::{Grid, GridSeries, Labels, SeriesQuery};
pub use wire::{LiveError, SHARED_HEAD, Shared, append, append_shared, begin, decode, encode, encode_body};

/// The version of the protocol; the first byte of every message, both ways.
pub const VERSION: u8 = 3;

/// What to watch over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Span {
    /// The last `length` milliseconds, going on.
    Last {
        /// The length of the window in milliseconds.
        length: i64,
    },
    /// From a fixed start to now, going on.
    Since {
        /// Milliseconds since the epoch.
        start: i64,
    },
    /// A fixed range; answered once.
    Fixed {
        /// Milliseconds since the epoch.
        start: i64,
        /// Milliseconds since the epoch.
        end: i64,
    },
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Asked {
    /// A query in PromQL.
    Promql {
        /// Its text.
        expr: String,
        /// Only the value of now, or of the end of a fixed range: one point, sent whole each time that it changed.
        instant: bool,
    },
    /// Series, and what to make of them.
    Series(SeriesQuery),
    /// A query of a shared dashboard, whose text is not the client's to choose.
    Panel {
        /// The panel's number.
        panel: u32,
        /// The query's name in the panel.
        query: String,
        /// The chosen values of each variable.
        variables: Vec<(String, Vec<String>)>,
        /// What of it.
        role: Role,
    },
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// It is what the query asks.
    #[default]
    Value,
    /// The least samples between two points, where there are more samples than points.
    Least,
    /// The greatest.
    Greatest,
    /// What the query asks, over an earlier range.
    Earlier,
}

/// How often to look for what is new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Refresh {
    /// A quarter of the step, from 1 s to 15 s.
    #[default]
    Auto,
    /// So many milliseconds: one of [`Refresh::EVERY`].
    Every(u32),
}

impl Refresh {
    /// The milliseconds that [`Refresh::Every`] may have.
    pub const EVERY: std::ops::RangeInclusive<u32> = 1000..=3_600_000;

    /// How long to wait from one look to the next at the least, in milliseconds; `None` for one that is out of range.
    pub fn millis(self, step: i64) -> Option<u32> {
        match self {
            Self::Auto => Some((step / 4).clamp(1000, 15_000) as u32),
            Self::Every(millis) => Self::EVERY.contains(&millis).then_some(millis),
        }
    }
}

/// One query that a client watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// What is asked for.
    pub asked: Asked,
    /// Over which time.
    pub span: Span,
    /// How many points the client can show at most; the server chooses the step by it.
    pub max_points: u32,
    /// The step is no shorter than this, in milliseconds; 0 for none.
    pub min_step: i64,
    /// How often to look for what is new.
    pub refresh: Refresh,
    /// The grid that the client still has, after a lost connection or a pause, so that only the gap is sent.
    pub known: Option<Known>,
}

/// What a client that comes back still has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The step of its grid in milliseconds.
    pub step: i64,
    /// The time of the newest point that it has; this point and those after it are sent again.
    pub until: i64,
}

/// What the browser says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// Watch this. A known `id` replaces what it stood for.
    Subscribe {
        /// Chosen by the client; names the subscription in every answer.
        id: u32,
        /// What to watch.
        subscription: Subscription,
    },
    /// Watch this no longer.
    Unsubscribe {
        /// The subscription's name.
        id: u32,
    },
    /// Send nothing more for now.
    Pause {
        /// The subscription's name.
        id: u32,
    },
    /// Go on where it was paused.
    Resume {
        /// The subscription's name.
        id: u32,
        /// What the client still has.
        known: Option<Known>,
    },
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// The first message on a connection.
    Hello(Hello),
    /// A whole answer, or, after [`Known`], what is missing from the client's.
    Range {
        /// The subscription.
        id: u32,
        /// Its data.
        body: RangeBody,
    },
    /// What is new since the last [`ServerMessage::Range`] or [`ServerMessage::Delta`].
    Delta {
        /// The subscription.
        id: u32,
        /// Its data.
        body: DeltaBody,
    },
    /// The client read too slowly and missed points; a [`ServerMessage::Range`] with them follows.
    Skipped {
        /// The subscription.
        id: u32,
    },
    /// A subscription was refused; or, without an `id`, the connection.
    Refused {
        /// The subscription, if one is meant.
        id: Option<u32>,
        /// What is wrong and how to mend it.
        message: String,
        /// Where in the text of the query: the first character and the one after the last, counted from 0.
        position: Option<(u32, u32)>,
    },
    /// Sent when nothing else was for a while, so that a dead connection is noticed.
    Heartbeat {
        /// The server's clock: milliseconds since the epoch.
        now: i64,
    },
    /// The server is about to stop; come back later.
    Closing,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The server's version.
    pub version: String,
    /// Differs with each start of a server; a client that sees a new one knows that the server was started again.
    pub instance: u64,
    /// The server's clock: milliseconds since the epoch.
    pub now: i64,
    /// At the latest after this many milliseconds the client hears something.
    pub heartbeat: u32,
    /// What a client must keep to.
    pub limits: Limits,
}

/// What a client must keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Subscriptions of a connection, paused ones included.
    pub subscriptions: u32,
    /// The greatest `max_points`.
    pub points: u32,
    /// Series of an answer; of more, the first so many are sent.
    pub series: u32,
    /// Bytes of one WebSocket message to the server.
    pub message_bytes: u32,
}

/// A whole answer or the part that a client lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RangeBody {
    /// The points.
    pub grid: Grid,
    /// Whether the client keeps its points before `grid.start`.
    pub keeps: bool,
    /// What may be wrong with the answer, in sentences: warnings and infos of PromQL, series that were left out.
    pub notes: Vec<String>,
    /// The series; deltas name them by their place in this list.
    pub series: Vec<GridSeries>,
}

/// The newest points, and older ones that changed. It is the whole truth of its points: a series of the list without a row
/// has no value at any of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeltaBody {
    /// The points.
    pub grid: Grid,
    /// Series seen for the first time; they go to the end of the client's list, in this order.
    pub new: Vec<Labels>,
    /// A row for each series that has a value in `grid`.
    pub rows: Vec<DeltaRow>,
    /// All notes, where there are other ones than before.
    pub notes: Option<Vec<String>>,
}

/// The newest points of one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeltaRow {
    /// The series' place in the client's list.
    pub series: u32,
    /// As many values as the grid has points; NaN where there is none any more.
    #[serde(with = "packed")]
    pub values: Vec<f64>,
}
