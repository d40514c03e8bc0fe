//! Signed addresses at which whoever got a message says something of an alert, without a login.

use std::fmt;

use watchfire_alerting::Fingerprint;
use watchfire_alerting::channel::ActionLinks;

use crate::clock::now;
use crate::dashboards::token;

/// What the tokens are for.
const PURPOSE: &str = "act";

/// Makes and reads addresses of the form `EXTERNAL/act/FINGERPRINT-EXPIRY.SIGNATURE`.
#[derive(Clone)]
pub struct Links {
    key: [u8; 32],
    external_url: String,
    /// For how many milliseconds an address is good.
    lifetime: i64,
}

/// Why an address is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// This server did not make it.
    #[error("this is no address of this server; take the whole of it from the message")]
    Unknown,
    /// It was good once.
    #[error("this address has expired; a newer message has a newer one")]
    Expired,
}

/// Without the key.
impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("external_url", &self.external_url).finish_non_exhaustive()
    }
}

impl Links {
    /// Addresses under `external_url`, signed with `key`, good for `lifetime` milliseconds.
    pub fn new(key: [u8; 32], external_url: &str, lifetime: i64) -> Self {
        Self { key, external_url: external_url.trim_end_matches('/').to_owned(), lifetime }
    }

    /// The alert of a token, at `now`.
    ///
    /// # Errors
    ///
    /// [`LinkError`].
    pub fn read(&self, token: &str, now: i64) -> Result<Fingerprint, LinkError> {
        let id = token::id_of(&self.key, PURPOSE, token).ok_or(LinkError::Unknown)?;
        let (fingerprint, expiry) = id.split_once('-').ok_or(LinkError::Unknown)?;
        let fingerprint = fingerprint.parse().map_err(|_| LinkError::Unknown)?;
        let expiry: i64 = expiry.parse().map_err(|_| LinkError::Unknown)?;
        if expiry <= now.div_euclid(1000) { Err(LinkError::Expired) } else { Ok(fingerprint) }
    }

    fn token(&self, alert: Fingerprint, now: i64) -> String {
        let expiry = now.saturating_add(self.lifetime).div_euclid(1000);
        token::token(&self.key, PURPOSE, &format!("{alert}-{expiry}"))
    }
}

impl ActionLinks for Links {
    fn link(&self, alert: Fingerprint) -> String {
        format!("{}/act/{}", self.external_url, self.token(alert, now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_alert_and_its_time() {
        let links = Links::new([1; 32], "http://here/", 10_000);
        let alert = Fingerprint(7);
        let token = links.token(alert, 5000);
        assert_eq!(links.read(&token, 14_999), Ok(alert));
        assert_eq!(links.read(&token, 15_000), Err(LinkError::Expired));
        assert_eq!(Links::new([2; 32], "", 10_000).read(&token, 5000), Err(LinkError::Unknown));
        let other = token.replacen('7', "8", 1);
        assert_eq!(links.read(&other, 5000), Err(LinkError::Unknown));
        let later = token.replacen("-15", "-25", 1);
        assert_eq!(links.read(&later, 5000), Err(LinkError::Unknown));
        assert!(links.link(alert).starts_with("http://here/act/0000000000000007-"));
        assert!(!format!("{links:?}").contains("[1"));
    }
}
