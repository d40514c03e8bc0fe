use watchfire_alerting::channel::{self, About, ActionLinks, MailFlaw, MailTexts, Surroundings};
use watchfire_alerting::config::Receiver;
use watchfire_alerting::config::receiver::{Channel, Integration};
use watchfire_alerting::{Fingerprint, Notification};
use watchfire_storage::ControlError;

use super::pictures::Subject;
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
    /// There is no such rule whose query could be drawn.
    #[error(
        "rule: no alerting rule {0:?} whose query can be drawn; give the uid of one, or its name in the history of rules"
    )]
    NoRule(String),
    /// A template fails.
    #[error(transparent)]
    Template(#[from] MailFlaw),
    /// The system gives no random bytes.
    #[error(transparent)]
    System(#[from] ControlError),
}

/// Where the addresses of a preview lead at which alerts are acknowledged: nowhere.
const NOWHERE: &str = "#preview";

/// Addresses that lead nowhere: of a test there is nothing to acknowledge.
#[derive(Clone, Copy, Debug)]
pub struct PreviewLinks;

impl ActionLinks for PreviewLinks {
    fn link(&self, _: Fingerprint) -> String {
        NOWHERE.to_owned()
    }
}

impl Deliveries {
    /// What a test mail of a receiver would say, with the place of its chart still empty; `index` names one of its mails, counted from
    /// 0. Nothing is sent.
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
        let mut texts = channel::mail_texts(&self.shown(&receiver.name, index, told), mail, around)?;
        let dead = format!("href=\"{NOWHERE}\"");
        let marked =
            format!("{dead} title=\"A preview: there is no such alert, and nothing to acknowledge\"");
        texts.html = texts.html.replace(&dead, &marked);
        Ok(texts)
    }

    /// Draws the chart into a previewed mail: of a rule, or of what the test tells, or a sample. Without a rule there is always one,
    /// unless mails have none at all.
    ///
    /// # Errors
    ///
    /// There is no such rule.
    pub async fn preview_chart(
        &self,
        texts: &mut MailTexts,
        told: &TrialAlert,
        rule: Option<&str>,
    ) -> Result<(), PreviewError> {
        let about = About::of(&self.shown("", 0, told));
        let subject = rule.map_or(Subject::Test(&about), Subject::Rule);
        let html = self.with_chart(&texts.html, subject).await;
        texts.html = html.ok_or_else(|| PreviewError::NoRule(rule.unwrap_or_default().to_owned()))?;
        Ok(())
    }

    fn shown(&self, receiver: &str, index: usize, told: &TrialAlert) -> Notification {
        let integration =
            Integration { channel: Channel::Email, index: u32::try_from(index).unwrap_or_default() };
        notification(receiver, integration, told, (self.clock)(), false)
    }
}
