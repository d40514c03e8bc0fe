//! Settings: their defaults, what the environment says, and what cannot be.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Url;

/// Where metrics are taken under OTLP's base address, by
/// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>.
const SIGNAL_PATH: &str = "/v1/metrics";
/// Where Watchfire takes OTLP, beside the path above.
const WATCHFIRE_PATH: &str = "/api/v1/otlp/v1/metrics";

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct SettingError {
    /// The method of [`Builder`](crate::Builder) or the variable that it was given by.
    pub setting: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl SettingError {
    pub(crate) fn new(setting: &str, problem: impl Into<String>) -> Self {
        Self { setting: setting.to_owned(), problem: problem.into() }
    }
}

/// All that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The whole URL that metrics are posted to.
    pub(crate) endpoint: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// Of one attempt to send, and of all attempts of one export together.
    pub(crate) timeout: Duration,
    pub(crate) interval: Duration,
    /// The longest that a [`Guard`](crate::Guard) waits for the last sending; zero sends nothing then.
    pub(crate) exit_timeout: Duration,
    /// Empty for the name of the program.
    pub(crate) service_name: String,
    pub(crate) resource_attributes: BTreeMap<String, String>,
    pub(crate) gzip: bool,
    pub(crate) max_series: usize,
    pub(crate) disabled: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint: format!("http://127.0.0.1:3473{WATCHFIRE_PATH}"),
            headers: BTreeMap::new(),
            timeout: Duration::from_secs(10),
            interval: Duration::from_secs(30),
            exit_timeout: Duration::from_secs(3),
            service_name: String::new(),
            resource_attributes: BTreeMap::new(),
            gzip: true,
            max_series: 2000,
            disabled: false,
        }
    }
}

type Read = fn(&mut Settings, &str) -> Result<(), String>;

/// The variables, as the Python client has them. Later lines win: Watchfire's over OpenTelemetry's, and what is said of
/// metrics over what is said of everything.
const VARIABLES: [(&str, Read); 23] = [
    ("OTEL_EXPORTER_OTLP_ENDPOINT", |to, text| put(&mut to.endpoint, under(text, SIGNAL_PATH))),
    ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", |to, text| put(&mut to.endpoint, url(text))),
    ("WATCHFIRE_ENDPOINT", |to, text| put(&mut to.endpoint, under(text, SIGNAL_PATH))),
    ("WATCHFIRE_METRICS_ENDPOINT", |to, text| put(&mut to.endpoint, url(text))),
    ("OTEL_EXPORTER_OTLP_HEADERS", |to, text| put(&mut to.headers, headers(text))),
    ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", |to, text| put(&mut to.headers, headers(text))),
    ("WATCHFIRE_HEADERS", |to, text| put(&mut to.headers, headers(text))),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", |to, text| put(&mut to.timeout, milliseconds(text))),
    ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", |to, text| put(&mut to.timeout, milliseconds(text))),
    ("WATCHFIRE_TIMEOUT", |to, text| put(&mut to.timeout, above_zero(seconds(text)?))),
    ("OTEL_METRIC_EXPORT_INTERVAL", |to, text| put(&mut to.interval, milliseconds(text))),
    ("WATCHFIRE_INTERVAL", |to, text| put(&mut to.interval, above_zero(seconds(text)?))),
    ("WATCHFIRE_EXIT_TIMEOUT", |to, text| put(&mut to.exit_timeout, seconds(text))),
    ("OTEL_SERVICE_NAME", |to, text| put(&mut to.service_name, Ok(text.to_owned()))),
    ("WATCHFIRE_SERVICE_NAME", |to, text| put(&mut to.service_name, Ok(text.to_owned()))),
    ("OTEL_RESOURCE_ATTRIBUTES", |to, text| put(&mut to.resource_attributes, pairs(text))),
    ("WATCHFIRE_RESOURCE_ATTRIBUTES", |to, text| put(&mut to.resource_attributes, pairs(text))),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", |to, text| put(&mut to.gzip, compression(text))),
    ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", |to, text| put(&mut to.gzip, compression(text))),
    ("WATCHFIRE_GZIP", |to, text| put(&mut to.gzip, flag(text))),
    ("WATCHFIRE_MAX_SERIES", |to, text| {
        let number = text.parse().map_err(|_| format!("{text:?} is no whole number"))?;
        put(&mut to.max_series, max_series(number))
    }),
    ("OTEL_SDK_DISABLED", |to, text| put(&mut to.disabled, flag(text))),
    ("WATCHFIRE_DISABLED", |to, text| put(&mut to.disabled, flag(text))),
];

fn put<T>(into: &mut T, value: Result<T, String>) -> Result<(), String> {
    *into = value?;
    Ok(())
}

