//! What an evaluation has taken so far, and where it must stop.

use std::cell::Cell;
use std::rc::Rc;

use crate::answer::{EvalError, Limits, Stop};

/// How much work lies between two looks at whether to stop, in samples.
const BETWEEN_LOOKS: usize = 4096;

/// Counts work and asks now and then whether to go on.
pub(crate) struct Meter<'a> {
    stop: &'a dyn Fn() -> Option<Stop>,
    until_look: Cell<usize>,
    read: Cell<u64>,
    pub(crate) budget: Rc<Budget>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(limits: &Limits, stop: &'a dyn Fn() -> Option<Stop>) -> Self {
        let budget = Rc::new(Budget { held: Cell::new(0), most: limits.max_samples });
        Self { stop, until_look: Cell::new(0), read: Cell::new(0), budget }
    }

    /// Notes that `samples` were read at once.
    pub(crate) fn read(&self, samples: usize) -> Result<(), EvalError> {
        self.read.set(self.read.get() + samples as u64);
        self.budget.check(samples)?;
        self.work(samples)
    }

    /// Notes work on so many numbers.
    #[inline]
    pub(crate) fn work(&self, samples: usize) -> Result<(), EvalError> {
        // A series without samples is work, too.
        let samples = samples.max(1);
        match self.until_look.get().checked_sub(samples) {
            Some(left) => {
                self.until_look.set(left);
                Ok(())
            }
            None => self.look(),
        }
    }

    #[cold]
    fn look(&self) -> Result<(), EvalError> {
        self.until_look.set(BETWEEN_LOOKS);
        match (self.stop)() {
            None => Ok(()),
            Some(Stop::Timeout) => Err(EvalError::Timeout("expression evaluation")),
            Some(Stop::Canceled) => Err(EvalError::Canceled("expression evaluation")),
        }
    }

    /// How many samples were read so far.
    pub(crate) fn samples(&self) -> u64 {
        self.read.get()
    }
}

/// How many samples are in memory, and how many may be.
#[derive(Debug)]
pub(crate) struct Budget {
    held: Cell<usize>,
    most: usize,
}

impl Budget {
    /// Whether so many more samples may be held for a moment.
    pub(crate) fn check(&self, more: usize) -> Result<(), EvalError> {
        if self.held.get().saturating_add(more) > self.most {
            return Err(EvalError::TooManySamples("query execution"));
        }
        Ok(())
    }
}

/// Samples that count as held until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    budget: Rc<Budget>,
    samples: usize,
}

impl Held {
    pub(crate) fn nothing(budget: &Rc<Budget>) -> Self {
        Self { budget: Rc::clone(budget), samples: 0 }
    }

    /// What it counts against.
    pub(crate) fn budget(&self) -> Rc<Budget> {
        Rc::clone(&self.budget)
    }

    /// Holds so many more.
    pub(crate) fn add(&mut self, samples: usize) -> Result<(), EvalError> {
        self.budget.check(samples)?;
        self.samples += samples;
        self.budget.held.set(self.budget.held.get() + samples);
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.held.set(self.budget.held.get() - self.samples);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_not_held() {
        let limits = Limits { max_samples: 10, max_series: 1 };
        let meter = Meter::new(&limits, &|| None);
        let mut first = Held::nothing(&meter.budget);
        first.add(8).unwrap();
        assert_eq!(meter.read(3), Err(EvalError::TooManySamples("query execution")));
        drop(first);
        assert_eq!(meter.read(3), Ok(()));
    }

    #[test]
    fn asks_now_and_then() {
        let asked = Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            (asked.get() == 3).then_some(Stop::Canceled)
        };
        let meter = Meter::new(&Limits { max_samples: usize::MAX, max_series: 1 }, &stop);
        let results: Vec<_> = (0..30).map(|_| meter.work(1000)).take_while(Result::is_ok).collect();
        assert!((8..=11).contains(&results.len()), "{}", results.len());
        assert_eq!(meter.work(10_000), Ok(()), "the stop itself is for the caller to heed");
    }
}
