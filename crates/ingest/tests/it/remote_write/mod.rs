//! Remote write: requests from an encoder of these tests, whole, odd, cut and hostile.

pub(crate) mod encode;
mod hostile;
mod round_trip;
mod seeds;
mod table;
