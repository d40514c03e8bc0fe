//! Which groups are evaluated: those of files and of forms. It changes only as a whole.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use watchfire_rules::Group;
use watchfire_storage::AlertRow;

use super::built_in::BuiltIn;
use super::files::{Files, RuleError};
use super::form_groups::FormGroups;
use super::group::{RuleRun, RunningGroup};
use super::keep::Keep;
use super::leave::leave;
use super::plan::{BUILT_IN, FORM_FILE, GroupPlan};
use super::runner::{Carried, Runner};
use super::settling::Before;
use super::shared::Shared;
use super::shipped;
use super::{Alerting, AlertingSettings};
use crate::Service;
use crate::clock::now;

/// How often it is noted that rules are evaluated, and what is old is deleted.
const NOTE_EVERY: Duration = Duration::from_mins(1);

/// A group with its task.
struct Running {
    group: Arc<RunningGroup>,
    stop: CancellationToken,
    task: JoinHandle<Runner>,
}

/// A group's file and name.
type Key = (String, String);

/// What the task that manages groups knows.
struct Manager {
    service: Service,
    shared: Arc<Shared>,
    files: Files,
    forms: FormGroups,
    built_in: BuiltIn,
    running: BTreeMap<Key, Running>,
    /// The groups of files as they were when all was well last.
    accepted: Option<Vec<GroupPlan>>,
    /// Alerts of an earlier run whose rules were not seen yet.
    stored: HashMap<String, Vec<AlertRow>>,
    /// What is known of the time before the start.
    before: Before,
}

/// Evaluates rules until `stop`.
pub(super) async fn manage(alerting: Alerting, stop: CancellationToken) {
    let shared = alerting.shared().clone();
    let Some(mut asked) = shared.asked.lock().unwrap_or_else(PoisonError::into_inner).take() else {
        tracing::error!("rules are evaluated already");
        return;
    };
    let mut manager = Manager::new(alerting.service().clone(), shared.clone()).await;
    for name in shipped::unknown(&shared.settings) {
        tracing::warn!(name, "no rule that comes with Watchfire has this name of rules.shipped_without");
    }
    let mut look = interval(shared.settings.reload_interval.max(Duration::from_millis(10)));
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut note = interval(NOTE_EVERY);
    note.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = look.tick() => manager.look().await,
            _ = note.tick() => manager.note().await,
            Some(done) = asked.recv() => {
                manager.look().await;
                // Who asked may have gone.
                let _ = done.send(());
            }
        }
    }
    manager.end().await;
}

