//! The values of queries as JSON: <https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats>.

use std::io::Write as _;

use watchfire_promql::{Value, format_value};

use super::json::{write_labels, write_sample, write_string};

/// Keeps no more than `limit` series; says whether there were more.
pub(super) fn truncate(value: &mut Value, limit: Option<usize>) -> bool {
    let Some(limit) = limit else { return false };
    match value {
        Value::Vector(samples) if samples.len() > limit => samples.truncate(limit),
        Value::Matrix(series) if series.len() > limit => series.truncate(limit),
        _ => return false,
    }
    true
}

/// How many samples there are to write.
pub(super) fn samples(value: &Value) -> usize {
    match value {
        Value::Vector(samples) => samples.len(),
        Value::Matrix(series) => series.iter().map(|series| series.values.len()).sum(),
        Value::Scalar(_) | Value::String(_) => 1,
    }
}

/// Appends `"resultType":...,"result":...`. What has no time of its own has `time`, in milliseconds.
pub(super) fn write_result(body: &mut Vec<u8>, value: &Value, time: i64) {
    let kind = match value {
        Value::Vector(_) => "vector",
        Value::Matrix(_) => "matrix",
        Value::Scalar(_) => "scalar",
        Value::String(_) => "string",
    };
    body.extend_from_slice(b"\"resultType\":\"");
    body.extend_from_slice(kind.as_bytes());
    body.extend_from_slice(b"\",\"result\":[");
    match value {
        Value::Vector(samples) => {
            body.reserve(samples.len() * 128);
            for (index, (labels, value)) in samples.iter().enumerate() {
                body.extend_from_slice(if index > 0 { b",{\"metric\":" } else { b"{\"metric\":" });
                write_labels(body, labels);
                body.extend_from_slice(b",\"value\":");
                write_sample(body, time, *value);
                body.push(b'}');
            }
        }
        Value::Matrix(all) => {
            body.reserve(samples(value) * 24 + all.len() * 128);
            for (index, series) in all.iter().enumerate() {
                body.extend_from_slice(if index > 0 { b",{\"metric\":" } else { b"{\"metric\":" });
                write_labels(body, &series.labels);
                body.extend_from_slice(b",\"values\":[");
                for (index, (timestamp, value)) in series.timestamps.iter().zip(&series.values).enumerate() {
                    if index > 0 {
                        body.push(b',');
                    }
                    write_sample(body, *timestamp, *value);
                }
                body.extend_from_slice(b"]}");
            }
        }
        Value::Scalar(number) => write_alone(body, time, &format_value(*number)),
        Value::String(text) => write_alone(body, time, text),
    }
    body.push(b']');
}

/// What stands alone has its time with as few digits as there are, unlike samples.
fn write_alone(body: &mut Vec<u8>, time: i64, text: &str) {
    // Writing to a vector can't fail.
    let _ = write!(body, "{},", time as f64 / 1000.0);
    write_string(body, text);
}

#[cfg(test)]
mod tests {
    use watchfire_model::{Labels, Series};

    use super::*;

    fn written(value: &Value) -> String {
        let mut body = b"{".to_vec();
        write_result(&mut body, value, 1_435_781_430_500);
        body.push(b'}');
        let text = String::from_utf8(body).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        text
    }

    fn up() -> Labels {
        Labels::of("up", [("job", "a\"b")]).unwrap()
    }

    #[test]
    fn every_kind_of_value() {
        let vector = Value::Vector(vec![(up(), 1e21), (Labels::empty(), f64::INFINITY)]);
        let matrix = Value::Matrix(vec![
            Series { labels: up(), timestamps: vec![1000, 2120], values: vec![1.0, 0.5] },
            Series { labels: Labels::empty(), timestamps: vec![0], values: vec![-1e-7] },
        ]);
        let all = [
            written(&vector),
            written(&matrix),
            written(&Value::Scalar(1e21)),
            written(&Value::String("a\"b".into())),
            written(&Value::Vector(Vec::new())),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        {"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a\"b"},"value":[1435781430.500,"1e+21"]},{"metric":{},"value":[1435781430.500,"+Inf"]}]}
        {"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"a\"b"},"values":[[1,"1"],[2.120,"0.5"]]},{"metric":{},"values":[[0,"-1e-07"]]}]}
        {"resultType":"scalar","result":[1435781430.5,"1000000000000000000000"]}
        {"resultType":"string","result":[1435781430.5,"a\"b"]}
        {"resultType":"vector","result":[]}
        "#);
    }

    #[test]
    fn limits_cut_series() {
        let mut value = Value::Vector(vec![(up(), 1.0), (up(), 2.0)]);
        assert!(!truncate(&mut value, None) && !truncate(&mut value, Some(2)));
        assert!(truncate(&mut value, Some(1)));
        assert_eq!(samples(&value), 1);
        assert!(!truncate(&mut Value::Scalar(1.0), Some(0)));
    }
}
