//! What the parts of a configuration have that is set most: data, from which the forms are made. What is not here stays as it is, and is
//! changed as YAML.

use super::fields::{Field, Input};
use super::sections::Section;

use Input::{Intervals, Lines, List, Number, Policy, Receiver, Receivers, Schedule, Secret, Switch, Text};

pub(super) const fn field(
    name: &'static str,
    label: &'static str,
    input: Input,
    example: &'static str,
) -> Field {
    Field::new(name, label, input, example)
}

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
    field("escalation_repeat/times", "Repeat all steps, this many times", Number, "0"),
    field("escalation_repeat/after", "Wait before each repeat", Text, "as long as the last step takes"),
    field("escalation_policy", "In place of all that by the policy", Policy, "none"),
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
        for section in [&ESCALATIONS, &INHIBIT_RULES, &TIME_INTERVALS, &SCHEDULES] {
            assert!(section.fresh().is_object(), "{}", section.key);
            assert!(!section.fields.is_empty(), "{}", section.key);
        }
    }
}
