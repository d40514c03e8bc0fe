use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Mailboxes, MultiPart, SinglePart, header};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Identity, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use watchfire_alerting::channel::{Answer, Cause, Mail, MailServer};
use watchfire_alerting::config::{SecretSource, TlsConfig};

use super::secrets::read;

/// The port of SMTP over TLS from the first byte on.
const SUBMISSIONS: u16 = 465;

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
            let message = message(&mail).map_err(|words| Answer::Impossible { words })?;
            Ok((message, transport(&mail.server, limit)?))
        });
        let (message, transport) = match made.await {
            Ok(Ok(made)) => made,
            Ok(Err(answer)) => return answer,
            Err(error) => return Answer::Nothing { cause: Cause::Other, words: error.to_string() },
        };
        // A server may be slow at each step; all of them together are bounded, too.
        match tokio::time::timeout(limit * 3, transport.send(message)).await {
            Ok(Ok(_)) => Answer::Taken,
            Ok(Err(error)) => refused(&error),
            Err(_) => Answer::Nothing {
                cause: Cause::ContextDeadlineExceeded,
                words: format!("the mail server did not take it within {:?}", limit * 3),
            },
        }
    }
}

fn refused(error: &lettre::transport::smtp::Error) -> Answer {
    let words = match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    if let Some(code) = error.status() {
        return Answer::Refused { code: code.into(), words };
    }
    let cause = if error.is_timeout() { Cause::ContextDeadlineExceeded } else { Cause::ServerError };
    Answer::Nothing { cause, words }
}

fn transport(server: &MailServer, limit: Duration) -> Result<AsyncSmtpTransport<Tokio1Executor>, Answer> {
    let port = match server.port.as_str() {
        "smtp" => 25,
        "submission" => 587,
        "smtps" | "submissions" => SUBMISSIONS,
        port => port
            .parse()
            .map_err(|_| Answer::Impossible { words: format!("{port:?} is no port; write a number") })?,
    };
    let parameters = tls(&server.host, server.tls.as_ref())?;
    let tls = match (port, server.require_tls) {
        (SUBMISSIONS, _) => Tls::Wrapper(parameters),
        (_, true) => Tls::Required(parameters),
        (_, false) => Tls::Opportunistic(parameters),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(port)
        .hello_name(ClientId::Domain(server.hello.clone()))
        .timeout(Some(limit))
        .tls(tls);
    if let Some(login) = &server.login {
        builder = builder
            .credentials(Credentials::new(login.username.clone(), login.password.expose().to_owned()))
            .authentication(vec![Mechanism::Plain, Mechanism::Login]);
    }
    Ok(builder.build())
}

/// A passing trouble with files: they are read anew with the next attempt.
#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn unread(words: impl ToString) -> Answer {
    Answer::Nothing { cause: Cause::Other, words: words.to_string() }
}

fn tls(host: &str, config: Option<&TlsConfig>) -> Result<TlsParameters, Answer> {
    let none = TlsConfig::default();
    let config = config.unwrap_or(&none);
    let name = if config.server_name.is_empty() { host } else { &config.server_name };
    let mut builder = TlsParameters::builder(name.to_owned())
        .dangerous_accept_invalid_certs(config.insecure_skip_verify)
        .dangerous_accept_invalid_hostnames(config.insecure_skip_verify);
    if let Some(pem) = text(&config.ca, &config.ca_file)? {
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

/// The mail as it is sent; the error says what is wrong with it.
fn message(mail: &Mail) -> Result<Message, String> {
    let from: Mailbox =
        mail.from.parse().map_err(|error| format!("from {:?} is no address: {error}", mail.from))?;
    let to: Mailboxes =
        mail.to.parse().map_err(|error| format!("to {:?} is no address: {error}", mail.to))?;
    let mut builder = Message::builder()
        .from(from)
        .mailbox(header::To::from(to))
        .message_id(Some(format!("<{}>", mail.message_id)))
        .date_now();
    for (name, value) in &mail.headers {
        let name = HeaderName::new_from_ascii(name.clone())
            .map_err(|_| format!("{name:?} is no name of a header; write letters, digits and -"))?;
        builder = builder.raw_header(HeaderValue::new(name, value.clone()));
    }
    let built = match (&mail.text, &mail.html) {
        (text, Some(html)) => {
            let mut alternative = MultiPart::alternative().build();
            if let Some(text) = text {
                alternative = alternative.singlepart(SinglePart::plain(text.clone()));
            }
            builder.multipart(with_pictures(alternative, html, mail)?)
        }
        (Some(text), None) => builder.singlepart(SinglePart::plain(text.clone())),
        (None, None) => builder.singlepart(SinglePart::plain(String::new())),
    };
    built.map_err(|error| format!("the mail can't be made: {error}"))
}

fn with_pictures(alternative: MultiPart, html: &str, mail: &Mail) -> Result<MultiPart, String> {
    let html = SinglePart::html(html.to_owned());
    if mail.pictures.is_empty() {
        return Ok(alternative.singlepart(html));
    }
    let mut related = MultiPart::related().singlepart(html);
    for picture in &mail.pictures {
        let bytes = STANDARD
            .decode(&picture.base64)
            .map_err(|_| format!("the picture {:?} is damaged", picture.name))?;
        let media_type = ContentType::parse(&picture.media_type)
            .map_err(|_| format!("{:?} is no media type", picture.media_type))?;
        related = related.singlepart(Attachment::new_inline(picture.name.clone()).body(bytes, media_type));
    }
    Ok(alternative.multipart(related))
}
