use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, PublicKey};
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::config::Secret;

/// Seconds that a token is good for; services take up to 24 hours.
const LIFETIME: i64 = 12 * 60 * 60;
const NO_KEY: &str = "vapid_private_key is no private key of P-256: 32 bytes in Base64";

/// The keys by which push services know this server, in Base64 as the configuration has them.
#[derive(Clone, Debug)]
pub struct VapidKeys {
    /// The point of P-256, 65 bytes: browsers subscribe with it.
    pub public: String,
    /// The number that belongs to it, 32 bytes: it signs what is sent.
    pub private: Secret,
}

impl VapidKeys {
    /// New keys; `None` where the system has no random numbers.
    pub fn generate() -> Option<Self> {
        let private = PrivateKey::generate(&ECDH_P256).ok()?;
        let public = private.compute_public_key().ok()?;
        let number: EcPrivateKeyBin<'_> = private.as_be_bytes().ok()?;
        Some(Self {
            public: URL_SAFE_NO_PAD.encode(public.as_ref()),
            private: Secret::new(URL_SAFE_NO_PAD.encode(number.as_ref())),
        })
    }
}

/// The private key in a text, and the public one that belongs to it.
fn read(key: &str) -> Result<(Vec<u8>, PublicKey), &'static str> {
    let private = URL_SAFE_NO_PAD.decode(key.trim_end_matches('=')).map_err(|_| NO_KEY)?;
    let pair = PrivateKey::from_private_key(&ECDH_P256, &private).map_err(|_| NO_KEY)?;
    let public = pair.compute_public_key().map_err(|_| NO_KEY)?;
    Ok((private, public))
}

/// The public key of a private one, both in Base64.
pub(super) fn public_key(private: &str) -> Result<String, &'static str> {
    read(private).map(|(_, public)| URL_SAFE_NO_PAD.encode(public.as_ref()))
}

/// The value of `Authorization` for a push to `endpoint` at `now`, milliseconds since the epoch. `key` is the private key,
/// 32 bytes in Base64; `subject` says how the service reaches who runs this server.
///
/// Signatures differ each time: ECDSA takes random numbers, from the system.
pub(super) fn authorization(
    key: &str,
    endpoint: &str,
    subject: &str,
    now: i64,
) -> Result<String, &'static str> {
    let (private, public) = read(key)?;
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &private,
        public.as_ref(),
    )
    .map_err(|_| NO_KEY)?;
    // The service, without the path that tells who gets it.
    let audience = endpoint.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
    let claims = part(json!({ "aud": audience, "exp": now / 1000 + LIFETIME, "sub": subject }));
    let signed = format!("{head}.{claims}");
    let signature =
        pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| "the token could not be signed")?;
    let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
    Ok(format!("vapid t={signed}.{signature}, k={}", URL_SAFE_NO_PAD.encode(public.as_ref())))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_token_that_can_be_checked() {
        let key = URL_SAFE_NO_PAD.encode([7; 32]);
        let value =
            authorization(&key, "https://push.example.org/send/abc", "mailto:a@b.c", 1_000_000).unwrap();
        let rest = value.strip_prefix("vapid t=").unwrap();
        let (token, public) = rest.split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decode(public))
            .verify(signed.as_bytes(), &decode(signature))
            .unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(
            claims,
            json!({ "aud": "https://push.example.org", "exp": 1000 + LIFETIME, "sub": "mailto:a@b.c" })
        );
        assert!(authorization("abc", "https://a", "", 0).is_err());
    }

    #[test]
    fn new_keys_are_what_the_sender_signs_with() {
        let (keys, others) = (VapidKeys::generate().unwrap(), VapidKeys::generate().unwrap());
        assert_ne!(keys.public, others.public);
        assert_eq!(public_key(keys.private.expose()), Ok(keys.public.clone()));
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        assert_eq!((bytes(&keys.public).len(), bytes(&keys.public)[0]), (65, 4));
        assert_eq!(bytes(keys.private.expose()).len(), 32);
        let value = authorization(keys.private.expose(), "https://a.example/b", "mailto:a@b.c", 0).unwrap();
        assert!(value.ends_with(&format!(", k={}", keys.public)), "{value}");
        assert!(!format!("{keys:?}").contains(keys.private.expose()), "it is a secret");
        assert!(public_key("abc").is_err());
    }
}
