//! How far a template may go.

use std::fmt;

use crate::error::{Limit, Stop};

/// How far one execution may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of the output, and of each string made on the way.
    pub output_bytes: usize,
    /// The most steps: actions, operands, calls of functions, rounds of loops; functions that look at long values
    /// count for each 64 bytes or 8 elements.
    pub steps: u64,
    /// The most templates that call each other, the first one included.
    pub template_depth: usize,
}

impl Default for Limits {
    /// 1 MiB, a million steps, 50 templates deep.
    fn default() -> Self {
        Self { output_bytes: 1 << 20, steps: 1_000_000, template_depth: 50 }
    }
}

/// Blocks, parentheses and calls inside each other, all together: what the stack of a thread with 2 MiB carries
/// without optimisation.
pub(crate) const MOST_NESTED: usize = 200;

/// Lists and maps inside each other, in what templates make.
pub(crate) const MOST_NESTED_VALUES: u16 = 64;

/// Counts what an execution does.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Limits,
    steps: u64,
    nested: usize,
    templates: usize,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, steps: 0, nested: 0, templates: 0 }
    }

    /// The most bytes of a text.
    pub(crate) fn output_bytes(&self) -> usize {
        self.limits.output_bytes
    }

    /// An empty text with the limit of all texts.
    pub(crate) fn text(&self) -> Bounded {
        Bounded::new(self.limits.output_bytes)
    }

    /// Counts so many steps.
    pub(crate) fn steps(&mut self, count: usize) -> Result<(), Stop> {
        self.steps = self.steps.saturating_add(count as u64);
        if self.steps > self.limits.steps {
            let message = format!(
                "the template takes more than {} steps; loop over less, or raise the limit",
                self.limits.steps
            );
            return Err(Stop::Limit(Limit::Steps, message));
        }
        Ok(())
    }

    /// Counts a look at so many bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Result<(), Stop> {
        self.steps(count / 64)
    }

    /// Goes one deeper; [`Self::leave`] comes back.
    pub(crate) fn enter(&mut self) -> Result<(), Stop> {
        if self.nested == MOST_NESTED {
            let message = format!(
                "blocks, parentheses and calls of templates are nested more than {MOST_NESTED} deep; \
                 does a template call itself without an end?"
            );
            return Err(Stop::Limit(Limit::Nesting, message));
        }
        self.nested += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.nested -= 1;
    }

    /// Goes into a template; [`Self::leave_template`] comes back.
    pub(crate) fn enter_template(&mut self) -> Result<(), Stop> {
        if self.templates == self.limits.template_depth {
            let message = format!(
                "templates call each other more than {} deep; does one call itself without an end?",
                self.limits.template_depth
            );
            return Err(Stop::Limit(Limit::TemplateDepth, message));
        }
        self.templates += 1;
        self.enter()
    }

    pub(crate) fn leave_template(&mut self) {
        self.templates -= 1;
        self.leave();
    }
}

/// A text that refuses to grow beyond its limit.
#[derive(Debug)]
pub(crate) struct Bounded {
    text: String,
    limit: usize,
}

impl Bounded {
    pub(crate) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// The most bytes that it takes.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// What is there so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Adds text.
    pub(crate) fn push(&mut self, text: &str) -> fmt::Result {
        if text.len() > self.limit - self.text.len() {
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text)
    }
}
