use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use watchfire_model::{Labels, Matcher, Rollup, Sample, TimeRange};
use watchfire_promql::ast::{Expr, ExprKind};
use watchfire_promql::{Answer, EvalError, Limits, Params, Query, Stop, parse, refuse_experimental};
use watchfire_storage::{SelectOptions, SelectedSeries, StorageError};

use crate::cache::{Asked, Key, Nature, Outcome, Plan, QueryCache, matchers, nature};
use crate::{Service, ServiceError};

/// A query and when to evaluate it; all times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromQuery {
    /// The text.
    pub text: String,
    /// The first step, since the epoch.
    pub start: i64,
    /// The last step is at or before this; equal to `start` for an instant query.
    pub end: i64,
    /// The distance of the steps; 0 for an instant query.
    pub step: i64,
    /// How old the newest sample of a series may be to count as its value; `None` takes the setting.
    pub lookback: Option<i64>,
    /// A shorter time than the setting allows.
    pub timeout: Option<Duration>,
}

/// An answer and what it cost.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The query as it was understood.
    pub expr: Expr,
    /// The answer.
    pub answer: Answer,
    /// From the text to the answer.
    pub took: Duration,
}

/// How queries are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// Series that one selector may match.
    pub max_series: usize,
    /// Samples that one query may hold.
    pub max_samples: usize,
    /// Steps of one range query.
    pub max_points: usize,
    /// Queries that are evaluated at a time.
    pub max_concurrent: usize,
    /// How long one query may take.
    pub timeout: Duration,
    /// How old the newest sample of a series may be to count as its value, in milliseconds.
    pub lookback: i64,
    /// Whether experimental functions may be called.
    pub experimental: bool,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self {
            max_series: 1_000_000,
            max_samples: 50_000_000,
            max_points: 11_000,
            max_concurrent: 20,
            timeout: Duration::from_mins(2),
            lookback: 300_000,
            experimental: false,
        }
    }
}

/// The step of subqueries that name none: Prometheus' default evaluation interval, in milliseconds.
pub(crate) const SUBQUERY_STEP: i64 = 60_000;

/// Up to so many series are evaluated in the order of their labels, as Prometheus does: it settles ties, and the last digits of
/// sums. Beyond, sorting would take longer than the evaluation.
const SORTED: usize = 20_000;

/// So many series of a short range are evaluated on the thread that asks.
const FEW: usize = 64;

/// A series of the storage as the evaluation wants it.
struct Fetched(SelectedSeries);

impl watchfire_promql::SelectedSeries for Fetched {
    fn labels(&self) -> &Labels {
        self.0.labels()
    }

    fn read(&self, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64])) {
        self.0.read(range, each);
    }

    fn newest(&self, range: TimeRange) -> Option<Sample> {
        self.0.newest(range)
    }

    fn widths(&self) -> &[(i64, i64)] {
        self.0.widths()
    }

    fn read_rollups(&self, width: i64, range: TimeRange, each: &mut dyn FnMut(&Rollup)) {
        self.0.read_rollups(width, range, each);
    }
}

/// Tells a running evaluation that nobody waits for it any more, when whoever waits is dropped.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reads a series selector such as `up{job="api"}`.
pub fn parse_selector(text: &str) -> Result<Vec<Matcher>, ServiceError> {
    match parse(text)?.kind {
        ExprKind::Vector(selector) if selector.when.at.is_none() && selector.when.offset == 0 => {
            Ok(selector.matchers)
        }
        _ => Err(ServiceError::BadData(format!(
            "{text:?} is not a series selector; write one like up{{job=\"api\"}}"
        ))),
    }
}

impl Service {
    /// Evaluates a PromQL query. Dropping the future stops the work.
    pub async fn evaluate(&self, query: PromQuery) -> Result<Evaluated, ServiceError> {
        self.evaluate_with(self.cache.as_ref(), query).await
    }

