//! Whether a URL answers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::LOCATION;
use reqwest::tls::TlsInfo;
use reqwest::{Certificate, Client, Response, StatusCode, Url, redirect};
use watchfire_ingest::collect::{CollectError, Collector};
use watchfire_model::{Batch, MetricDescription};

use crate::address::{self, Host, ParseError};
use crate::certificates::chain::not_after;
use crate::metrics::{LEAF_EXPIRY, OF_HTTP, REDIRECTS, SSL, STATUS};
use crate::reason::chain;
use crate::runtime::Waiting;
use crate::settings::{ProbeError, Settings};
use crate::target::{Watched, flag};

pub(crate) const NAME: &str = "probe_http";

/// Redirects that are followed at most, as in Go.
const MOST_REDIRECTS: u32 = 10;
/// Bytes of a body that are read. A server that gave so many is up, and one that streams forever can be watched.
const MOST_BODY: usize = 1 << 20;
const USER_AGENT: &str = concat!("watchfire/", env!("CARGO_PKG_VERSION"));

/// A URL to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTarget {
    label: String,
    url: Url,
}

/// Reads a list with commas of URLs: `https://example.com/health, http://user:password@10.0.0.7:8080`. User and password
/// go with the request and into no label. A comma within a URL is written as `%2C`.
pub fn parse_http(list: &str) -> Result<Vec<HttpTarget>, ParseError> {
    let read = |entry: &str| {
        let (url, label) = address::url(entry, &["http", "https"])?;
        Ok(HttpTarget { label, url })
    };
    address::list(list, read, |target| &target.label)
}

/// What came back, as far as the probe got.
#[derive(Debug, Default)]
struct Seen {
    answer: Option<Answer>,
    redirects: u32,
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    tls: bool,
    /// Seconds since the epoch.
    expiry: Option<i64>,
}

/// Asks each URL by GET over a connection of its own and follows redirects. A target is up where the last answer has a
/// status 2xx or 3xx and its body comes, of which at most 1 MiB is read; over TLS, where its certificate is trusted.
#[derive(Debug)]
pub struct HttpProbe {
    waiting: Waiting,
    timeout: Duration,
    client: Client,
    lookups: Lookups,
    targets: Vec<Watched<HttpTarget, Seen>>,
}

impl HttpProbe {
    /// A collector for `targets`.
    pub fn new(targets: Vec<HttpTarget>, settings: &Settings) -> Result<Self, ProbeError> {
        let host = settings.host_name();
        let watched = |target: HttpTarget| {
            let label = target.label.clone();
            Watched::new(target, &label, &host, "http", OF_HTTP)
        };
        let lookups = Lookups::default();
        Ok(Self {
            waiting: Waiting::new(NAME)?,
            timeout: settings.timeout,
            client: client(settings, lookups.clone())
                .map_err(|error| ProbeError::Client(chain(&error.without_url())))?,
            lookups,
            targets: targets.into_iter().map(watched).collect(),
        })
    }
}

fn client(settings: &Settings, lookups: Lookups) -> reqwest::Result<Client> {
    let roots: Vec<Certificate> =
        settings.roots.iter().map(|root| Certificate::from_der(root)).collect::<reqwest::Result<_>>()?;
    Client::builder()
        .user_agent(USER_AGENT)
        .no_proxy()
        // Followed here, since the client does not tell how many there were.
        .redirect(redirect::Policy::none())
        // Each probe is to find out whether a new connection can be made.
        .pool_max_idle_per_host(0)
        .dns_resolver(Arc::new(lookups))
        .tls_info(true)
        .tls_certs_merge(roots)
        .build()
}

impl Collector for HttpProbe {
    fn name(&self) -> &'static str {
        NAME
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        OF_HTTP
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let (timeout, client) = (self.timeout, &self.client);
        self.lookups.clear();
        self.waiting.each(&mut self.targets, |watched| {
            watched.probe(timeout, async move |target, seen| follow(client, &target.url, seen).await)
        });
        for watched in &mut self.targets {
            if let Some(answer) = &watched.seen.answer {
                watched.push(STATUS, at, answer.status.as_u16().into(), into);
                watched.push(REDIRECTS, at, watched.seen.redirects.into(), into);
                watched.push(SSL, at, flag(answer.tls), into);
                if let Some(expiry) = answer.expiry {
                    watched.push(LEAF_EXPIRY, at, expiry as f64, into);
                }
            }
            let lookup = self.lookups.of(&watched.target.url);
            watched.tell(NAME, lookup, at, into);
        }
        Ok(())
    }
}

/// Asks `url` and what it redirects to.
async fn follow(client: &Client, url: &Url, seen: &mut Seen) -> Result<(), String> {
    let mut url = url.clone();
    loop {
        let mut response = client.get(url.clone()).send().await.map_err(reason)?;
        let status = response.status();
        let expiry = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        let expiry = expiry.and_then(not_after);
        seen.answer = Some(Answer { status, tls: url.scheme() == "https", expiry });
        if let Some(next) = redirected(&response, &url)? {
            if seen.redirects == MOST_REDIRECTS {
                return Err(format!("more than {MOST_REDIRECTS} redirects"));
            }
            seen.redirects += 1;
            seen.answer = None;
            url = next;
            continue;
        }
        if !status.is_success() && !status.is_redirection() {
            return Err(format!("status {}", status.as_u16()));
        }
        let mut read = 0;
        while let Some(chunk) = response.chunk().await.map_err(reason)? {
            read += chunk.len();
            if read >= MOST_BODY {
                break;
            }
        }
        return Ok(());
    }
}

/// Where the answer sends the client on to, if it does.
fn redirected(response: &Response, from: &Url) -> Result<Option<Url>, String> {
    use StatusCode as Status;
    let moved = matches!(
        response.status(),
        Status::MOVED_PERMANENTLY
            | Status::FOUND
            | Status::SEE_OTHER
            | Status::TEMPORARY_REDIRECT
            | Status::PERMANENT_REDIRECT
    );
    let Some(location) = response.headers().get(LOCATION).filter(|_| moved) else { return Ok(None) };
    let to = location.to_str().ok().and_then(|to| from.join(to).ok());
    let mut to = to.ok_or("a redirect to what is no URL")?;
    if !matches!(to.scheme(), "http" | "https") {
        return Err(format!("a redirect to {}://, which can't be asked", to.scheme()));
    }
    if to.origin() == from.origin() && to.username().is_empty() && to.password().is_none() {
        // A path alone brings them along already; a whole URL does not. Other servers never get them. Neither can fail
        // for a URL with a host, which those with http have.
        let _ = to.set_username(from.username());
        let _ = to.set_password(from.password());
    }
    Ok(Some(to))
}

fn reason(error: reqwest::Error) -> String {
    // The URL has no place in a reason: the target is named beside it, and a redirect may hold secrets.
    chain(&error.without_url())
}

/// Looks names up and remembers how long that took.
#[derive(Clone, Debug, Default)]
struct Lookups(Arc<Mutex<HashMap<String, Duration>>>);

impl Lookups {
    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How long the name in `url` took since [`clear`](Self::clear); `None` for an address and for what was not found.
    fn of(&self, url: &Url) -> Option<Duration> {
        let Some(Host::Name(name)) = address::host_of(url) else { return None };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied()
    }
}

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let lookups = self.clone();
        Box::pin(async move {
            let started = Instant::now();
            // The port of the URL counts, not this one.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let mut known = lookups.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(name.as_str().to_owned(), started.elapsed());
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
