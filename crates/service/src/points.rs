//! What charts ask for: series, or a query in PromQL, as columns over a grid. The live hub asks so, and whoever draws a picture.

use std::collections::HashMap;

use watchfire_model::{Grid, GridSeries, Labels, SeriesQuery, TimeRange};
use watchfire_promql::{Answer, EvalError, Value, parse};

use crate::{Nature, PromQuery, Service, ServiceError, nature};

/// What is evaluated once for all who ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A value of the samples of each step; the newest step may still be filling.
    Series(SeriesQuery),
    /// A query whose points stand for themselves: those that have been told need not be told again.
    Promql(String),
    /// A query whose points depend on the range or on what comes later, so it is told whole each time.
    Ranged(String),
    /// A query of which only the newest value is wanted.
    Instant(String),
}

/// The answer to a part of a range.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The points.
    pub grid: Grid,
    /// Sorted by labels.
    pub series: Vec<GridSeries>,
    /// Warnings and infos.
    pub notes: Vec<String>,
    /// How many series were cut off.
    pub left_out: usize,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, and how to mend it.
    pub message: String,
    /// Where in the query's text, in characters.
    pub position: Option<(u32, u32)>,
    /// Whether it may go better later.
    pub retry: bool,
}

impl Refusal {
    /// A reason without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: None, retry: false }
    }

    /// What the service says of the query `text`.
    fn of(error: &ServiceError, text: &str) -> Self {
        let span = match error {
            ServiceError::Parse(error) => Some(error.span),
            ServiceError::Eval(EvalError::Parse { span, .. }) => Some(*span),
            _ => None,
        };
        let characters = |bytes: u32| {
            let before = text.char_indices().take_while(|(at, _)| *at < bytes as usize).count();
            u32::try_from(before).unwrap_or(u32::MAX)
        };
        let position = span.map(|span| (characters(span.start), characters(span.end)));
        Self { message: error.to_string(), position, retry: error.is_retryable() }
    }
}

impl Source {
    /// The source of a query in PromQL, or what is wrong with its text.
    pub fn promql(expr: String, instant: bool) -> Result<Self, Refusal> {
        let tree = parse(&expr).map_err(|error| Refusal::of(&error.into(), &expr))?;
        Ok(if instant {
            Self::Instant(expr)
        } else if nature(&tree) == Nature::Ranged {
            Self::Ranged(expr)
        } else {
            Self::Promql(expr)
        })
    }

    /// Whether each answer is told whole.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Ranged(_) | Self::Instant(_))
    }

    /// The first point that a sample at `timestamp` can change.
    pub fn first_changed(&self, timestamp: i64, step: i64) -> i64 {
        // Nothing is stored from before 1970; what was deleted may have been anywhere.
        let timestamp = timestamp.max(0);
        let step_of = timestamp.div_euclid(step) * step;
        match self {
            // A point stands for the samples from its time on.
            Self::Series(_) => step_of,
            // A point stands for its instant.
            _ if step_of < timestamp => step_of.saturating_add(step),
            _ => step_of,
        }
    }

    /// The points of `range`: from the one at or before its start to the one at its end. The end of a query in PromQL is the
    /// next point of the grid; where `now` has not come to it, it has the value of now.
    pub async fn evaluate(
        &self,
        service: &Service,
        step: i64,
        range: TimeRange,
        now: i64,
        most: usize,
    ) -> Result<Columns, Refusal> {
        let bad = |error: watchfire_model::GridError| Refusal::new(error.to_string());
        let mut columns = match self {
            Self::Series(query) => {
                let grid = Grid::covering(range, step).map_err(bad)?;
                let series = service.query(query, grid).await.map_err(|error| Refusal::of(&error, ""))?;
                Columns { grid, series, notes: Vec::new(), left_out: 0 }
            }
            Self::Instant(text) => {
                let at = range.end.min(now);
                let answer = evaluate(service, text, (at, at, 0)).await?;
                let mut columns = Columns {
                    grid: Grid { start: at, step: 1, len: 1 },
                    series: Vec::new(),
                    notes: Vec::new(),
                    left_out: 0,
                };
                columns.add_head(answer)?;
                columns
            }
            Self::Promql(text) | Self::Ranged(text) => {
                // One that ends in the future ends now.
                let end = range.end.min(now);
                let past =
                    Grid::covering(TimeRange { start: range.start.min(end), end }, step).map_err(bad)?;
                let next = past.time(past.len);
                let last = past.time(past.len - 1);
                // Within a range that is over, the point behind its end can be had as it is.
                let until = if next <= now && last < range.end { next } else { last };
                let answer = evaluate(service, text, (past.start, until, step)).await?;
                let grid = Grid { len: ((until - past.start) / step + 1) as usize, ..past };
                let mut columns = Columns::of(answer, grid)?;
                if until == last && last < end && !matches!(self, Self::Ranged(_)) {
                    columns.lengthen();
                    columns.add_head(evaluate(service, text, (now, now, 0)).await?)?;
                }
                columns
            }
        };
        columns.left_out = columns.series.len().saturating_sub(most);
        columns.series.truncate(most);
        Ok(columns)
    }
}

