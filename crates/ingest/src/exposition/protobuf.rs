//! The protobuf format: `io.prometheus.client.MetricFamily`, each after its length
//! (<https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto>).
//!
//! A message has no text of its series, so one is written for each into a buffer that all of them share.

use std::ops::ControlFlow;

use watchfire_model::MetadataKind;

use super::refused::{Fault, Problem};
use super::{Entry, Refused, Told};
use crate::protobuf::{Broken, Reader, bytes_field, known, varint_field};

mod labels;
mod values;

/// Fields of a `MetricFamily`.
mod family {
    use super::{bytes_field, known, varint_field};

    pub(super) const NAME: u32 = bytes_field(1);
    pub(super) const HELP: u32 = bytes_field(2);
    pub(super) const KIND: u32 = varint_field(3);
    pub(super) const METRIC: u32 = bytes_field(4);
    pub(super) const UNIT: u32 = bytes_field(5);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3, 4, 5]);
}

/// Reads all families. One that is broken is refused, from the broken metric on; behind a length that is wrong, nothing
/// can be found.
pub(super) fn read<B>(
    body: &[u8],
    most: usize,
    each: &mut impl FnMut(Result<Entry<'_>, Refused>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut reader = Reader::new(body);
    let mut output =
        Output { text: Vec::new(), exemplar: Vec::new(), labels: Vec::new(), taken: 0, most, each };
    while !reader.is_empty() {
        let mut name: &[u8] = &[];
        let read = reader.message().map_err(Stop::from);
        let whole = read.is_ok();
        match read.and_then(|message| output.family(message, &mut name)) {
            Ok(()) => {}
            Err(Stop::Broke(value)) => return ControlFlow::Break(value),
            Err(Stop::TooLarge) => return (output.each)(Err(Refused::too_large(output.taken, most))),
            Err(Stop::Fault(fault)) => (output.each)(Err(fault.in_family(name)))?,
        }
        if !whole {
            break;
        }
    }
    ControlFlow::Continue(())
}

/// Why reading stops, for this family at least.
enum Stop<B> {
    Fault(Fault),
    /// The texts are longer than is allowed.
    TooLarge,
    /// The reader of the entries has enough.
    Broke(B),
}

impl<B> From<Fault> for Stop<B> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<B> From<Broken> for Stop<B> {
    fn from(broken: Broken) -> Self {
        Self::Fault(broken.into())
    }
}

/// What becomes of reading after an entry is told.
fn told<B>(flow: ControlFlow<B>) -> Result<(), Stop<B>> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(value) => Err(Stop::Broke(value)),
    }
}

/// Where entries go, and the buffers that their texts are written to.
struct Output<'e, E> {
    /// A series.
    text: Vec<u8>,
    /// The labels of an exemplar.
    exemplar: Vec<u8>,
    /// The labels of a metric.
    labels: Vec<u8>,
    /// Bytes of texts so far, of `most`.
    taken: usize,
    most: usize,
    each: &'e mut E,
}

/// What is said of a family, read before its metrics since fields come in any order.
#[derive(Default)]
struct Family<'a> {
    name: &'a str,
    help: &'a str,
    unit: &'a str,
    kind: Kind,
}

/// The enumerator of a family's type.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Counter,
    Gauge,
    Summary,
    Untyped,
    Histogram,
    GaugeHistogram,
}

impl Kind {
    fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Counter,
            1 => Self::Gauge,
            2 => Self::Summary,
            3 => Self::Untyped,
            4 => Self::Histogram,
            5 => Self::GaugeHistogram,
            _ => return None,
        })
    }

    fn metadata(self) -> MetadataKind {
        match self {
            Self::Counter => MetadataKind::Counter,
            Self::Gauge => MetadataKind::Gauge,
            Self::Summary => MetadataKind::Summary,
            Self::Untyped => MetadataKind::Unknown,
            Self::Histogram => MetadataKind::Histogram,
            Self::GaugeHistogram => MetadataKind::GaugeHistogram,
        }
    }
}

impl<B, E: FnMut(Result<Entry<'_>, Refused>) -> ControlFlow<B>> Output<'_, E> {
    /// Reads a family; its name is told as soon as it is known, for errors.
    fn family<'a>(&mut self, mut reader: Reader<'a>, name: &mut &'a [u8]) -> Result<(), Stop<B>> {
        let (start, whole) = (reader.offset(), reader);
        let mut family = Family::default();
        while let Some(tag) = reader.tag()? {
            match tag {
                family::NAME => {
                    family.name = reader.text()?;
                    *name = family.name.as_bytes();
                }
                family::HELP => family.help = reader.text()?,
                family::UNIT => family.unit = reader.text()?,
                family::KIND => {
                    let at = reader.offset();
                    let unknown = "a type from 0 (counter) to 5 (gauge histogram)";
                    family.kind =
                        Kind::from_number(reader.uint32()?).ok_or_else(|| Fault::expected(at, unknown))?;
                }
                family::METRIC => drop(reader.bytes()?),
                other => reader.skip(other, family::FIELDS)?,
            }
        }
        if family.name.is_empty() {
            return Err(Fault::new(start, Problem::NoMetricName).into());
        }
        self.metadata(&family)?;

        let mut reader = whole;
        while let Some(tag) = reader.tag()? {
            if tag == family::METRIC {
                self.metric(&family, reader.message()?)?;
            } else {
                reader.skip(tag, 0)?;
            }
        }
        Ok(())
    }

    fn metadata(&mut self, family: &Family<'_>) -> Result<(), Stop<B>> {
        let tell = |told| Entry::Metadata { metric: family.name.into(), told };
        self.entry(tell(Told::Kind(family.kind.metadata())))?;
        if !family.help.is_empty() {
            self.entry(tell(Told::Help(family.help.into())))?;
        }
        if !family.unit.is_empty() {
            self.entry(tell(Told::Unit(family.unit.into())))?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry<'_>) -> Result<(), Stop<B>> {
        told((self.each)(Ok(entry)))
    }

    /// Counts a text that is told.
    fn take(&mut self, bytes: usize) -> Result<(), Stop<B>> {
        self.taken = self.taken.saturating_add(bytes);
        if self.taken > self.most { Err(Stop::TooLarge) } else { Ok(()) }
    }
}
