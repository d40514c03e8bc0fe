//! Whole numbers and numbers with fractions by the verbs of `printf`.

use std::fmt::{self, Write};

use super::directive::{Spec, fill};
use super::quote::{is_printable, write_quoted};
use crate::number::{Style, write_float};

/// Writes a whole number; false if the verb is not one of whole numbers.
pub(super) fn write_int(out: &mut impl Write, value: i64, spec: &Spec) -> Result<bool, fmt::Error> {
    let (radix, prefix) = match spec.verb {
        'v' | 'd' => (10, ""),
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'O' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        'c' => {
            spec.pad(out, character(value).encode_utf8(&mut [0; 4]))?;
            return Ok(true);
        }
        'q' => {
            let mut text = String::new();
            write_quoted(&mut text, character(value).encode_utf8(&mut [0; 4]), '\'', spec.plus)?;
            spec.pad(out, &text)?;
            return Ok(true);
        }
        'U' => {
            write_code_point(out, value, spec)?;
            return Ok(true);
        }
        _ => return Ok(false),
    };
    let mut digits = digits(value.unsigned_abs(), radix, spec.verb == 'X');
    if spec.precision == Some(0) && value == 0 {
        // No digits at all, and no sign.
        fill(out, ' ', spec.width.unwrap_or(0))?;
        return Ok(true);
    }
    let sign = match () {
        () if value < 0 => "-",
        () if spec.plus => "+",
        () if spec.space => " ",
        () => "",
    };
    let least = match (spec.precision, spec.width) {
        (Some(precision), _) => precision,
        (None, Some(width)) if spec.zero && !spec.minus => width.saturating_sub(sign.len()),
        _ => 0,
    };
    // Bounded by the most that a width or precision may be.
    if digits.len() < least {
        digits.insert_str(0, &"0".repeat(least - digits.len()));
    }
    let prefix = match prefix {
        "0" if spec.sharp && digits.starts_with('0') => "",
        "0o" if spec.sharp && !digits.starts_with('0') => "0o0",
        "0o" => "0o",
        _ if spec.sharp => prefix,
        _ => "",
    };
    Spec { zero: false, ..*spec }.pad(out, &format!("{sign}{prefix}{digits}"))?;
    Ok(true)
}

fn digits(mut value: u64, radix: u64, upper: bool) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = char::from_digit((value % radix) as u32, radix as u32).unwrap_or('0');
        digits.push(if upper { digit.to_ascii_uppercase() } else { digit });
        value /= radix;
        if value == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// The character of a code point; what is none is shown as the replacement character.
fn character(value: i64) -> char {
    u32::try_from(value).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// `U+0041`, and with `#` the character, too.
fn write_code_point(out: &mut impl Write, value: i64, spec: &Spec) -> fmt::Result {
    let width = spec.precision.unwrap_or(4).max(4);
    let mut text = format!("U+{:0width$X}", value as u64);
    let c = u32::try_from(value).ok().and_then(char::from_u32);
    if let Some(c) = c.filter(|c| spec.sharp && (c.is_ascii_graphic() || *c == ' ' || is_printable(*c))) {
        write!(text, " '{c}'")?;
    }
    Spec { zero: false, ..*spec }.pad(out, &text)
}

/// Writes a number with a fraction; false if the verb is not one of these.
pub(super) fn write_number(out: &mut impl Write, value: f64, spec: &Spec) -> Result<bool, fmt::Error> {
    let (style, precision) = match spec.verb {
        'v' | 'g' | 'G' => (Style::General, spec.precision),
        'e' | 'E' => (Style::Exponent, Some(spec.precision.unwrap_or(6))),
        'f' | 'F' => (Style::Fixed, Some(spec.precision.unwrap_or(6))),
        _ => return Ok(false),
    };
    let mut text = String::new();
    write_float(&mut text, value, style, precision)?;
    if matches!(spec.verb, 'E' | 'G') {
        text.make_ascii_uppercase();
    }
    if !value.is_finite() {
        let text = match value {
            _ if value.is_nan() && spec.plus => "+NaN",
            _ if value.is_nan() && spec.space => " NaN",
            _ if value.is_nan() => "NaN",
            _ if value < 0.0 => "-Inf",
            _ if spec.space && !spec.plus => " Inf",
            // The verb `v` and those of numbers write the sign of infinity.
            _ => "+Inf",
        };
        Spec { zero: false, ..*spec }.pad(out, text)?;
        return Ok(true);
    }
    if spec.sharp {
        let wanted = if style == Style::General { spec.precision.unwrap_or(6) } else { 0 };
        text = with_point(&text, wanted);
    }
    if !text.starts_with('-') {
        let sign = if spec.plus {
            "+"
        } else if spec.space {
            " "
        } else {
            ""
        };
        text.insert_str(0, sign);
    }
    spec.pad_number(out, &text)?;
    Ok(true)
}

/// With a point, and zeros up to so many digits that count.
fn with_point(text: &str, wanted: usize) -> String {
    let at = text.find(['e', 'E']).unwrap_or(text.len());
    let (number, exponent) = text.split_at(at);
    let digits = number.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    let digits = if digits == 0 { 1 } else { digits };
    let point = if number.contains('.') { "" } else { "." };
    format!("{number}{point}{}{exponent}", "0".repeat(wanted.saturating_sub(digits)))
}
