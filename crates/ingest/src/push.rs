//! `/api/v1/push`: samples as JSON, for scripts. One object, a list of them, or `{"metrics": [...]}`:
//!
//! ```json
//! {"name": "jobs_done", "labels": {"queue": "mail"}, "kind": "counter", "value": 17, "timestamp": 1763712000000}
//! ```
//!
//! `kind` is `gauge` (also when it is left out), `counter` (the running total) or `histogram`, whose value is an object:
//! `{"buckets": {"0.1": 3, "+Inf": 5}, "sum": 0.9, "count": 5}` with cumulative counts. `timestamp` is milliseconds since the
//! epoch; without it the time of arrival counts. A value is a number, or "NaN", "+Inf" or "-Inf".

use serde_json::{Map, Value};
use watchfire_model::{Batch, Labels, METRIC_NAME, Metadata, MetadataKind};

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
pub fn decode(body: &[u8], now: i64) -> Result<Pushed, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("broken JSON: {error}"))?;
    let metrics = match value {
        Value::Array(metrics) => metrics,
        Value::Object(mut object) if object.contains_key("metrics") => match object.remove("metrics") {
            Some(Value::Array(metrics)) => metrics,
            _ => return Err("\"metrics\" must be a list of metrics".to_owned()),
        },
        metric @ Value::Object(_) => vec![metric],
        _ => {
            return Err(
                "expected a metric such as {\"name\": \"up\", \"value\": 1}, or a list of them".to_owned()
            );
        }
    };
    let mut pushed = Pushed::default();
    for (number, metric) in metrics.iter().enumerate() {
        let before = (pushed.batch.series.len(), pushed.batch.values.len(), pushed.batch.bytes.len());
        if let Err(problem) = push(&mut pushed.batch, metric, now) {
            // Half of a histogram is worse than none.
            let batch = &mut pushed.batch;
            batch.series.truncate(before.0);
            batch.values.truncate(before.1);
            batch.timestamps.truncate(before.1);
            batch.bytes.truncate(before.2);
            if let Some(last) = batch.series.last_mut() {
                last.samples.end = last.samples.end.min(before.1 as u32);
            }
            pushed.refused += 1;
            pushed.first_refused.get_or_insert_with(|| format!("metrics[{number}]: {problem}"));
        }
    }
    Ok(pushed)
}

const KEYS: [&str; 7] = ["name", "labels", "kind", "value", "timestamp", "help", "unit"];

fn push(batch: &mut Batch, metric: &Value, now: i64) -> Result<(), String> {
    let metric = metric.as_object().ok_or("expected an object with name and value")?;
    if let Some(unknown) = metric.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown field {unknown:?}; there are {}", KEYS.join(", ")));
    }
    let text = |key: &str| match metric.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("{key} must be a text")),
    };
    let name = text("name")?;
    if name.is_empty() {
        return Err("name is missing; say which metric this is".to_owned());
    }
    let labels = labels(metric.get("labels"))?;
    let timestamp = match metric.get("timestamp") {
        None | Some(Value::Null) => now,
        Some(value) => value.as_i64().ok_or("timestamp must be whole milliseconds since the epoch")?,
    };
    let value = metric.get("value").ok_or("value is missing")?;
    let mut add = |suffix: &str, le: Option<&str>, value: f64| {
        let name = format!("{name}{suffix}");
        let others =
            labels.iter().map(|(name, value)| (*name, value.as_str())).chain(le.map(|le| ("le", le)));
        let labels = Labels::of(&name, others).map_err(|error| format!("labels: {error}"))?;
        batch.push(&labels, timestamp, value);
        Ok::<(), String>(())
    };
    let kind = match text("kind")? {
        "" | "gauge" => {
            add("", None, number(value).ok_or("value must be a number")?)?;
            MetadataKind::Gauge
        }
        "counter" => {
            add("", None, number(value).ok_or("value must be a number: the counter's running total")?)?;
            MetadataKind::Counter
        }
        "histogram" => {
            histogram(value, &mut add)?;
            MetadataKind::Histogram
        }
        other => return Err(format!("kind {other:?} is unknown; there are gauge, counter and histogram")),
    };
    if ["kind", "help", "unit"].iter().any(|key| metric.contains_key(*key)) {
        let (help, unit) = (text("help")?.to_owned(), text("unit")?.to_owned());
        batch.metadata.push(Metadata { metric: name.to_owned(), kind, help, unit });
    }
    Ok(())
}

