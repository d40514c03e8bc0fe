//! `watchfire export rules`: asks a running server for the rules that forms made.

use std::time::Duration;

use reqwest::Client;

use crate::demo::Target;
use crate::fatal::Fatal;

/// Longer than a busy server takes, shorter than anyone waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// The rules as a rule file of Prometheus.
pub(crate) fn rules(target: &Target) -> Result<String, Fatal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(ask(target)).map_err(Fatal::Export)
}

async fn ask(target: &Target) -> Result<String, String> {
    let url = target.url("/api/v1/watchfire/rules/export");
    let mut builder = Client::builder().timeout(PATIENCE);
    if target.is_loopback() {
        builder = builder.no_proxy();
    }
    let lost = |error: reqwest::Error| format!("no rules come from {url}: {error}");
    let answer = builder.build().map_err(lost)?.get(&url).send().await.map_err(lost)?;
    let status = answer.status();
    let text = answer.text().await.map_err(lost)?;
    if status.is_success() { Ok(text) } else { Err(format!("{url} answers {status}: {}", text.trim())) }
}
