use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use watchfire_model::{Batch, Labels, PACKED_KEYS};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::index::SeriesId;

/// 128 bits of hash of a key: two different keys of a server meet with a chance of about 2^-88 at a million series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyHash([u64; 2]);

/// Which series the keys of requests name, by their hash: so a sender that repeats its labels byte by byte, as all do,
/// needs no decoding of labels.
pub(crate) struct Keys {
    /// Unknown to senders, so that nobody can make keys that collide.
    seed: u64,
    ids: HashMap<KeyHash, SeriesId, BuildHasherDefault<TakeFirst>>,
}

impl std::hash::Hash for KeyHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

/// The key is a hash already.
#[derive(Default)]
struct TakeFirst(u64);

impl Hasher for TakeFirst {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl Keys {
    pub(crate) fn new() -> Self {
        // The standard library's hasher is seeded by the operating system.
        let seed = std::hash::BuildHasher::hash_one(&std::collections::hash_map::RandomState::new(), 0_u8);
        Self { seed, ids: HashMap::default() }
    }

    pub(crate) fn hash(&self, tag: u8, key: &[u8]) -> KeyHash {
        let hash = xxh3_128_with_seed(key, self.seed ^ u64::from(tag));
        KeyHash([hash as u64, (hash >> 64) as u64])
    }

    /// The hash of a label set itself, whatever key named it.
    pub(crate) fn hash_labels(&self, labels: &Labels) -> KeyHash {
        self.hash(PACKED_KEYS.tag, labels.packed().as_bytes())
    }

    /// The series of a batch, in its order; `None` for those that no key named before.
    pub(crate) fn resolve(&self, batch: &Batch) -> Vec<(KeyHash, Option<SeriesId>)> {
        let one = |key: &std::ops::Range<u32>| {
            let hash = self.hash(batch.format.tag, batch.key(key));
            (hash, self.get(hash))
        };
        batch.series.iter().map(|series| one(&series.key)).collect()
    }

    pub(crate) fn get(&self, hash: KeyHash) -> Option<SeriesId> {
        self.ids.get(&hash).copied()
    }

    pub(crate) fn insert(&mut self, hash: KeyHash, id: SeriesId) {
        self.ids.insert(hash, id);
    }

    /// Forgets the keys of series that are gone.
    pub(crate) fn retain(&mut self, lives: impl Fn(SeriesId) -> bool) {
        self.ids.retain(|_, id| lives(*id));
        self.ids.shrink_to_fit();
    }
}
