use watchfire_model::{Grid, GridSeries, Labels};

use super::*;

const GRID: Grid = Grid { start: 1000, step: 1000, len: 2 };

fn series(name: &str, host: &str, values: [f64; 2]) -> Table {
    let labels = Labels::new([("host", host)]).unwrap();
    Table::of_series("A", name.to_owned(), GridSeries { labels, values: values.to_vec() }, GRID)
}

fn newest(query: &str, value: &str, rows: &[(&str, f64)]) -> Table {
    let series = rows.iter().map(|(host, value)| GridSeries {
        labels: Labels::new([("host", *host)]).unwrap(),
        values: vec![*value],
    });
    Table::of_newest(query, value, &series.collect::<Vec<_>>(), Grid { start: 5, step: 1, len: 1 })
}

fn told(tables: &[Table]) -> Vec<String> {
    let table = |table: &Table| {
        let names = table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>().join("|");
        let row = |row: usize| {
            table.columns.iter().map(|column| column.cells.key(row)).collect::<Vec<_>>().join("|")
        };
        std::iter::once(names).chain((0..table.len()).map(row)).collect::<Vec<_>>()
    };
    tables.iter().flat_map(table).collect()
}

fn run(tables: Vec<Table>, json: &str) -> Vec<String> {
    let transformations: Vec<Transformation> = serde_json::from_str(json).unwrap();
    let mut notes = Vec::new();
    let mut told = told(&transformed(tables, &transformations, &mut notes));
    told.extend(notes);
    told
}

#[test]
fn tables_are_joined_and_merged() {
    let two = || {
        vec![
            newest("A", "Value #A", &[("x", 1.0), ("y", 2.0)]),
            newest("B", "Value #B", &[("y", 20.0), ("z", 30.0)]),
        ]
    };
    assert_eq!(
        run(two(), r#"[{"join": {"by": "host"}}]"#),
        ["Time|host|Value #A|Time|Value #B", "5|y|2|5|20"]
    );
    assert_eq!(
        run(
            two(),
            r#"[{"join": {"by": "host", "outer": true}}, {"organise": {"hide": ["Time"], "order": ["Value #B"], "rename": [["host", "Host"]]}}]"#
        ),
        ["Value #B|Host|Value #A", "|x|1", "20|y|2", "30|z|"]
    );
    assert_eq!(
        run(two(), r#"[{"merge": {}}]"#),
        ["Time|host|Value #A|Value #B", "5|x|1|", "5|y|2|20", "5|z||30"]
    );
    assert_eq!(
        run(two(), r#"[{"join": {"by": "job"}}]"#).last().unwrap(),
        "no answer has a column \"job\" to join by"
    );
}

#[test]
fn what_cannot_be_joined_is_named() {
    let mut total = newest("C", "Value #C", &[("x", 7.0)]);
    total.columns.retain(|column| column.name != "host");
    let tables = || {
        vec![
            newest("A", "Value #A", &[("x", 1.0)]),
            newest("B", "Value #B", &[("x", 2.0)]),
            total.clone(),
            Table::default(),
        ]
    };
    assert_eq!(
        run(tables(), r#"[{"join": {"by": "host"}}]"#),
        [
            "Time|host|Value #A|Time|Value #B",
            "5|x|1|5|2",
            "what C brought has no column \"host\" to join by; it is left out"
        ]
    );
}

#[test]
fn series_join_by_time() {
    let all = vec![series("a", "x", [1.0, 2.0]), series("b", "y", [3.0, 4.0])];
    assert_eq!(
        run(all, r#"[{"join": {"by": "Time", "outer": true}}]"#),
        ["Time|a|b", "1000|1|3", "2000|2|4"]
    );
}

#[test]
fn rows_and_series_are_filtered_sorted_and_cut() {
    let table = || vec![newest("A", "Value", &[("x", 1.0), ("y", 3.0), ("z", f64::NAN), ("w", 2.0)])];
    for (json, rows) in [
        (r#"[{"filter": {"column": "Value", "is": "greater", "value": "1"}}]"#, "y w"),
        (r#"[{"filter": {"column": "Value", "is": "greater", "value": "1", "not": true}}]"#, "x z"),
        (r#"[{"filter": {"column": "host", "is": "regex", "value": "^[xy]"}}]"#, "x y"),
        (r#"[{"filter": {"column": "Value", "is": "empty", "not": true}}]"#, "x y w"),
        (r#"[{"filter": {"column": "host", "is": "equal", "value": "w"}}]"#, "w"),
        (r#"[{"sort": {"by": "Value", "descending": true}}]"#, "y w x z"),
        (r#"[{"sort": {"by": "host"}}, {"limit": {"most": 2}}]"#, "w x"),
    ] {
        let told = run(table(), json);
        let hosts: Vec<&str> = told[1..].iter().filter_map(|row| row.split('|').nth(1)).collect();
        assert_eq!(hosts.join(" "), rows, "{json}");
    }
    let all = || {
        vec![series("a", "x", [9.0, 2.0]), series("b", "y", [3.0, 4.0]), series("c", "z", [0.0, f64::NAN])]
    };
    for (json, names) in [
        (r#"[{"filter": {"reduce": "max", "is": "greater_or_equal", "value": "9"}}]"#, "a"),
        (r#"[{"sort": {"descending": true}}]"#, "b a c"),
        (r#"[{"limit": {"most": 1}}]"#, "a"),
    ] {
        let told = run(all(), json);
        let found: Vec<&str> = told.iter().filter_map(|row| row.strip_prefix("Time|")).collect();
        assert_eq!(found.join(" "), names, "{json}");
    }
    assert!(run(all(), r#"[{"filter": {"is": "regex", "value": "("}}]"#).last().unwrap().contains("broken"));
}

#[test]
fn rows_are_grouped() {
    let mut table = newest("A", "Value", &[("x", 1.0), ("y", 3.0), ("x", 5.0)]);
    table.columns.remove(0);
    let json = r#"[{"group": {"by": ["host"], "columns": [["Value", "sum"], ["Value", "count"], ["host", "first"]]}}]"#;
    assert_eq!(run(vec![table], json), ["host|Value (sum)|Value (count)|host (first)", "x|6|2|x", "y|3|1|y"]);
}

#[test]
fn series_become_rows() {
    let all = || vec![series("a", "x", [9.0, 2.0]), series("b", "y", [3.0, 4.0])];
    assert_eq!(
        run(all(), r#"[{"reduce": {"by": ["max", "last"]}}]"#),
        ["Field|host|Max|Last", "a|x|9|2", "b|y|4|4"]
    );
    assert_eq!(
        run(all(), r#"[{"labels_to_columns": {}}, {"merge": {}}]"#),
        ["Time|host|Value", "1000|x|9", "2000|x|2", "1000|y|3", "2000|y|4"]
    );
}
