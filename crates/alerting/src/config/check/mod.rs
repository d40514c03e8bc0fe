//! Whether the parts of a configuration fit together, as `amtool check-config` sees it; and what receivers get from
//! `global`.

mod chat;
mod http;
mod incidents;
mod inhibit;
mod intervals;
mod mail;
mod own;
mod pager;
mod policies;
mod receivers;
mod route;
mod schedules;
mod service;

use super::problem::{Place, Report};
use super::read::Node;
use super::secret::Secret;
use super::{Config, Global};

/// Checks a configuration that could be read, and fills in the defaults.
pub(super) fn check(config: &mut Config, root: &Node, report: &mut Report) {
    let mut checker = Checker { report };
    checker.global(&config.global, root.get("global"));
    receivers::check(config, root.get("receivers"), &mut checker);
    intervals::check(config, root, &mut checker);
    schedules::check(config, root, &mut checker);
    policies::check(config, root, &mut checker);
    incidents::check(config, root, &mut checker);
    route::check(config, root, &mut checker);
    inhibit::check(&config.inhibit_rules, root.get("inhibit_rules"), &mut checker);
}

/// Notes what is wrong.
pub(super) struct Checker<'r> {
    report: &'r mut Report,
}

impl Checker<'_> {
    fn problem(&mut self, place: Place, reason: impl Into<String>) {
        self.report.problem(place, reason);
    }

    fn note(&mut self, place: Place, reason: impl Into<String>) {
        self.report.note(place, reason);
    }

    /// A secret may stand in the configuration or in a file, not in both.
    fn either(&mut self, node: &Node, name: &str, inline: bool, file: &str) {
        let in_file = format!("{name}_file");
        if inline && !file.is_empty() {
            let place = node.place_of(&in_file);
            self.problem(place, format!("{name} and {in_file} are both given; keep one of them"));
        }
    }

    /// The same, where one of them is needed.
    fn exactly(&mut self, node: &Node, name: &str, inline: bool, file: &str) {
        self.either(node, name, inline, file);
        self.needed(node, inline || !file.is_empty(), || {
            format!("{name} is missing; give it or {name}_file")
        });
    }

    /// What must be given here.
    fn needed(&mut self, node: &Node, given: bool, reason: impl FnOnce() -> String) {
        if !given {
            self.problem(node.place, reason());
        }
    }

    /// What must be given here or in `global`.
    fn inherited(&mut self, node: &Node, given: bool, name: &str, global: &str) {
        self.needed(node, given, || format!("{name} is missing; give it here, or {global} in global"));
    }

    fn global(&mut self, global: &Global, node: &Node) {
        for (name, secret, file) in [
            ("smtp_auth_password", &global.smtp_auth_password, &global.smtp_auth_password_file),
            ("smtp_auth_secret", &global.smtp_auth_secret, &global.smtp_auth_secret_file),
            ("opsgenie_api_key", &global.opsgenie_api_key, &global.opsgenie_api_key_file),
            ("victorops_api_key", &global.victorops_api_key, &global.victorops_api_key_file),
            ("rocketchat_token", &global.rocketchat_token, &global.rocketchat_token_file),
            ("rocketchat_token_id", &global.rocketchat_token_id, &global.rocketchat_token_id_file),
        ] {
            self.either(node, name, !secret.is_empty(), file);
        }
        self.either(node, "slack_api_url", global.slack_api_url.is_some(), &global.slack_api_url_file);
        self.tls(global.smtp_tls_config.as_ref(), node.get("smtp_tls_config"));
        self.http(global.http_config.as_ref(), node.get("http_config"));
    }
}

/// Takes a secret and its file from `global` where neither is given.
fn inherit_secret(secret: &mut Secret, file: &mut String, from: (&Secret, &String)) {
    if secret.is_empty() && file.is_empty() {
        secret.clone_from(from.0);
        file.clone_from(from.1);
    }
}

/// Takes a value from `global` where none is given.
fn inherit<T: Clone>(value: &mut Option<T>, from: Option<&T>) {
    if value.is_none() {
        *value = from.cloned();
    }
}
