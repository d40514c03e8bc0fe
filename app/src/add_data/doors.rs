use serde::{Deserialize, Serialize};

/// Where else than at its own address the server takes samples: a Leptos context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doors {
    /// The address of OTLP over gRPC, if it has one of its own.
    pub otlp_grpc: Option<String>,
    /// The address of StatsD, if it is on.
    pub statsd: Option<String>,
    /// How often what StatsD counted is stored: `10s`.
    pub statsd_flush: String,
}

/// As the server has them unless it is told otherwise.
impl Default for Doors {
    fn default() -> Self {
        Self { otlp_grpc: Some("127.0.0.1:4317".to_owned()), statsd: None, statsd_flush: "10s".to_owned() }
    }
}
