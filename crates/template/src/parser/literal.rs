//! Numbers, characters and strings as Go writes them (<https://go.dev/ref/spec#Lexical_elements>).

use std::sync::Arc;

use super::Parser;
use crate::ast::OperandKind;
use crate::error::TemplateError;
use crate::lexer::{Kind, Token};

impl Parser<'_, '_> {
    /// A number: whole unless it has a point or an exponent.
    pub(super) fn number(&self, token: Token<'_>) -> Result<OperandKind, TemplateError> {
        let text = token.text;
        let hexadecimal =
            text.trim_start_matches(['+', '-']).get(..2).is_some_and(|p| matches!(p, "0x" | "0X"));
        let exponent: &[char] = if hexadecimal { &['p', 'P'] } else { &['e', 'E', 'p', 'P'] };
        if text.contains('.') || text.contains(exponent) {
            return match float(text) {
                Some(value) => Ok(OperandKind::Float(value, text.into())),
                None => {
                    Err(self.error(token.position, format!("{text:?} is not a number that can be used here")))
                }
            };
        }
        if let Some(value) = int(text) {
            Ok(OperandKind::Int(value, text.into()))
        } else {
            let message = format!(
                "{text:?} is not a whole number from -2^63 to 2^63-1; add `.0` for a larger one, \
                 and mind that a 0 at the start means base 8"
            );
            Err(self.error(token.position, message))
        }
    }

    /// A character in single quotes: its code point.
    pub(super) fn character(&self, token: Token<'_>) -> Result<OperandKind, TemplateError> {
        let mut rest = &token.text[1..token.text.len() - 1];
        let value = unescape(&mut rest, '\'');
        match value {
            Some(Unescaped::Character(c)) if rest.is_empty() => {
                Ok(OperandKind::Int(i64::from(u32::from(c)), token.text.into()))
            }
            Some(Unescaped::Byte(byte)) if rest.is_empty() => {
                Ok(OperandKind::Int(i64::from(byte), token.text.into()))
            }
            _ => {
                let message = format!(
                    "{} is not one character; a string stands in double quotes or backquotes",
                    token.text
                );
                Err(self.error(token.position, message))
            }
        }
    }

    /// What a string says.
    pub(super) fn string(&self, token: Token<'_>) -> Result<Arc<str>, TemplateError> {
        let inner = &token.text[1..token.text.len() - 1];
        if token.kind == Kind::Raw {
            // Carriage returns are no part of a raw string.
            return Ok(if inner.contains('\r') { inner.replace('\r', "").into() } else { inner.into() });
        }
        if !inner.contains('\\') {
            return Ok(inner.into());
        }
        let mut bytes = Vec::with_capacity(inner.len());
        let mut rest = inner;
        while !rest.is_empty() {
            let at = rest;
            match unescape(&mut rest, '"') {
                Some(Unescaped::Character(c)) => {
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Some(Unescaped::Byte(byte)) => bytes.push(byte),
                None => {
                    let shown: String = at.chars().take(2).collect();
                    let message = format!(
                        "`{shown}` means nothing in a string; write `\\\\` for a backslash, or use backquotes"
                    );
                    return Err(self.error(token.position, message));
                }
            }
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(self.error(
                token.position,
                "the escapes in this string give no UTF-8; write \\u and four digits",
            )),
        }
    }
}

enum Unescaped {
    Character(char),
    /// `\x` and octal escapes stand for bytes.
    Byte(u8),
}

/// Takes a character, escaped or not.
fn unescape(rest: &mut &str, quote: char) -> Option<Unescaped> {
    let mut chars = rest.chars();
    let first = chars.next()?;
    if first != '\\' {
        *rest = chars.as_str();
        return Some(Unescaped::Character(first));
    }
    let escape = chars.next()?;
    let simple = match escape {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' => '\\',
        _ if escape == quote => quote,
        _ => {
            let (digits, radix, skipped) = match escape {
                'x' => (2, 16, 2),
                'u' => (4, 16, 2),
                'U' => (8, 16, 2),
                '0'..='7' => (3, 8, 1),
                _ => return None,
            };
            let text =
                rest.get(skipped..skipped + digits).filter(|t| t.chars().all(|c| c.is_digit(radix)))?;
            let value = u32::from_str_radix(text, radix).ok()?;
            *rest = &rest[skipped + digits..];
            return if matches!(escape, 'u' | 'U') {
                char::from_u32(value).map(Unescaped::Character)
            } else {
                u8::try_from(value).ok().map(Unescaped::Byte)
            };
        }
    };
    *rest = chars.as_str();
    Some(Unescaped::Character(simple))
}

/// A whole number with Go's prefixes and underscores.
fn int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits, prefixed) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..], true),
        Some("0o" | "0O") => (8, &digits[2..], true),
        Some("0b" | "0B") => (2, &digits[2..], true),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..], true),
        _ => (10, digits, false),
    };
    // An underscore stands between digits, or after a prefix.
    if digits.ends_with('_') || digits.contains("__") || (!prefixed && digits.starts_with('_')) {
        return None;
    }
    let value = i128::from(u64::from_str_radix(&digits.replace('_', ""), radix).ok()?);
    i64::try_from(if negative { -value } else { value }).ok()
}

/// A number with a point or an exponent; finite.
fn float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    if lower.contains("__") || lower.ends_with('_') || lower.contains("_.") || lower.contains("._") {
        return None;
    }
    let value = crate::number::parse_float(&lower.replace('_', ""))?;
    value.is_finite().then_some(value)
}
