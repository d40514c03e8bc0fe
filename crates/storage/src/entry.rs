//! A row of the journal: which series it defines, and their samples. The body is its own format, since it is written and read
//! once for every sample: a version, the length and number of definitions, the definitions (number, length, packed labels),
//! the length of the samples, the samples (for each series: change of its number, count, then change of the timestamp as a
//! signed varint and the value's 8 bytes, little endian, each), and the rest in postcard.

use serde::{Deserialize, Serialize};
use watchfire_model::{Exemplar, Labels, Metadata};

use crate::chunk::{push_signed, push_varint, take_signed, take_varint};
use crate::index::SeriesId;

const VERSION: u8 = 2;

/// What a row has besides samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Extras {
    pub(crate) exemplars: Vec<(SeriesId, Exemplar)>,
    pub(crate) metadata: Vec<Metadata>,
}

/// A row that is being put together from one or more batches.
#[derive(Debug, Default)]
pub(crate) struct EntryWriter {
    definitions: Vec<u8>,
    samples: Vec<u8>,
    count: usize,
    last_id: SeriesId,
    last_timestamp: i64,
    pub(crate) extras: Extras,
}

impl EntryWriter {
    pub(crate) fn define(&mut self, id: SeriesId, labels: &Labels) {
        push_varint(&mut self.definitions, u64::from(id));
        push_varint(&mut self.definitions, labels.packed().len() as u64);
        self.definitions.extend_from_slice(labels.packed().as_bytes());
    }

    /// Starts the samples of a series; exactly `count` calls of [`sample`](Self::sample) follow.
    pub(crate) fn series(&mut self, id: SeriesId, count: usize) {
        push_signed(&mut self.samples, i64::from(id) - i64::from(self.last_id));
        push_varint(&mut self.samples, count as u64);
        self.last_id = id;
        self.count += count;
    }

    pub(crate) fn sample(&mut self, timestamp: i64, value: f64) {
        push_signed(&mut self.samples, timestamp.wrapping_sub(self.last_timestamp));
        self.samples.extend_from_slice(&value.to_bits().to_le_bytes());
        self.last_timestamp = timestamp;
    }

    /// How many samples it has.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0 && self.extras.exemplars.is_empty() && self.extras.metadata.is_empty()
    }

    pub(crate) fn finish(&self) -> Result<Vec<u8>, postcard::Error> {
        let extras = postcard::to_stdvec(&self.extras)?;
        let mut body = Vec::with_capacity(self.definitions.len() + self.samples.len() + extras.len() + 24);
        body.push(VERSION);
        push_varint(&mut body, self.definitions.len() as u64);
        body.extend_from_slice(&self.definitions);
        push_varint(&mut body, self.samples.len() as u64);
        body.extend_from_slice(&self.samples);
        body.extend_from_slice(&extras);
        Ok(body)
    }
}

/// A row as it is read.
pub(crate) struct Entry<'a> {
    definitions: &'a [u8],
    samples: &'a [u8],
    pub(crate) extras: Extras,
}

impl<'a> Entry<'a> {
    /// Takes a body apart; says what is wrong with it.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, String> {
        let damaged = || "it ends too early".to_owned();
        let (version, mut rest) = body.split_first().ok_or_else(damaged)?;
        if *version != VERSION {
            return Err(format!("its format {version} is unknown"));
        }
        let mut part = || {
            let length = take_varint(&mut rest)?;
            let (part, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            rest = after;
            Some(part)
        };
        let definitions = part().ok_or_else(damaged)?;
        let samples = part().ok_or_else(damaged)?;
        let extras = postcard::from_bytes(rest).map_err(|error| error.to_string())?;
        Ok(Self { definitions, samples, extras })
    }

    /// Hands over the definitions; `false` when they are damaged.
    pub(crate) fn definitions(&self, mut each: impl FnMut(SeriesId, Labels)) -> bool {
        let mut rest = self.definitions;
        let mut one = || {
            let id = SeriesId::try_from(take_varint(&mut rest)?).ok()?;
            let length = usize::try_from(take_varint(&mut rest)?).ok()?;
            let (packed, after) = rest.split_at_checked(length)?;
            rest = after;
            let labels = Labels::from_packed(std::str::from_utf8(packed).ok()?).ok()?;
            each(id, labels);
            Some(rest.is_empty())
        };
        if self.definitions.is_empty() {
            return true;
        }
        loop {
            match one() {
                Some(true) => return true,
                Some(false) => {}
                None => return false,
            }
        }
    }

    /// Hands over the samples; `false` when they are damaged.
    pub(crate) fn samples(&self, each: impl FnMut(SeriesId, i64, f64)) -> bool {
        read_samples(self.samples, each).is_some()
    }
}

impl EntryWriter {
    /// Hands over the samples that were written.
    pub(crate) fn samples(&self, each: impl FnMut(SeriesId, i64, f64)) {
        // Written by this very value, so it cannot be damaged.
        let _ = read_samples(&self.samples, each);
    }
}

fn read_samples(mut rest: &[u8], mut each: impl FnMut(SeriesId, i64, f64)) -> Option<()> {
    let (mut id, mut timestamp) = (0_i64, 0_i64);
    while !rest.is_empty() {
        id = id.wrapping_add(take_signed(&mut rest)?);
        let series = SeriesId::try_from(id).ok()?;
        for _ in 0..take_varint(&mut rest)? {
            timestamp = timestamp.wrapping_add(take_signed(&mut rest)?);
            let (bits, after) = rest.split_first_chunk::<8>()?;
            rest = after;
            each(series, timestamp, f64::from_bits(u64::from_le_bytes(*bits)));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples(of: impl FnOnce(&mut dyn FnMut(SeriesId, i64, f64)) -> bool) -> Vec<(SeriesId, i64, u64)> {
        let mut all = Vec::new();
        assert!(of(&mut |id, timestamp, value| all.push((id, timestamp, value.to_bits()))));
        all
    }

    proptest! {
        #[test]
        fn reads_back(
            series in proptest::collection::vec((any::<u32>(), proptest::collection::vec((any::<i64>(), any::<f64>()), 0..5)), 0..20),
            names in proptest::collection::btree_map(any::<u32>(), "[a-z]{1,9}", 0..5),
        ) {
            let mut writer = EntryWriter::default();
            let mut expected = Vec::new();
            for (id, run) in &series {
                writer.series(*id, run.len());
                for (timestamp, value) in run {
                    writer.sample(*timestamp, *value);
                    expected.push((*id, *timestamp, value.to_bits()));
                }
            }
            let names: Vec<_> = names.into_iter().map(|(id, name)| (id, Labels::of(&name, []).unwrap())).collect();
            for (id, labels) in &names {
                writer.define(*id, labels);
            }
            writer.extras.metadata.push(Metadata { metric: "up".into(), ..Metadata::default() });
            let body = writer.finish().unwrap();
            let entry = Entry::read(&body).unwrap();
            let mut defined = Vec::new();
            prop_assert!(entry.definitions(|id, labels| defined.push((id, labels))));
            prop_assert_eq!(defined, names);
            prop_assert_eq!(samples(|each| entry.samples(each)), expected);
            prop_assert_eq!(&entry.extras, &writer.extras);
        }

        #[test]
        fn damage_is_told(body in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(entry) = Entry::read(&body) {
                entry.definitions(|_, _| {});
                entry.samples(|_, _, _| {});
            }
        }
    }
}
