//! Samples of one series as a stream of bytes that grows with each sample, in memory and on disk alike.
//!
//! A first sample is its timestamp, its scale and its value in full. Each later sample is a token:
//!
//! | first byte           | meaning                                                                                  |
//! |----------------------|------------------------------------------------------------------------------------------|
//! | `0nnn nnnn`          | n + 1 samples, each with the distance and the value of the one before                     |
//! | `1dkk kkkk`, k = 0   | the value of the one before (only with d = 1)                                             |
//! | ..., k = 1           | the value's mantissa changed by a varint                                                  |
//! | ..., k = 2           | the value's bits differ: the difference by XOR, as a varint of its bytes in reverse order |
//! | ..., k = 3           | a byte with the new scale, then as k = 1                                                  |
//! | ..., k = 4 to 63     | the mantissa changed by zigzag(k - 4)                                                     |
//!
//! d says that the distance of the timestamps changed; a zigzag varint with the change follows the first byte. Values that are
//! decimals with few digits, as nearly all are, stand as integers: mantissa = value * 10^scale, taken only where mantissa
//! / 10^scale gives the very same bits back. A stream of bytes, not of bits: it costs a little more memory than Gorilla
//! (Pelkonen et al., VLDB 2015) for noise and much less for integers and constants; it is faster to read, and zstd finds
//! what repeats in it between similar series, which is what goes to the disk.

mod read;
mod write;

pub(crate) use read::{Damaged, decode};
pub(crate) use write::Writer;

use watchfire_model::TimeRange;

/// Highest scale: 10^9. Beyond it the bits themselves are as short.
const MAX_SCALE: u8 = 9;

/// 10^scale.
const POWERS: [f64; MAX_SCALE as usize + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// Integers up to here are exact in a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// In place of a scale: the first value stands as its bits.
const RAW: u8 = 255;

const CHANGED_DISTANCE: u8 = 0x40;
const SAME: u8 = 0;
const VARINT: u8 = 1;
const XOR: u8 = 2;
const RESCALE: u8 = 3;
const SMALL: u8 = 4;
const LONGEST_RUN: u8 = 0x7f;

/// A finished stream. Timestamps rise strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) span: TimeRange,
    pub(crate) samples: u32,
    pub(crate) bytes: Box<[u8]>,
}

/// Compresses columns of equal length with strictly rising timestamps; `None` for none.
pub(crate) fn encode_range(timestamps: &[i64], values: &[f64]) -> Option<Chunk> {
    let mut samples = timestamps.iter().zip(values);
    let (timestamp, value) = samples.next()?;
    let mut writer = Writer::new(*timestamp, *value);
    samples.for_each(|(timestamp, value)| writer.push(*timestamp, *value));
    Some(writer.finish())
}

/// Compresses columns of equal length with strictly rising timestamps; empty for none.
pub fn encode_chunk(timestamps: &[i64], values: &[f64]) -> Vec<u8> {
    encode_range(timestamps, values).map_or_else(Vec::new, |chunk| chunk.bytes.into_vec())
}

/// Appends what was compressed to both columns; `false` for damaged bytes.
pub fn decode_chunk(bytes: &[u8], timestamps: &mut Vec<i64>, values: &mut Vec<f64>) -> bool {
    decode(bytes, timestamps, values).is_ok()
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Appends a varint: 7 bits a byte, the lowest first.
pub(crate) fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed varint.
pub(crate) fn push_signed(out: &mut Vec<u8>, value: i64) {
    push_varint(out, zigzag(value));
}

/// Takes a varint off the front; `None` where there is none.
pub(crate) fn take_varint(input: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0_u64, 0_u32);
    loop {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(value);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
}

/// Takes a signed varint off the front.
pub(crate) fn take_signed(input: &mut &[u8]) -> Option<i64> {
    take_varint(input).map(unzigzag)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(samples: &[(i64, f64)]) -> Chunk {
        let mut writer = Writer::new(samples[0].0, samples[0].1);
        for (timestamp, value) in &samples[1..] {
            writer.push(*timestamp, *value);
        }
        writer.finish()
    }

    fn unpack(chunk: &Chunk) -> Vec<(i64, u64)> {
        let (mut timestamps, mut values) = (Vec::new(), Vec::new());
        decode(&chunk.bytes, &mut timestamps, &mut values).unwrap();
        timestamps.into_iter().zip(values.into_iter().map(f64::to_bits)).collect()
    }

    fn bits(samples: &[(i64, f64)]) -> Vec<(i64, u64)> {
        samples.iter().map(|(timestamp, value)| (*timestamp, value.to_bits())).collect()
    }

    #[test]
    fn small_for_what_is_common() {
        let each = |value: fn(i64) -> f64| -> Vec<(i64, f64)> {
            (0..240).map(|n| (1_795_000_000_000 + n * 15_000, value(n))).collect()
        };
        let size = |samples: &[(i64, f64)]| pack(samples).bytes.len();
        assert!(size(&each(|_| 7.0)) < 30, "a constant");
        assert!(size(&each(|n| n as f64 * 3.0)) < 270, "a slow counter");
        assert!(size(&each(|n| ((n * 37) % 100) as f64 / 100.0)) < 520, "hundredths");
        assert!(size(&each(|n| (n as f64).sqrt())) < 2600, "noise");
    }

    #[test]
    fn every_bit_comes_back() {
        let odd = [
            0.0,
            -0.0,
            1.5,
            f64::NAN,
            f64::from_bits(0x7ff0_0000_0000_0002),
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MAX,
            f64::MIN_POSITIVE,
            0.1,
            0.01,
            0.1 + 0.2,
            1e15,
            1e16,
            123_456.789,
            -17.25,
            9_007_199_254_740_993.0,
            1e-9,
            1e-10,
            3.0,
            3.0,
            3.0,
            -1e300,
        ];
        let samples: Vec<(i64, f64)> =
            odd.iter().enumerate().map(|(n, value)| (n as i64 * n as i64 - 50, *value)).collect();
        let samples = &samples[1..];
        assert_eq!(unpack(&pack(samples)), bits(samples));
        let far = [(i64::MIN / 4, 1.0), (0, 2.0), (i64::MAX / 4, 2.0)];
        assert_eq!(unpack(&pack(&far)), bits(&far));
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            (-1000_i32..1000).prop_map(f64::from),
            (-100_000_i32..100_000).prop_map(|v| f64::from(v) / 100.0),
            Just(1.0),
            any::<u64>().prop_map(f64::from_bits),
        ]
    }

    proptest! {
        #[test]
        fn reads_back(steps in proptest::collection::vec((prop_oneof![Just(15_000_i64), 1_i64..100_000], value()), 1..400)) {
            let mut at = -1_000_000;
            let samples: Vec<(i64, f64)> = steps.into_iter().map(|(step, value)| { at += step; (at, value) }).collect();
            let chunk = pack(&samples);
            prop_assert_eq!(chunk.samples as usize, samples.len());
            prop_assert_eq!((chunk.span.start, chunk.span.end), (samples[0].0, at));
            prop_assert_eq!(unpack(&chunk), bits(&samples));
        }

        #[test]
        fn damage_is_an_error_or_other_samples_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (mut timestamps, mut values) = (Vec::new(), Vec::new());
            let _ = decode(&bytes, &mut timestamps, &mut values);
            prop_assert_eq!(timestamps.len(), values.len());
        }
    }
}
