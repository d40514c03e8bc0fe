use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use watchfire_alerting::config::{OAuth2, SecretSource};

use super::http::{Trouble, secret};

/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(10);

/// How long a token is good for that does not say it.
const UNSAID: u64 = 60;

/// The longest time for which a token is kept, whatever is said of it: a day.
const LONGEST: u64 = 86_400;

/// The most tokens that are kept.
const MOST: usize = 64;

/// Tokens by client credentials (<https://www.rfc-editor.org/rfc/rfc6749#section-4.4>), kept as long as they are good.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens(Arc<Mutex<Vec<Token>>>);

#[derive(Clone)]
struct Token {
    of: OAuth2,
    access: String,
    until: Instant,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("of", &self.of).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    /// Seconds; some write them as a text.
    expires_in: Option<Value>,
}

impl Given {
    fn good_for(&self) -> Duration {
        let said = self.expires_in.as_ref();
        let seconds = said.and_then(|said| said.as_u64().or_else(|| said.as_str()?.trim().parse().ok()));
        Duration::from_secs(seconds.unwrap_or(UNSAID).min(LONGEST)).saturating_sub(MARGIN)
    }
}

impl Tokens {
    /// Forgets a token that was refused.
    pub(super) fn forget(&self, oauth2: &OAuth2) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|token| token.of != *oauth2);
    }

    pub(super) async fn get(&self, oauth2: &OAuth2, client: &Client) -> Result<String, Trouble> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let good = |token: &&Token| token.of == *oauth2 && token.until > Instant::now();
        let found = lock().iter().find(good).map(|token| token.access.clone());
        if let Some(token) = found {
            return Ok(token);
        }
        let source = SecretSource::of(&oauth2.client_secret, &oauth2.client_secret_file);
        let password = secret(source).await?;
        let scope = oauth2.scopes.join(" ");
        let mut pairs = vec![("grant_type", "client_credentials"), ("scope", scope.as_str())];
        pairs.extend(oauth2.endpoint_params.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        pairs.retain(|(_, value)| !value.is_empty());
        let mut body =
            reqwest::Url::parse("http://form").map_err(|error| Trouble::Settings(error.to_string()))?;
        body.query_pairs_mut().extend_pairs(pairs);
        let response = client
            .post(&oauth2.token_url)
            .basic_auth(&oauth2.client_id, Some(password))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.query().unwrap_or_default().to_owned())
            .send()
            .await?;
        let status = response.status();
        if !status.is_success() {
            return Err(Trouble::Passing(format!("the server of oauth2.token_url answered {status}")));
        }
        let given: Given = serde_json::from_slice(&response.bytes().await?)
            .map_err(|_| Trouble::Passing("the server of oauth2.token_url gave no token".to_owned()))?;
        let until = Instant::now() + given.good_for();
        let mut tokens = lock();
        tokens.retain(|token| token.of != *oauth2 && token.until > Instant::now());
        if tokens.len() >= MOST {
            tokens.remove(0);
        }
        tokens.push(Token { of: oauth2.clone(), access: given.access_token.clone(), until });
        Ok(given.access_token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_good_for_as_long_as_it_is_said_within_a_day() {
        for (said, expected) in [
            (r#"{"access_token":"t","expires_in":3600}"#, 3590),
            (r#"{"access_token":"t","expires_in":"3600"}"#, 3590),
            (r#"{"access_token":"t","expires_in":9223372036854775807}"#, LONGEST - 10),
            (r#"{"access_token":"t","expires_in":5}"#, 0),
            (r#"{"access_token":"t","expires_in":-1}"#, 50),
            (r#"{"access_token":"t"}"#, 50),
        ] {
            let given: Given = serde_json::from_str(said).unwrap();
            assert_eq!(given.good_for(), Duration::from_secs(expected), "{said}");
        }
    }
}
