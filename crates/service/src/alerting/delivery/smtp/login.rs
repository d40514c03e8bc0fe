use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use md5::Md5;
use watchfire_alerting::channel::{Answer, Cause, MailLogin};
use watchfire_alerting::config::Secret;

use super::session::failed;

/// The reply that asks for more.
const GO_ON: u16 = 334;

/// How a server is told who we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mechanism {
    /// <https://www.rfc-editor.org/rfc/rfc4616>
    Plain,
    /// <https://datatracker.ietf.org/doc/html/draft-murchison-sasl-login-00>
    Login,
    /// <https://www.rfc-editor.org/rfc/rfc2195>
    CramMd5,
}

/// Logs in, in the first way that the server offers and there is a secret for, as Alertmanager does; nowhere where it offers none.
/// A password goes only over a connection that is `private`.
pub(super) async fn log_in(
    connection: &mut AsyncSmtpConnection,
    login: &MailLogin,
    hello: &ClientId,
    private: bool,
) -> Result<(), Answer> {
    // The library knows only some of the ways that a server offers.
    let known = say(connection, &Ehlo::new(hello.clone()).to_string()).await?;
    let offered = offered(&known);
    if offered.is_empty() {
        return Ok(());
    }
    let mechanism = choose(&offered, login, private).map_err(|words| Answer::Impossible { words })?;
    let answered = match mechanism {
        Mechanism::Plain => {
            let text = format!("{}\0{}\0{}", login.identity, login.username, password(login));
            say(connection, &format!("AUTH PLAIN {}\r\n", STANDARD.encode(text))).await
        }
        Mechanism::Login => by_login(connection, login).await,
        Mechanism::CramMd5 => by_cram_md5(connection, login).await,
    };
    answered.map(drop).map_err(|answer| match answer {
        Answer::Refused { code, words } => {
            let words = format!("the login as {:?} was refused: {words}", login.username);
            Answer::Refused { code, words }
        }
        answer => answer,
    })
}

async fn by_login(connection: &mut AsyncSmtpConnection, login: &MailLogin) -> Result<Response, Answer> {
    go_on(&say(connection, "AUTH LOGIN\r\n").await?)?;
    go_on(&say(connection, &format!("{}\r\n", STANDARD.encode(&login.username))).await?)?;
    say(connection, &format!("{}\r\n", STANDARD.encode(password(login)))).await
}

async fn by_cram_md5(connection: &mut AsyncSmtpConnection, login: &MailLogin) -> Result<Response, Answer> {
    let asked = say(connection, "AUTH CRAM-MD5\r\n").await?;
    go_on(&asked)?;
    let challenge = asked.first_word().and_then(|word| STANDARD.decode(word).ok());
    let challenge = challenge.ok_or_else(|| unexpected("a challenge that is not in Base64"))?;
    let secret = login.secret.as_ref().map_or("", Secret::expose);
    let text = format!("{} {}", login.username, digest(secret, &challenge));
    say(connection, &format!("{}\r\n", STANDARD.encode(text))).await
}

fn password(login: &MailLogin) -> &str {
    login.password.as_ref().map_or("", Secret::expose)
}

async fn say(connection: &mut AsyncSmtpConnection, words: &str) -> Result<Response, Answer> {
    connection.command(words).await.map_err(|error| failed(&error))
}

fn go_on(response: &Response) -> Result<(), Answer> {
    if response.has_code(GO_ON) { Ok(()) } else { Err(unexpected(&response.code().to_string())) }
}

fn unexpected(what: &str) -> Answer {
    let words = format!("the mail server answered {what} in the middle of a login");
    Answer::Unsent { cause: Cause::ServerError, words }
}

/// The ways to log in that an answer to EHLO names, in capitals.
fn offered(answer: &Response) -> Vec<String> {
    let mut offered = Vec::new();
    for line in answer.message() {
        let mut words = line.split_ascii_whitespace();
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("AUTH")) {
            offered.extend(words.map(str::to_ascii_uppercase));
        }
    }
    offered
}

