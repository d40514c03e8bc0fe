//! PromQL at the level of Prometheus 3.x, native histograms aside.
//!
//! The parser ([`parse`]) is pure and compiles to WebAssembly, so that the editor in the browser completes and checks with
//! the same code that the server runs. The evaluation (feature `eval`) is pure, too: [`Query::new`] plans, the caller
//! fetches what [`Query::selections`] asks for, and [`Query::evaluate`] computes the answer, column by column over the steps.

pub mod ast;
pub mod functions;