    /// The same for what nobody asks again: it neither looks into the cache nor goes there.
    pub async fn evaluate_once(&self, query: PromQuery) -> Result<Evaluated, ServiceError> {
        self.evaluate_with(None, query).await
    }

    async fn evaluate_with(
        &self,
        cache: Option<&QueryCache>,
        query: PromQuery,
    ) -> Result<Evaluated, ServiceError> {
        let began = Instant::now();
        let limits = self.limits;
        let timeout = query.timeout.map_or(limits.timeout, |asked| asked.min(limits.timeout));
        let deadline = began + timeout;
        let evaluated = self.evaluate_until(cache, query, deadline).await;
        match evaluated {
            Ok((expr, answer)) => Ok(Evaluated { expr, answer, took: began.elapsed() }),
            Err(error) => Err(self.note(error)),
        }
    }

    async fn evaluate_until(
        &self,
        cache: Option<&QueryCache>,
        query: PromQuery,
        deadline: Instant,
    ) -> Result<(Expr, Answer), ServiceError> {
        let limits = self.limits;
        if query.step > 0 && (query.end - query.start) / query.step > limits.max_points as i64 {
            return Err(ServiceError::BadData(format!(
                "exceeded maximum resolution of {} points per timeseries. Try decreasing the query resolution (?step=XX)",
                thousands(limits.max_points)
            )));
        }
        let expr = parse(&query.text)?;
        if !limits.experimental {
            refuse_experimental(&query.text, &expr)?;
        }
        let params = Params {
            start: query.start,
            end: query.end,
            step: query.step,
            lookback: query.lookback.unwrap_or(limits.lookback),
            default_subquery_step: SUBQUERY_STEP,
            experimental: limits.experimental,
        };
        let text = query.text;
        let answer = match cache {
            Some(cache) if query.step > 0 && query.end >= query.start => {
                self.evaluate_kept(cache, text, &expr, params, deadline).await?
            }
            _ => self.evaluate_now(&text, &expr, params, deadline).await?,
        };
        Ok((expr, answer))
    }

    /// Answers a range query from the cache, and evaluates what is missing there.
    async fn evaluate_kept(
        &self,
        cache: &QueryCache,
        text: String,
        expr: &Expr,
        params: Params,
        deadline: Instant,
    ) -> Result<Answer, ServiceError> {
        let nature = nature(expr);
        if nature == Nature::Ranged {
            return self.evaluate_now(&text, expr, params, deadline).await;
        }
        self.note_expired();
        let Params { start, end, step, lookback, .. } = params;
        let key = Key { text, step, phase: start.rem_euclid(step), lookback };
        let len = ((end - start) / step + 1) as usize;
        let asked = Asked { start, step, len };
        let slot = cache.slot(&key);
        if let Some(answer) = slot.hit(asked, &self.changes) {
            cache.count(Outcome::Hit);
            self.queried.note_matchers(matchers(expr));
            return Ok(answer);
        }
        let Ok(turn) = tokio::time::timeout_at(deadline.into(), slot.turn()).await else {
            return Err(EvalError::Timeout("query queue").into());
        };
        let part = |of: Asked| {
            // Before anything is read, so that what is stored meanwhile counts as stored since.
            let mark = self.changes.mark();
            let params = Params { start: of.start, end: of.last(), ..params };
            let text = &key.text;
            async move {
                Ok::<_, ServiceError>((of, self.evaluate_now(text, expr, params, deadline).await?, mark))
            }
        };
        let (answer, outcome) = match slot.plan(asked, nature, &self.changes, self.limits.max_points) {
            Plan::Hit(answer) => {
                self.queried.note_matchers(matchers(expr));
                (Some(answer), Outcome::Hit)
            }
            Plan::Extend { base, before, after } => {
                let before = match before {
                    Some(before) => Some(part(before).await?),
                    None => None,
                };
                let after = match after {
                    Some(after) => Some(part(after).await?),
                    None => None,
                };
                (slot.extend(base, asked, before, after), Outcome::Extended)
            }
            Plan::Whole => {
                let (_, answer, mark) = part(asked).await?;
                (Some(slot.replace(answer, asked, mark, &self.changes)), Outcome::Miss)
            }
        };
        cache.count(outcome);
        drop(turn);
        // Parts of one and the same query are of one kind; were they not, the whole is still an answer.
        let answer = match answer {
            Some(answer) => answer,
            None => self.evaluate_now(&key.text, expr, params, deadline).await?,
        };
        if outcome != Outcome::Hit {
            cache.weigh(key, slot);
        }
        Ok(answer)
    }

