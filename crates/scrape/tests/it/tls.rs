//! Targets over TLS: whom the scraper trusts, by which name, and how it shows who it is.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use watchfire_scrape::Health;

use crate::authority::{Authority, Key, Words};
use crate::server::{Reply, Server};
use crate::sink::{Run, until};

/// A file with one block in the form of RFC 7468.
fn pem(path: &Path, kind: &str, der: &[u8]) {
    let text = STANDARD.encode(der);
    std::fs::write(path, format!("-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n")).unwrap();
}

/// A server with a certificate for `name`; `clients` must have signed its clients' certificates.
async fn server(authority: &Authority, name: &str, clients: Option<&Authority>) -> Server {
    let (chain, key): (Vec<CertificateDer<'static>>, Key) =
        authority.certify(&Words { names: &[name], ..Words::default() });
    let provider = Arc::new(default_provider());
    let config =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let config = match clients {
        None => config.unwrap().with_no_client_auth(),
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            roots.add(clients.certificate()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.unwrap().with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let config = config.with_single_cert(chain, key.der()).unwrap();
    Server::with_tls(TlsAcceptor::from(Arc::new(config)), |_| Reply::text("a 1\n")).await
}

/// Scrapes the server as `localhost` with these `tls_config` keys; the root and a client's certificate are there as files.
async fn scrape(server: &Server, authority: &Authority, keys: &str) -> Result<(), String> {
    let address = format!("localhost:{}", server.address.port());
    // A handshake on a busy machine takes its time.
    let job = format!(
        "  - {{job_name: test, scheme: https, scrape_interval: 1s, scrape_timeout: 1s, tls_config: {{{keys}}}, \
         static_configs: [{{targets: ['{address}']}}]}}"
    );
    let run = Run::with(&job, |folder| {
        pem(&folder.join("ca.pem"), "CERTIFICATE", &authority.certificate());
        let (chain, key) = authority.certify(&Words { common_name: "Scraper", ..Words::default() });
        pem(&folder.join("client.pem"), "CERTIFICATE", &chain[0]);
        pem(&folder.join("client.key"), "PRIVATE KEY", key.der().secret_der());
    });
    let outcome = until("a scrape", || {
        let target = run.scraper.targets().pop()?;
        (target.outcome.health != Health::Unknown).then_some(target.outcome)
    })
    .await;
    outcome.last_error.map_or(Ok(()), Err)
}

#[tokio::test]
async fn a_certificate_is_believed_as_the_configuration_says() {
    let (authority, other) = (Authority::root("Ours"), Authority::root("Another"));
    let local = server(&authority, "localhost", None).await;
    let inside = server(&authority, "metrics.internal", None).await;
    let strict = server(&authority, "localhost", Some(&authority)).await;
    let stranger = server(&other, "localhost", None).await;
    let client = "ca_file: ca.pem, cert_file: client.pem, key_file: client.key";
    let table = [
        ("nobody knows the authority", &local, "", Err("certificate")),
        ("its authority is named", &local, "ca_file: ca.pem", Ok(())),
        ("another authority is named", &stranger, "ca_file: ca.pem", Err("certificate")),
        ("all are believed", &stranger, "insecure_skip_verify: true", Ok(())),
        ("it has another name", &inside, "ca_file: ca.pem", Err("certificate")),
        ("that name is given", &inside, "ca_file: ca.pem, server_name: metrics.internal", Ok(())),
        ("the server wants a certificate", &strict, "ca_file: ca.pem", Err("ertificate")),
        ("it gets one", &strict, client, Ok(())),
    ];
    for (case, server, keys, expected) in table {
        match (scrape(server, &authority, keys).await, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => assert!(error.contains(part), "{case}: {error}"),
            (outcome, _) => panic!("{case}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn certificates_are_read_again_when_they_change() {
    let (authority, other) = (Authority::root("Ours"), Authority::root("Another"));
    let strict = server(&authority, "localhost", Some(&authority)).await;
    let job = |keys: &str| {
        format!(
            "  - {{job_name: test, scheme: https, scrape_interval: 300ms, scrape_timeout: 300ms, tls_config: \
             {{ca_file: ca.pem, cert_file: client.pem, key_file: client.key{keys}}}, \
             static_configs: [{{targets: ['localhost:{}']}}]}}",
            strict.address.port()
        )
    };
    // With the name of the certificate each target has a client of its own.
    for keys in ["", ", server_name: localhost"] {
        // Nothing is there at the start.
        let run = Run::start(&job(keys));
        assert!(run.error().await.contains("ca.pem can't be read"), "{keys}");
        let write = |ca: &Authority, client: &Authority| {
            let put = |name: &str, kind: &str, der: &[u8]| {
                pem(&run.path("new.pem"), kind, der);
                std::fs::rename(run.path("new.pem"), run.path(name)).unwrap();
            };
            let (chain, key) = client.certify(&Words { common_name: "Scraper", ..Words::default() });
            put("client.pem", "CERTIFICATE", &chain[0]);
            put("client.key", "PRIVATE KEY", key.der().secret_der());
            put("ca.pem", "CERTIFICATE", &ca.certificate());
        };
        for (ca, client, up) in [
            (&authority, &authority, 1.0),
            // A connection that stands must not hide the change.
            (&other, &authority, 0.0),
            (&authority, &authority, 1.0),
            (&authority, &other, 0.0),
            (&authority, &authority, 1.0),
        ] {
            write(ca, client);
            run.until_last("up", up).await;
        }
        let connections = strict.connections();
        let scrapes = run.scraper.counters().scrapes;
        until("further scrapes", || (run.scraper.counters().scrapes > scrapes + 2).then_some(())).await;
        assert_eq!(strict.connections(), connections, "what did not change keeps its connection");
    }
}
