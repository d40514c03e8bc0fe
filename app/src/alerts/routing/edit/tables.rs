//! What the parts of a configuration have that is set most: data, from which the forms are made. What is not here stays as it is, and is
//! changed as YAML.

use super::fields::{Field, Input};
use super::mail::MAILS;
use super::sections::Section;
use super::subscribe::BROWSERS;

use Input::{
    Area, Intervals, Lines, List, Number, Policy, Receiver, Receivers, Schedule, Secret, Switch, Text,
};

pub(super) const fn field(
    name: &'static str,
    label: &'static str,
    input: Input,
    example: &'static str,
) -> Field {
    Field::new(name, label, input, example)
}

const RESOLVED: Field = field("send_resolved", "Tell also when it is over", Switch, "");

/// A route below the root.
pub(super) const ROUTE: &[Field] = &[
    field("matchers", "Takes alerts with, a condition a line", Lines, "team=\"web\""),
    field("receiver", "Receiver", Receiver, "as the route above"),
    field("continue", "Go on to the next route, too", Switch, ""),
    field(
        "group_by",
        "One message for alerts that share (... for each alert by itself)",
        List,
        "alertname, host",
    ),
    field("group_wait", "First message after", Text, "as the route above"),
    field("group_interval", "News after", Text, "as the route above"),
    field("repeat_interval", "Again after", Text, "as the route above"),
    field("escalation_policy", "If nobody looks after it, by the policy", Policy, "as the route above"),
    field("mute_time_intervals", "Not in these times", Intervals, ""),
    field("active_time_intervals", "Only in these times", Intervals, ""),
];

/// The root takes everything, always.
pub(super) const ROOT: &[Field] = &[
    field("receiver", "Receiver of all that no route below takes", Receiver, "choose one"),
    field(
        "group_by",
        "One message for alerts that share (... for each alert by itself)",
        List,
        "alertname, host",
    ),
    field("group_wait", "First message after", Text, "30s"),
    field("group_interval", "News after", Text, "5m"),
    field("repeat_interval", "Again after", Text, "4h"),
    field("escalation_policy", "If nobody looks after it, by the policy", Policy, "as the receiver says"),
];

/// What receivers get that say nothing themselves.
pub(super) const GLOBAL: &[Field] = &[
    field("resolve_timeout", "An alert without an end is over after", Text, "5m"),
    field("smtp_smarthost", "Mail server", Text, "mail.example.org:587"),
    field("smtp_from", "Sender of mails", Text, "alerts@example.org"),
    field("smtp_auth_username", "User at the mail server", Text, ""),
    field("smtp_auth_password", "Password at the mail server", Secret, ""),
    field("smtp_require_tls", "Mail only encrypted", Switch, ""),
    field("slack_api_url", "Slack's webhook", Secret, "https://hooks.slack.com/..."),
    field("opsgenie_api_key", "Opsgenie's key", Secret, ""),
    field("jira_api_url", "Jira's API", Text, "https://example.atlassian.net/rest/api/3"),
];

pub(super) const fn list(key: &'static str, one: &'static str, fields: &'static [Field]) -> Section {
    Section { key, one, fields, parts: &[], fresh: "{}" }
}

/// Who is told, too, of what nobody looks after.
pub(super) static ESCALATIONS: Section = list(
    "escalation_configs",
    "escalation",
    &[
        field("after", "After", Text, "15m"),
        field("receiver", "Receiver", Receiver, "none"),
        field("schedule", "Or who is on call by the schedule", Schedule, "none"),
    ],
);

/// Whether those are told again.
pub(super) const REPEAT: &[Field] = &[
    field("escalation_repeat/times", "All of that again, so many times", Number, "0"),
    field("escalation_repeat/after", "Each time after", Text, "as long as the last step takes"),
    field("escalation_policy", "In place of all that by the policy", Policy, "none"),
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
            field("endpoint", "Endpoint", Secret, ""),
            field("p256dh", "Key p256dh", Text, ""),
            field("auth", "Key auth", Secret, ""),
            field("vapid_private_key", "Private key of this server", Secret, ""),
            field("vapid_public_key", "Public key of this server", Text, ""),
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

/// Which alert mutes which.
pub(super) static INHIBIT_RULES: Section = list(
    "inhibit_rules",
    "inhibit rule",
    &[
        field("name", "Name", Text, ""),
        field(
            "source_matchers",
            "While an alert fires with, a condition a line",
            Lines,
            "severity=\"critical\"",
        ),
        field("target_matchers", "nobody is told of alerts with", Lines, "severity=\"warning\""),
        field("equal", "if both have the same", List, "host"),
    ],
);

/// Times that routes and schedules name.
pub(super) static TIME_INTERVALS: Section = Section {
    key: "time_intervals",
    one: "time interval",
    fields: &[field("name", "Name", Text, "nights")],
    parts: &[Section {
        key: "time_intervals",
        one: "time",
        fields: &[
            field("weekdays", "Days of the week", List, "monday:friday"),
            field("days_of_month", "Days of the month", List, "1:5, -1"),
            field("months", "Months", List, "january:march"),
            field("years", "Years", List, "2026"),
            field("location", "Time zone", Text, "Europe/Berlin"),
        ],
        parts: &[list(
            "times",
            "part of the day",
            &[field("start_time", "From", Text, "22:00"), field("end_time", "To", Text, "24:00")],
        )],
        fresh: "{}",
    }],
    fresh: r#"{"time_intervals":[{}]}"#,
};

/// Who is on call.
pub(super) static SCHEDULES: Section = Section {
    key: "schedules",
    one: "schedule",
    fields: &[field("name", "Name", Text, "web"), field("time_zone", "Time zone", Text, "Europe/Berlin")],
    parts: &[
        list(
            "layers",
            "layer",
            &[
                field("receivers", "Who takes turns", Receivers, "ann, bob"),
                field("start", "First shift from", Text, "2026-01-05 09:00"),
                field("every", "Length of a shift", Text, "7d"),
                field("time_intervals", "Only in these times", Intervals, ""),
            ],
        ),
        list(
            "calendars",
            "calendar",
            &[
                field(
                    "ical_url",
                    "Address of a calendar (iCal), whose events name receivers",
                    Secret,
                    "https://calendar.example.org/oncall.ics",
                ),
                field("ical_file", "or its file", Text, "/etc/oncall.ics"),
            ],
        ),
        list(
            "overrides",
            "override",
            &[
                field("receiver", "Who stands in", Receiver, "choose one"),
                field("from", "From", Text, "2026-04-01 12:00"),
                field("to", "To", Text, "2026-04-02 12:00"),
            ],
        ),
    ],
    fresh: r#"{"layers":[{"every":"7d"}]}"#,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_new_parts_begin_with_can_be_read() {
        for section in CHANNELS.iter().chain([&ESCALATIONS, &INHIBIT_RULES, &TIME_INTERVALS, &SCHEDULES]) {
            assert!(section.fresh().is_object(), "{}", section.key);
            assert!(!section.fields.is_empty(), "{}", section.key);
        }
    }
}
