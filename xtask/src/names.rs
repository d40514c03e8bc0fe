//! Names of files by their content, so that a browser may keep a file forever: what changes gets another
//! name.

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal, 64 characters.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// `NAME.HASH.EXT` for the asset `FOLDER/NAME.EXT`: the hash is the first 16 hexadecimal digits of the
/// content's SHA-256. Folders are left out: all files of the site lie in one.
pub(crate) fn hashed_name(asset: &str, content: &[u8]) -> String {
    let file = asset.rsplit('/').next().unwrap_or(asset);
    let hash = &sha256_hex(content)[..16];
    match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem}.{hash}.{extension}"),
        _ => format!("{file}.{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_hash_before_the_extension() {
        // The digest of "abc" from FIPS 180-2, appendix B.1.
        for (asset, expected) in [
            ("watchfire.js", "watchfire.ba7816bf8f01cfea.js"),
            ("icons/favicon.svg", "favicon.ba7816bf8f01cfea.svg"),
            ("archive.tar.gz", "archive.tar.ba7816bf8f01cfea.gz"),
            ("LICENSE", "LICENSE.ba7816bf8f01cfea"),
            (".well-known", ".well-known.ba7816bf8f01cfea"),
        ] {
            assert_eq!(hashed_name(asset, b"abc"), expected);
        }
    }

    #[test]
    fn another_content_has_another_name() {
        assert_ne!(hashed_name("a.css", b"a{}"), hashed_name("a.css", b"b{}"));
    }
}
