//! What the fuzzer starts with (`fuzz/seeds/remote_write`): a file for each kind of request, written from here.

use std::path::Path;
use std::{env, fs};

use super::encode::{Said, Series, Style, host_series, snappy, v1, v1_metadata, v2};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/remote_write");

fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let plain = host_series(3);
    let rich = vec![
        Series {
            samples: vec![(0, 0.0), (-1, f64::NAN), (i64::MAX, f64::INFINITY)],
            exemplars: vec![(vec![("trace_id".to_owned(), "4bf92f".to_owned())], (5, 1.0))],
            histograms: 2,
            ..plain[0].clone()
        },
        Series {
            labels: vec![("a".to_owned(), "x".repeat(70))],
            samples: vec![(1, 1.0)],
            ..Series::default()
        },
    ];
    let odd = Style { unknown: true, odd: true, zeros: true };
    let said = Said { kind: 3, help: "Helps.".to_owned(), unit: "seconds".to_owned() };
    vec![
        ("v1", v1(&plain, Style::default())),
        ("v1_odd", v1(&rich, odd)),
        ("v1_metadata", v1_metadata([("rpc", said)])),
        ("v1_compressed", snappy(&v1(&rich, Style::default()))),
        ("v2", v2(&plain, Style::default())),
        ("v2_odd", v2(&rich, odd)),
        ("v2_compressed", snappy(&v2(&rich, Style::default()))),
    ]
}

#[test]
fn the_fuzzer_starts_with_what_senders_send() {
    for (name, bytes) in seeds() {
        let path = Path::new(FOLDER).join(name);
        if env::var_os("WATCHFIRE_BLESS").is_some_and(|value| value == "1") {
            fs::write(&path, &bytes).unwrap();
        }
        assert!(
            fs::read(&path).unwrap_or_default() == bytes,
            "fuzz/seeds/remote_write/{name} is not what the encoder writes; write it again with\n\n    \
             WATCHFIRE_BLESS=1 cargo test -p watchfire-ingest --test it seeds\n"
        );
    }
}
