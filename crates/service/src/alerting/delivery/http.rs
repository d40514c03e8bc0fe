use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Certificate, Client, Identity, NoProxy, Proxy, Response, StatusCode, Url, redirect, tls};
use watchfire_alerting::channel::{Answer, Cause, Method, Request};
use watchfire_alerting::config::{HttpConfig, Secret, SecretSource, TlsConfig};

use super::oauth2::Tokens;
use super::secrets::read;

/// Bytes of an answer that are read: verdicts need no more.
const MOST_READ: usize = 64 * 1024;

/// How long a client is kept: files of certificates may change.
const KEPT: Duration = Duration::from_mins(1);

/// The most clients that are kept.
const MOST_CLIENTS: usize = 64;

const MOST_REDIRECTS: usize = 10;

/// Sends requests over HTTP. Clones share connections.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    timeout: Duration,
    clients: Arc<Mutex<Vec<Kept>>>,
    tokens: Tokens,
}

/// A client with what it was made of.
#[derive(Clone, Debug)]
struct Kept {
    http: HttpConfig,
    host: Option<String>,
    made: Instant,
    client: Client,
}

/// Why a request was not sent.
pub(super) enum Trouble {
    /// What the configuration says is wrong, and stays so.
    Settings(String),
    /// A file can't be read, or a server gives no token.
    Passing(String),
    /// No answer, or one that breaks off.
    Http(reqwest::Error),
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Self {
        // The address may hold a secret.
        Self::Http(error.without_url())
    }
}

impl HttpTransport {
    /// A transport whose answers may take `timeout`.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, clients: Arc::default(), tokens: Tokens::default() }
    }

    pub(super) async fn send(&self, request: Request) -> Answer {
        let limit = request.timeout.and_then(|millis| u64::try_from(millis).ok());
        let limit = limit.map_or(self.timeout, Duration::from_millis);
        let late = || Answer::Nothing {
            cause: Cause::ContextDeadlineExceeded,
            words: format!("no complete answer within {limit:?}"),
        };
        match tokio::time::timeout(limit, self.answer(&request)).await {
            Err(_) => late(),
            Ok(Ok(answer)) => answer,
            Ok(Err(Trouble::Settings(words))) => Answer::Impossible { words },
            Ok(Err(Trouble::Passing(words))) => Answer::Unsent { cause: Cause::Other, words },
            Ok(Err(Trouble::Http(error))) if error.is_timeout() => late(),
            Ok(Err(Trouble::Http(error))) if error.is_builder() => {
                Answer::Impossible { words: format!("this is no request: {}", causes(&error)) }
            }
            // No address, no connection, or no trust: a request went nowhere.
            Ok(Err(Trouble::Http(error))) if error.is_connect() => {
                Answer::Unsent { cause: Cause::ServerError, words: causes(&error) }
            }
            Ok(Err(Trouble::Http(error))) => {
                Answer::Nothing { cause: Cause::ServerError, words: causes(&error) }
            }
        }
    }

    async fn answer(&self, request: &Request) -> Result<Answer, Trouble> {
        let http = request.http.clone().unwrap_or_default();
        let url = Url::parse(request.url.expose())
            .map_err(|error| Trouble::Settings(format!("the address is none: {error}")))?;
        let named = http.tls_config.as_ref().map(|tls| tls.server_name.clone());
        let named = named.filter(|name| !name.is_empty() && url.scheme() == "https");
        let host = named.is_some().then(|| url.host_str().unwrap_or_default().to_owned());
        let client = self.client(&http, host).await?;
        let mut headers = headers(request, &http).await?;
        if let Some(oauth2) = &http.oauth2 {
            let own = HttpConfig {
                tls_config: oauth2.tls_config.clone(),
                proxy_url: oauth2.proxy_url.clone(),
                no_proxy: oauth2.no_proxy.clone(),
                proxy_from_environment: oauth2.proxy_from_environment,
                proxy_connect_header: oauth2.proxy_connect_header.clone(),
                ..HttpConfig::default()
            };
            let asking =
                if own == HttpConfig::default() { client.clone() } else { self.client(&own, None).await? };
            let token = self.tokens.get(oauth2, &asking).await?;
            headers.insert(AUTHORIZATION, value(&format!("Bearer {token}"))?);
        }
        let mut target = url.clone();
        if let Some(name) = named {
            // The certificate carries another name than the address: that one is asked for, and looked up elsewhere.
            let shown = url.authority().rsplit('@').next().unwrap_or_default();
            headers.insert(HOST, value(shown)?);
            target
                .set_host(Some(&name))
                .map_err(|_| Trouble::Settings(format!("tls_config.server_name {name:?} is no name")))?;
        }
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut sent = client.request(method, target).headers(headers);
        if !request.body.is_empty() {
            sent = sent.body(request.body.clone());
        }
        let answer = sent.send().await?;
        if let (Some(oauth2), StatusCode::UNAUTHORIZED) = (&http.oauth2, answer.status()) {
            self.tokens.forget(oauth2);
        }
        read_answer(answer).await
    }

    async fn client(&self, http: &HttpConfig, host: Option<String>) -> Result<Client, Trouble> {
        let fits = |kept: &Kept| kept.http == *http && kept.host == host && kept.made.elapsed() < KEPT;
        let lock = || self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let found = lock().iter().find(|kept| fits(kept)).map(|kept| kept.client.clone());
        if let Some(client) = found {
            return Ok(client);
        }
        let (config, elsewhere) = (http.clone(), host.clone());
        let made = tokio::task::spawn_blocking(move || build(&config, elsewhere)).await;
        let client = made.map_err(|error| Trouble::Passing(error.to_string()))??;
        let mut clients = lock();
        clients.retain(|kept| kept.made.elapsed() < KEPT && !(kept.http == *http && kept.host == host));
        if clients.len() >= MOST_CLIENTS {
            clients.remove(0);
        }
        clients.push(Kept { http: http.clone(), host, made: Instant::now(), client: client.clone() });
        Ok(client)
    }
}

