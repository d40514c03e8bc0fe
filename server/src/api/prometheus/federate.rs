//! `/federate`: the newest samples in Prometheus' text format, for another Prometheus to scrape
//! (<https://prometheus.io/docs/prometheus/latest/federation/>).

use std::collections::BTreeMap;
use std::io::Write as _;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use watchfire_model::{Labels, METRIC_NAME, Sample, TimeRange, is_plain_label_name, is_plain_metric_name};
use watchfire_promql::write_value;
use watchfire_storage::SelectedSeries;

use super::error::{ErrorType, Failure};
use super::form::Parameters;
use crate::clock::now;
use crate::http::App;

/// What a sender writes when a series has ended, as Prometheus knows it.
const STALE: u64 = 0x7ff0_0000_0000_0002;

/// The newest sample of each matching series that is not older than the lookback of queries.
pub(super) async fn federate(State(app): State<App>, headers: HeaderMap, parameters: Parameters) -> Response {
    match newest(&app, &parameters, takes_any_name(&headers)).await {
        Ok(response) => response,
        Err(failure) => failure.into_text(),
    }
}

async fn newest(app: &App, parameters: &Parameters, any_name: bool) -> Result<Response, Failure> {
    let sets = parameters.selectors().map_err(Failure::bad_data)?;
    let now = now();
    let range = TimeRange { start: now - app.service.limits().lookback + 1, end: now };
    let mut selected = Vec::with_capacity(sets.len());
    for matchers in &sets {
        selected.push(app.service.select(matchers, range).await?);
    }
    let work = move || exposition(&newest_of(&selected, range), any_name);
    let text = tokio::task::spawn_blocking(work).await;
    let text = text.map_err(|error| Failure::new(ErrorType::Internal, error.to_string()))?;
    let escaping = if any_name { "allow-utf-8" } else { "underscores" };
    let kind = format!("text/plain; version=0.0.4; charset=utf-8; escaping={escaping}");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Whether a scraper reads names in quotes.
fn takes_any_name(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split([';', ','])).any(|part| part.trim() == "escaping=allow-utf-8")
}

/// By metric and labels; series that ended are left out, and those that two selectors pick come once.
fn newest_of(selected: &[Vec<SelectedSeries>], range: TimeRange) -> BTreeMap<(&str, &Labels), Sample> {
    let mut found = BTreeMap::new();
    for series in selected.iter().flatten() {
        let mut newest = None;
        series.read(range, |timestamps, values| {
            newest = timestamps.last().copied().zip(values.last().copied());
        });
        if let Some((timestamp, value)) = newest.filter(|(_, value)| value.to_bits() != STALE)
            && !series.labels().metric().is_empty()
        {
            found.insert((series.labels().metric(), series.labels()), Sample { timestamp, value });
        }
    }
    found
}

/// The text format, version 0.0.4. Prometheus knows no types here and says so.
fn exposition(samples: &BTreeMap<(&str, &Labels), Sample>, any_name: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(samples.len() * 128);
    let mut before = "";
    for ((metric, labels), sample) in samples {
        let name = Name { text: metric, quotes: any_name, is_plain: is_plain_metric_name(metric) };
        if *metric != before {
            before = metric;
            text.extend_from_slice(b"# TYPE ");
            name.write(&mut text);
            text.extend_from_slice(b" untyped\n");
        }
        write_series(&mut text, &name, labels);
        text.push(b' ');
        write_value(&mut text, sample.value);
        // Writing to a vector can't fail.
        let _ = writeln!(text, " {}", sample.timestamp);
    }
    text
}

/// The name of a metric or label, which the format writes plainly, in quotes, or not at all.
struct Name<'a> {
    text: &'a str,
    is_plain: bool,
    quotes: bool,
}

