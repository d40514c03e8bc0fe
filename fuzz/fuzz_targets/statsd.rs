//! Whatever arrives by UDP is counted or left out, never a panic; and what is flushed are label sets with finite samples,
//! no more series than are allowed, and none of them twice.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use watchfire_ingest::statsd::Aggregator;

/// Few, so that the limit is reached.
const MOST: usize = 8;

/// A timer's buckets, its sum and its count.
const MOST_OF_ONE: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let mut aggregator = Aggregator::new(MOST, 100);
    let mut now = 0;
    // A zero stands between datagrams; between them a flush, and so much time that some series leave.
    for datagram in bytes.split(|byte| *byte == 0) {
        let taken = aggregator.take(datagram, now);
        assert_eq!(taken.bad_lines > 0, taken.first_error.is_some());
        assert!(taken.first_error.is_none_or(|error| !error.to_string().is_empty()));
        assert!(aggregator.len() <= MOST);
        let batch = aggregator.flush(now);
        assert_eq!(batch.timestamps.len(), batch.values.len());
        assert!(batch.series.len() <= MOST * MOST_OF_ONE);
        assert!(batch.values.iter().all(|value| value.is_finite()));
        let mut seen = HashSet::new();
        for series in &batch.series {
            let labels = batch.labels(series).expect("a label set");
            assert!(!labels.metric().is_empty());
            assert!(seen.insert(labels), "two write one series");
        }
        now += 60;
    }
});
