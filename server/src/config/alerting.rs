use std::path::PathBuf;
use std::time::Duration;

/// Rules and their alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RulesConfig {
    /// Patterns of rule files.
    pub(crate) files: Vec<String>,
    /// Whether those that come with the program are evaluated.
    pub(crate) shipped: bool,
    /// Those of them that are not.
    pub(crate) shipped_without: Vec<String>,
    /// Labels for templates, and for alerts that are handed over.
    pub(crate) external_labels: Vec<(String, String)>,
    /// How often these are looked at.
    pub(crate) reload_interval: Duration,
    /// Bytes of one of them.
    pub(crate) max_file_bytes: u64,
    /// How often rules are evaluated.
    pub(crate) interval: Duration,
    /// How much earlier their queries look.
    pub(crate) query_offset: Duration,
    /// After how long an alert is handed over again.
    pub(crate) resend_delay: Duration,
    /// How long the server may be away for a pending alert to go on.
    pub(crate) outage_tolerance: Duration,
    /// How long it is kept what became of alerts; `None`: for ever.
    pub(crate) history: Option<Duration>,
    /// Rules by form together.
    pub(crate) max_count: usize,
    /// Bytes of one of them.
    pub(crate) max_bytes: usize,
    /// Series of a preview or a backtest.
    pub(crate) max_shown: usize,
    /// Points of a backtest.
    pub(crate) max_backtest_points: usize,
    /// Heartbeats together.
    pub(crate) max_heartbeats: usize,
    /// Whether an alert fires always.
    pub(crate) watchdog: bool,
    /// Whether a rule that cannot be evaluated is an alert of its own.
    pub(crate) alert_on_error: bool,
}

/// Alerts that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IncidentsConfig {
    /// How far apart they may be.
    pub(crate) window: Duration,
    /// Services, each with one that it depends on.
    pub(crate) dependencies: Vec<(String, String)>,
    /// How long an incident is kept after its end; `None`: for ever.
    pub(crate) history: Option<Duration>,
    /// Incidents together.
    pub(crate) max_count: usize,
    /// Alerts of one.
    pub(crate) max_alerts: usize,
    /// Notes of one.
    pub(crate) max_notes: usize,
    /// Bytes of a note.
    pub(crate) max_note_bytes: usize,
}

/// From alerts to notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NotifyConfig {
    /// Alertmanager's configuration file; `None`: nobody is told.
    pub(crate) config: Option<PathBuf>,
    /// How often it is looked at.
    pub(crate) reload_interval: Duration,
    /// How often calendars of schedules are read.
    pub(crate) calendar_interval: Duration,
    /// How long an answer may take.
    pub(crate) timeout: Duration,
    /// For how long addresses in mails are good; 0: there are none.
    pub(crate) link_lifetime: Duration,
    /// How long the chart of a mail may take; 0: there are none.
    pub(crate) chart_timeout: Duration,
    /// Whether the kept configuration may name files.
    pub(crate) files_in_kept_config: bool,
    /// Whether programs may run.
    pub(crate) programs: bool,
    /// Whether people hear of alerts of made-up data.
    pub(crate) demo: bool,
    /// Maintenance windows together.
    pub(crate) max_windows: usize,
    /// After how long a delivery is given up.
    pub(crate) give_up_after: Duration,
    /// Deliveries under way together.
    pub(crate) concurrency: usize,
    /// Those of one channel of one receiver.
    pub(crate) channel_concurrency: usize,
    /// How often a channel sends, in hundredths of what is usual.
    pub(crate) rate: usize,
    /// How long what is delivered is kept for people to see.
    pub(crate) keep_done: Duration,
    /// The same of dead letters.
    pub(crate) keep_dead: Duration,
}
