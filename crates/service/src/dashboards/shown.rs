//! What a share lets see: its dashboard without the queries, its variables as far as viewers may choose, and the queries
//! themselves, whose text never leaves the server.

use std::collections::BTreeMap;

use watchfire_dashboard::{
    Choice, Clock, Dashboard, Panel, Query, Values, Variable, VariableKind, stays_in_strings,
};
use watchfire_model::TimeRange;
use watchfire_panel::is_selector;

use super::{DashboardError, Dashboards, OpenError, ResolvedVariable, ShareVariable, Shared};

/// A share with its dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenShare {
    /// What it lets see.
    pub shared: Shared,
    /// The dashboard as it is kept, panels of the library filled in.
    dashboard: Dashboard,
}

impl Dashboards {
    /// Opens a share for a page (`counted`: as one more view), or for what a page asks afterwards.
    pub async fn shown(&self, token: &str, counted: bool, now: i64) -> Result<OpenShare, OpenError> {
        let shared =
            if counted { self.open_share(token, now).await? } else { self.check_token(token, now).await? };
        let found = self.get(&shared.share.dashboard).await?;
        let mut dashboard = self.resolve(found.dashboard).await?;
        if let Some(id) = shared.share.panel {
            dashboard.panels.retain(|panel| panel.id == id);
        }
        Ok(OpenShare { shared, dashboard })
    }

    /// The variables of a share with what is chosen: what is locked stays so, whatever was `asked`; what is free may have any of
    /// its choices, and nothing else.
    pub async fn shown_variables(
        &self,
        open: &OpenShare,
        asked: &BTreeMap<String, Vec<String>>,
        range: TimeRange,
    ) -> Result<(Values, Vec<ResolvedVariable>), DashboardError> {
        let mut taken = open.taken(asked);
        let locked = |name: &str| !open.is_free(name);
        let mut resolved = self.resolve_held(&open.dashboard, &taken, range, locked).await?;
        let strangers: Vec<String> = open
            .dashboard
            .variables
            .iter()
            .zip(&resolved.variables)
            .filter(|(variable, one)| open.is_free(&variable.name) && !open.may_have(variable, one))
            .map(|(variable, _)| variable.name.clone())
            .collect();
        if !strangers.is_empty() {
            taken.retain(|name, _| !strangers.contains(name));
            resolved = self.resolve_held(&open.dashboard, &taken, range, locked).await?;
        }
        for one in &mut resolved.variables {
            // It would tell of the query.
            one.error = None;
            if !open.is_free(&one.name) {
                // What else there would be to choose is nobody's business.
                let all = std::mem::take(&mut one.choices);
                let chosen = all.iter().filter(|choice| one.chosen.contains(&choice.value)).cloned();
                // Of all, those are seen that panels are repeated by.
                let repeated = open.repeats_by(&one.name);
                one.choices = if one.chosen.iter().any(|value| value == Variable::ALL) {
                    if repeated { all.clone() } else { Vec::new() }
                } else {
                    chosen.collect()
                };
                one.note = None;
            }
        }
        Ok((resolved.values, resolved.variables))
    }
}

impl OpenShare {
    /// The dashboard with its queries: for those who draw it.
    pub fn dashboard(&self) -> &Dashboard {
        &self.dashboard
    }

    fn is_free(&self, name: &str) -> bool {
        self.shared.share.variables.get(name) == Some(&ShareVariable::Free)
    }

    /// Whether what is chosen is what viewers may choose: one of the choices; of a text box anything that can be nothing but a part
    /// of a string in all queries, as what stands elsewhere would make another query of it.
    fn may_have(&self, variable: &Variable, one: &ResolvedVariable) -> bool {
        let known = |value: &String| {
            (value == Variable::ALL && variable.include_all)
                || one.choices.iter().any(|choice| choice.value == *value)
        };
        match variable.kind {
            VariableKind::Text => self.texts().all(|query| stays_in_strings(query, &variable.name)),
            VariableKind::Constant => true,
            _ => one.chosen.iter().all(known) && (variable.multi || one.chosen.len() <= 1),
        }
    }

