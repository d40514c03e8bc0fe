//! Puts the values of variables into queries, legends, titles and links.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use watchfire_model::format_duration;

use crate::{Choice, Variable};

/// The times that queries may hold: `$__interval`, `$__rate_interval`, `$__range`, `$__from`, `$__to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// The start of the range: milliseconds since the epoch.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// The step of the points, in milliseconds.
    pub step: i64,
    /// The usual distance between samples, in milliseconds; rates need four of them to be sure of two.
    pub scrape_interval: i64,
}

/// What is chosen for a dashboard's variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    bound: BTreeMap<String, Bound>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Bound {
    chosen: Vec<Choice>,
    /// Whether queries may hold several, and so take it as a regular expression.
    several: bool,
    /// Whether all are chosen.
    whole: bool,
    /// What stands for all, where all are chosen.
    all: Option<String>,
}

/// A place in a text where a variable stands.
struct Reference<'a> {
    name: &'a str,
    format: Option<&'a str>,
    /// Where in the text, with its marks.
    whole: std::ops::Range<usize>,
}

impl Values {
    /// Chooses these for a variable.
    pub fn set(&mut self, variable: &Variable, chosen: Vec<Choice>) {
        let several = variable.multi || variable.include_all;
        self.bound.insert(variable.name.clone(), Bound { chosen, several, whole: false, all: None });
    }

    /// Chooses all of `choices` for a variable.
    pub fn set_all(&mut self, variable: &Variable, choices: Vec<Choice>) {
        let all = variable.all_value.clone().filter(|value| !value.is_empty());
        self.bound.insert(variable.name.clone(), Bound { chosen: choices, several: true, whole: true, all });
    }

    /// Chooses one value, for a panel that is repeated, or one that a page names. Where the variable takes one value only, its
    /// queries go on comparing with that as it is.
    pub fn set_one(&mut self, name: &str, choice: Choice) {
        let several = self.bound.get(name).is_none_or(|bound| bound.several);
        self.bound.insert(name.to_owned(), Bound { chosen: vec![choice], several, whole: false, all: None });
    }

    /// What is chosen for a variable.
    pub fn chosen(&self, name: &str) -> Option<&[Choice]> {
        self.bound.get(name).map(|bound| bound.chosen.as_slice())
    }

    /// A query with the values in the place of the variables. Names that are not known stay as they are. Where several
    /// can be chosen they become a regular expression that matches each as it is.
    pub fn in_query(&self, text: &str, clock: &Clock) -> String {
        self.in_query_with_places(text, clock).0
    }

    /// [`Values::in_query`], and the way back from its places.
    pub fn in_query_with_places(&self, text: &str, clock: &Clock) -> (String, Places) {
        replace(text, |reference| {
            time(reference.name, clock).or_else(|| {
                let bound = self.bound.get(reference.name)?;
                Some(match reference.format {
                    Some(format) => bound.formatted(reference.name, format),
                    None => bound.in_promql(),
                })
            })
        })
    }

    /// A text that people read, with the values in the place of the variables.
    pub fn in_text(&self, text: &str, clock: &Clock) -> String {
        replace(text, |reference| {
            time(reference.name, clock).or_else(|| {
                let bound = self.bound.get(reference.name)?;
                Some(match reference.format {
                    Some(format) => bound.formatted(reference.name, format),
                    None => bound.texts(" + "),
                })
            })
        })
        .0
    }

    /// A URL with the values in the place of the variables, percent-encoded, so that none can lead elsewhere; with `:raw` they
    /// stand as they are. Several repeat the parameter that they are the value of, as in `var-host=$host`; elsewhere they are
    /// joined by commas. `time_range` is the `from=...&to=...` that stands for `${__url_time_range}`.
    pub fn in_url(&self, url: &str, clock: &Clock, time_range: &str) -> String {
        replace(url, |reference| match reference.name {
            "__url_time_range" => Some(time_range.to_owned()),
            "__all_variables" => Some(self.as_parameters()),
            name => time(name, clock).or_else(|| {
                let bound = self.bound.get(name)?;
                Some(match reference.format {
                    Some(format @ ("raw" | "percentencode" | "queryparam")) => bound.formatted(name, format),
                    Some(format) => percent_encoded(&bound.formatted(name, format)),
                    None => match parameter(url, &reference.whole) {
                        Some(parameter) => {
                            bound.in_url(&format!("&{parameter}="), parameter.starts_with("var-"))
                        }
                        None => bound.in_url(",", false),
                    },
                })
            }),
        })
        .0
    }

