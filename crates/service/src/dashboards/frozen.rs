//! What is in a snapshot: a dashboard without its queries, and what they had answered.

use std::collections::BTreeMap;
use std::io::Read as _;

use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use watchfire_dashboard::{Choice, Dashboard, Values, Variable};
use watchfire_model::{Grid, GridSeries, Labels, TimeRange, TimeWindow};
use watchfire_panel::{Answer, Marked, Role, Sight, unfold};

use super::shown::stripped;
use super::{DashboardError, Dashboards, OpenError, ResolvedVariable, Snapshot, SnapshotHead, work};
use crate::PanelAnswers;

/// What a snapshot is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Freeze {
    /// The uid of the dashboard.
    pub dashboard: String,
    /// Where its range starts, as a page's URL has it; left out with `to`: as the dashboard says.
    pub from: Option<String>,
    /// Where it ends.
    pub to: Option<String>,
    /// The values of variables by name; those left out are as the dashboard says.
    pub variables: BTreeMap<String, Vec<String>>,
    /// What it is called; empty: as the dashboard.
    pub title: String,
    /// When it goes: milliseconds since the epoch; none: never.
    pub expires_at: Option<i64>,
}

/// A dashboard as it was seen at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// What it is called.
    pub title: String,
    /// When it was made: milliseconds since the epoch.
    pub created_at: i64,
    /// Its range.
    pub window: TimeRange,
    /// The usual distance between samples, in milliseconds.
    pub scrape_interval: i64,
    /// The dashboard without its queries.
    pub dashboard: Dashboard,
    /// Its variables, with the choices that were made.
    pub variables: Vec<ResolvedVariable>,
    /// What its panels had.
    pub answers: Vec<FrozenAnswer>,
    /// What was marked.
    #[serde(default)]
    pub marks: Vec<Marked>,
    /// The keys of the panels of which a query had failed.
    pub failed: Vec<String>,
}

/// What a query of a panel had answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrozenAnswer {
    /// The panel's key: its id, and of repeated ones which.
    pub key: String,
    /// The place of the query in the panel's list.
    pub query: usize,
    /// What the answer is for: `value`, `least`, `greatest`.
    pub role: FrozenRole,
    /// The points in time.
    pub grid: Grid,
    /// The series.
    pub series: Vec<FrozenSeries>,
}

/// What an answer is for; [`Role`] describes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrozenRole {
    /// It is what the query asks.
    Value,
    /// The least samples between two points.
    Least,
    /// The greatest.
    Greatest,
}

/// A series of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrozenSeries {
    /// Which.
    pub labels: Labels,
    /// A value for each point; null where there is none, infinities as `"+Inf"` and `"-Inf"`.
    #[serde(with = "values")]
    pub values: Vec<f64>,
}

/// How many points a series has at most, as on a wide screen.
const POINTS: u32 = 1000;

/// The usual distance between samples, in milliseconds.
const SCRAPE_INTERVAL: i64 = 15_000;

/// How many panels are asked at a time.
const AT_A_TIME: usize = 8;

