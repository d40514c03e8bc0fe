//! Tests of the crate as its users see it.

mod engine;
mod parser;
mod parser_complete;
mod parser_trees;
mod scripts;
mod store;
