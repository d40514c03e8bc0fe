use std::collections::BTreeMap;

use watchfire_dashboard::{Clock, Field, Kind, Order, Panel, Query, QueryShape, Values};
use watchfire_model::{Grid, GridSeries, Labels, METRIC_NAME};

use crate::answer::common_grid;
use crate::calculate::calculated;
use crate::compare::compare;
use crate::legend::{filled, names};
use crate::picture::left_out;
use crate::question::is_instant;
use crate::table::Table;
use crate::transform::transformed;
use crate::{Answer, Looks, Role};

/// What a panel shows: series or tables, with names and looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The points in time of the series.
    pub grid: Grid,
    /// The series, in the order of the queries.
    pub series: Vec<Shown>,
    /// The tables, where the panel shows tables or what it shows was made from them.
    pub tables: Vec<Table>,
    /// What readers should know: what is left out, what cannot be calculated.
    pub notes: Vec<String>,
}

/// One series as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The place of its query in the panel's list.
    pub query: usize,
    /// What it is called.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// A value for each point of the grid; NaN where there is none.
    pub values: Vec<f64>,
    /// The least and the greatest samples between two points, where there are more samples than points.
    pub envelope: Option<(Vec<f64>, Vec<f64>)>,
    /// How it looks.
    pub field: Field,
    /// The place of the series that this one is an earlier range of; it has the colour of that.
    pub earlier_of: Option<usize>,
}

impl Shown {
    /// The place in the palette of the one that stands at `index`.
    pub fn color_at(&self, index: usize) -> usize {
        self.earlier_of.unwrap_or(index)
    }
}

/// How many series a panel shows at most; more can neither be drawn in time nor be told apart.
const MOST_SERIES: usize = 1000;

/// Makes of answers what a panel shows.
///
/// `answers` come by the place of their query and their role; a query may lack one.
pub fn prepare(
    panel: &Panel,
    answers: BTreeMap<(usize, Role), Answer>,
    values: &Values,
    clock: &Clock,
) -> Prepared {
    let mut notes = Vec::new();
    let grid =
        common_grid(answers.values()).unwrap_or(Grid { start: clock.from, step: clock.step.max(1), len: 0 });
    let (mut asked, mut around, mut earlier) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for ((query, role), answer) in answers {
        let series = answer.laid_on(grid);
        match role {
            Role::Value => asked.insert(query, series),
            Role::Earlier => earlier.insert(query, series),
            Role::Least | Role::Greatest => around.insert((query, role), series),
        };
    }
    for (query, series) in &mut asked {
        let instant = panel.queries.get(*query).filter(|query| is_instant(panel, query));
        if let Some(order) = instant.and_then(Query::order) {
            in_order(series, order);
        }
    }
    let found = calculated(&panel.queries, asked, grid, &mut notes);
    let looks = Looks::of(panel);
    notes.extend(
        looks.broken().map(|regex| format!("the regular expression {regex:?} of an override is broken")),
    );
    let mut prepared = Prepared { grid, series: Vec::new(), tables: Vec::new(), notes };
    let tabular = panel.kind == Kind::Table
        || !panel.transformations.is_empty()
        || panel.queries.iter().any(|query| query.shape == QueryShape::Table && !query.hide);
    if tabular {
        prepared.tables = tables(panel, found, grid, values, clock);
        prepared.tables =
            transformed(std::mem::take(&mut prepared.tables), &panel.transformations, &mut prepared.notes);
        for column in prepared.tables.iter_mut().flat_map(|table| &mut table.columns) {
            column.field = looks.field(&column.query, &column.name);
            if let Some(name) = &column.field.name {
                column.name = filled(&values.in_text(name, clock), &column.labels);
            }
        }
        if panel.kind != Kind::Table {
            series_of_tables(&mut prepared, panel);
        }
    } else {
        for (index, (query, series)) in panel.queries.iter().zip(found).enumerate() {
            if query.hide {
                continue;
            }
            let called = names(&series, &values.in_text(&query.legend, clock), called_by(query));
            for (name, series) in called.into_iter().zip(series) {
                let field = looks.field(&query.id, &name);
                let name = match &field.name {
                    Some(name) => filled(&values.in_text(name, clock), &series.labels),
                    None => name,
                };
                let envelope = envelope(index, &series.labels, &around);
                let GridSeries { labels, values } = series;
                let shown = Shown { query: index, name, labels, values, envelope, field, earlier_of: None };
                prepared.series.push(shown);
            }
        }
    }
    if prepared.series.len() > MOST_SERIES {
        let left_out = prepared.series.len() - MOST_SERIES;
        prepared.notes.push(format!("{left_out} of {} series are left out", prepared.series.len()));
        prepared.series.truncate(MOST_SERIES);
    }
    if !tabular && !earlier.is_empty() {
        let earlier = calculated(&panel.queries, earlier, grid, &mut Vec::new());
        compare(&mut prepared.series, &panel.queries, &earlier);
    }
    let note = left_out(panel, &prepared);
    prepared.notes.extend(note);
    prepared
}

