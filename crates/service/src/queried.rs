use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use watchfire_model::{METRIC_NAME, MatchOp, Matcher};
use watchfire_promql::Selection;

/// Metrics that are remembered; beyond, nothing new is.
const MOST: usize = 100_000;

/// When each metric was last queried by its name, since the start.
#[derive(Debug, Default)]
pub(crate) struct Queried(Mutex<HashMap<String, i64>>);

impl Queried {
    pub(crate) fn note(&self, selections: &[Selection]) {
        self.note_matchers(selections.iter().flat_map(|selection| &selection.matchers));
    }

    /// Notes what a live chart asks for.
    pub(crate) fn note_matchers<'a>(&self, matchers: impl IntoIterator<Item = &'a Matcher>) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for matcher in
            matchers.into_iter().filter(|matcher| matcher.name == METRIC_NAME && matcher.op == MatchOp::Equal)
        {
            if let Some(time) = times.get_mut(&matcher.value) {
                *time = now;
            } else if times.len() < MOST {
                times.insert(matcher.value.clone(), now);
            }
        }
    }

    /// Milliseconds since the epoch; `None` for one that nobody asked for.
    pub(crate) fn when(&self, metric: &str) -> Option<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(metric).copied()
    }
}
