use watchfire_alerting::channel::{self, MailFlaw, MailTexts, Surroundings};
use watchfire_alerting::config::Receiver;
use watchfire_alerting::config::receiver::{Channel, Integration};
use watchfire_storage::ControlError;

use super::pictures::{CHART, without};
use super::trial::notification;
use super::{Deliveries, TrialAlert};

/// Why a mail can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// There is no such receiver.
    #[error("there is no receiver {0:?}; GET /api/v1/watchfire/routing lists them")]
    NoReceiver(String),
    /// The receiver has no such mail.
    #[error("the receiver {receiver:?} has no email_configs[{index}]")]
    NoMail {
        /// Which receiver.
        receiver: String,
        /// Which of its mails, counted from 0.
        index: usize,
    },
    /// A template fails.
    #[error(transparent)]
    Template(#[from] MailFlaw),
    /// The system gives no random bytes.
    #[error(transparent)]
    System(#[from] ControlError),
}

impl Deliveries {
    /// What a test mail of a receiver would say; `index` names one of its mails, counted from 0. Nothing is sent.
    ///
    /// # Errors
    ///
    /// There is no such receiver or mail, or a template fails.
    pub fn preview_mail(
        &self,
        name: &str,
        index: usize,
        told: &TrialAlert,
        around: &Surroundings<'_>,
    ) -> Result<MailTexts, PreviewError> {
        let receiver = self.receivers.get(name);
        let receiver = receiver.ok_or_else(|| PreviewError::NoReceiver(name.to_owned()))?;
        self.preview_mail_of(&receiver, index, told, around)
    }

    /// The same of a receiver that no configuration has yet.
    ///
    /// # Errors
    ///
    /// There is no such mail, or a template fails.
    pub fn preview_mail_of(
        &self,
        receiver: &Receiver,
        index: usize,
        told: &TrialAlert,
        around: &Surroundings<'_>,
    ) -> Result<MailTexts, PreviewError> {
        let missing = || PreviewError::NoMail { receiver: receiver.name.clone(), index };
        let mail = receiver.email_configs.get(index).ok_or_else(missing)?;
        let integration =
            Integration { channel: Channel::Email, index: u32::try_from(index).unwrap_or_default() };
        let notification = notification(&receiver.name, integration, told, (self.clock)(), false);
        let mut texts = channel::mail_texts(&notification, mail, around)?;
        // No rule has measured anything of which there could be a chart.
        texts.html = without(&texts.html, &format!("cid:{CHART}"));
        Ok(texts)
    }
}
