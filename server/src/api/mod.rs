//! The protocols that other programs speak to Watchfire, one folder or file each, and the API of dashboards.

pub(crate) mod alertmanager;
pub(crate) mod dashboards;
pub(crate) mod import;
pub(crate) mod incidents;
mod intake;
pub(crate) mod maintenance;
pub(crate) mod notifying;
pub(crate) mod otlp;
pub(crate) mod prometheus;
pub(crate) mod push;
pub(crate) mod received;
pub(crate) mod remote_write;
pub(crate) mod rules;
mod scraped;
mod taking;

pub(crate) use intake::Intake;
pub(crate) use received::Way;
pub(crate) use scraped::Scraped;
