//! Remote write to the real program: what is taken, what is refused and how, and that nothing acknowledged is lost.

mod body;
mod kill;
mod refusals;

pub(crate) use body::{Body, EMPTY_SERVER, query, send};
