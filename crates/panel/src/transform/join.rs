use std::collections::{BTreeSet, HashMap};

use crate::table::{Column, Table};

/// Puts tables side by side by a column. Those without it are left out and told of; where none has it, all are left as they
/// are.
pub(super) fn join(tables: Vec<Table>, by: &str, outer: bool, notes: &mut Vec<String>) -> Vec<Table> {
    let (mut joined, left): (Vec<Table>, Vec<Table>) =
        tables.into_iter().partition(|table| table.column(by).is_some());
    if !left.is_empty() && joined.is_empty() {
        notes.push(format!("no answer has a column {by:?} to join by"));
    }
    if joined.is_empty() {
        return left;
    }
    // What brought nothing has no columns, and nothing is left out of it.
    let mut out: Vec<&str> = left.iter().filter(|table| !table.is_empty()).flat_map(queries_of).collect();
    out.sort_unstable();
    out.dedup();
    if !out.is_empty() {
        let out = out.join(", ");
        notes.push(format!("what {out} brought has no column {by:?} to join by; it is left out"));
    }
    let first = joined.remove(0);
    let mut keys: Vec<String> = keys_of(&first, by);
    // The rows of each table, by the row of the result.
    let mut rows: Vec<Vec<Option<usize>>> = vec![(0..keys.len()).map(Some).collect()];
    for table in &joined {
        let own = keys_of(table, by);
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (row, key) in own.iter().enumerate() {
            places.entry(key).or_insert(row);
        }
        let mut found: Vec<Option<usize>> =
            keys.iter().map(|key| places.get(key.as_str()).copied()).collect();
        if outer {
            let known: BTreeSet<String> = keys.iter().cloned().collect();
            for (row, key) in own.iter().enumerate().filter(|(_, key)| !known.contains(*key)) {
                keys.push(key.clone());
                found.push(Some(row));
            }
            for before in &mut rows {
                before.resize(keys.len(), None);
            }
        }
        rows.push(found);
    }
    let all: Vec<usize> =
        (0..keys.len()).filter(|row| outer || rows.iter().all(|rows| rows[*row].is_some())).collect();
    let of = |table: usize| all.iter().map(|row| rows[table][*row]).collect::<Vec<_>>();
    let mut columns: Vec<Column> = Vec::new();
    for (index, table) in std::iter::once(&first).chain(&joined).enumerate() {
        let rows = of(index);
        for column in &table.columns {
            if column.name == by {
                // The key is told by whichever table has the row.
                match columns.iter_mut().find(|known| known.name == by) {
                    Some(known) => fill(known, column, &rows),
                    None => columns.push(Column { cells: column.cells.rows(&rows), ..column.clone() }),
                }
                continue;
            }
            columns.push(Column { cells: column.cells.rows(&rows), ..column.clone() });
        }
    }
    vec![Table { columns }]
}

/// The queries whose answers a table holds.
fn queries_of(table: &Table) -> impl Iterator<Item = &str> {
    table.columns.iter().map(|column| column.query.as_str()).filter(|query| !query.is_empty())
}

fn keys_of(table: &Table, by: &str) -> Vec<String> {
    table
        .column(by)
        .map_or_else(Vec::new, |column| (0..column.cells.len()).map(|row| column.cells.key(row)).collect())
}

/// Puts what `from` has at `rows` into the empty places of `column`.
fn fill(column: &mut Column, from: &Column, rows: &[Option<usize>]) {
    use crate::Cells;
    match (&mut column.cells, &from.cells) {
        (Cells::Text(cells), _) => {
            for (cell, row) in cells.iter_mut().zip(rows) {
                if let (true, Some(row)) = (cell.is_empty(), row) {
                    *cell = from.cells.key(*row);
                }
            }
            // Instants that were texts only for want of some are instants again.
            if let (Cells::Time(_), Some(times)) =
                (&from.cells, cells.iter().map(|cell| cell.parse().ok()).collect::<Option<Vec<i64>>>())
            {
                column.cells = Cells::Time(times);
            }
        }
        (Cells::Number(cells), Cells::Number(others)) => {
            for (cell, row) in cells.iter_mut().zip(rows) {
                if let (true, Some(row)) = (cell.is_nan(), row) {
                    *cell = others[*row];
                }
            }
        }
        _ => {}
    }
}

/// Puts the rows of all tables below each other; rows that agree in every column that all tables have become one.
pub(super) fn merge(tables: Vec<Table>) -> Vec<Table> {
    let Some(first) = tables.first() else { return tables };
    let shared: Vec<&str> = first
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| tables.iter().all(|table| table.column(name).is_some()))
        .collect();
    let mut names: Vec<&Column> = Vec::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        if !names.iter().any(|known| known.name == column.name) {
            names.push(column);
        }
    }
    let mut places: HashMap<Vec<String>, usize> = HashMap::new();
    // Of each row of the result: for each table the row that it takes from there.
    let mut rows: Vec<Vec<Option<usize>>> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        for row in 0..table.len() {
            let key: Vec<String> = shared
                .iter()
                .filter_map(|name| table.column(name))
                .map(|column| column.cells.key(row))
                .collect();
            let place =
                places.get(&key).copied().filter(|place| rows[*place][index].is_none() && tables.len() > 1);
            let place = place.unwrap_or_else(|| {
                rows.push(vec![None; tables.len()]);
                rows.len() - 1
            });
            places.entry(key).or_insert(place);
            rows[place][index] = Some(row);
        }
    }
    let columns = names.into_iter().map(|model| {
        let mut merged: Option<Column> = None;
        for (index, table) in tables.iter().enumerate() {
            let Some(column) = table.column(&model.name) else { continue };
            let own: Vec<Option<usize>> = rows.iter().map(|row| row[index]).collect();
            match &mut merged {
                Some(merged) => fill(merged, column, &own),
                None => merged = Some(Column { cells: column.cells.rows(&own), ..column.clone() }),
            }
        }
        // `model` is a column of one of the tables.
        merged.unwrap_or_else(|| model.clone())
    });
    vec![Table { columns: columns.collect() }]
}
