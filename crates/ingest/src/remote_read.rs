//! The remote read protocol (<https://prometheus.io/docs/prometheus/latest/querying/remote_read_api/>): the body of a
//! request in, the body of an answer out. Answers are plain samples; streamed chunks are not supported, and no client may
//! demand them.

use watchfire_model::{MatchOp, Matcher, Series};

use crate::protobuf::{
    Reader, bytes_field, fixed64_field, known, put_bytes, put_varint, varint_field, varint_len,
};
use crate::{DecodeError, snappy};

/// What a client asks for: `prometheus.ReadRequest`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRequest {
    /// The queries; each gets its own result in the answer.
    pub queries: Vec<ReadQuery>,
    /// Whether the client takes an answer of plain samples, the only one there is. Where not, it is to be refused.
    pub accepts_samples: bool,
}

/// One query: all samples of the series that match, from `start` to `end`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadQuery {
    /// Milliseconds since the epoch, included.
    pub start: i64,
    /// Milliseconds since the epoch, included.
    pub end: i64,
    /// All must hold.
    pub matchers: Vec<Matcher>,
}

/// Fields of a `ReadRequest`.
mod request {
    use super::{bytes_field, known, varint_field};

    pub(super) const QUERIES: u32 = bytes_field(1);
    pub(super) const RESPONSE_TYPE: u32 = varint_field(2);
    pub(super) const RESPONSE_TYPES: u32 = bytes_field(2);
    pub(super) const FIELDS: u32 = known(&[1, 2]);
    /// The response type that is a `ReadResponse`.
    pub(super) const SAMPLES: u64 = 0;
}

/// Fields of a `Query`. Its `hints`, 4, are skipped: they only tell what the client will do with the answer.
mod query {
    use super::{bytes_field, known, varint_field};

    pub(super) const START: u32 = varint_field(1);
    pub(super) const END: u32 = varint_field(2);
    pub(super) const MATCHERS: u32 = bytes_field(3);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3]);
}

/// Fields of a `LabelMatcher`.
mod matcher {
    use super::{bytes_field, known, varint_field};

    pub(super) const KIND: u32 = varint_field(1);
    pub(super) const NAME: u32 = bytes_field(2);
    pub(super) const VALUE: u32 = bytes_field(3);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3]);
}

/// Decodes the body of a request as it came, of at most `max_decompressed` bytes when it is unpacked. Regular expressions
/// are not looked at.
pub fn decode_request(compressed: &[u8], max_decompressed: usize) -> Result<ReadRequest, DecodeError> {
    let body = snappy::decompress(compressed, max_decompressed)?;
    let mut reader = Reader::new(&body);
    let (mut queries, mut types) = (Vec::new(), Vec::new());
    while let Some(tag) = reader.tag()? {
        match tag {
            request::QUERIES => queries.push(query(reader.message()?)?),
            request::RESPONSE_TYPE => types.push(reader.varint()?),
            request::RESPONSE_TYPES => {
                let mut packed = reader.message()?;
                while !packed.is_empty() {
                    types.push(packed.varint()?);
                }
            }
            other => reader.skip(other, request::FIELDS)?,
        }
    }
    let accepts_samples = types.is_empty() || types.contains(&request::SAMPLES);
    Ok(ReadRequest { queries, accepts_samples })
}

fn query(mut reader: Reader<'_>) -> Result<ReadQuery, DecodeError> {
    let mut query = ReadQuery::default();
    while let Some(tag) = reader.tag()? {
        match tag {
            query::START => query.start = reader.int64()?,
            query::END => query.end = reader.int64()?,
            query::MATCHERS => query.matchers.push(matcher(reader.message()?)?),
            other => reader.skip(other, query::FIELDS)?,
        }
    }
    Ok(query)
}

fn matcher(mut reader: Reader<'_>) -> Result<Matcher, DecodeError> {
    let (mut op, mut name, mut value) = (MatchOp::Equal, "", "");
    while let Some(tag) = reader.tag()? {
        match tag {
            matcher::KIND => op = match_op(&mut reader)?,
            matcher::NAME => name = reader.text()?,
            matcher::VALUE => value = reader.text()?,
            other => reader.skip(other, matcher::FIELDS)?,
        }
    }
    Ok(Matcher { name: name.to_owned(), op, value: value.to_owned() })
}

fn match_op(reader: &mut Reader<'_>) -> Result<MatchOp, DecodeError> {
    let offset = reader.offset();
    match reader.varint()? {
        0 => Ok(MatchOp::Equal),
        1 => Ok(MatchOp::NotEqual),
        2 => Ok(MatchOp::Regex),
        3 => Ok(MatchOp::NotRegex),
        _ => Err(DecodeError::Protobuf { offset, series: None, expected: "a matcher's type from 0 to 3" }),
    }
}

/// An answer is longer than a block of snappy can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the answer takes {found} bytes, and 4294967295 are possible; ask for fewer series or a shorter time"
)]
pub struct AnswerTooLarge {
    /// Bytes of the answer before compression.
    pub found: usize,
}

/// Encodes an answer, a `prometheus.ReadResponse`, with the series of each query in the order of the queries, and
/// compresses it.
pub fn encode_response(results: &[Vec<Series>]) -> Result<Vec<u8>, AnswerTooLarge> {
    let (mut body, mut result, mut message) = (Vec::new(), Vec::new(), Vec::new());
    for of_query in results {
        result.clear();
        for series in of_query {
            message.clear();
            put_series(&mut message, series);
            put_bytes(&mut result, 1, &message);
        }
        put_bytes(&mut body, 1, &result);
    }
    snap::raw::Encoder::new().compress_vec(&body).map_err(|_| AnswerTooLarge { found: body.len() })
}

/// Writes the fields of a `TimeSeries`.
fn put_series(into: &mut Vec<u8>, series: &Series) {
    let mut fields = Vec::with_capacity(64);
    for label in &series.labels {
        fields.clear();
        put_bytes(&mut fields, 1, label.name.as_bytes());
        put_bytes(&mut fields, 2, label.value.as_bytes());
        put_bytes(into, 1, &fields);
    }
    for (timestamp, value) in series.timestamps.iter().zip(&series.values) {
        // int64: a negative one is its two's complement.
        let timestamp = *timestamp as u64;
        put_varint(into, bytes_field(2).into());
        put_varint(into, (2 + size_of::<f64>() + varint_len(timestamp)) as u64);
        put_varint(into, fixed64_field(1).into());
        into.extend_from_slice(&value.to_le_bytes());
        put_varint(into, varint_field(2).into());
        put_varint(into, timestamp);
    }
}
