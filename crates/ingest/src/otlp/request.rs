//! Walks an `ExportMetricsServiceRequest` down to its points.

use std::mem::size_of;
use std::ops::Range;

use watchfire_model::{Batch, BatchSeries, Exemplar, Metadata};

use super::distribution::Distribution;
use super::error::{Fault, Place};
use super::key::{Detail, HEAD, OTLP_KEYS, Suffix, put_head, put_text};
use super::metric::{Families, Kind, Metric};
use super::refused::{Reason, Refusals};
use super::resource::{Resource, put_scope};
use super::wire::{data, request, resource_metrics, scope_metrics};
use super::{Decoded, Error, Options, Totals};
use crate::protobuf::{Reader, put_varint};

/// How many series room is made for at most before any of them is read.
const MOST_RESERVED: usize = 1 << 16;

/// What points of one sample take in a request, about: so that the columns seldom grow.
const POINT_BYTES: usize = 96;

/// Places in a batch are 32-bit numbers.
const MOST: usize = u32::MAX as usize;

/// Decodes `body`.
pub(super) fn decode(
    body: &[u8],
    options: &Options,
    deltas: &mut dyn Totals,
    now: i64,
) -> Result<Decoded, Error> {
    let most = options.max_unfolded.min(MOST);
    let reserved = (body.len() / POINT_BYTES).min(MOST_RESERVED);
    let mut batch = Batch::new(&OTLP_KEYS, Vec::with_capacity((2 * body.len()).min(most)));
    batch.series.reserve(reserved);
    batch.timestamps.reserve(reserved);
    batch.values.reserve(reserved);
    let mut request = Request {
        body,
        options,
        deltas,
        now,
        most,
        beside: 0,
        batch,
        points: 0,
        refused: Refusals::default(),
        refused_exemplars: 0,
        place: Place::default(),
        families: Families::default(),
        context: Vec::new(),
        prefix: Vec::new(),
        stream_key: Vec::new(),
        attribute_order: Vec::new(),
        number_for_deltas: None,
        newest: 0,
        distribution: Distribution::default(),
        bounds: Vec::new(),
        counts: Vec::new(),
        bucket_series: Vec::new(),
    };
    match request.read(Reader::new(body)) {
        Ok(()) => {
            let Request { batch, points, refused, refused_exemplars, .. } = request;
            Ok(Decoded { batch, points, refused, refused_exemplars })
        }
        Err(error) => Err(request.place.tell(error)),
    }
}

pub(super) struct Request<'a, 'o> {
    pub(super) body: &'a [u8],
    pub(super) options: &'o Options,
    pub(super) deltas: &'o mut dyn Totals,
    pub(super) now: i64,
    /// The most bytes to unfold into.
    most: usize,
    /// Bytes beside those of keys.
    beside: usize,
    pub(super) batch: Batch,
    points: u64,
    refused: Refusals,
    pub(super) refused_exemplars: usize,
    place: Place<'a>,
    families: Families<'a>,
    /// Labels of the resource and the scope.
    context: Vec<u8>,
    /// What keys of the metric's series have between their head and the attributes.
    pub(super) prefix: Vec<u8>,
    /// What names a running total.
    pub(super) stream_key: Vec<u8>,
    /// Where the attributes of a delta lie among each other, by their keys.
    pub(super) attribute_order: Vec<Range<usize>>,
    /// How the totals number this request, once it has a delta.
    pub(super) number_for_deltas: Option<u64>,
    /// The newest time of the resource's points, in nanoseconds since the epoch.
    pub(super) newest: u64,
    /// The histogram that is being read; it and those below are kept for their memory.
    pub(super) distribution: Distribution,
    pub(super) bounds: Vec<f64>,
    pub(super) counts: Vec<u64>,
    /// The series of each bucket.
    pub(super) bucket_series: Vec<(f64, u32)>,
}

