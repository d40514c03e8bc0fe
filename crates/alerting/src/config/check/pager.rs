use super::{Checker, inherit, inherit_secret};
use crate::config::Global;
use crate::config::read::Node;
use crate::config::receiver::{OpsGenieConfig, PagerDutyConfig, PushoverConfig, VictorOpsConfig};

/// Details of a PagerDuty incident that are always there.
const DETAILS: [(&str, &str); 4] = [
    ("firing", r#"{{ template "pagerduty.default.instances" .Alerts.Firing }}"#),
    ("resolved", r#"{{ template "pagerduty.default.instances" .Alerts.Resolved }}"#),
    ("num_firing", "{{ .Alerts.Firing | len }}"),
    ("num_resolved", "{{ .Alerts.Resolved | len }}"),
];

const RESPONDERS: [&str; 5] = ["team", "teams", "user", "escalation", "schedule"];

/// Fields of a VictorOps incident that are no custom ones.
const FIXED: [&str; 7] = [
    "entity_display_name",
    "entity_id",
    "entity_state",
    "message_type",
    "monitoring_tool",
    "routing_key",
    "state_message",
];

impl Checker<'_> {
    pub(super) fn pagerduty(&mut self, pager: &mut PagerDutyConfig, node: &Node, global: &Global) {
        self.either(node, "routing_key", !pager.routing_key.is_empty(), &pager.routing_key_file);
        self.either(node, "service_key", !pager.service_key.is_empty(), &pager.service_key_file);
        let given = pager.routing_key_source().is_some() || pager.service_key_source().is_some();
        let missing = "routing_key is missing; give it, or service_key, or either by a file";
        self.needed(node, given, || missing.to_owned());
        inherit(&mut pager.url, global.pagerduty_url.as_ref());
        self.inherited(node, pager.url.is_some(), "url", "pagerduty_url");
        if pager.source.is_empty() {
            pager.source.clone_from(&pager.client);
        }
        for (name, template) in DETAILS {
            pager.details.entry(name.to_owned()).or_insert_with(|| template.to_owned());
        }
    }

    pub(super) fn opsgenie(&mut self, genie: &mut OpsGenieConfig, node: &Node, global: &Global) {
        self.either(node, "api_key", !genie.api_key.is_empty(), &genie.api_key_file);
        let from = (&global.opsgenie_api_key, &global.opsgenie_api_key_file);
        inherit_secret(&mut genie.api_key, &mut genie.api_key_file, from);
        self.inherited(node, genie.api_key_source().is_some(), "api_key", "opsgenie_api_key");
        inherit(&mut genie.api_url, global.opsgenie_api_url.as_ref());
        self.inherited(node, genie.api_url.is_some(), "api_url", "opsgenie_api_url");
        for (responder, node) in genie.responders.iter_mut().zip(node.get("responders").items()) {
            let named =
                [&responder.id, &responder.name, &responder.username].iter().any(|text| !text.is_empty());
            self.needed(node, named, || "the responder has no id, no name and no username".to_owned());
            // A template says it later.
            if responder.kind.contains("{{") {
                continue;
            }
            responder.kind = responder.kind.to_lowercase();
            if !RESPONDERS.contains(&responder.kind.as_str()) {
                let (kind, known) = (&responder.kind, RESPONDERS.join(", "));
                let reason = format!("a responder of the type {kind:?} is not known; write one of {known}");
                self.problem(node.place_of("type"), reason);
            }
        }
    }

    pub(super) fn victorops(&mut self, victor: &mut VictorOpsConfig, node: &Node, global: &Global) {
        self.either(node, "api_key", !victor.api_key.is_empty(), &victor.api_key_file);
        let routed = !victor.routing_key.is_empty();
        self.needed(node, routed, || "routing_key is missing: the team to tell".to_owned());
        let from = (&global.victorops_api_key, &global.victorops_api_key_file);
        inherit_secret(&mut victor.api_key, &mut victor.api_key_file, from);
        self.inherited(node, victor.api_key_source().is_some(), "api_key", "victorops_api_key");
        inherit(&mut victor.api_url, global.victorops_api_url.as_ref());
        self.inherited(node, victor.api_url.is_some(), "api_url", "victorops_api_url");
        for name in victor.custom_fields.keys().filter(|name| FIXED.contains(&name.as_str())) {
            let reason = format!("{name} can't be a custom field: there is a field of that name; rename it");
            self.problem(node.get("custom_fields").place_of(name), reason);
        }
    }

    pub(super) fn pushover(&mut self, push: &mut PushoverConfig, node: &Node, _: &Global) {
        self.exactly(node, "user_key", !push.user_key.is_empty(), &push.user_key_file);
        self.exactly(node, "token", !push.token.is_empty(), &push.token_file);
        if push.html && push.monospace {
            self.problem(node.place_of("monospace"), "html and monospace are both given; keep one of them");
        }
    }
}