async fn read_answer(mut response: Response) -> Result<Answer, Trouble> {
    let status = response.status().as_u16();
    let pairs = response.headers().iter();
    let headers = pairs.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    let headers = headers.collect();
    let mut body = Vec::new();
    while body.len() < MOST_READ {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk[..chunk.len().min(MOST_READ - body.len())]),
            Ok(None) => break,
            // The status said it; to send it again would send it twice.
            Err(_) if (200..300).contains(&status) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Answer::Http { status, headers, body })
}

fn value(text: &str) -> Result<HeaderValue, Trouble> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Trouble::Settings("a header has characters that no header has".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

async fn headers(request: &Request, http: &HttpConfig) -> Result<HeaderMap, Trouble> {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Watchfire/", env!("CARGO_PKG_VERSION"))));
    for (name, header) in &http.http_headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Trouble::Settings(format!("http_headers: {name:?} is no name of a header")))?;
        for text in &header.values {
            headers.append(name.clone(), value(text)?);
        }
        for secret in &header.secrets {
            headers.append(name.clone(), value(secret.expose())?);
        }
        for file in &header.files {
            headers.append(name.clone(), value(&secret(Some(SecretSource::File(file.as_ref()))).await?)?);
        }
    }
    if let Some(authorization) = authorization(http).await? {
        headers.insert(AUTHORIZATION, value(&authorization)?);
    }
    // What the channel itself says goes over that.
    for header in &request.headers {
        headers.insert(HeaderName::from_static(header.name), value(header.value.expose())?);
    }
    Ok(headers)
}

async fn authorization(http: &HttpConfig) -> Result<Option<String>, Trouble> {
    use base64::Engine as _;
    if let Some(basic) = &http.basic_auth {
        let username = if basic.username_file.is_empty() {
            basic.username.clone()
        } else {
            secret(Some(SecretSource::File(basic.username_file.as_ref()))).await?
        };
        let pair = format!("{username}:{}", secret(basic.password_source()).await?);
        return Ok(Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))));
    }
    if let Some(authorization) = &http.authorization {
        let kind = if authorization.kind.is_empty() { "Bearer" } else { authorization.kind.trim() };
        return Ok(Some(format!("{kind} {}", secret(authorization.source()).await?)));
    }
    let source = SecretSource::of(&http.bearer_token, &http.bearer_token_file);
    Ok(match source {
        Some(source) => Some(format!("Bearer {}", secret(Some(source)).await?)),
        None => None,
    })
}

