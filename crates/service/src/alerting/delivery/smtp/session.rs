use std::error::Error as _;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands;
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use watchfire_alerting::channel::{Answer, Cause, MailLogin, RefusedRecipient};

use super::letter::Letter;
use super::login::log_in;

/// The reply of a server that closes the connection (<https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3>).
const CLOSING: u16 = 421;

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// From its first byte on.
    Implicit,
    /// By STARTTLS, or nothing is sent.
    Required,
    /// By STARTTLS where the server has it and its certificate is trusted; else not at all, as Alertmanager without `require_tls`.
    Offered,
}

/// How a mail server is talked to.
pub(super) struct Session {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) hello: ClientId,
    pub(super) security: Security,
    /// Certificates, or why there are none; only where it is encrypted does that matter.
    pub(super) tls: Result<TlsParameters, Answer>,
    pub(super) login: Option<MailLogin>,
    /// How long connecting may take.
    pub(super) limit: Duration,
}

impl Session {
    /// Hands a letter over: to all that the server takes it for, even where it refuses others. `kept` is the connection afterwards,
    /// where there is one to part from. Both sides of the result are what came of it.
    pub(super) async fn hand_over(
        &self,
        letter: &Letter,
        kept: &mut Option<AsyncSmtpConnection>,
    ) -> Result<Answer, Answer> {
        let connection = kept.insert(self.connect().await?);
        if let Some(login) = &self.login {
            let private = connection.is_encrypted() || is_here(&self.host);
            log_in(connection, login, &self.hello, private).await?;
        }
        let parameters = parameters(connection, letter)?;
        let sender = commands::Mail::new(letter.from.clone(), parameters);
        connection.command(sender).await.map_err(|error| failed(&error))?;
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for address in &letter.to {
            let recipient = commands::Rcpt::new(address.clone(), Vec::new());
            match connection.command(recipient).await {
                Ok(_) => taken.push(address.to_string()),
                Err(error) => match error.status().map(u16::from) {
                    Some(code) if code != CLOSING => {
                        refused.push(RefusedRecipient {
                            address: address.to_string(),
                            code,
                            words: said(&error),
                        });
                    }
                    _ => return Err(failed(&error)),
                },
            }
        }
        if !taken.is_empty() {
            connection.command(commands::Data).await.map_err(|error| failed(&error))?;
            connection.message(&letter.bytes).await.map_err(|error| unanswered(&error))?;
        }
        let is_whole = refused.is_empty() && !letter.is_part;
        Ok(if is_whole { Answer::Taken } else { Answer::Partly { taken, refused } })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Answer> {
        if self.security == Security::Implicit {
            return self.open(Some(self.tls.clone()?)).await;
        }
        let mut connection = self.open(None).await?;
        if !connection.can_starttls() {
            if self.security == Security::Required {
                return Err(Answer::Unsent {
                    cause: Cause::ServerError,
                    words: format!(
                        "nothing was sent: {} offers no STARTTLS, and require_tls lets no mail go unencrypted; for a server without TLS set \
                         require_tls: false",
                        self.place()
                    ),
                });
            }
            return Ok(connection);
        }
        let encrypted = match self.tls.clone() {
            Ok(tls) => connection.starttls(tls, &self.hello).await.map_err(|error| self.unconnected(&error)),
            Err(answer) => Err(answer),
        };
        match encrypted {
            Ok(()) => Ok(connection),
            Err(answer) if self.security == Security::Required => Err(answer),
            Err(answer) => {
                tracing::debug!(server = self.place(), ?answer, "a mail goes unencrypted");
                // What is left of the first connection is of no use.
                self.open(None).await
            }
        }
    }

    async fn open(&self, tls: Option<TlsParameters>) -> Result<AsyncSmtpConnection, Answer> {
        let place = (self.host.as_str(), self.port);
        let opened =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.limit), &self.hello, tls, None).await;
        opened.map_err(|error| self.unconnected(&error))
    }

    fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// What came of a connection that did not come about.
    fn unconnected(&self, error: &Error) -> Answer {
        match failed(error) {
            Answer::Unsent { cause, words } => {
                let mend = if words.contains("certificate") {
                    "; tls_config says which authority is trusted (ca_file), and for which name (server_name)"
                } else {
                    ""
                };
                let words = format!("nothing was sent, no connection to {}: {words}{mend}", self.place());
                Answer::Unsent { cause, words }
            }
            answer => answer,
        }
    }
}

/// What the server has to know beforehand of a letter beyond ASCII.
fn parameters(connection: &AsyncSmtpConnection, letter: &Letter) -> Result<Vec<MailParameter>, Answer> {
    let server = connection.server_info();
    let mut parameters = Vec::new();
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if !letter.from.iter().chain(&letter.to).all(is_ascii) {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            let words = "an address has letters beyond ASCII, which the mail server does not take (SMTPUTF8)"
                .to_owned();
            return Err(Answer::Impossible { words });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !letter.bytes.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            let words = "a header has letters beyond ASCII, which the mail server does not take (8BITMIME)"
                .to_owned();
            return Err(Answer::Impossible { words });
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// Whether a server is on this machine, where nobody listens on the way.
fn is_here(host: &str) -> bool {
    matches!(host.trim_matches(['[', ']']), "localhost" | "127.0.0.1" | "::1")
}

/// What came of a command before the mail itself that failed.
pub(super) fn failed(error: &Error) -> Answer {
    if let Some(code) = error.status() {
        return Answer::Refused { code: code.into(), words: said(error) };
    }
    let cause = if error.is_timeout() { Cause::ContextDeadlineExceeded } else { Cause::ServerError };
    Answer::Unsent { cause, words: said(error) }
}

/// What came of the mail itself: where the answer is missing the server may have it.
fn unanswered(error: &Error) -> Answer {
    match failed(error) {
        Answer::Unsent { cause, words } => Answer::Nothing { cause, words },
        answer => answer,
    }
}

/// The server's own words, or the innermost cause: the outer ones only name layers of the library.
pub(super) fn said(error: &Error) -> String {
    let Some(mut cause) = error.source() else { return error.to_string() };
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_may_go_unencrypted_to_this_machine_alone() {
        for (host, here) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("[::1]", true),
            ("127.0.0.2", false),
            ("localhost.example.org", false),
            ("mail", false),
        ] {
            assert_eq!(is_here(host), here, "{host}");
        }
    }
}
