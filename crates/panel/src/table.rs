use watchfire_dashboard::Field;
use watchfire_model::{Grid, GridSeries, Labels, METRIC_NAME};

/// Rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, all of the same length.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Of a series' values: its labels.
    pub labels: Labels,
    /// The id of the query that brought it; empty for what several did.
    pub query: String,
    /// How its values are shown.
    pub field: Field,
    /// The values.
    pub cells: Cells,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Texts; empty where there is none.
    Text(Vec<String>),
    /// Numbers; NaN where there is none.
    Number(Vec<f64>),
    /// Instants: milliseconds since the epoch.
    Time(Vec<i64>),
}

/// The heading of the column of instants.
pub(crate) const TIME: &str = "Time";

impl Cells {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Number(cells) => cells.len(),
            Self::Time(cells) => cells.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text that a row is compared by.
    pub fn key(&self, row: usize) -> String {
        match self {
            Self::Text(cells) => cells.get(row).cloned().unwrap_or_default(),
            Self::Number(cells) => {
                cells.get(row).filter(|value| !value.is_nan()).map_or_else(String::new, f64::to_string)
            }
            Self::Time(cells) => cells.get(row).map_or_else(String::new, i64::to_string),
        }
    }

    /// The number of a row; NaN for a text that is none.
    pub fn number(&self, row: usize) -> f64 {
        match self {
            Self::Text(cells) => cells.get(row).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN),
            Self::Number(cells) => cells.get(row).copied().unwrap_or(f64::NAN),
            Self::Time(cells) => cells.get(row).map_or(f64::NAN, |at| *at as f64),
        }
    }

    /// These rows, in this order; `None` for a row that is not there.
    #[must_use]
    pub fn rows(&self, rows: &[Option<usize>]) -> Self {
        match self {
            Self::Text(cells) => Self::Text(
                rows.iter().map(|row| row.map_or_else(String::new, |row| cells[row].clone())).collect(),
            ),
            Self::Number(cells) => {
                Self::Number(rows.iter().map(|row| row.map_or(f64::NAN, |row| cells[row])).collect())
            }
            // An instant that is not there has no sign of its own; a text can be empty.
            Self::Time(cells) if rows.iter().any(Option::is_none) => Self::Text(
                rows.iter().map(|row| row.map_or_else(String::new, |row| cells[row].to_string())).collect(),
            ),
            Self::Time(cells) => Self::Time(rows.iter().flatten().map(|row| cells[*row]).collect()),
        }
    }

    /// Before, equal or after, numbers by their size, what is not there last.
    pub fn compare(&self, one: usize, other: usize) -> std::cmp::Ordering {
        match self {
            Self::Text(cells) => match (cells[one].parse::<f64>(), cells[other].parse::<f64>()) {
                (Ok(one), Ok(other)) => one.total_cmp(&other),
                _ => cells[one]
                    .is_empty()
                    .cmp(&cells[other].is_empty())
                    .then_with(|| cells[one].cmp(&cells[other])),
            },
            Self::Number(cells) => {
                let (one, other) = (cells[one], cells[other]);
                one.is_nan().cmp(&other.is_nan()).then_with(|| one.total_cmp(&other))
            }
            Self::Time(cells) => cells[one].cmp(&cells[other]),
        }
    }

    /// The same with the greatest first where it is `descending`; what is not there comes last all the same.
    pub fn ordered(&self, one: usize, other: usize, descending: bool) -> std::cmp::Ordering {
        let absent = |row: usize| match self {
            Self::Number(cells) => cells[row].is_nan(),
            Self::Text(cells) => cells[row].is_empty(),
            Self::Time(_) => false,
        };
        let order = self.compare(one, other);
        absent(one).cmp(&absent(other)).then(if descending { order.reverse() } else { order })
    }
}

impl Column {
    pub(crate) fn new(name: impl Into<String>, query: &str, cells: Cells) -> Self {
        Self {
            name: name.into(),
            labels: Labels::empty(),
            query: query.to_owned(),
            field: Field::default(),
            cells,
        }
    }
}

impl Table {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column with this heading.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// These rows, in this order.
    #[must_use]
    pub fn rows(&self, rows: &[usize]) -> Self {
        let rows: Vec<_> = rows.iter().copied().map(Some).collect();
        let columns =
            self.columns.iter().map(|column| Column { cells: column.cells.rows(&rows), ..column.clone() });
        Self { columns: columns.collect() }
    }

    /// Whether it is one series over time.
    pub(crate) fn is_series(&self) -> bool {
        matches!(self.columns.as_slice(), [time, value]
            if matches!(time.cells, Cells::Time(_)) && matches!(value.cells, Cells::Number(_)))
    }

    /// One series as a table of instants and values.
    pub(crate) fn of_series(query: &str, name: String, series: GridSeries, grid: Grid) -> Self {
        let times = (0..grid.len).map(|index| grid.time(index)).collect();
        let value =
            Column { labels: series.labels, ..Column::new(name, query, Cells::Number(series.values)) };
        Self { columns: vec![Column::new(TIME, query, Cells::Time(times)), value] }
    }

    /// The newest values of series as rows: when, the labels, and the value under the heading `value`.
    pub(crate) fn of_newest(query: &str, value: &str, series: &[GridSeries], grid: Grid) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for label in series.iter().flat_map(|series| series.labels.iter()) {
            if !names.contains(&label.name) {
                names.push(label.name);
            }
        }
        // The metric's name comes first, as it does everywhere.
        watchfire_model::sort_small(&mut names, &|one, other| {
            (*one != METRIC_NAME).cmp(&(*other != METRIC_NAME))
        });
        let newest: Vec<(i64, f64)> = series.iter().map(|series| newest(&series.values, grid)).collect();
        let mut columns =
            vec![Column::new(TIME, query, Cells::Time(newest.iter().map(|(at, _)| *at).collect()))];
        columns.extend(names.into_iter().map(|name| {
            let cell = |series: &GridSeries| series.labels.get(name).unwrap_or_default().to_owned();
            Column::new(name, query, Cells::Text(series.iter().map(cell).collect()))
        }));
        let values = newest.into_iter().map(|(_, value)| value).collect();
        columns.push(Column::new(value, query, Cells::Number(values)));
        Self { columns }
    }
}

/// The last value that there is, and when.
fn newest(values: &[f64], grid: Grid) -> (i64, f64) {
    let index = values.iter().rposition(|value| !value.is_nan());
    index.map_or((grid.time(grid.len.saturating_sub(1)), f64::NAN), |index| (grid.time(index), values[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_comes_last_either_way() {
        let numbers = Cells::Number(vec![1.0, f64::NAN, 3.0]);
        let texts = Cells::Text(["b", "", "c"].map(str::to_owned).to_vec());
        for cells in [numbers, texts] {
            for (descending, expected) in [(false, [0, 2, 1]), (true, [2, 0, 1])] {
                let mut rows = [0, 1, 2];
                rows.sort_by(|one, other| cells.ordered(*one, *other, descending));
                assert_eq!(rows, expected, "{cells:?} {descending}");
            }
        }
    }
}
