//! Rule files checked without a server that runs them: `watchfire check rules`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use watchfire_rules::{Flaw, Group, read_any};

use super::plan::GroupPlan;
use super::{AlertingSettings, RuleError};
use crate::Service;

/// What is said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// In promtool's form: how many rules there are, or what is wrong.
    pub text: String,
    /// Whether nothing is wrong.
    pub well: bool,
}

/// Reads a rule file as the server does. Blocks.
///
/// # Errors
///
/// All that is wrong with it.
pub(super) fn read(service: &Service, path: &Path) -> Result<Vec<GroupPlan>, Vec<RuleError>> {
    let file = path.display().to_string();
    let told =
        |flaws: Vec<Flaw>| flaws.into_iter().map(|flaw| RuleError::of(&file, flaw)).collect::<Vec<_>>();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("cannot be read: {error}");
        told(vec![Flaw { line: 0, place: String::new(), field: String::new(), message, span: None }])
    })?;
    let groups: Vec<Group> = read_any(&text).map_err(|flaws| told(flaws.0))?;
    let settings = AlertingSettings::default();
    let (mut plans, mut errors) = (Vec::new(), Vec::new());
    for group in groups {
        match GroupPlan::compile(service, &settings, &file, group) {
            Ok(plan) => plans.push(plan),
            Err(flaws) => errors.extend(told(flaws)),
        }
    }
    if errors.is_empty() { Ok(plans) } else { Err(errors) }
}

/// Checks a rule file. Blocks.
pub fn check_rules(service: &Service, path: &Path) -> Checked {
    let mut text = format!("Checking {}\n", path.display());
    let plans = match read(service, path) {
        Ok(plans) => plans,
        Err(errors) => {
            text.push_str("  FAILED:\n");
            for error in errors {
                // Writing to a text can't fail.
                let _ = writeln!(text, "{error}");
            }
            return Checked { text, well: false };
        }
    };
    let mut known: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut count = 0;
    for rule in plans.iter().flat_map(|plan| &plan.rules) {
        count += 1;
        *known.entry((&rule.rule.name, rule.labels.to_string())).or_default() += 1;
    }
    let _ = writeln!(text, "  SUCCESS: {count} rules found");
    let twice: Vec<_> = known.iter().filter(|(_, count)| **count > 1).collect();
    if !twice.is_empty() {
        let _ = writeln!(text, "{} duplicate rule(s) found.", twice.len());
        for ((name, labels), _) in twice {
            let _ = writeln!(text, "Metric: {name}\nLabel(s): {labels}");
        }
        text.push_str("Might cause inconsistency while recording expressions\n");
    }
    Checked { text, well: true }
}
