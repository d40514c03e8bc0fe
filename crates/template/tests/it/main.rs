//! Templates from the outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod data;
mod depth;
mod limits;
mod notifications;
mod places;
mod properties;
mod rules;
mod sets;
mod tables;
