//! The collectors that read files and programs, on trees made for the test.

use std::fs;

use tempfile::TempDir;
use watchfire_ingest::collect::{CollectError, Collector};
use watchfire_model::Batch;

mod cgroup;
mod described;
mod disk_io;
mod systemd;

/// A root of a file system with these files: path and text.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

/// The samples of one reading as lines in order, and its error.
fn read(collector: &mut impl Collector) -> (Vec<String>, Result<(), CollectError>) {
    let mut batch = Batch::default();
    let result = collector.collect(7, &mut batch);
    assert!(batch.timestamps.iter().all(|timestamp| *timestamp == 7));
    let told = |(labels, value): (_, f64)| format!("{} {value}", watchfire_model::Labels::to_string(&labels));
    let mut lines: Vec<String> =
        batch.iter().map(|(labels, sample)| told((labels.unwrap(), sample.value))).collect();
    lines.sort();
    (lines, result)
}

/// The samples of a reading that must succeed.
fn lines(collector: &mut impl Collector) -> Vec<String> {
    let (lines, result) = read(collector);
    result.unwrap();
    lines
}

/// The error of a reading, as people see it, with the root of the tree cut off.
fn complaint(result: Result<(), CollectError>, root: &TempDir) -> String {
    let root = format!("{}/", root.path().display());
    result.map_or_else(|error| error.to_string().replace(&root, "/"), |()| "no error".to_owned())
}
