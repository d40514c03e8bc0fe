//! The syntax since Alertmanager 0.27: names and values are texts in quotes, with the escapes of Go, or any characters that
//! are not reserved.

use watchfire_model::MatchOp;

use super::print::is_reserved;
use super::{Matcher, MatcherError};

/// Reads matchers.
pub(super) fn parse(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let mut parser = Parser { text, at: 0 };
    let braced = parser.accept('{');
    let mut matchers = Vec::new();
    loop {
        match parser.peek() {
            None | Some('}') => break,
            Some(_) => matchers.push(parser.matcher()?),
        }
        match parser.peek() {
            Some(',') => parser.at += 1,
            None | Some('}') => break,
            Some(_) => return Err(parser.error("a comma is expected between two matchers, or the end")),
        }
    }
    match (braced, parser.accept('}')) {
        (true, false) => return Err(parser.error("the closing brace is missing")),
        (false, true) => {
            parser.at -= 1;
            return Err(parser.error("there is a closing brace without an opening one"));
        }
        _ => {}
    }
    if parser.peek().is_some() {
        return Err(parser.error("nothing may follow the closing brace"));
    }
    Ok(matchers)
}

struct Parser<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next character that is no white space.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// An error at the place that is read next.
    fn error(&self, reason: impl Into<String>) -> MatcherError {
        self.error_at(self.at, reason)
    }

    fn error_at(&self, byte: usize, reason: impl Into<String>) -> MatcherError {
        MatcherError { at: self.text[..byte].chars().count() + 1, reason: reason.into() }
    }

    fn matcher(&mut self) -> Result<Matcher, MatcherError> {
        let name = self.word("the name of a label is expected")?;
        let op = self.operator()?;
        self.peek();
        let start = self.at;
        let value = self.word("a value is expected; write \"\" for the empty one")?;
        let place = if name.is_empty() { 0 } else { start };
        Matcher::new(&name, op, &value).map_err(|reason| self.error_at(place, reason))
    }

    fn operator(&mut self) -> Result<MatchOp, MatcherError> {
        self.peek();
        let operators = [MatchOp::Regex, MatchOp::NotRegex, MatchOp::NotEqual, MatchOp::Equal];
        let found = operators.into_iter().find(|op| self.rest().starts_with(op.symbol()));
        let op = found.ok_or_else(|| self.error("here an operator is expected: =, !=, =~ or !~"))?;
        self.at += op.symbol().len();
        Ok(op)
    }

    /// A text, in quotes or without reserved characters.
    fn word(&mut self, expected: &str) -> Result<String, MatcherError> {
        match self.peek() {
            Some('"') => self.quoted(),
            Some(c) if !is_reserved(c) => {
                let rest = self.rest();
                let end = rest.find(is_reserved).unwrap_or(rest.len());
                self.at += end;
                Ok(rest[..end].to_owned())
            }
            Some(c) => Err(self.error(format!("{expected}; {c} must stand in double quotes"))),
            None => Err(self.error(expected)),
        }
    }

    fn quoted(&mut self) -> Result<String, MatcherError> {
        let start = self.at;
        self.at += 1;
        // Bytes, since escapes may put a character together from several.
        let mut value = Vec::new();
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else {
                return Err(self.error_at(start, "the quote has no quote that ends it"));
            };
            match c {
                '"' => {
                    self.at += 1;
                    let text = String::from_utf8(value);
                    return text.map_err(|_| self.error_at(start, "the text in quotes is no valid UTF-8"));
                }
                '\n' => return Err(self.error("a line end in quotes is written \\n")),
                '\\' => self.escape(&mut value)?,
                c => {
                    self.at += c.len_utf8();
                    value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
    }

    /// One escape of Go's string literals.
    fn escape(&mut self, value: &mut Vec<u8>) -> Result<(), MatcherError> {
        let rest = &self.rest()[1..];
        let kind = rest.chars().next();
        let plain = match kind {
            Some('a') => Some(7),
            Some('b') => Some(8),
            Some('f') => Some(12),
            Some('n') => Some(b'\n'),
            Some('r') => Some(b'\r'),
            Some('t') => Some(b'\t'),
            Some('v') => Some(11),
            Some('\\') => Some(b'\\'),
            Some('"') => Some(b'"'),
            _ => None,
        };
        if let Some(byte) = plain {
            value.push(byte);
            self.at += 2;
            return Ok(());
        }
        // Where the digits start, how many there are, and their base.
        let (skip, count, base) = match kind {
            Some('0'..='7') => (0, 3, 8),
            Some('x') => (1, 2, 16),
            Some('u') => (1, 4, 16),
            Some('U') => (1, 8, 16),
            _ => return Err(self.error("a backslash is written \\\\")),
        };
        let digits = rest.get(skip..skip + count).filter(|digits| digits.chars().all(|c| c.is_digit(base)));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, base).ok());
        let added = number.and_then(|number| match kind {
            Some('u' | 'U') => {
                let c = char::from_u32(number)?;
                value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                Some(())
            }
            _ => u8::try_from(number).ok().map(|byte| value.push(byte)),
        });
        if added.is_none() {
            return Err(self.error("this escape stands for nothing; a backslash is written \\\\"));
        }
        self.at += 1 + skip + count;
        Ok(())
    }
}
