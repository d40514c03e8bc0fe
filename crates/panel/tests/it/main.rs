//! Panels as dashboards have them.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod shipped;
