//! Whatever arrives as JSON to push is read or refused, never a panic: what is read is a batch whose samples all belong to a
//! label set.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_ingest::push::decode;

fuzz_target!(|bytes: &[u8]| {
    let pushed = match decode(bytes, 1_000, 1 << 20) {
        Ok(pushed) => pushed,
        Err(error) => {
            assert!(!error.is_empty());
            return;
        }
    };
    let batch = pushed.batch;
    assert_eq!(batch.timestamps.len(), batch.values.len());
    let mut next = 0;
    for series in &batch.series {
        assert_eq!(series.samples.start, next, "no sample without a series");
        assert!(series.samples.end > next, "no series without a sample");
        next = series.samples.end;
        let labels = batch.labels(series).expect("a label set");
        assert!(!labels.metric().is_empty());
    }
    assert_eq!(next as usize, batch.len());
    assert_eq!(pushed.refused > 0, pushed.first_refused.is_some());
});
