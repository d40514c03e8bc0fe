//! The kinds of channels that a receiver may have, each with the fields that are set most.

use super::fields::Field;
use super::fields::Input::{Area, List, Number, Secret, Switch, Text};
use super::mail::MAILS;
use super::sections::Section;
use super::subscribe::BROWSERS;
use super::tables::{field, list};

const RESOLVED: Field = field("send_resolved", "Tell also when it is over", Switch, "");

/// What a browser tells by itself as it is subscribed; to be seen and changed by those who know it.
pub(super) static BROWSER_DETAILS: &[Field] = &[
    field("endpoint", "Endpoint", Secret, ""),
    field("p256dh", "Key p256dh", Text, ""),
    field("auth", "Key auth", Secret, ""),
    field("vapid_private_key", "Private key of this server", Secret, ""),
    field("vapid_public_key", "Public key of this server", Text, ""),
];

/// What only a file may have: it runs what whoever writes it wants.
pub(super) const PROGRAMS: &str = "exec_configs";

/// Channels, in the order in which they are offered.
pub(super) static CHANNELS: &[Section] = &[
    list(
        MAILS,
        "email",
        &[
            field("to", "To", Text, "team@example.org"),
            field("from", "From (else as in general)", Text, ""),
            field("smarthost", "Mail server (else as in general)", Text, "mail.example.org:587"),
            field("auth_username", "User", Text, ""),
            field("auth_password", "Password", Secret, ""),
            field("auth_password_file", "or its file", Text, "/run/secrets/mail"),
            field("require_tls", "Only encrypted", Switch, ""),
            field("force_implicit_tls", "TLS from the first byte (port 465)", Switch, ""),
            field(
                "headers/Subject",
                "Subject (a template)",
                Text,
                r#"{{ template "email.default.subject" . }}"#,
            ),
            field("html", "Body in HTML (a template)", Area, r#"{{ template "email.default.html" . }}"#),
            field("text", "Body as text (a template)", Area, r#"{{ template "email.default.text" . }}"#),
            RESOLVED,
        ],
    ),
    list(
        "slack_configs",
        "Slack channel",
        &[
            field(
                "api_url",
                "Address of the webhook (else as in general)",
                Secret,
                "https://hooks.slack.com/...",
            ),
            field("api_url_file", "or its file", Text, ""),
            field("channel", "Channel", Text, "#alerts"),
            field("username", "Name", Text, ""),
            field("title", "Title", Text, ""),
            field("text", "Text", Area, ""),
            field("mentions", "Call by name", List, "here, U0123"),
            field("layout", "Layout: attachments, or blocks", Text, "attachments"),
            RESOLVED,
        ],
    ),
    list(
        "msteamsv2_configs",
        "Microsoft Teams workflow",
        &[
            field("webhook_url", "Address of the workflow", Secret, ""),
            field("webhook_url_file", "or its file", Text, ""),
            field("title", "Title", Text, ""),
            field("text", "Text", Area, ""),
            RESOLVED,
        ],
    ),
    list(
        "msteams_configs",
        "Microsoft Teams connector",
        &[
            field("webhook_url", "Address of the webhook", Secret, ""),
            field("webhook_url_file", "or its file", Text, ""),
            field("title", "Title", Text, ""),
            field("text", "Text", Area, ""),
            RESOLVED,
        ],
    ),
    list(
        "discord_configs",
        "Discord channel",
        &[
            field("webhook_url", "Address of the webhook", Secret, "https://discord.com/api/webhooks/..."),
            field("webhook_url_file", "or its file", Text, ""),
            field("username", "Name", Text, ""),
            field("title", "Title", Text, ""),
            field("message", "Text", Area, ""),
            RESOLVED,
        ],
    ),
    list(
        "telegram_configs",
        "Telegram chat",
        &[
            field("bot_token", "Token of the bot", Secret, ""),
            field("bot_token_file", "or its file", Text, ""),
            field("chat_id", "Number of the chat", Number, "-1001234"),
            field("message_thread_id", "Number of the topic", Number, ""),
            field("message", "Text", Area, ""),
            field("parse_mode", "Form of the text", Text, "HTML"),
            RESOLVED,
        ],
    ),
    list(
        "ntfy_configs",
        "ntfy topic",
        &[
            field("topic", "Topic", Text, "alerts"),
            field("url", "Server", Text, "https://ntfy.sh"),
            field("token", "Token", Secret, ""),
            field("token_file", "or its file", Text, ""),
            field("priority", "Priority", Text, "high"),
            field("tags", "Tags", Text, "warning"),
            RESOLVED,
        ],
    ),
    list(
        "pagerduty_configs",
        "PagerDuty service",
        &[
            field("routing_key", "Integration key (Events API v2)", Secret, ""),
            field("routing_key_file", "or its file", Text, ""),
            field("severity", "Severity", Text, "critical"),
            field("description", "Description", Text, ""),
            RESOLVED,
        ],
    ),
    list(
        "opsgenie_configs",
        "Opsgenie team",
        &[
            field("api_key", "Key (else as in general)", Secret, ""),
            field("api_key_file", "or its file", Text, ""),
            field("api_url", "Server", Text, "https://api.eu.opsgenie.com/"),
            field("priority", "Priority", Text, "P2"),
            field("tags", "Tags", Text, "web,prod"),
            field("message", "Title", Text, ""),
            RESOLVED,
        ],
    ),
    list(
        "webhook_configs",
        "webhook",
        &[
            field("url", "Address", Secret, "https://example.org/hook"),
            field("url_file", "or its file", Text, ""),
            field("max_alerts", "Alerts of a message at most", Number, "0"),
            field("timeout", "Answer within", Text, "10s"),
            field("hmac_secret", "Secret that signs it", Secret, ""),
            field("hmac_secret_file", "or its file", Text, ""),
            field("body", "What is sent in place of Alertmanager's JSON", Area, ""),
            RESOLVED,
        ],
    ),
    list(
        "github_configs",
        "GitHub repository",
        &[
            field("repository", "Repository", Text, "owner/name"),
            field("token", "Token", Secret, ""),
            field("token_file", "or its file", Text, ""),
            field("labels", "Labels", List, "alert"),
            field("assignees", "Assignees", List, ""),
            RESOLVED,
        ],
    ),
    list(
        "gitlab_configs",
        "GitLab project",
        &[
            field("project", "Project", Text, "group/name"),
            field("token", "Token", Secret, ""),
            field("token_file", "or its file", Text, ""),
            field("labels", "Labels", List, "alert"),
            RESOLVED,
        ],
    ),
    list(
        "jira_configs",
        "Jira project",
        &[
            field("api_url", "Server (else as in general)", Text, "https://example.atlassian.net/rest/api/3"),
            field("project", "Project", Text, "OPS"),
            field("issue_type", "Kind of issue", Text, "Bug"),
            field("summary", "Summary", Text, ""),
            field("labels", "Labels", List, ""),
            field("priority", "Priority", Text, ""),
            field("resolve_transition", "Transition when it is over", Text, "Done"),
            field("reopen_transition", "Transition when it comes again", Text, "To Do"),
            RESOLVED,
        ],
    ),
    list(
        "servicenow_configs",
        "ServiceNow table",
        &[
            field("instance_url", "Server", Text, "https://example.service-now.com"),
            field("username", "User", Text, ""),
            field("password", "Password", Secret, ""),
            field("password_file", "or its file", Text, ""),
            RESOLVED,
        ],
    ),
    list(
        "sentry_configs",
        "Sentry project",
        &[
            field("dsn", "DSN", Secret, ""),
            field("dsn_file", "or its file", Text, ""),
            field("environment", "Environment", Text, ""),
            RESOLVED,
        ],
    ),
    list(
        "pushover_configs",
        "Pushover user",
        &[
            field("user_key", "Key of the user", Secret, ""),
            field("token", "Token of the application", Secret, ""),
            field("priority", "Priority", Text, ""),
            field("sound", "Sound", Text, ""),
            RESOLVED,
        ],
    ),
    list(
        "webex_configs",
        "Webex room",
        &[field("room_id", "Room", Text, ""), field("message", "Text", Area, ""), RESOLVED],
    ),
    list(
        "rocketchat_configs",
        "Rocket.Chat channel",
        &[
            field("api_url", "Server", Text, ""),
            field("channel", "Channel", Text, "#alerts"),
            field("token", "Token", Secret, ""),
            field("token_id", "Id of the token", Secret, ""),
            RESOLVED,
        ],
    ),
    list(
        "victorops_configs",
        "VictorOps route",
        &[
            field("api_key", "Key", Secret, ""),
            field("api_key_file", "or its file", Text, ""),
            field("routing_key", "Route", Text, ""),
            RESOLVED,
        ],
    ),
    list(
        "wechat_configs",
        "WeChat group",
        &[
            field("api_secret", "Secret", Secret, ""),
            field("corp_id", "Corporation", Text, ""),
            field("agent_id", "Agent", Text, ""),
            field("to_user", "To users", Text, ""),
            RESOLVED,
        ],
    ),
    list(
        "sns_configs",
        "SNS topic",
        &[
            field("topic_arn", "Topic", Text, "arn:aws:sns:..."),
            field("subject", "Subject", Text, ""),
            field("message", "Text", Area, ""),
            RESOLVED,
        ],
    ),
    list(
        "alertmanager_configs",
        "Alertmanager",
        &[field("url", "Address", Text, "http://other:9093"), RESOLVED],
    ),
    list(
        BROWSERS,
        "browser",
        &[
            field("name", "Name of the browser", Text, "Firefox on Ann's laptop"),
            field("subject", "Whom the push service may ask", Text, "mailto:ops@example.org"),
            RESOLVED,
        ],
    ),
    list(
        PROGRAMS,
        "program",
        &[
            field("command", "Program and arguments", List, "/usr/local/bin/tell, alerts"),
            field("timeout", "It may take", Text, "30s"),
            RESOLVED,
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_new_channels_begin_with_can_be_read() {
        for section in CHANNELS {
            assert!(section.fresh().is_object(), "{}", section.key);
            assert!(!section.fields.is_empty(), "{}", section.key);
        }
    }

    #[test]
    fn a_browser_is_asked_for_nothing_that_it_tells_by_itself() {
        let browser = CHANNELS.iter().find(|kind| kind.key == BROWSERS).unwrap();
        for field in BROWSER_DETAILS {
            assert!(browser.fields.iter().all(|known| known.name != field.name), "{}", field.name);
        }
    }
}
