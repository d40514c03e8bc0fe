//! The targets of one job: started, changed and stopped as discovery and the configuration demand.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use watchfire_model::Labels;

use crate::client::Asker;
use crate::config::{Discovery, Group, Job};
use crate::discovery::{self, Told};
use crate::looping::{Loop, Plan};
use crate::relabel::LabelMap;
use crate::scraper::Shared;
use crate::sink::Said;
use crate::state::{DroppedTarget, Outcome, TargetState};
use crate::target::{Found, Target, targets};

/// What can be seen of a pool from outside.
#[derive(Debug, Default)]
pub(crate) struct View {
    active: Vec<(Arc<Plan>, Arc<Mutex<Outcome>>)>,
    dropped: Vec<LabelMap>,
    /// Sources that can't be asked, and addresses that can't be targets.
    problems: Vec<String>,
}

/// A handle to a running pool.
pub(crate) struct Pool {
    jobs: watch::Sender<Arc<Job>>,
    view: Arc<Mutex<View>>,
    stop: CancellationToken,
}

impl Pool {
    pub(crate) fn start(job: Arc<Job>, shared: &Arc<Shared>) -> Self {
        let (jobs, receiver) = watch::channel(job);
        let stop = shared.stop.child_token();
        let view = Arc::default();
        let (told, tell) = mpsc::channel(16);
        let work = Work {
            jobs: receiver,
            view: Arc::clone(&view),
            shared: Arc::clone(shared),
            stop: stop.clone(),
            sources: Vec::new(),
            next_source: 0,
            told,
            running: HashMap::new(),
            refused: BTreeSet::new(),
        };
        shared.tracker.spawn(work.run(tell));
        Self { jobs, view, stop }
    }

    /// Goes on with another configuration, where it is another one.
    pub(crate) fn change(&self, job: &Arc<Job>) {
        self.jobs.send_if_modified(|old| {
            let other = **old != **job;
            if other {
                *old = Arc::clone(job);
            }
            other
        });
    }

    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    pub(crate) fn targets(&self) -> Vec<TargetState> {
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        let state = |(plan, outcome): &(Arc<Plan>, Arc<Mutex<Outcome>>)| TargetState {
            pool: plan.job.name.clone(),
            discovered: plan.target.discovered.clone(),
            labels: plan.target.labels.clone(),
            url: plan.target.url.to_string(),
            interval: plan.target.interval,
            timeout: plan.target.timeout,
            outcome: outcome.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        };
        view.active.iter().map(state).collect()
    }

    pub(crate) fn dropped(&self) -> Vec<DroppedTarget> {
        let pool = self.jobs.borrow().name.clone();
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = view.dropped.iter();
        dropped.map(|labels| DroppedTarget { pool: pool.clone(), discovered: labels.clone() }).collect()
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner).problems.clone()
    }
}

/// A source of targets.
struct Source {
    number: u64,
    discovery: Discovery,
    /// What it told last; `None` before the first time.
    groups: Option<Vec<Group>>,
    problem: Option<String>,
    stop: CancellationToken,
}

/// A loop that runs.
struct Running {
    plans: watch::Sender<Arc<Plan>>,
    outcome: Arc<Mutex<Outcome>>,
    stop: CancellationToken,
}

/// What makes a target the same one over a change: so it keeps its loop and its series.
type Identity = (String, Labels);

struct Work {
    jobs: watch::Receiver<Arc<Job>>,
    view: Arc<Mutex<View>>,
    shared: Arc<Shared>,
    stop: CancellationToken,
    sources: Vec<Source>,
    next_source: u64,
    told: mpsc::Sender<Told>,
    running: HashMap<Identity, Running>,
    /// Addresses that can't be targets, and why: what the log has already.
    refused: BTreeSet<(LabelMap, String)>,
}

impl Work {
    async fn run(mut self, mut tell: mpsc::Receiver<Told>) {
        let mut job = self.jobs.borrow_and_update().clone();
        let mut asker = self.asker(&job);
        self.find_sources(&job);
        loop {
            // Before all sources told, targets would come and go.
            if self.sources.iter().all(|source| source.groups.is_some()) {
                self.arrange(&job, &asker);
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                changed = self.jobs.changed() => {
                    if changed.is_err() {
                        // Nobody holds the pool any more.
                        self.stop.cancel();
                        return;
                    }
                    let next = self.jobs.borrow_and_update().clone();
                    if next.http != job.http || next.protocols != job.protocols {
                        asker = self.asker(&next);
                    }
                    job = next;
                    self.find_sources(&job);
                }
                Some(told) = tell.recv() => self.hear(&job, told),
            }
        }
    }

