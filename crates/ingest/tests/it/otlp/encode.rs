//! Writes requests as protobuf and as JSON, from one tree that knows both names and numbers of fields; it shares nothing
//! with the decoder.

use std::fmt::Write as _;

/// A value of a field, by how the two forms write it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    /// In hexadecimal in JSON.
    Id(Vec<u8>),
    Bool(bool),
    Varint(u64),
    Int64(i64),
    Sint32(i32),
    Fixed64(u64),
    Sfixed64(i64),
    Double(f64),
    One(Message),
    Many(Vec<Message>),
    Fixed64s(Vec<u64>),
    Doubles(Vec<f64>),
    Varints(Vec<u64>),
}

/// A message: its fields in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message(pub(crate) Vec<(&'static str, u32, Value)>);

fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

fn sized(into: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    varint(into, (number << 3 | 2).into());
    varint(into, bytes.len() as u64);
    into.extend_from_slice(bytes);
}

fn fixed(into: &mut Vec<u8>, number: u32, bytes: [u8; 8]) {
    varint(into, (number << 3 | 1).into());
    into.extend_from_slice(&bytes);
}

fn plain(into: &mut Vec<u8>, number: u32, value: u64) {
    varint(into, (number << 3).into());
    varint(into, value);
}

impl Message {
    pub(crate) fn with(mut self, name: &'static str, number: u32, value: Value) -> Self {
        self.0.push((name, number, value));
        self
    }

    pub(crate) fn protobuf(&self) -> Vec<u8> {
        let mut into = Vec::new();
        for (_, number, value) in &self.0 {
            let number = *number;
            match value {
                Value::Text(text) => sized(&mut into, number, text.as_bytes()),
                Value::Id(bytes) => sized(&mut into, number, bytes),
                Value::Bool(value) => plain(&mut into, number, (*value).into()),
                Value::Varint(value) => plain(&mut into, number, *value),
                Value::Int64(value) => plain(&mut into, number, *value as u64),
                Value::Sint32(value) => {
                    plain(&mut into, number, u64::from((value << 1 ^ value >> 31) as u32));
                }
                Value::Fixed64(value) => fixed(&mut into, number, value.to_le_bytes()),
                Value::Sfixed64(value) => fixed(&mut into, number, value.to_le_bytes()),
                Value::Double(value) => fixed(&mut into, number, value.to_le_bytes()),
                Value::One(message) => sized(&mut into, number, &message.protobuf()),
                Value::Many(messages) => {
                    for message in messages {
                        sized(&mut into, number, &message.protobuf());
                    }
                }
                Value::Fixed64s(values) => {
                    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                    sized(&mut into, number, &bytes);
                }
                Value::Doubles(values) => {
                    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                    sized(&mut into, number, &bytes);
                }
                Value::Varints(values) => {
                    let mut bytes = Vec::new();
                    for value in values {
                        varint(&mut bytes, *value);
                    }
                    sized(&mut into, number, &bytes);
                }
            }
        }
        into
    }

    pub(crate) fn json(&self) -> String {
        let mut into = String::from("{");
        for (at, (name, _, value)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(into, "{comma}\"{name}\":").unwrap();
            match value {
                Value::Text(text) => write!(into, "{text:?}").unwrap(),
                Value::Id(bytes) => {
                    into.push('"');
                    for byte in bytes {
                        write!(into, "{byte:02X}").unwrap();
                    }
                    into.push('"');
                }
                Value::Bool(value) => write!(into, "{value}").unwrap(),
                Value::Varint(value) => write!(into, "{value}").unwrap(),
                Value::Sint32(value) => write!(into, "{value}").unwrap(),
                Value::Int64(value) | Value::Sfixed64(value) => write!(into, "\"{value}\"").unwrap(),
                Value::Fixed64(value) => write!(into, "\"{value}\"").unwrap(),
                Value::Double(value) => into.push_str(&double(*value)),
                Value::One(message) => into.push_str(&message.json()),
                Value::Many(messages) => list(&mut into, messages.iter().map(Self::json)),
                // As numbers where `Fixed64` has texts: both are allowed.
                Value::Fixed64s(values) | Value::Varints(values) => {
                    list(&mut into, values.iter().map(ToString::to_string));
                }
                Value::Doubles(values) => list(&mut into, values.iter().map(|value| double(*value))),
            }
        }
        into.push('}');
        into
    }
}

fn double(value: f64) -> String {
    match value {
        value if value.is_nan() => "\"NaN\"".to_owned(),
        f64::INFINITY => "\"Infinity\"".to_owned(),
        f64::NEG_INFINITY => "\"-Infinity\"".to_owned(),
        value => value.to_string(),
    }
}

