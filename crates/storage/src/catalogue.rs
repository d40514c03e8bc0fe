use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use watchfire_model::Labels;

use crate::chunk::{push_varint, take_varint};
use crate::compressed::{compress, decompress};
use crate::filter::Filter;
use crate::index::{Index, SeriesId};

/// How many series one row of a partition defines at most.
pub(crate) const GROUP: usize = 1024;

/// The most that a row may be decompressed to: more means that it is damaged.
const LARGEST: usize = 256 << 20;

/// The series of one partition: their numbers, labels and postings.
#[derive(Clone, Default)]
pub(crate) struct Catalogue {
    labels: Vec<Option<Labels>>,
    ids: HashMap<Labels, SeriesId>,
    index: Index,
}

impl Catalogue {
    /// The number of a series.
    pub(crate) fn id(&self, labels: &Labels) -> Option<SeriesId> {
        self.ids.get(labels).copied()
    }

    pub(crate) fn labels(&self, id: SeriesId) -> Option<&Labels> {
        self.labels.get(id as usize)?.as_ref()
    }

    /// The number that the next new series gets.
    pub(crate) fn next_id(&self) -> SeriesId {
        self.labels.len() as SeriesId
    }

    /// Keeps the number of a series whose samples were all deleted.
    pub(crate) fn skip(&mut self, id: SeriesId) {
        if self.labels.len() <= id as usize {
            self.labels.resize(id as usize + 1, None);
        }
    }

    pub(crate) fn insert(&mut self, id: SeriesId, labels: Labels) {
        if self.labels.len() <= id as usize {
            self.labels.resize(id as usize + 1, None);
        }
        self.index.insert(id, &labels);
        self.labels[id as usize] = Some(labels.clone());
        self.ids.insert(labels, id);
    }

    /// The same with those of `all` that it lacks, under the next numbers.
    pub(crate) fn with_new<'a>(self: Arc<Self>, all: impl Iterator<Item = &'a Labels>) -> Arc<Self> {
        let mut new = all
            .filter(|labels| self.id(labels).is_none())
            .cloned()
            .collect::<Vec<_>>()
            .into_iter()
            .peekable();
        if new.peek().is_none() {
            return self;
        }
        let mut longer = Arc::unwrap_or_clone(self);
        for labels in new {
            let id = longer.next_id();
            longer.insert(id, labels);
        }
        Arc::new(longer)
    }

    pub(crate) fn select(&self, filter: &Filter) -> RoaringBitmap {
        self.index.select(filter, |id| self.labels(id))
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }
}

/// The body of a row that defines series: their packed labels, each after its length, compressed. A series whose samples were
/// all deleted has no labels.
pub(crate) fn pack<'a>(series: impl IntoIterator<Item = Option<&'a Labels>>) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    for labels in series {
        let packed = labels.map_or("", Labels::packed);
        push_varint(&mut body, packed.len() as u64);
        body.extend_from_slice(packed.as_bytes());
    }
    compress(&body)
}

/// Over the number of a row's first series and its body.
pub(crate) fn checksum(first: SeriesId, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&first.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

/// Reads a body; `None` when it is damaged.
pub(crate) fn unpack(body: &[u8]) -> Option<Vec<Option<Labels>>> {
    let body = decompress(body, LARGEST)?;
    let (mut rest, mut all) = (body.as_slice(), Vec::with_capacity(GROUP));
    while !rest.is_empty() {
        let length = usize::try_from(take_varint(&mut rest)?).ok()?;
        let (packed, after) = rest.split_at_checked(length)?;
        rest = after;
        let labels = Labels::from_packed(std::str::from_utf8(packed).ok()?).ok()?;
        all.push(Some(labels).filter(|labels| !labels.is_empty()));
    }
    Some(all)
}