/// A secret where it is; nothing where there is none.
pub(super) async fn secret(source: Option<SecretSource<'_, Secret>>) -> Result<String, Trouble> {
    match source {
        None => Ok(String::new()),
        Some(SecretSource::Inline(secret)) => Ok(secret.expose().to_owned()),
        Some(SecretSource::File(path)) => {
            let path = path.to_path_buf();
            let read = tokio::task::spawn_blocking(move || read(&path)).await;
            let read = read.map_err(|error| Trouble::Passing(error.to_string()))?;
            read.map_err(|error| Trouble::Passing(error.to_string()))
        }
    }
}

/// Blocks: certificates may stand in files.
fn build(http: &HttpConfig, host: Option<String>) -> Result<Client, Trouble> {
    let policy = if http.follow_redirects {
        redirect::Policy::limited(MOST_REDIRECTS)
    } else {
        redirect::Policy::none()
    };
    let mut builder = Client::builder().redirect(policy).pool_idle_timeout(Duration::from_secs(30));
    match &http.proxy_url {
        Some(url) => {
            let proxy = Proxy::all(url.as_str())?.no_proxy(NoProxy::from_string(&http.no_proxy));
            builder = builder.proxy(proxy.headers(proxy_headers(http)?));
        }
        None if http.proxy_from_environment => {}
        None => builder = builder.no_proxy(),
    }
    if let Some(host) = host {
        builder = builder.dns_resolver(Arc::new(Elsewhere(host)));
    }
    if let Some(tls) = &http.tls_config {
        builder = builder.tls_danger_accept_invalid_certs(tls.insecure_skip_verify);
        if let Some(version) = version(&tls.min_version) {
            builder = builder.tls_version_min(version);
        }
        if let Some(version) = version(&tls.max_version) {
            builder = builder.tls_version_max(version);
        }
        if let Some(ca) = pem(&tls.ca, &tls.ca_file)? {
            builder = builder.tls_certs_only(Certificate::from_pem_bundle(ca.as_bytes())?);
        }
        if let Some(identity) = identity(tls)? {
            builder = builder.identity(identity);
        }
    }
    Ok(builder.build()?)
}

/// A version of `tls_config`, which has been checked; `None` for none.
fn version(name: &str) -> Option<tls::Version> {
    Some(match name {
        "TLS10" => tls::Version::TLS_1_0,
        "TLS11" => tls::Version::TLS_1_1,
        "TLS12" => tls::Version::TLS_1_2,
        "TLS13" => tls::Version::TLS_1_3,
        _ => return None,
    })
}

fn proxy_headers(http: &HttpConfig) -> Result<HeaderMap, Trouble> {
    let mut headers = HeaderMap::new();
    for (name, values) in &http.proxy_connect_header {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Trouble::Settings(format!("proxy_connect_header: {name:?} is no header")))?;
        for text in values {
            headers.append(name.clone(), value(text.expose())?);
        }
    }
    Ok(headers)
}

fn identity(tls: &TlsConfig) -> Result<Option<Identity>, Trouble> {
    let Some(cert) = pem(&tls.cert, &tls.cert_file)? else { return Ok(None) };
    let Some(key) = pem(tls.key.expose(), &tls.key_file)? else { return Ok(None) };
    Ok(Some(Identity::from_pem(format!("{cert}\n{key}").as_bytes())?))
}

fn pem(inline: &str, file: &str) -> Result<Option<String>, Trouble> {
    match (inline, file) {
        ("", "") => Ok(None),
        ("", file) => read(file.as_ref()).map(Some).map_err(|error| Trouble::Passing(error.to_string())),
        (inline, _) => Ok(Some(inline.to_owned())),
    }
}

/// An error by its causes: the outermost ones name the library's own layers.
fn causes(error: &reqwest::Error) -> String {
    let first = std::error::Error::source(error);
    let all = std::iter::successors(first, |cause| cause.source()).map(ToString::to_string);
    let words: Vec<String> = all.filter(|cause| !cause.starts_with("client error (")).collect();
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}

/// Finds the addresses of one host, whatever is asked.
struct Elsewhere(String);

impl Resolve for Elsewhere {
    fn resolve(&self, _: Name) -> Resolving {
        let host = self.0.trim_matches(['[', ']']).to_owned();
        Box::pin(async move {
            // The port of the address counts, not this one.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
