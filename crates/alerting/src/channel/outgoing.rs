use std::collections::BTreeSet;
use std::fmt;

use super::draft::Picture;
use crate::config::{HttpConfig, Secret, TlsConfig};

/// What a transport sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// A request over HTTP.
    Http(Box<Request>),
    /// A mail.
    Mail(Box<Mail>),
    /// A program that is run.
    Program(Program),
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
}

impl Method {
    /// As HTTP has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// A header of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: &'static str,
    /// Its value, which may be a secret.
    pub value: Secret,
}

/// A request. What it holds may be a secret: only its method, the host and the length of the body are shown.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Secret,
    /// Headers besides those of `http`.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
    /// How the server is connected to, and further headers.
    pub http: Option<HttpConfig>,
    /// The milliseconds that the answer may take, where the channel bounds it.
    pub timeout: Option<i64>,
}

impl Request {
    /// A request with a body of JSON.
    pub(super) fn json(method: Method, url: impl Into<String>, body: &serde_json::Value) -> Self {
        Self::new(method, url, "application/json", body.to_string().into_bytes())
    }

    pub(super) fn new(
        method: Method,
        url: impl Into<String>,
        media_type: &'static str,
        body: Vec<u8>,
    ) -> Self {
        let content_type = Header { name: "content-type", value: Secret::new(media_type) };
        Self { method, url: Secret::new(url), headers: vec![content_type], body, http: None, timeout: None }
    }

    /// With a header more.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push(Header { name, value: Secret::new(value) });
        self
    }

    /// Over such a connection.
    #[must_use]
    pub(super) fn over(mut self, http: Option<&HttpConfig>) -> Self {
        self.http = http.cloned();
        self
    }

    /// As the next thing to send.
    pub(super) fn next(self) -> Outgoing {
        Outgoing::Http(Box::new(self))
    }

    /// The host of the address, without the rest of it.
    pub fn host(&self) -> &str {
        let url = self.url.expose();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.host())
            .field("headers", &self.headers.iter().map(|header| header.name).collect::<Vec<_>>())
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A mail with the server that takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// The server.
    pub server: MailServer,
    /// Whose it is: an address, with or without a name.
    pub from: String,
    /// Who gets it: addresses with commas between them.
    pub to: String,
    /// What the other headers are: name and value, `Subject` among them.
    pub headers: Vec<(String, String)>,
    /// Names it for mail programs, so that the same mail twice is one: without the angle brackets.
    pub message_id: String,
    /// The body as text.
    pub text: Option<String>,
    /// The body as HTML.
    pub html: Option<String>,
    /// Pictures that the HTML shows.
    pub pictures: Vec<Picture>,
    /// Addresses that it does not go to any more: an attempt was good for them, or their server refused them for good.
    pub settled: BTreeSet<String>,
}

/// A server that takes mail.
#[derive(Clone, Debug, PartialEq)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port, by number or by the name of a service.
    pub port: String,
    /// What it is told that we are called.
    pub hello: String,
    /// Whether nothing goes unencrypted.
    pub require_tls: bool,
    /// Whether it is encrypted from the first byte on; `None`: at the port 465 alone.
    pub implicit_tls: Option<bool>,
    /// Certificates.
    pub tls: Option<TlsConfig>,
    /// Who logs in.
    pub login: Option<MailLogin>,
}

/// Who logs in to a mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLogin {
    /// The user.
    pub username: String,
    /// The identity for PLAIN; empty for that of the user.
    pub identity: String,
    /// The password for PLAIN and LOGIN.
    pub password: Option<Secret>,
    /// The secret for CRAM-MD5.
    pub secret: Option<Secret>,
}

/// A program that is run, if the server lets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The program and its arguments; no shell reads them.
    pub command: Vec<String>,
    /// What it reads: JSON.
    pub input: Vec<u8>,
    /// The milliseconds that it may take.
    pub timeout: i64,
}
