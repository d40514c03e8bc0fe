use std::ops::ControlFlow;

use super::super::labels::put_series;
use super::super::number::put_canonical;
use super::super::refused::Fault;
use super::super::{Entry, Exemplar, Refused};
use super::labels::{LABEL, exemplar, label};
use super::{Family, Kind, Output, Stop, told};
use crate::protobuf::{Reader, bytes_field, fixed64_field, known, varint_field};

/// Fields of a `Metric`, beside `label`.
mod metric {
    use super::{bytes_field, known, varint_field};

    pub(super) const GAUGE: u32 = bytes_field(2);
    pub(super) const COUNTER: u32 = bytes_field(3);
    pub(super) const SUMMARY: u32 = bytes_field(4);
    pub(super) const UNTYPED: u32 = bytes_field(5);
    pub(super) const TIMESTAMP_MS: u32 = varint_field(6);
    pub(super) const HISTOGRAM: u32 = bytes_field(7);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3, 4, 5, 6, 7]);
}

/// Fields of a `Gauge`, a `Counter` and an `Untyped`; the last one is a counter's.
mod simple {
    use super::{bytes_field, fixed64_field, known};

    pub(super) const VALUE: u32 = fixed64_field(1);
    pub(super) const EXEMPLAR: u32 = bytes_field(2);
    pub(super) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of a `Summary` and of a `Histogram`, which begin alike. Those behind are a native histogram's.
mod sums {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(super) const COUNT: u32 = varint_field(1);
    pub(super) const SUM: u32 = fixed64_field(2);
    /// Quantiles or buckets.
    pub(super) const PARTS: u32 = bytes_field(3);
    pub(super) const COUNT_FLOAT: u32 = fixed64_field(4);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3]);

    pub(super) const ZERO_THRESHOLD: u32 = fixed64_field(6);
    pub(super) const ZERO_COUNT: u32 = varint_field(7);
    pub(super) const ZERO_COUNT_FLOAT: u32 = fixed64_field(8);
    pub(super) const NEGATIVE_SPAN: u32 = bytes_field(9);
    pub(super) const POSITIVE_SPAN: u32 = bytes_field(12);
}

/// Fields of a `Quantile`.
mod quantile {
    use super::{fixed64_field, known};

    pub(super) const QUANTILE: u32 = fixed64_field(1);
    pub(super) const VALUE: u32 = fixed64_field(2);
    pub(super) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of a `Bucket`.
mod bucket {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(super) const CUMULATIVE_COUNT: u32 = varint_field(1);
    pub(super) const UPPER_BOUND: u32 = fixed64_field(2);
    pub(super) const EXEMPLAR: u32 = bytes_field(3);
    pub(super) const CUMULATIVE_COUNT_FLOAT: u32 = fixed64_field(4);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3, 4]);
}

/// What a summary or a histogram says as a whole.
#[derive(Default)]
struct Sums {
    count: u64,
    /// A histogram of floats has this one.
    count_float: f64,
    sum: f64,
    parts: usize,
    native: bool,
}

impl Sums {
    fn count(&self) -> f64 {
        if self.count_float > 0.0 { self.count_float } else { self.count as f64 }
    }
}

/// A series whose text has begun: up to its labels, in the buffer of the [`Output`].
#[derive(Clone, Copy)]
struct Begun {
    length: usize,
    /// Whether its brace is open.
    open: bool,
    timestamp: Option<i64>,
}

