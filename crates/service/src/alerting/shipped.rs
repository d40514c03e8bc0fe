//! Rules that come with the program: the files of `rules/`, which are built into it, and what to do about their alerts
//! (`docs/runbooks/`).

use std::sync::LazyLock;

use watchfire_rules::{Group, read};

use super::AlertingSettings;

/// What stands before the names of their files, where others have a path.
pub const SHIPPED_FILE: &str = "shipped:";

macro_rules! texts {
    ($constant:ident, $before:literal, $after:literal, $($name:literal),* $(,)?) => {
        const $constant: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../../", $before, $name, $after)))),*];
    };
}

texts!(RULES, "rules/", ".yml", "host", "mesh", "models", "targets", "watchfire");

texts!(
    RUNBOOKS,
    "docs/runbooks/",
    ".md",
    "AgentForgeHighLatency",
    "ApiHighLatency",
    "BatteryLow",
    "ByzantineNodeDetected",
    "CertificateExpiring",
    "ClockSkew",
    "ConsensusFailure",
    "DiskAlmostFull",
    "DiskFillsUp",
    "HighConsensusLatency",
    "HighCpuUsage",
    "HighMemoryUsage",
    "HyperRAGQuerySlow",
    "IngestRefused",
    "LowPeerCount",
    "MeshNodeDown",
    "ModelAccuracyDrop",
    "NotificationsFailing",
    "NotificationsGivenUp",
    "NotificationsLate",
    "P2PHighLatency",
    "ProbeFailing",
    "ResourceExhausted",
    "RuleFailing",
    "RuleFilesRefused",
    "RulesLate",
    "SeriesNearLimit",
    "StorageDamaged",
    "TargetDown",
);

/// They are read once: they stay the same as long as the program runs.
static READ: LazyLock<Vec<(String, Group)>> = LazyLock::new(|| {
    let mut groups = Vec::new();
    for (name, text) in RULES {
        match read(text) {
            Ok(read) => {
                groups.extend(read.into_iter().map(|group| (format!("{SHIPPED_FILE}{name}.yml"), group)));
            }
            // A test reads each of them, so that this is never met.
            Err(flaws) => tracing::error!(name, %flaws, "rules that come with Watchfire cannot be read"),
        }
    }
    groups
});

/// The rules that come with the program, in groups, each with what stands for its file.
pub fn shipped_rules() -> impl Iterator<Item = (&'static str, &'static Group)> {
    READ.iter().map(|(file, group)| (file.as_str(), group))
}

/// What to do about an alert of one of them: Markdown, by the alert's name.
pub fn runbook(name: &str) -> Option<&'static str> {
    RUNBOOKS.iter().find(|(other, _)| *other == name).map(|(_, text)| *text)
}

/// The names that have one, in their order.
pub fn runbooks() -> impl Iterator<Item = &'static str> {
    RUNBOOKS.iter().map(|(name, _)| *name)
}

/// Those that are to be evaluated.
pub(super) fn wanted(settings: &AlertingSettings) -> Vec<(String, Group)> {
    if !settings.shipped {
        return Vec::new();
    }
    let without = &settings.shipped_without;
    let groups = READ.iter().map(|(file, group)| {
        let mut group = group.clone();
        group.rules.retain(|rule| !without.contains(&rule.name));
        (file.clone(), group)
    });
    groups.filter(|(_, group)| !group.rules.is_empty()).collect()
}

/// Names in the setting that no rule has: somebody thinks that a rule is left out, and it is not.
pub(super) fn unknown(settings: &AlertingSettings) -> impl Iterator<Item = &String> {
    let known =
        |name: &String| READ.iter().any(|(_, group)| group.rules.iter().any(|rule| rule.name == *name));
    settings.shipped_without.iter().filter(move |name| !known(name))
}
