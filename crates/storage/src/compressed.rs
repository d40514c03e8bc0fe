//! zstd, without what each call of its own would set up anew.

use std::cell::RefCell;

use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_frame_content_size;

/// zstd's fast default finds nearly all that the slow levels find in chunks.
const LEVEL: i32 = 3;

thread_local! {
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

pub(crate) fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL)
}

/// `None` when it is damaged, or says that it has more than `most` bytes.
pub(crate) fn decompress(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let size = usize::try_from(get_frame_content_size(bytes).ok()??).ok()?;
    if size > most {
        return None;
    }
    let mut out = Vec::with_capacity(size);
    DECOMPRESSOR.with_borrow_mut(|place| {
        if place.is_none() {
            *place = Decompressor::new().ok();
        }
        place.as_mut()?.decompress_to_buffer(bytes, &mut out).ok()
    })?;
    (out.len() == size).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_or_damaged_gives_nothing() {
        let bytes = vec![7; 1000];
        let packed = compress(&bytes).unwrap();
        assert_eq!(decompress(&packed, 1000), Some(bytes));
        assert_eq!(decompress(&packed, 999), None);
        assert_eq!(decompress(&packed[..packed.len() - 1], 1000), None);
        assert_eq!(decompress(&[], 1000), None);
        assert_eq!(decompress(&compress(&[]).unwrap(), 0), Some(Vec::new()));
    }
}
