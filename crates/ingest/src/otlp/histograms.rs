//! Points of both kinds of histograms, onto the columns of the batch.

use watchfire_model::STALE;

use super::distribution::Half;
use super::error::{Error, Fault};
use super::key::{Detail, Suffix};
use super::points::Common;
use super::refused::Reason;
use super::request::{Request, millis};
use super::wire::{buckets, exponential, histogram, point};
use crate::protobuf::{Broken, Reader};

impl<'a> Request<'a, '_> {
    /// Reads a `HistogramDataPoint`.
    pub(super) fn histogram(&mut self, whole: Reader<'a>, delta: bool) -> Result<(), Fault> {
        let (mut reader, mut common) = (whole, Common::default());
        self.distribution.clear();
        self.bounds.clear();
        self.counts.clear();
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { break };
            match tag {
                histogram::ATTRIBUTES => common.attribute(start, &mut reader)?,
                point::START_TIME => common.start = reader.fixed64()?,
                point::TIME => common.time = reader.fixed64()?,
                histogram::COUNT => self.distribution.count = reader.fixed64()? as f64,
                histogram::SUM => self.distribution.sum = Some(reader.double()?),
                histogram::BUCKET_COUNT => self.counts.push(reader.fixed64()?),
                histogram::EXPLICIT_BOUND => self.bounds.push(reader.double()?),
                histogram::BUCKET_COUNTS => {
                    let mut packed = reader.message()?;
                    while !packed.is_empty() {
                        self.counts.push(packed.fixed64()?);
                    }
                }
                histogram::EXPLICIT_BOUNDS => {
                    let mut packed = reader.message()?;
                    while !packed.is_empty() {
                        self.bounds.push(packed.double()?);
                    }
                }
                histogram::FLAGS => common.flags = reader.varint()?,
                histogram::EXEMPLARS => {
                    reader.bytes()?;
                    common.exemplars = true;
                }
                other => reader.skip(other, histogram::FIELDS)?,
            }
        }
        common.verdict()?;
        if !common.is_recorded() && self.counts.is_empty() && !self.bounds.is_empty() {
            // Its bounds may be told all the same, and then each bucket is marked.
            self.counts.resize(self.bounds.len() + 1, 0);
        }
        self.distribution.set_explicit(&self.bounds, &self.counts)?;
        let attributes = common.attributes(self.body, whole, histogram::ATTRIBUTES)?;
        let mut zero = None;
        if delta && common.is_recorded() {
            let (stream, span) = self.stream(1, &common, &attributes)?;
            zero = self.deltas.totals().add_distribution(stream, span, &mut self.distribution, true)?;
        }
        let exemplars = common.exemplars.then_some(histogram::EXEMPLARS);
        Ok(self.push_distribution(&common, &attributes, zero, (whole, exemplars))?)
    }

    /// Reads an `ExponentialHistogramDataPoint`.
    pub(super) fn exponential(&mut self, whole: Reader<'a>, delta: bool) -> Result<(), Fault> {
        let (mut reader, mut common) = (whole, Common::default());
        self.distribution.clear();
        let (mut scale, mut zeros, mut threshold) = (0, 0.0, 0.0_f64);
        let (mut positive, mut negative) = (None, None);
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { break };
            match tag {
                exponential::ATTRIBUTES => common.attribute(start, &mut reader)?,
                point::START_TIME => common.start = reader.fixed64()?,
                point::TIME => common.time = reader.fixed64()?,
                exponential::COUNT => self.distribution.count = reader.fixed64()? as f64,
                exponential::SUM => self.distribution.sum = Some(reader.double()?),
                exponential::SCALE => scale = sint32(reader.varint()?),
                exponential::ZERO_COUNT => zeros = reader.fixed64()? as f64,
                exponential::ZERO_THRESHOLD => threshold = reader.double()?,
                exponential::POSITIVE => positive = Some(reader.message()?),
                exponential::NEGATIVE => negative = Some(reader.message()?),
                exponential::FLAGS => common.flags = reader.varint()?,
                exponential::EXEMPLARS => {
                    reader.bytes()?;
                    common.exemplars = true;
                }
                other => reader.skip(other, exponential::FIELDS)?,
            }
        }
        common.verdict()?;
        if !(threshold >= 0.0 && threshold.is_finite()) {
            return Err(Reason::Number.into());
        }
        if let Some(reader) = negative {
            self.half(reader, Half::Negative, scale)?;
            self.distribution.buckets.reverse();
        }
        self.distribution.add(threshold + 0.0, zeros);
        if let Some(reader) = positive {
            self.half(reader, Half::Positive, scale)?;
        }
        self.distribution.sort();
        let attributes = common.attributes(self.body, whole, exponential::ATTRIBUTES)?;
        let mut zero = None;
        if delta && common.is_recorded() {
            let (stream, span) = self.stream(2, &common, &attributes)?;
            zero = self.deltas.totals().add_distribution(stream, span, &mut self.distribution, false)?;
        }
        let exemplars = common.exemplars.then_some(exponential::EXEMPLARS);
        Ok(self.push_distribution(&common, &attributes, zero, (whole, exemplars))?)
    }

    /// Reads the `Buckets` of one half.
    fn half(&mut self, reader: Reader<'_>, half: Half, scale: i64) -> Result<(), Broken> {
        let (mut fields, mut at) = (reader, 0);
        while let Some(tag) = fields.tag()? {
            match tag {
                buckets::OFFSET => at = sint32(fields.varint()?),
                other if other >> 3 == buckets::BUCKET_COUNTS >> 3 => fields.skip(other, 0)?,
                other => fields.skip(other, buckets::FIELDS)?,
            }
        }
        let mut reader = reader;
        let mut add = |count: u64| {
            self.distribution.add_exponential(half, scale, at, count as f64);
            at += 1;
        };
        while let Some(tag) = reader.tag()? {
            match tag {
                buckets::BUCKET_COUNT => add(reader.varint()?),
                buckets::BUCKET_COUNTS => {
                    let mut packed = reader.message()?;
                    while !packed.is_empty() {
                        add(packed.varint()?);
                    }
                }
                buckets::OFFSET => drop(reader.varint()?),
                other => reader.skip(other, buckets::FIELDS)?,
            }
        }
        Ok(())
    }

    /// Adds the series of a histogram, which begin with `zero` if there is one, and its exemplars to the buckets that hold
    /// them.
    fn push_distribution(
        &mut self,
        common: &Common,
        attributes: &[u8],
        zero: Option<i64>,
        (whole, exemplars): (Reader<'a>, Option<u32>),
    ) -> Result<(), Error> {
        self.newest = self.newest.max(common.time);
        let timestamp = millis(common.time);
        let recorded = common.is_recorded();
        let value = |value| if recorded { value } else { STALE };
        self.bucket_series.clear();
        let mut under = 0.0;
        for at in 0..self.distribution.buckets.len() {
            let (bound, count) = self.distribution.buckets[at];
            under += count;
            let series = self.push_from(
                zero,
                Suffix::Bucket,
                Detail::Bound(bound),
                attributes,
                timestamp,
                value(under),
            )?;
            self.bucket_series.push((bound, series));
        }
        let count = value(self.distribution.count);
        let infinite = Detail::Bound(f64::INFINITY);
        let last = self.push_from(zero, Suffix::Bucket, infinite, attributes, timestamp, count)?;
        // A marker ends the sum too, which such a point does not tell.
        if let Some(sum) = self.distribution.sum.or((!recorded).then_some(STALE)) {
            self.push_from(zero, Suffix::Sum, Detail::None, attributes, timestamp, value(sum))?;
        }
        self.push_from(zero, Suffix::Count, Detail::None, attributes, timestamp, count)?;
        match exemplars {
            Some(tag) => self.exemplars(whole, tag, last),
            None => Ok(()),
        }
    }
}

/// A number of 32 bits in the zigzag encoding; the sign is the last bit.
fn sint32(zigzag: u64) -> i64 {
    let number = zigzag as u32;
    i64::from((number >> 1) as i32 ^ -((number & 1) as i32))
}
