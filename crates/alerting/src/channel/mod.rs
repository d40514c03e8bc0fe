//! Channels: what is sent to whom, and what its answer means. One file a channel, and nothing here sends anything.
//!
//! A notification becomes a [`Draft`] at once ([`draft`]): all texts are said, nothing in it is a secret, and it can be
//! stored. When it is to go out, [`outgoing`] makes of the draft what a transport sends, now with addresses and keys; and
//! [`judge`] says of the answer whether it is done, what comes next, or why it can't succeed. Services that need several
//! requests (an issue is created, later commented on and closed) keep what they have to know in a [`Memory`], which
//! belongs to the group, the receiver and the integration.

mod about;
mod alertmanager;
mod answer;
mod backoff;
mod bucket;
mod cut;
mod defaults;
mod discord;
mod draft;
mod email;
mod exec;
mod github;
mod gitlab;
mod http_answer;
mod incident;
mod jira;
mod key;
mod kind;
mod mail_texts;
mod msteams;
mod ntfy;
mod opsgenie;
mod outgoing;
mod pagerduty;
mod progress;
mod pushover;
mod rocketchat;
mod secrets;
mod sentry;
mod servicenow;
mod severity;
mod sigv4;
mod slack;
mod slack_blocks;
mod sns;
mod telegram;
mod tracker;
mod url;
mod victorops;
mod webex;
mod webhook;
mod webpush;
mod wechat;
mod writer;

pub use about::{About, AboutAlert};
pub use answer::{Answer, Cause, RefusedRecipient, Verdict};
pub use backoff::Backoff;
pub use bucket::Bucket;
pub use cut::{cut_bytes, cut_chars};
pub use defaults::default_templates;
pub use draft::{ActionLinks, Draft, Intent, Picture, Surroundings, Unsendable};
pub use key::{group_hash, idempotency_key};
pub use mail_texts::{MailFlaw, MailTexts};
pub use outgoing::{Header, Mail, MailLogin, MailServer, Method, Outgoing, Program, Request};
pub use progress::{Memory, Progress};
pub use secrets::{SecretError, Secrets};
pub use severity::Severity;
pub use webpush::{ENTROPY_BYTES, Entropy, VapidKeys};
pub(crate) use webpush::{check_keys as check_push_keys, check_vapid_keys};

use crate::config::Receiver;
use crate::config::receiver::{EmailConfig, Integration};
use crate::dispatch::Notification;

/// Says the texts of a notification for its integration of `receiver`.
pub fn draft(
    notification: &Notification,
    receiver: &Receiver,
    around: &Surroundings<'_>,
) -> Result<Draft, Unsendable> {
    let kind = kind::of(receiver, notification.integration)
        .ok_or_else(|| gone(&notification.receiver, notification.integration))?;
    let writer = writer::Writer::new(notification, around);
    Ok(Draft {
        key: idempotency_key(notification),
        group_key: notification.group_key.clone(),
        receiver: notification.receiver.clone(),
        integration: notification.integration,
        at: notification.at,
        intent: if notification.is_firing() { Intent::Trigger } else { Intent::Resolve },
        about: About::of(notification),
        content: kind.content(&writer)?,
    })
}

/// What the mail of a notification would say.
///
/// # Errors
///
/// The first template that fails.
pub fn mail_texts(
    notification: &Notification,
    mail: &EmailConfig,
    around: &Surroundings<'_>,
) -> Result<MailTexts, MailFlaw> {
    mail.said(&writer::Writer::new(notification, around))
}

/// Says that somebody looks after a group of alerts, where the service has a word for that: PagerDuty and Opsgenie.
/// `None` for all others. `by` is the name of who acknowledged.
pub fn acknowledgement(
    group_key: &str,
    receiver: &Receiver,
    integration: Integration,
    at: i64,
    by: &str,
) -> Option<Draft> {
    let content = kind::of(receiver, integration)?.acknowledgement(group_key, by)?;
    Some(Draft {
        key: key::of_parts(&[
            group_key,
            &receiver.name,
            &integration.to_string(),
            &at.to_string(),
            "acknowledge",
        ]),
        group_key: group_key.to_owned(),
        receiver: receiver.name.clone(),
        integration,
        at,
        intent: Intent::Acknowledge,
        about: About::default(),
        content,
    })
}

/// What is to be sent next of a draft; `None` where nothing is left, as for an issue that was never created and is to be
/// closed. `now` is in milliseconds since the epoch.
pub fn outgoing(
    draft: &Draft,
    receiver: &Receiver,
    progress: &Progress,
    secrets: &dyn Secrets,
    now: i64,
) -> Result<Option<Outgoing>, Unsendable> {
    let kind =
        kind::of(receiver, draft.integration).ok_or_else(|| gone(&draft.receiver, draft.integration))?;
    let reader = secrets::Reader { secrets };
    kind.outgoing(&kind::Task { draft, progress, secrets: reader, now })
}

/// What an answer means. What has to be known for the next request, or the next notification, is written to `progress`.
pub fn judge(draft: &Draft, receiver: &Receiver, answer: &Answer, progress: &mut Progress) -> Verdict {
    let Some(kind) = kind::of(receiver, draft.integration) else {
        return Verdict::dead(Cause::Other, gone(&draft.receiver, draft.integration).to_string());
    };
    let Answer::Http { status, headers, body } = answer else { return answer.without_http(progress) };
    kind.judge(draft, &http_answer::HttpAnswer { status: *status, headers, body }, progress)
}

fn gone(receiver: &str, integration: Integration) -> Unsendable {
    Unsendable::new(format!(
        "the configuration has no {integration} for the receiver {receiver:?} any more; send it again when it is there"
    ))
}
