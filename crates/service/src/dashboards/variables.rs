//! What is chosen for the variables of a dashboard, and what could be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use watchfire_dashboard::{Choice, Clock, Dashboard, Values, Variable, VariableKind, names_in};
use watchfire_model::{TimeRange, choose_step, format_duration, parse_duration};

use super::choices::Choices;
use super::{DashboardError, Dashboards};

/// Parts that `auto` of an interval makes of the range, at most.
const AUTO_PARTS: usize = 30;

/// The shortest interval that `auto` becomes: 10 s.
const AUTO_LEAST: i64 = 10_000;

/// The usual distance of samples, in milliseconds, where nobody told another.
const SCRAPE_INTERVAL: i64 = 15_000;

/// The variables of a dashboard with their values.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// For putting them into queries and titles.
    pub values: Values,
    /// For showing them, in the dashboard's order.
    pub variables: Vec<ResolvedVariable>,
}

/// A variable with its choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedVariable {
    /// What queries call it.
    pub name: String,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// The values that are chosen, as a link names them; [`Variable::ALL`] alone for all.
    pub chosen: Vec<String>,
    /// What a reader should know: choices that were left out, a choice that is not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why there are no choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Dashboards {
    /// Finds the choices of all variables of a dashboard and what is chosen: of what was `asked` for by name, what there is;
    /// else what the dashboard says; else the first choice. Choices are looked for in `range`, milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// Variables depend on each other in a circle; the text names them. A query that fails is told beside its variable.
    pub async fn resolve_variables(
        &self,
        dashboard: &Dashboard,
        asked: &BTreeMap<String, Vec<String>>,
        range: TimeRange,
    ) -> Result<Resolved, DashboardError> {
        self.resolve_held(dashboard, asked, range, |_| false).await
    }

    /// The same; the variables that `locked` names have what is asked for them, whether it is among the choices or not.
    pub(super) async fn resolve_held(
        &self,
        dashboard: &Dashboard,
        asked: &BTreeMap<String, Vec<String>>,
        range: TimeRange,
        locked: impl Fn(&str) -> bool,
    ) -> Result<Resolved, DashboardError> {
        let step = choose_step(range.length(), AUTO_PARTS * 10);
        let clock = Clock { from: range.start, to: range.end, step, scrape_interval: SCRAPE_INTERVAL };
        let mut values = Values::default();
        let mut resolved: Vec<ResolvedVariable> =
            vec![ResolvedVariable::default(); dashboard.variables.len()];
        for index in order(&dashboard.variables)? {
            let variable = &dashboard.variables[index];
            let nothing = Vec::new();
            let asked = asked.get(&variable.name).unwrap_or(&nothing);
            let held = locked(&variable.name);
            resolved[index] = self.resolve_one(variable, asked, held, &mut values, &clock).await?;
        }
        Ok(Resolved { values, variables: resolved })
    }

    async fn resolve_one(
        &self,
        variable: &Variable,
        asked: &[String],
        held: bool,
        values: &mut Values,
        clock: &Clock,
    ) -> Result<ResolvedVariable, DashboardError> {
        let mut error = None;
        let Choices { all: choices, note } = match variable.kind {
            VariableKind::Query => match self.choices(variable, values, clock).await {
                Ok(choices) => choices,
                // Nobody is served by a dashboard that does not open.
                Err(problem @ (DashboardError::BadInput(_) | DashboardError::Service(_))) => {
                    error = Some(problem.to_string());
                    Choices::default()
                }
                Err(problem) => return Err(problem),
            },
            VariableKind::List | VariableKind::Interval => {
                Choices { all: variable.choices.clone(), note: None }
            }
            VariableKind::Constant | VariableKind::Text => {
                let current = || variable.current.first().map_or_else(|| Choice::plain(""), Choice::plain);
                let first = variable.choices.first().cloned().unwrap_or_else(current);
                let written = asked.first().filter(|_| variable.kind == VariableKind::Text);
                let choice = written.map_or(first, Choice::plain);
                let resolved = ResolvedVariable {
                    name: variable.name.clone(),
                    chosen: vec![choice.value.clone()],
                    choices: Vec::new(),
                    note: None,
                    error: None,
                };
                values.set(variable, vec![choice]);
                return Ok(resolved);
            }
        };
        // What is not among the choices may be among those that were left out, or that could not be found.
        // And what is locked holds, also in a range where nothing has it.
        let any = held || note.is_some() || error.is_some();
        let chosen = Chosen::of(variable, asked, &choices, any);
        let note = chosen.note.or(note);
        let texts = if chosen.all {
            values.set_all(variable, choices.clone());
            vec![Variable::ALL.to_owned()]
        } else {
            let texts = chosen.choices.iter().map(|choice| choice.value.clone()).collect();
            let of_interval = variable.kind == VariableKind::Interval;
            let span = |choice: Choice| if of_interval { interval(choice, clock) } else { choice };
            values.set(variable, chosen.choices.into_iter().map(span).collect());
            texts
        };
        Ok(ResolvedVariable { name: variable.name.clone(), choices, chosen: texts, note, error })
    }
}

