use std::time::Duration;

/// How rules are evaluated. Times without a type are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertingSettings {
    /// Patterns of rule files.
    pub files: Vec<String>,
    /// How often these are looked at.
    pub reload_interval: Duration,
    /// Whether rules that come with the program are evaluated.
    pub shipped: bool,
    /// The names of those of them that are not.
    pub shipped_without: Vec<String>,
    /// `$externalLabels` of templates, and labels that alerts get that have none of that name when they are handed over.
    pub external_labels: Vec<(String, String)>,
    /// Bytes of one file.
    pub max_file_bytes: u64,
    /// How often groups are evaluated that do not say.
    pub interval: i64,
    /// How much earlier than that their queries look, where groups do not say.
    pub query_offset: i64,
    /// After how long an alert that still fires is handed over again.
    pub resend_delay: i64,
    /// How long a pending alert is worth keeping while nothing is evaluated.
    pub outage_tolerance: i64,
    /// Whether a rule that cannot be evaluated is an alert of its own.
    pub alert_on_error: bool,
    /// How long it is kept what became of alerts; `None`: for ever.
    pub history: Option<i64>,
    /// Rules by form.
    pub max_rules: usize,
    /// Bytes of one of them.
    pub max_rule_bytes: usize,
    /// Series of a backtest that are told one by one.
    pub max_backtest_series: usize,
    /// Points of a backtest, of all series together.
    pub max_backtest_points: usize,
    /// How long all backtests that somebody waits for may take together for more than a coarse look.
    pub backtest_patience: Duration,
    /// Where people reach this server, without a slash at its end.
    pub external_url: String,
}

impl Default for AlertingSettings {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            reload_interval: Duration::from_secs(5),
            shipped: false,
            shipped_without: Vec::new(),
            external_labels: Vec::new(),
            max_file_bytes: 16 << 20,
            interval: 15_000,
            query_offset: 0,
            resend_delay: 60_000,
            outage_tolerance: 3_600_000,
            alert_on_error: false,
            history: Some(90 * 86_400_000),
            max_rules: 10_000,
            max_rule_bytes: 64 << 10,
            max_backtest_series: 100,
            max_backtest_points: 2_000_000,
            backtest_patience: Duration::from_secs(3),
            external_url: String::new(),
        }
    }
}