fn labels(value: Option<&Value>) -> Result<Vec<(&str, String)>, String> {
    let object = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(object)) => object,
        Some(_) => return Err("labels must be an object such as {\"queue\": \"mail\"}".to_owned()),
    };
    let label = |(name, value): (&'_ String, &Value)| match (name.as_str(), value) {
        (METRIC_NAME, _) => {
            Err("labels: the name of the metric stands in \"name\", not in __name__".to_owned())
        }
        (_, Value::String(text)) => Ok(text.clone()),
        (_, Value::Bool(_) | Value::Number(_)) => Ok(value.to_string()),
        _ => Err(format!("labels: the value of {name:?} must be a text")),
    };
    object.iter().map(|(name, value)| Ok((name.as_str(), label((name, value))?))).collect()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "+Inf" | "Inf" => Some(f64::INFINITY),
            "-Inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        other => other.as_f64(),
    }
}

fn histogram(
    value: &Value,
    add: &mut impl FnMut(&str, Option<&str>, f64) -> Result<(), String>,
) -> Result<(), String> {
    let form = "the value of a histogram must be {\"buckets\": {\"0.1\": 3, \"+Inf\": 5}, \"sum\": 0.9, \"count\": 5}";
    let object: &Map<String, Value> = value.as_object().ok_or(form)?;
    let field =
        |key: &str| object.get(key).and_then(number).ok_or_else(|| format!("{key} is missing; {form}"));
    let (sum, count) = (field("sum")?, field("count")?);
    let given = object
        .get("buckets")
        .and_then(Value::as_object)
        .ok_or_else(|| format!("buckets are missing; {form}"))?;
    let mut buckets = Vec::with_capacity(given.len() + 1);
    for (bound, counted) in given {
        let upper: f64 = match bound.as_str() {
            "+Inf" => f64::INFINITY,
            bound => bound.parse().map_err(|_| format!("buckets: the upper bound {bound:?} is no number"))?,
        };
        let counted =
            number(counted).ok_or_else(|| format!("buckets: the count of {bound:?} is no number"))?;
        buckets.push((upper, bound.as_str(), counted));
    }
    if !given.contains_key("+Inf") {
        buckets.push((f64::INFINITY, "+Inf", count));
    }
    buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
    if let Some(fall) = buckets.windows(2).find(|pair| pair[1].2 < pair[0].2) {
        let (lower, upper) = (fall[0].1, fall[1].1);
        return Err(format!("buckets: counts are cumulative, but le={upper:?} has less than le={lower:?}"));
    }
    for (_, bound, counted) in &buckets {
        add("_bucket", Some(bound), *counted)?;
    }
    add("_sum", None, sum)?;
    add("_count", None, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pushed: &Pushed) -> Vec<String> {
        let line = |(labels, sample): (Result<Labels, _>, watchfire_model::Sample)| {
            format!("{} {} {}", labels.unwrap(), sample.value, sample.timestamp)
        };
        pushed.batch.iter().map(line).collect()
    }

    #[test]
    fn objects_lists_and_kinds() {
        let one = br#"{"name": "temperature", "value": -2.5}"#;
        assert_eq!(lines(&decode(one, 7).unwrap()), ["temperature -2.5 7"]);
        let list = br#"{"metrics": [
            {"name": "jobs_done", "labels": {"queue": "mail", "shard": 3}, "kind": "counter", "value": 17, "timestamp": 5, "help": "Jobs."},
            {"name": "ratio", "value": "+Inf"},
            {"name": "time", "kind": "histogram", "value": {"buckets": {"10": 4, "0.5": 1}, "sum": 9.5, "count": 5}}
        ]}"#;
        let pushed = decode(list, 9).unwrap();
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
            let pushed = decode(body.as_bytes(), 0).unwrap();
            assert_eq!(pushed.first_refused.as_deref(), Some(format!("metrics[1]: {problem}").as_str()));
            assert_eq!(
                (lines(&pushed), pushed.refused),
                (vec!["good 1 0".to_owned(), "good 2 0".to_owned()], 1)
            );
        }
        for (body, problem) in [
            ("{", "broken JSON: EOF while parsing an object at line 1 column 1"),
            ("7", "expected a metric such as {\"name\": \"up\", \"value\": 1}, or a list of them"),
            (r#"{"metrics": 7}"#, "\"metrics\" must be a list of metrics"),
        ] {
            assert_eq!(decode(body.as_bytes(), 0).unwrap_err(), problem);
        }
    }

    #[test]
    fn an_empty_list_is_nothing() {
        let pushed = decode(b"[]", 0).unwrap();
        assert!(pushed.batch.is_empty() && pushed.refused == 0);
    }
}
