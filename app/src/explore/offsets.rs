//! Places in a text: browsers count UTF-16 units, Rust counts bytes.

/// The byte at which UTF-16 unit number `units` starts; the end for a number beyond it.
pub(super) fn byte_at(text: &str, units: u32) -> usize {
    let mut passed = 0;
    for (byte, letter) in text.char_indices() {
        if passed >= units as usize {
            return byte;
        }
        passed += letter.len_utf16();
    }
    text.len()
}

/// How many UTF-16 units lie before a byte.
pub(super) fn units_before(text: &str, byte: usize) -> u32 {
    let before = text.get(..text.floor_char_boundary(byte)).unwrap_or_default();
    before.chars().map(char::len_utf16).sum::<usize>() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let text = "aé😀z";
        for (byte, units) in [(0, 0), (1, 1), (3, 2), (7, 4), (8, 5)] {
            assert_eq!(byte_at(text, units), byte);
            assert_eq!(units_before(text, byte), units);
        }
        assert_eq!(byte_at(text, 99), 8);
        assert_eq!(units_before(text, 99), 5);
    }
}
