//! From an alert to a notification, as Alertmanager goes that way: its configuration file, the routing tree, grouping,
//! silences and inhibition; and besides it maintenance windows.
//!
//! Nothing here does IO, and no clock is read: time comes in as milliseconds since the epoch. Where a rule is
//! Alertmanager's, the text says so; where it differs on purpose, the text says why.

pub mod alert;
pub mod calendar;
pub mod channel;
pub mod config;
pub mod dispatch;
pub mod handling;
pub mod incident;
pub mod inhibition;
pub mod maintenance;
pub mod matcher;
pub mod muting;
pub mod routing;
pub mod schedule;
pub mod silence;
pub mod time_interval;

pub use alert::{Alert, AlertError, Fingerprint, Received};
pub use config::Config;
pub use dispatch::{Dispatcher, Notification, Plan};
pub use handling::{Act, Handling, Handlings};
pub use inhibition::Inhibition;
pub use matcher::{Matcher, MatcherError, Matchers};
pub use muting::{MutedBy, Muting};
pub use routing::{RouteId, RouteOptions, RouteTree};
pub use schedule::{Schedule, Shift};
pub use silence::{Silence, Silences};
pub use time_interval::TimeInterval;