impl Name<'_> {
    fn is_quoted(&self) -> bool {
        self.quotes && !self.is_plain
    }

    fn write(&self, into: &mut Vec<u8>) {
        if self.is_plain {
            into.extend_from_slice(self.text.as_bytes());
        } else if self.quotes {
            write_quoted(into, self.text);
        } else {
            // Scrapers that know plain names only get the others with underscores, as from Prometheus.
            let plain = |(at, c): (usize, char)| match c {
                'a'..='z' | 'A'..='Z' | '_' | ':' => c,
                '0'..='9' if at > 0 => c,
                _ => '_',
            };
            into.extend(self.text.chars().enumerate().map(plain).map(|c| c as u8));
        }
    }
}

fn write_series(text: &mut Vec<u8>, name: &Name<'_>, labels: &Labels) {
    let mut separator = b'{';
    if name.is_quoted() {
        text.push(b'{');
        separator = b',';
    }
    name.write(text);
    let mut write_label = |label: &str, value: &str| {
        text.push(std::mem::replace(&mut separator, b','));
        Name { text: label, quotes: name.quotes, is_plain: is_plain_label_name(label) }.write(text);
        text.push(b'=');
        write_quoted(text, value);
    };
    for label in labels.iter().filter(|label| label.name != METRIC_NAME) {
        write_label(label.name, label.value);
    }
    if labels.get("instance").is_none() {
        // Else the scraper would put its own there.
        write_label("instance", "");
    }
    text.push(b'}');
}

fn write_quoted(text: &mut Vec<u8>, value: &str) {
    text.push(b'"');
    for byte in value.bytes() {
        match byte {
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'"' => text.extend_from_slice(b"\\\""),
            b'\n' => text.extend_from_slice(b"\\n"),
            other => text.push(other),
        }
    }
    text.push(b'"');
}

#[cfg(test)]
mod tests {
    use watchfire_model::Series;

    use super::*;

    fn series(metric: &str, labels: &[(&str, &str)], samples: &[(i64, f64)]) -> SelectedSeries {
        let (timestamps, values) = samples.iter().copied().unzip();
        let labels = Labels::of(metric, labels.iter().copied()).unwrap();
        SelectedSeries::from_series(Series { labels, timestamps, values })
    }

    #[test]
    fn the_text_is_what_prometheus_scrapes() {
        let twice = || series("fed_total", &[("a", "w")], &[(1000, 5.0), (2000, 5.5)]);
        let selected = vec![
            vec![
                twice(),
                series("fed_total", &[("A", "x\"y\\\n"), ("instance", "i:1")], &[(2000, f64::NAN)]),
                series("gone", &[], &[(1000, 1.0), (2000, f64::from_bits(STALE))]),
                series("late", &[], &[(2001, 1.0)]),
            ],
            vec![
                twice(),
                series("aaa", &[], &[(1500, 1e-9)]),
                series("my.metric", &[("l.b", "1")], &[(2000, 1.0)]),
            ],
        ];
        let range = TimeRange { start: 0, end: 2000 };
        let newest = newest_of(&selected, range);
        let text = |any_name| String::from_utf8(exposition(&newest, any_name)).unwrap();
        insta::assert_snapshot!(text(false), @r#"
        # TYPE aaa untyped
        aaa{instance=""} 1e-09 1500
        # TYPE fed_total untyped
        fed_total{A="x\"y\\\n",instance="i:1"} NaN 2000
        fed_total{a="w",instance=""} 5.5 2000
        # TYPE my_metric untyped
        my_metric{l_b="1",instance=""} 1 2000
        "#);
        insta::assert_snapshot!(text(true).lines().last().unwrap(), @r#"{"my.metric","l.b"="1",instance=""} 1 2000"#);
    }

    #[test]
    fn scrapers_say_which_names_they_read() {
        let table = [
            ("text/plain;version=0.0.4", false),
            ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;q=0.3", true),
            ("text/plain; version=1.0.0; escaping=allow-utf-8", true),
            ("text/plain;escaping=underscores", false),
        ];
        for (accept, expected) in table {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(takes_any_name(&headers), expected, "{accept}");
        }
    }
}
