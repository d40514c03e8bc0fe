//! The table: a column a server, a row a figure, and below it what a reader has to know about it.

use crate::load::markdown::{figure, megabytes, thousands};
use crate::load::telegen::Answer;
use crate::peers::measure::Measured;

/// Which of two figures is the better one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Less,
    More,
}

struct Row {
    title: String,
    better: Better,
    goal: Option<f64>,
    /// Of each server, in their order.
    values: Vec<Option<f64>>,
}

/// Medians that Watchfire is to reach with the full corpus, in milliseconds.
const QUERY_GOALS: [(&str, f64); 10] = [
    ("one-host-cpu", 2.0),
    ("fleet-cpu-by-mode", 40.0),
    ("fleet-busy-by-host", 12.0),
    ("top-memory", 2.0),
    ("load-peak", 4.0),
    ("network-join", 20.0),
    ("load-quantile", 5.0),
    ("regex-select", 50.0),
    ("everything", 200.0),
    ("subquery", 5.0),
];

/// A server's figure that is not about a query.
type Figure = fn(&Measured) -> Option<f64>;

fn rows(all: &[Measured], queries: &[String]) -> Vec<Row> {
    let figures: [(&str, Better, Option<f64>, Figure); 6] = [
        ("CPU-seconds per million samples", Better::Less, Some(1.0), |it| {
            it.load.as_ref().map(|load| load.cpu_seconds_per_million)
        }),
        ("Samples a second", Better::More, Some(1e6), |it| {
            it.load.as_ref().map(|load| load.samples_per_second)
        }),
        ("Peak memory, MB", Better::Less, Some(200.0), |it| it.peak_memory.map(megabytes)),
        ("Bytes a sample on disk", Better::Less, Some(1.0), |it| it.bytes_per_sample),
        ("Start on that data until ready, s", Better::Less, None, |it| it.start_seconds),
        ("Memory after that start, MB", Better::Less, None, |it| it.memory_after_start.map(megabytes)),
    ];
    let figures = figures.into_iter().map(|(title, better, goal, figure)| Row {
        title: title.to_owned(),
        better,
        goal,
        values: all.iter().map(figure).collect(),
    });
    let queries = queries.iter().map(|name| Row {
        title: format!("`{name}`, ms"),
        better: Better::Less,
        goal: QUERY_GOALS.iter().find(|(it, _)| it == name).map(|(_, goal)| *goal),
        values: all.iter().map(|it| answer(it, name).map(|answer| answer.milliseconds)).collect(),
    });
    figures.chain(queries).collect()
}

fn answer<'a>(measured: &'a Measured, query: &str) -> Option<&'a Answer> {
    measured.queries.iter().find(|it| it.name == query)?.answer.as_ref().ok()
}

/// The whole report in Markdown: `line` about the machine, the table, what differs, what failed.
pub(super) fn report(all: &[Measured], queries: &[String], line: &str) -> String {
    let titles: Vec<&str> = all.iter().map(|it| it.title.as_str()).collect();
    let mut lines = vec![
        line.to_owned(),
        String::new(),
        format!("| | {} | Watchfire / best peer | Goal |", titles.join(" | ")),
        format!("| --- |{}", " ---: |".repeat(all.len() + 2)),
    ];
    let is_watchfire: Vec<bool> = all.iter().map(|it| it.is_watchfire).collect();
    for row in rows(all, queries) {
        let shown = |value: &Option<f64>| value.map_or_else(|| "failed".to_owned(), figure);
        let cells: Vec<String> = row.values.iter().map(shown).collect();
        let ratio = ratio(&row, &is_watchfire).map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        lines.push(format!("| {} | {} | {ratio} | {} |", row.title, cells.join(" | "), goal(&row)));
    }
    let notes: Vec<String> = differences(all, queries).into_iter().chain(problems(all)).collect();
    if !notes.is_empty() {
        lines.push(String::new());
    }
    lines.extend(notes.iter().map(|note| format!("- {note}")));
    lines.join("\n") + "\n"
}

fn ratio(row: &Row, is_watchfire: &[bool]) -> Option<f64> {
    let of = |watchfire: bool| {
        row.values
            .iter()
            .zip(is_watchfire)
            .filter(move |(_, is)| **is == watchfire)
            .filter_map(|(value, _)| *value)
    };
    let best = match row.better {
        Better::Less => of(false).reduce(f64::min),
        Better::More => of(false).reduce(f64::max),
    };
    Some(of(true).next()? / best?).filter(|ratio| ratio.is_finite())
}

fn goal(row: &Row) -> String {
    let sign = if row.better == Better::Less { '≤' } else { '≥' };
    row.goal.map_or_else(|| "–".to_owned(), |goal| format!("{sign} {}", thousands(&goal.to_string())))
}

/// The queries to which not all servers that answered gave as many series and points.
fn differences(all: &[Measured], queries: &[String]) -> Vec<String> {
    let difference = |name: &String| {
        let answers: Vec<(&str, &Answer)> =
            all.iter().filter_map(|it| Some((it.title.as_str(), answer(it, name)?))).collect();
        let size = |answer: &Answer| (answer.series, answer.points);
        if answers.windows(2).all(|pair| size(pair[0].1) == size(pair[1].1)) {
            return None;
        }
        let sizes: Vec<String> = answers
            .iter()
            .map(|(title, answer)| format!("{title} {} series, {} points", answer.series, answer.points))
            .collect();
        Some(format!("`{name}` was answered differently: {}.", sizes.join("; ")))
    };
    queries.iter().filter_map(difference).collect()
}

fn problems(all: &[Measured]) -> impl Iterator<Item = String> + '_ {
    all.iter().flat_map(|it| {
        let own = it.problems.iter().map(|problem| format!("{}: {problem}", it.title));
        let queries = it.queries.iter().filter_map(|query| {
            let error = query.answer.as_ref().err()?;
            Some(format!("{}: `{}`: {error}", it.title, query.name))
        });
        own.chain(queries)
    })
}

#[cfg(test)]
mod tests;
