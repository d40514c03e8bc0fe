//! Small TLS servers.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::{
    ClientHello, NoClientAuth, ResolvesServerCert, WebPkiClientVerifier, danger::ClientCertVerifier,
};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::authority::Key;
use crate::server;

/// What a server presents, and what it wants.
pub(crate) struct Tls {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// Need not be the leaf's.
    pub(crate) key: Key,
    /// TLS 1.2 in place of 1.3.
    pub(crate) old: bool,
    /// Clients must have a certificate that this one has signed.
    pub(crate) clients: Option<CertificateDer<'static>>,
}

impl Tls {
    pub(crate) fn new((chain, key): (Vec<CertificateDer<'static>>, Key)) -> Self {
        Self { chain, key, old: false, clients: None }
    }

    fn acceptor(self, names: Names) -> TlsAcceptor {
        let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
        let key = provider.key_provider.load_private_key(self.key.der()).unwrap();
        let certified = Arc::new(CertifiedKey::new(self.chain, key));
        let clients: Arc<dyn ClientCertVerifier> = match self.clients {
            None => Arc::new(NoClientAuth),
            Some(root) => {
                let mut roots = RootCertStore::empty();
                roots.add(root).unwrap();
                let roots = Arc::new(roots);
                WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider)).build().unwrap()
            }
        };
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[if self.old { &TLS12 } else { &TLS13 }])
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_cert_resolver(Arc::new(Presents { certified, names }));
        TlsAcceptor::from(Arc::new(config))
    }
}

/// The server names that clients asked for.
pub(crate) type Names = Arc<Mutex<Vec<Option<String>>>>;

/// Presents the same to all.
#[derive(Debug)]
struct Presents {
    certified: Arc<CertifiedKey>,
    names: Names,
}

impl ResolvesServerCert for Presents {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.names.lock().unwrap().push(hello.server_name().map(str::to_owned));
        Some(Arc::clone(&self.certified))
    }
}

/// A server that shakes hands and waits for the client's end.
pub(crate) async fn handshakes(tls: Tls) -> (SocketAddr, Names) {
    let names = Names::default();
    let acceptor = tls.acceptor(Arc::clone(&names));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.read(&mut [0; 16]).await;
                }
            });
        }
    });
    (address, names)
}

/// Shakes hands with the next client alone.
pub(crate) async fn one_handshake(listener: &TcpListener, tls: Tls) {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = tls.acceptor(Names::default()).accept(stream).await.unwrap();
    let _ = stream.read(&mut [0; 16]).await;
}

/// A server of HTTP over TLS, with the paths of [`server`].
pub(crate) async fn http(tls: Tls) -> SocketAddr {
    let acceptor = tls.acceptor(Names::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    server::answer(stream, &Mutex::default()).await;
                }
            });
        }
    });
    address
}