impl Settings {
    /// Settings of the environment, and what in it is wrong: each such variable is passed over. A program must not fail
    /// over a variable that only concerns its monitoring.
    pub(crate) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> (Self, Vec<SettingError>) {
        let mut settings = Self::default();
        let mut wrong = Vec::new();
        for (name, read) in VARIABLES {
            let Some(text) = variable(name) else { continue };
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            if let Err(problem) = read(&mut settings, text) {
                wrong.push(SettingError::new(name, format!("{problem}; it is passed over")));
            }
        }
        (settings, wrong)
    }

    /// Attributes that say who sends. `host` is the name of this machine.
    pub(crate) fn resource(&self, host: &str) -> BTreeMap<String, String> {
        let mut attributes = self.resource_attributes.clone();
        attributes
            .entry("service.instance.id".to_owned())
            .or_insert_with(|| format!("{host}:{}", std::process::id()));
        if !self.service_name.is_empty() || !attributes.contains_key("service.name") {
            let named = !self.service_name.is_empty();
            let name = if named { self.service_name.clone() } else { program() };
            attributes.insert("service.name".to_owned(), name);
        }
        for (name, value) in
            [("name", "watchfire"), ("language", "rust"), ("version", env!("CARGO_PKG_VERSION"))]
        {
            attributes.insert(format!("telemetry.sdk.{name}"), value.to_owned());
        }
        attributes
    }
}

/// The name of the running program.
fn program() -> String {
    let path = std::env::current_exe().ok();
    let stem = path.as_deref().and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy());
    stem.map_or_else(|| "unknown_service:rust".to_owned(), std::borrow::Cow::into_owned)
}

/// The URL for metrics of the Watchfire at `server`. An address that ends in `/v1/metrics` is that already.
pub(crate) fn server_url(server: &str) -> Result<String, String> {
    under(server, WATCHFIRE_PATH)
}

/// A URL as it is.
pub(crate) fn url(text: &str) -> Result<String, String> {
    let example = "give a URL such as http://127.0.0.1:3473";
    let parsed = Url::parse(text).map_err(|error| format!("{text:?}: {error}; {example}"))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none_or(str::is_empty) {
        return Err(format!("{text:?} is no address of a web server; {example}"));
    }
    Ok(text.to_owned())
}

fn under(server: &str, path: &str) -> Result<String, String> {
    let server = server.trim_end_matches('/');
    url(&if server.ends_with(SIGNAL_PATH) { server.to_owned() } else { format!("{server}{path}") })
}

fn headers(text: &str) -> Result<BTreeMap<String, String>, String> {
    let given = pairs(text)?;
    for (name, value) in &given {
        header(name, value)?;
    }
    Ok(given)
}

/// A header as it goes out, or why it cannot.
pub(crate) fn header(
    name: &str,
    value: &str,
) -> Result<(reqwest::header::HeaderName, reqwest::header::HeaderValue), String> {
    let wrong = |part: &str| format!("the {part} of header {name:?} has characters that no header can have");
    Ok((name.parse().map_err(|_| wrong("name"))?, value.parse().map_err(|_| wrong("value"))?))
}

/// The bound on label sets: 1 to [`MOST_SERIES`].
pub(crate) fn max_series(number: usize) -> Result<usize, String> {
    if (1..=MOST_SERIES).contains(&number) {
        Ok(number)
    } else {
        Err(format!("{number} series: give 1 to {MOST_SERIES}"))
    }
}

/// The SDK makes room for all of a metric's series when the metric is made, so that there must be an end.
const MOST_SERIES: usize = 1_000_000;

/// A time that is more than nothing.
pub(crate) fn above_zero(time: Duration) -> Result<Duration, String> {
    if time.is_zero() { Err("give more than 0".to_owned()) } else { Ok(time) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text:?} is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|_| format!("{text:?} is no length of time in seconds"))
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let milliseconds = text.parse().map_err(|_| format!("{text:?} is no whole number of milliseconds"))?;
    above_zero(Duration::from_millis(milliseconds))
}

fn compression(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "gzip" => Ok(true),
        "none" => Ok(false),
        _ => Err(format!("{text:?} is neither gzip nor none")),
    }
}

fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

/// Reads `name=value,name=value`, percent-encoded: W3C baggage without properties, as in
/// <https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables>.
fn pairs(text: &str) -> Result<BTreeMap<String, String>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let pair = part.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
            match pair {
                Some((name, value)) if !name.is_empty() => Ok((unquote(name), unquote(value))),
                _ => Err(format!("{part:?} is not name=value")),
            }
        })
        .collect()
}

/// Text with `%20` and the like read. What is no such sign stays as it is.
fn unquote(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|pair| *first == b'%' && pair.iter().all(u8::is_ascii_hexdigit));
        let byte = digits
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