impl<B, E: FnMut(Result<Entry<'_>, Refused>) -> ControlFlow<B>> Output<'_, E> {
    /// Reads a `Metric` into the series that it stands for.
    pub(super) fn metric(&mut self, family: &Family<'_>, mut reader: Reader<'_>) -> Result<(), Stop<B>> {
        let start = reader.offset();
        let wanted = match family.kind {
            Kind::Counter => metric::COUNTER,
            Kind::Gauge => metric::GAUGE,
            Kind::Summary => metric::SUMMARY,
            Kind::Untyped => metric::UNTYPED,
            Kind::Histogram | Kind::GaugeHistogram => metric::HISTOGRAM,
        };
        let (mut value, mut timestamp) = (None, 0);
        self.labels.clear();
        while let Some(tag) = reader.tag()? {
            match tag {
                LABEL => label(reader.message()?, &mut self.labels)?,
                tag if tag == wanted => value = Some(reader.message()?),
                metric::TIMESTAMP_MS => timestamp = reader.int64()?,
                metric::GAUGE | metric::COUNTER | metric::SUMMARY | metric::UNTYPED | metric::HISTOGRAM => {
                    reader.bytes()?;
                }
                other => reader.skip(other, metric::FIELDS)?,
            }
        }
        let Some(value) = value else {
            return Err(Fault::expected(start, "a metric with the value that the family's type tells").into());
        };
        // Prometheus takes zero as none, too.
        let timestamp = (timestamp != 0).then_some(timestamp);
        match family.kind {
            Kind::Counter | Kind::Gauge | Kind::Untyped => self.simple(family, value, timestamp),
            Kind::Summary => self.summary(family, value, timestamp),
            Kind::Histogram => self.histogram(family, ["_count", "_sum"], value, timestamp),
            Kind::GaugeHistogram => self.histogram(family, ["_gcount", "_gsum"], value, timestamp),
        }
    }

    fn simple(
        &mut self,
        family: &Family<'_>,
        mut reader: Reader<'_>,
        timestamp: Option<i64>,
    ) -> Result<(), Stop<B>> {
        // Only a counter has anything but a value.
        let counter = family.kind == Kind::Counter;
        let (mut value, mut example) = (0.0, None);
        while let Some(tag) = reader.tag()? {
            match tag {
                simple::VALUE => value = reader.double()?,
                simple::EXEMPLAR if counter => {
                    example = Some(exemplar(reader.message()?, &mut self.exemplar)?);
                }
                other => reader.skip(other, if counter { simple::FIELDS } else { known(&[1]) })?,
            }
        }
        let begun = self.begin(family.name, "", timestamp);
        self.series(begun, None, value, example)
    }

    fn summary(
        &mut self,
        family: &Family<'_>,
        mut reader: Reader<'_>,
        timestamp: Option<i64>,
    ) -> Result<(), Stop<B>> {
        let sums = sums(reader, false)?;
        self.whole(family.name, ["_count", "_sum"], &sums, timestamp)?;
        let begun = self.begin(family.name, "", timestamp);
        while let Some(tag) = reader.tag()? {
            if tag != sums::PARTS {
                reader.skip(tag, 0)?;
                continue;
            }
            let (mut part, mut rank, mut value) = (reader.message()?, 0.0, 0.0);
            while let Some(tag) = part.tag()? {
                match tag {
                    quantile::QUANTILE => rank = part.double()?,
                    quantile::VALUE => value = part.double()?,
                    other => part.skip(other, quantile::FIELDS)?,
                }
            }
            self.series(begun, Some(("quantile", rank)), value, None)?;
        }
        Ok(())
    }

    fn histogram(
        &mut self,
        family: &Family<'_>,
        suffixes: [&str; 2],
        mut reader: Reader<'_>,
        timestamp: Option<i64>,
    ) -> Result<(), Stop<B>> {
        let sums = sums(reader, true)?;
        self.whole(family.name, suffixes, &sums, timestamp)?;
        if sums.parts == 0 && sums.native {
            return self.entry(Entry::NativeHistogram { metric: family.name });
        }
        let begun = self.begin(family.name, "_bucket", timestamp);
        let mut infinite = false;
        while let Some(tag) = reader.tag()? {
            if tag != sums::PARTS {
                reader.skip(tag, 0)?;
                continue;
            }
            let mut part = reader.message()?;
            let (mut count, mut count_float, mut bound, mut example) = (0, 0.0, 0.0, None);
            while let Some(tag) = part.tag()? {
                match tag {
                    bucket::CUMULATIVE_COUNT => count = part.varint()?,
                    bucket::CUMULATIVE_COUNT_FLOAT => count_float = part.double()?,
                    bucket::UPPER_BOUND => bound = part.double()?,
                    bucket::EXEMPLAR => example = Some(exemplar(part.message()?, &mut self.exemplar)?),
                    other => part.skip(other, bucket::FIELDS)?,
                }
            }
            infinite |= bound == f64::INFINITY;
            let count = if count_float > 0.0 { count_float } else { count as f64 };
            self.series(begun, Some(("le", bound)), count, example)?;
        }
        if !infinite {
            // Clients leave it out, since it is the count.
            self.series(begun, Some(("le", f64::INFINITY)), sums.count(), None)?;
        }
        Ok(())
    }

    /// Tells the count and the sum of a summary or a histogram.
    fn whole(
        &mut self,
        name: &str,
        [count, sum]: [&str; 2],
        sums: &Sums,
        timestamp: Option<i64>,
    ) -> Result<(), Stop<B>> {
        let begun = self.begin(name, count, timestamp);
        self.series(begun, None, sums.count(), None)?;
        let begun = self.begin(name, sum, timestamp);
        self.series(begun, None, sums.sum, None)
    }

    /// Writes the part of a series' text that its metric tells.
    fn begin(&mut self, name: &str, suffix: &str, timestamp: Option<i64>) -> Begun {
        self.text.clear();
        let open = put_series(&mut self.text, (name, suffix), &self.labels);
        Begun { length: self.text.len(), open, timestamp }
    }

    /// Tells a series, with one more label where there is one.
    fn series(
        &mut self,
        begun: Begun,
        bound: Option<(&str, f64)>,
        value: f64,
        exemplar: Option<(f64, Option<i64>)>,
    ) -> Result<(), Stop<B>> {
        // What other series of the metric wrote behind it.
        self.text.truncate(begun.length);
        if let Some((name, bound)) = bound {
            // Behind an open brace there is a label, or a name in quotes.
            self.text.push(if begun.open { b',' } else { b'{' });
            self.text.extend_from_slice(name.as_bytes());
            self.text.extend_from_slice(b"=\"");
            put_canonical(&mut self.text, bound);
            self.text.push(b'"');
        }
        if begun.open || bound.is_some() {
            self.text.push(b'}');
        }
        self.take(self.text.len())?;
        let exemplar = exemplar.map(|(value, timestamp)| Exemplar { text: &self.exemplar, timestamp, value });
        let value = if value.is_nan() { f64::NAN } else { value };
        let entry = Entry::Series { text: &self.text, timestamp: begun.timestamp, value, exemplar };
        told((self.each)(Ok(entry)))
    }
}

/// Reads what a `Summary` or a `Histogram` says as a whole.
fn sums(mut reader: Reader<'_>, histogram: bool) -> Result<Sums, Fault> {
    let mut sums = Sums::default();
    while let Some(tag) = reader.tag()? {
        match tag {
            sums::COUNT => sums.count = reader.varint()?,
            sums::SUM => sums.sum = reader.double()?,
            sums::PARTS => {
                reader.bytes()?;
                sums.parts += 1;
            }
            sums::COUNT_FLOAT if histogram => sums.count_float = reader.double()?,
            sums::ZERO_THRESHOLD | sums::ZERO_COUNT_FLOAT if histogram => {
                sums.native |= reader.double()? > 0.0;
            }
            sums::ZERO_COUNT if histogram => sums.native |= reader.varint()? > 0,
            sums::NEGATIVE_SPAN | sums::POSITIVE_SPAN if histogram => {
                reader.bytes()?;
                sums.native = true;
            }
            other => reader.skip(other, sums::FIELDS)?,
        }
    }
    Ok(sums)
}
