use std::path::PathBuf;
use std::sync::Arc;

use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress};
use watchfire_model::TimeRange;

use crate::StorageError;
use crate::columns::Chunk;
use crate::quarantine::Quarantine;

/// The columns of one block, each compressed by pco (<https://github.com/pcodec/pcodec>).
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    pub(crate) timestamps: Vec<u8>,
    pub(crate) values: Vec<u8>,
    /// CRC-32 over both, one after the other.
    pub(crate) checksum: u32,
}

impl Packed {
    /// Compresses the two columns of a chunk.
    pub fn encode(chunk: &Chunk) -> Result<Self, StorageError> {
        let config = ChunkConfig::default();
        let failed = |error: pco::errors::PcoError| StorageError::Encode { reason: error.to_string() };
        let timestamps = simple_compress(&chunk.timestamps, &config).map_err(failed)?;
        let values = simple_compress(&chunk.values, &config).map_err(failed)?;
        let checksum = checksum(&timestamps, &values);
        Ok(Self { timestamps, values, checksum })
    }

    /// The chunk that was compressed, bit for bit, or what is wrong with the bytes.
    pub fn decode(&self) -> Result<Chunk, String> {
        if checksum(&self.timestamps, &self.values) != self.checksum {
            return Err("its checksum does not fit".to_owned());
        }
        let timestamps = simple_decompress(&self.timestamps).map_err(|error| error.to_string())?;
        let values = simple_decompress(&self.values).map_err(|error| error.to_string())?;
        if timestamps.len() != values.len() {
            return Err("its columns differ in length".to_owned());
        }
        Ok(Chunk { timestamps, values })
    }
}

fn checksum(timestamps: &[u8], values: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(timestamps);
    hasher.update(values);
    hasher.finalize()
}

/// A block as it was read from a partition, still compressed.
#[derive(Debug)]
pub(crate) struct Block {
    /// The partition's file.
    pub(crate) file: Arc<PathBuf>,
    /// The block's row there.
    pub(crate) id: i64,
    /// First and last timestamp, as the row says.
    pub(crate) span: TimeRange,
    pub(crate) packed: Packed,
    pub(crate) quarantine: Arc<Quarantine>,
}

impl Block {
    /// The samples, or `None` for a damaged block, which is counted and logged.
    pub(crate) fn decode(&self) -> Option<Chunk> {
        let checked = self.packed.decode().and_then(|chunk| {
            // The span decided which samples win over others; it must be true.
            if chunk.span() == Some(self.span) {
                Ok(chunk)
            } else {
                Err("it holds another time range".to_owned())
            }
        });
        checked.map_err(|reason| self.quarantine.add(&self.file, Some(self.id), &reason)).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every bit pattern: all NaNs, infinities, zeros and subnormals among them.
    fn any_float() -> impl Strategy<Value = f64> {
        let special = [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE];
        prop_oneof![any::<u64>().prop_map(f64::from_bits), prop::sample::select(special.to_vec()), -1e6..1e6]
    }

    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    proptest! {
        #[test]
        fn round_trips(samples in prop::collection::vec((any::<i64>(), any_float()), 0..600)) {
            let (timestamps, values) = samples.into_iter().unzip();
            let chunk = Chunk { timestamps, values };
            let decoded = Packed::encode(&chunk).unwrap().decode().unwrap();
            prop_assert_eq!(&decoded.timestamps, &chunk.timestamps);
            prop_assert_eq!(bits(&decoded.values), bits(&chunk.values));
        }

        #[test]
        fn a_flipped_bit_is_noticed(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let timestamps: Vec<i64> = (0..50).collect();
            let values = timestamps.iter().map(|time| *time as f64).collect();
            let mut packed = Packed::encode(&Chunk { timestamps, values }).unwrap();
            let index = place.index(packed.values.len());
            packed.values[index] ^= 1 << bit;
            prop_assert!(packed.decode().is_err());
        }
    }

    #[test]
    fn regular_samples_are_small() {
        let timestamps: Vec<i64> = (0..1800).map(|second| 1_795_000_000_000 + second * 1000).collect();
        let values = timestamps.iter().map(|time| f64::from((time / 1000 % 100) as u32)).collect();
        let packed = Packed::encode(&Chunk { timestamps, values }).unwrap();
        assert!(packed.timestamps.len() < 100, "{}", packed.timestamps.len());
        assert!(packed.values.len() < 1800 * 2, "{}", packed.values.len());
    }
}
