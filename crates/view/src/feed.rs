//! From a panel to what is asked of the server, and from what came back to what the panel shows.

use std::collections::BTreeMap;

use watchfire_dashboard::{Clock, Panel, Values};
use watchfire_model::live::Asked;
use watchfire_model::{TimeExpr, TimeRange, TimeWindow, choose_step};
use watchfire_panel::{Answer, Prepared, Question, Sight, prepare};

use crate::SeriesBuffer;

/// The usual distance between samples, in milliseconds, where nothing says another: that of Watchfire's scraping.
pub const SCRAPE_INTERVAL: i64 = 15_000;

/// For how many points a width in CSS pixels has room; few choices, so that screens that differ little share their data.
pub fn points_of(width: f64) -> u32 {
    ((width / 200.0).ceil() as u32).clamp(1, 10) * 200
}

/// What a panel asks over the range of its page, with the windows that follow the time as that does. `at`: now, for what is
/// asked as it is at this moment. `refreshes`: whether the page moves at all. `points`: for how many there is room; `compare`: how much
/// earlier the range lies that it is compared with, 0 for none. `questions`: which of its questions there are.
pub fn asked(
    panel: &Panel,
    values: &Values,
    mut page: TimeWindow,
    at: i64,
    refreshes: bool,
    (points, compare): (u32, i64),
    questions: impl FnOnce(&Panel, &Values, Sight) -> Vec<Question>,
) -> Vec<(Question, TimeWindow)> {
    if !refreshes {
        let range = page.resolve(at);
        page = TimeWindow { from: TimeExpr::At(range.start), to: TimeExpr::At(range.end) };
    }
    let sight = Sight { range: page.resolve(at), points, scrape_interval: SCRAPE_INTERVAL, compare };
    questions(panel, values, sight).into_iter().map(|question| in_window(question, page, at)).collect()
}

/// The question with the window that follows the time as its range does.
fn in_window(question: Question, page: TimeWindow, now: i64) -> (Question, TimeWindow) {
    let length = question.range.length();
    let window = match page.to {
        TimeExpr::BeforeNow(back) if matches!(page.from, TimeExpr::BeforeNow(_)) || question.shift > 0 => {
            let back = back.saturating_add(question.shift);
            TimeWindow {
                from: TimeExpr::BeforeNow(back.saturating_add(length)),
                to: TimeExpr::BeforeNow(back),
            }
        }
        TimeExpr::BeforeNow(_) => page,
        TimeExpr::At(_) => {
            TimeWindow { from: TimeExpr::At(question.range.start), to: TimeExpr::At(question.range.end) }
        }
    };
    // What does not end now is asked for as it is at this moment, and anew when that moves on.
    let window = match window.to {
        TimeExpr::BeforeNow(back) if back > 0 => {
            // Between two points nothing new is to be had; they lie where the server's usual steps have them.
            let step = if question.instant { 1 } else { choose_step(question.step, 1) };
            let end = window.resolve(now).end;
            let range = window.resolve(now - end.rem_euclid(step));
            TimeWindow { from: TimeExpr::At(range.start), to: TimeExpr::At(range.end) }
        }
        _ => window,
    };
    // The range itself moves each second where it is live; what is asked stays the same.
    let range = if window.is_live() { TimeRange { start: 0, end: length } } else { window.resolve(now) };
    (Question { range, ..question }, window)
}

/// What a buffer holds from `start` on, at the page's times.
pub fn answer(question: &Question, buffer: &SeriesBuffer, start: i64) -> Answer {
    let mut grid = buffer.grid();
    let start = start - question.shift;
    let skip = if question.instant || grid.len < 2 {
        0
    } else {
        // One more, so that lines run to the edge.
        usize::try_from((start - grid.start).div_euclid(grid.step) - 1).unwrap_or(0).min(grid.len)
    };
    let series = buffer.series().filter_map(|(labels, values)| {
        let values = values.get(skip..)?.to_vec();
        let any = values.iter().any(|value| !value.is_nan());
        any.then(|| watchfire_model::GridSeries { labels: labels.clone(), values })
    });
    let mut series: Vec<_> = series.collect();
    watchfire_model::sort_small(&mut series, &|one, other| one.labels.cmp(&other.labels));
    grid.start = grid.time(skip) + question.shift;
    grid.len -= skip;
    Answer { grid, series }
}

