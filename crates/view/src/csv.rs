//! What a panel shows, as a file.

use watchfire_dashboard::Field;
use watchfire_model::Labels;
use watchfire_panel::{Cells, Column, Prepared, Table, shown_table};

/// What a panel shows as one table: series by their time.
pub fn table_of(prepared: &Prepared) -> Option<Table> {
    if let Some(table) = shown_table(&prepared.tables, 0) {
        return Some(table);
    }
    let times = (0..prepared.grid.len).map(|index| prepared.grid.time(index)).collect();
    let column = |name: String, cells| Column {
        name,
        cells,
        labels: Labels::empty(),
        query: String::new(),
        field: Field::default(),
    };
    let mut columns = vec![column("time".to_owned(), Cells::Time(times))];
    columns.extend(
        prepared
            .series
            .iter()
            .map(|series| column(series.name.clone(), Cells::Number(series.values.clone()))),
    );
    (columns.len() > 1).then_some(Table { columns })
}

/// A table as comma-separated values (RFC 4180).
pub fn csv(table: &Table) -> String {
    let quoted = |text: String| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    let mut out =
        table.columns.iter().map(|column| quoted(column.name.clone())).collect::<Vec<_>>().join(",");
    for row in 0..table.len() {
        out.push_str("\r\n");
        out.push_str(
            &table.columns.iter().map(|column| quoted(column.cells.key(row))).collect::<Vec<_>>().join(","),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_is_quoted() {
        let column = |name: &str, cells| Column {
            name: name.to_owned(),
            cells,
            labels: Labels::empty(),
            query: String::new(),
            field: Field::default(),
        };
        let texts = ["a,b", "say \"x\""].map(str::to_owned).to_vec();
        let table = Table { columns: vec![column("one", Cells::Text(texts))] };
        assert_eq!(csv(&table), "one\r\n\"a,b\"\r\n\"say \"\"x\"\"\"");
    }
}
