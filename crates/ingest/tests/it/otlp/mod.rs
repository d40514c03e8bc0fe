//! OTLP metrics: requests from an encoder of these tests, whole, odd, cut and hostile.

use std::fmt::Write as _;

use watchfire_ingest::otlp::{Decoded, Deltas, Encoding, Error, Options, decode};
use watchfire_model::is_stale;

pub(crate) mod encode;
mod hostile;
mod mapping;
mod refused;

use encode::Message;

/// Decodes both forms of a request, each with deltas of its own, and checks that they say the same.
fn both(request: &Message, options: &Options) -> Decoded {
    let one =
        |encoding, body: &[u8]| decode(encoding, body, options, &mut Deltas::new(1000, 1000), 0).unwrap();
    let protobuf = one(Encoding::Protobuf, &request.protobuf());
    let json = one(Encoding::Json, request.json().as_bytes());
    assert_eq!(listed(&protobuf), listed(&json));
    assert_eq!((protobuf.points, &protobuf.refused), (json.points, &json.refused));
    protobuf
}

fn protobuf(body: &[u8]) -> Result<Decoded, Error> {
    decode(Encoding::Protobuf, body, &Options::default(), &mut Deltas::new(1000, 1000), 0)
}

/// All that a batch holds, line by line.
fn listed(decoded: &Decoded) -> String {
    let batch = &decoded.batch;
    let mut list = String::new();
    for (labels, sample) in batch.iter() {
        let value = if is_stale(sample.value) { "stale".to_owned() } else { sample.value.to_string() };
        writeln!(list, "{} {value} @{}", labels.unwrap(), sample.timestamp).unwrap();
    }
    for (series, exemplar) in &batch.exemplars {
        let of = batch.labels(&batch.series[*series as usize]).unwrap();
        let (labels, value, time) = (&exemplar.labels, exemplar.value, exemplar.timestamp);
        writeln!(list, "# exemplar {of} {labels} {value} @{time}").unwrap();
    }
    for metadata in &batch.metadata {
        let (metric, kind, unit) = (&metadata.metric, metadata.kind.as_str(), &metadata.unit);
        writeln!(list, "# {kind} {metric} {unit:?} {}", metadata.help).unwrap();
    }
    list
}
