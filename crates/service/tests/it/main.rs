//! The service over a real storage.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod rollups;
