use serde::{Deserialize, Serialize};
use serde_json::Value;
use watchfire_template::{Env, Set};

use super::about::About;
use super::webpush::Entropy;
use crate::alert::Fingerprint;
use crate::config::receiver::Integration;

/// A notification whose texts are said. It has no secret in it and can be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The same for the same notification, however often it is drafted, and no other has it.
    pub key: String,
    /// The group that it tells of.
    pub group_key: String,
    /// Who is told.
    pub receiver: String,
    /// By which channel.
    pub integration: Integration,
    /// The tick of the group, milliseconds since the epoch.
    pub at: i64,
    /// What it says.
    pub intent: Intent,
    /// What it is about.
    #[serde(default)]
    pub about: About,
    /// What it says it with, in the form of its channel.
    pub content: Value,
}

/// What a draft says of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Something fires.
    Trigger,
    /// Somebody looks after it.
    Acknowledge,
    /// All is resolved.
    Resolve,
}

/// What the texts of a notification can use besides its alerts.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// The templates: [`default_templates`](super::default_templates), and over them those of files.
    pub set: &'a Set,
    /// The moment, the address of this server, time zones.
    pub env: Env<'a>,
    /// Pictures for mails; their HTML shows one as `cid:` and its name.
    pub pictures: &'a [Picture],
    /// Where alerts are acknowledged; `None`: templates have no such addresses.
    pub links: Option<&'a dyn ActionLinks>,
    /// Random bytes, new for each draft: Web Push encrypts with them.
    pub entropy: Entropy,
}

/// Makes addresses at which people say something of an alert: that they look after it, or that it is over.
pub trait ActionLinks: std::fmt::Debug + Sync {
    /// The address for an alert.
    fn link(&self, alert: Fingerprint) -> String;
}

/// A picture inside of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What the HTML calls it: `chart` for `cid:chart`.
    pub name: String,
    /// Such as `image/png`.
    pub media_type: String,
    /// The file, in Base64.
    pub base64: String,
}

/// Why something can't be sent as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unsendable {
    /// What is wrong and what mends it.
    pub reason: String,
    /// Whether it may be mended without a new configuration: a file with a secret that is not there.
    pub passing: bool,
}

impl Unsendable {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), passing: false }
    }
}
