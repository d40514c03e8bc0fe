//! What a presented chain says.

use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::{DirectoryString, GeneralName};
use x509_cert::name::Name;

/// Characters of a name that go into a label. RFC 5280 allows a common name 64.
const MOST_OF_A_NAME: usize = 128;

/// A chain in short.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Summary {
    /// The leaf's common name, else the first DNS name it is for; empty where it has neither.
    pub(super) subject: String,
    /// The common name of the leaf's issuer, else its organisation; empty where it has neither.
    pub(super) issuer: String,
    /// When the first certificate of the chain ends: seconds since the epoch.
    pub(super) not_after: i64,
}

/// Sums up a chain, the leaf first. `None` where the leaf is no certificate; one further up that can't be read counts
/// for nothing, since no client could use it.
pub(super) fn summary(chain: &[CertificateDer<'_>]) -> Option<Summary> {
    let leaf = read(chain.first()?)?;
    let certificate = leaf.tbs_certificate();
    let not_after = chain.iter().filter_map(|der| not_after(der)).min()?;
    let subject = text(certificate.subject().common_name()).or_else(|| first_dns_name(&leaf));
    let issuer = certificate.issuer();
    Some(Summary { subject: subject.unwrap_or_default(), issuer: name(issuer), not_after })
}

/// When a certificate (DER) ends: seconds since the epoch.
pub(crate) fn not_after(der: &[u8]) -> Option<i64> {
    let end = read(der)?.tbs_certificate().validity().not_after.to_unix_duration();
    i64::try_from(end.as_secs()).ok()
}

/// Reads also what RFC 5280 forbids, such as long serial numbers: it is in use, and this checks nothing.
fn read(der: &[u8]) -> Option<CertificateInner<Raw>> {
    CertificateInner::from_der(der).ok()
}

fn name(name: &Name) -> String {
    text(name.common_name()).or_else(|| text(name.organization())).unwrap_or_default()
}

fn text(name: x509_cert::der::Result<Option<DirectoryString>>) -> Option<String> {
    let name = name.ok()??;
    Some(name.value().chars().take(MOST_OF_A_NAME).collect()).filter(|text: &String| !text.is_empty())
}

fn first_dns_name(leaf: &CertificateInner<Raw>) -> Option<String> {
    let (_, SubjectAltName(names)) = leaf.tbs_certificate().get_extension().ok()??;
    names.iter().find_map(|name| match name {
        GeneralName::DnsName(name) => Some(name.as_str().chars().take(MOST_OF_A_NAME).collect()),
        _ => None,
    })
}
