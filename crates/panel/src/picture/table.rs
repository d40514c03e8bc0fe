use std::borrow::Cow;
use std::fmt::Write as _;

use watchfire_chart::{TableCell, TableColumn, TableText, Theme};
use watchfire_model::format_utc;

use crate::html::escape;
use crate::words::{Manner, Words};
use crate::{Cells, Column, Table};

/// A cell as readers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct CellWords {
    /// What stands in it.
    pub text: String,
    /// Its colour.
    pub color: Option<watchfire_chart::Rgba>,
    /// Whether the colour fills it.
    pub fill: bool,
}

/// How the cells of a column are written.
#[derive(Debug)]
pub struct ColumnWords<'a> {
    column: &'a Column,
    words: Words,
    utc_offset: i64,
    colored: bool,
}

impl<'a> ColumnWords<'a> {
    /// Those of a column.
    pub fn of(column: &'a Column, theme: &Theme, utc_offset: i64, now: i64) -> Self {
        let numbers =
            || (0..column.cells.len()).map(|row| column.cells.number(row)).filter(|value| value.is_finite());
        let extent = match column.cells {
            Cells::Number(_) => (
                column.field.min.unwrap_or_else(|| numbers().fold(f64::INFINITY, f64::min)),
                column.field.max.unwrap_or_else(|| numbers().fold(f64::NEG_INFINITY, f64::max)),
            ),
            Cells::Text(_) | Cells::Time(_) => (0.0, 1.0),
        };
        let manner =
            Manner { theme, index: 0, name: &column.name, extent, by_thresholds: true, utc_offset, now };
        let colored = column.field.thresholds.is_some() || column.field.color.is_some();
        Self { column, words: Words::of(&column.field, &manner), utc_offset, colored }
    }

    /// The cell of a row.
    pub fn cell(&self, row: usize) -> CellWords {
        let fill = self.column.field.fill_cell.unwrap_or(false);
        match &self.column.cells {
            Cells::Number(numbers) => {
                let value = numbers.get(row).copied().unwrap_or(f64::NAN);
                let said = self.words.say(value);
                let color = ((self.colored && !value.is_nan()) || said.mapped).then_some(said.color);
                CellWords { text: said.text(), color, fill }
            }
            Cells::Text(texts) => {
                let (text, color) = self.words.say_text(texts.get(row).map_or("", String::as_str));
                CellWords { text, color, fill }
            }
            Cells::Time(times) => {
                let text = times
                    .get(row)
                    .map_or_else(String::new, |at| format_utc(*at, self.utc_offset, "%Y-%m-%d %H:%M:%S"));
                CellWords { text, color: None, fill }
            }
        }
    }

    /// The same as HTML.
    pub fn cell_html(&self, row: usize) -> String {
        let cell = self.cell(row);
        let style = cell.color.map_or_else(String::new, |color| {
            if cell.fill {
                format!(" style=\"background:{};color:{}\"", color.css(), color.ink().css())
            } else {
                format!(" style=\"--tint:{}\"", color.css())
            }
        });
        format!("<td{}{style}>{}</td>", self.class(), escape(&cell.text))
    }

    fn class(&self) -> &'static str {
        if self.is_numeric() { " class=\"numeric\"" } else { "" }
    }

    /// Whether it has numbers, which end at the right.
    pub fn is_numeric(&self) -> bool {
        matches!(self.column.cells, Cells::Number(_))
    }
}

/// What the tables that a panel can show one at a time are called: by their last columns, which are those with the values.
/// Tables with the same columns are one.
pub fn table_names(tables: &[Table]) -> Vec<String> {
    let name = |table: &&Table| table.columns.last().map(|column| column.name.clone()).unwrap_or_default();
    distinct(tables).iter().map(name).collect()
}

/// The first table of each set of columns.
fn distinct(tables: &[Table]) -> Vec<&Table> {
    let mut found: Vec<&Table> = Vec::new();
    for table in tables {
        if found.iter().all(|known| !have_same_columns(known, table)) {
            found.push(table);
        }
    }
    found
}

fn have_same_columns(one: &Table, other: &Table) -> bool {
    let names = |table: &Table| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    names(one) == names(other)
}

