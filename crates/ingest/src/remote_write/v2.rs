//! `io.prometheus.write.v2.Request`;
//! <https://github.com/prometheus/prometheus/blob/main/prompb/io/prometheus/write/v2/types.proto>.
//!
//! Labels are references into a table of symbols that is another one in each request, so a key is packed anew from the
//! texts; they rise by name as the protocol demands of senders, or are sorted here.

use watchfire_model::{Batch, Exemplar};

use super::described::{Described, Said};
use super::key::{PACKED_LABELS, Pair, labels_of_pairs, pack, rises};
use super::room::Room;
use super::symbols::Symbols;
use super::{Decoded, MOST_RESERVED, close_series, sample};
use crate::DecodeError;
use crate::protobuf::{Reader, bytes_field, fixed64_field, known, varint_field};

/// Fields of a `Request`. The numbers 1 to 3 belong to version 1.
mod request {
    use super::{bytes_field, known};

    pub(super) const SYMBOLS: u32 = bytes_field(4);
    pub(super) const TIMESERIES: u32 = bytes_field(5);
    pub(super) const FIELDS: u32 = known(&[4, 5]);
}

/// Fields of a `TimeSeries`. Its `created_timestamp`, 6, is skipped: nothing uses it.
mod series {
    use super::{bytes_field, known, varint_field};

    pub(super) const LABELS_REFS: u32 = bytes_field(1);
    pub(super) const LABELS_REF: u32 = varint_field(1);
    pub(super) const SAMPLES: u32 = bytes_field(2);
    pub(super) const HISTOGRAMS: u32 = bytes_field(3);
    pub(super) const EXEMPLARS: u32 = bytes_field(4);
    pub(super) const METADATA: u32 = bytes_field(5);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3, 4, 5]);
}

/// Fields of an `Exemplar`.
mod exemplar {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(super) const LABELS_REFS: u32 = bytes_field(1);
    pub(super) const LABELS_REF: u32 = varint_field(1);
    pub(super) const VALUE: u32 = fixed64_field(2);
    pub(super) const TIMESTAMP: u32 = varint_field(3);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3]);
}

/// Fields of a `Metadata`.
mod metadata {
    use super::{known, varint_field};

    pub(super) const KIND: u32 = varint_field(1);
    pub(super) const HELP_REF: u32 = varint_field(3);
    pub(super) const UNIT_REF: u32 = varint_field(4);
    pub(super) const FIELDS: u32 = known(&[1, 3, 4]);
}

/// Decodes `body`.
pub(super) fn decode(body: &[u8], most: usize) -> Result<Decoded, DecodeError> {
    // Symbols may stand behind the series that refer to them.
    let (mut symbols, mut count) = (Vec::new(), 0);
    let mut reader = Reader::new(body);
    while let Some(tag) = reader.tag()? {
        match tag {
            request::SYMBOLS => symbols.push(reader.bytes()?),
            request::TIMESERIES => {
                reader.bytes()?;
                count += 1;
            }
            other => reader.skip(other, request::FIELDS)?,
        }
    }

    let mut batch = Batch::new(&PACKED_LABELS, Vec::with_capacity(body.len()));
    let reserved = MOST_RESERVED.min(count);
    batch.series.reserve(reserved);
    batch.timestamps.reserve(reserved);
    batch.values.reserve(reserved);
    let mut request = Request {
        batch,
        symbols: Symbols::new(symbols)?,
        refs: Vec::new(),
        rose: true,
        next_refs: Vec::new(),
        pairs: Vec::new(),
        described: Described::default(),
        room: Room::new(most),
        histograms: 0,
        refused_exemplars: 0,
    };
    let (mut reader, mut number) = (Reader::new(body), 0);
    while let Some(tag) = reader.tag()? {
        let value = match tag {
            request::TIMESERIES => reader.message()?,
            other => {
                reader.skip(other, 0)?;
                continue;
            }
        };
        request.series(value).map_err(|error| error.in_series(number))?;
        number += 1;
    }
    let Request { batch, histograms, refused_exemplars, .. } = request;
    Ok(Decoded { batch, histograms, refused_exemplars })
}

