//! Rules: their files and the states of alerts.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod files;
mod outlines;
mod states;