impl<'a> Request<'a, '_> {
    fn read(&mut self, mut reader: Reader<'a>) -> Result<(), Error> {
        let mut number = 0;
        while let Some(tag) = reader.tag()? {
            match tag {
                request::RESOURCE_METRICS => {
                    let message = reader.message()?;
                    self.place.resource = Some(number);
                    self.resource(message)?;
                    self.place = Place::default();
                    number += 1;
                }
                other => reader.skip(other, request::FIELDS)?,
            }
        }
        Ok(())
    }

    fn resource(&mut self, reader: Reader<'a>) -> Result<(), Error> {
        // It mostly stands first, but need not.
        let (mut resource, mut fields) = (Resource::default(), reader);
        while let Some(tag) = fields.tag()? {
            match tag {
                resource_metrics::RESOURCE => resource = Resource::read(fields.message()?, self.options)?,
                resource_metrics::SCOPE_METRICS => drop(fields.bytes()?),
                other => fields.skip(other, resource_metrics::FIELDS)?,
            }
        }
        self.newest = 0;
        let (mut reader, mut number) = (reader, 0);
        while let Some(tag) = reader.tag()? {
            match tag {
                resource_metrics::SCOPE_METRICS => {
                    let message = reader.message()?;
                    self.place.scope = Some(number);
                    self.scope(message, &resource)?;
                    self.place.scope = None;
                    number += 1;
                }
                other => reader.skip(other, 0)?,
            }
        }
        self.target_info(&resource)
    }

    /// Adds the series that tells the resource's other attributes, where there are some and something names the target.
    fn target_info(&mut self, resource: &Resource) -> Result<(), Error> {
        let nothing = resource.identity.is_empty() || resource.others.is_empty();
        if nothing || resource.flaw.is_some() || self.newest == 0 {
            return Ok(());
        }
        self.prefix.clear();
        put_text(&mut self.prefix, &resource.identity);
        put_text(&mut self.prefix, b"target_info");
        self.push(Suffix::None, Detail::None, &resource.others, millis(self.newest), 1.0)?;
        Ok(())
    }

    fn scope(&mut self, reader: Reader<'a>, resource: &Resource) -> Result<(), Error> {
        self.context.clear();
        self.context.extend_from_slice(&resource.labels);
        let mut fields = reader;
        while let Some(tag) = fields.tag()? {
            match tag {
                scope_metrics::SCOPE => put_scope(fields.message()?, &mut self.context)?,
                scope_metrics::METRICS => drop(fields.bytes()?),
                other => fields.skip(other, scope_metrics::FIELDS)?,
            }
        }
        let (mut reader, mut number) = (reader, 0);
        while let Some(tag) = reader.tag()? {
            match tag {
                scope_metrics::METRICS => {
                    let message = reader.message()?;
                    self.place.metric = Some(number);
                    self.metric(message, resource)?;
                    self.place = Place { metric: None, point: None, name: &[], ..self.place };
                    number += 1;
                }
                other => reader.skip(other, 0)?,
            }
        }
        Ok(())
    }

    fn metric(&mut self, reader: Reader<'a>, resource: &Resource) -> Result<(), Error> {
        let Some(metric) = Metric::read(reader)? else { return Ok(()) };
        self.place.name = metric.name;
        let (family, metadata) = self.families.place(&metric, self.options.names);
        if let Some(metadata) = metadata {
            let text = metadata.metric.len() + metadata.help.len() + metadata.unit.len();
            self.take(size_of::<Metadata>() + text)?;
            self.batch.metadata.push(metadata);
        }
        let flaw = match (family, metric.delta, resource.flaw) {
            (None, ..) => Some(Reason::Name),
            (_, Err(reason), _) | (.., Some(reason)) => Some(reason),
            (Some(family), Ok(_), None) => {
                self.prefix.clear();
                put_varint(&mut self.prefix, self.context.len() as u64);
                self.prefix.extend_from_slice(&self.context);
                put_text(&mut self.prefix, self.families.name(family).as_bytes());
                None
            }
        };
        let delta = metric.delta == Ok(true);
        let (mut reader, mut number) = (metric.data, 0);
        while let Some(tag) = reader.tag()? {
            if tag != data::DATA_POINTS {
                reader.skip(tag, 0)?;
                continue;
            }
            let point = reader.message()?;
            self.place.point = Some(number);
            let result = match (flaw, metric.kind) {
                (Some(reason), _) => Err(Fault::Refuse(reason)),
                (None, Kind::Gauge | Kind::Sum { .. }) => self.number(point, delta),
                (None, Kind::Histogram) => self.histogram(point, delta),
                (None, Kind::Exponential) => self.exponential(point, delta),
                (None, Kind::Summary) => self.summary(point),
            };
            match result {
                Ok(()) => {}
                Err(Fault::Refuse(reason)) => self.refused.add(reason, || self.place.path()),
                Err(Fault::Stop(error)) => return Err(error),
            }
            self.points += 1;
            number += 1;
        }
        Ok(())
    }

    /// Adds one sample of one series of the metric, and gives the place of the series.
    #[inline]
    pub(super) fn push(
        &mut self,
        suffix: Suffix,
        detail: Detail,
        attributes: &[u8],
        timestamp: i64,
        value: f64,
    ) -> Result<u32, Error> {
        let length = HEAD + self.prefix.len() + attributes.len();
        self.check_room(length)?;
        let batch = &mut self.batch;
        let start = batch.bytes.len() as u32;
        batch.bytes.reserve(length);
        put_head(&mut batch.bytes, self.options.names, suffix, detail);
        batch.bytes.extend_from_slice(&self.prefix);
        batch.bytes.extend_from_slice(attributes);
        let end = batch.bytes.len() as u32;
        Ok(self.push_keyed(start..end, timestamp, value))
    }

    /// Adds one sample of the series whose key lies there, as a series of its own, and gives its place.
    #[inline]
    fn push_keyed(&mut self, key: Range<u32>, timestamp: i64, value: f64) -> u32 {
        let batch = &mut self.batch;
        let at = batch.values.len() as u32;
        batch.series.push(BatchSeries { key, samples: at..at + 1 });
        batch.timestamps.push(timestamp);
        batch.values.push(value);
        at
    }

    /// Adds a sample as [`push`](Self::push) does, and one with the value 0 at the time `zero` before it, if there is one:
    /// as a series of its own with the same key, so that each has one sample. Gives the place of the latter.
    pub(super) fn push_from(
        &mut self,
        zero: Option<i64>,
        suffix: Suffix,
        detail: Detail,
        attributes: &[u8],
        timestamp: i64,
        value: f64,
    ) -> Result<u32, Error> {
        let Some(zero) = zero else { return self.push(suffix, detail, attributes, timestamp, value) };
        let first = self.push(suffix, detail, attributes, zero, 0.0)?;
        let key = self.batch.series[first as usize].key.clone();
        Ok(self.push_keyed(key, timestamp, value))
    }

    /// Adds an exemplar of a series.
    pub(super) fn push_exemplar(&mut self, series: u32, exemplar: Exemplar) -> Result<(), Error> {
        self.take(size_of::<Exemplar>() + exemplar.labels.packed().len())?;
        self.batch.exemplars.push((series, exemplar));
        Ok(())
    }

    /// Counts memory that is taken beside keys.
    fn take(&mut self, bytes: usize) -> Result<(), Error> {
        self.beside = self.beside.saturating_add(bytes);
        self.check_room(0)
    }

    #[inline]
    fn check_room(&self, more: usize) -> Result<(), Error> {
        let found = self.batch.bytes.len().saturating_add(self.beside).saturating_add(more);
        if found > self.most {
            return Err(Error::TooLarge { found, most: self.most });
        }
        Ok(())
    }
}

/// Milliseconds since the epoch, of nanoseconds.
#[inline]
pub(super) fn millis(nanos: u64) -> i64 {
    (nanos / 1_000_000) as i64
}
