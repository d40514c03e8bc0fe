//! `/api/v1/push`: samples as JSON, for scripts. One object, a list of them, or `{"metrics": [...]}`:
//!
//! ```json
//! {"name": "jobs_done", "labels": {"queue": "mail"}, "kind": "counter", "value": 17, "timestamp": 1763712000000}
//! ```
//!
//! `kind` is `gauge` (also when it is left out), `counter` (the running total) or `histogram`, whose value is an object:
//! `{"buckets": {"0.1": 3, "+Inf": 5}, "sum": 0.9, "count": 5}` with cumulative counts. `timestamp` is milliseconds since the
//! epoch; without it the time of arrival counts. A value is a number, or "NaN", "+Inf" or "-Inf".

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use watchfire_model::Batch;

mod metric;

/// Bytes of JSON that one metric may have. Metrics are read one by one, so this and not the size of the body bounds the memory
/// that reading the text takes, which is many times that of the text.
const MOST_OF_ONE: usize = 1 << 20;

/// What a request gave.
#[derive(Debug, Default)]
pub struct Pushed {
    /// The good part.
    pub batch: Batch,
    /// How many metrics were not taken.
    pub refused: usize,
    /// What is wrong with the first of them, and where.
    pub first_refused: Option<String>,
}

/// Reads a body; `now` is in milliseconds since the epoch. The error says where the JSON breaks off.
///
/// The keys of the series take `most` bytes at most, which a histogram with many buckets reaches from little text, since each
/// bucket has all labels. Metrics beyond are refused.
pub fn decode(body: &[u8], now: i64, most: usize) -> Result<Pushed, String> {
    let mut reading = Reading { pushed: Pushed::default(), metrics: 0, now, most };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let is_one = deserializer
        .deserialize_any(Body(&mut reading))
        .and_then(|is_one| deserializer.end().map(|()| is_one))
        .map_err(|error| match error.classify() {
            serde_json::error::Category::Data => error.to_string(),
            _ => format!("broken JSON: {error}"),
        })?;
    if is_one {
        let text = std::str::from_utf8(body).map_err(|error| format!("broken JSON: {error}"))?;
        reading.metric(text);
    }
    Ok(reading.pushed)
}

/// What was read so far.
struct Reading {
    pushed: Pushed,
    /// How many metrics there were.
    metrics: usize,
    now: i64,
    /// Bytes of all keys.
    most: usize,
}

impl Reading {
    fn metric(&mut self, text: &str) {
        let Pushed { batch, refused, first_refused } = &mut self.pushed;
        let before = (batch.series.len(), batch.values.len(), batch.bytes.len());
        if let Err(problem) = read(batch, text, self.now, self.most) {
            // Half of a histogram is worse than none.
            batch.series.truncate(before.0);
            batch.values.truncate(before.1);
            batch.timestamps.truncate(before.1);
            batch.bytes.truncate(before.2);
            if let Some(last) = batch.series.last_mut() {
                last.samples.end = last.samples.end.min(before.1 as u32);
            }
            *refused += 1;
            first_refused.get_or_insert_with(|| format!("metrics[{}]: {problem}", self.metrics));
        }
        self.metrics += 1;
    }
}

fn read(batch: &mut Batch, text: &str, now: i64, most: usize) -> Result<(), String> {
    if text.len() > MOST_OF_ONE {
        return Err(format!(
            "it has {} bytes, more than {MOST_OF_ONE}; send fewer labels or buckets",
            text.len()
        ));
    }
    let metric = serde_json::from_str(text).map_err(|error| format!("broken JSON: {error}"))?;
    metric::push(batch, &metric, now, most)
}

/// The whole body; gives whether it is a single metric.
struct Body<'a>(&'a mut Reading);

impl<'de> Visitor<'de> for Body<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a metric such as {\"name\": \"up\", \"value\": 1}, or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<bool, A::Error> {
        List(self.0).visit_seq(list).map(|()| false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<bool, A::Error> {
        let mut is_one = true;
        while let Some(key) = object.next_key::<Cow<'_, str>>()? {
            if key == "metrics" && is_one {
                object.next_value_seed(List(self.0))?;
                is_one = false;
            } else {
                object.next_value::<&RawValue>()?;
            }
        }
        Ok(is_one)
    }
}

/// A list of metrics.
struct List<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of metrics in \"metrics\"")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(metric) = list.next_element::<&RawValue>()? {
            self.0.metric(metric.get());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::{Labels, MetadataKind};

    use super::*;

    const MOST: usize = 1 << 30;

    fn lines(pushed: &Pushed) -> Vec<String> {
        let line = |(labels, sample): (Result<Labels, _>, watchfire_model::Sample)| {
            format!("{} {} {}", labels.unwrap(), sample.value, sample.timestamp)
        };
        pushed.batch.iter().map(line).collect()
    }