    /// The texts of all queries: of panels, variables and annotations.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let panels =
            self.dashboard.panels.iter().flat_map(|panel| &panel.queries).map(|query| query.expr.as_str());
        let variables = self.dashboard.variables.iter().map(|variable| variable.query.as_str());
        panels.chain(variables).chain(self.dashboard.annotations.iter().map(|one| one.expr.as_str()))
    }

    fn repeats_by(&self, name: &str) -> bool {
        let repeats = self.dashboard.panels.iter().filter_map(|panel| panel.repeat.as_ref());
        repeats.into_iter().any(|repeat| repeat.variable == name)
    }

    /// The id of the only panel that it shows.
    pub fn panel(&self) -> Option<u32> {
        self.shared.share.panel
    }

    /// What is asked for, as far as viewers have a say, and what is locked.
    fn taken(&self, asked: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
        let mut taken = BTreeMap::new();
        for (name, rule) in &self.shared.share.variables {
            let values = match rule {
                ShareVariable::Locked(values) => Some(values),
                ShareVariable::Free => asked.get(name),
            };
            taken.extend(values.map(|values| (name.clone(), values.clone())));
        }
        taken
    }

    /// The dashboard as viewers get it: without queries, and without what they would tell of.
    pub fn stripped(&self) -> Dashboard {
        stripped(&self.dashboard, |name| self.is_free(name))
    }

    /// The text of a panel's query, with the values of variables in it. A value that a client names must be one of those that
    /// hold, as a repeated panel has one of several; anything else it says of variables counts for nothing.
    ///
    /// # Errors
    ///
    /// The share has no such panel, or the panel no such query.
    pub fn query(
        &self,
        panel: u32,
        query: &str,
        named: &[(String, Vec<String>)],
        mut values: Values,
        clock: &Clock,
    ) -> Result<(String, bool), String> {
        let panel: &Panel =
            self.dashboard.panel(panel).ok_or_else(|| "the share has no such panel".to_owned())?;
        let asks = |one: &&Query| one.id == query && !one.expr.is_empty();
        let query =
            panel.queries.iter().find(asks).ok_or_else(|| "the panel has no such query".to_owned())?;
        for (name, one) in named {
            let [one] = one.as_slice() else { continue };
            // What stands for all there may be less than all.
            let own = self.dashboard.variables.iter().find(|variable| variable.name == *name);
            if own.is_some_and(|variable| variable.all_value.is_some()) && !self.is_free(name) {
                continue;
            }
            let chosen: Option<Choice> =
                values.chosen(name).and_then(|all| all.iter().find(|choice| choice.value == *one).cloned());
            if let Some(choice) = chosen {
                values.set_one(name, choice);
            }
        }
        let instant = query.instant
            || (query.shape == watchfire_dashboard::QueryShape::Table
                && panel.kind == watchfire_dashboard::Kind::Table);
        Ok((values.in_query(&query.expr, clock), instant))
    }
}

/// A dashboard without its queries, and without what they would tell of; `is_free` says which variables viewers may choose.
pub(super) fn stripped(dashboard: &Dashboard, is_free: impl Fn(&str) -> bool) -> Dashboard {
    let mut dashboard = dashboard.clone();
    dashboard.panels.iter_mut().for_each(withhold);
    for variable in &mut dashboard.variables {
        variable.query.clear();
        variable.regex.clear();
        variable.all_value = None;
        variable.current.clear();
        variable.other.clear();
        if !is_free(&variable.name) {
            variable.choices.clear();
            variable.hide = true;
        }
    }
    dashboard.annotations.retain(|annotation| annotation.expr.is_empty());
    dashboard.other.clear();
    dashboard
}

/// Takes out of a panel what nobody but its makers is to know: the texts of its queries.
pub fn withhold(panel: &mut Panel) {
    for query in &mut panel.queries {
        query.withheld(is_selector(&query.expr)).clone_into(&mut query.expr);
        query.other.clear();
    }
    panel.library = None;
    panel.other.clear();
}
