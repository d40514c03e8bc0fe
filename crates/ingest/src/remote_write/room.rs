use std::mem::size_of;

use watchfire_model::{Exemplar, Metadata};

use crate::DecodeError;

/// Counts the memory that a few bytes of a request can unfold into: references to one long symbol, or metadata and
/// exemplars with hardly any text. (Samples need no count: the shortest one takes two bytes and becomes sixteen.)
pub(super) struct Room {
    taken: usize,
    most: usize,
}

impl Room {
    /// Room for `most` bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { taken: 0, most }
    }

    /// Takes `bytes` of what is left.
    #[inline]
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), DecodeError> {
        self.taken = self.taken.saturating_add(bytes);
        if self.taken > self.most {
            return Err(DecodeError::TooLarge { found: self.taken, most: self.most });
        }
        Ok(())
    }

    /// Takes what an exemplar needs whose labels have `text` bytes.
    pub(super) fn take_exemplar(&mut self, text: usize) -> Result<(), DecodeError> {
        self.take(size_of::<Exemplar>().saturating_add(text))
    }

    /// Takes what metadata need that have `text` bytes.
    pub(super) fn take_metadata(&mut self, text: usize) -> Result<(), DecodeError> {
        self.take(size_of::<Metadata>().saturating_add(text))
    }
}
