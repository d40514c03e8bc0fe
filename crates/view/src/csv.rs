//! What a panel shows, as a file.

use watchfire_dashboard::Field;
use watchfire_model::{Labels, format_utc};
use watchfire_panel::{Cells, Column, Prepared, Table, shown_table};

/// What a panel shows as one table: series by their time.
pub fn table_of(prepared: &Prepared) -> Option<Table> {
    table_at(prepared, 0)
}

/// [`table_of`] where readers choose among tables: that at the place `chosen` of [`watchfire_panel::table_names`].
pub fn table_at(prepared: &Prepared, chosen: usize) -> Option<Table> {
    if let Some(table) = shown_table(&prepared.tables, chosen) {
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

/// A cell as other programs read it: times by ISO 8601, in UTC.
fn said(column: &Column, row: usize) -> String {
    match &column.cells {
        Cells::Time(times) => times.get(row).map(|time| iso(*time)).unwrap_or_default(),
        cells => cells.key(row),
    }
}

fn iso(time: i64) -> String {
    let seconds = format_utc(time, 0, "%Y-%m-%dT%H:%M:%S");
    match time.rem_euclid(1000) {
        0 => format!("{seconds}Z"),
        millis => format!("{seconds}.{millis:03}Z"),
    }
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
            &table.columns.iter().map(|column| quoted(said(column, row))).collect::<Vec<_>>().join(","),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use watchfire_model::Grid;

    use super::*;

    #[test]
    fn the_table_in_sight_is_written() {
        let table = |name: &str, value: f64| Table {
            columns: vec![Column {
                name: name.to_owned(),
                cells: Cells::Number(vec![value]),
                labels: Labels::empty(),
                query: String::new(),
                field: Field::default(),
            }],
        };
        let prepared = Prepared {
            grid: Grid { start: 0, step: 1, len: 0 },
            series: Vec::new(),
            tables: vec![table("one", 1.0), table("two", 2.0)],
            notes: Vec::new(),
        };
        for (chosen, expected) in [(0, "one\r\n1"), (1, "two\r\n2"), (9, "one\r\n1")] {
            assert_eq!(csv(&table_at(&prepared, chosen).unwrap()), expected, "{chosen}");
        }
        assert_eq!(table_of(&prepared), table_at(&prepared, 0));
    }

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
        let table = Table { columns: vec![column("time", Cells::Time(vec![0, 1_500]))] };
        assert_eq!(csv(&table), "time\r\n1970-01-01T00:00:00Z\r\n1970-01-01T00:00:01.500Z");
    }
}
