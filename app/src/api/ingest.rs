use serde::Deserialize;

use super::Failure;
use super::reply::data;

/// What `/api/v1/ingest/status` tells of the samples that others send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct IngestStatus {
    /// The server's clock in milliseconds since the epoch.
    pub(crate) now: i64,
    pub(crate) ways: Vec<Arrivals>,
}

/// What has come by one protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Arrivals {
    /// `remote_write`, `otlp_http`, ...
    pub(crate) protocol: String,
    /// Samples since the server's start.
    pub(crate) samples: u64,
    /// Distinct series since someone watches.
    pub(crate) series: u64,
    /// When the last came, in milliseconds since the epoch.
    pub(crate) last: Option<i64>,
}

impl IngestStatus {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        data(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_server_says() {
        let text = r#"{"status":"success","data":{"now":1763712000000,"ways":[
            {"protocol":"remote_write","samples":0,"series":0,"last":null},
            {"protocol":"push","samples":7,"series":2,"last":1763711999000}]}}"#;
        let status = IngestStatus::read(text).unwrap();
        assert_eq!(status.now, 1_763_712_000_000);
        let push =
            Arrivals { protocol: "push".to_owned(), samples: 7, series: 2, last: Some(1_763_711_999_000) };
        assert_eq!(status.ways[1], push);
        assert_eq!(status.ways[0].last, None);
        assert!(IngestStatus::read(r#"{"status":"success","data":{"ways":7}}"#).is_err());
    }
}
