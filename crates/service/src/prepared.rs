//! Queries that are asked again and again: read once, evaluated often.

use std::collections::BTreeSet;
use std::time::Instant;

use watchfire_model::{METRIC_NAME, MatchOp, Matcher};
use watchfire_promql::ast::{Expr, ExprKind};
use watchfire_promql::{Answer, Params, Query, parse, refuse_experimental};

use crate::promql::SUBQUERY_STEP;
use crate::{SHORT, Service, ServiceError};

/// A query that was read and checked.
#[derive(Clone, Debug)]
pub struct Prepared {
    text: String,
    expr: Expr,
    /// Whether it is evaluated in so little time that it may be done anywhere.
    light: bool,
}

/// The metrics that a query reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// These.
    Metrics(BTreeSet<String>),
    /// Any of them.
    Any,
}

impl Prepared {
    /// Its text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The query as it was understood.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// How far back it looks, in milliseconds, by the one of its selectors that looks back least; one without a range looks back
    /// `lookback`. `i64::MAX` where it reads nothing.
    pub(crate) fn reach(&self, lookback: i64) -> i64 {
        reach(&self.expr, lookback)
    }

    /// The metrics that it reads.
    pub(crate) fn reads(&self) -> Reads {
        let mut names = BTreeSet::new();
        if gather(&self.expr, &mut names) { Reads::Metrics(names) } else { Reads::Any }
    }
}

/// Whether all selectors name their metric.
fn gather(expr: &Expr, names: &mut BTreeSet<String>) -> bool {
    if let ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. } = &expr.kind {
        let is_name = |matcher: &&Matcher| matcher.name == METRIC_NAME && matcher.op == MatchOp::Equal;
        match selector.matchers.iter().find(is_name) {
            Some(matcher) => names.insert(matcher.value.clone()),
            None => return false,
        };
    }
    expr.children().all(|child| gather(child, names))
}

fn reach(expr: &Expr, lookback: i64) -> i64 {
    let own = match &expr.kind {
        ExprKind::Vector(_) => lookback,
        ExprKind::Matrix { range, .. } => *range,
        _ => i64::MAX,
    };
    expr.children().map(|child| reach(child, lookback)).fold(own, i64::min)
}

fn is_light(expr: &Expr) -> bool {
    let short = match &expr.kind {
        ExprKind::Matrix { range, .. } => *range <= SHORT,
        ExprKind::Subquery(_) => false,
        _ => true,
    };
    short && expr.children().all(is_light)
}

impl Service {
    /// Reads a query that is evaluated again and again.
    pub fn prepare(&self, text: &str) -> Result<Prepared, ServiceError> {
        let expr = parse(text)?;
        if !self.limits().experimental {
            refuse_experimental(text, &expr)?;
        }
        let light = is_light(&expr);
        Ok(Prepared { text: text.to_owned(), expr, light })
    }

    /// Evaluates it at one time, milliseconds since the epoch.
    pub async fn evaluate_prepared(&self, prepared: &Prepared, at: i64) -> Result<Answer, ServiceError> {
        let limits = self.limits();
        let params = Params {
            start: at,
            end: at,
            step: 0,
            lookback: limits.lookback,
            default_subquery_step: SUBQUERY_STEP,
            experimental: limits.experimental,
        };
        let plan = Query::new(prepared.expr.clone(), params)?.with_text(&prepared.text);
        let deadline = Instant::now() + limits.timeout;
        self.evaluate_plan(plan, deadline, prepared.light).await.map_err(|error| self.note(error))
    }
}
