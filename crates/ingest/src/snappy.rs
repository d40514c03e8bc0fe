use snap::raw::{Decoder, decompress_len};

use crate::DecodeError;

/// The most that is ever decompressed, whatever the setting: places in a batch are 32-bit numbers, and a decoder may
/// need as many bytes again for keys.
const MOST: usize = i32::MAX as usize;

/// What the frame format begins with; <https://github.com/google/snappy/blob/main/framing_format.txt>
const FRAME_START: &[u8] = b"\xff\x06\x00\x00sNaPpY";

/// Decompresses one block of at most `most` bytes. The length that the block declares is checked before memory is
/// taken for it.
pub(crate) fn decompress(compressed: &[u8], most: usize) -> Result<Vec<u8>, DecodeError> {
    if compressed.starts_with(FRAME_START) {
        return Err(DecodeError::Snappy("it is in snappy's frame format".to_owned()));
    }
    let broken = |error: snap::Error| DecodeError::Snappy(error.to_string());
    let found = decompress_len(compressed).map_err(broken)?;
    let most = limit(most);
    if found > most {
        return Err(DecodeError::TooLarge { found, most });
    }
    Decoder::new().decompress_vec(compressed).map_err(broken)
}

/// `most`, or less where a batch could not hold so much.
pub(crate) fn limit(most: usize) -> usize {
    most.min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_length_is_checked_first() {
        // A header that declares 4 GiB less one byte, and nothing after it.
        let bomb = [0xff, 0xff, 0xff, 0xff, 0x0f];
        let found = u32::MAX as usize;
        assert_eq!(decompress(&bomb, 1000), Err(DecodeError::TooLarge { found, most: 1000 }));
        assert_eq!(decompress(&bomb, usize::MAX), Err(DecodeError::TooLarge { found, most: MOST }));
    }

    #[test]
    fn says_what_is_no_block() {
        for (bytes, words) in [
            (FRAME_START, "frame format"),
            (b"", "empty"),
            (b"\xff\xff\xff\xff\xff\xff", "header"),
            // Declares 5 bytes and holds none.
            (b"\x05", "expected"),
        ] {
            let message = decompress(bytes, 1000).unwrap_err().to_string();
            assert!(message.contains(words) && message.ends_with("one block of snappy"), "{message}");
        }
    }
}
