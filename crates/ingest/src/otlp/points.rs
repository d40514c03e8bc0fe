//! What points of every kind have, and those of gauges, sums and summaries, onto the columns of the batch.

use std::borrow::Cow;
use std::ops::Range;

use watchfire_model::STALE;

use super::error::{Error, Fault};
use super::exemplar;
use super::key::{Detail, Suffix};
use super::refused::Reason;
use super::request::{Request, millis};
use super::value::check;
use super::wire::{number, point, quantile, summary};
use crate::protobuf::{Broken, Reader, put_bytes};

/// The flag of a point that says that there is no value.
const NO_RECORDED_VALUE: u64 = 1;

/// What points of all kinds have.
#[derive(Default)]
pub(super) struct Common {
    pub(super) start: u64,
    pub(super) time: u64,
    pub(super) flags: u64,
    /// Where the attributes lie in the body, if they lie together.
    run: Range<usize>,
    scattered: bool,
    pub(super) exemplars: bool,
    flaw: Option<Reason>,
}

impl Common {
    /// Reads an attribute whose field begins at `start`.
    #[inline]
    pub(super) fn attribute(&mut self, start: usize, reader: &mut Reader<'_>) -> Result<(), Broken> {
        if let Some(flaw) = check(reader.message()?)? {
            self.flaw = self.flaw.or(Some(flaw));
        }
        if self.run.is_empty() {
            self.run.start = start;
        } else if self.run.end != start {
            self.scattered = true;
        }
        self.run.end = reader.offset();
        Ok(())
    }

    /// The fields of the attributes of a point, which have the tag `tag`.
    #[inline]
    pub(super) fn attributes<'a>(
        &self,
        body: &'a [u8],
        point: Reader<'a>,
        tag: u32,
    ) -> Result<Cow<'a, [u8]>, Broken> {
        if self.scattered {
            return gather(point, tag).map(Cow::Owned);
        }
        Ok(Cow::Borrowed(&body[self.run.clone()]))
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.flags & NO_RECORDED_VALUE == 0
    }

    /// Whether the point can be taken at all.
    #[inline]
    pub(super) fn verdict(&self) -> Result<(), Reason> {
        match self.flaw {
            Some(flaw) => Err(flaw),
            None if self.time == 0 => Err(Reason::Time),
            None => Ok(()),
        }
    }
}

/// Copies the attributes of a point to one place.
#[cold]
fn gather(mut point: Reader<'_>, attributes: u32) -> Result<Vec<u8>, Broken> {
    let mut gathered = Vec::new();
    while let Some(tag) = point.tag()? {
        if tag == attributes {
            put_bytes(&mut gathered, tag >> 3, point.bytes()?);
        } else {
            point.skip(tag, 0)?;
        }
    }
    Ok(gathered)
}

impl<'a> Request<'a, '_> {
    /// Reads a `NumberDataPoint`.
    #[inline]
    pub(super) fn number(&mut self, whole: Reader<'a>, delta: bool) -> Result<(), Fault> {
        let (mut reader, mut common, mut value) = (whole, Common::default(), None);
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { break };
            match tag {
                number::ATTRIBUTES => common.attribute(start, &mut reader)?,
                point::START_TIME => common.start = reader.fixed64()?,
                point::TIME => common.time = reader.fixed64()?,
                number::AS_DOUBLE => value = Some(reader.double()?),
                number::AS_INT => value = Some(reader.fixed64()? as i64 as f64),
                number::FLAGS => common.flags = reader.varint()?,
                number::EXEMPLARS => {
                    reader.bytes()?;
                    common.exemplars = true;
                }
                other => reader.skip(other, number::FIELDS)?,
            }
        }
        common.verdict()?;
        let attributes = common.attributes(self.body, whole, number::ATTRIBUTES)?;
        let mut zero = None;
        let value = if common.is_recorded() {
            let mut value = value.ok_or(Reason::Value)?;
            if delta {
                let (stream, span) = self.stream(0, &common, &attributes)?;
                (value, zero) = self.deltas.totals().add_sum(stream, span, value)?;
            }
            value
        } else {
            STALE
        };
        self.newest = self.newest.max(common.time);
        let timestamp = millis(common.time);
        let series = match zero {
            None => self.push(Suffix::None, Detail::None, &attributes, timestamp, value)?,
            zero => self.push_from(zero, Suffix::None, Detail::None, &attributes, timestamp, value)?,
        };
        if common.exemplars {
            self.bucket_series.clear();
            self.exemplars(whole, number::EXEMPLARS, series)?;
        }
        Ok(())
    }

    /// Reads the exemplars of a point: each belongs to the first bucket that can hold it, or else to `last`.
    #[cold]
    pub(super) fn exemplars(
        &mut self,
        mut point: Reader<'a>,
        exemplars: u32,
        last: u32,
    ) -> Result<(), Error> {
        while let Some(tag) = point.tag()? {
            if tag != exemplars {
                point.skip(tag, 0)?;
                continue;
            }
            let Some(exemplar) = exemplar::read(point.message()?, self.options.names)? else {
                self.refused_exemplars += 1;
                continue;
            };
            let bucket = self.bucket_series.partition_point(|(bound, _)| *bound < exemplar.value);
            let series = self.bucket_series.get(bucket).map_or(last, |(_, series)| *series);
            self.push_exemplar(series, exemplar)?;
        }
        Ok(())
    }

    /// Reads a `SummaryDataPoint`.
    pub(super) fn summary(&mut self, whole: Reader<'a>) -> Result<(), Fault> {
        let (mut reader, mut common) = (whole, Common::default());
        let (mut count, mut sum) = (0.0, 0.0);
        // Quantiles and their values; those of histograms lie in the same memory.
        let mut values = std::mem::take(&mut self.distribution.buckets);
        values.clear();
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { break };
            match tag {
                summary::ATTRIBUTES => common.attribute(start, &mut reader)?,
                point::START_TIME => common.start = reader.fixed64()?,
                point::TIME => common.time = reader.fixed64()?,
                summary::COUNT => count = reader.fixed64()? as f64,
                summary::SUM => sum = reader.double()?,
                summary::QUANTILE_VALUES => values.push(value_at_quantile(reader.message()?)?),
                summary::FLAGS => common.flags = reader.varint()?,
                other => reader.skip(other, summary::FIELDS)?,
            }
        }
        common.verdict()?;
        if !values.iter().all(|(quantile, _)| (0.0..=1.0).contains(quantile)) {
            return Err(Reason::Number.into());
        }
        let attributes = common.attributes(self.body, whole, summary::ATTRIBUTES)?;
        self.newest = self.newest.max(common.time);
        let recorded = common.is_recorded();
        let value = |value| if recorded { value } else { STALE };
        let timestamp = millis(common.time);
        for (quantile, found) in &values {
            let detail = Detail::Quantile(*quantile);
            self.push(Suffix::None, detail, &attributes, timestamp, value(*found))?;
        }
        self.push(Suffix::Sum, Detail::None, &attributes, timestamp, value(sum))?;
        self.push(Suffix::Count, Detail::None, &attributes, timestamp, value(count))?;
        self.distribution.buckets = values;
        Ok(())
    }
}

fn value_at_quantile(mut reader: Reader<'_>) -> Result<(f64, f64), Broken> {
    let (mut quantile, mut value) = (0.0, 0.0);
    while let Some(tag) = reader.tag()? {
        match tag {
            quantile::QUANTILE => quantile = reader.double()?,
            quantile::VALUE => value = reader.double()?,
            other => reader.skip(other, quantile::FIELDS)?,
        }
    }
    Ok((quantile, value))
}
