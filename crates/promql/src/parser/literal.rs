//! The values of numbers and durations.

use super::{Parser, Result};
use crate::ast::Span;
use crate::lexer::TokenKind;
use crate::print::quote::Quoted;

impl Parser<'_> {
    /// Takes a number, or a duration as a number of seconds; the caller saw that it is one of both.
    pub(super) fn number(&mut self) -> Result<(f64, Span)> {
        let token = self.take();
        let text = self.written(token);
        let value = if token.kind == TokenKind::Duration {
            self.millis(text, token.span)? as f64 / 1000.0
        } else {
            match number(text) {
                Ok(value) => value,
                Err(reason) => {
                    let text = Quoted(text);
                    let message =
                        format!("error parsing number: strconv.ParseFloat: parsing {text}: {reason}");
                    return self.error(token.span, message);
                }
            }
        };
        Ok((value, token.span))
    }

    /// Takes a duration, or a number of seconds as a duration, and returns milliseconds; `None` if neither stands here.
    pub(super) fn duration(&mut self) -> Result<Option<(i64, Span)>> {
        let token = self.token();
        let millis = match token.kind {
            TokenKind::Duration => self.millis(self.written(token), token.span)?,
            TokenKind::Number => {
                let (seconds, _) = self.number()?;
                self.index -= 1;
                // Prometheus counts nanoseconds in 63 bits. Smaller parts of a millisecond are cut off.
                let nanos = (seconds * 1e9).round();
                if nanos.is_nan() || nanos.abs() >= i64::MAX as f64 {
                    return self.error(token.span, "duration out of range");
                }
                nanos as i64 / 1_000_000
            }
            _ => return Ok(None),
        };
        self.take();
        Ok(Some((millis, token.span)))
    }

    fn millis(&self, text: &str, span: Span) -> Result<i64> {
        millis(text).or_else(|message| self.error(span, message))
    }
}

/// Units in nanoseconds, largest first: a duration names each at most once and in this order.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000_000_000),
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// The milliseconds of a duration. Prometheus counts nanoseconds in 63 bits, so that 292 years are the most.
fn millis(text: &str) -> std::result::Result<i64, String> {
    let invalid = || format!("not a valid duration string: {}", Quoted(text));
    let out_of_range = || "duration out of range".to_owned();
    let is_digit = |c: char| c.is_ascii_digit();
    let mut units = UNITS.iter();
    let (mut rest, mut nanos) = (text, 0_u64);
    while !rest.is_empty() {
        let (count, behind) = rest.split_at(rest.find(|c| !is_digit(c)).unwrap_or(rest.len()));
        let (unit, behind) = behind.split_at(behind.find(is_digit).unwrap_or(behind.len()));
        let count: u64 = count.parse().map_err(|_| invalid())?;
        if !unit.is_empty() && UNITS.iter().all(|(name, _)| *name != unit) {
            return Err(format!("unknown unit {} in duration {}", Quoted(unit), Quoted(text)));
        }
        let (_, size) = units.find(|(name, _)| *name == unit).ok_or_else(invalid)?;
        let sum = count.checked_mul(*size).and_then(|more| nanos.checked_add(more));
        nanos = sum.filter(|sum| i64::try_from(*sum).is_ok()).ok_or_else(out_of_range)?;
        rest = behind;
    }
    Ok((nanos / 1_000_000) as i64)
}

/// The value of a number as Go reads it: whole numbers may be hexadecimal or, with a leading 0, octal.
fn number(text: &str) -> std::result::Result<f64, &'static str> {
    let invalid = "invalid syntax";
    let plain = text.replace('_', "");
    if text.ends_with('_') {
        return Err(invalid);
    }
    let radix = if let Some(digits) = plain.strip_prefix("0x").or(plain.strip_prefix("0X")) {
        Some((digits, 16))
    } else {
        plain.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|digits| (digits, 8))
    };
    if let Some((digits, radix)) = radix {
        if let Ok(value) = i64::from_str_radix(digits, radix) {
            return Ok(value as f64);
        }
        if radix == 16 {
            return Err(invalid);
        }
    }
    let value: f64 = plain.parse().map_err(|_| invalid)?;
    let written_infinite = plain.starts_with(|c: char| c.is_ascii_alphabetic());
    if value.is_infinite() && !written_infinite { Err("value out of range") } else { Ok(value) }
}
