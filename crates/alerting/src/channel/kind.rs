use serde_json::Value;

use super::answer::Verdict;
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::outgoing::Outgoing;
use super::progress::Progress;
use super::secrets::Reader;
use super::writer::Writer;
use crate::config::Receiver;
use crate::config::receiver::{Channel, Integration, each_channel};

/// What is to be sent, and with what.
pub(super) struct Task<'a> {
    pub(super) draft: &'a Draft,
    pub(super) progress: &'a Progress,
    pub(super) secrets: Reader<'a>,
    /// Milliseconds since the epoch.
    pub(super) now: i64,
}

impl Task<'_> {
    /// The draft's content.
    pub(super) fn content(&self) -> &Value {
        &self.draft.content
    }
}

/// How a channel tells something. Implemented by the configuration of each.
pub(super) trait Kind {
    /// The texts, without any secret.
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable>;

    /// The content of an acknowledgement, where the service has such.
    fn acknowledgement(&self, _group_key: &str, _by: &str) -> Option<Value> {
        None
    }

    /// What is to be sent next.
    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable>;

    /// What the answer means.
    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, _: &mut Progress) -> Verdict {
        answer.usual()
    }
}

/// The configuration of an integration; `None` where the receiver has none such.
pub(super) fn of(receiver: &Receiver, integration: Integration) -> Option<&dyn Kind> {
    macro_rules! find {
        ($($channel:ident $configs:ident $word:literal,)*) => {
            match integration.channel {
                $(Channel::$channel => receiver.$configs.get(integration.index as usize).map(|config| config as &dyn Kind),)*
            }
        };
    }
    each_channel!(find)
}
