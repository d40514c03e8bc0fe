//! What a panel shows at a moment: its questions, asked. The pages' first pictures, pictures by their address and snapshots are made
//! from it, so that all show the same.

use std::collections::BTreeMap;

use futures::future::join_all;
use watchfire_dashboard::Clock;
use watchfire_model::TimeRange;
use watchfire_panel::{Answer, Prepared, Question, Role, Sight, Unfolded, prepare, questions};

use crate::{Columns, Service, Source};

/// How many series a query of a panel gets.
const MOST_SERIES: usize = 1000;

/// What the queries of a panel brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanelAnswers {
    /// The answers, by the place of the query and what they are for.
    pub answers: BTreeMap<(usize, Role), Answer>,
    /// What was wrong with those that have none.
    pub failures: Vec<String>,
    /// Warnings, and how many series are left out.
    pub notes: Vec<String>,
    /// Milliseconds between points.
    pub step: i64,
}

impl PanelAnswers {
    /// What the panel makes of them. `range`: that of the page.
    pub fn prepared(self, item: &Unfolded, range: TimeRange, scrape_interval: i64) -> Prepared {
        let clock = Clock { from: range.start, to: range.end, step: self.step, scrape_interval };
        let mut prepared = prepare(&item.panel, self.answers, &item.values, &clock);
        for note in self.notes {
            if !prepared.notes.contains(&note) {
                prepared.notes.push(note);
            }
        }
        prepared
    }
}

impl Service {
    /// Asks what a panel shows in `sight` at `now`, milliseconds since the epoch. A query that fails leaves the others as they are.
    pub async fn see(&self, item: &Unfolded, sight: Sight, now: i64) -> PanelAnswers {
        let asked = questions(&item.panel, &item.values, sight);
        let step = asked.first().map_or(1000, |question| question.step);
        let found = join_all(asked.into_iter().map(|question| async move {
            let columns = ask(self, &question, now).await;
            (question, columns)
        }))
        .await;
        let mut seen = PanelAnswers { step, ..PanelAnswers::default() };
        for (question, columns) in found {
            match columns {
                Ok(columns) => {
                    if columns.left_out > 0 {
                        let all = columns.left_out + columns.series.len();
                        seen.notes.push(format!("{} of {all} series are left out", columns.left_out));
                    }
                    seen.notes.extend(columns.notes);
                    let mut grid = columns.grid;
                    grid.start += question.shift;
                    let answer = Answer { grid, series: columns.series };
                    seen.answers.insert((question.query, question.role), answer);
                }
                Err(failure) => seen.failures.push(failure),
            }
        }
        seen.failures.dedup();
        seen
    }
}

async fn ask(service: &Service, question: &Question, now: i64) -> Result<Columns, String> {
    let source =
        Source::promql(question.expr.clone(), question.instant).map_err(|refusal| refusal.message)?;
    let columns = source.evaluate(service, question.step, question.range, now, MOST_SERIES).await;
    columns.map_err(|refusal| refusal.message)
}
