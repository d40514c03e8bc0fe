use std::collections::HashMap;
use std::ops::ControlFlow;

use watchfire_model::{Batch, BatchSeries, Metadata};

use super::{Entry, Exemplar, Format, Problem, Refused, SERIES_TEXT, Told, protobuf, text};
use crate::snappy;

/// How many refused parts [`batch()`] tells in full.
pub const MOST_TOLD: usize = 20;

/// How many series room is made for at most before any of them is read.
const MOST_RESERVED: usize = 1 << 16;

/// Bytes of a short line: with fewer of them the columns grow once or twice.
const SHORT_LINE: usize = 48;

/// The good part of an exposition, and what was left out.
#[derive(Debug)]
pub struct Pushed {
    /// Samples, exemplars and metadata. Its keys can still be no label sets, where a name is there twice.
    pub batch: Batch,
    /// The first [`MOST_TOLD`] lines, or parts of protobuf, that can't be read.
    pub refused: Vec<Refused>,
    /// How many there are in all.
    pub refused_count: usize,
    /// Native histograms of which only the count and the sum are in the batch.
    pub native_histograms: usize,
    /// Exemplars left out because a label is there twice; their samples are in the batch.
    pub refused_exemplars: usize,
}

/// Reads an exposition that is pushed. `default_timestamp`, in milliseconds since the epoch, is that of samples without
/// one. What can't be read is told and left out; the only error is a body that takes more than `most` bytes, or whose
/// metadata and exemplars, or whose texts where it is protobuf, do.
pub fn batch(format: Format, body: Vec<u8>, default_timestamp: i64, most: usize) -> Result<Pushed, Refused> {
    let most = snappy::limit(most);
    if body.len() > most {
        return Err(Refused::too_large(body.len(), most));
    }
    let mut gathered = Gathered::new(body.len() / SHORT_LINE, default_timestamp, most);
    let end = match format {
        Format::Text => text::read::<false, _>(&body, &mut |result| gathered.add_borrowed(&body, result)),
        Format::OpenMetrics => {
            text::read::<true, _>(&body, &mut |result| gathered.add_borrowed(&body, result))
        }
        Format::Protobuf => protobuf::read(&body, most, &mut |result| gathered.add_copied(result)),
    };
    if let ControlFlow::Break(too_large) = end {
        return Err(too_large);
    }
    let mut pushed = gathered.pushed;
    if format != Format::Protobuf {
        pushed.batch.bytes = body;
    }
    Ok(pushed)
}

struct Gathered {
    pushed: Pushed,
    default_timestamp: i64,
    /// Where each metric family is in the metadata.
    families: HashMap<String, usize>,
    /// Bytes of metadata and exemplars, which are much longer than a short line that tells them.
    taken: usize,
    most: usize,
}

impl Gathered {
    fn new(expected: usize, default_timestamp: i64, most: usize) -> Self {
        let mut batch = Batch::new(&SERIES_TEXT, Vec::new());
        let expected = expected.min(MOST_RESERVED);
        batch.series.reserve(expected);
        batch.timestamps.reserve(expected);
        batch.values.reserve(expected);
        let pushed = Pushed {
            batch,
            refused: Vec::new(),
            refused_count: 0,
            native_histograms: 0,
            refused_exemplars: 0,
        };
        Self { pushed, default_timestamp, families: HashMap::new(), taken: 0, most }
    }

    /// Adds an entry whose text lies in `body`, which becomes the bytes of the batch.
    #[inline]
    fn add_borrowed(&mut self, body: &[u8], result: Result<Entry<'_>, Refused>) -> ControlFlow<Refused> {
        if let Ok(Entry::Series { text, timestamp, value, exemplar }) = result {
            let start = text.as_ptr().addr() - body.as_ptr().addr();
            self.sample(start, text.len(), timestamp, value, exemplar);
            return self.room();
        }
        self.other(result)
    }

    /// Adds an entry whose text is copied to the bytes of the batch.
    fn add_copied(&mut self, result: Result<Entry<'_>, Refused>) -> ControlFlow<Refused> {
        if let Ok(Entry::Series { text, timestamp, value, exemplar }) = result {
            let start = self.pushed.batch.bytes.len();
            self.pushed.batch.bytes.extend_from_slice(text);
            self.sample(start, text.len(), timestamp, value, exemplar);
            return self.room();
        }
        self.other(result)
    }

    #[inline]
    fn sample(
        &mut self,
        start: usize,
        length: usize,
        timestamp: Option<i64>,
        value: f64,
        exemplar: Option<Exemplar<'_>>,
    ) {
        let timestamp = timestamp.unwrap_or(self.default_timestamp);
        if let Some(exemplar) = exemplar {
            self.exemplar(exemplar, timestamp);
        }
        let batch = &mut self.pushed.batch;
        let at = batch.values.len() as u32;
        // The limit keeps all bytes below 2^31, and so the number of samples.
        batch.series.push(BatchSeries { key: start as u32..(start + length) as u32, samples: at..at + 1 });
        batch.timestamps.push(timestamp);
        batch.values.push(value);
    }

    /// Adds an exemplar of the next series, whose sample is of `timestamp`.
    fn exemplar(&mut self, exemplar: Exemplar<'_>, timestamp: i64) {
        self.taken += size_of::<watchfire_model::Exemplar>() + exemplar.text.len();
        match exemplar.labels() {
            Ok(labels) => {
                let timestamp = exemplar.timestamp.unwrap_or(timestamp);
                let exemplar = watchfire_model::Exemplar { labels, timestamp, value: exemplar.value };
                let batch = &mut self.pushed.batch;
                batch.exemplars.push((batch.series.len() as u32, exemplar));
            }
            Err(_) => self.pushed.refused_exemplars += 1,
        }
    }

    fn other(&mut self, result: Result<Entry<'_>, Refused>) -> ControlFlow<Refused> {
        match result {
            Ok(Entry::Metadata { metric, told }) => self.told(&metric, told),
            Ok(Entry::NativeHistogram { .. }) => self.pushed.native_histograms += 1,
            Ok(Entry::Series { .. }) => {}
            Err(refused) if matches!(refused.problem, Problem::TooLarge { .. }) => {
                return ControlFlow::Break(refused);
            }
            Err(refused) => self.refuse(refused),
        }
        self.room()
    }

    #[inline]
    fn room(&self) -> ControlFlow<Refused> {
        if self.taken > self.most {
            return ControlFlow::Break(Refused::too_large(self.taken, self.most));
        }
        ControlFlow::Continue(())
    }

    #[cold]
    fn refuse(&mut self, refused: Refused) {
        self.pushed.refused_count += 1;
        if self.pushed.refused.len() < MOST_TOLD {
            self.pushed.refused.push(refused);
        }
    }

    fn told(&mut self, metric: &str, told: Told<'_>) {
        let metadata = &mut self.pushed.batch.metadata;
        let last = metadata.len().wrapping_sub(1);
        // What is said of a family mostly lies together.
        let at = if metadata.last().is_some_and(|last| last.metric == metric) {
            last
        } else {
            let known = self.families.get(metric).copied();
            known.unwrap_or_else(|| {
                self.taken += size_of::<Metadata>() + 2 * metric.len();
                self.families.insert(metric.to_owned(), metadata.len());
                metadata.push(Metadata { metric: metric.to_owned(), ..Metadata::default() });
                metadata.len() - 1
            })
        };
        match told {
            Told::Kind(kind) => metadata[at].kind = kind,
            Told::Help(help) => metadata[at].help = help.into_owned(),
            Told::Unit(unit) => metadata[at].unit = unit.into_owned(),
        }
    }
}
