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
pub use escalation::EscalationConfig;
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
pub use slack::{SlackAction, SlackConfig, SlackConfirmation, SlackField};
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
}

/// A kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Channel {
    Webhook,
    Email,
    PagerDuty,
    OpsGenie,
    Wechat,
    Slack,
    VictorOps,
    Pushover,
    Sns,
    Telegram,
    Discord,
    Webex,
    MsTeams,
    MsTeamsV2,
    Jira,
    Rocketchat,
    Ntfy,
    GitHub,
    GitLab,
    ServiceNow,
    Sentry,
    Alertmanager,
    WebPush,
    Exec,
}

impl Channel {
    /// All of them, in the order of a receiver.
    pub const ALL: [Self; 24] = [
        Self::Webhook,
        Self::Email,
        Self::PagerDuty,
        Self::OpsGenie,
        Self::Wechat,
        Self::Slack,
        Self::VictorOps,
        Self::Pushover,
        Self::Sns,
        Self::Telegram,
        Self::Discord,
        Self::Webex,
        Self::MsTeams,
        Self::MsTeamsV2,
        Self::Jira,
        Self::Rocketchat,
        Self::Ntfy,
        Self::GitHub,
        Self::GitLab,
        Self::ServiceNow,
        Self::Sentry,
        Self::Alertmanager,
        Self::WebPush,
        Self::Exec,
    ];

    /// The word of Alertmanager's metrics and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Email => "email",
            Self::PagerDuty => "pagerduty",
            Self::OpsGenie => "opsgenie",
            Self::Wechat => "wechat",
            Self::Slack => "slack",
            Self::VictorOps => "victorops",
            Self::Pushover => "pushover",
            Self::Sns => "sns",
            Self::Telegram => "telegram",
            Self::Discord => "discord",
            Self::Webex => "webex",
            Self::MsTeams => "msteams",
            Self::MsTeamsV2 => "msteamsv2",
            Self::Jira => "jira",
            Self::Rocketchat => "rocketchat",
            Self::Ntfy => "ntfy",
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::ServiceNow => "servicenow",
            Self::Sentry => "sentry",
            Self::Alertmanager => "alertmanager",
            Self::WebPush => "webpush",
            Self::Exec => "exec",
        }
    }
}

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

impl Receiver {
    /// Its channels, each with whether it tells what is resolved.
    pub fn integrations(&self) -> Vec<(Integration, bool)> {
        let mut found = Vec::new();
        macro_rules! add {
            ($($channel:ident $configs:ident),* $(,)?) => {
                $(for (index, config) in self.$configs.iter().enumerate() {
                    let integration = Integration { channel: Channel::$channel, index: index as u32 };
                    found.push((integration, config.send_resolved));
                })*
            };
        }
        add!(
            Webhook webhook_configs,
            Email email_configs,
            PagerDuty pagerduty_configs,
            OpsGenie opsgenie_configs,
            Wechat wechat_configs,
            Slack slack_configs,
            VictorOps victorops_configs,
            Pushover pushover_configs,
            Sns sns_configs,
            Telegram telegram_configs,
            Discord discord_configs,
            Webex webex_configs,
            MsTeams msteams_configs,
            MsTeamsV2 msteamsv2_configs,
            Jira jira_configs,
            Rocketchat rocketchat_configs,
            Ntfy ntfy_configs,
            GitHub github_configs,
            GitLab gitlab_configs,
            ServiceNow servicenow_configs,
            Sentry sentry_configs,
            Alertmanager alertmanager_configs,
            WebPush webpush_configs,
            Exec exec_configs,
        );
        found
    }
}
