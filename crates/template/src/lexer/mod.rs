//! From text to tokens: what stands outside of `{{` and `}}` is text, what is inside is an action.

mod action;
mod token;

use std::sync::Arc;

pub(crate) use token::{Kind, Token};

use crate::error::{ErrorKind, Position, TemplateError};

/// The tokens of a text. Comments are gone, and text that stands around them is in pieces.
pub(crate) fn tokens<'a>(template: &Arc<str>, source: &'a str) -> Result<Vec<Token<'a>>, TemplateError> {
    let mut lexer = Lexer {
        template,
        source,
        offset: 0,
        counted: (0, Position { line: 1, column: 1 }),
        tokens: Vec::new(),
    };
    lexer.run()?;
    Ok(lexer.tokens)
}

struct Lexer<'a, 't> {
    template: &'t Arc<str>,
    source: &'a str,
    /// Up to where tokens were made.
    offset: usize,
    /// Up to where lines and columns were counted, and what they are there.
    counted: (usize, Position),
    tokens: Vec<Token<'a>>,
}

/// White space of the language, which has no other.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

impl<'a> Lexer<'a, '_> {
    fn run(&mut self) -> Result<(), TemplateError> {
        let mut trim_start = false;
        loop {
            let rest = self.rest();
            let open = rest.find("{{");
            let trim_end = open.is_some_and(|at| is_trim_marker(&rest[at + 2..]));
            let mut text = &rest[..open.unwrap_or(rest.len())];
            if trim_end {
                text = text.trim_end_matches(is_space);
            }
            let whole = text.len();
            if trim_start {
                text = text.trim_start_matches(is_space);
            }
            self.offset += whole - text.len();
            if !text.is_empty() {
                self.push(Kind::Text, text.len());
            }
            let Some(open) = open else { return Ok(()) };
            self.offset = self.source.len() - rest.len() + open;
            let after = 2 + if trim_end { 2 } else { 0 };
            trim_start = if rest[open + after..].starts_with("/*") {
                self.comment(after)?
            } else {
                // The space of a trim marker is a token, too.
                self.push(Kind::Open, if trim_end { 3 } else { 2 });
                self.action()?
            };
        }
    }

    /// Skips a comment; tells whether the text after it is trimmed.
    fn comment(&mut self, after: usize) -> Result<bool, TemplateError> {
        let rest = &self.rest()[after..];
        let Some(length) = rest.find("*/") else {
            return Err(self.error(self.offset, "the comment has no end; close it with `*/}}`"));
        };
        let end = self.offset + after + length + 2;
        let Some((trims, close)) = close(&self.source[end..]) else {
            let message = "a comment must end right before the delimiter; write `*/}}` or `*/ -}}`";
            return Err(self.error(end, message));
        };
        self.offset = end + close;
        Ok(trims)
    }

    fn rest(&self) -> &'a str {
        &self.source[self.offset..]
    }

    /// Makes a token of the next so many bytes.
    fn push(&mut self, kind: Kind, bytes: usize) {
        let position = self.position(self.offset);
        let text = &self.source[self.offset..self.offset + bytes];
        self.tokens.push(Token { kind, text, position });
        self.offset += bytes;
    }

    fn error(&mut self, offset: usize, message: impl Into<String>) -> TemplateError {
        TemplateError {
            kind: ErrorKind::Syntax,
            template: Arc::clone(self.template),
            position: self.position(offset),
            message: message.into(),
        }
    }

    /// The line and column of an offset, which is counted from the last one that was asked for unless it is before it.
    fn position(&mut self, offset: usize) -> Position {
        let (mut counted, mut position) = self.counted;
        if offset < counted {
            (counted, position) = (0, Position { line: 1, column: 1 });
        }
        position = position.after(&self.source[counted..offset]);
        self.counted = (offset, position);
        position
    }
}

/// Whether a `-` and a space follow the `{{`.
fn is_trim_marker(after: &str) -> bool {
    after.strip_prefix('-').is_some_and(|rest| rest.starts_with(is_space))
}

/// Whether an action ends here: whether it trims the text after it, and the bytes of the end.
fn close(rest: &str) -> Option<(bool, usize)> {
    if rest.starts_with("}}") {
        return Some((false, 2));
    }
    let trims = rest.strip_prefix(is_space).is_some_and(|rest| rest.starts_with("-}}"));
    trims.then_some((true, 4))
}
