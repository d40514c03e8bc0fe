use std::collections::BTreeMap;

use watchfire_panel::{Column, Table};

/// The rows that pass the filters, in their order. `sort`: the name of a column, and whether from its greatest down; `filters`:
/// what was written for columns, by their names.
pub fn ordered(
    table: &Table,
    sort: Option<&(String, bool)>,
    filters: &BTreeMap<String, String>,
) -> Vec<usize> {
    let wanted: Vec<(&Column, String)> = table
        .columns
        .iter()
        .filter_map(|column| Some((column, filters.get(&column.name)?.to_lowercase())))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let passes = |row: &usize| {
        wanted.iter().all(|(column, text)| column.cells.key(*row).to_lowercase().contains(text.as_str()))
    };
    let mut rows: Vec<usize> = (0..table.len()).filter(passes).collect();
    if let Some((column, descending)) =
        sort.and_then(|(name, descending)| Some((table.column(name)?, *descending)))
    {
        watchfire_model::sort_small(&mut rows, &|one, other| {
            let order = column.cells.compare(*one, *other);
            if descending { order.reverse() } else { order }
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::Field;
    use watchfire_model::Labels;
    use watchfire_panel::Cells;

    use super::*;

    #[test]
    fn rows_are_filtered_and_sorted() {
        let column = |name: &str, cells| Column {
            name: name.to_owned(),
            cells,
            labels: Labels::empty(),
            query: String::new(),
            field: Field::default(),
        };
        let names = ["web-1", "db-1", "web-2"].map(str::to_owned).to_vec();
        let table = Table {
            columns: vec![
                column("host", Cells::Text(names)),
                column("load", Cells::Number(vec![2.0, 9.0, 3.0])),
            ],
        };
        let by = |name: &str, descending| (name.to_owned(), descending);
        let web = BTreeMap::from([("host".to_owned(), "WEB".to_owned())]);
        for (sort, filters, expected) in [
            (None, BTreeMap::new(), vec![0, 1, 2]),
            (Some(by("load", true)), BTreeMap::new(), vec![1, 2, 0]),
            (Some(by("host", false)), web, vec![0, 2]),
            (Some(by("none", false)), BTreeMap::new(), vec![0, 1, 2]),
        ] {
            assert_eq!(ordered(&table, sort.as_ref(), &filters), expected, "{sort:?}");
        }
    }
}
