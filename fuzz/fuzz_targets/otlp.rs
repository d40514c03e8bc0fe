//! Whatever arrives as OTLP metrics is decoded or refused, never a panic; and every key of what is decoded is a label
//! set.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_ingest::otlp::{Deltas, Encoding, Names, Options, decode};

/// Small, so that the fuzzer also finds what unfolds.
const MOST: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for names in [Names::Prometheus, Names::AsSent] {
            let options = Options { names, promote: vec!["a".to_owned()], max_unfolded: MOST };
            // Few, so that the limit is reached; twice, so that totals go on.
            let mut deltas = Deltas::new(8, 100);
            check(encoding, bytes, &options, &mut deltas, 0);
            check(encoding, bytes, &options, &mut deltas, 50);
        }
    }
});

fn check(encoding: Encoding, bytes: &[u8], options: &Options, deltas: &mut Deltas, now: i64) {
    let decoded = match decode(encoding, bytes, options, deltas, now) {
        Ok(decoded) => decoded,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let batch = decoded.batch;
    assert_eq!(batch.timestamps.len(), batch.values.len());
    assert_eq!(batch.series.len(), batch.values.len(), "one sample each");
    for (at, series) in batch.series.iter().enumerate() {
        assert_eq!(series.samples, at as u32..at as u32 + 1);
        let labels = batch.labels(series).expect("a label set");
        assert!(!labels.metric().is_empty());
    }
    assert!(batch.exemplars.iter().all(|(series, _)| (*series as usize) < batch.series.len()));
    assert!(batch.bytes.len() <= MOST);
    assert!(decoded.refused.points() <= decoded.points);
    assert_eq!(decoded.refused.is_empty(), decoded.refused.to_string().is_empty());
}
