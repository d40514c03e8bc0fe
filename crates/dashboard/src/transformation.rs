use crate::fields::words;
use serde::{Deserialize, Serialize};

use crate::Reducer;

/// A change of what the queries brought, before it is shown. One after the other, in the order of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Transformation {
    /// Puts tables side by side: rows with the same value of this column become one.
    Join {
        /// The column.
        by: String,
        /// Whether rows that only one table has stay.
        #[serde(default)]
        outer: bool,
    },
    /// Puts the rows of all tables below each other.
    Merge {},
    /// Gives columns and series other names.
    Rename {
        /// A regular expression for the old name.
        regex: String,
        /// The new name; `$1` stands for the first group.
        to: String,
    },
    /// Keeps rows, or series, by a value.
    Filter {
        /// The column; of series their number by `reduce`.
        #[serde(default)]
        column: String,
        /// How a series becomes a number.
        #[serde(default)]
        reduce: Reducer,
        /// How it is compared.
        is: Comparison,
        /// With what.
        #[serde(default)]
        value: String,
        /// Whether the others are kept.
        #[serde(default)]
        not: bool,
    },
    /// Sorts rows by a column, series by their number.
    Sort {
        /// The column; empty for series.
        #[serde(default)]
        by: String,
        /// The greatest first.
        #[serde(default)]
        descending: bool,
    },
    /// Makes one row of those with the same values.
    Group {
        /// The columns whose values must agree.
        by: Vec<String>,
        /// How the others become one value.
        columns: Vec<(String, Reducer)>,
    },
    /// Leaves out, orders and names columns.
    Organise {
        /// Left out.
        #[serde(default)]
        hide: Vec<String>,
        /// First these, in this order.
        #[serde(default)]
        order: Vec<String>,
        /// Old and new names.
        #[serde(default)]
        rename: Vec<(String, String)>,
    },
    /// Makes a row of each series: its labels and its numbers.
    Reduce {
        /// The numbers.
        by: Vec<Reducer>,
    },
    /// Makes a column for each label.
    LabelsToColumns {},
    /// Keeps the first so many.
    Limit {
        /// How many.
        most: u32,
    },
}

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The same.
    Equal,
    /// More.
    Greater,
    /// As much or more.
    GreaterOrEqual,
    /// Less.
    Less,
    /// As much or less.
    LessOrEqual,
    /// Matches as a regular expression somewhere.
    Regex,
    /// There is none.
    Empty,
}

words! {
    Comparison { Equal = "equal", Greater = "greater", GreaterOrEqual = "greater_or_equal", Less = "less", LessOrEqual = "less_or_equal", Regex = "regex", Empty = "empty" }
}