impl Dashboards {
    /// Keeps what a dashboard shows at `now`. Of its queries nothing is kept.
    pub async fn freeze(&self, asked: &Freeze, now: i64) -> Result<SnapshotHead, DashboardError> {
        if asked.expires_at.is_some_and(|end| end <= now) {
            let text = "expires_at: must be in the future, in milliseconds since the epoch";
            return Err(DashboardError::bad(text));
        }
        let found = self.get(&asked.dashboard).await?;
        let dashboard = self.resolve(found.dashboard).await?;
        let window = match (&asked.from, &asked.to) {
            (None, None) => dashboard.time.window(now),
            (from, to) => {
                let (from, to) = (from.as_deref().unwrap_or("now-1h"), to.as_deref().unwrap_or("now"));
                TimeWindow::parse(from, to, 0, now)
                    .map_err(|error| DashboardError::BadInput(format!("from, to: {error}")))?
            }
        };
        let range = window.resolve(now);
        let resolved = self.resolve_variables(&dashboard, &asked.variables, range).await?;
        let sight = Sight { range, points: POINTS, scrape_interval: SCRAPE_INTERVAL, compare: 0 };
        let items = unfold(&dashboard.panels, &resolved.values);
        let seen = futures::stream::iter(items)
            .map(|item| async move {
                let seen = self.service.see(&item, sight, now).await;
                (item.key, seen)
            })
            .buffered(AT_A_TIME);
        let seen: Vec<(String, PanelAnswers)> = seen.collect().await;
        let marks = self.marks(&dashboard, &resolved.values, range, now).await;
        let mut frozen = Frozen {
            title: if asked.title.trim().is_empty() { dashboard.title.clone() } else { asked.title.clone() },
            created_at: now,
            window: range,
            scrape_interval: SCRAPE_INTERVAL,
            dashboard: stripped(&dashboard, |_| false),
            variables: resolved.variables.into_iter().map(as_chosen).collect(),
            answers: Vec::new(),
            marks,
            failed: Vec::new(),
        };
        for (key, seen) in seen {
            if !seen.failures.is_empty() {
                frozen.failed.push(key.clone());
            }
            frozen.answers.extend(
                seen.answers.into_iter().map(|(place, answer)| FrozenAnswer::of(&key, place, answer)),
            );
        }
        let title = frozen.title.clone();
        let bytes = work(usize::MAX, move || packed(&frozen)).await??;
        self.create_snapshot(&title, bytes, asked.expires_at, now).await
    }

    /// What is in a snapshot.
    pub async fn frozen(&self, uid: &str, now: i64) -> Result<Frozen, OpenError> {
        let Snapshot { head, bytes } = self.any_snapshot(uid).await?.ok_or(OpenError::Unknown)?;
        if head.expires_at.is_some_and(|end| end <= now) {
            return Err(OpenError::Expired);
        }
        Ok(work(usize::MAX, move || unpacked(&bytes)).await??)
    }
}

impl Frozen {
    /// The variables' values.
    pub fn values(&self) -> Values {
        let mut values = Values::default();
        for (variable, one) in self.dashboard.variables.iter().zip(&self.variables) {
            if one.chosen.iter().any(|value| value == Variable::ALL) {
                values.set_all(variable, one.choices.clone());
                continue;
            }
            let shown = |value: &String| {
                let known = one.choices.iter().find(|choice| choice.value == *value);
                known.cloned().unwrap_or_else(|| Choice::plain(value.clone()))
            };
            values.set(variable, one.chosen.iter().map(shown).collect());
        }
        values
    }

    /// What a panel had.
    pub fn answers_of(&self, key: &str) -> PanelAnswers {
        let own = || self.answers.iter().filter(|answer| answer.key == key);
        let step = own().map(|answer| answer.grid.step).next().unwrap_or(1000);
        let answers = own().map(|answer| ((answer.query, answer.role.into()), answer.thawed())).collect();
        PanelAnswers { answers, step, ..PanelAnswers::default() }
    }
}

impl FrozenAnswer {
    fn of(key: &str, (query, role): (usize, Role), answer: Answer) -> Self {
        let series =
            answer.series.into_iter().map(|one| FrozenSeries { labels: one.labels, values: one.values });
        let role = match role {
            // A snapshot is compared with nothing.
            Role::Value | Role::Earlier => FrozenRole::Value,
            Role::Least => FrozenRole::Least,
            Role::Greatest => FrozenRole::Greatest,
        };
        Self { key: key.to_owned(), query, role, grid: answer.grid, series: series.collect() }
    }

    fn thawed(&self) -> Answer {
        let series = self
            .series
            .iter()
            .map(|one| GridSeries { labels: one.labels.clone(), values: one.values.clone() });
        Answer { grid: self.grid, series: series.collect() }
    }
}

impl From<FrozenRole> for Role {
    fn from(role: FrozenRole) -> Self {
        match role {
            FrozenRole::Value => Self::Value,
            FrozenRole::Least => Self::Least,
            FrozenRole::Greatest => Self::Greatest,
        }
    }
}

