//! What lies between a panel and its picture: which questions it asks ([`questions`]), and what the answers become
//! ([`Prepared`]): calculations from other queries, transformations, names and looks of series. The same code runs in the
//! server, for first renders and pictures, and in the browser. No IO.

mod answer;
mod calculate;
mod compare;
mod html;
mod key;
mod layout;
mod legend;
mod look;
mod marks;
mod math;
mod pattern;
mod picture;
mod prepare;
mod question;
mod repeat;
mod table;
mod transform;
mod words;

pub use answer::Answer;
pub use html::escape;
pub use key::{Key, KeyRow, key, key_html};
pub use layout::layout;
pub use legend::filled as legend_text;
pub use look::Looks;
pub use marks::{MOST_MARKS, Marked, marked, words_of};
pub use math::{MathError, check_math};
pub use pattern::Pattern;
pub use picture::card::{card, settled, title_of};
pub use picture::table::{
    CellWords, ColumnWords, in_own_order, own_sort, shown_table, table_html, table_names, table_text,
};
pub use picture::{Drawing, Graph, Stage, graph, left_out};
pub use prepare::{Prepared, Shown, prepare};
pub use question::{Question, Sight, in_role, is_selector, questions};
pub use repeat::{Unfolded, unfold};
pub use table::{Cells, Column, Table};
pub use watchfire_model::live::Role;
pub use words::{Manner, Said, Words};
