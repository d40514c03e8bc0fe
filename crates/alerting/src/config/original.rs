//! The configuration as `amtool` reads it: Alertmanager refuses what it does not know.

use serde_json::Value;

use super::Config;
use super::secret::HIDDEN;

/// What Alertmanager 0.25 knows of a mapping; Debian's `amtool` is that old
/// (<https://github.com/prometheus/alertmanager/blob/v0.25.0/docs/configuration.md>). Newer ones know all of it, too.
struct Known {
    /// Fields that are kept as they are, with spaces between them.
    fields: &'static str,
    /// Fields with mappings, or lists of such, of which a part is kept.
    parts: &'static [(&'static str, &'static Known)],
}

static CONFIG: Known = Known {
    fields: "mute_time_intervals templates time_intervals",
    parts: &[
        ("global", &GLOBAL),
        ("inhibit_rules", &INHIBIT_RULE),
        ("receivers", &RECEIVER),
        ("route", &ROUTE),
    ],
};

static GLOBAL: Known = Known {
    fields: "opsgenie_api_key opsgenie_api_key_file opsgenie_api_url pagerduty_url resolve_timeout slack_api_url \
        slack_api_url_file smtp_auth_identity smtp_auth_password smtp_auth_password_file smtp_auth_secret \
        smtp_auth_username smtp_from smtp_hello smtp_require_tls smtp_smarthost telegram_api_url \
        victorops_api_key victorops_api_key_file victorops_api_url webex_api_url wechat_api_corp_id \
        wechat_api_secret wechat_api_url",
    parts: &[("http_config", &HTTP)],
};

static ROUTE: Known = Known {
    fields: "active_time_intervals continue group_by group_interval group_wait match match_re matchers \
        mute_time_intervals receiver repeat_interval",
    parts: &[("routes", &ROUTE)],
};

static INHIBIT_RULE: Known = Known {
    fields: "equal source_match source_match_re source_matchers target_match target_match_re target_matchers",
    parts: &[],
};

static RECEIVER: Known = Known {
    fields: "name",
    parts: &[
        ("discord_configs", &DISCORD),
        ("email_configs", &EMAIL),
        ("opsgenie_configs", &OPSGENIE),
        ("pagerduty_configs", &PAGERDUTY),
        ("pushover_configs", &PUSHOVER),
        ("slack_configs", &SLACK),
        ("sns_configs", &SNS),
        ("telegram_configs", &TELEGRAM),
        ("victorops_configs", &VICTOROPS),
        ("webex_configs", &WEBEX),
        ("webhook_configs", &WEBHOOK),
        ("wechat_configs", &WECHAT),
    ],
};

static DISCORD: Known =
    Known { fields: "message send_resolved title webhook_url", parts: &[("http_config", &HTTP)] };

static EMAIL: Known = Known {
    fields: "auth_identity auth_password auth_password_file auth_secret auth_username from headers hello html \
        require_tls send_resolved smarthost text to",
    parts: &[("tls_config", &TLS)],
};

static OPSGENIE: Known = Known {
    fields: "actions api_key api_key_file api_url description details entity message note priority responders \
        send_resolved source tags update_alerts",
    parts: &[("http_config", &HTTP)],
};

static PAGERDUTY: Known = Known {
    fields: "class client client_url component description details group images links routing_key \
        routing_key_file send_resolved service_key service_key_file severity source url",
    parts: &[("http_config", &HTTP)],
};

/// Without `expire` and `retry`: it reads no days there, which periods are written with here.
static PUSHOVER: Known = Known {
    fields: "html message priority send_resolved sound title token url url_title user_key",
    parts: &[("http_config", &HTTP)],
};

static SLACK: Known = Known {
    fields: "actions api_url api_url_file callback_id channel color fallback fields footer icon_emoji icon_url \
        image_url link_names mrkdwn_in pretext send_resolved short_fields text thumb_url title title_link \
        username",
    parts: &[("http_config", &HTTP)],
};

static SNS: Known = Known {
    fields: "api_url attributes message phone_number send_resolved sigv4 subject target_arn topic_arn",
    parts: &[("http_config", &HTTP)],
};

static TELEGRAM: Known = Known {
    fields: "api_url bot_token chat_id disable_notifications message parse_mode send_resolved",
    parts: &[("http_config", &HTTP)],
};

static VICTOROPS: Known = Known {
    fields: "api_key api_key_file api_url custom_fields entity_display_name message_type monitoring_tool \
        routing_key send_resolved state_message",
    parts: &[("http_config", &HTTP)],
};

