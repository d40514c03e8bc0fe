use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::{Client, Response, Url};
use watchfire_demo::{LABEL, Way};

/// Longer than a busy server takes for a request, shorter than anyone waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// The address of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target(Url);

impl Target {
    /// Reads a URL; what stands behind the host counts as the folder of the API.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let url =
            Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let mut url = url.ok_or_else(|| {
            format!("target: {text:?} is not the URL of a server; write http://127.0.0.1:3473")
        })?;
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// The server that listens there; one that listens everywhere is reached on loopback.
    pub(crate) fn of(listen: SocketAddr) -> Self {
        let ip = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, listen.port());
        // An address with a port is always a URL's authority; another scheme cannot come of it.
        Url::parse(&format!("http://{address}")).map_or_else(|_| Self::default(), Self)
    }

    /// The URL of a path, which begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host_str() {
            Some("localhost") => true,
            Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
            None => false,
        }
    }
}

impl Default for Target {
    #[expect(clippy::expect_used, reason = "a constant that is a URL")]
    fn default() -> Self {
        Self(Url::parse("http://127.0.0.1:3473").expect("a constant that is a URL"))
    }
}

/// Why something could not be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SendError {
    /// There is no answer, or one that asks to wait.
    #[error("{text}")]
    Later {
        /// What is wrong.
        text: String,
        /// How long the server wants to be left alone.
        wait: Option<Duration>,
    },
    /// It will not be taken the next time either.
    #[error("{0}")]
    Refused(String),
}

/// Sends to one server.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    client: Client,
    target: Target,
}

impl Sender {
    pub(crate) fn new(target: Target) -> Result<Self, SendError> {
        let mut builder = Client::builder().timeout(PATIENCE).user_agent("watchfire-demo");
        if target.is_loopback() {
            builder = builder.no_proxy();
        }
        let refused =
            |error: reqwest::Error| SendError::Refused(format!("no HTTP client can be made: {error}"));
        Ok(Self { client: builder.build().map_err(refused)?, target })
    }

    /// Sends a request's body. The text, where there is one, tells what of it was not taken.
    pub(crate) async fn send(&self, way: Way, body: Vec<u8>) -> Result<Option<String>, SendError> {
        let mut request = self.client.post(self.target.url(way.path())).body(body);
        for (name, value) in way.headers() {
            request = request.header(*name, *value);
        }
        let answer = self.answered(request.send().await).await?;
        // OTLP answers 200 and tells what it left out.
        Ok(answer.contains("errorMessage").then_some(answer))
    }

    /// Deletes all that bears the demo's label.
    pub(crate) async fn delete(&self) -> Result<(), SendError> {
        let url = format!("{}?{}", self.target.url("/api/v1/admin/tsdb/delete_series"), selector());
        self.answered(self.client.post(url).send().await).await.map(drop)
    }

    /// Whether there is demo data since then (milliseconds since the epoch).
    pub(crate) async fn has_data(&self, since: i64) -> Result<bool, SendError> {
        let start = since as f64 / 1000.0;
        let url = format!("{}?{}&start={start}&limit=1", self.target.url("/api/v1/series"), selector());
        let answer = self.answered(self.client.get(url).send().await).await?;
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
        Ok(answer["data"].as_array().is_some_and(|series| !series.is_empty()))
    }

    /// The text of an answer that is one.
    async fn answered(&self, answer: Result<Response, reqwest::Error>) -> Result<String, SendError> {
        let shown = self.target.url("");
        let lost = |error: reqwest::Error| {
            // The innermost cause is the system's own word; those around it name layers of the library.
            let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            let reason = causes.last().map_or_else(|| error.to_string(), ToString::to_string);
            SendError::Later { text: format!("no server answers at {shown}: {reason}"), wait: None }
        };
        let answer = answer.map_err(lost)?;
        let status = answer.status();
        let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let text = answer.text().await.map_err(lost)?;
        if status.is_success() {
            return Ok(text);
        }
        let text = format!("{shown} answers {status}: {}", text.trim());
        if (status.is_server_error() && status.as_u16() != 501) || status.as_u16() == 429 {
            return Err(SendError::Later { text, wait: wait.map(Duration::from_secs) });
        }
        Err(SendError::Refused(text))
    }
}

/// `match[]={demo="true"}`, as a URL has it.
fn selector() -> String {
    let (name, value) = LABEL;
    format!("match%5B%5D=%7B{name}%3D%22{value}%22%7D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_urls_of_servers() {
        for (text, url) in [
            ("http://127.0.0.1:3473", "http://127.0.0.1:3473/x"),
            ("http://localhost:3473/", "http://localhost:3473/x"),
            ("https://example.org/watchfire/?a=1#b", "https://example.org/watchfire/x"),
        ] {
            assert_eq!(Target::read(text).unwrap().url("/x"), url);
        }
        for text in ["127.0.0.1:3473", "ftp://example.org", "example.org", ""] {
            assert!(Target::read(text).unwrap_err().contains("write http://127.0.0.1:3473"), "{text}");
        }
        assert_eq!(Target::of("0.0.0.0:80".parse().unwrap()).url("/x"), "http://127.0.0.1/x");
        assert_eq!(Target::of("[::]:81".parse().unwrap()).url("/x"), "http://[::1]:81/x");
    }
}