struct Request<'a> {
    batch: Batch,
    symbols: Symbols<'a>,
    /// References of the series that was read last.
    refs: Vec<u32>,
    /// Whether the labels that they name rise.
    rose: bool,
    /// References of the one that is being read; kept for its memory alone.
    next_refs: Vec<u32>,
    /// The labels that they name.
    pairs: Vec<Pair<'a>>,
    described: Described<'a>,
    room: Room,
    histograms: usize,
    refused_exemplars: usize,
}

impl Request<'_> {
    fn series(&mut self, mut reader: Reader<'_>) -> Result<(), DecodeError> {
        let (samples, exemplars) = (self.batch.values.len(), self.batch.exemplars.len());
        let mut said = Said::default();
        let mut refs = std::mem::take(&mut self.next_refs);
        refs.clear();
        while let Some(tag) = reader.tag()? {
            match tag {
                series::LABELS_REFS => packed_refs(reader.message()?, &mut refs)?,
                series::LABELS_REF => refs.push(reader.uint32()?),
                series::SAMPLES => sample(reader.message()?, &mut self.batch)?,
                series::EXEMPLARS => self.exemplar(reader.message()?)?,
                series::HISTOGRAMS => {
                    reader.bytes()?;
                    self.histograms += 1;
                }
                series::METADATA => metadata(reader.message()?, &mut said)?,
                other => reader.skip(other, series::FIELDS)?,
            }
        }

        self.symbols.resolve(&refs, &mut self.room, &mut self.pairs)?;
        let labels = (&*refs, &*self.pairs);
        self.described.describe(said, &self.symbols, labels, &mut self.room, &mut self.batch.metadata)?;
        // Neighbours mostly have the same names, and need no look at the texts.
        self.rose = self.rose && same_names(&refs, &self.refs) || rises(&self.pairs);
        self.next_refs = std::mem::replace(&mut self.refs, refs);
        if !self.rose {
            self.pairs.sort_unstable();
        }
        let start = self.batch.bytes.len() as u32;
        pack(&mut self.batch.bytes, &self.pairs);
        let key = start..self.batch.bytes.len() as u32;
        close_series(&mut self.batch, key, samples, exemplars);
        Ok(())
    }

    fn exemplar(&mut self, mut reader: Reader<'_>) -> Result<(), DecodeError> {
        let (mut value, mut timestamp) = (0.0, 0);
        let mut refs = Vec::new();
        while let Some(tag) = reader.tag()? {
            match tag {
                exemplar::LABELS_REFS => packed_refs(reader.message()?, &mut refs)?,
                exemplar::LABELS_REF => refs.push(reader.uint32()?),
                exemplar::VALUE => value = reader.double()?,
                exemplar::TIMESTAMP => timestamp = reader.int64()?,
                other => reader.skip(other, exemplar::FIELDS)?,
            }
        }
        self.symbols.resolve(&refs, &mut self.room, &mut self.pairs)?;
        self.room.take_exemplar(0)?;
        match labels_of_pairs(&self.pairs) {
            Ok(labels) => {
                let series = self.batch.series.len() as u32;
                self.batch.exemplars.push((series, Exemplar { labels, timestamp, value }));
            }
            Err(_) => self.refused_exemplars += 1,
        }
        Ok(())
    }
}

/// Whether two series have labels of the same names in the same order.
fn same_names(refs: &[u32], others: &[u32]) -> bool {
    refs.len() == others.len() && refs.iter().zip(others).step_by(2).all(|(name, other)| name == other)
}

/// Adds the references of a packed field.
#[inline]
fn packed_refs(mut reader: Reader<'_>, refs: &mut Vec<u32>) -> Result<(), DecodeError> {
    while !reader.is_empty() {
        refs.push(reader.uint32()?);
    }
    Ok(())
}

fn metadata(mut reader: Reader<'_>, said: &mut Said) -> Result<(), DecodeError> {
    while let Some(tag) = reader.tag()? {
        match tag {
            metadata::KIND => said.kind = reader.uint32()?,
            metadata::HELP_REF => said.help = reader.uint32()?,
            metadata::UNIT_REF => said.unit = reader.uint32()?,
            other => reader.skip(other, metadata::FIELDS)?,
        }
    }
    Ok(())
}
