//! A mail server that speaks TLS, knows logins, and says no where a test wants it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::authority::{Authority, Words};

/// What CRAM-MD5 has to sign: the example of RFC 2195.
pub(crate) const CHALLENGE: &str = "<1896.697170952@postoffice.reston.mci.net>";

/// How a server encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Not at all.
    No,
    /// Where it is asked to.
    OnRequest,
    /// From the first byte on.
    Implicit,
}

/// A line that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) is_encrypted: bool,
}

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
    pub(crate) is_encrypted: bool,
}

type Answers = dyn FnMut(&str) -> Option<&'static str> + Send;

/// A mail server. It goes with the process.
#[derive(Clone)]
pub(crate) struct MailServer {
    address: SocketAddr,
    tls: Tls,
    config: Arc<ServerConfig>,
    /// The ways to log in.
    logins: &'static str,
    answers: Arc<Mutex<Box<Answers>>>,
    lines: Arc<Mutex<Vec<Line>>>,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl MailServer {
    /// One at a free port of `host`, with a certificate for `localhost` by `authority`, and the ways to log in that `logins` names.
    pub(crate) fn start(host: &str, authority: &Authority, tls: Tls, logins: &'static str) -> Self {
        let (chain, key) = authority.certify(&Words::default());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key.der())
            .unwrap();
        let listener = TcpListener::bind((host, 0)).unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            tls,
            config: Arc::new(config),
            logins,
            answers: Arc::new(Mutex::new(Box::new(|_| None))),
            lines: Arc::default(),
            mails: Arc::default(),
        };
        let own = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = own.clone();
                std::thread::spawn(move || server.talk(stream));
            }
        });
        server
    }

    /// Answers some lines otherwise than usual from now on; the greeting is the answer to an empty one. The answer to a mail is that to
    /// `.`, and an empty one hangs up.
    pub(crate) fn answer(&self, answers: impl FnMut(&str) -> Option<&'static str> + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answers);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came so far, without the mails.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap().clone()
    }

    /// The lines that begin so.
    pub(crate) fn lines_of(&self, command: &str) -> Vec<String> {
        let lines = self.lines().into_iter().map(|line| line.text);
        lines.filter(|line| line.starts_with(command)).collect()
    }

    /// The mails that came.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// As much of SMTP as a sender needs; `None` where it hangs up.
    fn talk(&self, stream: TcpStream) -> Option<()> {
        let mut wire = Wire::Plain(stream);
        if self.tls == Tls::Implicit {
            wire = wire.encrypted(&self.config);
        }
        if let Some(greeting) = self.unusual("") {
            return wire.say(greeting);
        }
        wire.say("220 mail")?;
        let mut to = Vec::new();
        loop {
            let line = self.line(&mut wire)?;
            if let Some(answer) = self.unusual(&line) {
                wire.say(answer)?;
                continue;
            }
            match line.split(' ').next()? {
                "EHLO" => {
                    let offers_tls = self.tls == Tls::OnRequest && !wire.is_encrypted();
                    wire.say("250-mail")?;
                    wire.say(if offers_tls { "250-STARTTLS" } else { "250-SIZE" })?;
                    if !self.logins.is_empty() {
                        wire.say(&format!("250-AUTH {}", self.logins))?;
                    }
                    wire.say("250 8BITMIME")?;
                }
                "STARTTLS" => {
                    wire.say("220 go on")?;
                    wire = wire.encrypted(&self.config);
                }
                "AUTH" => {
                    for question in questions(&line) {
                        wire.say(&format!("334 {}", STANDARD.encode(question)))?;
                        self.line(&mut wire)?;
                    }
                    wire.say("235 welcome")?;
                }
                "RCPT" => {
                    to.push(line.trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned());
                    wire.say("250 ok")?;
                }
                "DATA" => {
                    wire.say("354 go on")?;
                    let mut text = String::new();
                    loop {
                        let line = wire.line()?;
                        if line == "." {
                            break;
                        }
                        text.push_str(&line);
                        text.push('\n');
                    }
                    let mail = Mail { to: std::mem::take(&mut to), text, is_encrypted: wire.is_encrypted() };
                    self.mails.lock().unwrap().push(mail);
                    let answer = self.unusual(".").unwrap_or("250 taken");
                    if answer.is_empty() {
                        return None;
                    }
                    wire.say(answer)?;
                }
                "QUIT" => return wire.say("221 bye"),
                _ => wire.say("250 ok")?,
            }
        }
    }

    fn unusual(&self, line: &str) -> Option<&'static str> {
        (self.answers.lock().unwrap())(line)
    }

    fn line(&self, wire: &mut Wire) -> Option<String> {
        let text = wire.line()?;
        let line = Line { text: text.clone(), is_encrypted: wire.is_encrypted() };
        self.lines.lock().unwrap().push(line);
        Some(text)
    }
}

/// What is asked of one who logs in.
fn questions(line: &str) -> &'static [&'static str] {
    match line {
        "AUTH LOGIN" => &["Username:", "Password:"],
        "AUTH CRAM-MD5" => &[CHALLENGE],
        // All of it is in the line.
        _ => &[],
    }
}

/// A certificate in the form of RFC 7468.
pub(crate) fn write_certificate(path: &Path, authority: &Authority) {
    let text = STANDARD.encode(authority.certificate());
    std::fs::write(path, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"))
        .unwrap();
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    fn encrypted(self, config: &Arc<ServerConfig>) -> Self {
        match self {
            Self::Plain(stream) => {
                let connection = ServerConnection::new(config.clone()).unwrap();
                Self::Tls(Box::new(StreamOwned::new(connection, stream)))
            }
            Self::Tls(_) => self,
        }
    }

    fn is_encrypted(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    fn say(&mut self, words: &str) -> Option<()> {
        let words = format!("{words}\r\n");
        match self {
            Self::Plain(stream) => stream.write_all(words.as_bytes()).ok(),
            Self::Tls(stream) => {
                stream.write_all(words.as_bytes()).ok()?;
                stream.flush().ok()
            }
        }
    }

    /// A line without its end; `None` where the other side hangs up, or does not trust the certificate.
    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        // One by one: what follows STARTTLS is not for this reader.
        let mut byte = [0];
        loop {
            match self {
                Self::Plain(stream) => stream.read_exact(&mut byte).ok()?,
                Self::Tls(stream) => stream.read_exact(&mut byte).ok()?,
            }
            if byte[0] == b'\n' {
                return Some(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned());
            }
            line.push(byte[0]);
        }
    }
}
