//! Templates that know each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::Template;
use crate::env::Env;
use crate::error::{Position, Stop, TemplateError};
use crate::exec::Exec;
use crate::functions::Dialect;
use crate::parser::parse;
use crate::value::Value;

/// How text is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Not at all.
    Text,
    /// By where in HTML it stands, for e-mails. Known places are text, `<title>` and `<textarea>`, names and values of
    /// attributes in quotes and without, URLs in attributes such as `href` and `src`, and plain values of CSS. There the
    /// text is the same as of Go's `html/template`. In scripts, attributes of events, `srcset`, and quotes and `url()` of
    /// CSS a value is an error. What `safeHtml` and `safeUrl` return stays as it is where it is at home.
    Html,
}

/// Templates that know each other, by their names: what the files under `templates:` of Alertmanager's configuration
/// define. Copies share the templates.
#[derive(Clone, Debug)]
pub struct Set {
    dialect: Dialect,
    templates: BTreeMap<Arc<str>, Arc<Template>>,
}

impl Set {
    /// An empty set, whose templates use the functions of a dialect.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, templates: BTreeMap::new() }
    }

    /// Adds a text under a name, and what it defines. What is there already is replaced, but not by what says nothing.
    /// If it fails, nothing is added.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), TemplateError> {
        for template in parse(&name.into(), text, self.dialect, &[])? {
            if !template.is_blank() || !self.templates.contains_key(&template.name) {
                self.templates.insert(Arc::clone(&template.name), Arc::new(template));
            }
        }
        Ok(())
    }

    /// A template by its name.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.templates.get(name).map(|template| &**template)
    }

    /// The names of all templates, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.templates.keys().map(|name| &**name)
    }

    /// What a template of the set says about data.
    pub fn execute(
        &self,
        name: &str,
        data: &Value,
        env: &Env<'_>,
        mode: Mode,
    ) -> Result<String, TemplateError> {
        let scope = Scope { own: &[], set: Some(self) };
        let start = Position { line: 1, column: 1 };
        let template = scope.find(name).ok_or_else(|| scope.unknown(name).placed(&name.into(), start))?;
        let exec = Exec::new(scope, env, self.dialect, mode == Mode::Html);
        exec.run(template, data, Vec::new()).map_err(|stop| stop.placed(&template.name, start))
    }

    /// Reads a text that may use the templates of the set, such as a field of a receiver.
    pub fn parse(&self, text: &str) -> Result<Text, TemplateError> {
        Text::parse(text, self.dialect, &[])
    }

    /// What a text says about data, which may use the templates of the set.
    pub fn expand(
        &self,
        text: &str,
        data: &Value,
        env: &Env<'_>,
        mode: Mode,
    ) -> Result<String, TemplateError> {
        self.parse(text)?.execute(Some(self), data, Vec::new(), env, mode)
    }
}

/// A text that was read, with what it defines for itself.
#[derive(Clone, Debug)]
pub struct Text {
    dialect: Dialect,
    /// First the text itself.
    templates: Vec<Template>,
}

impl Text {
    pub(crate) fn parse(text: &str, dialect: Dialect, given: &[&str]) -> Result<Self, TemplateError> {
        Ok(Self { dialect, templates: parse(&Arc::default(), text, dialect, given)? })
    }

    /// The text as a tree.
    pub fn template(&self) -> &Template {
        // There is always one: the text itself.
        &self.templates[0]
    }

    /// What it defines for itself.
    pub fn definitions(&self) -> &[Template] {
        &self.templates[1..]
    }

    /// What it says about data, with the templates of a set.
    pub fn expand(
        &self,
        set: &Set,
        data: &Value,
        env: &Env<'_>,
        mode: Mode,
    ) -> Result<String, TemplateError> {
        self.execute(Some(set), data, Vec::new(), env, mode)
    }

    pub(crate) fn execute(
        &self,
        set: Option<&Set>,
        data: &Value,
        given: Vec<(Arc<str>, Value)>,
        env: &Env<'_>,
        mode: Mode,
    ) -> Result<String, TemplateError> {
        let scope = Scope { own: self.definitions(), set };
        let exec = Exec::new(scope, env, self.dialect, mode == Mode::Html);
        let template = self.template();
        let start = Position { line: 1, column: 1 };
        exec.run(template, data, given).map_err(|stop| stop.placed(&template.name, start))
    }
}

/// Where an execution finds templates.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    /// First here, unless one is blank.
    own: &'e [Template],
    set: Option<&'e Set>,
}

impl<'e> Scope<'e> {
    pub(crate) fn find(&self, name: &str) -> Option<&'e Template> {
        let own = self.own.iter().find(|template| *template.name == *name);
        let other = self.set.and_then(|set| set.get(name));
        match (own, other) {
            (Some(own), Some(other)) if own.is_blank() => Some(other),
            (own, other) => own.or(other),
        }
    }

    /// That there is no template of a name.
    pub(crate) fn unknown(&self, name: &str) -> Stop {
        let own = self.own.iter().map(|template| &*template.name);
        let all = own.chain(self.set.into_iter().flat_map(Set::names));
        let near = all.map(|known| (strsim::levenshtein(known, name), known)).min();
        let hint = match near {
            Some((distance, known)) if distance <= 3 => format!("did you mean {known:?}?"),
            _ => format!("define it by `{{{{ define {name:?} }}}}`"),
        };
        Stop::fault(format!("there is no template {name:?}; {hint}"))
    }
}
