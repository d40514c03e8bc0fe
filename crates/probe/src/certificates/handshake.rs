//! A TLS handshake that goes through whatever certificate comes, and remembers it.

use std::sync::{Arc, Mutex, PoisonError};

use rustls_platform_verifier::Verifier;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::reason::{chain, of_tls};

/// What a server presented.
#[derive(Debug)]
pub(super) struct Presented {
    /// The leaf first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Why the system does not trust it for the server's name, if it does not.
    pub(super) distrust: Option<String>,
}

/// What handshakes need, made once.
#[derive(Debug)]
pub(super) struct Trust {
    provider: Arc<CryptoProvider>,
    verifier: Arc<Verifier>,
}

impl Trust {
    /// The system's roots and `roots`.
    pub(super) fn new(roots: Vec<CertificateDer<'static>>) -> Result<Self, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        // Without roots of one's own the first: the second is not there on every system.
        let verifier = if roots.is_empty() {
            Verifier::new(Arc::clone(&provider))
        } else {
            Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
        };
        Ok(Self { provider, verifier: Arc::new(verifier?) })
    }

    /// Shakes hands with the server at the other end of `stream` and hangs up.
    pub(super) async fn handshake(
        &self,
        stream: TcpStream,
        name: ServerName<'static>,
    ) -> Result<Presented, String> {
        let recorder = Arc::new(Recorder { verifier: Arc::clone(&self.verifier), seen: Mutex::default() });
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&recorder) as Arc<dyn ServerCertVerifier>)
            .with_no_client_auth();
        // A resumed session would bring no certificates.
        config.resumption = Resumption::disabled();
        let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let error = match shaken {
            Ok(mut stream) => {
                // Whether the farewell arrives changes nothing.
                let _ = stream.shutdown().await;
                None
            }
            Err(error) => Some(chain(&error)),
        };
        let presented = recorder.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A server that wants a certificate of the client breaks off, but only once it has shown its own.
        presented.ok_or_else(|| {
            format!("the TLS handshake failed: {}", error.as_deref().unwrap_or("no certificate came"))
        })
    }
}

/// Lets every certificate pass and remembers the chain with what the system's verifier says of it.
#[derive(Debug)]
struct Recorder {
    verifier: Arc<Verifier>,
    seen: Mutex<Option<Presented>>,
}

impl Recorder {
    /// A server that can't sign with the key of its certificate is not trusted, either.
    fn note_signature(&self, verified: Result<HandshakeSignatureValid, Error>) -> HandshakeSignatureValid {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Err(error), Some(presented)) = (verified, seen.as_mut()) {
            presented.distrust.get_or_insert_with(|| of_tls(&error));
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let distrust = self.verifier.verify_server_cert(leaf, others, name, ocsp, now).err();
        let chain = std::iter::once(leaf).chain(others).map(|der| der.clone().into_owned()).collect();
        let presented = Presented { chain, distrust: distrust.as_ref().map(of_tls) };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(presented);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(self.note_signature(self.verifier.verify_tls12_signature(message, leaf, signed)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(self.note_signature(self.verifier.verify_tls13_signature(message, leaf, signed)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
