use std::sync::PoisonError;

use leptos::prelude::*;
use watchfire_chart::Frame;
use watchfire_model::live::{Asked, Refresh};
use watchfire_model::{Grid, SeriesQuery};

use super::{MAX_POINTS, PanelSpec};
use crate::data::{FirstRender, SeriesBuffer, SeriesSummary};
use crate::live::{Connection, Live, Watch, WatchAsk, WatchState};
use crate::range::PageRange;

/// How a panel's data is. Each looks different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PanelState {
    /// The first answer has not come yet.
    Loading,
    /// Data, and it is fresh.
    Ready,
    /// An answer without samples.
    Empty,
    /// No new samples since this time, though the connection stands.
    Stale(i64),
    /// The connection is lost; what is shown is what was known then.
    Disconnected,
    /// The server refused.
    Failed(String),
}

/// A panel's live data: its subscriptions over the page's range.
#[derive(Clone, Copy)]
pub(crate) struct PanelData {
    /// Each series in a few words, in the order of queries and labels.
    pub(super) summaries: RwSignal<Vec<SeriesSummary>>,
    pub(super) state: RwSignal<PanelState>,
    /// Counts the changes of the data.
    pub(super) version: RwSignal<u32>,
    watches: StoredValue<Vec<Watch>>,
}

/// One series, laid on the panel's common grid.
#[derive(Clone, Debug)]
pub(crate) struct NamedColumn {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
}

/// What a panel has drawn: for the crosshair and the tooltip.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) frame: Frame,
    pub(super) grid: Grid,
    pub(super) columns: Vec<(usize, NamedColumn)>,
}

impl PanelData {
    /// Watches the panel's queries over the page's range, as long as the calling component lives.
    pub(super) fn of(spec: &PanelSpec) -> Self {
        let live = expect_context::<Live>();
        let range = expect_context::<PageRange>();
        let first = expect_context::<FirstRender>().panel(spec.id);
        let state = match &first {
            None => PanelState::Loading,
            Some(rows) if rows.is_empty() => PanelState::Empty,
            Some(_) => PanelState::Ready,
        };
        let data = Self {
            summaries: RwSignal::new(first.unwrap_or_default()),
            state: RwSignal::new(state),
            version: RwSignal::new(0),
            watches: StoredValue::new(Vec::new()),
        };
        let queries: Vec<_> = spec.queries.iter().map(|query| query.query.clone()).collect();
        let connection = live.connection();
        let now = live.now();
        let subscribed = RwSignal::new(0_u32);
        Effect::new(move |_| {
            let window = range.window();
            // The new ones first, so that what both have in common is not given up and asked for again.
            let ask = |query: &SeriesQuery| WatchAsk {
                asked: Asked::Series(query.clone()),
                window,
                max_points: MAX_POINTS as u32,
                min_step: 0,
                refresh: Refresh::Auto,
            };
            let watches = queries.iter().map(|query| live.watch(ask(query))).collect();
            data.watches.set_value(watches);
            subscribed.update(|count| *count += 1);
        });
        Effect::new(move |_| {
            subscribed.track();
            data.watches.with_value(|watches| watches.iter().for_each(|watch| watch.version.track()));
            if data
                .watches
                .with_value(|watches| watches.iter().all(|watch| watch.version.get_untracked() > 0))
            {
                data.refresh(range.window_untracked().resolve(now.get_untracked()).start);
            }
        });
        Effect::new(move |_| {
            subscribed.track();
            data.version.track();
            let state = data.state_at(connection.get(), now.get(), range.window().is_live());
            if data.state.with_untracked(|old| *old != state) {
                data.state.set(state);
            }
        });
        data
    }

    /// `start`: the first instant in sight. What has no value since then is not drawn, so it is not named either.
    fn refresh(self, start: i64) {
        let mut summaries = Vec::new();
        self.buffers(|query, buffer| {
            summaries.extend(buffer.series().filter_map(|(labels, values)| {
                let index = values.iter().rposition(|value| !value.is_nan())?;
                if buffer.grid().time(index + 1) <= start {
                    return None;
                }
                Some(SeriesSummary {
                    query,
                    labels: labels.clone(),
                    last: values[index],
                    at: buffer.grid().time(index),
                })
            }));
        });
        summaries.sort_by(|a, b| (a.query, &a.labels).cmp(&(b.query, &b.labels)));
        self.summaries.set(summaries);
        self.version.update(|version| *version = version.wrapping_add(1));
    }

