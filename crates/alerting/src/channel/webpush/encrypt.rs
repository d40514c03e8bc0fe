use std::fmt;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How many random bytes a message needs: a private key and a salt.
pub const ENTROPY_BYTES: usize = 48;

/// Random bytes for one message. They are secret, and used once.
#[derive(Clone, PartialEq, Eq)]
pub struct Entropy(pub [u8; ENTROPY_BYTES]);

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

/// Bytes of a point of P-256 that is not compressed.
const POINT: usize = 65;
/// The length of a record that the header names; the message is shorter.
const RECORD: u32 = 4096;
/// The mark of the last record.
const LAST: u8 = 2;

/// Who can read a message: the keys that the browser gave.
pub(super) struct Subscription {
    public: Vec<u8>,
    auth: Vec<u8>,
}

/// So many bytes that are wanted of a key.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=').replace('+', "-").replace('/', "_")).ok()
}

impl Subscription {
    /// The keys `p256dh` and `auth` in Base64, as browsers give them.
    pub(super) fn read(p256dh: &str, auth: &str) -> Result<Self, &'static str> {
        let public = decode(p256dh).filter(|key| key.len() == POINT && key[0] == 4);
        let auth = decode(auth).filter(|auth| auth.len() == 16);
        Ok(Self {
            public: public
                .ok_or("p256dh is no key of P-256; give the one that the browser's subscription has")?,
            auth: auth.ok_or("auth has not 16 bytes; give what the browser's subscription has")?,
        })
    }

    /// A message encrypted by the coding `aes128gcm` (<https://www.rfc-editor.org/rfc/rfc8188>).
    pub(super) fn seal(&self, message: &[u8], entropy: &Entropy) -> Result<Vec<u8>, &'static str> {
        let (private, salt) = entropy.0.split_at(32);
        let private =
            PrivateKey::from_private_key(&ECDH_P256, private).map_err(|_| "the random bytes are no key")?;
        let own = private.compute_public_key().map_err(|_| "the random bytes are no key")?;
        let peer = UnparsedPublicKey::new(&ECDH_P256, &self.public);
        let derive = |salt: &[u8], secret: &[u8], info: &[&[u8]], length: usize| -> Option<Vec<u8>> {
            let pseudo = Salt::new(HKDF_SHA256, salt).extract(secret);
            let mut out = vec![0; length];
            pseudo.expand(info, Length(length)).ok()?.fill(&mut out).ok()?;
            Some(out)
        };
        let keyed = agree(&private, peer, "p256dh is no point of P-256", |shared| {
            let info: [&[u8]; 3] = [b"WebPush: info\0", &self.public, own.as_ref()];
            derive(&self.auth, shared, &info, 32).ok_or("no key could be derived")
        })?;
        let key = derive(salt, &keyed, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = derive(salt, &keyed, &[b"Content-Encoding: nonce\0"], 12);
        let (Some(key), Some(nonce)) = (key, nonce) else { return Err("no key could be derived") };
        let failed = |_| "the message could not be encrypted";
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(failed)?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(failed)?;
        let mut record = message.to_vec();
        record.push(LAST);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).map_err(failed)?;
        let mut sealed = salt.to_vec();
        sealed.extend(RECORD.to_be_bytes());
        sealed.push(POINT as u8);
        sealed.extend(own.as_ref());
        sealed.extend(record);
        Ok(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        // Appendix A of RFC 8291.
        let subscription = Subscription::read(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        let mut entropy = [0; ENTROPY_BYTES];
        entropy[..32].copy_from_slice(&decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").unwrap());
        entropy[32..].copy_from_slice(&decode("DGv6ra1nlYgDCS1FRnbzlw").unwrap());
        let sealed =
            subscription.seal(b"When I grow up, I want to be a watermelon", &Entropy(entropy)).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn keys_that_are_none() {
        let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        assert!(Subscription::read("", "BTBZMqHH6r4Tts7J_aSIgg").is_err());
        assert!(Subscription::read(good, "BTBZ").is_err());
        let off = Subscription::read(&good.replace("BCVx", "BCVy"), "BTBZMqHH6r4Tts7J_aSIgg").unwrap();
        assert!(off.seal(b"a", &Entropy([1; ENTROPY_BYTES])).is_err());
    }
}
