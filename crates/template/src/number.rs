//! Numbers from text and to text as Go's `strconv` has them.

use std::fmt::Write;

/// A number as Go reads it: decimal or hexadecimal, `inf`, `infinity` and `nan` in any case.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let value = match lower.as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" if digits.len() == text.len() => f64::NAN,
        "nan" => return None,
        _ => match lower.strip_prefix("0x") {
            Some(hex) => hexadecimal(hex)?,
            None if lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') => lower.parse().ok()?,
            None => return None,
        },
    };
    Some(if negative { -value } else { value })
}

/// Hexadecimal digits with a point, and a power of two after `p`.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    // Of more digits not all would count.
    if digits.len() > 28 {
        return None;
    }
    let exponent = i64::from(exponent.parse::<i32>().ok()?) - 4 * part.len() as i64;
    let mut value = u128::from_str_radix(&digits, 16).ok()? as f64;
    // By steps that are exact, so that the result is rounded once at most.
    let mut left = exponent.clamp(-3000, 3000) as i32;
    while left != 0 {
        let step = left.clamp(-500, 500);
        value *= 2f64.powi(step);
        left -= step;
    }
    Some(value)
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `1.5e+06`
    Exponent,
    /// `1500000`
    Fixed,
    /// The shorter of both, by the size of the exponent.
    General,
}

/// A number as Go writes it, without padding; `precision` is the digits after the point, or all digits in the general
/// style, and without it as many as tell the number from others. The sign of a positive number is not written.
pub(crate) fn write_float(
    out: &mut impl Write,
    value: f64,
    style: Style,
    precision: Option<usize>,
) -> std::fmt::Result {
    if value.is_nan() {
        return out.write_str("NaN");
    }
    if value.is_infinite() {
        return out.write_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    }
    match (style, precision) {
        (Style::Fixed, None) => {
            let (digits, exponent) = scientific(value, None);
            write_placed(out, trim(&digits), exponent)
        }
        (Style::Fixed, Some(precision)) => write!(out, "{value:.precision$}"),
        (Style::Exponent, precision) => {
            let (digits, exponent) = scientific(value, precision);
            write_exponent(out, &digits, exponent)
        }
        (Style::General, precision) => general(out, value, precision),
    }
}

fn general(out: &mut impl Write, value: f64, precision: Option<usize>) -> std::fmt::Result {
    let wanted = precision.map(|digits| digits.max(1));
    let (digits, exponent) = scientific(value, wanted.map(|digits| digits - 1));
    let digits = trim(&digits);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    // From which exponent on it is written.
    let most = match wanted {
        None => 6,
        Some(wanted) if wanted > count && count as i32 > exponent => count,
        Some(wanted) => wanted,
    };
    if exponent < -4 || exponent >= most as i32 {
        return write_exponent(out, digits, exponent);
    }
    write_placed(out, digits, exponent)
}

/// Digits with the point moved to where it belongs: nothing is rounded again.
fn write_placed(out: &mut impl Write, digits: &str, exponent: i32) -> std::fmt::Result {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    out.write_str(sign)?;
    let all: String = digits.chars().filter(char::is_ascii_digit).collect();
    let (count, before) = (all.len(), exponent + 1);
    if before <= 0 {
        return write!(out, "0.{:0>width$}", all, width = count + before.unsigned_abs() as usize);
    }
    let before = before as usize;
    if count <= before {
        return write!(out, "{all:0<before$}");
    }
    write!(out, "{}.{}", &all[..before], &all[before..])
}

/// Without zeros at the end of the fraction.
fn trim(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// The digits with a point after the first one, and the exponent of ten.
fn scientific(value: f64, precision: Option<usize>) -> (String, i32) {
    let text = if let Some(precision) = precision {
        format!("{value:.precision$e}")
    } else {
        let short = format!("{value:e}");
        let digits = short.split('e').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
        // Of two texts as short that are as near Go takes the even one, as rounding does.
        let even = format!("{value:.precision$e}", precision = digits.saturating_sub(1));
        if even.parse() == Ok(value) { even } else { short }
    };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.to_owned(), exponent.parse().unwrap_or(0))
}

fn write_exponent(out: &mut impl Write, digits: &str, exponent: i32) -> std::fmt::Result {
    write!(out, "{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}