/// The table that a panel shows: those with the same columns below each other; columns that are left out are gone. `chosen`: the
/// place among [`table_names`]; one that is not there stands for the first.
pub fn shown_table(tables: &[Table], chosen: usize) -> Option<Table> {
    let distinct = distinct(tables);
    let first = *distinct.get(chosen).or(distinct.first())?;
    let mut shown = first.clone();
    for table in tables {
        // The first is there already.
        if std::ptr::eq(table, first) || !have_same_columns(table, first) {
            continue;
        }
        for (column, more) in shown.columns.iter_mut().zip(&table.columns) {
            match (&mut column.cells, &more.cells) {
                (Cells::Text(cells), Cells::Text(more)) => cells.extend(more.iter().cloned()),
                (Cells::Number(cells), Cells::Number(more)) => cells.extend(more),
                (Cells::Time(cells), Cells::Time(more)) => cells.extend(more),
                _ => {}
            }
        }
    }
    shown.columns.retain(|column| !column.field.hide.is_some_and(|hide| hide.drawing));
    Some(shown)
}

/// The column that a table is sorted by as its dashboard says, and whether from its greatest down.
pub fn own_sort(sort_by: &[String]) -> Option<(&str, bool)> {
    let text = sort_by.first()?;
    Some((text.trim_start_matches('-'), text.starts_with('-')))
}

/// The table with its rows in the order that its dashboard says.
#[must_use]
pub fn in_own_order(table: Table, sort_by: &[String]) -> Table {
    let sorted = own_sort(sort_by).and_then(|(name, descending)| Some((table.column(name)?, descending)));
    let Some((column, descending)) = sorted else { return table };
    let mut rows: Vec<usize> = (0..table.len()).collect();
    watchfire_model::sort_small(&mut rows, &|one, other| column.cells.ordered(*one, *other, descending));
    table.rows(&rows)
}

/// No picture is taller than so many rows.
const MOST: usize = 500;

/// A table as a picture.
pub fn table_text(table: &Table, theme: &Theme, utc_offset: i64, now: i64) -> TableText<'static> {
    let words: Vec<ColumnWords<'_>> =
        table.columns.iter().map(|column| ColumnWords::of(column, theme, utc_offset, now)).collect();
    let column = |(column, words): (&Column, &ColumnWords<'_>)| TableColumn {
        name: Cow::Owned(column.name.clone()),
        numbers: words.is_numeric(),
    };
    let row = |row: usize| {
        let cell = |words: &ColumnWords<'_>| {
            let CellWords { text, color, fill } = words.cell(row);
            TableCell { text: Cow::Owned(text), color, fill }
        };
        words.iter().map(cell).collect()
    };
    TableText {
        columns: table.columns.iter().zip(&words).map(column).collect(),
        rows: (0..table.len().min(MOST)).map(row).collect(),
    }
}

/// How many rows a page has before there is a browser; more are not seen at first.
const MOST_IN_PAGE: usize = 50;

/// A table as HTML, as the browser would make it: the first rows, for a page that is rendered before there is a browser.
pub fn table_html(table: &Table, utc_offset: i64, now: i64) -> String {
    let words: Vec<ColumnWords<'_>> =
        table.columns.iter().map(|column| ColumnWords::of(column, &Theme::BOTH, utc_offset, now)).collect();
    let mut html = String::from("<table class=\"panel-table\"><thead><tr>");
    // Writing to a String cannot fail, so the results are not looked at.
    for (column, words) in table.columns.iter().zip(&words) {
        let _ = write!(html, "<th{}>{}</th>", words.class(), escape(&column.name));
    }
    html.push_str("</tr></thead><tbody>");
    for row in 0..table.len().min(MOST_IN_PAGE) {
        html.push_str("<tr>");
        for words in &words {
            html.push_str(&words.cell_html(row));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_the_order_of_their_dashboard() {
        let column = |name: &str, cells| Column::new(name, "A", cells);
        let hosts = ["b", "c", "a"].map(str::to_owned).to_vec();
        let table = Table {
            columns: vec![
                column("host", Cells::Text(hosts)),
                column("cpu", Cells::Number(vec![20.0, 3.0, 100.0])),
            ],
        };
        for (sort, expected) in
            [("", "b c a"), ("host", "a b c"), ("-cpu", "a b c"), ("cpu", "c b a"), ("gone", "b c a")]
        {
            let sort_by = if sort.is_empty() { Vec::new() } else { vec![sort.to_owned()] };
            let sorted = in_own_order(table.clone(), &sort_by);
            let hosts: Vec<_> = (0..sorted.len()).map(|row| sorted.columns[0].cells.key(row)).collect();
            assert_eq!(hosts.join(" "), expected, "{sort}");
        }
    }
}