    #[test]
    fn objects_lists_and_kinds() {
        let one = br#"{"name": "temperature", "value": -2.5}"#;
        assert_eq!(lines(&decode(one, 7, MOST).unwrap()), ["temperature -2.5 7"]);
        let list = br#"{"metrics": [
            {"name": "jobs_done", "labels": {"queue": "mail", "shard": 3}, "kind": "counter", "value": 17, "timestamp": 5, "help": "Jobs."},
            {"name": "ratio", "value": "+Inf"},
            {"name": "time", "kind": "histogram", "value": {"buckets": {"10": 4, "0.5": 1}, "sum": 9.5, "count": 5}}
        ]}"#;
        let pushed = decode(list, 9, MOST).unwrap();
        assert_eq!(
            lines(&pushed),
            [
                r#"jobs_done{queue="mail",shard="3"} 17 5"#,
                "ratio inf 9",
                r#"time_bucket{le="0.5"} 1 9"#,
                r#"time_bucket{le="10"} 4 9"#,
                r#"time_bucket{le="+Inf"} 5 9"#,
                "time_sum 9.5 9",
                "time_count 5 9",
            ]
        );
        let kinds: Vec<_> = pushed.batch.metadata.iter().map(|one| (one.metric.as_str(), one.kind)).collect();
        assert_eq!(kinds, [("jobs_done", MetadataKind::Counter), ("time", MetadataKind::Histogram)]);
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_taken() {
        let table = [
            (r#"{"value": 1}"#, "name is missing; say which metric this is"),
            (r#"{"name": "a"}"#, "value is missing"),
            (r#"{"name": "a", "value": "1"}"#, "value must be a number"),
            (
                r#"{"name": "a", "value": 1, "time": 3}"#,
                "unknown field \"time\"; there are name, labels, kind, value, timestamp, help, unit",
            ),
            (
                r#"{"name": "a", "value": 1, "timestamp": 1.5}"#,
                "timestamp must be whole milliseconds since the epoch",
            ),
            (
                r#"{"name": "a", "value": 1, "kind": "summary"}"#,
                "kind \"summary\" is unknown; there are gauge, counter and histogram",
            ),
            (
                r#"{"name": "a", "value": 1, "labels": {"x": []}}"#,
                "labels: the value of \"x\" must be a text",
            ),
            (
                r#"{"name": "a", "value": 1, "labels": {"__name__": "b"}}"#,
                "labels: the name of the metric stands in \"name\", not in __name__",
            ),
            (
                r#"{"name": "a", "kind": "histogram", "value": {"buckets": {"1": 3, "2": 2}, "sum": 1, "count": 3}}"#,
                "buckets: counts are cumulative, but le=\"2\" has less than le=\"1\"",
            ),
            (
                r#"{"name": "a", "kind": "histogram", "value": {"buckets": {"x": 3}, "sum": 1, "count": 3}}"#,
                "buckets: the upper bound \"x\" is no number",
            ),
            ("3", "expected an object with name and value"),
        ];
        for (metric, problem) in table {
            let body =
                format!(r#"[{{"name": "good", "value": 1}}, {metric}, {{"name": "good", "value": 2}}]"#);
            let pushed = decode(body.as_bytes(), 0, MOST).unwrap();
            assert_eq!(pushed.first_refused.as_deref(), Some(format!("metrics[1]: {problem}").as_str()));
            assert_eq!(
                (lines(&pushed), pushed.refused),
                (vec!["good 1 0".to_owned(), "good 2 0".to_owned()], 1)
            );
        }
        for (body, problem) in [
            ("{", "broken JSON: EOF while parsing an object at line 1 column 1"),
            (
                "7",
                "invalid type: integer `7`, expected a metric such as {\"name\": \"up\", \"value\": 1}, or a list of them at line 1 column 1",
            ),
            (
                r#"{"metrics": 7}"#,
                "invalid type: integer `7`, expected a list of metrics in \"metrics\" at line 1 column 13",
            ),
        ] {
            assert_eq!(decode(body.as_bytes(), 0, MOST).unwrap_err(), problem);
        }
    }

    #[test]
    fn an_empty_list_is_nothing() {
        let pushed = decode(b"[]", 0, MOST).unwrap();
        assert!(pushed.batch.is_empty() && pushed.refused == 0);
    }

    #[test]
    fn what_is_huge_is_left_out_before_it_is_unfolded() {
        let labels: Vec<String> = (0..200_000).map(|number| format!("\"l{number}\":0")).collect();
        let body = format!(
            r#"[{{"name": "a", "value": 1, "labels": {{{}}}}}, {{"name": "b", "value": 2}}]"#,
            labels.join(",")
        );
        let pushed = decode(body.as_bytes(), 0, MOST).unwrap();
        assert_eq!(lines(&pushed), ["b 2 0"]);
        let refused = pushed.first_refused.unwrap();
        assert!(
            refused.starts_with("metrics[0]: it has ") && refused.contains("more than 1048576"),
            "{refused}"
        );
    }

    #[test]
    fn what_unfolds_into_too_much_is_left_out() {
        let buckets: Vec<String> = (0..1000).map(|bound| format!("\"{bound}\":0")).collect();
        let histogram = format!(
            r#"{{"name": "a", "labels": {{"x": "{}"}}, "kind": "histogram", "value": {{"buckets": {{{}}}, "sum": 0, "count": 0}}}}"#,
            "y".repeat(2000),
            buckets.join(",")
        );
        let body = format!(r#"[{histogram}, {{"name": "b", "value": 2}}]"#);
        let pushed = decode(body.as_bytes(), 0, 1 << 20).unwrap();
        assert_eq!(lines(&pushed), ["b 2 0"]);
        assert!(pushed.first_refused.unwrap().contains("more than 1048576 bytes; send fewer buckets"));
        assert_eq!(decode(body.as_bytes(), 0, MOST).unwrap().refused, 0);
    }

    #[test]
    fn a_list_among_other_fields() {
        let pushed = decode(
            br#"{"source": [1, {"x": null}], "metrics": [{"name": "a", "value": 1}], "z": 2}"#,
            0,
            MOST,
        );
        assert_eq!(lines(&pushed.unwrap()), ["a 1 0"]);
    }
}
