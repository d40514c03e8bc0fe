//! From tokens to a tree.

mod action;
mod literal;
mod pipeline;

use std::sync::Arc;

use crate::ast::{Body, Node, Template};
use crate::error::{ErrorKind, Position, TemplateError};
use crate::functions::Dialect;
use crate::lexer::{Kind, Token, tokens};

/// The most blocks and parentheses inside each other in a template's text.
pub const MAX_DEPTH: usize = 100;

/// The templates of a text: first the text itself by its name, then what it defines. Variables in `given`, with their
/// `$`, are there from the start, but not inside of definitions.
pub(crate) fn parse(
    name: &Arc<str>,
    source: &str,
    dialect: Dialect,
    given: &[&str],
) -> Result<Vec<Template>, TemplateError> {
    let mut parser = Parser {
        template: name,
        tokens: tokens(name, source)?,
        at: 0,
        dialect,
        variables: ["$"].iter().chain(given).map(|name| Arc::from(*name)).collect(),
        loops: 0,
        depth: 0,
        defined: Vec::new(),
    };
    let body = parser.file()?;
    let mut templates = vec![Template { name: Arc::clone(name), body }];
    for (position, template) in std::mem::take(&mut parser.defined) {
        // A blank one neither replaces nor is in the way of another.
        match templates.iter_mut().skip(1).find(|other| other.name == template.name) {
            None => templates.push(template),
            Some(_) if template.is_blank() => {}
            Some(other) if other.is_blank() => *other = template,
            Some(_) => {
                let message = format!(
                    "the template {:?} is defined twice in this text; take one out, or rename it",
                    template.name
                );
                return Err(parser.error(position, message));
            }
        }
    }
    Ok(templates)
}

struct Parser<'a, 't> {
    template: &'t Arc<str>,
    tokens: Vec<Token<'a>>,
    at: usize,
    dialect: Dialect,
    /// The variables that are there.
    variables: Vec<Arc<str>>,
    /// The loops around.
    loops: usize,
    /// The blocks and parentheses around.
    depth: usize,
    defined: Vec<(Position, Template)>,
}

/// How a body ends.
enum End {
    /// The text does.
    Text,
    /// `{{ end }}`.
    Closed,
    /// `{{ else`, with what follows untouched.
    Else,
}

impl<'a> Parser<'a, '_> {
    /// The whole text.
    fn file(&mut self) -> Result<Body, TemplateError> {
        let (body, position, end) = self.body()?;
        let word = match end {
            End::Text => return Ok(body),
            End::Closed => "end",
            End::Else => "else",
        };
        let message = format!("this `{word}` belongs to no if, range, with, define or block; take it out");
        Err(self.error(position, message))
    }

    /// Texts and actions up to an end, which is taken; and where the end stands.
    fn body(&mut self) -> Result<(Body, Position, End), TemplateError> {
        let mut body = Body::new();
        loop {
            let Some(token) = self.next() else {
                let position = self.tokens.last().map_or(Position { line: 1, column: 1 }, |t| t.position);
                return Ok((body, position, End::Text));
            };
            if token.kind == Kind::Text {
                body.push(Node::Text(token.position, token.text.into()));
                continue;
            }
            // The lexer makes nothing but texts and actions, and each action starts with its delimiter.
            self.skip_space();
            let word = self.peek().filter(|token| token.kind == Kind::Word);
            match word.map(|token| (token.text, token.position)) {
                Some(("end", position)) => {
                    self.next();
                    self.close("end")?;
                    return Ok((body, position, End::Closed));
                }
                Some(("else", position)) => {
                    self.next();
                    return Ok((body, position, End::Else));
                }
                _ => {
                    if let Some(node) = self.action(token.position)? {
                        body.push(node);
                    }
                }
            }
        }
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|token| token.kind == Kind::Space) {
            self.at += 1;
        }
    }

    /// Takes the next token if it is of this kind.
    fn take(&mut self, kind: Kind) -> Option<Token<'a>> {
        self.peek().filter(|token| token.kind == kind).inspect(|_| self.at += 1)
    }

    /// The end of the action of a keyword.
    fn close(&mut self, word: &str) -> Result<(), TemplateError> {
        self.skip_space();
        if self.take(Kind::Close).is_some() {
            return Ok(());
        }
        let found = self.found();
        Err(self.error_here(format!("`{word}` must be followed by `}}}}`, not by {found}")))
    }

    /// What stands here, for errors.
    fn found(&self) -> String {
        match self.peek() {
            None => "the end of the text".into(),
            Some(token) if token.kind == Kind::Close => "the end of the action".into(),
            Some(token) => format!("`{}`", token.text),
        }
    }

    fn error_here(&self, message: impl Into<String>) -> TemplateError {
        let position = self.peek().or(self.tokens.last().copied()).map(|token| token.position);
        self.error(position.unwrap_or(Position { line: 1, column: 1 }), message)
    }

    fn error(&self, position: Position, message: impl Into<String>) -> TemplateError {
        TemplateError {
            kind: ErrorKind::Syntax,
            template: Arc::clone(self.template),
            position,
            message: message.into(),
        }
    }

    /// Goes one block or parenthesis deeper; the caller comes back by `self.depth -= 1`.
    fn enter(&mut self, position: Position) -> Result<(), TemplateError> {
        if self.depth == MAX_DEPTH {
            let message =
                format!("blocks and parentheses are nested more than {MAX_DEPTH} deep; use templates");
            return Err(self.error(position, message));
        }
        self.depth += 1;
        Ok(())
    }
}
