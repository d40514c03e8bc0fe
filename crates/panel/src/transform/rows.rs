use watchfire_dashboard::{Comparison, Reducer};

use super::number;
use crate::Pattern;
use crate::table::Table;

/// What is kept.
pub(super) struct Condition<'a> {
    pub(super) column: &'a str,
    pub(super) reduce: Reducer,
    pub(super) is: Comparison,
    pub(super) value: &'a str,
    pub(super) not: bool,
}

impl Condition<'_> {
    fn holds(&self, text: &str, number: f64, pattern: Option<&Pattern>) -> bool {
        let wanted = self.value.parse::<f64>().unwrap_or(f64::NAN);
        let holds = match self.is {
            Comparison::Equal if wanted.is_nan() => text == self.value,
            Comparison::Equal => number.total_cmp(&wanted).is_eq(),
            Comparison::Greater => number > wanted,
            Comparison::GreaterOrEqual => number >= wanted,
            Comparison::Less => number < wanted,
            Comparison::LessOrEqual => number <= wanted,
            Comparison::Regex => pattern.is_some_and(|pattern| pattern.matches(text)),
            Comparison::Empty => text.is_empty(),
        };
        holds != self.not
    }
}

/// Keeps the rows, or of series those, that meet a condition.
pub(super) fn filter(tables: Vec<Table>, condition: &Condition<'_>, notes: &mut Vec<String>) -> Vec<Table> {
    let pattern = (condition.is == Comparison::Regex).then(|| Pattern::new(condition.value));
    if let Some(None) = pattern {
        notes.push(format!("the regular expression {:?} of a transformation is broken", condition.value));
        return tables;
    }
    let pattern = pattern.flatten();
    if condition.column.is_empty() {
        let kept = tables.into_iter().filter(|table| {
            let number = number(table, condition.reduce);
            let text = if number.is_nan() { String::new() } else { number.to_string() };
            condition.holds(&text, number, pattern.as_ref())
        });
        return kept.collect();
    }
    let kept = tables.into_iter().map(|table| {
        let Some(column) = table.column(condition.column) else { return table };
        let holds = |row: &usize| {
            condition.holds(&column.cells.key(*row), column.cells.number(*row), pattern.as_ref())
        };
        let rows: Vec<usize> = (0..table.len()).filter(holds).collect();
        table.rows(&rows)
    });
    kept.collect()
}

/// Sorts rows by a column, or series by their newest value.
pub(super) fn sort(mut tables: Vec<Table>, by: &str, descending: bool) -> Vec<Table> {
    if by.is_empty() {
        watchfire_model::sort_small(&mut tables, &|one, other| {
            let (one, other) = (number(one, Reducer::Last), number(other, Reducer::Last));
            let order = one.total_cmp(&other);
            // Those without a value come last either way.
            one.is_nan().cmp(&other.is_nan()).then(if descending { order.reverse() } else { order })
        });
        return tables;
    }
    let sorted = tables.into_iter().map(|table| {
        let Some(column) = table.column(by) else { return table };
        let mut rows: Vec<usize> = (0..table.len()).collect();
        watchfire_model::sort_small(&mut rows, &|one, other| column.cells.ordered(*one, *other, descending));
        table.rows(&rows)
    });
    sorted.collect()
}

/// The first rows; of series the first of them.
pub(super) fn limit(mut tables: Vec<Table>, most: usize) -> Vec<Table> {
    if tables.len() > 1 && tables.iter().all(Table::is_series) {
        tables.truncate(most);
        return tables;
    }
    let cut = |table: Table| {
        let rows: Vec<usize> = (0..table.len().min(most)).collect();
        table.rows(&rows)
    };
    tables.into_iter().map(cut).collect()
}
