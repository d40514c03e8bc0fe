//! A certificate authority of the tests.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, PKCS_ECDSA_P256_SHA256, PublicKeyData,
    SerialNumber, SignatureAlgorithm, SigningKey, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// 1 January 2020 and 2090: seconds since the epoch.
pub(crate) const Y2020: u64 = 1_577_836_800;
pub(crate) const Y2090: u64 = 3_786_912_000;

/// A key on the curve P-256.
pub(crate) struct Key(EcdsaKeyPair);

impl Key {
    pub(crate) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub(crate) fn der(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.0.to_pkcs8v1().unwrap().as_ref().to_vec()).into()
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec())
    }
}

/// What a certificate says: its common name, its DNS names, and from when to when it is good.
pub(crate) struct Words<'a> {
    pub(crate) common_name: &'a str,
    pub(crate) names: &'a [&'a str],
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Default for Words<'_> {
    /// A server on this machine, from 2020 to 2090.
    fn default() -> Self {
        Self { common_name: "Test Server", names: &["localhost"], from: Y2020, to: Y2090 }
    }
}

impl Words<'_> {
    fn params(&self, is_ca: IsCa) -> CertificateParams {
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        if !self.common_name.is_empty() {
            params.distinguished_name.push(DnType::CommonName, self.common_name);
        }
        let epoch = date_time_ymd(1970, 1, 1);
        params.not_before = epoch + Duration::from_secs(self.from);
        params.not_after = epoch + Duration::from_secs(self.to);
        params.serial_number = Some(SerialNumber::from_slice(&[1, 2, 3]));
        params.is_ca = is_ca;
        params
    }

    /// A certificate that its own key has signed.
    pub(crate) fn self_signed(&self) -> (Vec<CertificateDer<'static>>, Key) {
        let key = Key::new();
        (vec![self.params(IsCa::NoCa).self_signed(&key).unwrap().into()], key)
    }
}

/// Signs certificates; presents its own with them unless it is the root.
pub(crate) struct Authority {
    issuer: Issuer<'static, Key>,
    own: CertificateDer<'static>,
    presented: Vec<CertificateDer<'static>>,
}

impl Authority {
    /// A root, good from 2020 to 2090.
    pub(crate) fn root(name: &str) -> Self {
        let key = Key::new();
        let words = Words { common_name: name, names: &[], ..Words::default() };
        let params = words.params(IsCa::Ca(BasicConstraints::Unconstrained));
        let own = params.self_signed(&key).unwrap().into();
        Self { issuer: Issuer::new(params, key), own, presented: Vec::new() }
    }

    /// An authority below this one, good until `to`.
    pub(crate) fn below(&self, name: &str, to: u64) -> Self {
        let key = Key::new();
        let words = Words { common_name: name, names: &[], to, ..Words::default() };
        let params = words.params(IsCa::Ca(BasicConstraints::Unconstrained));
        let own: CertificateDer<'static> = params.signed_by(&key, &self.issuer).unwrap().into();
        let mut presented = vec![own.clone()];
        presented.extend_from_slice(&self.presented);
        Self { issuer: Issuer::new(params, key), own, presented }
    }

    /// The authority's own certificate.
    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.own.clone()
    }

    /// A server's chain, the leaf first, and its key.
    pub(crate) fn certify(&self, words: &Words<'_>) -> (Vec<CertificateDer<'static>>, Key) {
        let key = Key::new();
        let leaf = words.params(IsCa::NoCa).signed_by(&key, &self.issuer).unwrap();
        let mut chain = vec![leaf.into()];
        chain.extend_from_slice(&self.presented);
        (chain, key)
    }
}
