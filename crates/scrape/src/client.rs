//! HTTP: asking a target, or a server that knows targets.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT, AGE, AUTHORIZATION, CONTENT_TYPE, DATE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use reqwest::{Certificate, Client, Identity, RequestBuilder, Url, redirect};

use crate::clock::skew;
use crate::config::{Credentials, Fingerprint, Http, Pem, Protocol, SecretSource, look};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The settings of the client don't fit: certificates, secrets in files.
    #[error("{0}")]
    Settings(String),
    /// No answer, or one that breaks off.
    #[error("{}", causes(.0))]
    Http(reqwest::Error),
    /// An answer that is none.
    #[error("server returned HTTP status {0}")]
    Status(reqwest::StatusCode),
    /// A body beyond the limit.
    #[error("body_size_limit of {0} bytes exceeded; raise it or let the target tell less")]
    BodySize(usize),
    /// It took too long.
    #[error("no complete answer within {}", watchfire_model::format_duration(.0.as_millis() as i64))]
    Timeout(Duration),
}

/// The URL goes: it stands beside the words wherever they are shown, and may hold a password there.
impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

/// An error by its causes. The outermost ones name the library's own layers.
fn causes(error: &reqwest::Error) -> String {
    let first = std::error::Error::source(error);
    let all = std::iter::successors(first, |cause| cause.source()).map(ToString::to_string);
    let words: Vec<String> = all.filter(|cause| !cause.starts_with("client error (")).collect();
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}

/// A client for the targets of one job. It keeps connections open between scrapes.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    http: Arc<Http>,
    user_agent: HeaderValue,
    accept: Option<HeaderValue>,
    /// What is looked up whatever host a URL names: the URL then carries the name of the certificate.
    host: Option<String>,
    /// All clones have the same, and so the same connections.
    made: Arc<Mutex<Option<Made>>>,
}

/// The client as it was made last.
#[derive(Debug)]
struct Made {
    /// What the files of its certificates looked like before they were read.
    files: Fingerprint,
    client: Client,
}

/// Redirects that are followed at most, as in Go.
const MOST_REDIRECTS: usize = 10;

/// What is asked for, and how much patience there is.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) url: &'a Url,
    /// The time until the last byte has come.
    pub(crate) timeout: Duration,
    /// Whether to tell the target how long it has, as a scrape does.
    pub(crate) scraping: bool,
    /// Bytes of the unpacked body; `None`: as many as come.
    pub(crate) most: Option<usize>,
}

/// What an answer says beside its body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    /// Its `Content-Type`; empty where it has none.
    pub(crate) content_type: String,
    /// By how many seconds the clock of who answers is ahead of ours at least, or behind; `None`: it does not tell the time.
    pub(crate) skew: Option<f64>,
}

impl Asker {
    /// A client as `http` demands; certificates are read when it is first needed, and whenever their files change.
    pub(crate) fn new(http: &Http, user_agent: &str) -> Result<Self, FetchError> {
        let user_agent = HeaderValue::from_str(user_agent)
            .map_err(|_| FetchError::Settings(format!("{user_agent:?} is no value for User-Agent")))?;
        let http = Arc::new(http.clone());
        Ok(Self { http, user_agent, accept: None, host: None, made: Arc::default() })
    }

    /// The client as the files of its certificates demand now. Prometheus looks at them before each request, too
    /// (`NewTLSRoundTripperWithContext` in `prometheus/common`), since certificates are replaced without anybody telling.
    async fn client(&self) -> Result<Client, FetchError> {
        if let Some(client) = self.lasting() {
            return Ok(client);
        }
        let asker = self.clone();
        // What is made is kept even where nobody waits for it any more.
        let current = tokio::task::spawn_blocking(move || asker.current()).await;
        current.unwrap_or_else(|error| Err(FetchError::Settings(error.to_string())))
    }

    /// The client that nothing can change, since no file has a part in it.
    fn lasting(&self) -> Option<Client> {
        self.made().as_ref().filter(|made| made.files.is_empty()).map(|made| made.client.clone())
    }

    /// Blocks. The lock is not held meanwhile: a file may hang, and [`lasting`](Self::lasting) asks for it everywhere.
    fn current(&self) -> Result<Client, FetchError> {
        let tls = &self.http.tls;
        let paths = [&tls.ca, &tls.cert, &tls.key].into_iter().flatten().filter_map(Pem::path);
        let files: Fingerprint = paths.map(|path| look(path.to_path_buf())).collect();
        if let Some(made) = self.made().as_ref().filter(|made| made.files == files) {
            return Ok(made.client.clone());
        }
        // What fails is tried again with the next request: not only the files' content may be at fault.
        let client = self.build()?;
        *self.made() = Some(Made { files, client: client.clone() });
        Ok(client)
    }

