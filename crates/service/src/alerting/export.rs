//! Rules by form as a rule file of Prometheus.

use std::fmt::Write as _;

use watchfire_rules::{Flaw, Group, write};

use super::form_groups::group;
use super::{Alerting, AlertingError};

const HEAD: &str = "\
# Rules that were made by form in Watchfire, as a rule file of Prometheus: each is a group of the name of its uid.
";

impl Alerting {
    /// All rules that forms made, as a rule file of Prometheus; those that are paused, and those that cannot be expressed there, are
    /// comments.
    pub async fn export(&self) -> Result<String, AlertingError> {
        let (mut groups, mut left_out): (Vec<Group>, Vec<String>) = (Vec::new(), Vec::new());
        for head in self.forms().await? {
            let (uid, name) = (head.uid, head.kept.name);
            let form = match self.form(&uid).await {
                Ok(kept) => kept.rule,
                // It was deleted meanwhile.
                Err(AlertingError::NotFound(_)) => continue,
                Err(error) => {
                    left_out.push(format!("{uid} ({name}): {error}"));
                    continue;
                }
            };
            if form.paused {
                left_out.push(format!("{uid} ({name}): it is paused"));
                continue;
            }
            match group(&uid, &form) {
                Ok(group) if group.rules.iter().any(|rule| rule.usual.is_some()) => {
                    left_out.push(format!(
                        "{uid} ({name}): its threshold comes from history, which a rule file cannot say"
                    ));
                }
                Ok(group) => groups.push(group),
                Err(flaws) => {
                    let flaws: Vec<String> = flaws.iter().map(Flaw::to_string).collect();
                    left_out.push(format!("{uid} ({name}): {}", flaws.join("; ")));
                }
            }
        }
        let mut text = HEAD.to_owned();
        for reason in left_out {
            // A line end would end the comment.
            let reason = reason.replace(|letter: char| letter.is_control(), " ");
            // Writing to a text can't fail.
            let _ = writeln!(text, "# Left out: {reason}");
        }
        text.push_str(&write(&groups));
        Ok(text)
    }
}