fn list(into: &mut String, values: impl Iterator<Item = String>) {
    let values: Vec<String> = values.collect();
    write!(into, "[{}]", values.join(",")).unwrap();
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// An attribute whose `AnyValue` has one field.
pub(crate) fn attribute(key: &str, name: &'static str, number: u32, value: Value) -> Message {
    let any = Message::default().with(name, number, value);
    Message::default().with("key", 1, text(key)).with("value", 2, Value::One(any))
}

/// Attributes that are text.
pub(crate) fn attributes(pairs: &[(&str, &str)]) -> Value {
    Value::Many(pairs.iter().map(|(key, value)| attribute(key, "stringValue", 1, text(value))).collect())
}

/// A `NumberDataPoint`, a whole number if `whole`.
pub(crate) fn number(pairs: &[(&str, &str)], (start, end): (u64, u64), value: f64, whole: bool) -> Message {
    let message = Message::default()
        .with("attributes", 7, attributes(pairs))
        .with("startTimeUnixNano", 2, Value::Fixed64(start))
        .with("timeUnixNano", 3, Value::Fixed64(end));
    if whole {
        message.with("asInt", 6, Value::Sfixed64(value as i64))
    } else {
        message.with("asDouble", 4, Value::Double(value))
    }
}

/// A `Metric` with its points in the field `kind`.
pub(crate) fn metric(name: &str, unit: &str, kind: (&'static str, u32), data: Message) -> Message {
    Message::default()
        .with("name", 1, text(name))
        .with("description", 2, text("What it says."))
        .with("unit", 3, text(unit))
        .with(kind.0, kind.1, Value::One(data))
}

/// The points of a `Gauge` or a `Summary`.
pub(crate) fn points(points: Vec<Message>) -> Message {
    Message::default().with("dataPoints", 1, Value::Many(points))
}

/// The points of a `Sum` or of a histogram, which have a temporality.
pub(crate) fn sums(list: Vec<Message>, delta: bool) -> Message {
    points(list).with("aggregationTemporality", 2, Value::Varint(if delta { 1 } else { 2 }))
}

/// A `ResourceMetrics` of one scope.
pub(crate) fn resource(attributes: Value, scope: (&str, &str), metrics: Vec<Message>) -> Message {
    let scope = Message::default().with("name", 1, text(scope.0)).with("version", 2, text(scope.1));
    let scoped =
        Message::default().with("scope", 1, Value::One(scope)).with("metrics", 2, Value::Many(metrics));
    Message::default()
        .with("resource", 1, Value::One(Message::default().with("attributes", 1, attributes)))
        .with("scopeMetrics", 2, Value::Many(vec![scoped]))
}

/// An `ExportMetricsServiceRequest`.
pub(crate) fn request(resources: Vec<Message>) -> Message {
    Message::default().with("resourceMetrics", 1, Value::Many(resources))
}

/// A request as services send it: `services` resources, each with ten gauges and ten counters of `points` points, whose
/// six attributes tell them apart.
pub(crate) fn services(services: usize, points_each: usize) -> Message {
    let list = |metric: usize| {
        let one = |at: usize| {
            let pod = format!("{at}");
            let pairs = [
                ("http.request.method", ["GET", "POST", "PUT"][at % 3]),
                ("http.route", "/api/v1/orders/{id}/items"),
                ("http.response.status_code", ["200", "404", "500"][at / 3 % 3]),
                ("server.address", "orders.internal.example"),
                ("network.protocol.version", "1.1"),
                ("shard", pod.as_str()),
            ];
            let time = 1_700_000_000_000_000_000;
            number(
                &pairs,
                (time - 1_000_000_000, time),
                (metric * 1000 + at) as f64 + 0.25,
                at.is_multiple_of(2),
            )
        };
        (0..points_each).map(one).collect::<Vec<Message>>()
    };
    let one = |service: usize| {
        let metrics = (0..20).map(|at| {
            if at < 10 {
                metric(&format!("app.queue.{at}.size"), "By", ("gauge", 5), points(list(at)))
            } else {
                let data = sums(list(at), false).with("isMonotonic", 3, Value::Bool(true));
                metric(&format!("app.requests.{at}"), "{request}", ("sum", 7), data)
            }
        });
        let name = format!("service-{service}");
        let pairs = attributes(&[
            ("service.name", &name),
            ("service.namespace", "shop"),
            ("service.instance.id", "627cc493-f310-47de-96bd-71410b7dec09"),
            ("host.name", "node-17"),
            ("telemetry.sdk.language", "rust"),
        ]);
        resource(pairs, ("shop.meter", "1.4.0"), metrics.collect())
    };
    request((0..services).map(one).collect())
}