static WEBEX: Known =
    Known { fields: "api_url message room_id send_resolved", parts: &[("http_config", &HTTP)] };

static WEBHOOK: Known = Known { fields: "max_alerts send_resolved url", parts: &[("http_config", &HTTP)] };

static WECHAT: Known = Known {
    fields: "agent_id api_secret api_url corp_id message message_type send_resolved to_party to_tag to_user",
    parts: &[("http_config", &HTTP)],
};

/// Without `proxy_connect_header`: it refuses one beside `proxy_from_environment`.
static HTTP: Known = Known {
    fields: "authorization bearer_token bearer_token_file enable_http2 follow_redirects proxy_url",
    parts: &[("basic_auth", &BASIC_AUTH), ("oauth2", &OAUTH2), ("tls_config", &TLS)],
};

static BASIC_AUTH: Known = Known { fields: "password password_file username", parts: &[] };

static OAUTH2: Known = Known {
    fields: "client_id client_secret client_secret_file endpoint_params proxy_url scopes token_url",
    parts: &[("tls_config", &TLS)],
};

static TLS: Known = Known {
    fields: "ca_file cert_file insecure_skip_verify key_file max_version min_version server_name",
    parts: &[],
};

/// Secrets that it needs in the configuration itself, not in a file. An address has to look like one.
const NEEDED: [(&str, &str, &str); 5] = [
    ("discord_configs", "webhook_url", HIDDEN),
    ("pushover_configs", "token", HIDDEN),
    ("pushover_configs", "user_key", HIDDEN),
    ("telegram_configs", "bot_token", HIDDEN),
    ("webhook_configs", "url", "http://<secret>"),
];

impl Config {
    /// The [shown](Self::shown) configuration as far as Alertmanager has it, so that any `amtool` reads it: all routes,
    /// receivers, inhibit rules and times, and of channels what Alertmanager 0.25 knows. A receiver stays there also
    /// where none of its channels does.
    pub fn original(&self) -> Value {
        let mut value = self.shown();
        CONFIG.keep(&mut value);
        let receivers = value.get_mut("receivers").and_then(Value::as_array_mut);
        for receiver in receivers.into_iter().flatten() {
            for (configs, field, text) in NEEDED {
                let channels = receiver.get_mut(configs).and_then(Value::as_array_mut);
                for channel in channels.into_iter().flatten().filter_map(Value::as_object_mut) {
                    channel.insert(field.to_owned(), text.into());
                }
            }
        }
        value
    }
}

