//! The remote write protocol, versions 1 and 2
//! (<https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/>): the body of a request in, a
//! [`Batch`] out.
//!
//! Samples become the columns of the batch as they are read; labels are not read at all where that can wait, since
//! storage knows the bytes of almost every key from the request before.

use std::ops::Range;

use watchfire_model::{Batch, BatchSeries, MetadataKind};

use crate::protobuf::{Broken, Reader, fixed64_field, known, varint_field};
use crate::{DecodeError, snappy};

mod described;
mod key;
mod room;
mod symbols;
mod v1;
mod v2;

/// The message in the body; the request's `Content-Type` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `prometheus.WriteRequest`, which is also meant where the header names no message.
    V1,
    /// `io.prometheus.write.v2.Request`.
    V2,
}

/// What a request held.
#[derive(Debug)]
pub struct Decoded {
    /// Samples, exemplars and metadata. Whether its keys are label sets is found out by the one who reads them.
    pub batch: Batch,
    /// Samples of native histograms, all left out: they are not supported.
    pub histograms: usize,
    /// Exemplars left out because their labels are no label set.
    pub refused_exemplars: usize,
}

/// Decodes the body of a request as it came. Its size when unpacked, and the size of the keys, exemplars and metadata
/// that it unfolds into, are both at most `max_decompressed` bytes.
pub fn decode(version: Version, compressed: &[u8], max_decompressed: usize) -> Result<Decoded, DecodeError> {
    decode_body(version, snappy::decompress(compressed, max_decompressed)?, max_decompressed)
}

/// Decodes a body that is already decompressed, as [`decode`] does.
pub fn decode_body(version: Version, body: Vec<u8>, max_decompressed: usize) -> Result<Decoded, DecodeError> {
    let (found, most) = (body.len(), snappy::limit(max_decompressed));
    if found > most {
        return Err(DecodeError::TooLarge { found, most });
    }
    match version {
        Version::V1 => v1::decode(body, most),
        Version::V2 => v2::decode(&body, most),
    }
}

/// How many series or samples room is made for at most, before any of them is read: what a sender claims is no reason to
/// take more.
const MOST_RESERVED: usize = 1 << 16;

const VALUE: u32 = fixed64_field(1);
const TIMESTAMP: u32 = varint_field(2);
const SAMPLE_FIELDS: u32 = known(&[1, 2]);

/// Reads a `Sample`, which both versions have alike, onto the columns. Version 2 has a start time in it besides, which is
/// skipped: nothing uses it.
#[inline]
fn sample(mut reader: Reader<'_>, batch: &mut Batch) -> Result<(), Broken> {
    let (mut value, mut timestamp) = (0.0, 0);
    while let Some(tag) = reader.tag()? {
        match tag {
            VALUE => value = reader.double()?,
            TIMESTAMP => timestamp = reader.int64()?,
            other => reader.skip(other, SAMPLE_FIELDS)?,
        }
    }
    batch.values.push(value);
    batch.timestamps.push(timestamp);
    Ok(())
}

/// Closes a series whose samples and exemplars were added since there were `samples` and `exemplars` of them. One
/// without any is left out: it had native histograms at most.
#[inline]
fn close_series(batch: &mut Batch, key: Range<u32>, samples: usize, exemplars: usize) {
    if batch.values.len() > samples || batch.exemplars.len() > exemplars {
        batch.series.push(BatchSeries { key, samples: samples as u32..batch.values.len() as u32 });
    }
}

/// Text that only people read: what is no UTF-8 in it is shown as such, and is no reason to refuse samples.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The enumerator of a metric's type, which both versions have alike.
fn metadata_kind(number: u32) -> MetadataKind {
    match number {
        1 => MetadataKind::Counter,
        2 => MetadataKind::Gauge,
        3 => MetadataKind::Histogram,
        4 => MetadataKind::GaugeHistogram,
        5 => MetadataKind::Summary,
        6 => MetadataKind::Info,
        7 => MetadataKind::StateSet,
        _ => MetadataKind::Unknown,
    }
}
