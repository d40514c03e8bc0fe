//! Dashboards as files have them.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod documented;
mod grafana;
mod outline;
