//! Aggregations that fold one number after the other into a state for each group and step.

use crate::answer::EvalError;
use crate::eval::aggregate::Groups;
use crate::eval::block::{Block, Row};
use crate::eval::column::{ABSENT, Steps, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::functions::{Kahan, Mean};
use crate::eval::meter::Held;
use crate::eval::node::Aggregation;

/// How numbers are folded.
pub(super) trait Fold {
    /// What is kept of the numbers so far; there is none before the first one.
    type State: Clone;

    /// The state after the first number.
    fn first(value: f64) -> Self::State;

    /// Adds a number.
    fn add(state: &mut Self::State, value: f64);

    /// The result.
    fn result(state: Self::State) -> f64;
}

impl Evaluator<'_> {
    pub(super) fn folded<F: Fold>(
        &self,
        aggregation: &Aggregation,
        steps: Steps,
    ) -> Result<Block, EvalError> {
        let mut groups = Groups::new(&aggregation.picker);
        let mut states: Vec<Option<F::State>> = Vec::new();
        let mut held = Held::nothing(&self.meter.budget);
        self.stream(&aggregation.input, steps, &mut |row: Row<'_>| {
            let group = groups.find(&row);
            if groups.len() * steps.len > states.len() {
                held.add(steps.len)?;
                states.resize(groups.len() * steps.len, None);
            }
            for (state, value) in states[group * steps.len..].iter_mut().zip(row.values.iter()) {
                if !is_absent(*value) {
                    match state {
                        Some(state) => F::add(state, *value),
                        None => *state = Some(F::first(*value)),
                    }
                }
            }
            Ok(())
        })?;
        drop(held);
        let values = states.into_iter().map(|state| state.map_or(ABSENT, F::result)).collect();
        Block::of(steps.len, groups.labels, values, &self.meter.budget)
    }
}

pub(super) struct Sum;

impl Fold for Sum {
    type State = Kahan;

    #[inline]
    fn first(value: f64) -> Kahan {
        Kahan { sum: value, lost: 0.0 }
    }

    #[inline]
    fn add(state: &mut Kahan, value: f64) {
        *state = state.plus(value);
    }

    fn result(state: Kahan) -> f64 {
        state.total()
    }
}

pub(super) struct Avg;

impl Fold for Avg {
    type State = Mean;

    #[inline]
    fn first(value: f64) -> Mean {
        Mean::of(value)
    }

    #[inline]
    fn add(state: &mut Mean, value: f64) {
        state.add(value);
    }

    fn result(state: Mean) -> f64 {
        state.value()
    }
}

pub(super) struct Min;

impl Fold for Min {
    type State = f64;

    #[inline]
    fn first(value: f64) -> f64 {
        value
    }

    #[inline]
    fn add(state: &mut f64, value: f64) {
        if value < *state || state.is_nan() {
            *state = value;
        }
    }

    fn result(state: f64) -> f64 {
        state
    }
}

pub(super) struct Max;

impl Fold for Max {
    type State = f64;

    #[inline]
    fn first(value: f64) -> f64 {
        value
    }

    #[inline]
    fn add(state: &mut f64, value: f64) {
        if value > *state || state.is_nan() {
            *state = value;
        }
    }

    fn result(state: f64) -> f64 {
        state
    }
}

pub(super) struct Count;

impl Fold for Count {
    type State = u64;

    #[inline]
    fn first(_: f64) -> u64 {
        1
    }

    #[inline]
    fn add(state: &mut u64, _: f64) {
        *state += 1;
    }

    fn result(state: u64) -> f64 {
        state as f64
    }
}

pub(super) struct Group;

impl Fold for Group {
    type State = ();

    #[inline]
    fn first(_: f64) {}

    #[inline]
    fn add((): &mut (), _: f64) {}

    fn result((): ()) -> f64 {
        1.0
    }
}

/// Welford's running mean and sum of squared distances.
#[derive(Clone, Copy)]
pub(super) struct Squares {
    count: f64,
    mean: f64,
    sum: f64,
}

pub(super) struct Stdvar;

impl Fold for Stdvar {
    type State = Squares;

    #[inline]
    fn first(value: f64) -> Squares {
        Squares { count: 1.0, mean: value, sum: if value.is_finite() { 0.0 } else { f64::NAN } }
    }

    #[inline]
    fn add(state: &mut Squares, value: f64) {
        state.count += 1.0;
        let delta = value - state.mean;
        state.mean += delta / state.count;
        state.sum += delta * (value - state.mean);
    }

    fn result(state: Squares) -> f64 {
        state.sum / state.count
    }
}

pub(super) struct Stddev;

impl Fold for Stddev {
    type State = Squares;

    #[inline]
    fn first(value: f64) -> Squares {
        Stdvar::first(value)
    }

    #[inline]
    fn add(state: &mut Squares, value: f64) {
        Stdvar::add(state, value);
    }

    fn result(state: Squares) -> f64 {
        Stdvar::result(state).sqrt()
    }
}
