//! Series of which rollups alone are left up to some time, made from all their samples.

use watchfire_model::{Labels, Rollup, RollupBuilder, TimeRange, end_of, is_stale};
use watchfire_promql::SelectedSeries;

/// A series in memory that gives away no more than a store would have left of it.
#[derive(Clone, Debug)]
pub(crate) struct Rolled {
    pub(crate) labels: Labels,
    /// All samples, in the order of time.
    pub(crate) samples: Vec<(i64, f64)>,
    /// Up to when, exclusive, which width of rollups is all that is left.
    pub(crate) widths: Vec<(i64, i64)>,
}

/// What is left of a bucket: its rollup, how wide the bucket is, and the marker behind its last sample.
type Bucket = (Option<Rollup>, i64, Option<(i64, f64)>);

impl Rolled {
    fn buckets(&self) -> Vec<Bucket> {
        let mut found = Vec::new();
        let mut start = i64::MIN;
        for &(until, width) in &self.widths {
            let part: Vec<(i64, f64)> =
                self.samples.iter().copied().filter(|(time, _)| (start..until).contains(time)).collect();
            for bucket in part.chunk_by(|one, next| end_of(one.0, width) == end_of(next.0, width)) {
                let mut builder = RollupBuilder::new(width);
                for (time, value) in bucket {
                    assert!(builder.push(*time, *value).is_none(), "one bucket");
                }
                let (rollup, marker) =
                    (builder.finish(), bucket.last().copied().filter(|last| is_stale(last.1)));
                // A marker alone is forgotten, but not one at the time at which wider buckets end: it is behind their last.
                if rollup.is_some() || bucket[0].0 == start {
                    found.push((rollup, width, marker));
                }
            }
            start = until;
        }
        found
    }

    /// The samples that are still there.
    fn kept(&self) -> impl Iterator<Item = (i64, f64)> {
        let until = self.widths.last().map_or(i64::MIN, |(until, _)| *until);
        self.samples.iter().copied().filter(move |(time, _)| *time >= until)
    }
}

impl SelectedSeries for Rolled {
    fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Three samples at a time, so that the seams between blocks are met, too.
    fn read(&self, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64])) {
        let mut samples: Vec<(i64, f64)> = Vec::new();
        for (rollup, _, marker) in self.buckets() {
            samples.extend(rollup.map(|rollup| (rollup.last.timestamp, rollup.last.value)));
            samples.extend(marker);
        }
        samples.extend(self.kept());
        samples.retain(|(time, _)| range.contains(*time));
        for block in samples.chunks(3) {
            let (timestamps, values): (Vec<i64>, Vec<f64>) = block.iter().copied().unzip();
            each(&timestamps, &values);
        }
    }

    fn widths(&self) -> &[(i64, i64)] {
        &self.widths
    }

    fn read_rollups(&self, width: i64, range: TimeRange, each: &mut dyn FnMut(&Rollup)) {
        let overlaps = |rollup: &Rollup| rollup.end >= range.start && rollup.end - width < range.end;
        let mut give =
            |rollup: Option<Rollup>| rollup.iter().filter(|rollup| overlaps(rollup)).for_each(&mut *each);
        let mut builder = RollupBuilder::new(width);
        for (rollup, narrow, _) in self.buckets() {
            if let Some(rollup) = rollup.filter(overlaps) {
                assert_eq!(width % narrow, 0, "there are buckets of {narrow}, {width} is asked for");
                give(builder.add(&rollup));
            }
        }
        for (time, value) in self.kept() {
            give(builder.push(time, value));
        }
        give(builder.finish());
    }
}
