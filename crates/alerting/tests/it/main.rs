//! Tests of the way from an alert to a notification: tables, properties, and where Alertmanager's own programs are there,
//! comparisons with them.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod amtool;
mod channel;
mod config;
mod dispatch;
mod handling;
mod incident;
mod incident_news;
mod inhibition;
mod maintenance;
mod matcher;
mod routing;
mod schedule;
mod silence;
mod time_interval;
mod zones;
