//! Plays scenes: what happens at which second, and what is told when.

use std::collections::BTreeSet;
use std::sync::Arc;

use watchfire_alerting::dispatch::Row;
use watchfire_alerting::{Alert, Config, Dispatcher, Fingerprint, Notification, Plan};
use watchfire_model::{Labels, parse_duration};

/// The dispatcher with its surroundings. Times are milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) dispatcher: Dispatcher,
    pub(super) now: i64,
    pub(super) acknowledged: BTreeSet<Fingerprint>,
    muted: BTreeSet<Fingerprint>,
    pub(super) told: Vec<Notification>,
}

pub(super) fn plan(text: &str) -> Arc<Plan> {
    Arc::new(Plan::new(&Config::parse("a.yml", text).unwrap()))
}

/// The alert `x1` has the labels `group=x`, `name=x1`; `w1`, `c1` and `o1` are a warning, critical and an outage besides.
pub(super) fn labels(name: &str) -> Labels {
    let group = &name[..1];
    let severity = match group {
        "w" => "warning",
        "c" => "critical",
        "o" => "outage",
        _ => "",
    };
    Labels::new([("group", group), ("name", name), ("severity", severity)]).unwrap()
}

/// An alert that starts and ends then.
pub(super) fn alert(name: &str, starts_at: i64, ends_at: i64, now: i64) -> Alert {
    Alert {
        labels: labels(name),
        annotations: Labels::empty(),
        starts_at,
        ends_at,
        generator_url: String::new(),
        updated_at: now,
        timeout: false,
    }
}

/// It fires until told otherwise.
pub(super) const FOR_EVER: i64 = 1 << 50;

impl Stage {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        Self {
            dispatcher: Dispatcher::new(plan),
            now: 0,
            muted: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
            told: Vec::new(),
        }
    }

    /// Lets time go on to `to`, with every tick before it, or also those at it.
    pub(super) fn go(&mut self, to: i64, also_then: bool) {
        while let Some(at) = self.dispatcher.next_deadline().filter(|at| *at < to || (also_then && *at == to))
        {
            self.now = self.now.max(at);
            self.poll();
        }
        self.now = to;
    }

    pub(super) fn poll(&mut self) {
        let muted = &self.muted;
        let told = self.dispatcher.poll_handled(
            self.now,
            |alert| muted.contains(&alert.fingerprint()),
            |alert| self.acknowledged.contains(&alert.fingerprint()),
        );
        self.told.extend(told);
    }

    pub(super) fn fire(&mut self, name: &str) {
        self.dispatcher.insert(alert(name, self.now, FOR_EVER, self.now), self.now);
    }

    pub(super) fn resolve(&mut self, name: &str) {
        let known = self.dispatcher.alert(Fingerprint::of(&labels(name))).cloned();
        if let Some(known) = known {
            self.dispatcher.insert(alert(name, known.starts_at, self.now, self.now), self.now);
        }
    }

    pub(super) fn mute(&mut self, name: &str, mute: bool) {
        let fingerprint = Fingerprint::of(&labels(name));
        if mute {
            self.muted.insert(fingerprint)
        } else {
            self.muted.remove(&fingerprint)
        };
    }

    /// Stops, and starts with what was stored.
    pub(super) fn restart(&mut self) {
        let rows: Vec<Row> = self.dispatcher.rows().collect();
        let stored = postcard::to_stdvec(&rows).unwrap();
        let rows: Vec<Row> = postcard::from_bytes(&stored).unwrap();
        self.dispatcher = Dispatcher::restore(self.dispatcher.plan().clone(), rows, self.now);
    }

    /// Plays lines such as `30s fire x1 x2`, with the times in order; gives lines such as `1m slack[0] first +x1 -x2`.
    pub(super) fn play(&mut self, script: &str) -> Vec<String> {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            let at = parse_duration(words.next().unwrap()).unwrap();
            self.go(at, false);
            let act = words.next().unwrap();
            match act {
                "end" => self.go(at, true),
                "restart" => self.restart(),
                "late" => {
                    // Nobody looks until then.
                    self.now = parse_duration(words.next().unwrap()).unwrap();
                    self.poll();
                }
                _ => {}
            }
            for name in words {
                match act {
                    "fire" => self.fire(name),
                    "resolve" => self.resolve(name),
                    "mute" => self.mute(name, true),
                    "unmute" => self.mute(name, false),
                    "ack" => drop(self.acknowledged.insert(Fingerprint::of(&labels(name)))),
                    // It has fired for an hour elsewhere.
                    "old" => {
                        self.dispatcher
                            .insert(alert(name, self.now - 3_600_000, FOR_EVER, self.now), self.now);
                    }
                    "failed" => {
                        let last = self.told.iter().rev().find(|told| told.receiver == name).unwrap();
                        self.dispatcher.not_delivered(&last.group_key, name, last.integration, last.at);
                    }
                    "late" => {}
                    other => panic!("what is {other}"),
                }
            }
        }
        self.told.drain(..).map(|told| shown(&told)).collect()
    }
}

fn shown(told: &Notification) -> String {
    let name = |alert: &Alert| alert.labels.get("name").unwrap_or_default().to_owned();
    let firing = told.firing().map(|alert| format!(" +{}", name(alert)));
    let resolved = told.resolved().map(|alert| format!(" -{}", name(alert)));
    let reason = format!("{:?}", told.reason).to_lowercase();
    let alerts: String = firing.chain(resolved).collect();
    let at = watchfire_model::format_duration(told.at);
    format!("{at} {}/{} {reason}{alerts}", told.receiver, told.integration)
}
