use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use watchfire_dashboard::{Clock, Panel, Query, Values};
use watchfire_model::{Grid, GridSeries, TimeRange};
use watchfire_panel::{Answer, Prepared, Role, Unfolded, prepare};
use watchfire_view::SCRAPE_INTERVAL;

use super::asked::{Asked, Tab};
use super::unit::{unit_name, unit_of};
use crate::address::Search;
use crate::api::{self, Abort, AnswerSeries, Cost, Failure, QueryAnswer};
use crate::range::clock;

/// How many series are drawn.
pub(crate) const MOST_DRAWN: usize = 100;

/// How many rows a table shows.
pub(super) const MOST_ROWS: usize = 1000;

/// How the answer is. Each looks different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing was asked.
    Idle,
    /// The first answer has not come yet.
    Loading,
    /// Here it is.
    Ready,
    /// An answer without series.
    Empty,
    /// What is shown answers an older question; the newer one is on its way.
    Renewing,
    /// The server does not answer; what is shown is older.
    Disconnected,
    /// The server refused.
    Failed(String),
}

impl Progress {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Empty => "empty",
            Self::Renewing => "renewing",
            Self::Disconnected => "disconnected",
            Self::Failed(_) => "failed",
        }
    }
}

/// What there is to say about an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    /// The last instant that was evaluated.
    pub(super) at: i64,
    /// Of a graph: milliseconds between its points.
    pub(super) step: Option<i64>,
    pub(super) series: usize,
    /// Whether there are more series than are shown.
    pub(super) more: bool,
    pub(super) cost: Cost,
    pub(super) warnings: Vec<String>,
    pub(super) infos: Vec<String>,
}

/// The answer to what the URL asks for.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    pub(super) progress: RwSignal<Progress>,
    pub(super) facts: RwSignal<Option<Facts>>,
    /// What the graph is drawn as.
    pub(super) panel: RwSignal<Option<Arc<Unfolded>>>,
    pub(super) graph: RwSignal<Option<Arc<Prepared>>>,
    /// The range that the graph answers for.
    pub(super) window: RwSignal<Option<TimeRange>>,
    pub(super) table: RwSignal<Option<Arc<QueryAnswer>>>,
    /// Which question each tab's content answers.
    answered: StoredValue<[Option<Asked>; 2]>,
    /// Counts the questions: a late answer to an earlier one is not shown.
    number: StoredValue<u32>,
    pending: StoredValue<Option<SendWrapper<Abort>>>,
}

impl Outcome {
    /// `asks`: whether a question will follow at once.
    pub(super) fn new(asks: bool) -> Self {
        Self {
            progress: RwSignal::new(if asks { Progress::Loading } else { Progress::Idle }),
            facts: RwSignal::new(None),
            panel: RwSignal::new(None),
            graph: RwSignal::new(None),
            window: RwSignal::new(None),
            table: RwSignal::new(None),
            answered: StoredValue::new([None, None]),
            number: StoredValue::new(0),
            pending: StoredValue::new(None),
        }
    }

    /// Takes back the question that is on its way.
    pub(super) fn stop(self) {
        self.number.try_update_value(|number| *number = number.wrapping_add(1));
        if let Some(abort) = self.pending.try_update_value(Option::take).flatten() {
            abort.abort();
        }
    }

    /// Asks the server. For the browser.
    pub(super) fn ask(self, asked: Asked) {
        self.stop();
        if asked.query.trim().is_empty() {
            self.answered.set_value([None, None]);
            self.facts.set(None);
            self.progress.set(Progress::Idle);
            return;
        }
        let Ok(expr) = watchfire_promql::parse(&asked.query) else {
            // The box says what is wrong, and where.
            let words = "the query above can't be read, so nothing was asked".to_owned();
            return self.progress.set(Progress::Failed(words));
        };
        let range = asked.window.resolve(clock());
        let grid = match asked.grid(range) {
            Ok(grid) => grid,
            Err(error) => return self.progress.set(Progress::Failed(error.to_string())),
        };
        let shown = self.answered.with_value(|answered| {
            answered[asked.tab as usize].as_ref().is_some_and(|before| {
                // What another tab left behind is old news unless it answers the same query.
                before.query == asked.query || answered.iter().flatten().count() == 1
            })
        });
        self.progress.set(if shown { Progress::Renewing } else { Progress::Loading });
        if !shown {
            self.facts.set(None);
        }
        let number = self.number.get_value();
        let abort = Abort::new();
        self.pending.set_value(Some(SendWrapper::new(abort.share())));
        let unit = unit_name(unit_of(&expr));
        spawn_local(async move {
            let answer = send(&asked, range, grid, &abort).await;
            if self.number.try_get_value() == Some(number) {
                self.show(asked, range, grid, unit, answer);
            }
        });
    }

