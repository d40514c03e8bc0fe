//! What a dashboard must hold to, beyond its form.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use watchfire_model::parse_duration;

use crate::interpolate::names_in;
use crate::{COLUMNS, Dashboard, Field, Kind, Note, Panel, Query, Variable, VariableKind};

/// One step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value of a field.
    Field(&'static str),
    /// One of a list.
    Item(usize),
}

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) path: Vec<Step>,
    pub(crate) message: String,
}

/// A path as people write it.
pub(crate) fn written(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        // Writing to a String cannot fail.
        let _ = match step {
            Step::Field(name) if text.is_empty() => write!(text, "{name}"),
            Step::Field(name) => write!(text, ".{name}"),
            Step::Item(index) => write!(text, "[{index}]"),
        };
    }
    text
}

type Checked = Result<(), Problem>;

/// The way down to what is being looked at.
struct Checker {
    path: Vec<Step>,
    notes: Vec<Note>,
}

/// Checks a dashboard, and notes what it has that this version does not know.
pub(crate) fn dashboard(dashboard: &Dashboard) -> Result<Vec<Note>, Problem> {
    let mut checker = Checker { path: Vec::new(), notes: Vec::new() };
    checker.dashboard(dashboard)?;
    Ok(checker.notes)
}

impl Checker {
    fn fail<T>(&self, field: &'static str, message: impl Into<String>) -> Result<T, Problem> {
        let mut path = self.path.clone();
        path.push(Step::Field(field));
        Err(Problem { path, message: message.into() })
    }

    fn inside(&mut self, field: &'static str, check: impl FnOnce(&mut Self) -> Checked) -> Checked {
        self.path.push(Step::Field(field));
        check(self)?;
        self.path.pop();
        Ok(())
    }

    fn each<'a, T>(
        &mut self,
        field: &'static str,
        items: &'a [T],
        mut check: impl FnMut(&mut Self, &'a T) -> Checked,
    ) -> Checked {
        self.inside(field, |checker| {
            for (index, item) in items.iter().enumerate() {
                checker.path.push(Step::Item(index));
                check(checker, item)?;
                checker.path.pop();
            }
            Ok(())
        })
    }

    fn note_unknown(&mut self, other: &serde_json::Map<String, serde_json::Value>) {
        for key in other.keys() {
            let place = match written(&self.path) {
                path if path.is_empty() => key.clone(),
                path => format!("{path}.{key}"),
            };
            let message = "not known to this version of Watchfire; it is kept, and does nothing".to_owned();
            self.notes.push(Note { place, message });
        }
    }

    fn duration(&self, field: &'static str, text: Option<&str>) -> Checked {
        match text.map(parse_duration) {
            Some(Err(error)) => self.fail(field, error.to_string()),
            _ => Ok(()),
        }
    }

    fn dashboard(&mut self, dashboard: &Dashboard) -> Checked {
        self.note_unknown(&dashboard.other);
        if dashboard.title.trim().is_empty() {
            return self.fail("title", "must not be empty");
        }
        let uid = &dashboard.uid;
        let letters = uid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if uid.is_empty() || uid.len() > 64 || !letters {
            return self.fail("uid", "must be 1 to 64 letters, digits, - and _, since it stands in URLs");
        }
        let time = &dashboard.time;
        self.inside("time", |checker| {
            if let Some((field, error)) = time.flaw() {
                return checker.fail(field, error.to_string());
            }
            match time.refresh.as_deref() {
                None | Some("auto" | "off") => Ok(()),
                Some(text) => match parse_duration(text) {
                    Ok(1000..=3_600_000) => Ok(()),
                    _ => checker.fail("refresh", "must be auto, off, or from 1s to 1h"),
                },
            }
        })?;
        let names: HashSet<&str> =
            dashboard.variables.iter().map(|variable| variable.name.as_str()).collect();
        let mut seen = HashSet::new();
        self.each("variables", &dashboard.variables, |checker, variable| {
            checker.variable(variable)?;
            if !seen.insert(variable.name.as_str()) {
                return checker.fail("name", format!("{:?} is another variable's name", variable.name));
            }
            Ok(())
        })?;
        Self::circles(&dashboard.variables)?;
        self.each("annotations", &dashboard.annotations, |checker, annotation| {
            checker.note_unknown(&annotation.other);
            Ok(())
        })?;
        let mut ids = HashSet::new();
        self.each("panels", &dashboard.panels, |checker, panel| {
            if panel.id == 0 || !ids.insert(panel.id) {
                return checker
                    .fail("id", "must be a number from 1 that no other panel of the dashboard has");
            }
            checker.panel(panel, &names)
        })
    }

    fn variable(&mut self, variable: &Variable) -> Checked {
        self.note_unknown(&variable.other);
        if !Variable::is_name(&variable.name) {
            return self.fail("name", "must be letters, digits and _, and not begin with a digit");
        }
        match variable.kind {
            VariableKind::List | VariableKind::Interval if variable.choices.is_empty() => {
                self.fail("choices", "a list of choices must have one at least")
            }
            VariableKind::Query if variable.query.trim().is_empty() => {
                self.fail("query", "must not be empty; write label_values(metric, label), for example")
            }
            _ => Ok(()),
        }
    }

