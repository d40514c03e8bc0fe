//! The protocols by which the load generator sends samples, as Watchfire takes them.

/// A way in for samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    RemoteWrite,
    OtlpHttp,
    OtlpGrpc,
}

impl Protocol {
    /// What the load generator calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RemoteWrite => "remote-write",
            Self::OtlpHttp => "otlp-http",
            Self::OtlpGrpc => "otlp-grpc",
        }
    }

    /// What the load generator calls the format of its bodies.
    pub(crate) fn format(self) -> &'static str {
        match self {
            Self::RemoteWrite => "remote-write",
            Self::OtlpHttp | Self::OtlpGrpc => "otlp",
        }
    }

    /// Where requests go; gRPC has a path of its own.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::RemoteWrite => "/api/v1/write",
            Self::OtlpHttp => "/v1/metrics",
            Self::OtlpGrpc => "",
        }
    }
}
