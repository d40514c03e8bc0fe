//! The task of a group: it evaluates its rules, one after the other, again and again.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use watchfire_model::{Labels, STALE};
use watchfire_rules::{AlertState, Sampled};
use watchfire_storage::{AlertEvent, AlertRow, AlertWrites};

use watchfire_template::Map;

use super::expand::Surroundings;
use super::group::{Health, RuleRun, RunningGroup};
use super::handover::{HandedAlert, Sent, handed, is_due};
use super::keep::{Keep, event};
use super::pending::Pending;
use super::plan::{GroupPlan, RulePlan};
use super::rule::evaluate;
use super::settling::{Before, settling_until};
use super::shared::Shared;
use crate::Service;
use crate::clock::now;

/// What a rule takes along from one plan to the next.
pub(super) type Carried = HashMap<Arc<str>, (RuleRun, Keep)>;

/// A group between its evaluations.
pub(super) struct Runner {
    service: Service,
    pub(super) shared: Arc<Shared>,
    pub(super) group: Arc<RunningGroup>,
    pub(super) keeps: Vec<Keep>,
    /// Until then a missing series says nothing: milliseconds since the epoch.
    settling_until: i64,
    pub(super) external_url: Arc<str>,
    /// Made once, so that each evaluation shares them.
    external_labels: Map,
}

/// How a firing alert outlives evaluations that do not come: Prometheus lets it be good for so many times the interval.
const VALID_FOR: i64 = 4;

impl Runner {
    /// A group that takes the states of its rules from `carried`, or from what the store knows.
    pub(super) fn new(
        service: Service,
        shared: Arc<Shared>,
        plan: GroupPlan,
        carried: &mut Carried,
        stored: &mut HashMap<String, Vec<AlertRow>>,
        before: Before,
    ) -> Self {
        let (mut runs, mut keeps, mut restored) = (Vec::new(), Vec::new(), false);
        for rule in &plan.rules {
            let (run, keep) = match (carried.remove(&rule.key), stored.remove(&*rule.key)) {
                (Some(known), _) => known,
                (None, Some(rows)) => {
                    restored = true;
                    let (state, keep) = Keep::restore(rows, before.outage);
                    (RuleRun { state, ..RuleRun::default() }, keep)
                }
                (None, None) => Default::default(),
            };
            runs.push(run);
            keeps.push(keep);
        }
        let lookback = service.limits().lookback;
        let settles = restored.then(|| settling_until(&plan, before, now(), lookback)).flatten();
        let settling_until = settles.unwrap_or(i64::MIN);
        let external_url = shared.settings.external_url.as_str().into();
        let stats = super::group::GroupStats::default();
        let group = Arc::new(RunningGroup::new(plan, runs, stats));
        let external_labels = shared.external_labels();
        Self { service, shared, group, keeps, settling_until, external_url, external_labels }
    }