    /// All of them as the URL of a dashboard has them: `var-host=a&var-host=b&var-job=node`.
    fn as_parameters(&self) -> String {
        let given = self.bound.iter().filter(|(_, bound)| bound.whole || !bound.chosen.is_empty());
        given.map(|(name, bound)| bound.as_parameter(name)).collect::<Vec<_>>().join("&")
    }
}

/// The name of the parameter whose whole value stands at `whole` in a URL.
fn parameter<'a>(url: &'a str, whole: &std::ops::Range<usize>) -> Option<&'a str> {
    let before = url[..whole.start].strip_suffix('=')?;
    let name = &before[before.rfind(['?', '&'])? + 1..];
    let ends = url[whole.end..].chars().next().is_none_or(|next| matches!(next, '&' | '#'));
    // A name with a variable in it is not known yet.
    (ends && !name.contains(['=', '$', '[', '#'])).then_some(name)
}

/// Where in a text with variables a place in the text with their values comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// For each variable: where it stands, and where its value does.
    moved: Vec<(std::ops::Range<usize>, std::ops::Range<usize>)>,
}

impl Places {
    /// The bytes of the text with variables that the bytes `start..end` of the text with values come from. Of a value the
    /// whole variable.
    pub fn back(&self, start: usize, end: usize) -> (usize, usize) {
        let back = |at: usize, to_end: bool| {
            let before = self.moved.iter().rev().find(|(_, there)| there.start <= at);
            match before {
                Some((here, there)) if at < there.end => {
                    if to_end {
                        here.end
                    } else {
                        here.start
                    }
                }
                Some((here, there)) => here.end + (at - there.end),
                None => at,
            }
        };
        let first = back(start, false);
        // The end is behind the last byte that is meant.
        let last = if end > start { back(end - 1, true) } else { first };
        let inside = self.moved.iter().any(|(_, there)| there.contains(&end.saturating_sub(1)));
        (first, if end > start && !inside { last + 1 } else { last.max(first) })
    }
}

/// The value of a variable that follows from the time.
fn time(name: &str, clock: &Clock) -> Option<String> {
    let step = clock.step.max(1);
    let range = clock.to.saturating_sub(clock.from).max(0);
    let rate = step.saturating_add(clock.scrape_interval).max(clock.scrape_interval * 4);
    Some(match name {
        "__interval" => format_duration(step),
        "__interval_ms" => step.to_string(),
        "__rate_interval" => format_duration(rate),
        "__rate_interval_ms" => rate.to_string(),
        // Whole seconds, at least one, as a duration has to be.
        "__range" => format!("{}s", (range / 1000).max(1)),
        "__range_s" => (range / 1000).max(1).to_string(),
        "__range_ms" => range.to_string(),
        "__from" => clock.from.to_string(),
        "__to" => clock.to.to_string(),
        _ => return None,
    })
}

/// Whether a value of this variable can be nothing but a part of a string in this query: each place where it stands is within
/// double quotes, in a form that ends no string.
pub fn stays_in_strings(query: &str, name: &str) -> bool {
    let mut inside = None;
    let mut letters = query.char_indices();
    let mut open_at: Vec<bool> = vec![false; query.len() + 1];
    while let Some((at, letter)) = letters.next() {
        open_at[at] = inside == Some('"');
        match (inside, letter) {
            // In raw strings a backslash is one.
            (Some('"' | '\''), '\\') => drop(letters.next().map(|(at, _)| open_at[at] = inside == Some('"'))),
            (Some(open), letter) if open == letter => inside = None,
            (None, '"' | '\'' | '`') => inside = Some(letter),
            _ => {}
        }
    }
    let harmless = |format: Option<&str>| matches!(format, None | Some("percentencode"));
    references(query)
        .filter(|reference| reference.name == name)
        .all(|reference| open_at[reference.whole.start] && harmless(reference.format))
}

/// The names of variables that stand in a text, each once.
pub fn names_in(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for reference in references(text) {
        if !names.contains(&reference.name) {
            names.push(reference.name);
        }
    }
    names
}

impl Bound {
    fn values(&self) -> impl Iterator<Item = &str> {
        self.chosen.iter().map(|choice| choice.value.as_str())
    }

    fn joined(&self, between: &str, one: impl Fn(&str) -> String) -> String {
        self.values().map(one).collect::<Vec<_>>().join(between)
    }

    fn texts(&self, between: &str) -> String {
        // Which they are may not be known, as on a share.
        if self.all.is_some() || (self.whole && self.chosen.is_empty()) {
            return "All".to_owned();
        }
        self.chosen.iter().map(|choice| choice.text.as_str()).collect::<Vec<_>>().join(between)
    }

