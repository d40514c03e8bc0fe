//! What panels show: the points that the browser holds, and what a page's first render already knows.

#[cfg(feature = "ssr")]
mod prefetch;

#[cfg(feature = "ssr")]
pub use prefetch::{Asked, FirstPaint, frozen_paint, prefetch, shared_paint};
