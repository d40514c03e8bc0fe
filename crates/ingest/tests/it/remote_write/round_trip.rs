use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use watchfire_ingest::remote_write::{Decoded, Version, decode, decode_body};
use watchfire_model::{Labels, Sample};

use super::encode::{Said, Series, Style, snappy, v1, v2};

const MOST: usize = 1 << 20;

fn label_sets() -> impl Strategy<Value = Vec<(String, String)>> {
    let pairs = btree_map("[a-c_é]{1,3}", "[x-z世]{0,70}", 0..6);
    // Most senders sort; some do not.
    (pairs, any::<bool>()).prop_map(|(pairs, turned)| {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        if turned {
            pairs.reverse();
        }
        pairs
    })
}

fn points(most: usize) -> impl Strategy<Value = Vec<(i64, f64)>> {
    vec((any::<i64>(), any::<f64>()), 0..most)
}

fn series() -> impl Strategy<Value = Series> {
    let exemplars = vec((label_sets(), (any::<i64>(), any::<f64>())), 0..3);
    let said =
        (0_u64..9, "[a-z ]{0,20}", "[a-z]{0,5}").prop_map(|(kind, help, unit)| Said { kind, help, unit });
    (label_sets(), points(4), exemplars, 0_usize..3, said).prop_map(
        |(labels, samples, exemplars, histograms, said)| Series {
            labels,
            samples,
            exemplars,
            histograms,
            said,
        },
    )
}

fn styles() -> impl Strategy<Value = Style> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(unknown, odd, zeros)| Style {
        unknown,
        odd,
        zeros,
    })
}

/// A series as text, so that NaN equals itself.
fn told(labels: &Labels, timestamp: i64, value: f64) -> String {
    format!("{labels} {timestamp} {:x}", value.to_bits())
}

/// Samples and exemplars that the requests were made from.
fn sent(series: &[Series]) -> (Vec<String>, Vec<String>) {
    let set = |pairs: &[(String, String)]| Labels::new(pairs.iter().map(|(n, v)| (n, v))).unwrap();
    let samples = series
        .iter()
        .flat_map(|one| one.samples.iter().map(move |(time, value)| told(&set(&one.labels), *time, *value)));
    let exemplars = series.iter().flat_map(|one| {
        one.exemplars.iter().map(move |(labels, (time, value))| {
            format!("{} of {}", told(&set(labels), *time, *value), set(&one.labels))
        })
    });
    (samples.collect(), exemplars.collect())
}

/// Samples and exemplars that were decoded.
fn got(decoded: &Decoded) -> (Vec<String>, Vec<String>) {
    let batch = &decoded.batch;
    let samples = batch
        .iter()
        .map(|(labels, Sample { timestamp, value })| told(&labels.unwrap(), timestamp, value))
        .collect();
    let exemplars = batch.exemplars.iter().map(|(series, exemplar)| {
        let of = batch.labels(&batch.series[*series as usize]).unwrap();
        format!("{} of {of}", told(&exemplar.labels, exemplar.timestamp, exemplar.value))
    });
    (samples, exemplars.collect())
}

proptest! {
    #[test]
    fn what_is_sent_is_decoded(series in vec(series(), 0..6), style in styles()) {
        let histograms: usize = series.iter().map(|one| one.histograms).sum();
        for (version, body) in [(Version::V1, v1(&series, style)), (Version::V2, v2(&series, style))] {
            let decoded = decode(version, &snappy(&body), MOST).unwrap();
            prop_assert_eq!(got(&decoded), sent(&series), "{:?}", version);
            prop_assert_eq!(decoded.histograms, histograms);
            prop_assert_eq!(decoded.refused_exemplars, 0);
        }
    }

    #[test]
    fn keys_of_version_2_are_packed_labels(series in vec(series(), 0..6), style in styles()) {
        let decoded = decode_body(Version::V2, v2(&series, style), MOST).unwrap();
        for one in &decoded.batch.series {
            let labels = decoded.batch.labels(one).unwrap();
            prop_assert_eq!(decoded.batch.key(&one.key), labels.packed().as_bytes());
        }
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..200)) {
        for version in [Version::V1, Version::V2] {
            let _ = decode(version, &bytes, MOST);
            if let Ok(decoded) = decode_body(version, bytes.clone(), MOST) {
                for one in &decoded.batch.series {
                    let _ = decoded.batch.labels(one);
                }
            }
        }
    }

    /// Far nearer to real requests than bytes by chance.
    #[test]
    fn no_damage_panics(series in vec(series(), 1..4), style in styles(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for (version, mut body) in [(Version::V1, v1(&series, style)), (Version::V2, v2(&series, style))] {
            let at = at.index(body.len());
            body[at] = byte;
            if let Ok(decoded) = decode_body(version, body, MOST) {
                for one in &decoded.batch.series {
                    let _ = decoded.batch.labels(one);
                }
            }
        }
    }
}
