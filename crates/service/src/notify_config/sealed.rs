use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use watchfire_storage::{StorageError, random_bytes};

/// What is encrypted belongs to this and to nothing else.
const PURPOSE: &[u8] = b"watchfire notify-config 1";

/// Secrets by the numbers of their masks.
pub(super) type Secrets = BTreeMap<u64, String>;

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

/// Encrypts secrets with AES-256-GCM: a random nonce and what was encrypted, in Base64.
pub(super) fn seal(key: &[u8; 32], secrets: &Secrets) -> Result<String, StorageError> {
    let failed = || StorageError::Encode { reason: "the secrets could not be encrypted".to_owned() };
    let nonce: [u8; NONCE_LEN] = random_bytes()?;
    let mut text = serde_json::to_vec(secrets).map_err(|_| failed())?;
    let cipher = cipher(key).ok_or_else(failed)?;
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    cipher.seal_in_place_append_tag(nonce_used, Aad::from(PURPOSE), &mut text).map_err(|_| failed())?;
    Ok(STANDARD.encode([nonce.as_slice(), &text].concat()))
}

/// Decrypts what [`seal`] has encrypted with the same key; `None` for anything else.
pub(super) fn open(key: &[u8; 32], sealed: &str) -> Option<Secrets> {
    let mut bytes = STANDARD.decode(sealed).ok()?;
    let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let text = cipher(key)?.open_in_place(nonce, Aad::from(PURPOSE), text).ok()?;
    serde_json::from_slice(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_opens_it() {
        let secrets = Secrets::from([(1, "hunter2".to_owned()), (7, "ü".to_owned())]);
        let sealed = seal(&[1; 32], &secrets).unwrap();
        assert!(!sealed.contains("hunter2"));
        assert_ne!(sealed, seal(&[1; 32], &secrets).unwrap(), "no nonce is used twice");
        assert_eq!(open(&[1; 32], &sealed), Some(secrets));
        assert_eq!(open(&[2; 32], &sealed), None);
        let mut changed = STANDARD.decode(&sealed).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(open(&[1; 32], &STANDARD.encode(changed)), None);
        assert_eq!(open(&[1; 32], "AAAA"), None);
    }
}
