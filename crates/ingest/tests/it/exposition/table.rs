//! `data/lines.tsv`: bodies, and what is told of them.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use watchfire_ingest::exposition::{Format, batch};
use watchfire_model::{Labels, MetadataKind};

use super::{MOST, NODE_EXPORTER, agree, all, scraped};

const TABLE: &str = include_str!("data/lines.tsv");

/// The bytes of a body in the table: signs for what a table can't hold.
fn body(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for sign in text.chars() {
        match sign {
            '¶' => bytes.push(b'\n'),
            '→' => bytes.push(b'\t'),
            '↵' => bytes.push(b'\r'),
            '∅' => bytes.push(0),
            '¿' => bytes.push(0xff),
            other => bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

fn format(word: &str) -> Format {
    match word {
        "text" => Format::Text,
        "openmetrics" => Format::OpenMetrics,
        other => panic!("no format: {other}"),
    }
}

#[test]
fn bodies_and_what_is_told_of_them() {
    let mut written = String::new();
    for line in TABLE.lines() {
        if line.is_empty() || line.starts_with("## ") {
            writeln!(written, "{line}").unwrap();
            continue;
        }
        let mut columns = line.split('\t');
        let (word, text) = (columns.next().unwrap(), columns.next().unwrap());
        let told = all(format(word), &body(text));
        let told: Vec<_> = told.iter().map(|one| one.replace('\t', "→").replace('\0', "∅")).collect();
        writeln!(written, "{word}\t{text}\t{}", told.join("\t")).unwrap();
    }
    if env::var_os("WATCHFIRE_BLESS").is_some_and(|value| value == "1") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/exposition/data/lines.tsv");
        fs::write(path, &written).unwrap();
    }
    for (number, (expected, told)) in TABLE.lines().zip(written.lines()).enumerate() {
        assert_eq!(told, expected, "line {} of the table", number + 1);
    }
}

#[test]
fn all_ways_agree() {
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("## ")) {
        let mut columns = line.split('\t');
        agree(format(columns.next().unwrap()), &body(columns.next().unwrap()));
    }
    agree(Format::Text, NODE_EXPORTER.as_bytes());
    agree(Format::OpenMetrics, format!("{NODE_EXPORTER}# EOF\n").as_bytes());
}

#[test]
fn a_whole_page() {
    let told = scraped(Format::Text, NODE_EXPORTER.as_bytes()).unwrap();
    assert_eq!(
        told.iter().filter(|line| !line.starts_with("HELP ") && !line.starts_with("TYPE ")).count(),
        507
    );
    let pushed = batch(Format::Text, NODE_EXPORTER.as_bytes().to_vec(), 7, MOST).unwrap();
    assert_eq!((pushed.batch.len(), pushed.batch.metadata.len(), pushed.refused_count), (507, 285, 0));
    assert_eq!(pushed.batch.bytes, NODE_EXPORTER.as_bytes());
    let at = NODE_EXPORTER.lines().filter(|line| !line.starts_with('#')).position(|line| {
        line == r#"node_filesystem_avail_bytes{device="/dev/vda",fstype="ext4",mountpoint="/"} 7.7973970944e+10"#
    });
    let at = at.unwrap();
    let labels = Labels::of(
        "node_filesystem_avail_bytes",
        [("device", "/dev/vda"), ("fstype", "ext4"), ("mountpoint", "/")],
    );
    assert_eq!(pushed.batch.labels(&pushed.batch.series[at]), labels);
    assert_eq!((pushed.batch.values[at], pushed.batch.timestamps[at]), (77_973_970_944.0, 7));
}

#[test]
fn what_is_told_of_a_metric_comes_together() {
    let page = "# TYPE a_seconds gauge\nb 1\n# HELP b Other.\n# UNIT a_seconds seconds\n# HELP a_seconds \\\"x\\\"\n# EOF\n";
    let metadata = batch(Format::OpenMetrics, page.into(), 0, MOST).unwrap().batch.metadata;
    let told: Vec<_> = metadata.iter().map(|one| (&*one.metric, one.kind, &*one.help, &*one.unit)).collect();
    let expected =
        [("a_seconds", MetadataKind::Gauge, "\"x\"", "seconds"), ("b", MetadataKind::Unknown, "Other.", "")];
    assert_eq!(told, expected);
}

#[test]
fn the_first_lines_that_are_refused_are_told() {
    let page = format!("{}good 1\n", "bad\n".repeat(30));
    let pushed = batch(Format::Text, page.into_bytes(), 0, MOST).unwrap();
    assert_eq!((pushed.refused.len(), pushed.refused_count, pushed.batch.len()), (20, 30, 1));
    assert_eq!(pushed.refused[19].to_string(), "line 20, column 4: expected a value, near \"bad\"");
}
