//! The head of a `Metric`: its name, what it describes and how its points are read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use watchfire_model::{Metadata, MetadataKind};

use super::Names;
use super::names::{Ending, metric_name, unit_name};
use super::refused::Reason;
use super::value::text;
use super::wire::{data, metric};
use crate::protobuf::{Broken, Reader};

/// The form of a metric's points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Gauge,
    Sum { monotonic: bool },
    Histogram,
    Exponential,
    Summary,
}

impl Kind {
    fn metadata(self) -> MetadataKind {
        match self {
            Self::Gauge | Self::Sum { monotonic: false } => MetadataKind::Gauge,
            Self::Sum { monotonic: true } => MetadataKind::Counter,
            Self::Histogram | Self::Exponential => MetadataKind::Histogram,
            Self::Summary => MetadataKind::Summary,
        }
    }

    fn ending(self) -> Ending {
        match self {
            Self::Gauge => Ending::Ratio,
            Self::Sum { monotonic: true } => Ending::Total,
            _ => Ending::None,
        }
    }
}

/// A `Metric`.
#[derive(Clone, Copy)]
pub(super) struct Metric<'a> {
    pub(super) name: &'a [u8],
    pub(super) description: &'a [u8],
    pub(super) unit: &'a [u8],
    pub(super) kind: Kind,
    /// Whether its points are deltas; or why they cannot be taken.
    pub(super) delta: Result<bool, Reason>,
    /// The message that holds the points.
    pub(super) data: Reader<'a>,
}

impl<'a> Metric<'a> {
    /// Reads all but the points; `None` for a metric without a kind, or one that is not known here.
    pub(super) fn read(mut reader: Reader<'a>) -> Result<Option<Self>, Broken> {
        let (mut name, mut description, mut unit) = (&[][..], &[][..], &[][..]);
        let mut found = None;
        while let Some(tag) = reader.tag()? {
            let kind = match tag {
                metric::NAME => {
                    name = reader.bytes()?;
                    continue;
                }
                metric::DESCRIPTION => {
                    description = reader.bytes()?;
                    continue;
                }
                metric::UNIT => {
                    unit = reader.bytes()?;
                    continue;
                }
                metric::GAUGE => Kind::Gauge,
                metric::SUM => Kind::Sum { monotonic: false },
                metric::HISTOGRAM => Kind::Histogram,
                metric::EXPONENTIAL_HISTOGRAM => Kind::Exponential,
                metric::SUMMARY => Kind::Summary,
                other => {
                    reader.skip(other, metric::FIELDS)?;
                    continue;
                }
            };
            found = Some((kind, reader.message()?));
        }
        let Some((mut kind, data)) = found else { return Ok(None) };
        let mut delta = Ok(false);
        if !matches!(kind, Kind::Gauge | Kind::Summary) {
            let (temporality, monotonic) = temporality(data)?;
            delta = match temporality {
                1 => Ok(true),
                2 => Ok(false),
                _ => Err(Reason::Temporality),
            };
            if let Kind::Sum { monotonic: rises } = &mut kind {
                *rises = monotonic;
            }
        }
        Ok(Some(Self { name, description, unit, kind, delta, data }))
    }
}

/// The temporality of a `Sum` or a histogram and whether it only rises, which mostly stand behind the points.
fn temporality(mut reader: Reader<'_>) -> Result<(u32, bool), Broken> {
    let (mut temporality, mut monotonic) = (0, false);
    while let Some(tag) = reader.tag()? {
        match tag {
            data::DATA_POINTS => drop(reader.bytes()?),
            data::TEMPORALITY => temporality = reader.uint32()?,
            data::IS_MONOTONIC => monotonic = reader.varint()? != 0,
            other => reader.skip(other, data::FIELDS)?,
        }
    }
    Ok((temporality, monotonic))
}

/// What the name of a metric's series is made of: its own name, its unit and its kind.
type Parts<'a> = (&'a [u8], &'a [u8], Kind);

/// The names of a request's metrics, each translated and described once: they come again with each resource.
#[derive(Default)]
pub(super) struct Families<'a> {
    places: HashMap<Parts<'a>, Option<usize>>,
    names: Vec<String>,
}

impl<'a> Families<'a> {
    /// The place of the name of a metric's series in [`name`](Self::name); `None` where nothing is left of it. Gives the
    /// metadata too where they are new.
    pub(super) fn place(&mut self, metric: &Metric<'a>, names: Names) -> (Option<usize>, Option<Metadata>) {
        let vacant = match self.places.entry((metric.name, metric.unit, metric.kind)) {
            Entry::Occupied(known) => return (*known.get(), None),
            Entry::Vacant(vacant) => vacant,
        };
        let unit = text(metric.unit);
        let (name, unit) = match (names, std::str::from_utf8(metric.name)) {
            (_, Err(_)) => (String::new(), String::new()),
            (Names::AsSent, Ok(name)) => (name.to_owned(), unit.into_owned()),
            (Names::Prometheus, Ok(name)) => {
                (metric_name(name, &unit, metric.kind.ending()), unit_name(&unit))
            }
        };
        if name.is_empty() {
            vacant.insert(None);
            return (None, None);
        }
        let place = self.names.len();
        vacant.insert(Some(place));
        let help = text(metric.description).into_owned();
        let metadata = Metadata { metric: name.clone(), kind: metric.kind.metadata(), help, unit };
        self.names.push(name);
        (Some(place), Some(metadata))
    }

    /// The name at a place.
    pub(super) fn name(&self, place: usize) -> &str {
        &self.names[place]
    }
}
