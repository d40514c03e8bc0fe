//! What a connection may ask for.

use std::sync::Arc;

use async_trait::async_trait;
use watchfire_model::live::{Role, Span};
use watchfire_model::{TimeRange, choose_step};

/// What a connection may ask for.
#[derive(Clone)]
pub(crate) enum Scope {
    /// Any query: [`Asked::Promql`](watchfire_model::live::Asked::Promql) and
    /// [`Asked::Series`](watchfire_model::live::Asked::Series).
    All,
    /// The panels of a shared dashboard: [`Asked::Panel`](watchfire_model::live::Asked::Panel) alone.
    Share(Arc<dyn PanelQueries>),
}

/// A query of a panel that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PanelAsked {
    /// The panel's number.
    pub(crate) panel: u32,
    /// The query's name in the panel.
    pub(crate) query: String,
    /// The chosen values of each variable, as the client sent them.
    pub(crate) variables: Vec<(String, Vec<String>)>,
    /// What of the query.
    pub(crate) role: Role,
    /// The time that the client wants to see.
    pub(crate) span: Span,
}

/// What the panel's query is evaluated as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PanelQuery {
    /// The text in PromQL, all variables filled in.
    pub(crate) expr: String,
    /// Whether only the newest value is wanted.
    pub(crate) instant: bool,
    /// The time that is shown: the client's, unless the share locks it.
    pub(crate) span: Span,
}

/// The queries behind a shared dashboard. The text that is evaluated is chosen here and never by the client.
#[async_trait]
pub(crate) trait PanelQueries: Send + Sync {
    /// The query that a client asks for, or a sentence that says why there is none. `clock` tells the step of a span, for
    /// variables such as `$__interval`.
    async fn query(&self, asked: PanelAsked, clock: StepClock) -> Result<PanelQuery, String>;

    /// Whether the share may still be seen. Asked every few seconds while someone watches, so it must be cheap.
    fn still_open(&self) -> bool;

    /// Counts the changes of what is shared, so that what was allowed before is looked at anew.
    fn version(&self) -> u64;
}

/// Tells which range and step a span comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepClock {
    /// Milliseconds since the epoch.
    pub(crate) now: i64,
    /// How many points the client can show.
    pub(crate) max_points: usize,
    /// The step is no shorter than this, in milliseconds.
    pub(crate) min_step: i64,
}

/// What a span comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stepped {
    /// From when to when.
    pub(crate) range: TimeRange,
    /// Milliseconds from point to point.
    pub(crate) step: i64,
}

impl StepClock {
    /// The range and the step that `span` is answered with now, or a sentence that says what is wrong with it.
    pub(crate) fn at(self, span: Span) -> Result<Stepped, String> {
        let now = self.now;
        let range = match span {
            Span::Last { length } => TimeRange { start: now.saturating_sub(length), end: now },
            Span::Since { start } => TimeRange { start, end: now },
            Span::Fixed { start, end } => TimeRange { start, end },
        };
        if range.end < range.start || range.start < 0 {
            return Err("the range must start after 1970 and not end before it starts".to_owned());
        }
        let step = choose_step(range.length(), self.max_points).max(choose_step(self.min_step, 1));
        Ok(Stepped { range, step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_suits_points_and_its_least() {
        let clock = |min_step| StepClock { now: 1_700_000_000_000, max_points: 500, min_step };
        let last = Span::Last { length: 900_000 };
        let table = [(0, 2000), (1, 2000), (2001, 5000), (15_000, 15_000), (45_000, 60_000)];
        for (least, step) in table {
            assert_eq!(clock(least).at(last).unwrap().step, step, "{least}");
        }
        let range = TimeRange { start: 1_700_000_000_000 - 900_000, end: 1_700_000_000_000 };
        assert_eq!(clock(0).at(last).unwrap().range, range);
        for bad in [Span::Last { length: -1 }, Span::Fixed { start: 5, end: 4 }, Span::Since { start: -1 }] {
            assert!(clock(0).at(bad).unwrap_err().contains("1970"));
        }
    }
}
