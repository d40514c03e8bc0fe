//! Texts and characters in quotes, as Go writes them.

use std::fmt::{self, Display, Formatter, Write};
use std::sync::LazyLock;

use regex::Regex;

/// A text in double quotes.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_quoted(f, self.0, '"', false)
    }
}

/// A text in quotes; with `ascii` everything else is escaped.
pub(super) fn write_quoted(out: &mut impl Write, text: &str, quote: char, ascii: bool) -> fmt::Result {
    out.write_char(quote)?;
    for c in text.chars() {
        match c {
            '\x07' => out.write_str("\\a")?,
            '\x08' => out.write_str("\\b")?,
            '\x0c' => out.write_str("\\f")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\x0b' => out.write_str("\\v")?,
            '\\' => out.write_str("\\\\")?,
            _ if c == quote => write!(out, "\\{c}")?,
            _ if c.is_ascii() && !c.is_ascii_control() => out.write_char(c)?,
            _ if c.is_ascii() => write!(out, "\\x{:02x}", u32::from(c))?,
            _ if !ascii && is_printable(c) => out.write_char(c)?,
            _ if u32::from(c) < 0x10000 => write!(out, "\\u{:04x}", u32::from(c))?,
            _ => write!(out, "\\U{:08x}", u32::from(c))?,
        }
    }
    out.write_char(quote)
}

/// Whether Go prints a character outside of ASCII as it is: letters, marks, numbers, punctuation and symbols.
pub(crate) fn is_printable(c: char) -> bool {
    // The pattern is constant and right, which the tests see.
    static PRINTABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\pL\pM\pN\pP\pS]$").ok());
    let mut bytes = [0; 4];
    PRINTABLE.as_ref().is_some_and(|pattern| pattern.is_match(c.encode_utf8(&mut bytes)))
}

/// Whether a text can stand in backquotes.
pub(super) fn fits_backquotes(text: &str) -> bool {
    !text.chars().any(|c| c == '`' || c == '\u{feff}' || c == '\x7f' || (c < ' ' && c != '\t'))
}