impl Manager {
    async fn new(service: Service, shared: Arc<Shared>) -> Self {
        let mut manager = Self {
            service,
            shared,
            files: Files::default(),
            forms: FormGroups::default(),
            built_in: BuiltIn::default(),
            running: BTreeMap::new(),
            accepted: None,
            stored: HashMap::new(),
            before: Before::default(),
        };
        if let Some(store) = manager.shared.store.clone() {
            let last = store.last_evaluation().await.unwrap_or_default();
            let tolerance = manager.shared.settings.outage_tolerance;
            manager.before = Before { outage: last.is_some_and(|at| now() - at > tolerance), last };
            match store.alerts().await {
                Ok(rows) => {
                    for row in rows {
                        // It was alive when it wrote that.
                        let alive = [Some(row.active_at), row.fired_at, row.resolved_at, row.told_at];
                        manager.before.last = manager.before.last.max(alive.into_iter().flatten().max());
                        manager.stored.entry(row.rule.clone()).or_default().push(row);
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the alerts of the last run cannot be read; all begin anew");
                }
            }
        }
        manager
    }

    /// Looks at files and forms, and takes in what changed, if all of it is well.
    async fn look(&mut self) {
        let (mut files, settings, service) =
            (mem::take(&mut self.files), self.shared.settings.clone(), self.service.clone());
        let first = self.accepted.is_none();
        let looked = tokio::task::spawn_blocking(move || {
            let changed = files.look(&settings);
            let compiled = (changed || first).then(|| {
                let (mut groups, errors) = files.say();
                groups.extend(shipped::wanted(&settings));
                compile(&service, &settings, (groups, errors))
            });
            (files, compiled)
        });
        let Ok((files, compiled)) = looked.await else {
            tracing::error!("the look at rule files broke down");
            return;
        };
        self.files = files;
        let file_change = compiled.is_some_and(|(plans, errors)| self.take_files(plans, errors));
        let form_change = self.forms.look(&self.service, &self.shared.settings).await;
        let own_change = self.built_in.look(self.shared.built_in(), &self.service, &self.shared.settings);
        let broken = self.running.values().any(|running| running.task.is_finished());
        if file_change || form_change || own_change || broken {
            self.apply().await;
        }
        let mut loaded = self.shared.loaded();
        loaded.looked_at = now();
    }

    /// What files say now; whether it is to be followed.
    fn take_files(&mut self, plans: Vec<GroupPlan>, errors: Vec<RuleError>) -> bool {
        let well = errors.is_empty();
        let mut loaded = self.shared.loaded();
        for error in errors.iter().filter(|error| !loaded.errors.contains(error)) {
            let RuleError { file, line, place, field, message } = error;
            tracing::warn!(
                file,
                line,
                place,
                field,
                message,
                "a rule file cannot be taken in; the rules stay as they are"
            );
        }
        if !well && *loaded.errors != errors {
            loaded.refused += 1;
        }
        loaded.errors = Arc::new(errors);
        drop(loaded);
        // At the start what is well is better than nothing.
        let follow = well || self.accepted.is_none();
        if follow {
            self.accepted = Some(plans);
        }
        follow
    }

    /// Starts, stops and changes groups.
    async fn apply(&mut self) {
        let wanted = self.accepted.iter().flatten().chain(self.forms.plans()).chain(self.built_in.plans());
        let mut wanted: BTreeMap<Key, GroupPlan> =
            wanted.map(|plan| ((plan.file.clone(), plan.name.clone()), plan.clone())).collect();
        let (mut ending, mut broken) = (Vec::new(), false);
        for (key, running) in mem::take(&mut self.running) {
            let same = wanted.get(&key).is_some_and(|plan| plan.is_same(&running.group.plan));
            if same && !running.task.is_finished() {
                wanted.remove(&key);
                self.running.insert(key, running);
            } else {
                running.stop.cancel();
                ending.push(running);
            }
        }
        let mut carried = Carried::new();
        for running in ending {
            match running.task.await {
                Ok(runner) => carried.extend(runner.carried()),
                Err(error) => {
                    broken = true;
                    let (file, group) = (&running.group.plan.file, &running.group.plan.name);
                    tracing::error!(file, group, %error, "the evaluation of a group broke down; it starts anew");
                }
            }
        }
        if broken && let Some(store) = &self.shared.store {
            for row in store.alerts().await.unwrap_or_default() {
                if wanted.values().any(|plan| plan.rules.iter().any(|rule| *rule.key == row.rule)) {
                    self.stored.entry(row.rule.clone()).or_default().push(row);
                }
            }
        }
        for (key, plan) in wanted {
            let (service, shared) = (self.service.clone(), self.shared.clone());
            let runner = Runner::new(service, shared, plan, &mut carried, &mut self.stored, self.before);
            self.start(key, runner);
        }
        leave(&self.service, &self.shared, carried).await;
        self.forget().await;
        self.publish();
        // A kill may come before the first minute is over.
        self.note().await;
    }

    fn start(&mut self, key: Key, runner: Runner) {
        let (stop, group) = (CancellationToken::new(), runner.group.clone());
        let task = tokio::spawn(runner.run(stop.clone()));
        self.running.insert(key, Running { group, stop, task });
    }

    /// Tells everybody which groups there are.
    fn publish(&self) {
        let mut loaded = self.shared.loaded();
        loaded.groups = Arc::new(self.running.values().map(|running| running.group.clone()).collect());
        loaded.changed_at = now();
    }

    /// Ends the alerts of an earlier run whose rules are gone. While a file, or a rule by form, cannot be read, they may be there.
    async fn forget(&mut self) {
        let files_read = self.shared.loaded().errors.is_empty();
        let forms_read = self.forms.is_complete();
        let mut gone = Carried::new();
        let keys: Vec<String> =
            self.stored.keys().filter(|key| is_known_of(key, files_read, forms_read)).cloned().collect();
        for key in keys {
            if let Some(rows) = self.stored.remove(&key) {
                let (state, keep) = Keep::restore(rows, false);
                let run = RuleRun { state, ..RuleRun::default() };
                gone.insert(key.into(), (run, keep));
            }
        }
        leave(&self.service, &self.shared, gone).await;
    }

    /// Notes that rules are evaluated, and deletes history that is old.
    async fn note(&self) {
        let Some(store) = &self.shared.store else { return };
        let noted = if self.running.is_empty() { Ok(()) } else { store.note_evaluation(now()).await };
        let pruned = match self.shared.settings.history {
            Some(keep) => store.prune_alert_events(now().saturating_sub(keep)).await.map(drop),
            None => Ok(()),
        };
        if let Err(error) = noted.and(pruned) {
            tracing::warn!(%error, "the history of alerts could not be kept in order; it is tried again");
        }
    }

    /// Stops all groups. Their series get no staleness markers: the next start goes on with them.
    async fn end(self) {
        for running in self.running.values() {
            running.stop.cancel();
        }
        for (_, running) in self.running {
            // One that broke was told of, or has nothing more to say.
            let _ = running.task.await;
        }
        if let Some(store) = &self.shared.store
            && let Err(error) = store.note_evaluation(now()).await
        {
            tracing::debug!(%error, "the last evaluation was not noted");
        }
    }
}

/// Whether it is known what became of the rule that a key names, where all files, or all forms, were read.
fn is_known_of(key: &str, files_read: bool, forms_read: bool) -> bool {
    // Files may lie in folders whose names begin like these words.
    match key.split_once(';').map(|(file, _)| file) {
        Some(FORM_FILE) => forms_read,
        Some(BUILT_IN) => true,
        _ => files_read,
    }
}

/// Reads queries and templates of all groups of files, and of those that come with the program. Blocks.
fn compile(
    service: &Service,
    settings: &AlertingSettings,
    (groups, mut errors): (Vec<(String, Group)>, Vec<RuleError>),
) -> (Vec<GroupPlan>, Vec<RuleError>) {
    let mut plans = Vec::with_capacity(groups.len());
    for (file, group) in groups {
        match GroupPlan::compile(service, settings, &file, group) {
            Ok(plan) => plans.push(plan),
            Err(flaws) => errors.extend(flaws.into_iter().map(|flaw| RuleError::of(&file, flaw))),
        }
    }
    (plans, errors)
}

#[cfg(test)]
mod tests {
    use super::is_known_of;

    #[test]
    fn rules_are_forgotten_only_where_all_that_might_hold_them_was_read() {
        // A key, whether files and forms were read, whether the rule is gone if it was not seen.
        for (key, files, forms, known) in [
            ("rules/a.yml;hosts;Hot", false, true, false),
            ("rules/a.yml;hosts;Hot", true, false, true),
            ("form;abc", true, false, false),
            ("form;abc", false, true, true),
            ("watchfire;heartbeats;HeartbeatMissed", false, false, true),
            ("watchfire/rules/a.yml;hosts;Hot", false, true, false),
            ("forms.yml;hosts;Hot", false, true, false),
        ] {
            assert_eq!(is_known_of(key, files, forms), known, "{key} {files} {forms}");
        }
    }
}
