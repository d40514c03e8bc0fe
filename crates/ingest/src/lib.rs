//! What comes in. Collectors read this machine; decoders of protocols turn the bytes of a request into a
//! [`Batch`](watchfire_model::Batch), without any IO.

mod decode_error;
mod protobuf;
mod snappy;

pub mod collect;
pub mod exposition;
pub mod otlp;
pub mod push;
pub mod remote_read;
pub mod remote_write;
pub mod statsd;

pub use decode_error::{DecodeError, SymbolsError};
