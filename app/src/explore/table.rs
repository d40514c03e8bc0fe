use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use watchfire_model::{METRIC_NAME, format_utc};

use super::outcome::MOST_ROWS;
use crate::api::{AnswerKind, QueryAnswer};
use crate::preferences::Preferences;

/// An answer as rows: a column for each label, and the value.
#[component]
pub(super) fn AnswerTable(
    /// What the server said.
    answer: RwSignal<Option<Arc<QueryAnswer>>>,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    // As the server has it, until a column is chosen.
    let sorting = RwSignal::new(None::<(Column, bool)>);
    let rows = Memo::new(move |_| answer.with(|answer| answer.as_deref().map(Grid::of).unwrap_or_default()));
    let head = move |column: Column| {
        let (order_of, clicked, number) = (column.clone(), column.clone(), column.is_number());
        let value = column == Column::Value;
        let order = move || match sorting.get() {
            Some((by, falling)) if by == order_of => {
                if falling {
                    "descending"
                } else {
                    "ascending"
                }
            }
            _ => "none",
        };
        let click = move |_| {
            sorting.update(|sorting| {
                *sorting = match sorting.take() {
                    Some((by, falling)) if by == clicked => Some((by, !falling)),
                    _ => Some((clicked.clone(), clicked == Column::Value)),
                };
            });
        };
        view! {
            <th scope="col" class:number=number class:value=value aria-sort=order>
                <button type="button" on:click=click>{column.title()}</button>
            </th>
        }
    };
    let body = move || {
        let utc_offset = preferences.utc_offset();
        rows.with(|rows| {
            let mut order: Vec<usize> = (0..rows.rows.len()).collect();
            if let Some((by, falling)) = sorting.get() {
                order.sort_by(|a, b| {
                    let compared = rows.compare(*a, *b, &by);
                    if falling { compared.reverse() } else { compared }
                });
            }
            let row = |index: usize| {
                let row = &rows.rows[index];
                let cells = rows.columns.iter().map(|column| {
                    let text = match column {
                        Column::Label(name) => row.label(name).to_owned(),
                        Column::Time => format_utc(row.at, utc_offset, "%Y-%m-%d %H:%M:%S%.3f"),
                        Column::Value => row.value.clone(),
                    };
                    view! { <td class=column.class()>{text}</td> }
                });
                view! { <tr>{cells.collect_view()}</tr> }
            };
            order.into_iter().map(row).collect_view()
        })
    };
    let cut = move || {
        rows.with(|rows| rows.more).then(|| {
            let words = format!(
                "The first {MOST_ROWS} rows are shown; there are more. Narrow the query, or use topk()."
            );
            view! { <p class="answer-cut">{words}</p> }
        })
    };
    view! {
        {cut}
        <div class="table-scroll answer-table" tabindex="0" role="group" aria-label="Answer">
            <table class="table">
                <thead><tr>{move || rows.with(|rows| rows.columns.clone()).into_iter().map(head).collect_view()}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Label(String),
    Time,
    Value,
}

impl Column {
    fn title(&self) -> String {
        match self {
            Self::Label(name) if name == METRIC_NAME => "Metric".to_owned(),
            Self::Label(name) => name.clone(),
            Self::Time => "Time".to_owned(),
            Self::Value => "Value".to_owned(),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Time | Self::Value)
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Label(_) => "label",
            Self::Time => "number",
            Self::Value => "number value",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    labels: watchfire_model::Labels,
    at: i64,
    value: String,
}

impl Row {
    fn label(&self, name: &str) -> &str {
        self.labels.get(name).unwrap_or_default()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Grid {
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Whether some were left out.
    more: bool,
}

impl Grid {
    fn of(answer: &QueryAnswer) -> Self {
        let names: BTreeSet<&str> =
            answer.series.iter().flat_map(|series| series.labels.iter().map(|label| label.name)).collect();
        // The metric's name comes first, whatever it is called.
        let metric = names.iter().filter(|name| **name == METRIC_NAME);
        let others = names.iter().filter(|name| **name != METRIC_NAME);
        let mut columns: Vec<Column> =
            metric.chain(others).map(|name| Column::Label((*name).to_owned())).collect();
        if answer.kind == AnswerKind::Matrix {
            columns.push(Column::Time);
        }
        columns.push(Column::Value);
        let mut points = answer.series.iter().flat_map(|series| {
            series.points.iter().map(|(at, value)| Row {
                labels: series.labels.clone(),
                at: *at,
                value: value.clone(),
            })
        });
        let rows: Vec<Row> = points.by_ref().take(MOST_ROWS).collect();
        let more = points.next().is_some();
        Self { columns, rows, more }
    }

    fn compare(&self, a: usize, b: usize, by: &Column) -> Ordering {
        let (a, b) = (&self.rows[a], &self.rows[b]);
        match by {
            Column::Label(name) => a.label(name).cmp(b.label(name)),
            Column::Time => a.at.cmp(&b.at),
            Column::Value => match (a.value.parse::<f64>(), b.value.parse::<f64>()) {
                (Ok(a), Ok(b)) => a.total_cmp(&b),
                _ => a.value.cmp(&b.value),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;
    use crate::api::{AnswerSeries, Cost};

    fn answer(kind: AnswerKind, series: Vec<AnswerSeries>) -> QueryAnswer {
        QueryAnswer { kind, series, warnings: Vec::new(), infos: Vec::new(), cost: Cost::default() }
    }

    fn series(metric: &str, labels: &[(&str, &str)], values: &[&str]) -> AnswerSeries {
        let labels = Labels::of(metric, labels.iter().copied()).unwrap();
        let points = values.iter().enumerate().map(|(at, value)| (at as i64, (*value).to_owned()));
        AnswerSeries { labels, points: points.collect() }
    }

    #[test]
    fn columns_are_the_labels_of_all_series() {
        let rows = Grid::of(&answer(
            AnswerKind::Vector,
            vec![series("up", &[("b", "2"), ("A", "1")], &["10"]), series("up", &[("c", "3")], &["9"])],
        ));
        let titles: Vec<_> = rows.columns.iter().map(Column::title).collect();
        assert_eq!(titles, ["Metric", "A", "b", "c", "Value"]);
        assert_eq!(rows.compare(0, 1, &Column::Value), Ordering::Greater, "numbers, not letters");
        assert_eq!(rows.compare(0, 1, &Column::Label("c".into())), Ordering::Less);
        assert!(!rows.more);
    }

    #[test]
    fn each_sample_of_a_range_is_a_row() {
        let rows = Grid::of(&answer(AnswerKind::Matrix, vec![series("up", &[], &["1", "2"])]));
        assert_eq!(rows.columns, [Column::Label(METRIC_NAME.into()), Column::Time, Column::Value]);
        assert_eq!(rows.rows.len(), 2);
        let many = vec!["1"; MOST_ROWS + 1];
        let rows = Grid::of(&answer(AnswerKind::Matrix, vec![series("up", &[], &many)]));
        assert_eq!((rows.rows.len(), rows.more), (MOST_ROWS, true));
    }
}
