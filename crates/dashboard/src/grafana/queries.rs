use std::collections::HashMap;

use serde_json::Value;

use super::Losses;
use super::look::Look;
use super::views::reducer;
use crate::{Kind, Query, QueryShape, ReduceOf};

/// What the dashboard's data sources are.
pub(super) struct Sources {
    /// The kinds of those that a variable, or an input of the export, stands for.
    kinds: HashMap<String, String>,
}

impl Sources {
    pub(super) fn of(json: &Value) -> Self {
        let mut kinds = HashMap::new();
        for variable in json.at("templating").list("list") {
            if variable.text("type") == Some("datasource")
                && let (Some(name), Some(kind)) = (variable.text("name"), variable.text("query"))
            {
                kinds.insert(name.to_owned(), kind.to_owned());
            }
        }
        for input in json.list("__inputs") {
            if let (Some(name), Some(kind)) = (input.text("name"), input.text("pluginId")) {
                kinds.insert(name.to_owned(), kind.to_owned());
            }
        }
        Self { kinds }
    }

    /// The kind of a source, as panels and queries name it; none for the one that is usual there.
    fn kind<'a>(&'a self, source: &'a Value) -> Option<&'a str> {
        if let Some(kind) = source.text("type") {
            return Some(kind);
        }
        let name = source.as_str().or_else(|| source.text("uid"))?;
        if name == "__expr__" || name == "-- Mixed --" || name == "-- Dashboard --" {
            return Some(name);
        }
        let variable = name
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .or_else(|| name.strip_prefix('$'))?;
        self.kinds.get(variable).map(String::as_str)
    }

    /// Whether PromQL is what the source understands. Those whose kind is not written are taken to be.
    pub(super) fn is_prometheus(&self, source: &Value) -> bool {
        match self.kind(source) {
            None => true,
            Some(kind) => {
                kind.contains("prometheus") || kind.contains("victoriametrics") || kind.contains("mimir")
            }
        }
    }
}

/// The queries of a panel.
pub(super) fn of(panel: &Value, kind: &Kind, sources: &Sources, losses: &mut Losses) -> Vec<Query> {
    let mut queries: Vec<Query> = Vec::new();
    let whole = panel.at("datasource");
    for (index, target) in panel.list("targets").iter().enumerate() {
        let own = target.at("datasource");
        let source = if own.is_null() { whole } else { own };
        let id = match target.text("refId") {
            Some(id) if !id.is_empty() && queries.iter().all(|query| query.id != id) => id.to_owned(),
            _ => free_id(&queries, index),
        };
        let hide = target.flag("hide") == Some(true);
        if sources.kind(source) == Some("__expr__") {
            match calculation(target) {
                Ok((math, reduce)) => queries.push(Query { id, math, reduce, hide, ..Query::default() }),
                Err(what) => losses.add(format!("query {id}: {what}")),
            }
            continue;
        }
        // What logs are asked for is kept: the panel will draw it once there are logs.
        if !sources.is_prometheus(source) && *kind != Kind::Logs {
            let kind = sources.kind(source).unwrap_or_default();
            losses.add(format!("query {id}: it asks {kind}, not Prometheus"));
            continue;
        }
        let Some(expr) = target.text("expr").filter(|expr| !expr.trim().is_empty()) else { continue };
        let shape = match target.text("format") {
            Some("table") => QueryShape::Table,
            Some("heatmap") => QueryShape::Heatmap,
            _ => QueryShape::Series,
        };
        queries.push(Query {
            id,
            expr: expr.to_owned(),
            legend: target
                .text("legendFormat")
                .filter(|legend| *legend != "__auto")
                .unwrap_or_default()
                .to_owned(),
            instant: target.flag("instant") == Some(true) && target.flag("range") != Some(true),
            shape,
            min_step: step(target.text("interval"), losses),
            hide,
            ..Query::default()
        });
    }
    without_lost_inputs(&mut queries, losses);
    queries
}

/// A shortest step; those with variables are left to the range.
pub(super) fn step(text: Option<&str>, losses: &mut Losses) -> Option<String> {
    let text = text?.trim().trim_start_matches('>').trim_start_matches('=');
    if text.is_empty() {
        return None;
    }
    if watchfire_model::parse_duration(text).is_ok_and(|millis| millis > 0) {
        return Some(text.to_owned());
    }
    // `$__rate_interval` and the like are what the step is anyway.
    if !text.contains("$__") {
        losses.add(format!("the shortest step {text:?}"));
    }
    None
}

fn free_id(queries: &[Query], index: usize) -> String {
    let letters = ('A'..='Z').map(String::from);
    let mut free = letters.filter(|letter| queries.iter().all(|query| query.id != *letter));
    free.next().unwrap_or_else(|| format!("Q{index}"))
}

type Calculation = (String, Option<ReduceOf>);

fn calculation(target: &Value) -> Result<Calculation, String> {
    let expression = target.text("expression").unwrap_or_default();
    match target.text("type") {
        Some("math") => Ok((expression.to_owned(), None)),
        Some("reduce") => {
            let name = target.text("reducer").unwrap_or("last");
            let by =
                reducer(name).ok_or_else(|| format!("it reduces by {name:?}, which is not known here"))?;
            let query = expression.trim_start_matches('$').trim_matches(['{', '}']).to_owned();
            Ok((String::new(), Some(ReduceOf { query, by })))
        }
        other => Err(format!(
            "it is a calculation of the kind {:?}, which is not known here",
            other.unwrap_or_default()
        )),
    }
}

/// Leaves out calculations from queries that were not carried over, and those from them.
fn without_lost_inputs(queries: &mut Vec<Query>, losses: &mut Losses) {
    loop {
        let ids: Vec<String> = queries.iter().map(|query| query.id.clone()).collect();
        let lost = |query: &Query| query.inputs().into_iter().any(|input| !ids.iter().any(|id| id == input));
        let Some(at) = queries.iter().position(lost) else { break };
        let query = queries.remove(at);
        losses.add(format!("query {}: it calculates from a query that is not there", query.id));
    }
}