    fn show(
        self,
        asked: Asked,
        range: TimeRange,
        grid: Grid,
        unit: &'static str,
        answer: Result<QueryAnswer, Failure>,
    ) {
        self.pending.set_value(None);
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(Failure::Aborted) => return,
            Err(Failure::Unreachable) => return self.progress.set(Progress::Disconnected),
            Err(failure) => return self.progress.set(Progress::Failed(failure.to_string())),
        };
        let tab = asked.tab;
        let most = if tab == Tab::Graph { MOST_DRAWN } else { MOST_ROWS };
        let more = answer.series.len() > most;
        if more {
            answer.series.truncate(most);
            // The page says so itself, with its numbers.
            answer.warnings.retain(|warning| warning != "results truncated due to limit");
        }
        let empty = answer.series.is_empty();
        self.facts.set(Some(Facts {
            at: if tab == Tab::Graph { grid.time(grid.len.saturating_sub(1)) } else { range.end },
            step: (tab == Tab::Graph).then_some(grid.step),
            series: answer.series.len(),
            more,
            cost: answer.cost,
            warnings: std::mem::take(&mut answer.warnings),
            infos: std::mem::take(&mut answer.infos),
        }));
        self.answered.update_value(|answered| {
            // A query that is new makes what the other tab shows old.
            for other in answered.iter_mut() {
                if other.as_ref().is_some_and(|other| other.query != asked.query) {
                    *other = None;
                }
            }
            answered[tab as usize] = Some(asked);
        });
        match tab {
            Tab::Graph => {
                let item = drawn_as(unit);
                let graph = prepared(&item, &answer.series, grid, range);
                self.window.set(Some(range));
                self.panel.set(Some(Arc::new(item)));
                self.graph.set(Some(Arc::new(graph)));
            }
            Tab::Table => self.table.set(Some(Arc::new(answer))),
        }
        self.progress.set(if empty { Progress::Empty } else { Progress::Ready });
    }
}

async fn send(asked: &Asked, range: TimeRange, grid: Grid, abort: &Abort) -> Result<QueryAnswer, Failure> {
    let form = Search::default().with("query", &asked.query).with("stats", "all");
    let (path, form) = match asked.tab {
        Tab::Graph => (
            "/api/v1/query_range",
            form.with("start", &seconds(grid.start))
                .with("end", &seconds(grid.time(grid.len.saturating_sub(1))))
                .with("step", &seconds(grid.step))
                .with("limit", &(MOST_DRAWN + 1).to_string()),
        ),
        Tab::Table => (
            "/api/v1/query",
            form.with("time", &seconds(range.end)).with("limit", &(MOST_ROWS + 1).to_string()),
        ),
    };
    let text = api::post(path, &form, abort).await?;
    QueryAnswer::read(&text)
}

/// Milliseconds as the seconds of Prometheus' API.
pub(crate) fn seconds(millis: i64) -> String {
    let sign = if millis < 0 { "-" } else { "" };
    let (whole, part) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
    if part == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:03}") }
}

/// The panel that draws answers: a chart over time.
pub(crate) fn drawn_as(unit: &str) -> Unfolded {
    let mut panel = Panel { title: "Graph".to_owned(), ..Panel::default() };
    panel.queries.push(Query { id: "A".to_owned(), ..Query::default() });
    panel.field.unit = Some(unit.to_owned());
    panel.view.tooltip_all = Some(true);
    Unfolded { key: "graph".to_owned(), copies: None, panel, values: Values::default() }
}

/// What the panel shows of an answer. Series go by all of their labels: here one looks for what there is.
pub(crate) fn prepared(item: &Unfolded, series: &[AnswerSeries], grid: Grid, range: TimeRange) -> Prepared {
    let answer = Answer { grid, series: series.iter().map(|series| on_grid(series, grid)).collect() };
    let answers = [((0, Role::Value), answer)].into_iter().collect();
    let clock = Clock { from: range.start, to: range.end, step: grid.step, scrape_interval: SCRAPE_INTERVAL };
    let mut prepared = prepare(&item.panel, answers, &item.values, &clock);
    for shown in &mut prepared.series {
        shown.name = shown.labels.to_string();
    }
    prepared
}

fn on_grid(series: &AnswerSeries, grid: Grid) -> GridSeries {
    let mut values = vec![f64::NAN; grid.len];
    for (at, value) in &series.points {
        if let Some(place) = grid.index(*at).and_then(|index| values.get_mut(index)) {
            // Rust reads all that Prometheus writes: NaN, +Inf, 1e-05.
            *place = value.parse().unwrap_or(f64::NAN);
        }
    }
    GridSeries { labels: series.labels.clone(), values }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;

    #[test]
    fn times_are_written_as_seconds() {
        for (millis, text) in [(1500, "1.500"), (2000, "2"), (-1, "-0.001"), (0, "0")] {
            assert_eq!(seconds(millis), text);
        }
    }

    #[test]
    fn points_find_their_place_and_gaps_stay() {
        let labels = Labels::of("up", []).unwrap();
        let point = |at, value: &str| (at, value.to_owned());
        let series = AnswerSeries {
            labels,
            points: vec![point(1000, "2"), point(3000, "+Inf"), point(4000, "NaN"), point(9000, "7")],
        };
        let grid = Grid { start: 1000, step: 1000, len: 4 };
        let range = TimeRange { start: 1000, end: 5000 };
        let prepared = prepared(&drawn_as("short"), &[series], grid, range);
        let [shown] = prepared.series.as_slice() else { panic!("{prepared:?}") };
        assert_eq!(format!("{:?}", shown.values), "[2.0, NaN, inf, NaN]");
        assert_eq!(shown.name, "up");
    }
}
