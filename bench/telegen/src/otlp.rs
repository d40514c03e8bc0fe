//! The messages of OTLP metrics
//! (<https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto>),
//! encoded by hand: all of a host but its times and values stays the same from scrape to scrape.

use crate::recording::Series;
use crate::wire::{Value, bytes_field, fixed64_field, next_field, varint_field};

/// First bytes of a gzip stream, RFC 1952. An `ExportMetricsServiceRequest` begins with 0x0a.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const CUMULATIVE: u64 = 2;

/// Bytes from a point's time to its value: the time itself and the value's tag.
const TIME_TO_VALUE: usize = 8 + 1;

/// One host as a `resource_metrics` field, with the places of what changes.
pub(crate) struct Host {
    bytes: Vec<u8>,
    /// Where the time of each series' point is, in the order of the recording.
    times: Vec<usize>,
}

impl Host {
    /// Encodes the series of a recording: a metric for each run of series with the same name (in a recording they
    /// stand together), counters as cumulative monotonic sums that started at `start` (nanoseconds, Unix time), all
    /// else as gauges. There is no scope, whose name and version would become labels of each series.
    pub(crate) fn new(recording: &[Series], host: usize, start: u64) -> Self {
        let mut metrics = Vec::new();
        let mut times = Vec::with_capacity(recording.len());
        for group in recording.chunk_by(|a, b| a.name() == b.name()) {
            let mut data = Vec::new();
            let mut within = Vec::with_capacity(group.len());
            for series in group {
                let (point, time) = point(series, host, start);
                bytes_field(&mut data, 1, &point);
                within.push(data.len() - point.len() + time);
            }
            let is_sum = group[0].counter;
            if is_sum {
                varint_field(&mut data, 2, CUMULATIVE);
                varint_field(&mut data, 3, 1);
            }
            let mut metric = Vec::new();
            bytes_field(&mut metric, 1, group[0].name().as_bytes());
            bytes_field(&mut metric, if is_sum { 7 } else { 5 }, &data);
            bytes_field(&mut metrics, 2, &metric);
            let data_at = metrics.len() - data.len();
            times.extend(within.iter().map(|time| data_at + time));
        }
        let mut content = Vec::new();
        bytes_field(&mut content, 1, &resource(host));
        bytes_field(&mut content, 2, &metrics);
        let mut bytes = Vec::new();
        bytes_field(&mut bytes, 1, &content);
        let metrics_at = bytes.len() - metrics.len();
        for time in &mut times {
            *time += metrics_at;
        }
        Self { bytes, times }
    }

    /// Appends one scrape to an `ExportMetricsServiceRequest`, with the values at `step` of the recording. `time` is
    /// in nanoseconds, Unix time.
    pub(crate) fn append(&self, out: &mut Vec<u8>, recording: &[Series], step: usize, time: u64) {
        let start = out.len();
        out.extend_from_slice(&self.bytes);
        for (series, at) in recording.iter().zip(&self.times) {
            let at = start + at;
            out[at..at + 8].copy_from_slice(&time.to_le_bytes());
            let at = at + TIME_TO_VALUE;
            out[at..at + 8].copy_from_slice(&series.at(step).to_le_bytes());
        }
    }
}

/// A `NumberDataPoint` with time and value 0, its fields in the order of their numbers as most senders write them, and
/// where its time is. It has the labels that remote write gives each series, but for those that come from the resource.
fn point(series: &Series, host: usize, start: u64) -> (Vec<u8>, usize) {
    let mut point = Vec::new();
    if series.counter {
        fixed64_field(&mut point, 2, start.to_le_bytes());
    }
    let time = point.len() + 1;
    fixed64_field(&mut point, 3, [0; 8]);
    fixed64_field(&mut point, 4, [0; 8]);
    for (name, value) in series.labels.iter().filter(|(name, _)| name != "__name__") {
        attribute(&mut point, 7, name, value);
    }
    attribute(&mut point, 7, "region", &format!("region-{}", host % 5));
    (point, time)
}