/// What is chosen of the choices.
struct Chosen {
    choices: Vec<Choice>,
    all: bool,
    note: Option<String>,
}

impl Chosen {
    /// `any`: what is not among the choices may be chosen as well.
    fn of(variable: &Variable, asked: &[String], choices: &[Choice], any: bool) -> Self {
        let (kept, lost) = Self::among(variable, asked, choices, any);
        let note = lost.map(|lost| format!("{lost:?} is not among the choices of {}", variable.shown()));
        let (kept, _) = match kept {
            Some(kept) => (Some(kept), None),
            None => Self::among(variable, &variable.current, choices, any),
        };
        let (choices, all) = kept.unwrap_or_else(|| (choices.first().cloned().into_iter().collect(), false));
        Self { choices, all, note }
    }

    /// Those of `wanted` that can be chosen, and the first that cannot; or all.
    fn among(
        variable: &Variable,
        wanted: &[String],
        choices: &[Choice],
        any: bool,
    ) -> (Option<(Vec<Choice>, bool)>, Option<String>) {
        if variable.include_all && wanted.iter().any(|value| value == Variable::ALL) {
            return (Some((Vec::new(), true)), None);
        }
        let (mut kept, mut lost) = (Vec::new(), None);
        for value in wanted {
            match choices.iter().find(|choice| choice.value == *value) {
                Some(choice) => kept.push(choice.clone()),
                None if any => kept.push(Choice::plain(value)),
                None => lost = lost.or_else(|| Some(value.clone())),
            }
        }
        if !variable.multi {
            kept.truncate(1);
        }
        ((!kept.is_empty()).then_some((kept, false)), lost)
    }
}

/// `auto` becomes a part of the range; any other interval stays.
fn interval(choice: Choice, clock: &Clock) -> Choice {
    if choice.value != "auto" {
        return choice;
    }
    let step = choose_step(clock.to.saturating_sub(clock.from), AUTO_PARTS).max(AUTO_LEAST);
    Choice { value: format_duration(step), text: choice.text }
}

/// The indexes of variables so that each comes after those that stand in its query.
fn order(variables: &[Variable]) -> Result<Vec<usize>, DashboardError> {
    let mut ordered: Vec<usize> = Vec::with_capacity(variables.len());
    let needs = |index: usize| {
        names_in(&variables[index].query)
            .into_iter()
            .filter_map(|name| variables.iter().position(|variable| variable.name == name))
    };
    while ordered.len() < variables.len() {
        let before = ordered.len();
        for index in 0..variables.len() {
            if !ordered.contains(&index) && needs(index).all(|needed| ordered.contains(&needed)) {
                ordered.push(index);
            }
        }
        if ordered.len() == before {
            let left: Vec<&str> = (0..variables.len())
                .filter(|index| !ordered.contains(index))
                .map(|index| variables[index].name.as_str())
                .collect();
            return Err(DashboardError::bad(format!(
                "the variables {} depend on each other in a circle; take one out of the queries of the others",
                left.join(", ")
            )));
        }
    }
    Ok(ordered)
}

/// Whether a text is an interval that queries take.
pub(super) fn is_interval(text: &str) -> bool {
    parse_duration(text).is_ok_and(|millis| millis > 0)
}
