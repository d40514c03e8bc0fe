//! The client of the whole program, and functions that use it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use crate::client::{Client, Overhead, StartError, Stats};
use crate::guard::MonitoredOperation;
use crate::instruments::{Counter, Definition, Gauge, Histogram};
use crate::labels::Label;

static CLIENT: OnceLock<Client> = OnceLock::new();

/// Ends the program's client when it is dropped: it sends what is left, and waits for that as long as `exit_timeout` says.
#[derive(Debug)]
#[must_use = "it ends the client when it is dropped: bind it to a name such as `_watchfire`"]
pub struct Guard {
    exit_timeout: Duration,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.exit_timeout.is_zero() {
            client().end();
        } else {
            client().shutdown(self.exit_timeout);
        }
    }
}

pub(crate) fn install(
    start: impl FnOnce() -> Result<Client, StartError>,
    exit_timeout: Duration,
) -> Result<Guard, StartError> {
    if CLIENT.get().is_some() {
        return Err(StartError::Installed);
    }
    // Of two at once, one wins; the other's client ends as it is dropped.
    CLIENT.set(start()?).map_err(|_| StartError::Installed)?;
    Ok(Guard { exit_timeout })
}

/// Makes the program's client with the settings of the environment: short for [`Client::builder`] and
/// [`install`](crate::Builder::install).
pub fn init() -> Result<Guard, StartError> {
    Client::builder().install()
}

/// The program's client. Where none was installed, one is made with the settings of the environment; where that fails, one
/// that records nothing and has the reason as its `last_error`.
pub fn client() -> &'static Client {
    CLIENT.get_or_init(|| Client::builder().start().unwrap_or_else(|error| Client::inert(&error)))
}

/// [`Client::counter`] of the program's client.
pub fn counter(name: &str) -> Definition<'static, Counter> {
    client().counter(name)
}

/// [`Client::gauge`] of the program's client.
pub fn gauge(name: &str) -> Definition<'static, Gauge> {
    client().gauge(name)
}

/// [`Client::histogram`] of the program's client.
pub fn histogram(name: &str) -> Definition<'static, Histogram> {
    client().histogram(name)
}

/// [`Client::timed_operation`] of the program's client.
pub fn timed_operation<T>(name: &str, work: impl FnOnce() -> T) -> T {
    client().timed_operation(name, work)
}

/// [`Client::timed_operation_async`] of the program's client.
pub fn timed_operation_async<F: Future>(name: &str, future: F) -> impl Future<Output = F::Output> + use<F> {
    client().timed_operation_async(name, future)
}

/// [`Client::monitored_operation`] of the program's client.
pub fn monitored_operation(name: &str, labels: &[Label<'_>]) -> MonitoredOperation {
    client().monitored_operation(name, labels)
}

/// [`Client::disable`] of the program's client.
pub fn disable() {
    client().disable();
}

/// [`Client::enable`] of the program's client.
pub fn enable() {
    client().enable();
}

/// [`Client::flush`] of the program's client.
pub fn flush(timeout: Duration) -> bool {
    client().flush(timeout)
}

/// [`Client::shutdown`] of the program's client.
pub fn shutdown(timeout: Duration) -> bool {
    client().shutdown(timeout)
}

/// [`Client::overhead`] of the program's client.
pub fn overhead() -> Overhead {
    client().overhead()
}

/// [`Client::dropped`] of the program's client.
pub fn dropped() -> BTreeMap<&'static str, u64> {
    client().dropped()
}

/// [`Client::stats`] of the program's client.
pub fn stats() -> Stats {
    client().stats()
}