async fn evaluate(
    service: &Service,
    text: &str,
    (start, end, step): (i64, i64, i64),
) -> Result<Answer, Refusal> {
    let query = PromQuery { text: text.to_owned(), start, end, step, lookback: None, timeout: None };
    let evaluated = service.evaluate(query).await.map_err(|error| Refusal::of(&error, text))?;
    Ok(evaluated.answer)
}

fn no_chart(what: &str) -> Refusal {
    Refusal::new(format!("{what} cannot be watched; ask for an instant vector or a number"))
}

impl Columns {
    /// The answer of a range query over `grid`.
    fn of(answer: Answer, grid: Grid) -> Result<Self, Refusal> {
        let Value::Matrix(all) = answer.value else { return Err(no_chart("a text")) };
        let series = all.into_iter().map(|series| {
            if series.timestamps.len() == grid.len {
                return GridSeries { labels: series.labels, values: series.values };
            }
            let mut values = vec![f64::NAN; grid.len];
            for (timestamp, value) in series.timestamps.iter().zip(&series.values) {
                if let Some(slot) = grid.index(*timestamp).and_then(|index| values.get_mut(index)) {
                    *slot = *value;
                }
            }
            GridSeries { labels: series.labels, values }
        });
        let series = series.collect();
        let notes = answer.warnings.into_iter().chain(answer.infos).collect();
        Ok(Self { grid, series, notes, left_out: 0 })
    }

    /// Adds a point without values.
    fn lengthen(&mut self) {
        self.grid.len += 1;
        for series in &mut self.series {
            series.values.push(f64::NAN);
        }
    }

    /// Gives the last point the values of an instant query.
    fn add_head(&mut self, answer: Answer) -> Result<(), Refusal> {
        let values = match answer.value {
            Value::Vector(values) => values,
            Value::Scalar(value) => vec![(Labels::empty(), value)],
            Value::Matrix(_) => return Err(no_chart("a range vector")),
            Value::String(_) => return Err(no_chart("a text")),
        };
        let places: HashMap<Labels, usize> =
            self.series.iter().zip(0..).map(|(series, place)| (series.labels.clone(), place)).collect();
        let known = self.series.len();
        for (labels, value) in values {
            if let Some(place) = places.get(&labels) {
                if let Some(last) = self.series[*place].values.last_mut() {
                    *last = value;
                }
            } else {
                let mut column = vec![f64::NAN; self.grid.len];
                column[self.grid.len - 1] = value;
                self.series.push(GridSeries { labels, values: column });
            }
        }
        if self.series.len() > known {
            self.series.sort_by(|one, other| one.labels.cmp(&other.labels));
        }
        for note in answer.warnings.into_iter().chain(answer.infos) {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        Ok(())
    }
}
