//! Whatever a target exposes is read or refused, never a panic: what is read names a series whose labels build but for a
//! name that is there twice, and a batch tells the same as reading does.
#![no_main]

use std::convert::Infallible;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use watchfire_ingest::exposition::{Entry, Format, Problem, batch, labels, read, scrape};
use watchfire_model::{Labels, LabelsError};

/// Small, so that the fuzzer also finds what unfolds.
const MOST: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Text, Format::OpenMetrics, Format::Protobuf] {
        check(format, bytes);
    }
});

fn check(format: Format, body: &[u8]) {
    let (mut samples, mut refused, mut too_large) = (0, 0, false);
    let end: ControlFlow<Infallible> = read(format, body, MOST, &mut |result| {
        match result {
            Ok(Entry::Series { text, value, exemplar, .. }) => {
                samples += 1;
                builds(labels(text));
                if let Some(exemplar) = exemplar {
                    builds(exemplar.labels());
                }
                assert!(!value.is_nan() || value.to_bits() == f64::NAN.to_bits());
            }
            Ok(Entry::Metadata { metric, .. }) => assert!(!metric.is_empty()),
            Ok(Entry::NativeHistogram { metric }) => assert!(!metric.is_empty()),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                too_large |= matches!(error.problem, Problem::TooLarge { .. });
                refused += 1;
            }
        }
        ControlFlow::Continue(())
    });
    assert!(end.is_continue());
    assert_eq!(scrape(format, body, MOST, |_| ()).is_ok(), refused == 0);
    let Ok(pushed) = batch(format, body.to_vec(), 0, MOST) else { return };
    assert!(!too_large);
    let batch = &pushed.batch;
    assert_eq!((batch.series.len(), batch.len(), batch.timestamps.len()), (samples, samples, samples));
    assert_eq!((pushed.refused_count, pushed.refused.len()), (refused, refused.min(20)));
    for (at, series) in batch.series.iter().enumerate() {
        assert_eq!(series.samples, at as u32..at as u32 + 1);
        builds(batch.labels(series));
    }
    assert!(batch.exemplars.iter().all(|(series, _)| (*series as usize) < samples));
}

fn builds(labels: Result<Labels, LabelsError>) {
    assert!(matches!(labels, Ok(_) | Err(LabelsError::Duplicate { .. })), "{labels:?}");
}
