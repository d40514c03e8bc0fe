//! Selectors and subqueries: which series, and which times of theirs.

use watchfire_model::{METRIC_NAME, MatchOp, TimeRange};

use crate::answer::{EvalError, Selection};
use crate::ast::{At, Expr, ExprKind, Selector, Span, When};
use crate::eval::annotations::parse_error;
use crate::eval::column::{Shift, Steps, bounded, subquery_steps};
use crate::eval::functions::whole_pattern;
use crate::eval::node::{InstantSelector, RangeSelector, RangeSource, VectorNode};
use crate::eval::plan::{Planned, Planner, misplaced, unwrapped};
use crate::eval::rollups::widest;
use crate::eval::selector::read_range;

impl Planner<'_> {
    fn shift(&self, when: When) -> Shift {
        let at = when.at.map(|at| match at {
            At::Time(time) => bounded(time),
            At::Start => self.start,
            At::End => self.end,
        });
        Shift { at, offset: bounded(when.offset) }
    }

    /// The number of the selection of these series and times; equal ones are fetched once.
    fn selection(
        &mut self,
        selector: &Selector,
        span: Span,
        range: TimeRange,
        buckets: Option<i64>,
    ) -> Result<usize, EvalError> {
        for matcher in &selector.matchers {
            if matches!(matcher.op, MatchOp::Regex | MatchOp::NotRegex)
                && let Err(error) = whole_pattern(&matcher.value)
            {
                let reason = error.to_string();
                // The last line says what is wrong; those before draw the pattern.
                let reason = reason.lines().last().unwrap_or_default();
                let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                return Err(parse_error(
                    span,
                    format!("error parsing regexp: {reason}: `{}`", matcher.value),
                ));
            }
        }
        let selection = Selection { matchers: selector.matchers.clone(), range, buckets };
        if let Some(known) = self.selections.iter().position(|known| *known == selection) {
            return Ok(known);
        }
        self.selections.push(selection);
        Ok(self.selections.len() - 1)
    }

    pub(super) fn instant_selector(
        &mut self,
        selector: &Selector,
        span: Span,
        timestamps: bool,
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let shift = self.shift(selector.when);
        let lookback = bounded(self.params.lookback.max(1));
        let times = shift.apply(steps);
        // A marker that is alone in its bucket leaves nothing behind. It must not stand between a bucket's last sample and a
        // time that looks back at it.
        let buckets = widest(times, |width| lookback <= width);
        let selection = self.selection(selector, span, read_range(times, lookback), buckets)?;
        let node = InstantSelector { selection, shift, lookback, timestamps, buckets, span };
        Ok(Planned {
            node: VectorNode::Instant(node),
            invariant: shift.at.is_some(),
            distinct: names_one_metric(selector),
        })
    }

    /// `rolled` says whether rollups can answer what is asked about the samples.
    pub(super) fn range_source(
        &mut self,
        expr: &Expr,
        rolled: bool,
        steps: Steps,
    ) -> Result<Planned<RangeSource>, EvalError> {
        match &unwrapped(expr).kind {
            ExprKind::Matrix { selector, range } => {
                let (shift, range) = (self.shift(selector.when), bounded(*range));
                let ends = shift.apply(steps);
                let buckets = widest(ends, |width| rolled && range % width == 0);
                let selection = self.selection(selector, expr.span, read_range(ends, range), buckets)?;
                let node = RangeSelector { selection, shift, range, buckets, span: expr.span };
                Ok(Planned {
                    node: RangeSource::Selector(node),
                    invariant: shift.at.is_some(),
                    distinct: names_one_metric(selector),
                })
            }
            ExprKind::Subquery(subquery) => {
                let (shift, range) = (self.shift(subquery.when), bounded(subquery.range));
                let step = bounded(subquery.step.unwrap_or(self.params.default_subquery_step).max(1));
                let input = self.vector(&subquery.expr, subquery_steps(shift.apply(steps), range, step))?;
                let distinct = input.distinct;
                let input = input.within(false);
                Ok(Planned {
                    node: RangeSource::Subquery { input, shift, range, step },
                    invariant: shift.at.is_some(),
                    distinct,
                })
            }
            _ => Err(misplaced(expr.span, "range vector", expr)),
        }
    }
}

fn names_one_metric(selector: &Selector) -> bool {
    selector.matchers.iter().any(|matcher| {
        matcher.name == METRIC_NAME && matcher.op == MatchOp::Equal && !matcher.value.is_empty()
    })
}
