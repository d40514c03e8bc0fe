//! The evaluation: a plan of nodes ([`plan`]), and an [`Evaluator`](evaluator::Evaluator) that computes them column by column.
//!
//! An intermediate result is a [`Block`](block::Block): for each series its labels and one number for each step, where
//! [`ABSENT`](column::ABSENT) marks a step without a value. Most nodes need no block at all: they hand one series after the
//! other to whoever consumes them (see `Evaluator::stream`), so `sum(rate(x[5m]))` holds one column for each group.

mod aggregate;
mod annotations;
mod binary;
mod block;
mod classic;
mod column;
mod evaluator;
mod format;
mod functions;
mod keys;
mod meter;
mod node;
mod order;
mod plan;
mod query;
mod range;
mod rollups;
mod selector;
mod window;

pub use format::{format_value, write_value};
pub use query::Query;
