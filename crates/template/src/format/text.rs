//! Texts by the verbs of `printf`.

use std::fmt::{self, Write};

use super::directive::Spec;
use super::quote::{fits_backquotes, write_quoted};

/// Writes a text; false if the verb is not one of texts.
pub(super) fn write_text(out: &mut impl Write, text: &str, spec: &Spec) -> Result<bool, fmt::Error> {
    match spec.verb {
        'v' if spec.source => quoted(out, text, spec)?,
        'v' | 's' => spec.pad(out, cut(text, spec))?,
        'q' => quoted(out, text, spec)?,
        'x' | 'X' => hexadecimal(out, text, spec)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// The first so many characters as the precision says.
fn cut<'a>(text: &'a str, spec: &Spec) -> &'a str {
    let end = spec.precision.and_then(|most| text.char_indices().nth(most));
    end.map_or(text, |(at, _)| &text[..at])
}

fn quoted(out: &mut impl Write, text: &str, spec: &Spec) -> fmt::Result {
    let text = cut(text, spec);
    let mut quoted = String::new();
    if spec.sharp && spec.verb == 'q' && fits_backquotes(text) {
        write!(quoted, "`{text}`")?;
    } else {
        write_quoted(&mut quoted, text, '"', spec.plus)?;
    }
    spec.pad(out, &quoted)
}

/// Bytes as two digits each; a precision cuts bytes, a space goes between them, `#` writes `0x`.
fn hexadecimal(out: &mut impl Write, text: &str, spec: &Spec) -> fmt::Result {
    let bytes = &text.as_bytes()[..spec.precision.unwrap_or(text.len()).min(text.len())];
    let upper = spec.verb == 'X';
    let prefix = match (spec.sharp, upper) {
        (false, _) => "",
        (true, false) => "0x",
        (true, true) => "0X",
    };
    let mut digits = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        if spec.space && at > 0 {
            digits.push(' ');
        }
        if at == 0 || spec.space {
            digits.push_str(prefix);
        }
        if upper { write!(digits, "{byte:02X}")? } else { write!(digits, "{byte:02x}")? }
    }
    spec.pad(out, &digits)
}
