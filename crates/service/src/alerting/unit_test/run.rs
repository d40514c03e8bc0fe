use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use watchfire_model::{Batch, Labels, format_duration};
use watchfire_rules::{ALERTNAME, AlertState};
use watchfire_storage::{Engine, Settings};
use watchfire_template::Map;

use super::format::{AlertTest, ExprTest, File, Test};
use super::notation::{labels, values};
use super::{braces, listed};
use crate::Service;
use crate::alerting::check::read;
use crate::alerting::expand::{Surroundings, vector};
use crate::alerting::glob::expand;
use crate::alerting::group::{GroupStats, RuleRun, RunningGroup};
use crate::alerting::keep::Keep;
use crate::alerting::pending::Pending;
use crate::alerting::rule::evaluate;

/// Prometheus' default, in milliseconds.
const INTERVAL: i64 = 60_000;

/// All that is not as a file of tests expects it.
pub(super) async fn run(file: &File, path: &Path, scratch: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, test) in file.tests.iter().enumerate() {
        let dir = scratch.join(index.to_string());
        match Stage::open(file, test, path, &dir).await {
            Ok(mut stage) => {
                let name =
                    if test.name.is_empty() { String::new() } else { format!("name: {},\n", test.name) };
                let found = stage.play(file, test).await;
                problems.extend(found.into_iter().map(|problem| format!("{name}{problem}")));
                stage.engine.close().await;
            }
            Err(errors) => problems.extend(errors),
        }
    }
    problems
}

/// A storage with groups over it.
struct Stage {
    engine: Engine,
    service: Service,
    groups: Vec<(RunningGroup, Vec<Keep>)>,
    external_labels: Map,
    external_url: Arc<str>,
    /// When the test begins: milliseconds since the epoch.
    start: i64,
}

