//! What the demo says, and that the ways in can read it.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod models;
