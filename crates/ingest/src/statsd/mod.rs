//! StatsD: lines of events over UDP. They are added up here to series that only rise, or stay, like those of any other
//! client, and given out at each flush.
//!
//! - A counter `api.hits` becomes `api_hits_total`, a gauge `api_load`, a set the gauge of its size since the last flush.
//! - A timing becomes a histogram in seconds (`api_time_seconds_bucket`, `_sum`, `_count`), a distribution one in its own
//!   unit.
//! - Tags become labels; one without a value becomes `tag="true"`.
//! - What is stored under one name is of one kind: the first one.

mod aggregator;
mod family;
mod key;
mod line;
mod series;

pub use aggregator::{Aggregator, Taken};
pub use line::{LineError, StatsdKind, StatsdLine, parse_line};
