//! What a writer of these tests writes reads back as it was.

use std::fmt::Write as _;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use watchfire_ingest::exposition::{Format, batch};
use watchfire_model::{Labels, is_plain_label_name, is_plain_metric_name};

use super::MOST;

type Pairs = Vec<(String, String)>;

#[derive(Clone, Debug)]
struct Line {
    metric: String,
    labels: Pairs,
    value: f64,
    timestamp: Option<i64>,
    /// Its labels, value and timestamp.
    exemplar: Option<(Pairs, f64, Option<i64>)>,
    /// How it is written, where the format leaves a choice.
    style: usize,
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![5 => "[a-zA-Z_][a-zA-Z0-9_]{0,8}", 1 => "\\PC{1,6}", 1 => "[\"\\\\\n{}=,# ]{1,4}"]
        .prop_filter("names the metric", |name| name != "__name__")
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9/]{0,12}", "\\PC{0,8}", "[\"\\\\\n\tn{}=,# ]{0,6}"]
}

fn pairs() -> impl Strategy<Value = Pairs> {
    btree_map(name(), text(), 0..5).prop_map(|pairs| pairs.into_iter().rev().collect())
}

fn line() -> impl Strategy<Value = Line> {
    // Within what a double tells apart in milliseconds.
    let timestamp = || option::of(-4_000_000_000_000..4_000_000_000_000_i64);
    let exemplar = option::of((pairs(), any::<f64>(), timestamp()));
    (name(), pairs(), any::<f64>(), timestamp(), exemplar, 0..4_usize).prop_map(
        |(metric, labels, value, timestamp, exemplar, style)| Line {
            metric,
            labels,
            value,
            timestamp,
            exemplar,
            style,
        },
    )
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn label_list(pairs: &[(String, String)], blank: &str) -> Vec<String> {
    let label = |(name, value): &(String, String)| {
        let name = if is_plain_label_name(name) { name.clone() } else { format!("\"{}\"", escaped(name)) };
        format!("{name}{blank}={blank}\"{}\"", escaped(value))
    };
    pairs.iter().map(label).collect()
}

fn number(value: f64, style: usize) -> String {
    match style {
        _ if value == f64::INFINITY => "+Inf".to_owned(),
        0 => format!("{value:e}"),
        1 => format!("{value:E}"),
        _ => value.to_string(),
    }
}

fn write(line: &Line, strict: bool) -> String {
    let blank = if strict { "" } else { ["", " ", "\t", "  "][line.style] };
    let plain = is_plain_metric_name(&line.metric) && line.style != 3;
    let mut inside = label_list(&line.labels, blank);
    let mut text = blank.to_owned();
    if plain {
        text.push_str(&line.metric);
    } else {
        let at = line.style.min(inside.len());
        inside.insert(at, format!("\"{}\"", escaped(&line.metric)));
    }
    if !inside.is_empty() || line.style == 2 {
        let trailing = if line.style == 1 && !inside.is_empty() { "," } else { "" };
        write!(text, "{{{blank}{}{trailing}{blank}}}", inside.join(&format!("{blank},{blank}"))).unwrap();
    }
    let gap = if strict || blank.is_empty() { " " } else { blank };
    write!(text, "{gap}{}", number(line.value, line.style)).unwrap();
    let seconds = |timestamp: i64| format!("{}", timestamp as f64 / 1000.0);
    if let Some(timestamp) = line.timestamp {
        write!(text, "{gap}{}", if strict { seconds(timestamp) } else { timestamp.to_string() }).unwrap();
    }
    if let (true, Some((pairs, value, timestamp))) = (strict, &line.exemplar) {
        write!(text, " # {{{}}} {}", label_list(pairs, "").join(","), number(*value, line.style)).unwrap();
        if let Some(timestamp) = timestamp {
            write!(text, " {}", seconds(*timestamp)).unwrap();
        }
    }
    text + "\n"
}

fn set(pairs: &[(String, String)]) -> Labels {
    Labels::new(pairs.iter().map(|(name, value)| (name, value))).unwrap()
}

fn labels(line: &Line) -> Labels {
    Labels::of(&line.metric, line.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap()
}

/// As text, so that NaN equals itself.
fn told(labels: &Labels, timestamp: i64, value: f64) -> String {
    format!("{labels} {timestamp} {value:?}")
}

proptest! {
    #[test]
    fn what_is_written_reads_back(lines in vec(line(), 0..6)) {
        const NOW: i64 = 7;
        for (format, strict) in [(Format::Text, false), (Format::OpenMetrics, true)] {
            let mut page: String = lines.iter().map(|line| write(line, strict)).collect();
            if strict {
                page.push_str("# EOF\n");
            }
            let pushed = batch(format, page.clone().into_bytes(), NOW, MOST).unwrap();
            prop_assert_eq!(&pushed.refused, &[], "{}", page);
            let got: Vec<_> = pushed
                .batch
                .iter()
                .map(|(labels, sample)| told(&labels.unwrap(), sample.timestamp, sample.value))
                .collect();
            let expected: Vec<_> = lines
                .iter()
                .map(|line| told(&labels(line), line.timestamp.unwrap_or(NOW), line.value))
                .collect();
            prop_assert_eq!(got, expected, "{}", page);
            let got: Vec<_> = pushed
                .batch
                .exemplars
                .iter()
                .map(|(at, one)| format!("{at} {}", told(&one.labels, one.timestamp, one.value)))
                .collect();
            let expected: Vec<_> = lines
                .iter()
                .enumerate()
                .filter(|_| strict)
                .filter_map(|(at, line)| {
                    let (pairs, value, timestamp) = line.exemplar.as_ref()?;
                    let timestamp = timestamp.or(line.timestamp).unwrap_or(NOW);
                    Some(format!("{at} {}", told(&set(pairs), timestamp, *value)))
                })
                .collect();
            prop_assert_eq!(got, expected, "{}", page);
        }
    }
}
