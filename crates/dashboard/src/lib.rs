//! Dashboards as data: what one is made of ([`Dashboard`]), how its file is read with errors that name the place
//! ([`read`]), how variables are put into queries ([`Values`]), and how dashboards of Grafana are taken over
//! ([`grafana`]). No IO; the browser has it too. docs/DASHBOARDS.md describes the format with examples.

mod check;
#[cfg(feature = "regex")]
mod choices;
mod dashboard;
mod edit;
mod field;
mod fields;
pub mod grafana;
mod interpolate;
mod kind;
mod locate;
mod mapping;
mod outline;
mod panel;
mod place;
mod query;
mod read;
mod reduce;
mod threshold;
mod transformation;
mod variable;
mod view;

pub use dashboard::{AnnotationQuery, Dashboard, Link, SCHEMA, TimeSettings};
pub use field::{
    Axis, Color, Field, Gaps, Hide, Interpolation, LineStyle, Matcher, Override, Points, Scale, Stacking,
    ThresholdsAs,
};
pub use interpolate::{Clock, Places, Values, names_in, stays_in_strings};
pub use kind::Kind;
pub use mapping::Mapping;
pub use outline::{is_outline, read_outline};
pub use panel::{Direction, Panel, Repeat};
pub use place::{COLUMNS, Place};
pub use query::{Order, Query, QueryShape, ReduceOf};
pub use read::{Note, ReadError, check, read, write};
pub use reduce::Reducer;
pub use threshold::{Threshold, Thresholds};
pub use transformation::{Comparison, Transformation};
pub use variable::{Choice, Sort, Variable, VariableKind};
pub use view::{ColorOf, Legend, LegendPlace, LegendShape, Show, TextOf, View};

/// Whether a value is what a file says by leaving it out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
