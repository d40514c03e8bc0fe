//! `prometheus.WriteRequest`; <https://github.com/prometheus/prometheus/blob/main/prompb/remote.proto> and `types.proto`
//! beside it.

use watchfire_model::{Batch, Exemplar, Metadata};

use super::key::{LABEL_FIELDS, LABELS, label, labels_of_pairs};
use super::room::Room;
use super::{Decoded, MOST_RESERVED, close_series, metadata_kind, sample, text};
use crate::DecodeError;
use crate::protobuf::{Broken, Reader, bytes_field, fixed64_field, known, put_bytes, varint_field};

/// Fields of a `WriteRequest`.
mod request {
    use super::{bytes_field, known};

    pub(super) const TIMESERIES: u32 = bytes_field(1);
    pub(super) const METADATA: u32 = bytes_field(3);
    pub(super) const FIELDS: u32 = known(&[1, 3]);
}

/// Fields of a `TimeSeries`, beside `labels`.
mod series {
    use super::{bytes_field, known};

    pub(super) const SAMPLES: u32 = bytes_field(2);
    pub(super) const EXEMPLARS: u32 = bytes_field(3);
    pub(super) const HISTOGRAMS: u32 = bytes_field(4);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3, 4]);
}

/// Fields of an `Exemplar`, beside `labels`.
mod exemplar {
    use super::{fixed64_field, known, varint_field};

    pub(super) const VALUE: u32 = fixed64_field(2);
    pub(super) const TIMESTAMP: u32 = varint_field(3);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3]);
}

/// Fields of a `MetricMetadata`.
mod metadata {
    use super::{bytes_field, known, varint_field};

    pub(super) const KIND: u32 = varint_field(1);
    pub(super) const FAMILY: u32 = bytes_field(2);
    pub(super) const HELP: u32 = bytes_field(4);
    pub(super) const UNIT: u32 = bytes_field(5);
    pub(super) const FIELDS: u32 = known(&[1, 2, 4, 5]);
}

/// Decodes `body`, which becomes the bytes of the batch.
pub(super) fn decode(mut body: Vec<u8>, most: usize) -> Result<Decoded, DecodeError> {
    let mut request = Request {
        batch: Batch::new(&LABEL_FIELDS, Vec::new()),
        body_len: body.len(),
        gathered: Vec::new(),
        room: Room::new(most),
        histograms: 0,
        refused_exemplars: 0,
    };
    request.read(Reader::new(&body))?;
    let Request { mut batch, gathered, histograms, refused_exemplars, .. } = request;
    body.extend_from_slice(&gathered);
    batch.bytes = body;
    Ok(Decoded { batch, histograms, refused_exemplars })
}

struct Request {
    batch: Batch,
    body_len: usize,
    /// Labels that did not lie together, to be put behind the body.
    gathered: Vec<u8>,
    room: Room,
    histograms: usize,
    refused_exemplars: usize,
}

impl Request {
    fn read(&mut self, mut reader: Reader<'_>) -> Result<(), DecodeError> {
        let mut number = 0;
        while let Some(tag) = reader.tag()? {
            match tag {
                request::TIMESERIES => {
                    let start = reader.offset();
                    let message = reader.message()?;
                    if number == 0 {
                        self.reserve(reader.offset() - start);
                    }
                    self.series(message).map_err(|error| error.in_series(number))?;
                    number += 1;
                }
                request::METADATA => self.metadata(reader.message()?)?,
                other => reader.skip(other, request::FIELDS)?,
            }
        }
        Ok(())
    }

    /// Makes room for as many series as fit if all are as long as the first one, so that the columns grow once.
    fn reserve(&mut self, length: usize) {
        // Half as many again: the first one may be longer than most.
        let count = self.body_len * 3 / 2 / length.max(1) + 1;
        let count = count.min(MOST_RESERVED);
        self.batch.series.reserve(count);
        self.batch.timestamps.reserve(count);
        self.batch.values.reserve(count);
    }

    #[inline]
    fn series(&mut self, mut reader: Reader<'_>) -> Result<(), DecodeError> {
        let whole = reader;
        let (samples, exemplars) = (self.batch.values.len(), self.batch.exemplars.len());
        let (mut key, mut scattered) = (0..0, false);
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { break };
            match tag {
                LABELS => {
                    reader.bytes()?;
                    if key.is_empty() {
                        key.start = start;
                    } else if key.end != start {
                        scattered = true;
                    }
                    key.end = reader.offset();
                }
                series::SAMPLES => sample(reader.message()?, &mut self.batch)?,
                series::EXEMPLARS => self.exemplar(reader.message()?)?,
                series::HISTOGRAMS => {
                    reader.bytes()?;
                    self.histograms += 1;
                }
                other => reader.skip(other, series::FIELDS)?,
            }
        }
        if scattered {
            key = self.gather(whole)?;
        }
        // A body has less than 2^31 bytes, and so have the labels that are gathered from it.
        close_series(&mut self.batch, key.start as u32..key.end as u32, samples, exemplars);
        Ok(())
    }

    /// Copies the labels of a series to one place, and gives that place.
    #[cold]
    fn gather(&mut self, mut series: Reader<'_>) -> Result<std::ops::Range<usize>, Broken> {
        let start = self.body_len + self.gathered.len();
        while let Some(tag) = series.tag()? {
            if tag == LABELS {
                put_bytes(&mut self.gathered, 1, series.bytes()?);
            } else {
                series.skip(tag, 0)?;
            }
        }
        Ok(start..self.body_len + self.gathered.len())
    }

    fn exemplar(&mut self, mut reader: Reader<'_>) -> Result<(), DecodeError> {
        let (mut value, mut timestamp, mut text) = (0.0, 0, 0);
        let mut pairs = Vec::new();
        while let Some(tag) = reader.tag()? {
            match tag {
                LABELS => {
                    let pair = label(reader.message()?)?;
                    text += size_of_val(&pair) + pair.0.len() + pair.1.len();
                    pairs.push(pair);
                }
                exemplar::VALUE => value = reader.double()?,
                exemplar::TIMESTAMP => timestamp = reader.int64()?,
                other => reader.skip(other, exemplar::FIELDS)?,
            }
        }
        self.room.take_exemplar(text)?;
        match labels_of_pairs(&pairs) {
            Ok(labels) => {
                let series = self.batch.series.len() as u32;
                self.batch.exemplars.push((series, Exemplar { labels, timestamp, value }));
            }
            Err(_) => self.refused_exemplars += 1,
        }
        Ok(())
    }

    fn metadata(&mut self, mut reader: Reader<'_>) -> Result<(), DecodeError> {
        let (mut kind, mut metric, mut help, mut unit) = (0, &[][..], &[][..], &[][..]);
        while let Some(tag) = reader.tag()? {
            match tag {
                metadata::KIND => kind = reader.uint32()?,
                metadata::FAMILY => metric = reader.bytes()?,
                metadata::HELP => help = reader.bytes()?,
                metadata::UNIT => unit = reader.bytes()?,
                other => reader.skip(other, metadata::FIELDS)?,
            }
        }
        // Nothing can be said of no metric.
        if !metric.is_empty() {
            self.room.take_metadata(metric.len() + help.len() + unit.len())?;
            self.batch.metadata.push(Metadata {
                metric: text(metric),
                kind: metadata_kind(kind),
                help: text(help),
                unit: text(unit),
            });
        }
        Ok(())
    }
}
