//! Alerting and recording rules as Prometheus has them
//! (<https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/>): the files that they stand in, and the states
//! that alerts go through.
//!
//! Nothing here does IO, and no clock is read: texts and answers of queries come in, and time as milliseconds since the epoch.

mod check;
mod condition;
mod file;
mod form;
mod length;
mod outline;
mod rule;
mod state;
mod usual;
mod write;

pub use check::{Flaw, Flaws};
pub use condition::{Condition, Fold};
pub use file::read;
pub use form::Form;
pub use length::Length;
pub use outline::{is_outline, read_any, read_outline};
pub use rule::{Group, Kind, Rule, Severity};
pub use state::{
    ALERTNAME, ALERTS_VALUE, AlertState, Change, Held, Outcome, Refused, RuleState, Sampled, Seen, Terms,
};
pub use usual::{Band, HOUR, STEP, Side, Usual, WEEK};
pub use write::write;
