//! Counts and times what a program does, and sends it to Watchfire, or to whatever takes OTLP over HTTP.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let _watchfire = watchfire_client::init()?;
//! let served = watchfire_client::counter("requests_total").build()?;
//! served.add(1.0, &[("route", "/orders")]);
//! # Ok(())
//! # }
//! ```
//!
//! Calls only touch sums in this process. A thread sends the sums every 30 seconds; dropping the guard of [`init`] sends
//! them once more.
//!
//! It stands on OpenTelemetry's SDK: its `PeriodicReader` and its OTLP exporter with a blocking HTTP client. The program needs
//! no async runtime, and may have one. Sums are cumulative: when a collection does not arrive, the next has the sums of both.

mod builder;
mod client;
mod export;
mod family;
mod flush;
mod global;
mod guard;
mod instruments;
mod labels;
mod operation;
mod recorder;
mod registry;
mod settings;
mod usage;

pub use builder::Builder;
pub use client::{Client, Overhead, StartError, Stats};
pub use global::{
    Guard, client, counter, disable, dropped, enable, flush, gauge, histogram, init, monitored_operation,
    overhead, shutdown, stats, timed_operation, timed_operation_async,
};
pub use guard::MonitoredOperation;
pub use instruments::{
    BYTES, Counter, CounterSeries, Definition, Gauge, GaugeSeries, Histogram, HistogramSeries, SECONDS,
};
pub use labels::Label;
pub use operation::Operation;
pub use registry::InstrumentError;
pub use settings::SettingError;

/// The example of the README is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
