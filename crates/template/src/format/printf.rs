//! `printf`: a text with directives for values.

use std::fmt::Write as _;

use super::directive::Spec;
use super::value::Place;
use super::{check_depth, value};
use crate::error::Stop;
use crate::limits::Bounded;
use crate::value::Value;

/// The largest width and precision.
const MOST: usize = 1_000_000;

/// Writes a format with its values. What does not fit is told in the text, as Go does.
pub(crate) fn printf(out: &mut Bounded, format: &str, values: &[Value]) -> Result<(), Stop> {
    for value in values {
        check_depth(value)?;
    }
    let mut reading = Reading { rest: format, values, next: 0, reordered: false, bad_index: false };
    while let Some(at) = reading.rest.find('%') {
        out.push(&reading.rest[..at])?;
        reading.rest = &reading.rest[at + 1..];
        reading.directive(out)?;
    }
    out.push(reading.rest)?;
    reading.rest(out)
}

struct Reading<'a> {
    rest: &'a str,
    values: &'a [Value],
    /// The value of the next directive.
    next: usize,
    /// Whether a directive has chosen its value by number: then it is no matter that some are left.
    reordered: bool,
    bad_index: bool,
}

impl Reading<'_> {
    /// A directive behind its `%`.
    fn directive(&mut self, out: &mut Bounded) -> Result<(), Stop> {
        let mut spec = Spec::plain();
        self.flags(&mut spec);
        self.bad_index = false;
        let mut chosen = self.index();
        if self.rest.starts_with('*') {
            self.rest = &self.rest[1..];
            match self.star() {
                Some(width) => {
                    spec.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        (spec.minus, spec.zero) = (true, false);
                    }
                }
                None => out.push("%!(BADWIDTH)")?,
            }
            chosen = false;
        } else {
            spec.width = self.number();
            if chosen && spec.width.is_some() {
                self.bad_index = true;
            }
        }
        if let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            if chosen {
                self.bad_index = true;
            }
            chosen = self.index();
            if self.rest.starts_with('*') {
                self.rest = &self.rest[1..];
                spec.precision = self.star().and_then(|precision| usize::try_from(precision).ok());
                if spec.precision.is_none() {
                    out.push("%!(BADPREC)")?;
                }
                chosen = false;
            } else {
                spec.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !chosen {
            self.index();
        }
        let Some(verb) = self.rest.chars().next() else {
            out.push("%!(NOVERB)")?;
            return Ok(());
        };
        self.rest = &self.rest[verb.len_utf8()..];
        spec.verb = verb;
        self.write(out, spec)
    }

    fn write(&mut self, out: &mut Bounded, mut spec: Spec) -> Result<(), Stop> {
        let verb = spec.verb;
        if verb == '%' {
            out.push("%")?;
            return Ok(());
        }
        if self.bad_index {
            write!(out, "%!{verb}(BADINDEX)")?;
            return Ok(());
        }
        let Some(value) = self.values.get(self.next) else {
            write!(out, "%!{verb}(MISSING)")?;
            return Ok(());
        };
        self.next += 1;
        if verb == 'v' {
            // These flags mean something else for this verb.
            (spec.names, spec.plus) = (spec.plus, false);
            (spec.source, spec.sharp) = (spec.sharp, false);
        }
        match verb {
            'T' if matches!(value, Value::Nil) => spec.pad(out, "<nil>")?,
            'T' => {
                value::write(out, &value.type_name().into(), &Spec { verb: 's', ..spec }, Place::Argument)?;
            }
            _ => value::write(out, value, &spec, Place::Argument)?,
        }
        Ok(())
    }

    fn flags(&mut self, spec: &mut Spec) {
        while let Some(flag) = self.rest.chars().next() {
            match flag {
                '+' => spec.plus = true,
                '-' => spec.minus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                _ => break,
            }
            self.rest = &self.rest[1..];
        }
        // Zeros stand on the left only.
        spec.zero &= !spec.minus;
    }

    /// Digits; `None` where there are none, or too large a number.
    fn number(&mut self) -> Option<usize> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits.parse().ok().filter(|number| *number <= MOST)
    }

    /// The number of a value in brackets, which is then the next one.
    fn index(&mut self) -> bool {
        let Some(rest) = self.rest.strip_prefix('[') else { return false };
        self.reordered = true;
        let Some((digits, after)) = rest.split_once(']') else {
            self.bad_index = true;
            self.rest = rest;
            return false;
        };
        self.rest = after;
        match digits.parse::<usize>() {
            Ok(number) if (1..=self.values.len()).contains(&number) => {
                self.next = number - 1;
                true
            }
            _ => {
                self.bad_index = true;
                false
            }
        }
    }

    /// A width or precision from the next value.
    fn star(&mut self) -> Option<i64> {
        let value = self.values.get(self.next);
        self.next += usize::from(value.is_some());
        match value {
            Some(Value::Int(number)) if number.unsigned_abs() <= MOST as u64 => Some(*number),
            _ => None,
        }
    }

    /// Tells of values that no directive has used.
    fn rest(&self, out: &mut Bounded) -> Result<(), Stop> {
        if self.reordered || self.next >= self.values.len() {
            return Ok(());
        }
        out.push("%!(EXTRA ")?;
        for (at, value) in self.values[self.next..].iter().enumerate() {
            if at > 0 {
                out.push(", ")?;
            }
            match value {
                Value::Nil => out.push("<nil>")?,
                value => {
                    write!(out, "{}=", value.type_name())?;
                    value::write(out, value, &Spec::plain(), Place::Argument)?;
                }
            }
        }
        out.push(")")?;
        Ok(())
    }
}
