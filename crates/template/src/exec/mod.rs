//! Execution: a walk over the tree.

mod field;
mod output;
mod pipeline;
mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

use crate::ast::Template;
use crate::env::Env;
use crate::error::{Position, Stop};
use crate::functions::Dialect;
use crate::limits::{Bounded, Meter};
use crate::set::Scope;
use crate::value::{Safe, Value};

pub(crate) use output::Output;

/// One execution.
pub(crate) struct Exec<'e> {
    scope: Scope<'e>,
    pub(crate) env: &'e Env<'e>,
    pub(crate) dialect: Dialect,
    pub(crate) meter: Meter,
    /// Patterns that were compiled.
    pub(crate) patterns: HashMap<Arc<str>, Regex>,
    out: Output,
    variables: Vec<(Arc<str>, Value)>,
    /// The template that is walked through, for places of errors.
    template: Arc<str>,
    /// The command that was looked at last, for errors of what has no place of its own.
    position: Position,
}

impl<'e> Exec<'e> {
    pub(crate) fn new(scope: Scope<'e>, env: &'e Env<'e>, dialect: Dialect, html: bool) -> Self {
        let out = Bounded::new(env.limits.output_bytes);
        Self {
            scope,
            env,
            dialect,
            meter: Meter::new(env.limits),
            patterns: HashMap::new(),
            out: Output::new(out, html),
            variables: Vec::new(),
            template: Arc::default(),
            position: Position { line: 1, column: 1 },
        }
    }

    /// Says a template with a dot, and with variables beside `$`.
    pub(crate) fn run(
        mut self,
        template: &'e Template,
        data: &Value,
        given: Vec<(Arc<str>, Value)>,
    ) -> Result<String, Stop> {
        self.say(template, data, given)?;
        Ok(self.out.finish())
    }

    /// Says a template of a name on its own and returns its text, which is safe as HTML in HTML.
    pub(crate) fn said(&mut self, name: &str, data: &Value) -> Result<Value, Stop> {
        let template = self.scope.find(name).ok_or_else(|| self.scope.unknown(name))?;
        let fresh = self.out.fresh(self.meter.output_bytes());
        let is_html = fresh.is_html();
        let outside = std::mem::replace(&mut self.out, fresh);
        self.say(template, data, Vec::new())?;
        let said = std::mem::replace(&mut self.out, outside).finish();
        Ok(if is_html { Value::Safe(Safe::Html, said.into()) } else { said.into() })
    }

    fn say(
        &mut self,
        template: &'e Template,
        data: &Value,
        given: Vec<(Arc<str>, Value)>,
    ) -> Result<(), Stop> {
        self.meter.enter_template()?;
        let mut variables = vec![("$".into(), data.clone())];
        variables.extend(given);
        let outside = std::mem::replace(&mut self.variables, variables);
        let outer = std::mem::replace(&mut self.template, Arc::clone(&template.name));
        self.body(&template.body, data).map_err(|stop| stop.at(&self.template, self.position))?;
        self.template = outer;
        self.variables = outside;
        self.meter.leave_template();
        Ok(())
    }
}