    fn state_at(self, connection: Connection, now: i64, live: bool) -> PanelState {
        let mut newest = None;
        let mut patience = 0;
        self.buffers(|_, buffer| {
            newest = newest.max(buffer.newest());
            patience = patience.max(buffer.grid().step * 3);
        });
        let states = self
            .watches
            .with_value(|watches| watches.iter().map(|watch| watch.state.get()).collect::<Vec<_>>());
        if let Some(WatchState::Refused { message, .. }) =
            states.iter().find(|state| matches!(state, WatchState::Refused { .. }))
        {
            return PanelState::Failed(message.clone());
        }
        if connection == Connection::Lost {
            return PanelState::Disconnected;
        }
        if states.is_empty() || states.contains(&WatchState::Waiting) {
            // Until the first answer is there, the page shows what the server rendered.
            let shown = self.state.get_untracked();
            return if shown == PanelState::Disconnected { PanelState::Loading } else { shown };
        }
        match newest {
            None => PanelState::Empty,
            Some(newest) if live && now > 0 && now - newest > patience.max(STALE_AFTER) => {
                PanelState::Stale(newest)
            }
            Some(_) => PanelState::Ready,
        }
    }

    fn buffers(self, mut each: impl FnMut(usize, &SeriesBuffer)) {
        self.watches.with_value(|watches| {
            for (query, watch) in watches.iter().enumerate() {
                each(query, &watch.buffer.lock().unwrap_or_else(PoisonError::into_inner));
            }
        });
    }

    /// The grid that covers `window`, and each series with a value in it, by name.
    #[cfg(feature = "hydrate")]
    pub(super) fn columns(
        self,
        spec: &PanelSpec,
        window: watchfire_model::TimeRange,
    ) -> Option<(Grid, Vec<NamedColumn>)> {
        let mut step = 0;
        self.buffers(|_, buffer| {
            if buffer.grid().len > 0 {
                step = step.max(buffer.grid().step);
            }
        });
        let grid = Grid::covering(window, step).ok()?;
        let mut found = Vec::new();
        let queries = if spec.kind == super::Kind::Tile { 1 } else { usize::MAX };
        self.buffers(|query, buffer| {
            if query < queries && buffer.grid().step == step {
                for (labels, values) in buffer.series() {
                    let values = laid_on(grid, buffer.grid(), values);
                    if values.iter().any(|value| !value.is_nan()) {
                        found.push((query, labels.clone(), values));
                    }
                }
            }
        });
        found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let named = found
            .into_iter()
            .map(|(query, labels, values)| NamedColumn { name: spec.series_name(query, &labels), values });
        Some((grid, named.take(spec.most_drawn()).collect()))
    }
}

/// Without new samples for this long (or for three steps, if that is longer) a live panel says that it is stale.
const STALE_AFTER: i64 = 15_000;

/// The values of a column of `from` at the points of `to`; both have the same step.
#[cfg(any(feature = "hydrate", test))]
fn laid_on(to: Grid, from: Grid, values: &[f64]) -> Vec<f64> {
    let shift = (to.start - from.start) / to.step;
    (0..to.len as i64)
        .map(|index| {
            usize::try_from(index + shift)
                .ok()
                .and_then(|index| values.get(index))
                .copied()
                .unwrap_or(f64::NAN)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_shifted_into_place() {
        let grid = |start, len| Grid { start, step: 10, len };
        let text = |to, from, values: &[f64]| format!("{:?}", laid_on(to, from, values));
        assert_eq!(text(grid(0, 3), grid(10, 2), &[1.0, 2.0]), "[NaN, 1.0, 2.0]");
        assert_eq!(text(grid(20, 3), grid(10, 2), &[1.0, 2.0]), "[2.0, NaN, NaN]");
        assert_eq!(text(grid(10, 2), grid(10, 2), &[1.0, 2.0]), "[1.0, 2.0]");
    }
}
