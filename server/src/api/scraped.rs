//! What is scraped goes the same way as what is sent.

use async_trait::async_trait;
use watchfire_model::Batch;
use watchfire_scrape::{LeftOut, Refused, Sink, SinkError};
use watchfire_service::Service;
use watchfire_storage::Reason;

use super::taking::unstored;
use super::{Intake, Way};

/// Stores what scrapes give.
pub(crate) struct Scraped {
    pub(crate) service: Service,
    pub(crate) intake: Intake,
}

#[async_trait]
impl Sink for Scraped {
    async fn append(&self, batch: Batch) -> Result<Refused, SinkError> {
        let received = self.intake.received();
        let keys = received.keys(&batch);
        let appended = self.service.append(batch).await.map_err(|error| {
            let kind = if error.is_retryable() { "storage" } else { "internal" };
            SinkError { kind, text: self.intake.reject(unstored(&error)).text().to_owned() }
        })?;
        received.note(Way::Scrape, appended.stored, &keys);
        // The storage counts by itself what it refuses.
        let refused = appended.refused;
        let reasons = Reason::ALL.into_iter().filter(|reason| refused.count(*reason) > 0);
        Ok(Refused {
            samples: usize::try_from(refused.total()).unwrap_or(usize::MAX),
            reasons: reasons.map(Reason::as_str).collect(),
            first: refused.first,
        })
    }

    fn left_out(&self, reason: LeftOut, count: usize) {
        self.intake.count(reason.as_str(), count as u64);
    }
}
