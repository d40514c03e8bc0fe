//! Texts made safe for places in other languages.

use std::fmt::Write as _;

use super::{ANY, Function};
use crate::error::Stop;
use crate::exec::Exec;
use crate::format::{is_printable, print};
use crate::limits::Bounded;
use crate::value::{Safe, Value};

use super::arguments::text;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_all("html", 0, ANY, |exec, arguments| escaped(exec, arguments, escape_html)),
    Function::of_all("js", 0, ANY, |exec, arguments| escaped(exec, arguments, escape_js)),
    Function::of_all("urlquery", 0, ANY, |exec, arguments| escaped(exec, arguments, urlquery)),
    Function::of_all("safeHtml", 1, 1, |_, arguments| {
        Ok(Value::Safe(Safe::Html, text(arguments, 0)?.clone()))
    }),
    Function::of_notifications("safeUrl", 1, 1, |_, arguments| {
        Ok(Value::Safe(Safe::Url, text(arguments, 0)?.clone()))
    }),
    Function::of_rules("urlQueryEscape", 1, 1, |exec, arguments| {
        let mut out = exec.meter.text();
        urlquery(&mut out, text(arguments, 0)?)?;
        Ok(out.finish().into())
    }),
    Function::of_notifications("urlUnescape", 1, 1, |_, arguments| unescape_url(text(arguments, 0)?)),
];

type Escape = fn(&mut Bounded, &str) -> std::fmt::Result;

/// The arguments as `print` writes them, escaped.
fn escaped(exec: &mut Exec<'_>, arguments: &[Value], escape: Escape) -> Result<Value, Stop> {
    let mut plain = exec.meter.text();
    let shown: Vec<Value> = arguments.iter().map(shown).collect();
    print(&mut plain, &shown)?;
    exec.meter.bytes(plain.as_str().len())?;
    let mut out = exec.meter.text();
    escape(&mut out, plain.as_str())?;
    Ok(out.finish().into())
}

/// Nothing as actions show it.
fn shown(value: &Value) -> Value {
    if let Value::Nil = value { "<no value>".into() } else { value.clone() }
}

/// For HTML's text and for attributes in quotes.
pub(crate) fn escape_html(out: &mut Bounded, text: &str) -> std::fmt::Result {
    replace(out, text, |c| {
        Some(match c {
            '"' => "&#34;",
            '\'' => "&#39;",
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\0' => "\u{fffd}",
            _ => return None,
        })
    })
}

/// Writes a text with some characters replaced.
pub(crate) fn replace(
    out: &mut Bounded,
    text: &str,
    with: impl Fn(char) -> Option<&'static str>,
) -> std::fmt::Result {
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        if let Some(replacement) = with(c) {
            out.push(&text[plain..at])?;
            out.push(replacement)?;
            plain = at + c.len_utf8();
        }
    }
    out.push(&text[plain..])
}

/// For strings of JavaScript.
fn escape_js(out: &mut Bounded, text: &str) -> std::fmt::Result {
    for c in text.chars() {
        match c {
            '\\' => out.push("\\\\")?,
            '\'' => out.push("\\'")?,
            '"' => out.push("\\\"")?,
            '<' | '>' | '&' | '=' => write!(out, "\\u{:04X}", u32::from(c))?,
            _ if c < ' ' || (!c.is_ascii() && !is_printable(c)) => write!(out, "\\u{:04X}", u32::from(c))?,
            _ => out.write_char(c)?,
        }
    }
    Ok(())
}

/// For values in a URL's query: a space is a `+`.
pub(crate) fn urlquery(out: &mut Bounded, text: &str) -> std::fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.write_char(char::from(byte))?;
            }
            b' ' => out.write_char('+')?,
            _ => write!(out, "%{byte:02X}")?,
        }
    }
    Ok(())
}

/// The opposite of [`urlquery`].
fn unescape_url(text: &str) -> Result<Value, Stop> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                let byte = digits
                    .and_then(|digits| std::str::from_utf8(digits).ok())
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                let Some(byte) = byte else {
                    return Err(Stop::fault(format!(
                        "a `%` in {text:?} has no two hexadecimal digits behind it"
                    )));
                };
                bytes.push(byte);
                rest = &rest[2..];
            }
            other => bytes.push(*other),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
}