impl Stage {
    async fn open(file: &File, test: &Test, path: &Path, dir: &Path) -> Result<Self, Vec<String>> {
        let settings = Settings {
            dir: dir.to_owned(),
            retention: None,
            rollups: false,
            min_free_bytes: 0,
            out_of_order_window: None,
            ..Settings::default()
        };
        let engine = Engine::open(settings).await.map_err(|error| vec![error.to_string()])?;
        let service = Service::new(Arc::new(engine.clone()), Arc::new(engine.clone()));
        let mut plans = Vec::new();
        let folder = path.parent().unwrap_or(Path::new(""));
        for pattern in &file.rule_files {
            let files = expand(&folder.join(pattern).display().to_string());
            for rules in files.map_err(|error| vec![format!("rule_files: {error}")])? {
                let told = |errors: Vec<crate::alerting::RuleError>| {
                    errors.iter().map(ToString::to_string).collect::<Vec<_>>()
                };
                plans.extend(read(&service, &rules).map_err(told)?);
            }
        }
        let place = |name: &str| file.group_eval_order.iter().position(|other| other == name).unwrap_or(0);
        plans.sort_by_key(|plan| place(&plan.name));
        let groups = plans.into_iter().map(|plan| {
            let count = plan.rules.len();
            let runs = (0..count).map(|_| RuleRun::default()).collect();
            let keeps = (0..count).map(|_| Keep::default()).collect();
            (RunningGroup::new(plan, runs, GroupStats::default()), keeps)
        });
        let external_labels =
            test.external_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Self {
            groups: groups.collect(),
            engine,
            service,
            external_labels: Map::strings(external_labels),
            external_url: test.external_url.as_str().into(),
            start: test.start_timestamp.0,
        })
    }

    /// What is not as it is expected.
    async fn play(&mut self, file: &File, test: &Test) -> Vec<String> {
        let every = file.evaluation_interval.map_or(INTERVAL, |interval| interval.0).max(1);
        let interval = test.interval.map_or(every, |interval| interval.0).max(1);
        let mut problems = Vec::new();
        if let Err(problem) = self.load(test, interval).await {
            return vec![problem];
        }
        let times = test.alert_rule_test.iter().map(|test| test.eval_time.0);
        let last = times.chain(test.promql_expr_test.iter().map(|test| test.eval_time.0)).max().unwrap_or(0);
        let mut at = 0;
        while at <= last {
            if let Err(problem) = self.evaluate(self.start + at).await {
                problems.push(problem);
            }
            let now = |test: &&AlertTest| (at..at + every).contains(&test.eval_time.0);
            problems.extend(test.alert_rule_test.iter().filter(now).filter_map(|test| self.alerts(test)));
            at += every;
        }
        for test in &test.promql_expr_test {
            problems.extend(self.samples(test, file.fuzzy_compare).await.err());
        }
        problems
    }

    async fn load(&self, test: &Test, interval: i64) -> Result<(), String> {
        let mut batch = Batch::default();
        for input in &test.input_series {
            let labels = labels(&input.series)?;
            for (value, index) in values(&input.values.value.0)?.into_iter().zip(0..) {
                if let Some(value) = value {
                    batch.push(&labels, self.start + index * interval, value);
                }
            }
        }
        self.append(batch).await
    }

    async fn append(&self, batch: Batch) -> Result<(), String> {
        if batch.is_empty() {
            return Ok(());
        }
        let appended = self.service.append(batch).await.map_err(|error| error.to_string())?;
        appended.refused.first.map_or(Ok(()), Err)
    }

    /// Evaluates all groups, as the server would, at a moment of milliseconds since the epoch.
    async fn evaluate(&mut self, at: i64) -> Result<(), String> {
        let elapsed = at - self.start;
        for place in 0..self.groups.len() {
            let mut pending = Pending::default();
            for index in 0..self.groups[place].0.plan.rules.len() {
                let reads = &self.groups[place].0.plan.rules[index].reads;
                if pending.is_read_by(reads) {
                    self.append(std::mem::take(&mut pending).batch).await?;
                }
                let (group, keeps) = &mut self.groups[place];
                let around = Surroundings {
                    service: self.service.clone(),
                    at: at - group.plan.query_offset,
                    external_url: self.external_url.clone(),
                    external_labels: self.external_labels.clone(),
                };
                let rule = &group.plan.rules[index];
                let done = evaluate(group, index, at, false, around).await.map_err(|reason| {
                    format!(
                        "group: {}, rule: {}, time: {}: {reason}",
                        group.plan.name,
                        rule.rule.name,
                        shown(elapsed)
                    )
                })?;
                keeps[index].write(index, done.samples, at, &mut pending);
            }
            self.append(pending.batch).await?;
        }
        Ok(())
    }

    /// What fires against what should.
    fn alerts(&self, test: &AlertTest) -> Option<String> {
        let told = |labels: &Labels, annotations: &BTreeMap<String, String>| {
            let annotations = Labels::new(annotations).unwrap_or_else(|_| Labels::empty());
            format!("Labels:{}\n          Annotations:{}", braces(labels), braces(&annotations))
        };
        let mut got = Vec::new();
        for (group, _) in &self.groups {
            let rules = group.plan.rules.iter().enumerate();
            for (index, _) in
                rules.filter(|(_, rule)| rule.rule.is_alerting() && rule.rule.name == test.alertname)
            {
                let run = group.rule(index);
                let firing = run.state.alerts().filter(|(_, held)| held.state == AlertState::Firing);
                got.extend(firing.map(|(labels, held)| told(labels, &held.annotations)));
            }
        }
        let expected = test.exp_alerts.iter().flatten().map(|alert| {
            let mut labels = alert.exp_labels.clone();
            labels.insert(ALERTNAME.to_owned(), test.alertname.clone());
            told(&Labels::new(&labels).unwrap_or_else(|_| Labels::empty()), &alert.exp_annotations)
        });
        let mut expected: Vec<String> = expected.collect();
        got.sort();
        expected.sort();
        (got != expected).then(|| {
            let (name, time) = (&test.alertname, test.eval_time);
            format!(
                "alertname: {name}, time: {time},\n    exp:{},\n    got:{}",
                listed(&expected),
                listed(&got)
            )
        })
    }

    /// What a query brings against what it should.
    async fn samples(&self, test: &ExprTest, fuzzy: bool) -> Result<(), String> {
        let failed =
            |reason: String| format!("expr: {:?}, time: {}, err: {reason}", test.expr, test.eval_time);
        let prepared = self.service.prepare(&test.expr).map_err(|error| failed(error.to_string()))?;
        let answer = self.service.evaluate_prepared(&prepared, self.start + test.eval_time.0).await;
        let mut got = vector(answer.map_err(|error| failed(error.to_string()))?.value).map_err(failed)?;
        let mut expected = Vec::new();
        for sample in test.exp_samples.iter().flatten() {
            expected.push((labels(&sample.labels).map_err(failed)?, sample.value));
        }
        let order =
            |one: &(Labels, f64), other: &(Labels, f64)| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1));
        got.sort_by(order);
        expected.sort_by(order);
        let same = got.len() == expected.len()
            && got.iter().zip(&expected).all(|(one, other)| one.0 == other.0 && alike(one.1, other.1, fuzzy));
        if same {
            return Ok(());
        }
        let told = |samples: &[(Labels, f64)]| {
            let told: Vec<String> =
                samples.iter().map(|(labels, value)| format!("{labels} {value}")).collect();
            listed(&told)
        };
        let (expr, time) = (&test.expr, test.eval_time);
        Err(format!("expr: {expr:?}, time: {time},\n    exp:{},\n    got:{}", told(&expected), told(&got)))
    }
}

/// Whether two values are the same; `fuzzy` ones up to their last digits.
fn alike(one: f64, other: f64, fuzzy: bool) -> bool {
    if one.is_nan() || other.is_nan() {
        return one.is_nan() && other.is_nan();
    }
    let most = one.abs().max(other.abs());
    one.total_cmp(&other).is_eq() || one - other == 0.0 || (fuzzy && (one - other).abs() <= most * 1e-15)
}

fn shown(at: i64) -> String {
    if at == 0 { "0s".to_owned() } else { format_duration(at) }
}
