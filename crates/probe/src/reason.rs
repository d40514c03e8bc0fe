//! Why a target is not as it should be, told once.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use tokio_rustls::rustls::{self, CertificateError};

/// The reason of the last reading.
#[derive(Debug, Default)]
pub(crate) struct Reason(Option<String>);

impl Reason {
    /// Remembers `now` and writes it to the log where it is another reason than before.
    pub(crate) fn note(&mut self, collector: &'static str, target: &str, now: Option<String>) {
        if self.0 == now {
            return;
        }
        if let Some(reason) = &now {
            tracing::debug!(collector, target, %reason, "a target is not as it should be");
        } else {
            tracing::debug!(collector, target, "a target is as it should be again");
        }
        self.0 = now;
    }
}

/// An error with its causes: the outermost alone tells little.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = text(error);
    let mut cause = error.source();
    while let Some(next) = cause {
        // Writing to a String can't fail.
        let _ = write!(text, ": {}", self::text(next));
        cause = next.source();
    }
    text
}

fn text(error: &(dyn Error + 'static)) -> String {
    // TLS errors come wrapped in those of the connection, more than once.
    let mut inner = error;
    while let Some(next) = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        inner = next;
    }
    inner.downcast_ref().map_or_else(|| error.to_string(), of_tls)
}

/// What is wrong in TLS, in words that stay the same from one reading to the next: those of the library tell how long
/// ago a certificate ended.
pub(crate) fn of_tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "the certificate has expired".to_owned(),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "the certificate is not valid yet".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_rustls::rustls::pki_types::UnixTime;

    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    #[test]
    fn the_reason_of_an_expired_certificate_stays_the_same() {
        for seconds in [1_000, 2_000] {
            let expired = CertificateError::ExpiredContext { time: at(seconds), not_after: at(900) };
            let tls = rustls::Error::InvalidCertificate(expired);
            assert_eq!(chain(&io::Error::other(tls.clone())), "the certificate has expired");
            assert_eq!(chain(&tls), "the certificate has expired");
            let early = CertificateError::NotValidYetContext { time: at(seconds), not_before: at(3_000) };
            let tls = rustls::Error::InvalidCertificate(early);
            assert_eq!(chain(&io::Error::other(tls)), "the certificate is not valid yet");
        }
    }

    #[test]
    fn other_errors_come_with_their_causes() {
        let cause = rustls::Error::General("cause".to_owned());
        assert_eq!(chain(&io::Error::other(cause)), "unexpected error: cause");
        let forbidden = crate::IcmpForbidden { source: io::Error::other("inner") };
        assert!(chain(&forbidden).ends_with("CAP_NET_RAW: inner"), "{}", chain(&forbidden));
    }
}
