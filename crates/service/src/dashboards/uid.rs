//! Names for what has none yet.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use watchfire_storage::{StorageError, random_bytes};

/// The longest uid.
const LONGEST: usize = 64;

/// A uid that tells what it stands for: the words of a title in small letters; empty for a title without any.
pub(super) fn from_title(title: &str) -> String {
    let mut uid = String::new();
    for word in title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let gap = usize::from(!uid.is_empty());
        if uid.len() + gap + word.len() > LONGEST {
            break;
        }
        if gap > 0 {
            uid.push('-');
        }
        uid.push_str(&word.to_ascii_lowercase());
    }
    uid
}

/// A uid that nobody can guess, of 16 letters for 12 bytes.
pub(super) fn random<const BYTES: usize>() -> Result<String, StorageError> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<BYTES>()?))
}

/// A uid for something new with this title: readable, and told apart by chance from others with the same title.
pub(crate) fn new(title: &str) -> Result<String, StorageError> {
    let chance = random::<6>()?;
    let mut words = from_title(title);
    words.truncate(LONGEST - chance.len() - 1);
    Ok(if words.is_empty() { chance } else { format!("{words}-{chance}") })
}

/// Whether a text can stand as a uid in URLs.
pub(crate) fn is_uid(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_uids() {
        let long = "word ".repeat(40);
        for (title, uid) in [
            ("Web servers", "web-servers"),
            ("  CPU / Memory (%) ", "cpu-memory"),
            ("äöü", ""),
            (
                long.as_str(),
                "word-word-word-word-word-word-word-word-word-word-word-word-word"[..64]
                    .trim_end_matches('-'),
            ),
        ] {
            assert_eq!(from_title(title), uid, "{title}");
            assert!(is_uid(&new(title).unwrap()), "{title}");
        }
        assert_ne!(new("a").unwrap(), new("a").unwrap());
    }
}