/// A variable with what is chosen alone.
fn as_chosen(one: ResolvedVariable) -> ResolvedVariable {
    let all = one.chosen.iter().any(|value| value == Variable::ALL);
    let choices =
        one.choices.into_iter().filter(|choice| all || one.chosen.contains(&choice.value)).collect();
    ResolvedVariable { choices, note: None, error: None, ..one }
}

/// Bytes of a snapshot before it is compressed: each look at it takes them.
const MOST_UNPACKED: usize = 128 << 20;

/// JSON, compressed by zstd.
fn packed(frozen: &Frozen) -> Result<Vec<u8>, DashboardError> {
    let broken = |error: String| DashboardError::from(crate::ServiceError::Internal(error));
    let json = serde_json::to_vec(frozen).map_err(|error| broken(error.to_string()))?;
    if json.len() > MOST_UNPACKED {
        return Err(DashboardError::Refused(format!(
            "the snapshot would have {} MB of values; choose a shorter range or fewer panels",
            json.len() / 1_000_000
        )));
    }
    zstd::encode_all(json.as_slice(), 3).map_err(|error| broken(error.to_string()))
}

fn unpacked(bytes: &[u8]) -> Result<Frozen, DashboardError> {
    let broken = |error: String| {
        DashboardError::from(crate::ServiceError::Internal(format!("the snapshot cannot be read: {error}")))
    };
    let mut json = Vec::new();
    zstd::Decoder::new(bytes)
        .and_then(|decoder| decoder.take(MOST_UNPACKED as u64 + 1).read_to_end(&mut json))
        .map_err(|error| broken(error.to_string()))?;
    serde_json::from_slice(&json).map_err(|error| broken(error.to_string()))
}

/// JSON has no number for what is none, and none that is infinite.
mod values {
    use serde::ser::SerializeSeq as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Value {
        Number(f64),
        Word(String),
        None,
    }

    pub(super) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(values.len()))?;
        for value in values {
            if value.is_finite() {
                all.serialize_element(value)?;
            } else if value.is_nan() {
                all.serialize_element(&())?;
            } else {
                all.serialize_element(if *value > 0.0 { "+Inf" } else { "-Inf" })?;
            }
        }
        all.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let all = Vec::<Value>::deserialize(deserializer)?;
        let number = |value| match value {
            Value::Number(value) => value,
            Value::Word(word) if word == "+Inf" => f64::INFINITY,
            Value::Word(word) if word == "-Inf" => f64::NEG_INFINITY,
            Value::Word(_) | Value::None => f64::NAN,
        };
        Ok(all.into_iter().map(number).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let labels = Labels::of("load", [("host", "a")]).unwrap();
        let series =
            vec![GridSeries { labels, values: vec![1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.25] }];
        let answer = Answer { grid: Grid { start: 0, step: 1000, len: 5 }, series };
        let frozen = Frozen {
            title: "t".to_owned(),
            created_at: 1,
            window: TimeRange { start: 0, end: 5000 },
            scrape_interval: 15_000,
            dashboard: Dashboard::default(),
            variables: Vec::new(),
            answers: vec![FrozenAnswer::of("1~a", (0, Role::Greatest), answer)],
            marks: Vec::new(),
            failed: vec!["2".to_owned()],
        };
        let bytes = packed(&frozen).unwrap();
        let back = unpacked(&bytes).unwrap();
        // NaN is not itself, but it is written the same.
        assert_eq!(packed(&back).unwrap(), bytes);
        assert_eq!(back.answers_of("1").answers.len(), 0);
        let seen = back.answers_of("1~a");
        let values = &seen.answers[&(0, Role::Greatest)].series[0].values;
        assert_eq!(format!("{values:?}"), "[1.5, NaN, inf, -inf, -0.25]");
        assert_eq!(seen.step, 1000);
        assert!(unpacked(b"no snapshot").is_err());
    }
}
