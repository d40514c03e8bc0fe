//! What is scraped goes the same way as what is sent.

use async_trait::async_trait;
use watchfire_model::Batch;
use watchfire_scrape::Sink;
use watchfire_service::Service;

use super::{Intake, Way};

/// Stores what scrapes give.
pub(crate) struct Scraped {
    pub(crate) service: Service,
    pub(crate) intake: Intake,
}

#[async_trait]
impl Sink for Scraped {
    async fn append(&self, batch: Batch) -> Result<(), String> {
        let received = self.intake.received();
        let keys = received.keys(&batch);
        let appended = self.service.append(batch).await.map_err(|error| error.to_string())?;
        received.note(Way::Scrape, appended.stored, &keys);
        match &appended.refused.first {
            Some(first) => Err(format!("{first} ({} samples were not stored)", appended.refused.total())),
            None => Ok(()),
        }
    }
}
