use std::fmt;

use watchfire_promql::parse;

use crate::{Group, Kind, Rule};

/// What is wrong with a rule or a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The line, from 1; 0 where there is none.
    pub line: u32,
    /// What it is about: `group "a", rule 2, "Down"`.
    pub place: String,
    /// The field: `expr`, `labels.severity`.
    pub field: String,
    /// What is wrong, and how to mend it.
    pub message: String,
    /// Of a query: the first character that is wrong, and the one after the last, counted in bytes.
    pub span: Option<(u32, u32)>,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        for part in [&self.place, &self.field] {
            if !part.is_empty() {
                write!(f, "{part}: ")?;
            }
        }
        f.write_str(&self.message)
    }
}

/// All that is wrong with a file; at least one flaw.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Flaw::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Flaws(pub Vec<Flaw>);

impl Group {
    /// What is wrong with the group and its rules; nothing where all is well.
    pub fn check(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let place = format!("group {:?}", self.name);
        if self.name.trim().is_empty() {
            flaws.push(flaw(0, "group", "name", "a group needs a name"));
        }
        for name in self.labels.keys() {
            label(name, 0, &place, &mut flaws);
        }
        for rule in &self.rules {
            let place = format!("group {:?}, {:?}", self.name, rule.name);
            rule.check(&place, &mut flaws);
        }
        flaws
    }
}

impl Rule {
    /// Adds what is wrong with the rule, which stands at `place`.
    pub fn check(&self, place: &str, flaws: &mut Vec<Flaw>) {
        let mut add = |field: &str, message: String, span| {
            flaws.push(Flaw {
                line: self.line,
                place: place.to_owned(),
                field: field.to_owned(),
                message,
                span,
            });
        };
        if self.expr.trim().is_empty() {
            add("expr", "a rule needs a query".to_owned(), None);
        } else if let Err(error) = parse(&self.expr) {
            add("expr", error.to_string(), Some((error.span.start, error.span.end)));
        }
        match &self.kind {
            Kind::Recording => {
                if self.name.is_empty() || self.name.contains(['{', '}']) {
                    add("record", format!("{:?} is no name of a metric", self.name), None);
                }
            }
            Kind::Alerting { hold, keep_firing, .. } => {
                if self.name.trim().is_empty() {
                    add("alert", "an alert needs a name".to_owned(), None);
                }
                for (field, length) in [("for", hold), ("keep_firing_for", keep_firing)] {
                    if *length < 0 {
                        add(field, "a time must not be negative".to_owned(), None);
                    }
                }
            }
        }
        for name in self.labels.keys() {
            label(name, self.line, place, flaws);
        }
        if let Kind::Alerting { annotations, .. } = &self.kind
            && annotations.contains_key("")
        {
            flaws.push(flaw(self.line, place, "annotations", "an annotation needs a name"));
        }
    }
}

fn label(name: &str, line: u32, place: &str, flaws: &mut Vec<Flaw>) {
    let field = format!("labels.{name}");
    if name == "__name__" {
        flaws.push(flaw(line, place, &field, "the name of the metric cannot be set by a label; use record"));
    } else if name.is_empty() {
        flaws.push(flaw(line, place, "labels", "a label needs a name"));
    }
}

pub(crate) fn flaw(line: u32, place: &str, field: &str, message: &str) -> Flaw {
    Flaw { line, place: place.to_owned(), field: field.to_owned(), message: message.to_owned(), span: None }
}
