//! The exposition formats: tables of lines, what a writer of these tests writes, protobuf messages, and hostile bodies.

use std::convert::Infallible;
use std::ops::ControlFlow;

use watchfire_ingest::exposition::{Entry, Format, Told, batch, labels, read, scrape};

mod hostile;
mod protobuf;
mod round_trip;
mod table;

const MOST: usize = 1 << 24;

/// What a host's exporter exposed, recorded: 507 series.
const NODE_EXPORTER: &str = include_str!("data/node_exporter.txt");

/// An entry as one line of text: a series as its labels, its timestamp where it has one, its value and its exemplar.
fn told(entry: &Entry<'_>) -> String {
    match entry {
        Entry::Series { text, timestamp, value, exemplar } => {
            let labels = labels(text).map_or_else(|error| format!("({error})"), |labels| labels.to_string());
            let timestamp = timestamp.map_or(String::new(), |timestamp| format!(" @{timestamp}"));
            let exemplar = exemplar.map_or(String::new(), |exemplar| {
                let labels =
                    exemplar.labels().map_or_else(|error| format!("({error})"), |set| set.to_string());
                let timestamp =
                    exemplar.timestamp.map_or(String::new(), |timestamp| format!(" @{timestamp}"));
                format!(" # {labels}{timestamp} {}", exemplar.value)
            });
            format!("{labels}{timestamp} {value}{exemplar}")
        }
        Entry::Metadata { metric, told: Told::Kind(kind) } => format!("TYPE {metric:?} {}", kind.as_str()),
        Entry::Metadata { metric, told: Told::Help(help) } => format!("HELP {metric:?} {help:?}"),
        Entry::Metadata { metric, told: Told::Unit(unit) } => format!("UNIT {metric:?} {unit:?}"),
        Entry::NativeHistogram { metric } => format!("native histogram {metric:?}"),
    }
}

/// Everything that is told of a body, the refused parts included.
fn all(format: Format, body: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let end: ControlFlow<Infallible> = read(format, body, MOST, &mut |result| {
        lines.push(match result {
            Ok(entry) => told(&entry),
            Err(refused) => refused.to_string(),
        });
        ControlFlow::Continue(())
    });
    assert!(end.is_continue());
    lines
}

/// What scraping gives.
fn scraped(format: Format, body: &[u8]) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    match scrape(format, body, MOST, |entry| lines.push(told(&entry))) {
        Ok(()) => Ok(lines),
        Err(refused) => Err(refused.to_string()),
    }
}

/// Checks that reading, scraping and a batch of the same body tell the same.
fn agree(format: Format, body: &[u8]) {
    const NOW: i64 = 1_700_000_000_000;
    let (mut samples, mut exemplars, mut errors, mut native) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut metadata = Vec::new();
    let end: ControlFlow<Infallible> = read(format, body, MOST, &mut |result| {
        match result {
            Ok(Entry::Series { text, timestamp, value, exemplar }) => {
                if let Some(exemplar) = exemplar
                    && let Ok(labels) = exemplar.labels()
                {
                    let timestamp = exemplar.timestamp.or(timestamp).unwrap_or(NOW);
                    exemplars.push(format!("{} {labels} {timestamp} {}", samples.len(), exemplar.value));
                }
                samples.push((text.to_vec(), timestamp.unwrap_or(NOW), value.to_bits()));
            }
            Ok(Entry::Metadata { metric, .. }) => {
                if !metadata.contains(&metric.to_string()) {
                    metadata.push(metric.into_owned());
                }
            }
            Ok(Entry::NativeHistogram { .. }) => native += 1,
            Err(refused) => errors.push(refused),
        }
        ControlFlow::Continue(())
    });
    assert!(end.is_continue());

    let pushed = batch(format, body.to_vec(), NOW, MOST).unwrap();
    let got = &pushed.batch;
    let keys = got.series.iter().map(|series| got.key(&series.key).to_vec());
    let columns = got.timestamps.iter().copied().zip(got.values.iter().map(|value| value.to_bits()));
    let got_samples: Vec<_> =
        keys.zip(columns).map(|(key, (timestamp, value))| (key, timestamp, value)).collect();
    assert_eq!(got_samples, samples);
    let got_exemplars: Vec<_> = got
        .exemplars
        .iter()
        .map(|(series, one)| format!("{series} {} {} {}", one.labels, one.timestamp, one.value))
        .collect();
    assert_eq!(got_exemplars, exemplars);
    assert_eq!(got.metadata.iter().map(|one| one.metric.clone()).collect::<Vec<_>>(), metadata);
    assert_eq!(pushed.refused, errors[..errors.len().min(20)]);
    assert_eq!((pushed.refused_count, pushed.native_histograms), (errors.len(), native));
    let first = errors.first().map(ToString::to_string);
    assert_eq!(scraped(format, body).err(), first);
}
