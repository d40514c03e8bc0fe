/// How an exposition is written; the response's `Content-Type` tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Prometheus' text format, of any version.
    #[default]
    Text,
    /// OpenMetrics 1.0 as text.
    OpenMetrics,
    /// `io.prometheus.client.MetricFamily` messages, each after its length.
    Protobuf,
}

/// Why a `Content-Type` names no format that is understood here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "received unsupported Content-Type {content_type:?}{because}; send text/plain, application/openmetrics-text or application/vnd.google.protobuf"
)]
pub struct FormatError {
    /// The header as it came.
    content_type: String,
    because: &'static str,
}

impl Format {
    /// What to send as `Accept`: what Prometheus asks for. Names in UTF-8 are welcome as they are. Protobuf is read from
    /// those who send it anyway; it tells nothing more, since native histograms are left out.
    pub const ACCEPT: &'static str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
        application/openmetrics-text;version=0.0.1;q=0.4,\
        text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

    /// The format that a `Content-Type` names. An empty one means the text format: targets older than the header send
    /// that.
    ///
    /// ```
    /// use watchfire_ingest::exposition::Format;
    /// let format = Format::from_content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")?;
    /// assert_eq!(format, Format::OpenMetrics);
    /// # Ok::<(), watchfire_ingest::exposition::FormatError>(())
    /// ```
    pub fn from_content_type(content_type: &str) -> Result<Self, FormatError> {
        let mut parts = content_type.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let parameters = parts.filter_map(|part| part.split_once('='));
        let differs = |name: &str, known: &[&str]| {
            parameters.clone().any(|(key, value)| {
                let value = value.trim().trim_matches('"');
                key.trim().eq_ignore_ascii_case(name)
                    && !known.iter().any(|known| value.eq_ignore_ascii_case(known))
            })
        };
        let because = match &*media_type {
            "" | "text/plain" => return Ok(Self::Text),
            "application/openmetrics-text" if differs("version", &["1.0.0", "0.0.1"]) => {
                ": only the versions 1.0.0 and 0.0.1 are read"
            }
            "application/openmetrics-text" => return Ok(Self::OpenMetrics),
            "application/vnd.google.protobuf" if differs("encoding", &["delimited"]) => {
                ": only the encoding delimited is read"
            }
            "application/vnd.google.protobuf" if differs("proto", &["io.prometheus.client.MetricFamily"]) => {
                ": only the proto io.prometheus.client.MetricFamily is read"
            }
            "application/vnd.google.protobuf" => return Ok(Self::Protobuf),
            _ => "",
        };
        Err(FormatError { content_type: content_type.to_owned(), because })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_their_content_type() {
        for (content_type, expected) in [
            ("", Ok(Format::Text)),
            ("text/plain", Ok(Format::Text)),
            ("text/plain; version=0.0.4; charset=utf-8", Ok(Format::Text)),
            ("Text/Plain;version=1.0.0;escaping=allow-utf-8", Ok(Format::Text)),
            ("application/openmetrics-text", Ok(Format::OpenMetrics)),
            ("application/openmetrics-text; version=\"1.0.0\"", Ok(Format::OpenMetrics)),
            (
                "application/openmetrics-text; version=2.0.0",
                Err(": only the versions 1.0.0 and 0.0.1 are read"),
            ),
            (
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
                Ok(Format::Protobuf),
            ),
            (
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text",
                Err(": only the encoding delimited is read"),
            ),
            (
                "application/vnd.google.protobuf; proto=other; encoding=delimited",
                Err(": only the proto io.prometheus.client.MetricFamily is read"),
            ),
            ("text/html", Err("")),
        ] {
            let found = Format::from_content_type(content_type).map_err(|error| error.because);
            assert_eq!(found, expected, "{content_type}");
        }
        assert_eq!(
            Format::from_content_type("text/html").unwrap_err().to_string(),
            "received unsupported Content-Type \"text/html\"; send text/plain, application/openmetrics-text or application/vnd.google.protobuf"
        );
    }
}
