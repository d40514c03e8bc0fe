use std::collections::BTreeMap;

use watchfire_panel::{Cells, Column, Table};

/// The rows that pass the filters, in their order. `sort`: the name of a column, and whether from its greatest down; `filters`:
/// what was written for columns, by their names: a part of what a cell says, or for numbers `> 5`, `<= 0.1`, `= 3`; `say`: what a
/// cell says, by its column and row.
pub fn ordered(
    table: &Table,
    sort: Option<&(String, bool)>,
    filters: &BTreeMap<String, String>,
    say: &dyn Fn(usize, usize) -> String,
) -> Vec<usize> {
    let wanted: Vec<(usize, &Column, String)> = table
        .columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| Some((at, column, filters.get(&column.name)?.trim().to_lowercase())))
        .filter(|(.., text)| !text.is_empty())
        .collect();
    let passes = |row: &usize| {
        wanted.iter().all(|(at, column, text)| {
            if let (Cells::Number(numbers), Some(holds)) = (&column.cells, compared(text)) {
                return numbers.get(*row).is_some_and(|number| holds.of(*number));
            }
            let said = say(*at, *row).to_lowercase();
            said.contains(text.as_str()) || column.cells.key(*row).to_lowercase().contains(text.as_str())
        })
    };
    let mut rows: Vec<usize> = (0..table.len()).filter(passes).collect();
    if let Some((column, descending)) =
        sort.and_then(|(name, descending)| Some((table.column(name)?, *descending)))
    {
        watchfire_model::sort_small(&mut rows, &|one, other| column.cells.ordered(*one, *other, descending));
    }
    rows
}

/// A comparison with a number.
struct Compared {
    less: bool,
    equal: bool,
    greater: bool,
    than: f64,
}

impl Compared {
    fn of(&self, number: f64) -> bool {
        (self.less && number < self.than)
            || (self.greater && number > self.than)
            || (self.equal && number.total_cmp(&self.than).is_eq())
    }
}

/// `> 5`, `<= 0.1` and the like.
fn compared(text: &str) -> Option<Compared> {
    let signs = text.find(|letter| !matches!(letter, '<' | '>' | '='))?;
    let (less, equal, greater) = match &text[..signs] {
        ">" => (false, false, true),
        ">=" => (false, true, true),
        "<" => (true, false, false),
        "<=" => (true, true, false),
        "=" => (false, true, false),
        _ => return None,
    };
    Some(Compared { less, equal, greater, than: text[signs..].trim().parse().ok()? })
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::Field;
    use watchfire_model::Labels;

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
        let say = |column: usize, row: usize| match column {
            1 => format!("{:.1} cores", [2.0, 9.0, 3.0][row]),
            _ => String::new(),
        };
        let load = |text: &str| BTreeMap::from([("load".to_owned(), text.to_owned())]);
        let by = |name: &str, descending| (name.to_owned(), descending);
        let web = BTreeMap::from([("host".to_owned(), "WEB".to_owned())]);
        for (sort, filters, expected) in [
            (None, BTreeMap::new(), vec![0, 1, 2]),
            (Some(by("load", true)), BTreeMap::new(), vec![1, 2, 0]),
            (Some(by("host", false)), web, vec![0, 2]),
            (Some(by("none", false)), BTreeMap::new(), vec![0, 1, 2]),
            (None, load("3.0 Cores"), vec![2]),
            (None, load("> 2.5"), vec![1, 2]),
            (None, load("<=2"), vec![0]),
            (None, load("= 9"), vec![1]),
            (None, load("> many"), vec![]),
        ] {
            assert_eq!(ordered(&table, sort.as_ref(), &filters, &say), expected, "{sort:?}");
        }
    }
}
