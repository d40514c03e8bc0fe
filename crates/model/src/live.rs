//! The live protocol: what browser and server say to each other over the WebSocket. docs/LIVE.md tells it in words.
//!
//! Each WebSocket message is one byte, [`VERSION`], and then one or more messages in postcard, one after the other.

use serde::{Deserialize, Serialize};

use crate::{Grid, GridSeries, Labels, SeriesQuery};

/// The version of the protocol; the first byte of every message, both ways.
pub const VERSION: u8 = 1;

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

/// One query that a client watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Which series, and what of them.
    pub query: SeriesQuery,
    /// Over which time.
    pub span: Span,
    /// How many points the client can show at most; the server chooses the step by it.
    pub max_points: u32,
    /// After a lost connection: the grid that the client still has, so that only the gap is sent.
    pub known: Option<Known>,
}

/// What a client that comes back still has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The step of its grid in milliseconds.
    pub step: i64,
    /// The time of the last point that it may keep as it is; points after it are sent again.
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
}

/// A whole answer or the part that a client lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RangeBody {
    /// The points.
    pub grid: Grid,
    /// Whether the client keeps its points before `grid.start`.
    pub keeps: bool,
    /// The series; deltas name them by their place in this list.
    pub series: Vec<GridSeries>,
}

/// The newest points. Points that the client already has are replaced: the last step may still be filling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeltaBody {
    /// The points.
    pub grid: Grid,
    /// Series seen for the first time; they go to the end of the client's list, in this order.
    pub new: Vec<Labels>,
    /// A row for each series that has a value in `grid`.
    pub rows: Vec<DeltaRow>,
}

/// The newest points of one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeltaRow {
    /// The series' place in the client's list.
    pub series: u32,
    /// As many values as the grid has points.
    #[serde(with = "packed")]
    pub values: Vec<f64>,
}

/// Why bytes are not a message of the live protocol.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// Nothing at all.
    #[error("an empty message")]
    Empty,
    /// Another version of the protocol.
    #[error(
        "the other side speaks version {found} of the live protocol, this one {VERSION}; load the page again"
    )]
    Version {
        /// The version byte that came.
        found: u8,
    },
    /// Not what the version says it is.
    #[error("a damaged message: {0}")]
    Damaged(#[from] postcard::Error),
}

/// Begins a WebSocket message, to which [`append`] and [`append_delta`] add.
pub fn begin() -> Vec<u8> {
    vec![VERSION]
}

/// Adds a message to `bytes`.
pub fn append<T: Serialize>(bytes: &mut Vec<u8>, message: &T) -> Result<(), LiveError> {
    bytes.extend(postcard::to_stdvec(message)?);
    Ok(())
}

/// Encodes the part of a delta that is the same for all who watch it.
pub fn encode_delta_body(body: &DeltaBody) -> Result<Vec<u8>, LiveError> {
    Ok(postcard::to_stdvec(body)?)
}

/// Adds [`ServerMessage::Delta`] to `bytes` from a body that was encoded once for all.
pub fn append_delta(bytes: &mut Vec<u8>, id: u32, body: &[u8]) -> Result<(), LiveError> {
    // A borrowed twin of the enum would tie the two together less visibly than this number and the test below.
    const DELTA: u8 = 2;
    bytes.push(DELTA);
    append(bytes, &id)?;
    bytes.extend_from_slice(body);
    Ok(())
}

/// One message in a WebSocket message of its own.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, LiveError> {
    let mut bytes = begin();
    append(&mut bytes, message)?;
    Ok(bytes)
}

/// All messages in one WebSocket message.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<Vec<T>, LiveError> {
    let (&version, mut rest) = bytes.split_first().ok_or(LiveError::Empty)?;
    if version != VERSION {
        return Err(LiveError::Version { found: version });
    }
    let mut messages = Vec::new();
    while !rest.is_empty() {
        let (message, left) = postcard::take_from_bytes(rest)?;
        messages.push(message);
        rest = left;
    }
    Ok(messages)
}

/// Columns of floats in few bytes: each value's bits combined by XOR with those before it, their bytes turned around and written
/// as a variable-length integer, so that what repeats costs one byte and round numbers cost two or three.
pub mod packed {
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes a column.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0;
        serializer.collect_seq(values.iter().map(|value| {
            let bits = value.to_bits();
            (bits ^ std::mem::replace(&mut last, bits)).swap_bytes()
        }))
    }

    /// Reads a column.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let packed = Vec::<u64>::deserialize(deserializer)?;
        let mut last = 0;
        Ok(packed
            .into_iter()
            .map(|changed| {
                last ^= changed.swap_bytes();
                f64::from_bits(last)
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(values: Vec<f64>) -> DeltaBody {
        DeltaBody {
            grid: Grid { start: 1_700_000_000_000, step: 1000, len: values.len() },
            new: vec![Labels::of("up", [("host", "a")]).unwrap()],
            rows: vec![DeltaRow { series: 300, values }],
        }
    }

    #[test]
    fn a_shared_body_makes_the_same_bytes_as_the_message() {
        let body = body(vec![1.0, 2.5, 2.5]);
        let mut shared = begin();
        append_delta(&mut shared, 70_000, &encode_delta_body(&body).unwrap()).unwrap();
        assert_eq!(shared, encode(&ServerMessage::Delta { id: 70_000, body }).unwrap());
    }

    #[test]
    fn several_messages_share_one_frame() {
        let mut bytes = begin();
        let messages = [ServerMessage::Heartbeat { now: 5 }, ServerMessage::Closing];
        for message in &messages {
            append(&mut bytes, message).unwrap();
        }
        assert_eq!(decode::<ServerMessage>(&bytes).unwrap(), messages);
    }

    #[test]
    fn another_version_is_named() {
        let error = decode::<ServerMessage>(&[9, 0]).unwrap_err().to_string();
        assert!(error.contains("version 9"), "{error}");
        assert!(matches!(decode::<ServerMessage>(&[]), Err(LiveError::Empty)));
    }

    #[test]
    fn repeated_values_cost_a_byte() {
        let small = postcard::to_stdvec(&body(vec![7.0; 100])).unwrap().len();
        let smaller = postcard::to_stdvec(&body(vec![7.0; 50])).unwrap().len();
        assert_eq!(small - smaller, 50);
    }

    proptest! {
        #[test]
        fn any_float_survives(bits in proptest::collection::vec(any::<u64>(), 0..200)) {
            let sent = body(bits.iter().copied().map(f64::from_bits).collect());
            let bytes = encode(&ServerMessage::Delta { id: 1, body: sent }).unwrap();
            let messages = decode::<ServerMessage>(&bytes).unwrap();
            let [ServerMessage::Delta { body, .. }] = messages.as_slice() else { panic!("{messages:?}") };
            let got: Vec<u64> = body.rows[0].values.iter().map(|value| value.to_bits()).collect();
            prop_assert_eq!(got, bits);
        }

        #[test]
        fn strange_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode::<ClientMessage>(&bytes);
            let _ = decode::<ServerMessage>(&bytes);
        }
    }
}
