//! Tokens: an id, and a signature that only this server can make. What one is for (`share`, `act`) is signed with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of the signature that stand in a token, of 32: nobody guesses 128 bits.
const SIGNED: usize = 16;

/// `ID.SIGNATURE`.
pub(crate) fn token(secret: &[u8; 32], purpose: &str, id: &str) -> String {
    let signature = mac(secret, purpose, id).finalize().into_bytes();
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(&signature[..SIGNED]))
}

/// The id of a token, if this server signed it. Compared in constant time.
pub(crate) fn id_of<'a>(secret: &[u8; 32], purpose: &str, token: &'a str) -> Option<&'a str> {
    let (id, signature) = token.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok().filter(|bytes| bytes.len() == SIGNED)?;
    mac(secret, purpose, id).verify_truncated_left(&signature).ok()?;
    Some(id)
}

fn mac(secret: &[u8; 32], purpose: &str, id: &str) -> Hmac<Sha256> {
    // A key shorter than a block of SHA-256 is filled up with zeros (RFC 2104).
    let mut key = [0; 64];
    key[..secret.len()].copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new(&key.into());
    // Another use of the same key must not make the same signatures.
    mac.update(purpose.as_bytes());
    mac.update(b":");
    mac.update(id.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: [u8; 32] = [7; 32];
    const PURPOSE: &str = "share";

    #[test]
    fn only_signed_tokens_have_an_id() {
        let token = token(&SECRET, PURPOSE, "abc");
        assert_eq!(id_of(&SECRET, PURPOSE, &token), Some("abc"));
        assert_eq!(id_of(&[8; 32], PURPOSE, &token), None);
        assert_eq!(id_of(&SECRET, "act", &token), None);
        let (id, signature) = token.split_once('.').unwrap();
        for forged in [
            format!("abd.{signature}"),
            format!("{id}."),
            format!("{id}.{}", &signature[..20]),
            format!("{id}.{signature}A"),
            id.to_owned(),
            String::new(),
        ] {
            assert_eq!(id_of(&SECRET, PURPOSE, &forged), None, "{forged}");
        }
    }

    proptest! {
        #[test]
        fn a_changed_token_is_none(id in "[a-zA-Z0-9_-]{1,20}", at in any::<prop::sample::Index>(), with in "[a-zA-Z0-9_.-]") {
            let token = token(&SECRET, PURPOSE, &id);
            prop_assert_eq!(id_of(&SECRET, PURPOSE, &token), Some(id.as_str()));
            let at = at.index(token.len());
            let changed = format!("{}{with}{}", &token[..at], &token[at + 1..]);
            prop_assert_eq!(id_of(&SECRET, PURPOSE, &changed).is_some(), changed == token);
        }

        #[test]
        fn any_text_is_survived(text in any::<String>()) {
            prop_assert_eq!(id_of(&SECRET, PURPOSE, &text), None);
        }
    }
}