    fn made(&self) -> MutexGuard<'_, Option<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn build(&self) -> Result<Client, FetchError> {
        let http = &self.http;
        let policy = if http.follow_redirects {
            redirect::Policy::limited(MOST_REDIRECTS)
        } else {
            redirect::Policy::none()
        };
        let mut builder = Client::builder()
            .redirect(policy)
            .no_proxy()
            .pool_idle_timeout(Duration::from_mins(5))
            .pool_max_idle_per_host(1)
            .tls_danger_accept_invalid_certs(http.tls.insecure_skip_verify);
        if let Some(ca) = &http.tls.ca {
            let pem = pem(ca)?;
            builder = builder.tls_certs_only(Certificate::from_pem_bundle(&pem)?);
        }
        if let (Some(cert), Some(key)) = (&http.tls.cert, &http.tls.key) {
            let mut both = pem(cert)?;
            both.push(b'\n');
            both.extend(pem(key)?);
            builder = builder.identity(Identity::from_pem(&both)?);
        }
        if let Some(host) = &self.host {
            builder = builder.dns_resolver(Arc::new(Elsewhere(host.clone())));
        }
        Ok(builder.build()?)
    }

    /// The client for one target: another one only where the certificate carries another name than the URL.
    pub(crate) fn for_target(&self, url: &Url) -> Self {
        match (&self.http.tls.server_name, url.host_str(), url.scheme()) {
            (Some(_), Some(host), "https") => {
                Self { host: Some(host.to_owned()), made: Arc::default(), ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// The client with an `Accept` for these formats, best first: weights fall as Prometheus lets them fall.
    pub(crate) fn accepting(mut self, protocols: &[Protocol]) -> Self {
        self.accept = HeaderValue::from_str(&accept(protocols)).ok();
        self
    }

    /// Asks and writes the unpacked body to `body`; returns what stands before it.
    pub(crate) async fn ask(&self, question: Question<'_>, body: &mut Vec<u8>) -> Result<Head, FetchError> {
        let answer = async {
            let client = self.client().await?;
            self.answer(&client, question, body).await
        };
        let timeout = question.timeout;
        tokio::time::timeout(timeout, answer).await.unwrap_or(Err(FetchError::Timeout(timeout)))
    }

    async fn answer(
        &self,
        client: &Client,
        question: Question<'_>,
        body: &mut Vec<u8>,
    ) -> Result<Head, FetchError> {
        let Question { url, timeout, scraping, most } = question;
        let mut request = self.request(client, url).header(USER_AGENT, self.user_agent.clone());
        if let Some(accept) = &self.accept {
            request = request.header(ACCEPT, accept.clone());
        }
        if scraping {
            request =
                request.header("X-Prometheus-Scrape-Timeout-Seconds", timeout.as_secs_f64().to_string());
        }
        for (name, value) in &self.http.headers {
            let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value.0));
            let (Ok(name), Ok(value)) = pair else {
                return Err(FetchError::Settings(format!(
                    "http_headers: {name:?} or its value is no header"
                )));
            };
            request = request.header(name, value);
        }
        let request = self.authorized(request).await?;
        let asked = SystemTime::now();
        let mut response = request.send().await?;
        let answered = SystemTime::now();
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status()));
        }
        let headers = response.headers();
        let content_type = text(headers, CONTENT_TYPE).unwrap_or_default().to_owned();
        // What was kept on the way tells the time when it was made.
        let date = text(headers, DATE).filter(|_| !headers.contains_key(AGE));
        let skew = date.and_then(|date| skew(date, (asked, answered)));
        body.clear();
        while let Some(chunk) = response.chunk().await? {
            if let Some(most) = most.filter(|most| body.len() + chunk.len() > *most) {
                return Err(FetchError::BodySize(most));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Head { content_type, skew })
    }

    fn request(&self, client: &Client, url: &Url) -> RequestBuilder {
        let mut url = url.clone();
        if self.http.credentials.is_some() {
            // As in Go, a user in the URL counts only where nothing else says who asks. Both fail for URLs without a
            // host only, and those have no user.
            let _ = (url.set_username(""), url.set_password(None));
        }
        if let (Some(name), "https") = (&self.http.tls.server_name, url.scheme()) {
            let mut named = url.clone();
            if named.set_host(Some(name)).is_ok() {
                let host = url.authority().rsplit('@').next().unwrap_or_default().to_owned();
                return client.get(named).header(HOST, host);
            }
        }
        client.get(url)
    }

    async fn authorized(&self, request: RequestBuilder) -> Result<RequestBuilder, FetchError> {
        Ok(match &self.http.credentials {
            None => request,
            Some(Credentials::Basic { username, password }) => {
                request.basic_auth(secret(username).await?, Some(secret(password).await?))
            }
            Some(Credentials::Header { kind, credentials }) => {
                let value = format!("{kind} {}", secret(credentials).await?);
                let mut value = HeaderValue::from_str(&value)
                    .map_err(|_| FetchError::Settings("the credentials are no value of a header".into()))?;
                value.set_sensitive(true);
                request.header(AUTHORIZATION, value)
            }
        })
    }
}

/// The value of a header, where it is there once at least and can be read.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The value of `Accept`.
pub(crate) fn accept(protocols: &[Protocol]) -> String {
    let mut text = String::new();
    // Prometheus starts with one more than the number of formats it knows.
    let mut weight = Protocol::ALL.len() + 1;
    for protocol in protocols {
        // Writing to a String can't fail.
        let _ = write!(text, "{};q=0.{weight},", protocol.media_type());
        weight -= 1;
    }
    let _ = write!(text, "*/*;q=0.{weight}");
    text
}

/// Finds the addresses of one host, whatever is asked.
struct Elsewhere(String);

impl Resolve for Elsewhere {
    fn resolve(&self, _: Name) -> Resolving {
        let host = self.0.trim_matches(['[', ']']).to_owned();
        Box::pin(async move {
            // The port of the URL counts, not this one.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

async fn secret(source: &SecretSource) -> Result<String, FetchError> {
    match source {
        SecretSource::Inline(secret) => Ok(secret.0.clone()),
        SecretSource::File(path) => {
            let path = path.clone();
            let read = tokio::task::spawn_blocking(move || {
                std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))
            });
            let text = read.await.map_err(|error| FetchError::Settings(error.to_string()))??;
            Ok(text.trim().to_owned())
        }
    }
}

fn pem(source: &Pem) -> Result<Vec<u8>, FetchError> {
    match source {
        Pem::Inline(text) => Ok(text.0.clone().into_bytes()),
        Pem::File(path) => std::fs::read(path).map_err(|error| unreadable(path, &error)),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> FetchError {
    FetchError::Settings(format!("{} can't be read: {error}", path.display()))
}
