//! Tests of the collectors on the real machine, and of their documentation.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod docs;
mod host;
mod labels;
