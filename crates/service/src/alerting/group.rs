//! A group that is evaluated: what its task writes and the API reads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use watchfire_rules::RuleState;

use super::plan::GroupPlan;
use super::usual::Baseline;

/// How evaluations of a group went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupStats {
    /// Evaluations of its rules.
    pub evaluations: u64,
    /// Those that failed.
    pub failures: u64,
    /// Evaluations of the whole group, missed ones included.
    pub iterations: u64,
    /// Those that were left out because the one before took too long.
    pub missed: u64,
    /// How long the last one took.
    pub last_duration: Duration,
    /// When the last one was: milliseconds since the epoch.
    pub last_evaluation: Option<i64>,
    /// Samples that the last one wrote, staleness markers aside.
    pub last_samples: usize,
}

/// How a rule does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// It was not evaluated yet.
    #[default]
    Unknown,
    /// Its last evaluation went well.
    Ok,
    /// Its last evaluation failed: why.
    Err(String),
}

/// A rule between its evaluations.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleRun {
    pub(crate) state: RuleState,
    pub(crate) health: Health,
    /// Milliseconds since the epoch.
    pub(crate) evaluated_at: Option<i64>,
    pub(crate) took: Duration,
    /// What is usual in this hour, where the rule asks for it.
    pub(crate) baseline: Option<Arc<Baseline>>,
}

/// A group that is evaluated.
#[derive(Debug)]
pub(crate) struct RunningGroup {
    pub(crate) plan: GroupPlan,
    rules: Vec<Mutex<RuleRun>>,
    stats: Mutex<GroupStats>,
}

impl RunningGroup {
    pub(crate) fn new(plan: GroupPlan, runs: Vec<RuleRun>, stats: GroupStats) -> Self {
        debug_assert_eq!(plan.rules.len(), runs.len());
        Self { plan, rules: runs.into_iter().map(Mutex::new).collect(), stats: Mutex::new(stats) }
    }

    /// A rule by its place; for a moment, never over an await.
    pub(crate) fn rule(&self, index: usize) -> MutexGuard<'_, RuleRun> {
        self.rules[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stats(&self) -> GroupStats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut GroupStats)) {
        change(&mut self.stats.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
