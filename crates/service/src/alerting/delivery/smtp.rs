//! Mail by SMTP: a connection for each.

mod letter;
mod login;
mod session;

use std::time::Duration;

use letter::Letter;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Identity, TlsParameters, TlsVersion};
use lettre::transport::smtp::extension::ClientId;
use session::{Security, Session};
use watchfire_alerting::channel::{Answer, Cause, Mail, MailServer};
use watchfire_alerting::config::{SecretSource, TlsConfig};

use super::secrets::read;

/// The port of SMTP over TLS from the first byte on.
const SUBMISSIONS: u16 = 465;

/// How long the server may take to say goodbye: what it took it has taken.
const GOODBYE: Duration = Duration::from_secs(1);

/// Sends mail by SMTP: a connection for each.
#[derive(Clone, Debug)]
pub struct MailTransport {
    timeout: Duration,
}

impl MailTransport {
    /// A transport whose servers may take `timeout` for each word.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout }
    }

    pub(super) async fn send(&self, mail: Mail) -> Answer {
        let limit = self.timeout;
        // Certificates may stand in files.
        let made = tokio::task::spawn_blocking(move || {
            let letter = Letter::of(&mail).map_err(|words| Answer::Impossible { words })?;
            Ok((letter, session(mail.server, limit)?))
        });
        let (letter, session) = match made.await {
            Ok(Ok(made)) => made,
            Ok(Err(answer)) => return answer,
            Err(error) => return Answer::Unsent { cause: Cause::Other, words: error.to_string() },
        };
        // All who were to get it have it, or are refused it.
        if letter.to.is_empty() {
            return Answer::Taken;
        }
        // A server may be slow at each step; all of them together are bounded, too.
        let mut connection = None;
        let handed = tokio::time::timeout(limit * 3, session.hand_over(&letter, &mut connection)).await;
        let Ok(answer) = handed else {
            return Answer::Nothing {
                cause: Cause::ContextDeadlineExceeded,
                words: format!("the mail server did not take it within {:?}", limit * 3),
            };
        };
        if let Some(mut connection) = connection {
            // A server that forgets to part must not make it look as if the mail were not taken.
            let _ = tokio::time::timeout(GOODBYE, connection.abort()).await;
        }
        answer.unwrap_or_else(|answer| answer)
    }
}

/// Blocks: certificates may stand in files.
fn session(server: MailServer, limit: Duration) -> Result<Session, Answer> {
    let port = match server.port.as_str() {
        "smtp" => 25,
        "submission" => 587,
        "smtps" | "submissions" => SUBMISSIONS,
        port => port
            .parse()
            .map_err(|_| Answer::Impossible { words: format!("{port:?} is no port; write a number") })?,
    };
    let security = match (server.implicit_tls.unwrap_or(port == SUBMISSIONS), server.require_tls) {
        (true, _) => Security::Implicit,
        (false, true) => Security::Required,
        (false, false) => Security::Offered,
    };
    Ok(Session {
        port,
        security,
        // A server without TLS needs no certificates, and a machine may have none.
        tls: tls(&server.host, server.tls.as_ref()),
        hello: ClientId::Domain(server.hello),
        login: server.login,
        host: server.host,
        limit,
    })
}

/// A passing trouble with files: they are read anew with the next attempt.
#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn unread(words: impl ToString) -> Answer {
    Answer::Unsent { cause: Cause::Other, words: words.to_string() }
}

fn tls(host: &str, config: Option<&TlsConfig>) -> Result<TlsParameters, Answer> {
    let none = TlsConfig::default();
    let config = config.unwrap_or(&none);
    let name = if config.server_name.is_empty() { host } else { &config.server_name };
    let mut builder = TlsParameters::builder(name.to_owned())
        .dangerous_accept_invalid_certs(config.insecure_skip_verify)
        .dangerous_accept_invalid_hostnames(config.insecure_skip_verify);
    if config.min_version == "TLS13" {
        builder = builder.set_min_tls_version(TlsVersion::Tlsv13);
    }
    if let Some(pem) = text(&config.ca, &config.ca_file)? {
        // As with HTTP, an authority that is named counts in place of those of the system.
        builder = builder.certificate_store(CertificateStore::None);
        // A file may hold several.
        let end = "-----END CERTIFICATE-----";
        for one in pem.split_inclusive(end).filter(|one| one.contains(end)) {
            builder = builder.add_root_certificate(Certificate::from_pem(one.as_bytes()).map_err(unread)?);
        }
    }
    let key = match SecretSource::of(&config.key, &config.key_file) {
        Some(SecretSource::Inline(key)) => Some(key.expose().to_owned()),
        Some(SecretSource::File(path)) => Some(read(path).map_err(unread)?),
        None => None,
    };
    if let (Some(cert), Some(key)) = (text(&config.cert, &config.cert_file)?, key) {
        let identity = Identity::from_pem(cert.as_bytes(), key.as_bytes()).map_err(unread)?;
        builder = builder.identify_with(identity);
    }
    builder.build().map_err(unread)
}

/// A text of the configuration, or of a file.
fn text(inline: &str, file: &str) -> Result<Option<String>, Answer> {
    match (inline, file) {
        ("", "") => Ok(None),
        ("", file) => read(file.as_ref()).map(Some).map_err(unread),
        (inline, _) => Ok(Some(inline.to_owned())),
    }
}
