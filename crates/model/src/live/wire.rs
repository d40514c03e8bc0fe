//! Messages as bytes.

use serde::{Deserialize, Serialize};

use super::VERSION;

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

/// Begins a WebSocket message, to which [`append`] and [`append_shared`] add.
pub fn begin() -> Vec<u8> {
    vec![VERSION]
}

/// Adds a message to `bytes`.
pub fn append<T: Serialize>(bytes: &mut Vec<u8>, message: &T) -> Result<(), LiveError> {
    bytes.extend(postcard::to_stdvec(message)?);
    Ok(())
}

/// Encodes what is the same for all who watch: a [`RangeBody`] or a [`DeltaBody`].
pub fn encode_body<T: Serialize>(body: &T) -> Result<Vec<u8>, LiveError> {
    Ok(postcard::to_stdvec(body)?)
}

/// Which message a body that was encoded once for all belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// [`ServerMessage::Range`].
    Range,
    /// [`ServerMessage::Delta`].
    Delta,
}

impl Shared {
    /// The place in [`ServerMessage`], by which postcard tells its messages apart; tests tie the two together.
    const fn tag(self) -> u8 {
        match self {
            Self::Range => 1,
            Self::Delta => 2,
        }
    }
}

/// The most bytes that [`append_shared`] adds before the body.
pub const SHARED_HEAD: usize = 6;

/// Adds a message to `bytes` from a body that was encoded once for all. Never fails: only the number is encoded here.
pub fn append_shared(bytes: &mut Vec<u8>, kind: Shared, id: u32, body: &[u8]) {
    bytes.push(kind.tag());
    // A variable-length integer: seven bits a byte, the lowest first (postcard's wire format).
    let mut rest = id;
    while rest >= 0x80 {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes.extend_from_slice(body);
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