/// A `Resource`. Its service becomes `job` and `instance`, as remote write has them.
fn resource(host: usize) -> Vec<u8> {
    let mut resource = Vec::new();
    attribute(&mut resource, 1, "service.name", "node");
    attribute(&mut resource, 1, "service.instance.id", &format!("host-{host}:9100"));
    attribute(&mut resource, 1, "host.name", &format!("host-{host}"));
    resource
}

/// Appends a `KeyValue` with a text.
fn attribute(out: &mut Vec<u8>, field: u64, key: &str, value: &str) {
    let mut any = Vec::new();
    bytes_field(&mut any, 1, value.as_bytes());
    let mut pair = Vec::new();
    bytes_field(&mut pair, 1, key.as_bytes());
    bytes_field(&mut pair, 2, &any);
    bytes_field(out, field, &pair);
}

/// Whether `prepare --gzip` made this body.
pub(crate) fn is_gzip(body: &[u8]) -> bool {
    body.starts_with(&GZIP)
}

/// What an `ExportMetricsServiceResponse` says of points that were left out; `None` where all were taken. A text
/// without such points is a warning and no refusal.
pub(crate) fn rejected(mut response: &[u8]) -> Option<String> {
    while let Some((field, value)) = next_field(&mut response) {
        if let (1, Value::Bytes(partial)) = (field, value) {
            let (points, text) = number_and_text(partial);
            if points != 0 {
                return Some(format!("{points} points rejected: {text}"));
            }
        }
    }
    None
}

/// The text of a `google.rpc.Status`, which is the body of errors over HTTP.
pub(crate) fn error_text(status: &[u8]) -> String {
    number_and_text(status).1
}

