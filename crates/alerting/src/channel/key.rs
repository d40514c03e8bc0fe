//! Names of what is sent, from which services tell that they have it already.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256, digest};

use crate::dispatch::Notification;

/// What names a notification in 64 hexadecimal digits: the same group, receiver, integration and tick have the same.
pub fn idempotency_key(notification: &Notification) -> String {
    let Notification { group_key, receiver, integration, at, .. } = notification;
    of_parts(&[group_key, receiver, &integration.to_string(), &at.to_string()])
}

/// What names a group for other services, as Alertmanager does it: SHA-256 of its key in hexadecimal digits.
pub fn group_hash(group_key: &str) -> String {
    hex(digest(&SHA256, group_key.as_bytes()).as_ref())
}

/// Texts as one name; no two lists of texts share it.
pub(super) fn of_parts(parts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part.as_bytes());
    }
    hex(context.finish().as_ref())
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        // The vector "abc" of FIPS 180-4.
        assert_eq!(group_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_ne!(of_parts(&["ab", "c"]), of_parts(&["a", "bc"]));
    }
}