    fn asker(&self, job: &Job) -> Result<Asker, String> {
        let asker = Asker::new(&job.http, &self.shared.settings.user_agent);
        asker.map(|asker| asker.accepting(&job.protocols)).map_err(|error| error.to_string())
    }

    /// Keeps the sources that stay, stops those that go, starts those that come.
    fn find_sources(&mut self, job: &Job) {
        let mut before = std::mem::take(&mut self.sources);
        for discovery in &job.discovery {
            if let Some(at) = before.iter().position(|source| source.discovery == *discovery) {
                self.sources.push(before.swap_remove(at));
                continue;
            }
            self.next_source += 1;
            let (number, stop) = (self.next_source, self.stop.child_token());
            let mut source =
                Source { number, discovery: discovery.clone(), groups: None, problem: None, stop };
            if let Discovery::Static(groups) = discovery {
                source.groups = Some(groups.clone());
            } else {
                let (told, stop) = (self.told.clone(), source.stop.clone());
                let manner = self.shared.manner();
                self.shared.tracker.spawn(discovery::watch(number, discovery.clone(), manner, told, stop));
            }
            self.sources.push(source);
        }
        for source in before {
            source.stop.cancel();
        }
    }

    fn hear(&mut self, job: &Job, told: Told) {
        let Some(source) = self.sources.iter_mut().find(|source| source.number == told.source) else {
            return;
        };
        if let Some(reason) = &told.problem
            && source.problem != told.problem
        {
            tracing::warn!(job = job.name, reason, "targets can't be read; those of before stay");
        }
        source.problem = told.problem;
        match told.groups {
            Some(groups) => source.groups = Some(groups),
            None => {
                source.groups.get_or_insert_default();
            }
        }
    }

    /// Makes the running loops those of the targets that there are.
    fn arrange(&mut self, job: &Arc<Job>, asker: &Result<Asker, String>) {
        let mut view = View::default();
        view.problems.extend(self.sources.iter().filter_map(|source| source.problem.clone()));
        let mut wanted: HashMap<Identity, Target> = HashMap::new();
        let mut refused = BTreeSet::new();
        for group in self.sources.iter().flat_map(|source| source.groups.iter().flatten()) {
            for found in targets(job, group) {
                match found {
                    Found::Target(target) => {
                        wanted.insert((target.url.to_string(), target.labels.clone()), *target);
                    }
                    Found::Dropped(labels) => view.dropped.push(labels),
                    Found::Refused { discovered, reason } => {
                        view.problems.push(reason.clone());
                        refused.insert((discovered, reason));
                    }
                }
            }
        }
        for (discovered, reason) in refused.difference(&self.refused) {
            tracing::warn!(job = job.name, ?discovered, reason, "no target");
        }
        self.refused = refused;
        let mut asker = asker.clone();
        if let Some(most) = job.limits.targets.filter(|most| wanted.len() > *most) {
            asker =
                Err(format!("target_limit exceeded (number of targets: {}, limit: {most})", wanted.len()));
        }
        self.running.retain(|identity, running| {
            let stays = wanted.contains_key(identity);
            if !stays {
                running.stop.cancel();
            }
            stays
        });
        let mut wanted: Vec<_> = wanted.into_iter().collect();
        wanted.sort_by(|(a, _), (b, _)| (&a.0, a.1.packed()).cmp(&(&b.0, b.1.packed())));
        for (identity, target) in wanted {
            let asker = asker.as_ref().map(|asker| asker.for_target(&target.url)).map_err(Clone::clone);
            let plan = Arc::new(Plan { target, job: Arc::clone(job), asker });
            let outcome = self.assign(identity, &plan);
            view.active.push((plan, outcome));
        }
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = view;
    }

    /// Gives a target its plan: to the loop that it has, or to a new one.
    fn assign(&mut self, identity: Identity, plan: &Arc<Plan>) -> Arc<Mutex<Outcome>> {
        if let Some(running) = self.running.get(&identity) {
            let before = running.plans.borrow().clone();
            // A loop that goes on as before keeps its pace.
            let same = before.target == plan.target
                && Arc::ptr_eq(&before.job, &plan.job)
                && before.asker.as_ref().err() == plan.asker.as_ref().err();
            if !same {
                running.plans.send_replace(Arc::clone(plan));
            }
            return Arc::clone(&running.outcome);
        }
        let (plans, receiver) = watch::channel(Arc::clone(plan));
        let (outcome, stop) = (Arc::default(), self.stop.child_token());
        let runner = Loop {
            plans: receiver,
            outcome: Arc::clone(&outcome),
            shared: Arc::clone(&self.shared),
            stop: stop.clone(),
            said: Said::default(),
            tells_time: false,
        };
        self.shared.tracker.spawn(runner.run());
        self.running.insert(identity, Running { plans, outcome: Arc::clone(&outcome), stop });
        outcome
    }
}
