//! Regular expressions in Go's syntax (<https://github.com/google/re2/wiki/Syntax>).

use std::fmt::Write as _;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::Function;
use super::arguments::text;
use crate::error::Stop;
use crate::exec::Exec;
use crate::limits::Bounded;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_all("match", 2, 2, |exec, arguments| {
        let searched = text(arguments, 1)?;
        let pattern = compiled(exec, text(arguments, 0)?)?;
        exec.meter.bytes(searched.len())?;
        Ok(Value::Bool(pattern.is_match(searched)))
    }),
    Function::of_all("reReplaceAll", 3, 3, |exec, arguments| {
        let pattern = compiled(exec, text(arguments, 0)?)?;
        replace_all(exec, &pattern, text(arguments, 1)?, text(arguments, 2)?)
    }),
];

/// The most bytes of a compiled pattern.
const MOST_BYTES: usize = 1 << 21;

fn compiled(exec: &mut Exec<'_>, pattern: &Arc<str>) -> Result<Regex, Stop> {
    if let Some(known) = exec.patterns.get(pattern) {
        return Ok(known.clone());
    }
    // To compile takes about as long as a thousand steps.
    exec.meter.steps(1000 + pattern.len())?;
    let compiled =
        RegexBuilder::new(&translated(pattern)).size_limit(MOST_BYTES).build().map_err(|error| {
            let reason = error.to_string();
            // The error draws lines; the last one has the reason.
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Stop::fault(format!("the regular expression {pattern:?} can't be read: {reason}"))
        })?;
    exec.patterns.insert(Arc::clone(pattern), compiled.clone());
    Ok(compiled)
}

/// A pattern of Go's syntax in the syntax of the crate `regex`, which has other rules for classes and braces.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut class = false;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => rest = escape(&mut out, rest, class),
            '[' if !class => {
                class = true;
                out.push('[');
                // A bracket right behind the start closes nothing.
                for start in ["^", "]"] {
                    if let Some(after) = rest.strip_prefix(start) {
                        out.push_str(if start == "]" { "\\]" } else { start });
                        rest = after;
                    }
                }
            }
            '[' => {
                let name =
                    rest.strip_prefix(':').and_then(|rest| rest.split_once(":]")).map(|(name, _)| name);
                if let Some(name) = name {
                    let _ = write!(out, "[:{name}:]");
                    rest = &rest[name.len() + 3..];
                } else {
                    out.push_str("\\[");
                }
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            '&' | '~' if class => {
                out.push('\\');
                out.push(c);
            }
            '{' if !class && !is_repetition(rest) => out.push_str("\\{"),
            _ => out.push(c),
        }
    }
    out
}

/// An escape behind its backslash; returns what follows. Go's classes are of ASCII.
fn escape<'a>(out: &mut String, rest: &'a str, class: bool) -> &'a str {
    let Some(c) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let after = &rest[c.len_utf8()..];
    let (inside, outside) = match c {
        'd' => ("0-9", "[0-9]"),
        'D' => ("[^0-9]", "[^0-9]"),
        's' => ("\\t\\n\\f\\r ", "[\\t\\n\\f\\r ]"),
        'S' => ("[^\\t\\n\\f\\r ]", "[^\\t\\n\\f\\r ]"),
        'w' => ("0-9A-Za-z_", "[0-9A-Za-z_]"),
        'W' => ("[^0-9A-Za-z_]", "[^0-9A-Za-z_]"),
        'b' if !class => ("", "(?-u:\\b)"),
        'Q' if !class => {
            let (literal, after) = after.split_once("\\E").unwrap_or((after, ""));
            out.push_str(&regex::escape(literal));
            return after;
        }
        // Here these are boundaries of words.
        '<' | '>' => {
            out.push(c);
            return after;
        }
        'p' | 'P' | 'x' if after.starts_with('{') => {
            let end = after.find('}').map_or(after.len(), |at| at + 1);
            let _ = write!(out, "\\{c}{}", &after[..end]);
            return &after[end..];
        }
        _ => {
            out.push('\\');
            out.push(c);
            return after;
        }
    };
    out.push_str(if class { inside } else { outside });
    match after.strip_prefix('-') {
        // A dash behind a class starts no range.
        Some(after) if class && !inside.is_empty() => {
            out.push_str("\\-");
            after
        }
        _ => after,
    }
}

/// Whether a brace starts a number of repetitions; else it stands for itself.
fn is_repetition(rest: &str) -> bool {
    let Some((inner, _)) = rest.split_once('}') else { return false };
    let (least, most) = inner.split_once(',').unwrap_or((inner, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

fn replace_all(exec: &mut Exec<'_>, pattern: &Regex, with: &str, searched: &str) -> Result<Value, Stop> {
    exec.meter.bytes(searched.len())?;
    let mut out = exec.meter.text();
    let mut end = 0;
    for found in pattern.captures_iter(searched) {
        exec.meter.steps(1)?;
        exec.meter.bytes(with.len())?;
        // The whole match is always there.
        let Some(whole) = found.get(0) else { continue };
        out.push(&searched[end..whole.start()])?;
        expand(&mut out, with, &found)?;
        end = whole.end();
    }
    out.push(&searched[end..])?;
    Ok(out.finish().into())
}

/// Writes a replacement: `$1`, `${1}`, `$name`, `${name}` are what groups matched, `$$` is a dollar.
fn expand(out: &mut Bounded, replacement: &str, found: &Captures<'_>) -> std::fmt::Result {
    let is_name = |c: char| c == '_' || c.is_alphanumeric();
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        out.push(&rest[..at])?;
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push("$")?;
            rest = after;
            continue;
        }
        let (name, after) = match rest.strip_prefix('{') {
            Some(braced) => braced.split_once('}').unwrap_or(("", rest)),
            None => rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len())),
        };
        if name.is_empty() || !name.chars().all(is_name) {
            out.push("$")?;
            continue;
        }
        rest = after;
        let group = match name.parse::<usize>() {
            Ok(number) => found.get(number),
            Err(_) => found.name(name),
        };
        out.push(group.map_or("", |group| group.as_str()))?;
    }
    out.push(rest)
}
