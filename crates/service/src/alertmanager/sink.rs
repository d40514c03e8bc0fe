use async_trait::async_trait;

use super::Alertmanager;
use crate::alerting::{AlertSink, HandedAlert};
use crate::clock::now;

/// Alerts of rules come in as those of others do.
#[async_trait]
impl AlertSink for Alertmanager {
    async fn take(&self, alerts: Vec<HandedAlert>) -> Result<(), String> {
        self.note_rules(&alerts);
        let received = alerts.into_iter().map(|alert| (alert.received, alert.is_seen)).collect();
        let refused = self.receive_all(received, now()).await.map_err(|error| error.to_string())?;
        // Rules have names, and what they say ends after it begins.
        for (_, error) in refused {
            tracing::error!(%error, "an alert of a rule was refused");
        }
        Ok(())
    }
}
