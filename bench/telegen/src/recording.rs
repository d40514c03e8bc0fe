//! A recording: the series of one host and their values over many scrapes.
//!
//! Stored gzipped, one line a series: `kind<TAB>name{labels}<TAB>v0 v1 v2 ...`,
//! where kind is `c` for a counter and `g` for anything else.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};

pub(crate) struct Series {
    pub(crate) counter: bool,
    /// Label pairs, the metric name among them as `__name__`.
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) values: Vec<f64>,
}

impl Series {
    /// The metric's name.
    pub(crate) fn name(&self) -> &str {
        self.labels.iter().find(|(name, _)| name == "__name__").map_or("", |(_, value)| value)
    }

    /// The value at scrape `step`, continuing past the recording's end: a gauge
    /// starts over, a counter goes on from where it was.
    pub(crate) fn at(&self, step: usize) -> f64 {
        let len = self.values.len();
        let value = self.values[step % len];
        if !self.counter {
            return value;
        }
        let gain = self.values[len - 1] - self.values[0];
        value + gain.max(0.0) * (step / len) as f64
    }
}

pub(crate) fn record(scrapes: &Path, out: &Path) -> Result<()> {
    let mut files: Vec<_> = fs::read_dir(scrapes)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.sort();
    let mut counters = BTreeMap::new();
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (n, file) in files.iter().enumerate() {
        for line in fs::read_to_string(file)?.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').context("TYPE line")?;
                counters.insert(name.to_string(), kind == "counter");
            } else if !line.starts_with('#') {
                let (key, value) = line.rsplit_once(' ').context("sample line")?;
                let column = values.entry(key.to_string()).or_default();
                if column.len() == n {
                    column.push(value.parse()?);
                }
            }
        }
    }
    let mut gz = GzEncoder::new(fs::File::create(out)?, Compression::best());
    let mut kept = 0;
    for (key, column) in values.iter().filter(|(_, c)| c.len() == files.len()) {
        let name = key.split('{').next().unwrap_or(key);
        let kind = if counters.get(name).copied().unwrap_or(false) { 'c' } else { 'g' };
        let joined: Vec<String> = column.iter().map(f64::to_string).collect();
        writeln!(gz, "{kind}\t{key}\t{}", joined.join(" "))?;
        kept += 1;
    }
    gz.finish()?;
    println!("{kept} series, {} scrapes", files.len());
    Ok(())
}

pub(crate) fn load(path: &Path) -> Result<Vec<Series>> {
    let reader =
        BufReader::new(GzDecoder::new(fs::File::open(path).with_context(|| path.display().to_string())?));
    reader.lines().map(|line| parse(&line?)).collect()
}

fn parse(line: &str) -> Result<Series> {
    let mut parts = line.split('\t');
    let (Some(kind), Some(key), Some(values)) = (parts.next(), parts.next(), parts.next()) else {
        bail!("bad line: {line}");
    };
    let mut labels = Vec::new();
    let (name, rest) = key.split_once('{').unwrap_or((key, ""));
    labels.push(("__name__".to_string(), name.to_string()));
    let mut rest = rest.trim_end_matches('}');
    while let Some((label, after)) = rest.split_once("=\"") {
        let end = after.find('"').context("unterminated label value")?;
        labels.push((label.trim_start_matches(',').to_string(), after[..end].to_string()));
        rest = &after[end + 1..];
    }
    Ok(Series {
        counter: kind == "c",
        labels,
        values: values.split(' ').map(|v| v.parse().context("value")).collect::<Result<_>>()?,
    })
}