    async fn evaluate_now(
        &self,
        text: &str,
        expr: &Expr,
        params: Params,
        deadline: Instant,
    ) -> Result<Answer, ServiceError> {
        self.evaluate_plan(Query::new(expr.clone(), params)?.with_text(text), deadline, false).await
    }

    /// Evaluates where it is asked if the work is `light` and the series are few, else where blocking is allowed.
    pub(crate) async fn evaluate_plan(
        &self,
        plan: Query,
        deadline: Instant,
        light: bool,
    ) -> Result<Answer, ServiceError> {
        let limits = self.limits;
        self.queried.note(plan.selections());
        let waiting = tokio::time::timeout_at(deadline.into(), self.evaluating.clone().acquire_owned());
        let Ok(Ok(permit)) = waiting.await else {
            return Err(EvalError::Timeout("query queue").into());
        };
        let mut data = Vec::with_capacity(plan.selections().len());
        for selection in plan.selections() {
            let select = SelectOptions {
                max_series: limits.max_series,
                max_samples: limits.max_samples,
                buckets: selection.buckets,
            };
            let found = self.querier.select(&selection.matchers, selection.range, select);
            let Ok(found) = tokio::time::timeout_at(deadline.into(), found).await else {
                return Err(EvalError::Timeout("query execution").into());
            };
            let mut found = found.map_err(selected)?;
            if found.len() <= SORTED {
                found.sort_unstable_by(|one, other| one.labels().cmp(other.labels()));
            }
            data.push(found.into_iter().map(Fetched).collect::<Vec<_>>());
        }
        // A thread takes longer to wake than this takes to compute.
        let light = light && data.iter().map(Vec::len).sum::<usize>() <= FEW;
        let canceled = Arc::new(AtomicBool::new(false));
        let _guard = CancelOnDrop(canceled.clone());
        let work = move || {
            let _permit = permit;
            let stop = || {
                if canceled.load(Ordering::Relaxed) {
                    Some(Stop::Canceled)
                } else {
                    (Instant::now() >= deadline).then_some(Stop::Timeout)
                }
            };
            let limits = Limits { max_samples: limits.max_samples, max_series: limits.max_series };
            plan.evaluate(&data, &limits, &stop)
        };
        if light {
            return Ok(work()?);
        }
        let answer = tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| ServiceError::Internal(error.to_string()))??;
        Ok(answer)
    }
}

/// What Prometheus finds in the evaluation, storage finds in the select.
fn selected(error: StorageError) -> ServiceError {
    match error {
        StorageError::TooMuch { what: "samples", .. } => EvalError::TooManySamples("query execution").into(),
        StorageError::TooMuch { found, most, .. } => EvalError::TooManySeries { found, most }.into(),
        StorageError::Regex { .. } => ServiceError::BadData(error.to_string()),
        other => other.into(),
    }
}

/// 11000 as `11,000`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_threes() {
        let table = [(7, "7"), (999, "999"), (1000, "1,000"), (11_000, "11,000"), (1_234_567, "1,234,567")];
        for (number, text) in table {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn selectors() {
        assert_eq!(parse_selector("up{job=\"api\"}").unwrap().len(), 2);
        for bad in ["rate(up[5m])", "up offset 5m", "up{", "1"] {
            assert!(parse_selector(bad).is_err(), "{bad}");
        }
    }
}
