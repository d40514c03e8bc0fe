use serde_json::{Map, Value};
use watchfire_model::{Batch, Labels, METRIC_NAME, Metadata, MetadataKind};

const KEYS: [&str; 7] = ["name", "labels", "kind", "value", "timestamp", "help", "unit"];

/// Adds the samples of one metric, unless the keys of the batch come to more than `most` bytes.
pub(super) fn push(batch: &mut Batch, metric: &Value, now: i64, most: usize) -> Result<(), String> {
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
        if batch.bytes.len() + labels.packed().len() > most {
            return Err(format!(
                "with its labels, which each bucket has, the request comes to more than {most} bytes; send fewer buckets or \
                 labels, or less at once"
            ));
        }
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
