//! Where an alert goes: the routing tree with everything inherited.

mod explain;
mod named;
mod options;
mod tree;

pub use explain::{Explanation, Outcome, Step, Taken};
pub use named::{CHANNELS, RECEIVERS};
pub use options::{GroupBy, RouteOptions};
pub use tree::{RouteId, RouteTree};

use crate::config::Period;

/// How long the first notification of a group waits where no route says it.
pub const GROUP_WAIT: Period = Period::seconds(30);
/// How long the next one waits where no route says it.
pub const GROUP_INTERVAL: Period = Period::seconds(5 * 60);
/// After how long a notification comes again where no route says it.
pub const REPEAT_INTERVAL: Period = Period::seconds(4 * 60 * 60);