/// What a panel shows of its answers. `page`: the range of its page; `step`: that of its first question, in milliseconds.
pub fn prepared(
    panel: &Panel,
    values: &Values,
    answers: BTreeMap<(usize, watchfire_panel::Role), Answer>,
    page: TimeRange,
    step: i64,
) -> Prepared {
    let clock = Clock { from: page.start, to: page.end, step, scrape_interval: SCRAPE_INTERVAL };
    prepare(panel, answers, values, &clock)
}

/// How the queries of a shared panel are asked for: their texts are not the page's to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    panel: u32,
    /// The ids of its queries, in their order.
    queries: Vec<String>,
    variables: Vec<(String, Vec<String>)>,
}

impl Named {
    /// Those of a panel in which `own` hold. `page`: what is chosen for each variable of the page, as links name it;
    /// `values`: the values that hold on the page.
    pub fn of(
        panel: &Panel,
        own: &Values,
        page: impl IntoIterator<Item = (String, Vec<String>)>,
        values: &Values,
    ) -> Self {
        let variables = page.into_iter().map(|(name, chosen)| {
            // A repeated panel has one of the values that the page has.
            let chosen = match own.chosen(&name) {
                Some(own) if values.chosen(&name) != Some(own) => {
                    own.iter().map(|choice| choice.value.clone()).collect()
                }
                _ => chosen,
            };
            (name, chosen)
        });
        let variables = variables.collect();
        Self {
            panel: panel.id,
            queries: panel.queries.iter().map(|query| query.id.clone()).collect(),
            variables,
        }
    }

    /// What is asked for by a question.
    pub fn asked(&self, question: &Question) -> Asked {
        Asked::Panel {
            panel: self.panel,
            query: self.queries.get(question.query).cloned().unwrap_or_default(),
            variables: self.variables.clone(),
            role: question.role,
        }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::{Choice, Query, Variable};
    use watchfire_panel::questions;

    use super::*;

    #[test]
    fn screens_that_differ_little_ask_for_the_same() {
        for (width, points) in [(0.0, 200), (390.0, 400), (580.0, 600), (600.0, 600), (9000.0, 2000)] {
            assert_eq!(points_of(width), points, "{width}");
        }
    }

    #[test]
    fn what_is_asked_follows_the_time_as_the_page_does() {
        const NOW: i64 = 1_000_000_000;
        let (hour, day) = (3_600_000, 86_400_000);
        let page = TimeWindow::last(hour);
        let at = |from, to| TimeWindow { from: TimeExpr::At(from), to: TimeExpr::At(to) };
        let panel = |shift: Option<&str>| Panel {
            queries: vec![Query::new("A", "up", "")],
            time_shift: shift.map(str::to_owned),
            ..Panel::default()
        };
        // What lies between two points of the server is no other window.
        let on_grid = NOW - NOW % choose_step(hour, 200);
        for (shift, refreshes, window) in [
            (None, true, page),
            (None, false, at(NOW - hour, NOW)),
            (Some("1d"), true, at(on_grid - day - hour, on_grid - day)),
        ] {
            let asked = asked(&panel(shift), &Values::default(), page, NOW, refreshes, (200, 0), questions);
            assert_eq!(asked.len(), 1);
            assert_eq!(asked[0].1, window, "{shift:?} {refreshes}");
        }
    }

    #[test]
    fn a_repeated_panel_names_its_own_value() {
        let variable = Variable { name: "host".to_owned(), multi: true, ..Variable::default() };
        let mut page = Values::default();
        page.set(&variable, vec![Choice::plain("a"), Choice::plain("b")]);
        let mut own = page.clone();
        own.set_one("host", Choice::plain("b"));
        let panel = Panel { id: 7, queries: vec![Query::new("A", "0", "")], ..Panel::default() };
        let chosen = || [("host".to_owned(), vec!["$__all".to_owned()])];
        let variables = |own: &Values| Named::of(&panel, own, chosen(), &page).variables;
        assert_eq!(variables(&page)[0].1, ["$__all"]);
        assert_eq!(variables(&own)[0].1, ["b"]);
    }
}
