//! Texts in quotes as Go's `%q` writes them, which is how Prometheus prints them.

use std::fmt::{self, Write as _};

/// A text in double quotes.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            if c == '"' { f.write_str("\\\"")? } else { write_escaped(f, c)? }
        }
        f.write_char('"')
    }
}

/// A character in single quotes; `None` is the end of the text.
pub(crate) struct QuotedChar(pub(crate) Option<char>);

impl fmt::Display for QuotedChar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        match self.0 {
            Some('\'') => f.write_str("\\'")?,
            Some(c) => write_escaped(f, c)?,
            // Go's lexer has -1 for the end, which `%q` shows as the replacement character.
            None => f.write_char(char::REPLACEMENT_CHARACTER)?,
        }
        f.write_char('\'')
    }
}

/// A token's text, cut after 10 characters if it is longer than 10 bytes.
pub(crate) fn quoted_prefix(text: &str) -> String {
    if text.len() <= 10 {
        return Quoted(text).to_string();
    }
    let end = text.char_indices().nth(10).map_or(text.len(), |(at, _)| at);
    format!("{}...", Quoted(&text[..end]))
}

fn write_escaped(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    match c {
        '\x07' => f.write_str("\\a"),
        '\x08' => f.write_str("\\b"),
        '\x0c' => f.write_str("\\f"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '\x0b' => f.write_str("\\v"),
        '\\' => f.write_str("\\\\"),
        _ if is_printable(c) => f.write_char(c),
        _ if c.is_ascii() => write!(f, "\\x{:02x}", u32::from(c)),
        _ if u32::from(c) < 0x10000 => write!(f, "\\u{:04x}", u32::from(c)),
        _ => write!(f, "\\U{:08x}", u32::from(c)),
    }
}

/// Whether Go prints a character as it is.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // Rust's table of printable characters is behind its debug form, which escapes a combining mark only at a text's start.
    let mut buffer = *b"x\0\0\0\0";
    let len = c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..=len]).is_ok_and(|text| text.escape_debug().nth(1) == Some(c))
}
