//! Whatever arrives on the WebSocket is decoded or refused, never a panic; and what is decoded means the same when it is
//! encoded and decoded again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_model::live::{ClientMessage, ServerMessage, append, begin, decode};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(messages) = decode::<ClientMessage>(bytes) {
        let mut again = begin();
        for message in &messages {
            append(&mut again, message).expect("a message that was decoded can be encoded");
        }
        assert_eq!(decode::<ClientMessage>(&again).expect("and decoded again"), messages);
    }
    let _ = decode::<ServerMessage>(bytes);
});
