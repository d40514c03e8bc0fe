//! Requests as a Prometheus would send them, and the question what became of them.

use std::collections::BTreeMap;

use crate::answer::Answer;
use crate::server::Server;

/// The command line of a server that collects nothing and takes samples of any age.
pub(crate) const EMPTY_SERVER: [&str; 5] =
    ["--no-collect", "--retention", "0", "--out-of-order-window", "unlimited"];

/// A `prometheus.WriteRequest` in the making.
#[derive(Default)]
pub(crate) struct Body(Vec<u8>);

impl Body {
    /// Adds a series with its samples (milliseconds and value).
    pub(crate) fn series(mut self, labels: &[(&str, &str)], samples: &[(i64, f64)]) -> Self {
        let mut series = Vec::new();
        for (name, value) in labels {
            let mut label = Vec::new();
            field(&mut label, 1, name.as_bytes());
            field(&mut label, 2, value.as_bytes());
            field(&mut series, 1, &label);
        }
        for (timestamp, value) in samples {
            let mut sample = vec![1 << 3 | 1];
            sample.extend_from_slice(&value.to_le_bytes());
            sample.push(2 << 3);
            varint(&mut sample, *timestamp as u64);
            field(&mut series, 2, &sample);
        }
        field(&mut self.0, 1, &series);
        self
    }

    pub(crate) fn compressed(&self) -> Vec<u8> {
        snap::raw::Encoder::new().compress_vec(&self.0).unwrap()
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn field(out: &mut Vec<u8>, number: u8, payload: &[u8]) {
    out.push(number << 3 | 2);
    varint(out, payload.len() as u64);
    out.extend_from_slice(payload);
}

pub(crate) async fn send(server: &Server, body: &Body) -> Answer {
    server.post("/api/v1/write", &[("content-encoding", "snappy")], body.compressed()).await
}

/// The samples of a metric by time, over all its series: `metric[range]` at the end of `range`.
pub(crate) async fn query(server: &Server, selector: &str, end_seconds: i64) -> BTreeMap<(String, i64), f64> {
    let answer = server.get(&format!("/api/v1/query?query={selector}[1000000s]&time={end_seconds}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut found = BTreeMap::new();
    for series in answer.json()["data"]["result"].as_array().unwrap() {
        let labels = series["metric"].to_string();
        for value in series["values"].as_array().unwrap() {
            let time = (value[0].as_f64().unwrap() * 1000.0).round() as i64;
            found.insert((labels.clone(), time), value[1].as_str().unwrap().parse().unwrap());
        }
    }
    found
}
