use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

/// Seconds that a token is good for; services take up to 24 hours.
const LIFETIME: i64 = 12 * 60 * 60;

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
    const NO_KEY: &str = "vapid_private_key is no private key of P-256: 32 bytes in Base64";
    let private = URL_SAFE_NO_PAD.decode(key.trim_end_matches('=')).map_err(|_| NO_KEY)?;
    let public = PrivateKey::from_private_key(&ECDH_P256, &private).map_err(|_| NO_KEY)?;
    let public = public.compute_public_key().map_err(|_| NO_KEY)?;
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
}