    /// Variables may hold each other, but not in a circle.
    fn circles(variables: &[Variable]) -> Checked {
        let of: BTreeMap<&str, Vec<&str>> =
            variables.iter().map(|variable| (variable.name.as_str(), names_in(&variable.query))).collect();
        for (index, variable) in variables.iter().enumerate() {
            let (mut open, mut seen) = (of[variable.name.as_str()].clone(), HashSet::new());
            while let Some(name) = open.pop() {
                if name == variable.name {
                    let path = vec![Step::Field("variables"), Step::Item(index), Step::Field("query")];
                    let message =
                        format!("${name} depends on itself; take it, or a variable between, out of a query");
                    return Err(Problem { path, message });
                }
                if seen.insert(name) {
                    open.extend(of.get(name).into_iter().flatten());
                }
            }
        }
        Ok(())
    }

    fn panel(&mut self, panel: &Panel, variables: &HashSet<&str>) -> Checked {
        self.note_unknown(&panel.other);
        if let Kind::Other(name) = &panel.kind {
            let place = format!("{}.kind", written(&self.path));
            let message =
                format!("{name:?} is not a kind that this version of Watchfire draws; the panel is kept");
            self.notes.push(Note { place, message });
        }
        let at = panel.at;
        self.inside("at", |checker| {
            if at.w == 0 || at.right() > COLUMNS {
                return checker.fail("w", format!("must be at least 1, and with x at most {COLUMNS}"));
            }
            if at.h == 0 || at.h > 200 {
                return checker.fail("h", "must be from 1 to 200");
            }
            if at.y > 20_000 {
                return checker.fail("y", "must be at most 20000");
            }
            Ok(())
        })?;
        self.duration("time_range", panel.time_range.as_deref())?;
        self.duration("time_shift", panel.time_shift.as_deref())?;
        self.duration("min_step", panel.min_step.as_deref())?;
        if let Some(repeat) = &panel.repeat
            && !variables.contains(repeat.variable.as_str())
        {
            let variable = &repeat.variable;
            return self.fail("repeat", format!("there is no variable {variable:?} to repeat by"));
        }
        let ids: HashSet<&str> = panel.queries.iter().map(|query| query.id.as_str()).collect();
        let mut seen = HashSet::new();
        self.each("queries", &panel.queries, |checker, query| {
            if query.id.is_empty() || !seen.insert(query.id.as_str()) {
                return checker
                    .fail("id", "must be a name that no other query of the panel has; by custom a letter");
            }
            checker.query(query, &ids)
        })?;
        self.query_circles(&panel.queries)?;
        self.inside("field", |checker| checker.field(&panel.field))?;
        self.each("overrides", &panel.overrides, |checker, item| {
            checker.inside("set", |checker| checker.field(&item.set))
        })?;
        self.inside("view", |checker| {
            checker.note_unknown(&panel.view.other);
            Ok(())
        })
    }

    fn query(&mut self, query: &Query, ids: &HashSet<&str>) -> Checked {
        self.note_unknown(&query.other);
        let sources = [!query.expr.is_empty(), !query.math.is_empty(), query.reduce.is_some()];
        if sources.into_iter().filter(|given| *given).count() > 1 {
            return self.fail("expr", "a query has only one of expr, math and reduce");
        }
        self.duration("min_step", query.min_step.as_deref())?;
        let field = if query.reduce.is_some() { "reduce" } else { "math" };
        match query.inputs().into_iter().find(|input| !ids.contains(input)) {
            Some(input) => self.fail(field, format!("there is no query {input:?} in this panel")),
            None => Ok(()),
        }
    }

    fn query_circles(&self, queries: &[Query]) -> Checked {
        for (index, query) in queries.iter().enumerate() {
            let (mut open, mut seen) = (query.inputs(), HashSet::new());
            while let Some(input) = open.pop() {
                if input == query.id {
                    let mut path = self.path.clone();
                    path.extend([Step::Field("queries"), Step::Item(index), Step::Field("math")]);
                    return Err(Problem { path, message: format!("${input} is calculated from itself") });
                }
                if seen.insert(input) {
                    let found = queries.iter().find(|other| other.id == input);
                    open.extend(found.map(Query::inputs).into_iter().flatten());
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field) -> Checked {
        self.note_unknown(&field.other);
        if field.fill.is_some_and(|fill| fill > 100) {
            return self.fail("fill", "must be from 0 to 100 percent");
        }
        if let (Some(min), Some(max)) = (field.min, field.max)
            && min >= max
        {
            return self.fail("max", "must be more than min");
        }
        if field.decimals.is_some_and(|decimals| decimals > 15) {
            return self.fail("decimals", "must be from 0 to 15");
        }
        let steps =
            field.thresholds.as_ref().map(|thresholds| thresholds.steps.as_slice()).unwrap_or_default();
        if !steps.is_sorted_by(|one, other| one.value < other.value) {
            return self.fail("thresholds", "must go from low to high");
        }
        Ok(())
    }
}
