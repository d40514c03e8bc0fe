use super::key::Pair;
use super::room::Room;
use crate::{DecodeError, SymbolsError};

/// The table of texts of one request.
pub(super) struct Symbols<'a>(Vec<&'a [u8]>);

impl<'a> Symbols<'a> {
    /// Checks that the first text is the empty one, as the protocol demands. Only a request without any series can be
    /// without a table.
    pub(super) fn new(symbols: Vec<&'a [u8]>) -> Result<Self, SymbolsError> {
        match symbols.first() {
            Some(first) if !first.is_empty() => Err(SymbolsError::FirstNotEmpty),
            _ => Ok(Self(symbols)),
        }
    }

    /// Puts the labels that references name, two for each, into `pairs`, and takes the room that they need at most when
    /// they are packed.
    #[inline]
    pub(super) fn resolve(
        &self,
        refs: &[u32],
        room: &mut Room,
        pairs: &mut Vec<Pair<'a>>,
    ) -> Result<(), DecodeError> {
        pairs.clear();
        let (couples, odd) = refs.as_chunks::<2>();
        if !odd.is_empty() {
            return Err(SymbolsError::OddCount { count: refs.len() }.into());
        }
        // Before `pairs` grows, too.
        room.take(couples.len() * PACKED_LENGTHS)?;
        let mut length = 0;
        for (number, &[name, value]) in couples.iter().enumerate() {
            let (Some(name_text), Some(value_text)) = (self.0.get(name as usize), self.0.get(value as usize))
            else {
                let (at, size) = (2 * number, self.0.len());
                return Err(SymbolsError::LabelOutside { at, name, value, size }.into());
            };
            length += name_text.len() + value_text.len();
            pairs.push((name_text, value_text));
        }
        room.take(length)
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The text that a reference in metadata names. Zero is no reference, even where there is no table.
    pub(super) fn text(&self, field: &'static str, reference: u32) -> Result<&'a [u8], SymbolsError> {
        match self.0.get(reference as usize) {
            Some(text) => Ok(text),
            None if reference == 0 => Ok(&[]),
            None => Err(SymbolsError::TextOutside { field, reference, size: self.0.len() }),
        }
    }
}

/// Bytes that the lengths of a packed label take at most: six groups of six bits for each of its two texts.
const PACKED_LENGTHS: usize = 12;
