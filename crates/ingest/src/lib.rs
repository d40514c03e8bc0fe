//! What comes in. Collectors read this machine; decoders of protocols will stand beside them.

pub mod collect;