/// The first way that there is a secret for; why there is none.
fn choose(offered: &[String], login: &MailLogin, private: bool) -> Result<Mechanism, String> {
    let mut is_exposed = false;
    for word in offered {
        let mechanism = match word.as_str() {
            "PLAIN" => Mechanism::Plain,
            "LOGIN" => Mechanism::Login,
            "CRAM-MD5" => Mechanism::CramMd5,
            _ => continue,
        };
        match mechanism {
            Mechanism::Plain | Mechanism::Login if login.password.is_none() => {}
            Mechanism::Plain | Mechanism::Login if !private => is_exposed = true,
            Mechanism::CramMd5 if login.secret.is_none() => {}
            _ => return Ok(mechanism),
        }
    }
    if is_exposed {
        return Err(
            "nothing was sent: the password would go over a connection that is not encrypted; set require_tls: true, and where the \
             server's certificate is not trusted, tls_config.ca_file"
                .to_owned(),
        );
    }
    Err(format!(
        "nothing was sent: the mail server takes logins by {}; give auth_password for PLAIN and LOGIN, auth_secret for CRAM-MD5",
        offered.join(", ")
    ))
}

/// HMAC-MD5 of a challenge, in hexadecimal digits.
fn digest(secret: &str, challenge: &[u8]) -> String {
    let mut text = String::new();
    // HMAC takes keys of any length.
    if let Ok(mut mac) = Hmac::<Md5>::new_from_slice(secret.as_bytes()) {
        mac.update(challenge);
        for byte in &mac.finalize().into_bytes() {
            // Texts take everything.
            let _ = write!(text, "{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(password: bool, secret: bool) -> MailLogin {
        MailLogin {
            username: "ann".to_owned(),
            identity: String::new(),
            password: password.then(|| Secret::new("p")),
            secret: secret.then(|| Secret::new("s")),
        }
    }

    #[test]
    fn the_first_way_that_there_is_a_secret_for() {
        // What is offered, whether there are a password and a secret, whether nobody listens, and what is chosen.
        for (offer, password, secret, private, expected) in [
            ("PLAIN LOGIN", true, false, true, Ok(Mechanism::Plain)),
            ("LOGIN PLAIN", true, false, true, Ok(Mechanism::Login)),
            ("CRAM-MD5 PLAIN", true, true, true, Ok(Mechanism::CramMd5)),
            ("CRAM-MD5 PLAIN", true, false, true, Ok(Mechanism::Plain)),
            ("PLAIN CRAM-MD5", true, true, false, Ok(Mechanism::CramMd5)),
            ("PLAIN LOGIN", true, false, false, Err("not encrypted")),
            ("PLAIN", false, true, true, Err("logins by PLAIN;")),
            ("XOAUTH2 GSSAPI", true, true, true, Err("logins by XOAUTH2, GSSAPI;")),
        ] {
            let words: Vec<String> = offer.split(' ').map(str::to_owned).collect();
            match (choose(&words, &login(password, secret), private), expected) {
                (Ok(chosen), Ok(expected)) => assert_eq!(chosen, expected, "{offer}"),
                (Err(words), Err(part)) => assert!(words.contains(part), "{offer}: {words}"),
                (chosen, _) => panic!("{offer}: {chosen:?}"),
            }
        }
    }

    #[test]
    fn an_answer_to_ehlo_names_the_ways_to_log_in() {
        let answer: Response = "250-here\r\n250-auth Plain cram-md5\r\n250 8BITMIME\r\n".parse().unwrap();
        assert_eq!(offered(&answer), ["PLAIN", "CRAM-MD5"]);
    }

    /// The example of RFC 2195, section 2.
    #[test]
    fn the_example_of_the_rfc() {
        let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
        assert_eq!(digest("tanstaaftanstaaf", challenge), "b913a602c7eda7a495b4e6e7334d3890");
    }
}
