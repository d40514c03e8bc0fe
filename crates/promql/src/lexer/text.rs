//! Texts in quotes, with Go's escapes.

use super::{Lexer, Result, TokenKind};
use crate::print::quote::QuotedChar;

impl Lexer<'_> {
    /// Reads on after the opening quote.
    pub(super) fn string(&mut self, quote: char) -> Result {
        loop {
            match self.next() {
                None if quote == '`' => return Err("unterminated raw string".to_owned()),
                None => return Err("unterminated quoted string".to_owned()),
                Some('\n') if quote != '`' => return Err("unterminated quoted string".to_owned()),
                Some('\\') if quote != '`' => self.escape(quote)?,
                Some(c) if c == quote => break,
                Some(_) => {}
            }
        }
        self.emit(TokenKind::String);
        Ok(())
    }

    /// Reads on after the backslash.
    fn escape(&mut self, quote: char) -> Result {
        let unterminated = || "escape sequence not terminated".to_owned();
        let c = self.next().ok_or_else(unterminated)?;
        let (digits, radix, max) = match c {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => return Ok(()),
            _ if c == quote => return Ok(()),
            '0'..='7' => {
                self.pos -= 1;
                (3, 8, 0xff)
            }
            'x' => (2, 16, 0xff),
            'u' => (4, 16, 0x0010_ffff),
            'U' => (8, 16, 0x0010_ffff),
            _ => return Err(format!("unknown escape sequence {}", code_point(c))),
        };
        let mut value = 0_u32;
        for _ in 0..digits {
            let c = self.next().ok_or_else(unterminated)?;
            let digit = c
                .to_digit(radix)
                .ok_or_else(|| format!("illegal character {} in escape sequence", code_point(c)))?;
            // Eight hexadecimal digits fill 32 bits and no more.
            value = value * radix + digit;
        }
        if value > max || (0xd800..0xe000).contains(&value) {
            return Err("escape sequence is an invalid Unicode code point".to_owned());
        }
        Ok(())
    }
}

/// A character as Go's `%#U` writes it.
fn code_point(c: char) -> String {
    let quoted = QuotedChar(Some(c)).to_string();
    let code = format!("U+{:04X}", u32::from(c));
    if quoted.starts_with("'\\") && c != '\\' && c != '\'' { code } else { format!("{code} '{c}'") }
}

/// What a text in quotes says. `quoted` is a token that the lexer accepted. Escapes for bytes that make no UTF-8 become the
/// replacement character: no label that can be stored has such bytes.
pub(crate) fn unquote(quoted: &str) -> String {
    let mut chars = quoted.chars();
    let quote = chars.next();
    chars.next_back();
    let inner = chars.as_str();
    if quote == Some('`') || !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = unescape(&rest[at + 1..], &mut bytes);
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Reads one escape after its backslash and returns what follows.
fn unescape<'a>(text: &'a str, into: &mut Vec<u8>) -> &'a str {
    let Some(kind) = text.chars().next() else { return text };
    let (skip, digits, radix) = match kind {
        '0'..='7' => (0, 3, 8),
        'x' => (1, 2, 16),
        'u' => (1, 4, 16),
        'U' => (1, 8, 16),
        _ => {
            let plain = match kind {
                'a' => '\x07',
                'b' => '\x08',
                'f' => '\x0c',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\x0b',
                other => other,
            };
            into.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
            return &text[kind.len_utf8()..];
        }
    };
    let code = text.get(skip..skip + digits).and_then(|digits| u32::from_str_radix(digits, radix).ok());
    match (kind, code) {
        ('u' | 'U', Some(code)) => {
            let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            into.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        (_, Some(byte)) => into.push(byte as u8),
        (_, None) => {}
    }
    text.get(skip + digits..).unwrap_or_default()
}
