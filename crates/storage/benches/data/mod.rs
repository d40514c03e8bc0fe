//! What the benches store, and where.

use std::path::Path;

use watchfire_storage::Settings;

pub(crate) const DAY: i64 = 86_400_000;

/// Settings under which nothing is thrown away or written before it is asked for.
pub(crate) fn settings(dir: &Path) -> Settings {
    Settings {
        dir: dir.to_owned(),
        retention: None,
        retention_5m: None,
        retention_hourly: None,
        retention_daily: None,
        min_free_bytes: 0,
        out_of_order_window: None,
        max_head_samples: usize::MAX,
        block_window: DAY,
        ..Settings::default()
    }
}

/// A quarter each: constants, counters that rise evenly, counters that rise unevenly, gauges in hundredths.
pub(crate) fn value(series: i64, scrape: i64) -> f64 {
    let noise =
        (series * 1009 + scrape).wrapping_mul(6_364_136_223_846_793_005).rotate_left(20).rem_euclid(1000);
    match series % 4 {
        0 => series as f64,
        1 => (scrape * 15) as f64,
        2 => (scrape * 1_000_000 + noise * 1000) as f64,
        _ => (((scrape + series) as f64 / 90.0).sin() * 4000.0 + noise as f64).round() / 100.0,
    }
}

/// Bytes of the files in a directory, but not of those below.
pub(crate) fn size(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().metadata().unwrap());
    files.filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}