    /// Evaluates the group on time until `stop`, and gives back what goes on.
    pub(super) async fn run(mut self, stop: CancellationToken) -> Self {
        // Who notifies knows what fires before the first evaluation, which may be a minute away.
        self.tell_due(now()).await;
        let (interval, offset) = (self.group.plan.interval, self.group.plan.offset());
        let mut due = next(now(), interval, offset);
        // By both clocks: the second stands still while the machine does.
        let mut before = (now(), Instant::now());
        loop {
            let wait = (due - now()).max(0);
            let is_late = wait == 0;
            if wait > interval {
                // The clock was set back: waiting for the old time could take hours.
                due = next(now(), interval, offset);
                self.settling_until = self.settling_until.min(due.saturating_add(interval));
                continue;
            }
            if stop
                .run_until_cancelled(tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())))
                .await
                .is_none()
            {
                return self;
            }
            let (at, missed) = newest(due, now(), interval);
            let passed = i64::try_from(before.1.elapsed().as_millis()).unwrap_or(i64::MAX);
            let slept = (now() - before.0).saturating_sub(passed) > interval;
            before = (now(), Instant::now());
            if missed > 0 && (!is_late || slept) {
                self.settle_after(due - interval);
            }
            self.group.update(|stats| {
                stats.iterations += 1 + missed.unsigned_abs();
                stats.missed += missed.unsigned_abs();
            });
            self.evaluate(at).await;
            due = at + interval;
        }
    }

    /// The machine stood still, or its clock was set forward, since rules were evaluated at `last`: as after a start, what is missing
    /// says nothing for a while.
    fn settle_after(&mut self, last: i64) {
        let before = Before { outage: false, last: Some(last) };
        let lookback = self.service.limits().lookback;
        if let Some(until) = settling_until(&self.group.plan, before, now(), lookback) {
            self.settling_until = self.settling_until.max(until);
        }
    }

    /// One evaluation of all rules at `at`.
    async fn evaluate(&mut self, at: i64) {
        let began = Instant::now();
        let query_at = at - self.group.plan.query_offset;
        let settling = at < self.settling_until;
        let (mut pending, mut written, mut failures) = (Pending::default(), 0, 0);
        let mut events = Vec::new();
        for index in 0..self.group.plan.rules.len() {
            if pending.is_read_by(&self.group.plan.rules[index].reads) {
                self.flush(&mut pending).await;
            }
            let began = Instant::now();
            let around = Surroundings {
                service: self.service.clone(),
                at: query_at,
                external_url: self.external_url.clone(),
                external_labels: self.external_labels.clone(),
            };
            let health = match evaluate(&self.group, index, at, settling, around).await {
                Ok(done) => {
                    let mut samples = done.samples;
                    samples.extend(done.values);
                    written += samples.len();
                    self.keeps[index].write(index, samples, query_at, &mut pending);
                    let key = &self.group.plan.rules[index].key;
                    events.extend(done.changes.into_iter().map(|change| event(key, at, change)));
                    Health::Ok
                }
                Err(reason) => {
                    failures += 1;
                    let key = &self.group.plan.rules[index].key;
                    let forgotten = self.group.rule(index).state.take_forgotten().into_iter();
                    let told = |change| AlertEvent { reason: reason.clone(), ..event(key, at, change) };
                    events.extend(forgotten.map(told));
                    Health::Err(reason)
                }
            };
            self.keeps[index].fault.note(matches!(health, Health::Err(_)), at);
            self.note(index, at, health, began.elapsed(), &mut events);
        }
        self.flush(&mut pending).await;
        self.store(events).await;
        self.tell_due(at).await;
        self.tell_faults(at).await;
        self.group.update(|stats| {
            stats.evaluations += self.group.plan.rules.len() as u64;
            stats.failures += failures;
            stats.last_duration = began.elapsed();
            stats.last_evaluation = Some(at);
            stats.last_samples = written;
        });
    }

    /// How a rule does, and whether that is new.
    fn note(&self, index: usize, at: i64, health: Health, took: Duration, events: &mut Vec<AlertEvent>) {
        let plan = &self.group.plan.rules[index];
        let mut run = self.group.rule(index);
        let (before, after, reason) = match (&run.health, &health) {
            (Health::Err(_), Health::Ok) => ("error", "ok", String::new()),
            (Health::Ok | Health::Unknown, Health::Err(reason)) => ("ok", "error", reason.clone()),
            _ => ("", "", String::new()),
        };
        run.health = health;
        run.evaluated_at = Some(at);
        run.took = took;
        drop(run);
        if after.is_empty() {
            return;
        }
        let (group, rule) = (&self.group.plan.name, &plan.rule.name);
        if after == "error" {
            tracing::warn!(
                file = self.group.plan.file,
                group,
                rule,
                reason,
                "a rule cannot be evaluated; its alerts stay as they are"
            );
        } else {
            tracing::info!(file = self.group.plan.file, group, rule, "a rule is evaluated again");
        }
        events.push(AlertEvent {
            at,
            rule: plan.key.to_string(),
            labels: Labels::empty(),
            before: before.to_owned(),
            after: after.to_owned(),
            value: 0.0,
            reason,
        });
    }

    /// Stores samples.
    async fn flush(&self, pending: &mut Pending) {
        let Pending { batch, rules, .. } = std::mem::take(pending);
        if batch.is_empty() {
            return;
        }
        match self.service.append(batch).await {
            Ok(appended) => {
                let refused = appended.refused.total();
                if refused > 0 {
                    self.shared.count_refused(refused);
                    let first = appended.refused.first.unwrap_or_default();
                    tracing::debug!(
                        group = self.group.plan.name,
                        refused,
                        first,
                        "samples of rules were not stored"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(group = self.group.plan.name, %error, "the series of rules could not be stored");
                for index in rules {
                    self.group.rule(index).health = Health::Err(error.to_string());
                }
            }
        }
    }

    /// Stores what is new about alerts.
    async fn store(&mut self, events: Vec<AlertEvent>) {
        let Some(store) = &self.shared.store else { return };
        let events = self.shared.with_unstored(events);
        let mut writes = AlertWrites { events: events.clone(), ..AlertWrites::default() };
        let mut changed = Vec::new();
        for (index, (keep, plan)) in self.keeps.iter().zip(&self.group.plan.rules).enumerate() {
            if plan.rule.is_alerting() && keep.gather(&plan.key, &self.group.rule(index).state, &mut writes) {
                changed.push(index);
            }
        }
        if writes.is_empty() {
            return;
        }
        match store.write_alerts(writes).await {
            Ok(()) => {
                for index in changed {
                    self.keeps[index].stored(&self.group.rule(index).state);
                }
            }
            Err(error) => {
                self.shared.count_store_failure();
                self.shared.keep_unstored(events);
                tracing::warn!(group = self.group.plan.name, %error, "the states of alerts could not be stored; it is tried again");
            }
        }
    }

    /// For how many milliseconds a firing alert is good that is handed over.
    pub(super) fn valid(&self) -> i64 {
        VALID_FOR.saturating_mul(self.group.plan.interval.max(self.shared.settings.resend_delay))
    }

    /// Adds the alerts that are to be handed over.
    fn gather_due(&self, at: i64, told: &mut Vec<(usize, HandedAlert)>) {
        let (resend, valid) = (self.shared.settings.resend_delay, self.valid());
        let settling = at < self.settling_until;
        for (index, (keep, plan)) in self.keeps.iter().zip(&self.group.plan.rules).enumerate() {
            if !plan.rule.is_alerting() {
                continue;
            }
            let run = self.group.rule(index);
            let due =
                run.state.alerts().filter(|(labels, held)| is_due(held, keep.sent.get(labels), at, resend));
            let url = || generator_url(&self.external_url, plan);
            let is_seen = !settling && matches!(run.health, Health::Ok);
            let mut address = None;
            for (labels, held) in due {
                let address = address.get_or_insert_with(url);
                let alert = handed(&plan.key, labels, held, at, valid, address);
                told.push((index, HandedAlert { is_seen, ..alert }));
            }
        }
    }

    /// Hands over what is due at `at`. What is only remembered does not count as handed over, so that the first evaluation that sees it
    /// says so at once; where the query fails that may take longer than people want to hear of it all the time.
    async fn tell_due(&mut self, at: i64) {
        let mut told = Vec::new();
        self.gather_due(at, &mut told);
        let fails = |index: usize| matches!(self.group.rule(index).health, Health::Err(_));
        let (counts, remembered): (Vec<_>, Vec<_>) =
            told.into_iter().partition(|(index, alert)| alert.is_seen || alert.resolved || fails(*index));
        self.hand_over(counts).await;
        self.passed_on(remembered.into_iter().map(|(_, alert)| alert).collect()).await;
    }

    /// Hands alerts over, and notes that.
    async fn hand_over(&mut self, told: Vec<(usize, HandedAlert)>) {
        let notes: Vec<(usize, Labels, AlertState)> = told
            .iter()
            .map(|(index, alert)| {
                let state = if alert.resolved { AlertState::Inactive } else { AlertState::Firing };
                (*index, alert.received.labels.clone(), state)
            })
            .collect();
        let alerts = told.into_iter().map(|(_, alert)| alert).collect();
        let at = now();
        if self.passed_on(alerts).await {
            for (index, labels, state) in notes {
                self.keeps[index].sent.insert(labels, Sent { at, state });
            }
        }
    }

    /// Hands alerts over; whether there were any and they were taken.
    pub(super) async fn passed_on(&self, alerts: Vec<HandedAlert>) -> bool {
        if alerts.is_empty() {
            return false;
        }
        match self.shared.hand_over(alerts).await {
            None => false,
            Some(Ok(())) => true,
            Some(Err(reason)) => {
                self.shared.count_handover_failure();
                tracing::warn!(
                    group = self.group.plan.name,
                    reason,
                    "alerts were not taken for notification; it is tried again"
                );
                false
            }
        }
    }

    /// Its rules with their states, for the plan that follows it.
    pub(super) fn carried(self) -> Carried {
        let group = &self.group;
        let keeps = self.keeps.into_iter().enumerate();
        keeps
            .map(|(index, keep)| (group.plan.rules[index].key.clone(), (group.rule(index).clone(), keep)))
            .collect()
    }
}

impl Keep {
    /// Adds the samples of an evaluation, and staleness markers for series that are not among them any more.
    pub(super) fn write(&mut self, rule: usize, samples: Vec<Sampled>, at: i64, pending: &mut Pending) {
        if samples.is_empty() && self.previous.is_empty() {
            return;
        }
        pending.rules.push(rule);
        let mut now = HashSet::with_capacity(samples.len());
        for Sampled { labels, value } in samples {
            pending.push(&labels, at, value);
            now.insert(labels);
        }
        for gone in self.previous.difference(&now) {
            pending.push(gone, at, STALE);
        }
        self.previous = now;
    }
}

/// Where people look at a rule's query.
pub(super) fn generator_url(external_url: &str, plan: &RulePlan) -> String {
    let mut url = format!("{external_url}/explore?q=");
    for byte in plan.query.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// The first time after `now` that lies `offset` after a whole multiple of `interval`.
fn next(now: i64, interval: i64, offset: i64) -> i64 {
    ((now - offset).div_euclid(interval) + 1) * interval + offset
}

/// Of the rounds from `due` on the newest that is due at `now`, and how many before it nobody evaluates any more: what they would find
/// was over before anybody could hear of it.
fn newest(due: i64, now: i64, interval: i64) -> (i64, i64) {
    let missed = ((now - due) / interval).max(0);
    (due + missed * interval, missed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use watchfire_model::is_stale;
    use watchfire_rules::{RuleState, Seen, Terms};

    use super::*;

    /// What an evaluation would store.
    fn written(keep: &mut Keep, state: &mut RuleState, found: &[(&str, f64)], at: i64) -> Vec<String> {
        let seen = found.iter().map(|(host, value)| Seen {
            labels: Labels::new([("alertname", "Hot"), ("host", *host)]).unwrap(),
            annotations: BTreeMap::new(),
            value: *value,
        });
        let outcome = state.step(at, seen.collect(), Terms { hold: 10, ..Terms::default() }).unwrap();
        let mut pending = Pending::default();
        keep.write(0, outcome.samples.into_iter().chain(outcome.values).collect(), at, &mut pending);
        let stored = pending.batch.iter().filter_map(|(labels, sample)| {
            let labels = labels.unwrap();
            let value = if is_stale(sample.value) { "over".to_owned() } else { sample.value.to_string() };
            let host = labels.get("host").unwrap_or_default();
            (labels.metric() == "ALERTS_VALUE").then(|| format!("{host} {value}"))
        });
        stored.collect()
    }

    #[test]
    fn values_of_alerts_are_stored_as_they_were_evaluated_and_end_with_them() {
        let (mut keep, mut state) = (Keep::default(), RuleState::default());
        let mut told = |found: &[(&str, f64)], at: i64| {
            let mut told = written(&mut keep, &mut state, found, at);
            told.sort();
            told
        };
        assert!(told(&[], 0).is_empty(), "nothing of what does not hold");
        assert_eq!(told(&[("a", 7.5), ("b", 8.0)], 5), ["a 7.5", "b 8"], "pending");
        assert_eq!(told(&[("a", 9.0)], 15), ["a 9", "b over"], "firing");
        assert_eq!(told(&[], 20), ["a over"]);
        assert!(told(&[], 25).is_empty(), "it ends once");
    }

    #[test]
    fn rounds_that_were_missed_are_not_evaluated() {
        // When one is due, and it is now; which is evaluated, and how many were missed.
        let table = [
            (13, 13, (13, 0)),
            (13, 22, (13, 0)),
            (13, 23, (23, 1)),
            (13, 3619, (3613, 360)),
            (13, 5, (13, 0)),
        ];
        for (due, now, expected) in table {
            assert_eq!(newest(due, now, 10), expected, "{due} {now}");
        }
    }

    #[test]
    fn groups_keep_their_place_in_the_interval() {
        for (now, expected) in [(0, 3), (2, 3), (3, 13), (12, 13), (13, 23), (-8, -7)] {
            assert_eq!(next(now, 10, 3), expected, "{now}");
        }
    }
}
