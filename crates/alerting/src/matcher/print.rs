use std::fmt::{self, Write as _};

use super::{Matcher, Matchers};

/// Whether a character ends an unquoted text of the UTF-8 syntax.
pub(super) fn is_reserved(c: char) -> bool {
    c.is_whitespace() || matches!(c, '{' | '}' | '!' | '=' | '~' | ',' | '\\' | '"' | '\'' | '`')
}

/// As Alertmanager prints it: `name="value"`, and with the name in quotes where it could not be read back without them.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name().contains(is_reserved) {
            return write!(f, "{}{}{}", Quoted(self.name()), self.op().symbol(), Quoted(self.value()));
        }
        // The escapes that both syntaxes know.
        write!(f, "{}{}\"", self.name(), self.op().symbol())?;
        for c in self.value().chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// `{a="b",c=~"d"}`.
impl fmt::Display for Matchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('{')?;
        for (index, matcher) in self.iter().enumerate() {
            if index > 0 {
                f.write_char(',')?;
            }
            fmt::Display::fmt(matcher, f)?;
        }
        f.write_char('}')
    }
}

/// A text as a string literal of Go.
pub(crate) fn quoted(text: &str) -> impl fmt::Display {
    Quoted(text)
}

/// A text as a string literal of Go (<https://go.dev/ref/spec#String_literals>).
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '\\' | '"' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_ascii_control() => write!(f, "\\x{:02x}", u32::from(c))?,
                c if c.is_control() || (c.is_whitespace() && c != ' ') => {
                    write!(f, "\\u{:04x}", u32::from(c))?;
                }
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
