//! Lists of targets as people write them.

use std::net::{IpAddr, Ipv6Addr};

use reqwest::Url;

/// Which entry of a list is no target, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {number}, {entry:?}: {problem}")]
pub struct ParseError {
    /// Its place in the list, from 1; blank entries count.
    pub number: usize,
    /// The entry as it stands there, without user and password.
    pub entry: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A URL is wanted and has no scheme.
    #[error("a URL starts with http:// or https://; write that before it")]
    NoScheme,
    /// A scheme that can't be asked.
    #[error("{0}:// can't be asked; take one with {1}")]
    Scheme(String, &'static str),
    /// No URL for another reason.
    #[error("that is no URL ({0}); write one such as https://example.com/health, a comma in it as %2C")]
    Url(String),
    /// A URL where a host is wanted.
    #[error("a URL is not wanted here; leave {0}:// out")]
    UrlNotWanted(String),
    /// A user where none is wanted.
    #[error("nobody logs in here; leave what stands before the @ out")]
    UserNotWanted,
    /// No port where one is needed.
    #[error("there is no port; write one as in example.com:5432 or [2001:db8::1]:5432")]
    NoPort,
    /// A port that is none.
    #[error("{0:?} is no port; take a number from 1 to 65535")]
    Port(String),
    /// A port where none is wanted.
    #[error("ICMP has no ports; leave :{0} out")]
    PortNotWanted(u16),
    /// A host that is none.
    #[error("{0:?} is no host; write a name, an IPv4 or an IPv6 address, nothing else")]
    Host(String),
    /// What an earlier entry already asks for.
    #[error("it is the same target as entry {0}; leave one of them out")]
    Twice(usize),
}

/// Where a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// No lookup needed.
    Address(IpAddr),
    /// A name in ASCII; an international one in its Punycode form.
    Name(String),
}

/// Reads a list with commas. `read` makes a target of an entry; `label` is what makes two entries the same.
pub(crate) fn list<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, Problem>,
    label: impl Fn(&T) -> &str,
) -> Result<Vec<T>, ParseError> {
    let mut found: Vec<(usize, T)> = Vec::new();
    for (index, entry) in text.split(',').enumerate() {
        let (number, entry) = (index + 1, entry.trim());
        if entry.is_empty() {
            continue;
        }
        let fail = |problem| ParseError { number, entry: without_secrets(entry), problem };
        let target = read(entry).map_err(fail)?;
        if let Some((first, _)) = found.iter().find(|(_, other)| label(other) == label(&target)) {
            return Err(fail(Problem::Twice(*first)));
        }
        found.push((number, target));
    }
    Ok(found.into_iter().map(|(_, target)| target).collect())
}

/// Reads a URL with one of `schemes`; returns it with what it is called: as written, without user and password.
pub(crate) fn url(entry: &str, schemes: &[&str]) -> Result<(Url, String), Problem> {
    let Some((scheme, rest)) = split_scheme(entry) else { return Err(Problem::NoScheme) };
    if !schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        let wanted = if schemes.len() == 1 { "https://" } else { "http:// or https://" };
        return Err(Problem::Scheme(scheme.to_owned(), wanted));
    }
    let url = Url::parse(entry).map_err(|error| Problem::Url(error.to_string()))?;
    if url.port() == Some(0) {
        return Err(Problem::Port("0".to_owned()));
    }
    let authority = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let host = rest[..authority].rfind('@').map_or(0, |at| at + 1);
    Ok((url, format!("{scheme}://{}", &rest[host..])))
}

/// Reads `host`, `host:port` or `[address]:port`.
pub(crate) fn host_and_port(entry: &str) -> Result<(Host, Option<u16>), Problem> {
    if let Some((scheme, _)) = split_scheme(entry) {
        return Err(Problem::UrlNotWanted(scheme.to_owned()));
    }
    if entry.contains('@') {
        return Err(Problem::UserNotWanted);
    }
    if let Ok(address) = entry.parse::<Ipv6Addr>() {
        return Ok((Host::Address(address.into()), None));
    }
    // The colons within brackets belong to the address.
    let after = entry.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match entry[after..].split_once(':') {
        Some((_, port)) if port.contains(':') => (entry, None),
        Some((rest, port)) => (&entry[..after + rest.len()], Some(port)),
        None => (entry, None),
    };
    Ok((self::host(host)?, port.map(self::port).transpose()?))
}

fn port(text: &str) -> Result<u16, Problem> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|port| digits && *port != 0);
    port.ok_or_else(|| Problem::Port(text.to_owned()))
}

fn host(text: &str) -> Result<Host, Problem> {
    let fail = || Problem::Host(text.to_owned());
    if text.contains(['/', '\\', '?', '#', '@', '%']) || text.contains(char::is_whitespace) {
        return Err(fail());
    }
    // The rules of URLs are those that browsers have, international names included.
    let url = Url::parse(&format!("http://{text}/")).map_err(|_| fail())?;
    if url.port().is_some() {
        return Err(fail());
    }
    host_of(&url).ok_or_else(fail)
}

/// The host of a URL.
pub(crate) fn host_of(url: &Url) -> Option<Host> {
    let text = url.host_str()?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    Some(bare.parse().map_or_else(|_| Host::Name(text.to_owned()), Host::Address))
}

/// What stands before and after `://`, where the first is a scheme.
fn split_scheme(entry: &str) -> Option<(&str, &str)> {
    let of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    entry.split_once("://").filter(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(of_scheme))
}

/// The entry of an error: all that could be a user's name and password is left out, also where no URL can be read.
fn without_secrets(entry: &str) -> String {
    let Some(at) = entry.rfind('@') else { return entry.to_owned() };
    let start = split_scheme(entry).map_or(0, |(scheme, _)| scheme.len() + "://".len());
    format!("{}{}", &entry[..start], &entry[at + 1..])
}
