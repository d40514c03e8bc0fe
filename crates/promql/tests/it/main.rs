//! Tests of the crate as its users see it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod differential;
mod engine;
mod eval;
mod eval_properties;
mod parser;
mod parser_complete;
mod parser_trees;
mod rollups;
mod scripts;
mod store;
