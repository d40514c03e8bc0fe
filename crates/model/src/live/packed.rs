//! Columns of floats in few bytes: each value's bits combined by XOR with those before it, their bytes turned around and
//! written as a variable-length integer, so that what repeats costs one byte and round numbers cost two or three.

use serde::{Deserialize, Deserializer, Serializer};

/// Writes a column.
pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    let mut last = 0;
    serializer.collect_seq(values.iter().map(|value| {
        let bits = value.to_bits();
        (bits ^ std::mem::replace(&mut last, bits)).swap_bytes()
    }))
}

/// Reads a column.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let packed = Vec::<u64>::deserialize(deserializer)?;
    let mut last = 0;
    Ok(packed
        .into_iter()
        .map(|changed| {
            last ^= changed.swap_bytes();
            f64::from_bits(last)
        })
        .collect())
}
