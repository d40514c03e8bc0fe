use std::fmt;

use reqwest::Url;

/// A URL with http or https whose password no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl {
    url: Url,
    shown: String,
}

impl SecretUrl {
    /// Reads a URL as it is written.
    pub(super) fn read(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        Some(Self { url, shown: redacted(text) })
    }

    /// The URL with its password, for the request alone.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

/// As it is written; a password is shown as `xxxxx`.
impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What stands for a password, as in Go (<https://pkg.go.dev/net/url#URL.Redacted>).
const HIDDEN: &str = "xxxxx";

/// `text` without the password that it may hold, also where it is no URL.
pub(super) fn redacted(text: &str) -> String {
    if let Ok(mut url) = Url::parse(text)
        && url.has_authority()
    {
        if url.password().is_none() {
            return text.to_owned();
        }
        if url.set_password(Some(HIDDEN)).is_ok() {
            return url.into();
        }
    }
    let Some(at) = text.rfind('@') else { return text.to_owned() };
    let start = text[..at].find("://").map_or(0, |colon| colon + 3);
    format!("{}{HIDDEN}{}", &text[..start], &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (text, shown) in [
            ("http://host/targets", "http://host/targets"),
            ("http://host", "http://host"),
            ("http://host/a@b?c=d@e", "http://host/a@b?c=d@e"),
            ("http://me@host/", "http://me@host/"),
            ("http://me:pass@host/x?y=z", "http://me:xxxxx@host/x?y=z"),
            ("https://:pass@host:81/", "https://:xxxxx@host:81/"),
            ("http://me:p%40ss@host/", "http://me:xxxxx@host/"),
            ("http://me:p@ss@host/", "http://me:xxxxx@host/"),
            // None of these is the URL of a server.
            ("ftp://me:pass@host/", "ftp://me:xxxxx@host/"),
            ("http://me:pa/ss@host/", "http://xxxxx@host/"),
            ("me:pass@host/x", "xxxxx@host/x"),
            ("//me:pass@host/x", "xxxxx@host/x"),
            ("host", "host"),
        ] {
            assert_eq!(redacted(text), shown, "{text}");
        }
        let url = SecretUrl::read("http://me:pass@host/x").unwrap();
        assert_eq!(
            (url.url().password(), url.to_string().as_str()),
            (Some("pass"), "http://me:xxxxx@host/x")
        );
        assert_eq!(format!("{url:?}"), "\"http://me:xxxxx@host/x\"");
        assert_eq!(SecretUrl::read("ftp://host/"), None);
    }
}
