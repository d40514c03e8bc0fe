//! The channels that Alertmanager does not have.

use super::Checker;
use crate::config::read::Node;
use crate::config::receiver::{
    AlertmanagerConfig, ExecConfig, GitHubConfig, GitLabConfig, NtfyConfig, SentryConfig, ServiceNowConfig,
    WebPushConfig,
};
use crate::config::{Global, Period};

const PRIORITIES: [&str; 12] =
    ["", "min", "low", "default", "high", "max", "urgent", "1", "2", "3", "4", "5"];

impl Checker<'_> {
    pub(super) fn ntfy(&mut self, ntfy: &mut NtfyConfig, node: &Node, _: &Global) {
        self.needed(node, !ntfy.topic.is_empty(), || "topic is missing: the topic to write to".to_owned());
        self.either(node, "token", !ntfy.token.is_empty(), &ntfy.token_file);
        let priority = ntfy.priority.as_str();
        // A template says it later.
        if !priority.contains("{{") && !PRIORITIES.contains(&priority) {
            let reason = format!(
                "the priority {priority:?} is not known; write min, low, default, high, max or 1 to 5"
            );
            self.problem(node.place_of("priority"), reason);
        }
    }

    pub(super) fn github(&mut self, github: &mut GitHubConfig, node: &Node, _: &Global) {
        let repository = github.repository.as_str();
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let good = repository.split_once('/').is_some_and(|(owner, name)| {
            [owner, name].iter().all(|part| !part.is_empty() && part.chars().all(known))
        });
        if repository.is_empty() {
            self.problem(node.place, "repository is missing; write owner/name");
        } else if !good {
            let reason = format!("{repository:?} is no repository; write owner/name, without an address");
            self.problem(node.place_of("repository"), reason);
        }
        self.exactly(node, "token", !github.token.is_empty(), &github.token_file);
    }

    pub(super) fn gitlab(&mut self, gitlab: &mut GitLabConfig, node: &Node, _: &Global) {
        self.needed(node, !gitlab.project.is_empty(), || {
            "project is missing: its path, such as group/name, or its number".to_owned()
        });
        self.exactly(node, "token", !gitlab.token.is_empty(), &gitlab.token_file);
    }

    pub(super) fn servicenow(&mut self, servicenow: &mut ServiceNowConfig, node: &Node, _: &Global) {
        self.needed(node, servicenow.instance_url.is_some(), || {
            "instance_url is missing, such as https://example.service-now.com".to_owned()
        });
        let http = servicenow.http_config.as_ref();
        let by_http = http.is_some_and(|http| {
            http.basic_auth.is_some() || http.authorization.is_some() || http.oauth2.is_some()
        });
        if servicenow.username.is_empty() {
            self.needed(node, by_http, || {
                "username is missing; give it with password, or who it is in http_config".to_owned()
            });
        } else {
            let given = !servicenow.password.is_empty();
            self.exactly(node, "password", given, &servicenow.password_file);
            if by_http {
                let reason = "username and http_config both say who asks; keep one of them";
                self.problem(node.place_of("username"), reason);
            }
        }
        if servicenow.table.is_empty() {
            self.problem(node.place_of("table"), "the table is empty; leave it out for incident");
        }
    }

    pub(super) fn sentry(&mut self, sentry: &mut SentryConfig, node: &Node, _: &Global) {
        self.exactly(node, "dsn", sentry.dsn.is_some(), &sentry.dsn_file);
        let Some(dsn) = &sentry.dsn else { return };
        // What is wrong with it is not repeated: it is a secret.
        let (key, rest) = dsn.expose().as_str().split_once('@').unwrap_or_default();
        let key = key.split_once("://").map_or("", |(_, key)| key);
        let project = rest.trim_end_matches('/').rsplit_once('/').map_or("", |(_, project)| project);
        if key.is_empty() || project.is_empty() {
            let reason = "this is no DSN; copy it from the project's settings: https://key@host/project";
            self.problem(node.place_of("dsn"), reason);
        }
    }

    pub(super) fn alertmanager(&mut self, other: &mut AlertmanagerConfig, node: &Node, _: &Global) {
        self.needed(node, other.url.is_some(), || "url is missing: the other Alertmanager".to_owned());
        if other.url.as_ref().is_some_and(|url| url.as_str().contains("/api/v")) {
            self.problem(node.place_of("url"), "the url goes without /api/v2/alerts, which is added");
        }
        if other.resolve_after == Period(0) {
            self.problem(node.place_of("resolve_after"), "resolve_after can't be zero; leave it out for 12h");
        }
    }

    pub(super) fn webpush(&mut self, push: &mut WebPushConfig, node: &Node, _: &Global) {
        self.exactly(node, "endpoint", push.endpoint.is_some(), &push.endpoint_file);
        let given = !push.vapid_private_key.is_empty();
        self.exactly(node, "vapid_private_key", given, &push.vapid_private_key_file);
        if given {
            let keys =
                crate::channel::check_vapid_keys(push.vapid_private_key.expose(), &push.vapid_public_key);
            if let Err(reason) = keys {
                self.problem(node.place_of("vapid_public_key"), reason);
            }
        }
        self.needed(node, !push.p256dh.is_empty() && !push.auth.is_empty(), || {
            "p256dh and auth are needed: the keys of the browser's subscription".to_owned()
        });
        if !push.p256dh.is_empty() && !push.auth.is_empty() {
            let keys = crate::channel::check_push_keys(&push.p256dh, push.auth.expose());
            if let Err(reason) = keys {
                self.problem(node.place_of("p256dh"), reason);
            }
        }
        if !push.subject.starts_with("mailto:") && !push.subject.starts_with("https://") {
            let reason =
                "subject is missing: mailto: and an address, or an address with https, for the push service";
            self.problem(node.place_of("subject"), reason);
        }
    }

    pub(super) fn exec(&mut self, exec: &mut ExecConfig, node: &Node, _: &Global) {
        match exec.command.first() {
            None => self.problem(node.place, "command is missing: the program and its arguments, as a list"),
            Some(program) if !program.starts_with('/') => {
                let reason =
                    format!("write the program {program:?} with its whole path, such as /usr/local/bin/tell");
                self.problem(node.place_of("command"), reason);
            }
            Some(_) => {}
        }
        if exec.timeout == Period(0) {
            self.problem(node.place_of("timeout"), "timeout can't be zero; leave it out for 30s");
        }
    }
}
