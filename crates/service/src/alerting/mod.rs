//! Rules: evaluated on time, with states that outlive a restart. They come from files, which are watched, and from forms, which
//! the control store keeps; both are the same once they are read.
//!
//! One task manages the groups (`manage.rs`), and each group has one that evaluates its rules (`runner.rs`). What they know the
//! API reads (`view.rs`), and who notifies gets it handed over (`handover.rs`).

mod backtest;
mod built_in;
mod charted;
mod check;
pub mod delivery;
mod error;
mod evaluated;
mod expand;
mod export;
mod faults;
mod files;
mod form_groups;
mod forms;
pub(crate) mod glob;
mod group;
mod handover;
mod history;
mod keep;
mod leave;
mod manage;
mod pattern;
mod pending;
mod plan;
mod replay;
mod rule;
mod runner;
mod sending;
mod settings;
mod settling;
mod shared;
mod shipped;
mod unit_test;
mod usual;
mod values;
mod view;

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use watchfire_rules::Group;

use crate::Service;

pub use backtest::{Backtest, BacktestSeries, Firing, Preview};
pub use charted::Charted;
pub use check::{Checked, check_rules};
pub use error::AlertingError;
pub use evaluated::{EvaluatedQuestion, EvaluatedSeries, EvaluatedValues};
pub use files::RuleError;
pub use forms::{FormHead, KeptForm, KeptHead, SavedForm};
pub use group::{GroupStats, Health};
pub use handover::{AlertSink, HandedAlert};
pub use history::HistoryQuestion;
pub(crate) use history::{MOST as MOST_EVENTS, SHOWN as SHOWN_EVENTS};
pub use plan::{BUILT_IN, FORM_FILE};
pub use sending::Sending;
pub use settings::AlertingSettings;
pub(crate) use shared::Shared;
pub use shipped::{SHIPPED_FILE, runbook, runbooks, shipped_rules};
pub use unit_test::test_rules;
pub use values::{ValueSeries, Values};
pub use view::{AlertView, AlertingView, GroupView, RuleFilter, RuleView};
pub use watchfire_rules::{AlertState, Flaw, Form, Seen};
pub use watchfire_storage::AlertEvent;

/// The way to everything about rules and alerts. Cloning is cheap. All times are milliseconds since the epoch.
#[derive(Clone)]
pub struct Alerting {
    service: Service,
}

/// How the rules of files are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleFilesStatus {
    /// The patterns that are looked at.
    pub files: Vec<String>,
    /// When they were looked at last; 0 for never.
    pub looked_at: i64,
    /// When a change took effect last; 0 for never.
    pub loaded_at: i64,
    /// What is wrong; while there is anything, the rules are as they were before.
    pub errors: Vec<RuleError>,
    /// How often a change was refused since the start.
    pub refused: u64,
}

/// What went wrong around evaluations since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertingFailures {
    /// Samples of rules that storage did not take.
    pub refused_samples: u64,
    /// Times that states could not be stored.
    pub store: u64,
    /// Times that alerts were not taken for notification.
    pub handover: u64,
}

impl Alerting {
    pub(crate) fn new(service: Service) -> Self {
        Self { service }
    }

    fn service(&self) -> &Service {
        &self.service
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.service.alerting
    }

    /// The limits.
    pub fn settings(&self) -> &AlertingSettings {
        &self.shared().settings
    }

    /// Hands alerts over to `sink` from now on. The first one stays; whether it was this one.
    pub fn set_sink(&self, sink: Arc<dyn AlertSink>) -> bool {
        self.shared().sink.set(sink).is_ok()
    }

    /// Evaluates a group that the server makes itself, in place of the one of that name before; [`reload`](Self::reload) lets it
    /// count at once.
    pub(crate) fn set_built_in(&self, name: &'static str, group: Option<Group>) {
        self.shared().set_built_in(name, group);
    }

    /// Whether an alert `Watchdog` fires always, so that its silence tells that nothing is told any more.
    pub fn keep_watchdog(&self, kept: bool) {
        self.set_built_in(built_in::WATCHDOG, kept.then(built_in::watchdog));
    }

    /// Evaluates rules until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        manage::manage(self, stop).await;
    }

    /// Looks at files and forms now; it happens by itself, too. Returns when what they say is in effect, or was refused:
    /// [`files`](Self::files) says which.
    pub async fn reload(&self) {
        let (done, waiting) = oneshot::channel();
        // Nobody evaluates while the server starts or ends.
        if self.shared().requests.send(done).await.is_ok() {
            let _ = waiting.await;
        }
    }

    /// All groups, by file and name.
    pub fn groups(&self) -> Vec<GroupView> {
        let groups = self.shared().loaded().groups.clone();
        groups.iter().cloned().map(GroupView::new).collect()
    }

    /// How the rules of files are.
    pub fn files(&self) -> RuleFilesStatus {
        let loaded = self.shared().loaded();
        RuleFilesStatus {
            files: self.settings().files.clone(),
            looked_at: loaded.looked_at,
            loaded_at: loaded.changed_at,
            errors: loaded.errors.to_vec(),
            refused: loaded.refused,
        }
    }

    /// What went wrong since the start.
    pub fn failures(&self) -> AlertingFailures {
        let [refused_samples, store, handover] = self.shared().failures();
        AlertingFailures { refused_samples, store, handover }
    }
}
