//! Trees as texts and as JSON.

mod duration;
mod json;
mod line;
mod pretty;
pub(crate) mod quote;

pub use json::{Json, to_json};
pub use pretty::pretty;