/// Puts series in the order of their newest values; those without one come last. Answers travel by their labels, so the order
/// that the query gave them has been lost.
fn in_order(series: &mut [GridSeries], order: Order) {
    let newest = |series: &GridSeries| series.values.iter().rev().copied().find(|value| !value.is_nan());
    series.sort_by(|one, other| match (newest(one), newest(other)) {
        (Some(one), Some(other)) if order == Order::Rising => one.total_cmp(&other),
        (Some(one), Some(other)) => other.total_cmp(&one),
        (one, other) => other.is_some().cmp(&one.is_some()),
    });
}

/// What a series without labels is called: as its query is written.
fn called_by(query: &Query) -> &str {
    match (query.expr.as_str(), query.math.as_str()) {
        ("", "") => &query.id,
        ("", math) => math,
        // Of a share nobody gets to see it.
        _ if query.is_withheld() => &query.id,
        (expr, _) => expr,
    }
}

/// The samples around a series: the functions that ask for them take the metric's name away.
fn envelope(
    query: usize,
    labels: &Labels,
    around: &BTreeMap<(usize, Role), Vec<GridSeries>>,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let nameless = labels.filtered(|name| name != METRIC_NAME);
    let of = |role| {
        let all = around.get(&(query, role))?;
        all.iter().find(|series| series.labels == nameless).map(|series| series.values.clone())
    };
    Some((of(Role::Least)?, of(Role::Greatest)?))
}

fn tables(
    panel: &Panel,
    found: Vec<Vec<GridSeries>>,
    grid: Grid,
    values: &Values,
    clock: &Clock,
) -> Vec<Table> {
    let shown = |query: &&Query| !query.hide;
    let is_table = |query: &Query| query.shape == QueryShape::Table || query.instant;
    let several = panel.queries.iter().filter(shown).filter(|query| is_table(query)).count() > 1;
    let mut tables = Vec::new();
    for (query, series) in panel.queries.iter().zip(found).filter(|(query, _)| !query.hide) {
        if is_table(query) {
            let value = if several { format!("Value #{}", query.id) } else { "Value".to_owned() };
            if !series.is_empty() {
                tables.push(Table::of_newest(&query.id, &value, &series, grid));
            }
            continue;
        }
        let called = names(&series, &values.in_text(&query.legend, clock), called_by(query));
        let named = called.into_iter().zip(series).take(MOST_SERIES);
        tables.extend(named.map(|(name, series)| Table::of_series(&query.id, name, series, grid)));
    }
    tables
}

