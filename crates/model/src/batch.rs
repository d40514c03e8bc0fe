use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Labels, LabelsError, Sample};

/// How the bytes that name a series in a [`Batch`] are read. Storage remembers which series equal bytes named last time,
/// so that it seldom has to.
pub struct KeyFormat {
    /// Keeps equal bytes of different formats apart.
    pub tag: u8,
    /// Reads the label set from the bytes of a key.
    pub decode: fn(&[u8]) -> Result<Labels, LabelsError>,
}

impl fmt::Debug for KeyFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyFormat({})", self.tag)
    }
}

/// Keys in the form of [`Labels::packed`].
pub static PACKED_KEYS: KeyFormat = KeyFormat {
    tag: 0,
    decode: |bytes| {
        let text = std::str::from_utf8(bytes).map_err(|_| LabelsError::Damaged)?;
        Labels::from_packed(text)
    },
};

/// One series of a [`Batch`]: where its key and its samples lie there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchSeries {
    /// The bytes of the batch that name the series.
    pub key: Range<u32>,
    /// The samples of the batch that belong to it.
    pub samples: Range<u32>,
}

/// A trace or another detail that stands as an example for a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exemplar {
    /// Its own labels, such as `trace_id`.
    pub labels: Labels,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// The value.
    pub value: f64,
}

/// A metric's type, in the words of OpenMetrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetadataKind {
    /// Nobody said.
    #[default]
    Unknown,
    /// Only goes up, and starts again from zero.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts in buckets.
    Histogram,
    /// A histogram whose buckets may fall.
    GaugeHistogram,
    /// Quantiles.
    Summary,
    /// Text in labels.
    Info,
    /// One of several states.
    StateSet,
}

impl MetadataKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Counter,
        Self::Gauge,
        Self::Histogram,
        Self::GaugeHistogram,
        Self::Summary,
        Self::Info,
        Self::StateSet,
    ];

    /// The word of OpenMetrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
        }
    }

    /// The kind that a word means; an unknown word means an unknown kind.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or_default()
    }
}

/// What a sender says of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The metric's (family) name.
    pub metric: String,
    /// Its type.
    pub kind: MetadataKind,
    /// One sentence for people.
    pub help: String,
    /// The unit's name, such as `seconds`; empty where it has none.
    pub unit: String,
}

/// What a decoder or a collector hands to storage in one go: the samples as columns, grouped by series. The good part
/// of it is stored as a whole.
#[derive(Clone, Debug)]
pub struct Batch {
    /// How keys are read.
    pub format: &'static KeyFormat,
    /// What keys point into: often the body of a request as it came.
    pub bytes: Vec<u8>,
    /// The series. One may come several times.
    pub series: Vec<BatchSeries>,
    /// Milliseconds since the epoch.
    pub timestamps: Vec<i64>,
    /// The value at each timestamp.
    pub values: Vec<f64>,
    /// Exemplars, each with its place in `series`.
    pub exemplars: Vec<(u32, Exemplar)>,
    /// What the sender says of metrics.
    pub metadata: Vec<Metadata>,
}

impl Default for Batch {
    fn default() -> Self {
        Self::new(&PACKED_KEYS, Vec::new())
    }
}

impl Batch {
    /// An empty batch whose keys lie in `bytes`.
    pub fn new(format: &'static KeyFormat, bytes: Vec<u8>) -> Self {
        Self {
            format,
            bytes,
            series: Vec::new(),
            timestamps: Vec::new(),
            values: Vec::new(),
            exemplars: Vec::new(),
            metadata: Vec::new(),
        }
    }

    /// Adds one sample to a batch with [`PACKED_KEYS`].
    pub fn push(&mut self, labels: &Labels, timestamp: i64, value: f64) {
        debug_assert_eq!(self.format.tag, PACKED_KEYS.tag);
        let key = labels.packed().as_bytes();
        let last_key = self.series.last().map(|last| last.key.clone());
        if last_key.is_none_or(|last| self.key(&last) != key) {
            let start = self.bytes.len() as u32;
            self.bytes.extend_from_slice(key);
            let at = self.values.len() as u32;
            self.series.push(BatchSeries { key: start..self.bytes.len() as u32, samples: at..at });
        }
        self.timestamps.push(timestamp);
        self.values.push(value);
        if let Some(series) = self.series.last_mut() {
            series.samples.end += 1;
        }
    }

    /// The bytes of a key.
    pub fn key(&self, range: &Range<u32>) -> &[u8] {
        &self.bytes[range.start as usize..range.end as usize]
    }

    /// The label set of one series.
    pub fn labels(&self, series: &BatchSeries) -> Result<Labels, LabelsError> {
        (self.format.decode)(self.key(&series.key))
    }

    /// All samples with their series, in the order they were added: for tests and other slow ways.
    pub fn iter(&self) -> impl Iterator<Item = (Result<Labels, LabelsError>, Sample)> {
        self.series.iter().flat_map(move |series| {
            let labels = self.labels(series);
            series.samples.clone().map(move |at| {
                let (timestamp, value) = (self.timestamps[at as usize], self.values[at as usize]);
                (labels.clone(), Sample { timestamp, value })
            })
        })
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.exemplars.is_empty() && self.metadata.is_empty()
    }
}
