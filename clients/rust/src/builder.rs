//! How a client is set up.

use std::time::Duration;

use crate::client::{Client, StartError};
use crate::global::{self, Guard};
use crate::settings::{self, SettingError, Settings};

/// The settings of a client: those of the environment, and what is said here, which wins.
///
/// What cannot be is told by [`start`](Self::start) and [`install`](Self::install).
#[derive(Clone, Debug)]
#[must_use = "`start` or `install` makes the client"]
pub struct Builder {
    pub(crate) settings: Settings,
    /// What is wrong in the environment.
    pub(crate) warnings: Vec<SettingError>,
    /// The first that was said here and cannot be.
    wrong: Option<SettingError>,
}

impl Builder {
    pub(crate) fn from_environment() -> Self {
        let (settings, warnings) = Settings::from_environment(|name| std::env::var(name).ok());
        Self { settings, warnings, wrong: None }
    }

    /// The address of the Watchfire, `http://127.0.0.1:3473` unless told. `/api/v1/otlp/v1/metrics` is put behind it, unless
    /// it ends in `/v1/metrics`.
    pub fn server(self, address: &str) -> Self {
        self.set("server", settings::server_url(address), |to, url| to.endpoint = url)
    }

    /// The whole URL that metrics are posted to, for other servers that take OTLP over HTTP.
    pub fn metrics_endpoint(self, url: &str) -> Self {
        self.set("metrics_endpoint", settings::url(url), |to, url| to.endpoint = url)
    }

    /// `service.name`, the label `job` in Watchfire: the name of the program's file unless told.
    pub fn service_name(self, name: &str) -> Self {
        self.set("service_name", Ok(name.to_owned()), |to, name| to.service_name = name)
    }

    /// `service.instance.id`, the label `instance` in Watchfire: host and process id unless told.
    pub fn instance(self, instance: &str) -> Self {
        self.resource_attribute("service.instance.id", instance)
    }

    /// Another attribute of the one who sends, such as `deployment.environment.name`.
    pub fn resource_attribute(self, name: &str, value: &str) -> Self {
        let pair = (name.to_owned(), value.to_owned());
        self.set("resource_attribute", Ok(pair), |to, (name, value)| {
            to.resource_attributes.insert(name, value);
        })
    }

    /// A header of every request.
    pub fn header(self, name: &str, value: &str) -> Self {
        let pair = settings::header(name, value).map(|_| (name.to_owned(), value.to_owned()));
        self.set("header", pair, |to, (name, value)| {
            to.headers.retain(|held, _| !held.eq_ignore_ascii_case(&name));
            to.headers.insert(name, value);
        })
    }

    /// Sends `Authorization: Bearer TOKEN`.
    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// The time between two collections: 30 seconds unless told.
    pub fn interval(self, interval: Duration) -> Self {
        self.set("interval", settings::above_zero(interval), |to, interval| to.interval = interval)
    }

    /// The longest that a request may take, and the attempts at one collection together: 10 seconds unless told.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set("timeout", settings::above_zero(timeout), |to, timeout| to.timeout = timeout)
    }

    /// The longest that a [`Guard`] waits for the last sending: 3 seconds unless told. Zero sends nothing then.
    pub fn exit_timeout(self, timeout: Duration) -> Self {
        self.set("exit_timeout", Ok(timeout), |to, timeout| to.exit_timeout = timeout)
    }

    /// Whether requests are compressed: they are unless told.
    pub fn gzip(self, on: bool) -> Self {
        self.set("gzip", Ok(on), |to, on| to.gzip = on)
    }

    /// Label sets of one metric, 2000 unless told; one more series takes all others.
    pub fn max_series(self, number: usize) -> Self {
        self.set("max_series", settings::max_series(number), |to, number| to.max_series = number)
    }

    /// Begins without recording, as [`Client::disable`] would.
    pub fn disabled(self, disabled: bool) -> Self {
        self.set("disabled", Ok(disabled), |to, disabled| to.disabled = disabled)
    }

    /// Makes a client of its own, and the threads that send what it counts.
    pub fn start(self) -> Result<Client, StartError> {
        match self.wrong {
            Some(wrong) => Err(StartError::Setting(wrong)),
            None => Client::start(&self.settings, self.warnings),
        }
    }

    /// Makes the client that the functions of this crate use. Keep the guard to the end of `main`: it then sends what is
    /// left. Call it before those functions, which make a client by themselves where there is none.
    pub fn install(self) -> Result<Guard, StartError> {
        let exit_timeout = self.settings.exit_timeout;
        global::install(|| self.start(), exit_timeout)
    }

    fn set<T>(
        mut self,
        setting: &str,
        value: Result<T, String>,
        apply: impl FnOnce(&mut Settings, T),
    ) -> Self {
        match value {
            Ok(value) => apply(&mut self.settings, value),
            Err(problem) => {
                self.wrong.get_or_insert_with(|| SettingError::new(setting, problem));
            }
        }
        self
    }
}
