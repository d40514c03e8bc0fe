use super::{Checker, inherit};
use crate::config::Global;
use crate::config::read::Node;
use crate::config::receiver::{JiraConfig, SnsConfig, WebhookConfig};

impl Checker<'_> {
    pub(super) fn webhook(&mut self, webhook: &mut WebhookConfig, node: &Node, _: &Global) {
        self.exactly(node, "url", webhook.url.is_some(), &webhook.url_file);
        self.either(node, "hmac_secret", !webhook.hmac_secret.is_empty(), &webhook.hmac_secret_file);
    }

    pub(super) fn sns(&mut self, sns: &mut SnsConfig, node: &Node, _: &Global) {
        let given =
            [&sns.topic_arn, &sns.phone_number, &sns.target_arn].iter().filter(|to| !to.is_empty()).count();
        let reason = "give one of topic_arn, phone_number and target_arn: where the notification goes";
        self.needed(node, given == 1, || reason.to_owned());
        if sns.sigv4.access_key.is_empty() != sns.sigv4.secret_key.is_empty() {
            let reason = "access_key and secret_key go together; give both or none";
            self.problem(node.place_of("sigv4"), reason);
        }
    }

    pub(super) fn jira(&mut self, jira: &mut JiraConfig, node: &Node, global: &Global) {
        self.needed(node, !jira.project.is_empty(), || "project is missing: the project's key".to_owned());
        self.needed(node, !jira.issue_type.is_empty(), || "issue_type is missing, such as Bug".to_owned());
        inherit(&mut jira.api_url, global.jira_api_url.as_ref());
        self.inherited(node, jira.api_url.is_some(), "api_url", "jira_api_url");
    }
}