/// `ExportMetricsPartialSuccess` and `Status` both have a number as field 1 and a text as field 2.
fn number_and_text(mut message: &[u8]) -> (i64, String) {
    let (mut number, mut text) = (0, String::new());
    while let Some(field) = next_field(&mut message) {
        match field {
            (1, Value::Varint(value)) => number = value as i64,
            (2, Value::Bytes(bytes)) => text = String::from_utf8_lossy(bytes).into_owned(),
            _ => {}
        }
    }
    (number, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, labels: &[(&str, &str)], counter: bool, values: &[f64]) -> Series {
        let labels = [("__name__", name)].into_iter().chain(labels.iter().copied());
        Series {
            counter,
            labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            values: values.to_vec(),
        }
    }

    /// The fields of a message at a path of field numbers.
    fn at<'a>(message: &'a [u8], path: &[u64]) -> Vec<Value<'a>> {
        let (first, rest) = path.split_first().unwrap();
        let mut found = Vec::new();
        let mut message = message;
        while let Some((field, value)) = next_field(&mut message) {
            match value {
                _ if field != *first => {}
                Value::Bytes(inner) if !rest.is_empty() => found.extend(at(inner, rest)),
                value => found.push(value),
            }
        }
        assert!(message.is_empty(), "{message:?} was not read");
        found
    }

    fn texts(message: &[u8], path: &[u64]) -> Vec<String> {
        let text = |value| match value {
            Value::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            other => panic!("{other:?} is no text"),
        };
        at(message, path).into_iter().map(text).collect()
    }

    fn times(message: &[u8], path: &[u64]) -> Vec<u64> {
        let time = |value| match value {
            Value::Fixed(bytes) => u64::from_le_bytes(bytes.try_into().unwrap()),
            other => panic!("{other:?} is no time"),
        };
        at(message, path).into_iter().map(time).collect()
    }

    fn values(message: &[u8], path: &[u64]) -> Vec<f64> {
        times(message, path).into_iter().map(f64::from_bits).collect()
    }

    #[test]
    fn a_small_body_is_known_to_the_byte() {
        let recording = [series("c", &[("k", "v")], true, &[2.0])];
        let mut body = Vec::new();
        Host::new(&recording, 3, 5).append(&mut body, &recording, 0, 7);
        let resource = b"\x0a\x55\x0a\x16\x0a\x0cservice.name\x12\x06\x0a\x04node\
            \x0a\x24\x0a\x13service.instance.id\x12\x0d\x0a\x0bhost-3:9100\
            \x0a\x15\x0a\x09host.name\x12\x08\x0a\x06host-3";
        let metric = b"\x12\x48\x12\x46\x0a\x01c\x3a\x41\x0a\x3b";
        let point = b"\x11\x05\0\0\0\0\0\0\0\x19\x07\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\x40\
            \x3a\x08\x0a\x01k\x12\x03\x0a\x01v\x3a\x14\x0a\x06region\x12\x0a\x0a\x08region-3";
        let kind = b"\x10\x02\x18\x01";
        assert_eq!(body, [b"\x0a\xa1\x01", &resource[..], metric, point, kind].concat());
    }

    #[test]
    fn a_body_has_a_resource_a_host_and_a_metric_a_name() {
        let recording = [
            series("load", &[], false, &[0.5, 0.75]),
            series("cpu_total", &[("cpu", "0"), ("mode", "idle")], true, &[10.0, 12.0]),
            series("cpu_total", &[("cpu", "1"), ("mode", "idle")], true, &[20.0, 23.0]),
        ];
        let mut body = Vec::new();
        for host in [0, 6] {
            Host::new(&recording, host, 1_000).append(&mut body, &recording, 1, 2_000);
        }

        let resource = ["service.name", "service.instance.id", "host.name"].repeat(2);
        assert_eq!(texts(&body, &[1, 1, 1, 1]), resource);
        let values_of_resource = ["node", "host-0:9100", "host-0", "node", "host-6:9100", "host-6"];
        assert_eq!(texts(&body, &[1, 1, 1, 2, 1]), values_of_resource);

        let metric = |rest: &[u64]| [&[1, 2, 2], rest].concat();
        let (gauge, sum) = (
            |rest: &[u64]| metric(&[&[5, 1], rest].concat()),
            |rest: &[u64]| metric(&[&[7, 1], rest].concat()),
        );
        assert_eq!(texts(&body, &metric(&[1])), ["load", "cpu_total", "load", "cpu_total"]);
        assert_eq!(values(&body, &gauge(&[4])), [0.75; 2]);
        assert_eq!(values(&body, &sum(&[4])), [12.0, 23.0, 12.0, 23.0]);
        assert_eq!(times(&body, &gauge(&[3])), [2_000; 2]);
        assert_eq!(times(&body, &sum(&[3])), [2_000; 4]);
        assert_eq!(times(&body, &gauge(&[2])), [0; 0], "a gauge has no start");
        assert_eq!(times(&body, &sum(&[2])), [1_000; 4]);
        for flag in [2, 3] {
            let expected = if flag == 2 { CUMULATIVE } else { 1 };
            assert_eq!(at(&body, &metric(&[7, flag])), [Value::Varint(expected), Value::Varint(expected)]);
        }
        assert_eq!(texts(&body, &gauge(&[7, 1])), ["region"; 2]);
        assert_eq!(texts(&body, &sum(&[7, 1])), ["cpu", "mode", "region"].repeat(4));
        let labels = |region| ["0", "idle", region, "1", "idle", region];
        assert_eq!(texts(&body, &sum(&[7, 2, 1])), [labels("region-0"), labels("region-1")].concat());
    }

    #[test]
    fn rejected_points_are_a_refusal_and_a_warning_is_none() {
        let response = |points, text: &[u8]| {
            let mut partial = Vec::new();
            varint_field(&mut partial, 1, points);
            bytes_field(&mut partial, 2, text);
            let mut response = Vec::new();
            bytes_field(&mut response, 1, &partial);
            response
        };
        assert_eq!(rejected(b""), None);
        assert_eq!(rejected(&response(0, b"soon an error")), None);
        assert_eq!(rejected(&response(7, b"too old")).as_deref(), Some("7 points rejected: too old"));
        let mut status = Vec::new();
        varint_field(&mut status, 1, 3);
        bytes_field(&mut status, 2, b"bad");
        assert_eq!(error_text(&status), "bad");
    }

    #[test]
    fn a_body_is_not_taken_for_gzip() {
        let recording = [series("load", &[], false, &[1.0])];
        let mut body = Vec::new();
        Host::new(&recording, 0, 0).append(&mut body, &recording, 0, 0);
        assert!(!is_gzip(&body));
        assert!(is_gzip(&[0x1f, 0x8b, 8, 0]));
    }
}
