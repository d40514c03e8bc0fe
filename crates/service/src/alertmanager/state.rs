use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use watchfire_alerting::alert::is_made_up;
use watchfire_alerting::dispatch::Row;
use watchfire_alerting::maintenance::Window;
use watchfire_alerting::{
    Alert, AlertError, Config, Dispatcher, Fingerprint, Handlings, Inhibition, Muting, Notification, Plan,
    Received, Silences,
};

use super::firing::Counted;

/// How long silences are known after their end, in milliseconds: `--data.retention` of Alertmanager.
const KEEP_SILENCES: i64 = 120 * 3_600_000;

/// How often what is over is looked for, in milliseconds.
const SWEEP: i64 = 15 * 60_000;

/// Nobody looks for so long only where the process or the machine stood still, in milliseconds: twice the longest wait.
const ABSENCE: i64 = 60_000;

/// A clock that is so much behind what it told before was set back, in milliseconds. What is less delays things by no more than that.
const SET_BACK: i64 = 5000;

/// For how long after an absence what nobody has said anew is not told again, in milliseconds, or `resolve_timeout` where that is shorter.
const DOUBT: i64 = 5 * 60_000;

/// What mutes alerts of made-up data, where a maintenance window has its id.
pub(super) const DEMO: &str = "demo";

/// All that is known at a moment.
pub(super) struct State {
    pub(super) config: Arc<Config>,
    pub(super) dispatcher: Dispatcher,
    pub(super) silences: Silences,
    pub(super) inhibition: Inhibition,
    pub(super) windows: Vec<Window>,
    /// What people said of alerts.
    pub(super) handlings: Handlings,
    /// The rules of alerts, as history names them; those of others are not there.
    pub(super) rules: HashMap<Fingerprint, Arc<str>>,
    /// Whether people hear of alerts of made-up data.
    pub(super) tells_of_demo: bool,
    /// How many of them there may be.
    pub(super) max_windows: usize,
    /// How often there were to be more.
    pub(super) refused_windows: u64,
    /// Windows that changed since they were last written.
    pub(super) touched_windows: BTreeSet<String>,
    /// Silences that changed since they were last written.
    pub(super) touched: BTreeSet<String>,
    /// What the dispatcher decided and nobody took yet.
    pub(super) outgoing: Vec<Notification>,
    /// How many alerts fired when somebody asked last.
    pub(super) counted: Option<Counted>,
    swept_at: i64,
    /// When something was done last: milliseconds since the epoch.
    awake_at: i64,
}

impl State {
    pub(super) fn new(
        config: Config,
        rows: Vec<Row>,
        silences: Silences,
        mut handlings: Handlings,
        now: i64,
    ) -> Self {
        let config = Arc::new(config);
        let mut dispatcher = Dispatcher::restore(Arc::new(Plan::new(&config)), rows, now);
        dispatcher.set_back(now);
        handlings.set_back(now);
        // It was not running, and nobody could say that something fires still. When it heard something last, it was.
        let heard_at = dispatcher.alerts().map(|alert| alert.updated_at).max().unwrap_or(i64::MIN);
        dispatcher.revive(heard_at, now);
        doubt(&mut dispatcher, now);
        handlings.revive(now, now.saturating_add(dispatcher.plan().resolve_timeout()));
        let mut inhibition = Inhibition::new(&config.inhibit_rules);
        dispatcher.alerts().for_each(|alert| inhibition.update(alert));
        Self {
            config,
            dispatcher,
            silences,
            inhibition,
            windows: Vec::new(),
            handlings,
            rules: HashMap::new(),
            max_windows: usize::MAX,
            refused_windows: 0,
            touched_windows: BTreeSet::new(),
            tells_of_demo: false,
            touched: BTreeSet::new(),
            outgoing: Vec::new(),
            counted: None,
            swept_at: now,
            awake_at: now,
        }
    }