/// Series for kinds that draw them: each column of numbers is one, named as the row's texts say where rows have some.
fn series_of_tables(prepared: &mut Prepared, panel: &Panel) {
    use crate::Cells;
    let query_of = |id: &str| panel.queries.iter().position(|query| query.id == id).unwrap_or(0);
    for table in &prepared.tables {
        let times = table.columns.iter().find_map(|column| match &column.cells {
            Cells::Time(times) => Some(times),
            _ => None,
        });
        let texts: Vec<_> =
            table.columns.iter().filter(|column| matches!(column.cells, Cells::Text(_))).collect();
        for column in &table.columns {
            let Cells::Number(numbers) = &column.cells else { continue };
            let shown = |name: String, values| Shown {
                query: query_of(&column.query),
                name,
                labels: column.labels.clone(),
                values,
                envelope: None,
                field: column.field.clone(),
                earlier_of: None,
            };
            match times {
                Some(times) if texts.is_empty() => {
                    let mut values = vec![f64::NAN; prepared.grid.len];
                    for (at, number) in times.iter().zip(numbers) {
                        if let Some(value) = prepared.grid.index(*at).and_then(|index| values.get_mut(index))
                        {
                            *value = *number;
                        }
                    }
                    prepared.series.push(shown(column.name.clone(), values));
                }
                // A row is a series of one value.
                _ => {
                    for (row, number) in numbers.iter().enumerate() {
                        let words: Vec<String> = texts
                            .iter()
                            .map(|text| text.cells.key(row))
                            .filter(|text| !text.is_empty())
                            .collect();
                        let name = if words.is_empty() { column.name.clone() } else { words.join(" ") };
                        prepared.series.push(shown(name, vec![*number; prepared.grid.len.max(1)]));
                    }
                }
            }
        }
    }
    prepared.grid.len = prepared.grid.len.max(usize::from(!prepared.series.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(json: &str) -> Panel {
        serde_json::from_str(json).unwrap()
    }

    /// The place of a query, the role of its answer, and its series by host.
    type Given<'a> = (usize, Role, &'a [(&'a str, &'a [f64])]);

    fn answers(all: &[Given<'_>]) -> BTreeMap<(usize, Role), Answer> {
        let one = |(query, role, series): &Given<'_>| {
            let len = series.first().map_or(0, |(_, values)| values.len());
            let series = series.iter().map(|(host, values)| GridSeries {
                labels: Labels::new([("host", *host)]).unwrap(),
                values: values.to_vec(),
            });
            let grid = Grid { start: 1000, step: 1000, len };
            ((*query, *role), Answer { grid, series: series.collect() })
        };
        all.iter().map(one).collect()
    }

    fn told(prepared: &Prepared) -> Vec<String> {
        prepared.series.iter().map(|series| format!("{} {:?}", series.name, series.values)).collect()
    }

    #[test]
    fn series_have_names_looks_and_surroundings() {
        let panel = panel(
            r#"{"queries": [{"id": "A", "expr": "x", "legend": "{{host}}"}, {"id": "B", "expr": "y", "hide": true}, {"id": "C", "math": "$A + $B"}],
                "field": {"unit": "s"},
                "overrides": [{"match": {"query": "C"}, "set": {"unit": "ms", "name": "sum of {{host}}"}}]}"#,
        );
        let found = answers(&[
            (0, Role::Value, &[("a", &[1.0, 2.0]), ("b", &[3.0, 4.0])]),
            (0, Role::Least, &[("a", &[0.0, 0.0])]),
            (0, Role::Greatest, &[("a", &[9.0, 9.0])]),
            (1, Role::Value, &[("a", &[10.0, 10.0])]),
        ]);
        let prepared = prepare(&panel, found, &Values::default(), &Clock::default());
        assert_eq!(told(&prepared), ["a [1.0, 2.0]", "b [3.0, 4.0]", "sum of a [11.0, 12.0]"]);
        assert_eq!(prepared.series[0].envelope, Some((vec![0.0, 0.0], vec![9.0, 9.0])));
        assert_eq!(prepared.series[1].envelope, None);
        assert_eq!(prepared.series[2].field.unit.as_deref(), Some("ms"));
        assert!(prepared.notes.is_empty(), "{:?}", prepared.notes);
    }

    #[test]
    fn queries_that_are_withheld_give_no_names() {
        let mut hidden = panel(r#"{"queries": [{"id": "A", "expr": "sum(x)"}]}"#);
        let unnamed = || {
            let grid = Grid { start: 0, step: 1000, len: 1 };
            let series = vec![GridSeries { labels: Labels::empty(), values: vec![1.0] }];
            BTreeMap::from([((0, Role::Value), Answer { grid, series })])
        };
        let name = |panel: &Panel| {
            prepare(panel, unnamed(), &Values::default(), &Clock::default()).series[0].name.clone()
        };
        assert_eq!(name(&hidden), "sum(x)");
        hidden.queries[0].expr = Query::WITHHELD_SELECTOR.to_owned();
        assert_eq!(name(&hidden), "A");
    }

    #[test]
    fn the_worst_come_first_where_the_query_says_so() {
        let panel = |expr: &str| {
            panel(&format!(
                r#"{{"queries": [{{"id": "A", "expr": "{expr}", "legend": "{{{{host}}}}", "instant": true}}]}}"#
            ))
        };
        let given: [Given<'_>; 1] =
            [(0, Role::Value, &[("a", &[2.0]), ("b", &[f64::NAN]), ("c", &[3.0]), ("d", &[1.0])])];
        let names = |expr: &str| -> Vec<String> {
            let shown = prepare(&panel(expr), answers(&given), &Values::default(), &Clock::default());
            shown.series.into_iter().map(|series| series.name).collect()
        };
        assert_eq!(names("sort_desc(topk(10, x))"), ["c", "a", "d", "b"]);
        assert_eq!(names("sort(x)"), ["d", "a", "c", "b"]);
        assert_eq!(names("x"), ["a", "b", "c", "d"]);
        // PromQL orders the answers of instant queries only.
        let mut ranged = panel("sort(x)");
        ranged.queries[0].instant = false;
        let shown = prepare(&ranged, answers(&given), &Values::default(), &Clock::default());
        assert_eq!(shown.series[0].name, "a");
    }

    #[test]
    fn tables_have_a_column_a_label() {
        let panel = panel(
            r#"{"kind": "table", "queries": [{"id": "A", "expr": "x", "instant": true}],
                "overrides": [{"match": {"names": ["Value"]}, "set": {"name": "Size", "unit": "bytes"}}]}"#,
        );
        let found = answers(&[(0, Role::Value, &[("a", &[1.0]), ("b", &[3.0])])]);
        let prepared = prepare(&panel, found, &Values::default(), &Clock::default());
        let [table] = prepared.tables.as_slice() else { panic!("{prepared:?}") };
        let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["Time", "host", "Size"]);
        assert_eq!(table.column("host").unwrap().cells.key(1), "b");
        assert_eq!(table.column("Size").unwrap().field.unit.as_deref(), Some("bytes"));
    }

    #[test]
    fn what_was_transformed_can_be_drawn() {
        let panel = panel(
            r#"{"queries": [{"id": "A", "expr": "x", "legend": "{{host}}"}], "transformations": [{"rename": {"regex": "(.)", "to": "host $1"}}]}"#,
        );
        let found = answers(&[(0, Role::Value, &[("a", &[1.0, f64::NAN]), ("b", &[3.0, 4.0])])]);
        let prepared = prepare(&panel, found, &Values::default(), &Clock::default());
        assert_eq!(told(&prepared), ["host a [1.0, NaN]", "host b [3.0, 4.0]"]);
    }

    #[test]
    fn thousands_of_series_are_left_out_and_told() {
        let names: Vec<String> = (0..1200).map(|n| format!("h{n:04}")).collect();
        let series: Vec<(&str, &[f64])> = names.iter().map(|name| (name.as_str(), &[1.0, 2.0][..])).collect();
        let panel = panel(r#"{"queries": [{"id": "A", "expr": "x"}]}"#);
        let prepared =
            prepare(&panel, answers(&[(0, Role::Value, &series)]), &Values::default(), &Clock::default());
        assert_eq!(prepared.series.len(), 1000);
        assert_eq!(prepared.notes, ["200 of 1200 series are left out"]);
    }
}
