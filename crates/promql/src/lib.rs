//! PromQL at the level of Prometheus 3.x, native histograms aside.
//!
//! The parser ([`parse`]) is pure and compiles to WebAssembly, so that the editor in the browser completes and checks with
//! the same code that the server runs. The evaluation (feature `eval`) is pure, too: [`Query::new`] plans, the caller
//! fetches what [`Query::selections`] asks for, and [`Query::evaluate`] computes the answer, column by column over the steps.

#[cfg(feature = "eval")]
mod answer;
pub mod ast;
mod check;
mod complete;
mod error;
#[cfg(feature = "eval")]
mod eval;
pub mod functions;
mod lexer;
mod nullable;
mod parser;
mod print;

#[cfg(feature = "eval")]
pub use answer::{Answer, EvalError, Limits, Params, SelectedSeries, Selection, Stop, Value};
pub use check::{refuse_experimental, value_type};
pub use complete::{Completion, Fit, complete_at};
pub use error::{ParseError, Position};
#[cfg(feature = "eval")]
pub use eval::{Query, format_value, write_value};
pub use parser::{MAX_DEPTH, parse};
pub use print::{Json, pretty, to_json};
