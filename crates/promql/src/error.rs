//! Why a text is not a query.

use std::fmt;

use crate::ast::Span;

/// Why a text is not a query, in Prometheus' words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: parse error: {message}")]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// What it is wrong with.
    pub span: Span,
    /// Where that starts.
    pub position: Position,
}

impl ParseError {
    pub(crate) fn new(text: &str, span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, position: Position::of(text, span.start as usize) }
    }
}

/// A place in a query as people count: from 1, columns in bytes as Prometheus counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line; 0 in an empty query, which has no places.
    pub line: usize,
    /// The byte in the line.
    pub column: usize,
}

impl Position {
    fn of(text: &str, offset: usize) -> Self {
        if text.is_empty() {
            return Self { line: 0, column: 0 };
        }
        let end = offset.min(text.len());
        let (mut line, mut start) = (1, 0);
        for (at, _) in text.bytes().enumerate().take(end).filter(|(_, byte)| *byte == b'\n') {
            line += 1;
            start = at + 1;
        }
        Self { line, column: end - start + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return f.write_str("unknown position");
        }
        write!(f, "{}:{}", self.line, self.column)
    }
}
