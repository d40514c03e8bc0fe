//! Characters that mean something in HTML.

use std::fmt::Write as _;

use crate::functions::replace;
use crate::limits::Bounded;

fn mark(c: char) -> Option<&'static str> {
    Some(match c {
        '\0' => "\u{fffd}",
        '"' => "&#34;",
        '\'' => "&#39;",
        // Old browsers could take a text for one in another encoding by it.
        '+' => "&#43;",
        '<' => "&lt;",
        '>' => "&gt;",
        _ => return None,
    })
}

/// For text and for values in quotes.
pub(super) fn write(out: &mut Bounded, text: &str) -> std::fmt::Result {
    replace(out, text, |c| if c == '&' { Some("&amp;") } else { mark(c) })
}

/// The same for what is HTML already: its escapes stay.
pub(super) fn write_normal(out: &mut Bounded, html: &str) -> std::fmt::Result {
    replace(out, html, mark)
}

/// For values without quotes; an empty one would take in what follows.
pub(super) fn write_unquoted(out: &mut Bounded, text: &str, ampersands: bool) -> std::fmt::Result {
    if text.is_empty() {
        return out.push(super::UNSAFE);
    }
    for c in text.chars() {
        match c {
            '\0' => out.push("&#xfffd;")?,
            '&' if ampersands => out.push("&amp;")?,
            '\t' | '\n' | '\x0b' | '\x0c' | '\r' | ' ' | '=' | '`' => write!(out, "&#{};", u32::from(c))?,
            '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{ffff}' => write!(out, "&#x{:x};", u32::from(c))?,
            _ => match mark(c) {
                Some(escape) => out.push(escape)?,
                None => out.write_char(c)?,
            },
        }
    }
    Ok(())
}
