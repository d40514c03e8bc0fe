use std::collections::HashMap;

use watchfire_dashboard::Reducer;

use crate::table::{Cells, Column, Table};

/// One row of those that agree in the columns `by`; of the columns named besides, what their reducer makes of the group.
pub(super) fn group(table: &Table, by: &[String], columns: &[(String, Reducer)]) -> Table {
    let keys: Vec<&Column> = by.iter().filter_map(|name| table.column(name)).collect();
    let mut places: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for row in 0..table.len() {
        let key: Vec<String> = keys.iter().map(|column| column.cells.key(row)).collect();
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(row);
    }
    // A group has a row at least: it was made for one.
    let first: Vec<Option<usize>> = groups.iter().map(|rows| rows.first().copied()).collect();
    let mut grouped: Vec<Column> = keys
        .into_iter()
        .map(|column| Column { cells: column.cells.rows(&first), ..column.clone() })
        .collect();
    for (name, reducer) in columns {
        let Some(column) = table.column(name) else { continue };
        let reduced = |rows: &Vec<usize>| match reducer {
            // What is not a number can be counted.
            Reducer::Count => rows.iter().filter(|row| !column.cells.key(**row).is_empty()).count() as f64,
            reducer => reducer.of(rows.iter().map(|row| column.cells.number(*row))).unwrap_or(f64::NAN),
        };
        let plain =
            matches!(reducer, Reducer::First | Reducer::Last) && matches!(column.cells, Cells::Text(_));
        let cells = if plain {
            let end = |rows: &Vec<usize>| {
                if *reducer == Reducer::First { rows.first() } else { rows.last() }.copied()
            };
            column.cells.rows(&groups.iter().map(end).collect::<Vec<_>>())
        } else {
            Cells::Number(groups.iter().map(reduced).collect())
        };
        let name = format!("{name} ({})", reducer.title().to_lowercase());
        grouped.push(Column { name, cells, ..column.clone() });
    }
    Table { columns: grouped }
}
