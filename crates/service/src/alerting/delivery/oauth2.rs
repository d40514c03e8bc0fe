use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde::Deserialize;
use watchfire_alerting::config::{OAuth2, SecretSource};

use super::http::{Trouble, secret};

/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(10);

/// How long a token is good for that does not say it.
const UNSAID: u64 = 60;

/// The most tokens that are kept.
const MOST: usize = 64;

/// Tokens by client credentials (<https://www.rfc-editor.org/rfc/rfc6749#section-4.4>), kept as long as they are good. The
/// server that gives them is asked by the client of the request: `tls_config` and the proxy of `oauth2` itself are not looked
/// at.
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
    expires_in: Option<u64>,
}

impl Tokens {
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
        let until =
            Instant::now() + Duration::from_secs(given.expires_in.unwrap_or(UNSAID)).saturating_sub(MARGIN);
        let mut tokens = lock();
        tokens.retain(|token| token.of != *oauth2 && token.until > Instant::now());
        if tokens.len() >= MOST {
            tokens.remove(0);
        }
        tokens.push(Token { of: oauth2.clone(), access: given.access_token.clone(), until });
        Ok(given.access_token)
    }
}