impl Known {
    /// Takes out what is not known.
    fn keep(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.keep(item)),
            Value::Object(fields) => fields.retain(|name, field| {
                let part = self.parts.iter().find(|(part, _)| *part == name.as_str());
                if let Some((_, known)) = part {
                    known.keep(field);
                }
                part.is_some() || self.fields.split(' ').any(|field| field == name)
            }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::Serialize;

    use super::*;
    use crate::config::receiver::{
        DiscordConfig, EmailConfig, OpsGenieConfig, PagerDutyConfig, PushoverConfig, SlackConfig, SnsConfig,
        TelegramConfig, VictorOpsConfig, WebexConfig, WebhookConfig, WechatConfig,
    };
    use crate::config::{BasicAuth, Global, HttpConfig, InhibitRule, OAuth2, Receiver, Route, TlsConfig};

    /// What is left out of a mapping; the test ends where something is kept that there is not.
    fn left_out<T: Serialize + Default>(known: &Known) -> String {
        let ours = serde_json::to_value(T::default()).unwrap();
        let ours: BTreeSet<&str> = ours.as_object().unwrap().keys().map(String::as_str).collect();
        let parts = known.parts.iter().map(|(name, _)| *name);
        let theirs: BTreeSet<&str> = known.fields.split_whitespace().chain(parts).collect();
        assert!(theirs.is_subset(&ours), "{:?}", theirs.difference(&ours));
        ours.difference(&theirs).copied().collect::<Vec<_>>().join(" ")
    }

    /// Whoever adds a field says here whether Alertmanager 0.25 has it.
    #[test]
    fn of_every_field_it_is_known_whether_alertmanager_has_it() {
        let table = [
            (left_out::<Config>(&CONFIG), "escalation_policies incidents schedules"),
            (
                left_out::<Global>(&GLOBAL),
                "jira_api_url rocketchat_api_url rocketchat_token rocketchat_token_file rocketchat_token_id \
                 rocketchat_token_id_file smtp_auth_secret_file smtp_force_implicit_tls smtp_tls_config",
            ),
            (left_out::<Route>(&ROUTE), "escalation_policy"),
            (left_out::<InhibitRule>(&INHIBIT_RULE), "name"),
            (
                left_out::<Receiver>(&RECEIVER),
                "alertmanager_configs escalation_configs escalation_policy escalation_repeat exec_configs \
                 github_configs gitlab_configs jira_configs msteams_configs msteamsv2_configs ntfy_configs \
                 rocketchat_configs sentry_configs servicenow_configs webpush_configs",
            ),
            (left_out::<DiscordConfig>(&DISCORD), "avatar_url content username webhook_url_file"),
            (left_out::<EmailConfig>(&EMAIL), "auth_secret_file force_implicit_tls"),
            (left_out::<OpsGenieConfig>(&OPSGENIE), ""),
            (left_out::<PagerDutyConfig>(&PAGERDUTY), ""),
            (
                left_out::<PushoverConfig>(&PUSHOVER),
                "device expire monospace retry token_file ttl user_key_file",
            ),
            (left_out::<SlackConfig>(&SLACK), "layout mentions"),
            (left_out::<SnsConfig>(&SNS), ""),
            (left_out::<TelegramConfig>(&TELEGRAM), "bot_token_file message_thread_id"),
            (left_out::<VictorOpsConfig>(&VICTOROPS), ""),
            (left_out::<WebexConfig>(&WEBEX), ""),
            (left_out::<WebhookConfig>(&WEBHOOK), "body hmac_secret hmac_secret_file timeout url_file"),
            (left_out::<WechatConfig>(&WECHAT), ""),
            (
                left_out::<HttpConfig>(&HTTP),
                "http_headers no_proxy proxy_connect_header proxy_from_environment",
            ),
            (left_out::<BasicAuth>(&BASIC_AUTH), "username_file"),
            (left_out::<OAuth2>(&OAUTH2), "no_proxy proxy_connect_header proxy_from_environment"),
            (left_out::<TlsConfig>(&TLS), "ca cert key"),
        ];
        for (found, expected) in table {
            assert_eq!(found, expected);
        }
    }

    const TEXT: &str = "\
route:
  receiver: a
  escalation_policy: levels
  routes: [{receiver: b, matchers: [team=web], escalation_policy: levels, routes: [{receiver: c, match: {team: db}}]}]
receivers:
  - name: a
    webhook_configs: [{url_file: /hook, hmac_secret: s, timeout: 5s, http_config: {http_headers: {A: {values: [b]}}}}]
    slack_configs: [{api_url: 'https://hooks.slack.com/a', channel: '#a', layout: blocks, mentions: [here]}]
  - {name: b, ntfy_configs: [{topic: a}], escalation_configs: [{after: 5m, receiver: c}]}
  - {name: c, pushover_configs: [{user_key_file: /user, token: t, expire: 24h}]}
inhibit_rules: [{name: ours, source_matchers: [severity=critical], target_matchers: [severity=warning]}]
schedules: [{name: s, layers: [{start: 2026-01-05 09:00, every: 7d, receivers: [c]}]}]
escalation_policies: [{name: levels, steps: [{after: 5m, receivers: [c]}]}]
incidents: {receiver: c}
";

    #[test]
    fn routes_and_names_stay_and_what_is_ours_goes() {
        let config = Config::parse("a.yml", TEXT).unwrap();
        let original = config.original();
        let [a, b, c] = &original["receivers"].as_array().unwrap()[..] else { panic!("{original}") };
        assert_eq!((&a["name"], b), (&"a".into(), &serde_json::json!({"name": "b"})));
        let webhook = a["webhook_configs"][0].as_object().unwrap();
        let fields: BTreeSet<&str> = webhook.keys().map(String::as_str).collect();
        assert_eq!(fields, BTreeSet::from(["http_config", "max_alerts", "send_resolved", "url"]));
        assert_eq!(webhook["url"], "http://<secret>");
        let slack = &a["slack_configs"][0];
        assert_eq!((slack["channel"].as_str(), slack.get("layout")), (Some("#a"), None));
        assert_eq!(c["pushover_configs"][0]["user_key"], HIDDEN);
        assert_eq!(original["route"]["routes"][0]["routes"][0]["match"]["team"], "db");
        assert_eq!(original["route"]["routes"][0]["matchers"][0], "team=web");
        let text = original.to_string();
        let shown = config.shown().to_string();
        for ours in ["escalation", "schedules", "incidents", "ntfy", "hmac", "mentions", "expire", "ours"] {
            assert!(!text.contains(ours), "{ours}: {text}");
            assert!(shown.contains(ours), "{ours}: {shown}");
        }
    }
}
