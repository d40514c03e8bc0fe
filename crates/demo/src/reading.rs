/// The way that something is sent by; between them they cover what programs use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Prometheus remote write 1.0.
    RemoteWrite,
    /// JSON to `/api/v1/push`.
    Push,
    /// OTLP over HTTP, as JSON.
    Otlp,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::RemoteWrite, Self::Push, Self::Otlp];

    /// Where requests go, below the server's address.
    pub fn path(self) -> &'static str {
        match self {
            Self::RemoteWrite => "/api/v1/write",
            Self::Push => "/api/v1/push",
            Self::Otlp => "/v1/metrics",
        }
    }

    /// Headers of a request besides its length.
    pub fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::RemoteWrite => &[
                ("content-type", "application/x-protobuf"),
                ("content-encoding", "snappy"),
                ("x-prometheus-remote-write-version", "0.1.0"),
            ],
            Self::Push | Self::Otlp => &[("content-type", "application/json")],
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::RemoteWrite => "Prometheus remote write",
            Self::Push => "JSON",
            Self::Otlp => "OTLP",
        }
    }
}

/// What one program tells at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Sending {
    /// How it is sent.
    pub way: Way,
    /// The label `job`.
    pub job: &'static str,
    /// The label `instance`.
    pub instance: String,
    /// Milliseconds since the epoch.
    pub at: i64,
    /// What it tells.
    pub readings: Vec<Reading>,
}

/// One metric with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The metric; of a counter with `_total`, of a histogram without `_bucket`.
    pub name: &'static str,
    /// Labels besides `job`, `instance` and [`LABEL`](crate::LABEL), by name.
    pub labels: Vec<(&'static str, String)>,
    /// The value.
    pub value: Value,
}

/// The value of a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Goes up and down.
    Gauge(f64),
    /// Only rises.
    Counter(f64),
    /// Counts by size.
    Histogram {
        /// Upper bounds of the buckets, from low to high, without infinity.
        bounds: &'static [f64],
        /// How many were at most as great as each bound, and in the end how many there were.
        cumulative: Vec<u64>,
        /// All added up.
        sum: f64,
    },
}

impl Sending {
    pub(crate) fn new(way: Way, job: &'static str, instance: impl Into<String>, at: i64) -> Self {
        Self { way, job, instance: instance.into(), at, readings: Vec::new() }
    }

    pub(crate) fn gauge(&mut self, name: &'static str, labels: &[(&'static str, &str)], value: f64) {
        self.push(name, labels, Value::Gauge(value));
    }

    pub(crate) fn counter(&mut self, name: &'static str, labels: &[(&'static str, &str)], value: f64) {
        self.push(name, labels, Value::Counter(value));
    }

    pub(crate) fn push(&mut self, name: &'static str, labels: &[(&'static str, &str)], value: Value) {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.readings.push(Reading { name, labels, value });
    }

    /// How many samples these readings are once stored: of a histogram each bucket, the sum and the count.
    pub fn samples(&self) -> usize {
        let of = |reading: &Reading| match &reading.value {
            Value::Gauge(_) | Value::Counter(_) => 1,
            Value::Histogram { cumulative, .. } => cumulative.len() + 2,
        };
        self.readings.iter().map(of).sum()
    }
}
