use std::collections::BTreeMap;

use super::{Checker, inherit, inherit_secret};
use crate::config::Global;
use crate::config::read::Node;
use crate::config::receiver::EmailConfig;

impl Checker<'_> {
    pub(super) fn email(&mut self, mail: &mut EmailConfig, node: &Node, global: &Global) {
        self.needed(node, !mail.to.is_empty(), || "to is missing: the address that gets the mail".to_owned());
        self.either(node, "auth_password", !mail.auth_password.is_empty(), &mail.auth_password_file);
        self.either(node, "auth_secret", !mail.auth_secret.is_empty(), &mail.auth_secret_file);
        self.tls(mail.tls_config.as_ref(), node.get("tls_config"));
        self.headers(mail, node);

        inherit(&mut mail.tls_config, global.smtp_tls_config.as_ref());
        if mail.smarthost.is_empty() {
            mail.smarthost = global.smtp_smarthost.clone();
        }
        self.inherited(node, !mail.smarthost.is_empty(), "smarthost", "smtp_smarthost");
        let texts = [
            (&mut mail.from, &global.smtp_from),
            (&mut mail.hello, &global.smtp_hello),
            (&mut mail.auth_username, &global.smtp_auth_username),
            (&mut mail.auth_identity, &global.smtp_auth_identity),
        ];
        for (text, default) in texts {
            if text.is_empty() {
                text.clone_from(default);
            }
        }
        self.inherited(node, !mail.from.is_empty(), "from", "smtp_from");
        let from = (&global.smtp_auth_password, &global.smtp_auth_password_file);
        inherit_secret(&mut mail.auth_password, &mut mail.auth_password_file, from);
        let from = (&global.smtp_auth_secret, &global.smtp_auth_secret_file);
        inherit_secret(&mut mail.auth_secret, &mut mail.auth_secret_file, from);
        mail.require_tls.get_or_insert(global.smtp_require_tls);
        inherit(&mut mail.force_implicit_tls, global.smtp_force_implicit_tls.as_ref());
    }

    /// Names of headers in one form, in which no two may be the same.
    fn headers(&mut self, mail: &mut EmailConfig, node: &Node) {
        let mut headers = BTreeMap::new();
        for (name, value) in std::mem::take(&mut mail.headers) {
            let canonical = canonical(&name);
            if headers.insert(canonical.clone(), value).is_some() {
                let place = node.get("headers").place_of(&name);
                self.problem(place, format!("the header {canonical} is there twice; keep one of them"));
            }
        }
        mail.headers = headers;
    }
}

/// A header's name with capitals at the start of each of its words.
fn canonical(name: &str) -> String {
    let mut start = true;
    let letter = |c: char| {
        let c = if start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        start = c == '-';
        c
    };
    name.chars().map(letter).collect()
}
