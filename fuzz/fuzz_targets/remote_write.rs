//! Whatever arrives as a remote write or remote read request is decoded or refused, never a panic; and what is decoded
//! hangs together, however many of its keys are no label sets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_ingest::DecodeError;
use watchfire_ingest::remote_read::decode_request;
use watchfire_ingest::remote_write::{Decoded, Version, decode, decode_body};

/// Small, so that the fuzzer also finds what unfolds.
const MOST: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    for version in [Version::V1, Version::V2] {
        check(version, decode(version, bytes, MOST));
        check(version, decode_body(version, bytes.to_vec(), MOST));
    }
    let _ = decode_request(bytes, MOST);
});

fn check(version: Version, result: Result<Decoded, DecodeError>) {
    let batch = match result {
        Ok(decoded) => decoded.batch,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(batch.timestamps.len(), batch.values.len());
    let mut samples = 0;
    for series in &batch.series {
        assert_eq!(series.samples.start, samples, "samples between two series");
        assert!(series.samples.start <= series.samples.end);
        samples = series.samples.end;
        if let Ok(labels) = batch.labels(series)
            && version == Version::V2
        {
            assert_eq!(batch.key(&series.key), labels.packed().as_bytes());
        }
    }
    assert_eq!(samples as usize, batch.len(), "samples behind the last series");
    assert!(batch.exemplars.iter().all(|(series, _)| (*series as usize) < batch.series.len()));
    assert!(batch.bytes.len() <= 2 * MOST);
}
