//! Receivers: who is told, by which channels. One file a channel.

mod alertmanager;
mod discord;
mod email;
mod escalation;
mod exec;
mod github;
mod gitlab;
mod jira;
mod msteams;
mod msteamsv2;
mod ntfy;
mod opsgenie;
mod pagerduty;
mod pushover;
mod rocketchat;
mod sentry;
mod servicenow;
mod slack;
mod sns;
mod telegram;
mod victorops;
mod webex;
mod webhook;
mod webpush;
mod wechat;

use std::fmt;

pub use alertmanager::AlertmanagerConfig;
pub use discord::DiscordConfig;
pub use email::EmailConfig;
pub use escalation::{EscalationConfig, EscalationRepeat};
pub use exec::ExecConfig;
pub use github::GitHubConfig;
pub use gitlab::GitLabConfig;
pub use jira::JiraConfig;
pub use msteams::MsTeamsConfig;
pub use msteamsv2::MsTeamsV2Config;
pub use ntfy::NtfyConfig;
pub use opsgenie::{OpsGenieConfig, Responder};
pub use pagerduty::{PagerDutyConfig, PagerDutyImage, PagerDutyLink};
pub use pushover::PushoverConfig;
pub use rocketchat::{RocketchatAction, RocketchatConfig, RocketchatField};
pub use sentry::SentryConfig;
use serde::{Deserialize, Serialize};
pub use servicenow::ServiceNowConfig;
pub use slack::{SLACK_ATTACHMENTS, SLACK_BLOCKS, SlackAction, SlackConfig, SlackConfirmation, SlackField};
pub use sns::{SigV4, SnsConfig};
pub use telegram::TelegramConfig;
pub use victorops::VictorOpsConfig;
pub use webex::WebexConfig;
pub use webhook::WebhookConfig;
pub use webpush::WebPushConfig;
pub use wechat::WechatConfig;

/// Who is told: a name, and the channels by which a notification goes, all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receiver {
    /// What routes call it.
    pub name: String,
    /// Any servers.
    pub webhook_configs: Vec<WebhookConfig>,
    /// Mail.
    pub email_configs: Vec<EmailConfig>,
    /// PagerDuty.
    pub pagerduty_configs: Vec<PagerDutyConfig>,
    /// Opsgenie.
    pub opsgenie_configs: Vec<OpsGenieConfig>,
    /// WeChat Work.
    pub wechat_configs: Vec<WechatConfig>,
    /// Slack.
    pub slack_configs: Vec<SlackConfig>,
    /// VictorOps.
    pub victorops_configs: Vec<VictorOpsConfig>,
    /// Pushover.
    pub pushover_configs: Vec<PushoverConfig>,
    /// Amazon's Simple Notification Service.
    pub sns_configs: Vec<SnsConfig>,
    /// Telegram.
    pub telegram_configs: Vec<TelegramConfig>,
    /// Discord.
    pub discord_configs: Vec<DiscordConfig>,
    /// Webex.
    pub webex_configs: Vec<WebexConfig>,
    /// Microsoft Teams by connectors.
    pub msteams_configs: Vec<MsTeamsConfig>,
    /// Microsoft Teams by workflows.
    pub msteamsv2_configs: Vec<MsTeamsV2Config>,
    /// Jira.
    pub jira_configs: Vec<JiraConfig>,
    /// Rocket.Chat.
    pub rocketchat_configs: Vec<RocketchatConfig>,
    /// ntfy. This and what follows are additions of Watchfire, in the form of the others.
    pub ntfy_configs: Vec<NtfyConfig>,
    /// Issues on GitHub.
    pub github_configs: Vec<GitHubConfig>,
    /// Issues on GitLab.
    pub gitlab_configs: Vec<GitLabConfig>,
    /// Incidents in `ServiceNow`.
    pub servicenow_configs: Vec<ServiceNowConfig>,
    /// Events in Sentry.
    pub sentry_configs: Vec<SentryConfig>,
    /// Another Alertmanager.
    pub alertmanager_configs: Vec<AlertmanagerConfig>,
    /// Browsers.
    pub webpush_configs: Vec<WebPushConfig>,
    /// Programs of this machine.
    pub exec_configs: Vec<ExecConfig>,
    /// Who is told, too, of what nobody looks after.
    pub escalation_configs: Vec<EscalationConfig>,
    /// How often all of these are told again.
    pub escalation_repeat: Option<EscalationRepeat>,
    /// In place of both the name of one of `escalation_policies`.
    pub escalation_policy: String,
}

/// Gives all kinds of channels to a macro, in the order of a receiver: the name, the key of a receiver, and the word of
/// Alertmanager's metrics and logs.
macro_rules! each_channel {
    ($macro:ident) => {
        $macro! {
            Webhook webhook_configs "webhook",
            Email email_configs "email",
            PagerDuty pagerduty_configs "pagerduty",
            OpsGenie opsgenie_configs "opsgenie",
            Wechat wechat_configs "wechat",
            Slack slack_configs "slack",
            VictorOps victorops_configs "victorops",
            Pushover pushover_configs "pushover",
            Sns sns_configs "sns",
            Telegram telegram_configs "telegram",
            Discord discord_configs "discord",
            Webex webex_configs "webex",
            MsTeams msteams_configs "msteams",
            MsTeamsV2 msteamsv2_configs "msteamsv2",
            Jira jira_configs "jira",
            Rocketchat rocketchat_configs "rocketchat",
            Ntfy ntfy_configs "ntfy",
            GitHub github_configs "github",
            GitLab gitlab_configs "gitlab",
            ServiceNow servicenow_configs "servicenow",
            Sentry sentry_configs "sentry",
            Alertmanager alertmanager_configs "alertmanager",
            WebPush webpush_configs "webpush",
            Exec exec_configs "exec",
        }
    };
}
pub(crate) use each_channel;

macro_rules! channels {
    ($($channel:ident $configs:ident $word:literal,)*) => {
        /// A kind of channel.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        #[expect(missing_docs, reason = "their names say it")]
        pub enum Channel {
            $($channel,)*
        }

        impl Channel {
            /// All of them, in the order of a receiver.
            pub const ALL: &[Self] = &[$(Self::$channel,)*];

            /// The word of Alertmanager's metrics and logs.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$channel => $word,)*
                }
            }
        }

        impl Receiver {
            /// Its channels, each with whether it tells what is resolved.
            pub fn integrations(&self) -> Vec<(Integration, bool)> {
                let mut found = Vec::new();
                $(for (index, config) in self.$configs.iter().enumerate() {
                    let integration = Integration { channel: Channel::$channel, index: index as u32 };
                    found.push((integration, config.send_resolved));
                })*
                found
            }
        }
    };
}
each_channel!(channels);

/// One channel of a receiver: the kind, and which one of that kind, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Integration {
    /// Its kind.
    pub channel: Channel,
    /// Which one.
    pub index: u32,
}

/// `slack[0]`.
impl fmt::Display for Integration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.channel.word(), self.index)
    }
}