    /// As the Prometheus data source of Grafana does it: one that is not several stands as it is, with what would end a
    /// string escaped; several are alternatives of a regular expression.
    fn in_promql(&self) -> String {
        if let Some(all) = &self.all {
            return all.clone();
        }
        if !self.several {
            return self.joined(",", in_string);
        }
        let regex = |value: &str| in_string(&escaped(value));
        if self.chosen.len() == 1 {
            self.joined("|", regex)
        } else {
            format!("({})", self.joined("|", regex))
        }
    }

    /// As a URL has it, with this between several. `to_dashboard`: whether a dashboard reads it, which knows the name for all.
    fn in_url(&self, between: &str, to_dashboard: bool) -> String {
        match &self.all {
            _ if self.whole && (to_dashboard || (self.all.is_none() && self.chosen.is_empty())) => {
                percent_encoded(Variable::ALL)
            }
            Some(all) => percent_encoded(all),
            None => self.joined(between, percent_encoded),
        }
    }

    /// As parameters of a dashboard's URL.
    fn as_parameter(&self, name: &str) -> String {
        format!("var-{name}={}", self.in_url(&format!("&var-{name}="), true))
    }

    fn formatted(&self, name: &str, format: &str) -> String {
        if let (Some(all), true) = (&self.all, matches!(format, "regex" | "raw" | "pipe" | "glob")) {
            return all.clone();
        }
        match format {
            "raw" | "csv" => self.joined(",", str::to_owned),
            "pipe" => self.joined("|", str::to_owned),
            "regex" if self.chosen.len() == 1 => self.joined("|", escaped),
            "regex" => format!("({})", self.joined("|", escaped)),
            "glob" if self.chosen.len() == 1 => self.joined(",", str::to_owned),
            "glob" => format!("{{{}}}", self.joined(",", str::to_owned)),
            "text" => self.texts(" + "),
            "json" => {
                let quoted = self.joined(",", quoted);
                if self.chosen.len() == 1 { quoted } else { format!("[{quoted}]") }
            }
            "doublequote" => self.joined(",", quoted),
            "singlequote" => self.joined(",", |value| format!("'{}'", value.replace('\'', "\\'"))),
            "percentencode" => percent_encoded(&self.joined(",", str::to_owned)),
            "queryparam" => self.as_parameter(name),
            _ => self.in_promql(),
        }
    }
}

/// A regular expression that matches just this text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for letter in text.chars() {
        if "\\.+*?()|[]{}^$".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A text for the inside of a PromQL string in double quotes.
fn in_string(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", in_string(text))
}

fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn replace(text: &str, mut with: impl FnMut(&Reference<'_>) -> Option<String>) -> (String, Places) {
    let mut places = Places::default();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for reference in references(text) {
        if let Some(value) = with(&reference) {
            out.push_str(&text[done..reference.whole.start]);
            let start = out.len();
            out.push_str(&value);
            done = reference.whole.end;
            places.moved.push((reference.whole, start..out.len()));
        }
    }
    out.push_str(&text[done..]);
    (out, places)
}

/// `$name`, `${name}`, `${name:format}` and `[[name]]`, from left to right.
fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.find(['$', '['])?;
            let rest = &text[start..];
            let found =
                bracketed(rest, "${", "}").or_else(|| bracketed(rest, "[[", "]]")).or_else(|| bare(rest));
            match found {
                Some((name, format, length)) => {
                    at = start + length;
                    return Some(Reference { name, format, whole: start..at });
                }
                None => at = start + 1,
            }
        }
    })
}

type Found<'a> = (&'a str, Option<&'a str>, usize);

fn bracketed<'a>(text: &'a str, open: &str, close: &str) -> Option<Found<'a>> {
    let rest = text.strip_prefix(open)?;
    let inside = &rest[..rest.find(close)?];
    let (name, format) = match inside.split_once(':') {
        Some((name, format)) => (name, Some(format)),
        None => (inside, None),
    };
    // `${name.field}` of Grafana stands for the value as well.
    let name = name.split('.').next().unwrap_or(name);
    Variable::is_name(name).then_some((name, format, open.len() + inside.len() + close.len()))
}

fn bare(text: &str) -> Option<Found<'_>> {
    let rest = text.strip_prefix('$')?;
    let end =
        rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
    Variable::is_name(&rest[..end]).then_some((&rest[..end], None, end + 1))
}

#[cfg(test)]
mod tests;
