//! Changes of what queries brought, one file for each family.

mod group;
mod join;
mod rows;

use watchfire_dashboard::{Reducer, Transformation};

use crate::table::{Cells, Column, TIME, Table};
use crate::{Pattern, table};

/// The tables after all transformations. What cannot be done is left out and told in `notes`.
pub(crate) fn transformed(
    mut tables: Vec<Table>,
    transformations: &[Transformation],
    notes: &mut Vec<String>,
) -> Vec<Table> {
    for transformation in transformations {
        tables = match transformation {
            Transformation::Join { by, outer } => join::join(tables, by, *outer, notes),
            Transformation::Merge {} => join::merge(tables),
            Transformation::Rename { regex, to } => rename(tables, regex, to, notes),
            Transformation::Filter { column, reduce, is, value, not } => rows::filter(
                tables,
                &rows::Condition { column, reduce: *reduce, is: *is, value, not: *not },
                notes,
            ),
            Transformation::Sort { by, descending } => rows::sort(tables, by, *descending),
            Transformation::Group { by, columns } => {
                tables.iter().map(|table| group::group(table, by, columns)).collect()
            }
            Transformation::Organise { hide, order, rename } => {
                tables.into_iter().map(|table| organise(table, hide, order, rename)).collect()
            }
            Transformation::Reduce { by } => reduce(&tables, by),
            Transformation::LabelsToColumns {} => tables.into_iter().map(labels_to_columns).collect(),
            Transformation::Limit { most } => rows::limit(tables, *most as usize),
        };
    }
    tables
}

/// The number that a series is filtered and sorted by.
fn number(table: &Table, reducer: Reducer) -> f64 {
    table
        .columns
        .iter()
        .find_map(|column| match &column.cells {
            Cells::Number(numbers) => reducer.of(numbers.iter().copied()),
            _ => None,
        })
        .unwrap_or(f64::NAN)
}

fn rename(mut tables: Vec<Table>, regex: &str, to: &str, notes: &mut Vec<String>) -> Vec<Table> {
    let Some(pattern) = Pattern::new(regex) else {
        notes.push(format!("the regular expression {regex:?} of a transformation is broken"));
        return tables;
    };
    for table in &mut tables {
        let series = table.is_series();
        // The instants of a series are no name of its own.
        for column in table.columns.iter_mut().filter(|column| !(series && column.name == TIME)) {
            column.name = pattern.replace(&column.name, to);
        }
    }
    tables
}

fn organise(mut table: Table, hide: &[String], order: &[String], rename: &[(String, String)]) -> Table {
    table.columns.retain(|column| !hide.contains(&column.name));
    let place = |column: &Column| order.iter().position(|name| *name == column.name).unwrap_or(usize::MAX);
    watchfire_model::sort_small(&mut table.columns, &|one, other| place(one).cmp(&place(other)));
    for column in &mut table.columns {
        if let Some((_, new)) = rename.iter().find(|(old, new)| *old == column.name && !new.is_empty()) {
            column.name.clone_from(new);
        }
    }
    table
}

/// A row of each series: its name, its labels, its numbers. A table's columns of numbers are series, too.
fn reduce(tables: &[Table], by: &[Reducer]) -> Vec<Table> {
    let series: Vec<&Column> = tables
        .iter()
        .flat_map(|table| &table.columns)
        .filter(|column| matches!(column.cells, Cells::Number(_)))
        .collect();
    if series.is_empty() {
        return Vec::new();
    }
    let text = |name: &str, of: &dyn Fn(&Column) -> String| {
        Column::new(name, "", Cells::Text(series.iter().map(|column| of(column)).collect()))
    };
    let mut columns = vec![text("Field", &|column| column.name.clone())];
    let mut labels: Vec<&str> =
        series.iter().flat_map(|column| column.labels.iter()).map(|label| label.name).collect();
    labels.sort_unstable();
    labels.dedup();
    columns.extend(
        labels
            .into_iter()
            .map(|name| text(name, &|column| column.labels.get(name).unwrap_or_default().to_owned())),
    );
    columns.extend(by.iter().map(|reducer| {
        let of = |column: &&Column| match &column.cells {
            Cells::Number(numbers) => reducer.of(numbers.iter().copied()).unwrap_or(f64::NAN),
            Cells::Text(_) | Cells::Time(_) => f64::NAN,
        };
        Column::new(reducer.title(), "", Cells::Number(series.iter().map(of).collect()))
    }));
    vec![Table { columns }]
}

fn labels_to_columns(table: Table) -> Table {
    let rows = table.len();
    let mut columns: Vec<Column> = Vec::new();
    let mut values: Vec<Column> = Vec::new();
    for column in table.columns {
        for label in &column.labels {
            if label.name == watchfire_model::METRIC_NAME
                || columns.iter().any(|known| known.name == label.name)
            {
                continue;
            }
            let cells = Cells::Text(vec![label.value.to_owned(); rows]);
            columns.push(Column::new(label.name, &column.query, cells));
        }
        values.push(column);
    }
    // When, then the labels, then the values.
    let first = values.iter().take_while(|column| matches!(column.cells, Cells::Time(_))).count();
    columns.splice(0..0, values.drain(..first));
    columns.extend(values.into_iter().map(|mut column| {
        let metric = column.labels.metric().to_owned();
        column.name = if metric.is_empty() { "Value".to_owned() } else { metric };
        column.labels = watchfire_model::Labels::empty();
        column
    }));
    table::Table { columns }
}

#[cfg(test)]
mod tests;