    /// Goes on at `now`, also where nobody looked for long, as while a machine sleeps, or the clock was set back.
    pub(super) fn wake(&mut self, now: i64) {
        let before = self.awake_at;
        if now < before.saturating_sub(SET_BACK) {
            self.dispatcher.set_back(now);
            self.handlings.set_back(now);
            self.inhibition = Inhibition::new(&self.config.inhibit_rules);
            self.dispatcher.alerts().for_each(|alert| self.inhibition.update(alert));
            self.swept_at = self.swept_at.min(now);
            self.awake_at = now;
            return;
        }
        if now > before.saturating_add(ABSENCE) {
            for alert in self.dispatcher.revive(before, now) {
                self.inhibition.update(&alert);
            }
            doubt(&mut self.dispatcher, now);
            self.handlings.revive(now, now.saturating_add(self.dispatcher.plan().resolve_timeout()));
        }
        self.awake_at = before.max(now);
    }

    /// What mutes at `now`, made-up data aside.
    pub(super) fn muting(&self, now: i64) -> Muting<'_> {
        Muting::new(&self.silences, &self.inhibition, &self.windows, now)
    }

    /// Takes an alert. `is_seen`: whoever says it has seen that it is so; else it is only remembered.
    pub(super) fn receive(&mut self, alert: Received, is_seen: bool, now: i64) -> Result<(), AlertError> {
        let said_start = alert.starts_at;
        let alert = Alert::new(alert, now, self.dispatcher.plan().resolve_timeout())?;
        let fingerprint = alert.fingerprint();
        self.take(alert, said_start, now);
        if is_seen {
            self.dispatcher.confirm(fingerprint, now);
        }
        Ok(())
    }

    /// Takes an alert, unless somebody said that it is over.
    fn take(&mut self, alert: Alert, said_start: Option<i64>, now: i64) {
        self.wake(now);
        let fires = self.fires(alert.fingerprint(), now);
        if self.handlings.withholds(&alert, said_start, fires, now) {
            return;
        }
        let alert = self.dispatcher.insert(alert, now);
        self.inhibition.update(&alert);
    }

    /// Whether an alert is known that fires.
    pub(super) fn fires(&self, fingerprint: Fingerprint, now: i64) -> bool {
        self.dispatcher.alert(fingerprint).is_some_and(|alert| !alert.is_resolved(now))
    }

    /// An alert that is over since somebody says so.
    pub(super) fn end(&mut self, alert: Alert, now: i64) {
        let alert = self.dispatcher.insert(alert, now);
        self.inhibition.update(&alert);
    }

    pub(super) fn insert(&mut self, alert: Alert, now: i64) {
        let (starts_at, fingerprint) = (alert.starts_at, alert.fingerprint());
        self.take(alert, Some(starts_at), now);
        self.dispatcher.confirm(fingerprint, now);
    }

    pub(super) fn configure(&mut self, config: Config, now: i64) {
        self.config = Arc::new(config);
        self.dispatcher.replan(Arc::new(Plan::new(&self.config)), now);
        self.inhibition = Inhibition::new(&self.config.inhibit_rules);
        for alert in self.dispatcher.alerts() {
            self.inhibition.update(alert);
        }
    }

    /// Looks at the groups that are due; what is to be sent waits in `outgoing`.
    pub(super) fn poll(&mut self, now: i64) {
        self.wake(now);
        let muting = Muting::new(&self.silences, &self.inhibition, &self.windows, now);
        let tells_of_demo = self.tells_of_demo;
        let muted =
            |alert: &Alert| (!tells_of_demo && is_made_up(&alert.labels)) || muting.is_muted(&alert.labels);
        let dispatcher = &self.dispatcher;
        let fires = |of| dispatcher.alert(of).is_some_and(|alert| !alert.is_resolved(now));
        self.handlings.forget(now, fires);
        let handlings = &self.handlings;
        let found = self
            .dispatcher
            .poll_handled(now, muted, |alert| handlings.acknowledgement(alert.fingerprint(), now).is_some());
        self.outgoing.extend(found);
        if now.saturating_sub(self.swept_at) >= SWEEP {
            self.swept_at = now;
            self.inhibition.forget(now);
            let dispatcher = &self.dispatcher;
            self.rules.retain(|of, _| dispatcher.alert(*of).is_some());
            self.touched.extend(self.silences.forget(now, KEEP_SILENCES));
        }
    }
}

/// What fired before an absence may be over for long: nobody is woken by it until somebody says that it is not.
fn doubt(dispatcher: &mut Dispatcher, now: i64) {
    let time = dispatcher.plan().resolve_timeout().clamp(0, DOUBT);
    dispatcher.doubt(now, now.saturating_add(time));
}
