//! Rollups as a file has them.
//!
//! A day's file must not need the sample at midnight that lies in the next day's, but buckets end where the next one
//! starts, and that end belongs to them. So a bucket is stored by its start, and the sample exactly there stands apart: on
//! reading it goes to the bucket before.

use watchfire_model::{Rollup, RollupBuilder, Sample, end_of, is_stale};

use crate::chunk::{Chunk, Writer, decode};

/// How many columns, each a stream of its own with the buckets' starts as timestamps.
pub(crate) const COLUMNS: usize = 11;

/// Stands for "no sample exactly at the start": a NaN that no program computes.
const NONE: f64 = f64::from_bits(0x7ff0_0000_0000_0077);

/// The samples of `start` to before `start` + the width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) start: i64,
    /// The value at exactly the start; may be a staleness marker.
    pub(crate) at_start: Option<f64>,
    /// What came after it.
    pub(crate) inside: Option<Rollup>,
    /// The staleness marker after all of that, by its distance from the start.
    pub(crate) ended: Option<i64>,
}

/// The buckets of one series; timestamps rise strictly.
pub(crate) fn build(timestamps: &[i64], values: &[f64], width: i64) -> Vec<Stored> {
    let mut all: Vec<Stored> = Vec::new();
    let mut builder = RollupBuilder::new(width);
    for (timestamp, value) in timestamps.iter().zip(values) {
        let start = timestamp.div_euclid(width).saturating_mul(width);
        if all.last().is_none_or(|last| last.start != start) {
            if let (Some(last), Some(inside)) = (all.last_mut(), builder.finish()) {
                last.inside = Some(inside);
            }
            all.push(Stored { start, at_start: None, inside: None, ended: None });
        }
        let Some(last) = all.last_mut() else { continue };
        if *timestamp == start {
            last.at_start = Some(*value);
        } else {
            last.ended = is_stale(*value).then_some(timestamp - start);
            // Within one bucket, so none is finished.
            builder.push(*timestamp, *value);
        }
    }
    if let (Some(last), Some(inside)) = (all.last_mut(), builder.finish()) {
        last.inside = Some(inside);
    }
    all
}

/// Compresses buckets, at least one, into their columns.
pub(crate) fn encode(buckets: &[Stored]) -> Option<Vec<Chunk>> {
    let (first, rest) = buckets.split_first()?;
    let mut writers = row(first).map(|value| Writer::new(first.start, value));
    for bucket in rest {
        for (writer, value) in writers.iter_mut().zip(row(bucket)) {
            writer.push(bucket.start, value);
        }
    }
    Some(writers.into_iter().map(Writer::finish).collect())
}

fn row(bucket: &Stored) -> [f64; COLUMNS] {
    let nothing = Sample { timestamp: bucket.start, value: 0.0 };
    let inside = bucket.inside.unwrap_or(Rollup { count: 0, ..Rollup::of(bucket.start, nothing) });
    let after = |sample: Sample| (sample.timestamp - bucket.start) as f64;
    [
        bucket.at_start.unwrap_or(NONE),
        inside.count as f64,
        inside.sum,
        inside.min,
        inside.max,
        inside.resets,
        after(inside.first),
        inside.first.value,
        after(inside.last),
        inside.last.value,
        bucket.ended.unwrap_or(0) as f64,
    ]
}

/// Reads buckets back; `None` when the bytes are damaged.
pub(crate) fn read(columns: &[&[u8]; COLUMNS], width: i64) -> Option<Vec<Stored>> {
    let mut starts = Vec::new();
    let mut values: [Vec<f64>; COLUMNS] = std::array::from_fn(|_| Vec::new());
    for (bytes, values) in columns.iter().zip(&mut values) {
        starts.clear();
        decode(bytes, &mut starts, values).ok()?;
    }
    if values.iter().any(|values| values.len() != starts.len()) {
        return None;
    }
    let one = |(at, start): (usize, &i64)| {
        let value = |column: usize| values[column][at];
        let sample = |after: f64, value: f64| Sample { timestamp: start.saturating_add(after as i64), value };
        let count = value(1) as u64;
        let inside = Rollup {
            end: end_of(start.saturating_add(1), width),
            count,
            sum: value(2),
            min: value(3),
            max: value(4),
            resets: value(5),
            first: sample(value(6), value(7)),
            last: sample(value(8), value(9)),
        };
        Stored {
            start: *start,
            at_start: Some(value(0)).filter(|value| value.to_bits() != NONE.to_bits()),
            inside: (count > 0).then_some(inside),
            ended: Some(value(10) as i64).filter(|after| *after > 0),
        }
    };
    Some(starts.iter().enumerate().map(one).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use watchfire_model::STALE;

    use super::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![(-500_i32..500).prop_map(f64::from), Just(STALE), any::<f64>(), Just(f64::INFINITY)]
    }

    proptest! {
        #[test]
        fn reads_back(steps in proptest::collection::vec((prop_oneof![Just(100_i64), 1_i64..400], value()), 1..200)) {
            let (mut at, mut timestamps, mut values) = (-7_000, Vec::new(), Vec::new());
            for (step, value) in steps {
                at += step;
                timestamps.push(at);
                values.push(value);
            }
            let buckets = build(&timestamps, &values, 1000);
            let columns = encode(&buckets).unwrap();
            let bytes: Vec<&[u8]> = columns.iter().map(|column| &*column.bytes).collect();
            let back = read(&bytes.try_into().unwrap(), 1000).unwrap();
            // By their words, in which every NaN is the same.
            prop_assert_eq!(format!("{back:?}"), format!("{buckets:?}"));
            let samples: u64 = buckets.iter().map(|bucket| {
                bucket.inside.map_or(0, |inside| inside.count) + u64::from(bucket.at_start.is_some_and(|v| !is_stale(v)))
            }).sum();
            prop_assert_eq!(samples as usize, values.iter().filter(|value| !is_stale(**value)).count());
        }
    }

    #[test]
    fn the_sample_at_the_start_stands_apart() {
        let found = build(&[1000, 1500, 1800, 2600], &[1.0, 2.0, STALE, 3.0], 1000);
        let of =
            |bucket: &Stored| (bucket.start, bucket.at_start, bucket.inside.map(|i| i.sum), bucket.ended);
        assert_eq!(
            found.iter().map(of).collect::<Vec<_>>(),
            [(1000, Some(1.0), Some(2.0), Some(800)), (2000, None, Some(3.0), None),]
        );
    }
}
