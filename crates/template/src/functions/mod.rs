//! The functions of templates.

mod arguments;
mod builtin;
mod collections;
mod escape;
mod humanize;
mod index;
mod link;
mod query;
mod regexp;
mod text;
mod time;

use std::fmt;

use crate::error::Stop;
use crate::exec::Exec;
use crate::value::Value;

pub(crate) use escape::{escape_html, replace, urlquery};

/// Whose functions templates use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Of Prometheus' rules
    /// (<https://prometheus.io/docs/prometheus/latest/configuration/template_reference/>).
    Rules,
    /// Of Alertmanager's notifications (<https://prometheus.io/docs/alerting/latest/notifications/>).
    Notifications,
}

/// A function of templates.
pub struct Function {
    /// What it is called by.
    pub name: &'static str,
    /// The least and the most arguments.
    count: (usize, usize),
    /// Whose it is; without one everybody's.
    dialect: Option<Dialect>,
    pub(crate) kind: Kind,
}

/// How a function is called.
pub(crate) enum Kind {
    /// With all arguments.
    Call(Body),
    /// With as many as it takes to see a false one.
    And,
    /// With as many as it takes to see a true one.
    Or,
}

type Body = fn(&mut Exec<'_>, &[Value]) -> Result<Value, Stop>;

/// As many arguments as one likes.
const ANY: usize = usize::MAX;

impl Function {
    /// A function that everybody has.
    const fn of_all(name: &'static str, least: usize, most: usize, body: Body) -> Self {
        Self { name, count: (least, most), dialect: None, kind: Kind::Call(body) }
    }

    /// A function of rules.
    const fn of_rules(name: &'static str, least: usize, most: usize, body: Body) -> Self {
        Self { name, count: (least, most), dialect: Some(Dialect::Rules), kind: Kind::Call(body) }
    }

    /// A function of notifications.
    const fn of_notifications(name: &'static str, least: usize, most: usize, body: Body) -> Self {
        Self { name, count: (least, most), dialect: Some(Dialect::Notifications), kind: Kind::Call(body) }
    }

    /// The function of a name, or why there is none and what to write.
    pub(crate) fn named(name: &str, dialect: Dialect) -> Result<&'static Self, String> {
        if let Some(function) = all(dialect).find(|function| function.name == name) {
            return Ok(function);
        }
        let other = match dialect {
            Dialect::Rules => Dialect::Notifications,
            Dialect::Notifications => Dialect::Rules,
        };
        if all(other).any(|function| function.name == name) {
            let (whose, not) = match other {
                Dialect::Rules => ("Prometheus' rules", "notifications"),
                Dialect::Notifications => ("Alertmanager's notifications", "rules"),
            };
            return Err(format!(
                "the function `{name}` is one of templates of {whose}, which those of {not} don't have"
            ));
        }
        let near =
            all(dialect).map(|function| (strsim::levenshtein(function.name, name), function.name)).min();
        let hint = match near {
            Some((distance, near)) if distance <= 2 && distance * 2 < name.len() => {
                format!("did you mean `{near}`?")
            }
            _ => "a field starts with a dot, a variable with `$`, and a text stands in quotes".into(),
        };
        Err(format!("there is no function `{name}`; {hint}"))
    }

    /// Whether it takes so many arguments.
    pub(crate) fn check_count(&self, count: usize) -> Result<(), Stop> {
        let (least, most) = self.count;
        if (least..=most).contains(&count) {
            return Ok(());
        }
        let wanted = match () {
            () if most == ANY => format!("{least} or more arguments"),
            () if least == most && most == 1 => "one argument".into(),
            () if least == most => format!("{least} arguments"),
            () => format!("{least} to {most} arguments"),
        };
        Err(Stop::fault(format!("{} takes {wanted}, but has {count}", self.name)))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The functions of a dialect.
fn all(dialect: Dialect) -> impl Iterator<Item = &'static Function> {
    [
        builtin::FUNCTIONS,
        collections::FUNCTIONS,
        escape::FUNCTIONS,
        humanize::FUNCTIONS,
        index::FUNCTIONS,
        link::FUNCTIONS,
        query::FUNCTIONS,
        regexp::FUNCTIONS,
        text::FUNCTIONS,
        time::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
    .filter(move |function| function.dialect.is_none_or(|own| own == dialect))
}

/// The names of a dialect's functions, for completion and documentation.
pub fn function_names(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    all(dialect).map(|function| function.name)
}
