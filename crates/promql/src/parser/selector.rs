//! Which series: `name{label="value"}`.

use watchfire_model::{METRIC_NAME, MatchOp, Matcher};

use super::{Node, Parser, Result};
use crate::ast::{BinaryOp, ExprKind, Selector, Span, When};
use crate::lexer::{Token, TokenKind, unquote};

const CONTEXT: &str = "label matching";

impl Parser<'_> {
    /// A selector whose name was taken.
    pub(super) fn selector(&mut self, name: Option<Token>) -> Result<Node> {
        let start = name.unwrap_or(self.token()).span.start;
        let mut matchers = Vec::new();
        if self.take_if(TokenKind::LeftBrace).is_some() {
            while self.take_if(TokenKind::RightBrace).is_none() {
                matchers.push(self.matcher()?);
                if self.take_if(TokenKind::Comma).is_none() && self.kind() != TokenKind::RightBrace {
                    return Err(self.unexpected(CONTEXT, "\",\" or \"}\""));
                }
            }
        }
        let name = name.map(|token| self.written(token).to_owned());
        matchers.extend(name.as_deref().map(Matcher::metric));
        let span = Span { start, end: self.last_end() };
        self.node(ExprKind::Vector(Selector { name, matchers, when: When::default() }), span, 0)
    }

    fn matcher(&mut self) -> Result<Matcher> {
        let label = self.token();
        let quoted = match label.kind {
            TokenKind::Identifier => false,
            TokenKind::String => true,
            _ => return Err(self.unexpected(CONTEXT, "identifier or \"}\"")),
        };
        self.take();
        let name = if quoted { unquote(self.written(label)) } else { self.written(label).to_owned() };
        let op = match self.kind() {
            TokenKind::Assign => MatchOp::Equal,
            TokenKind::Operator(BinaryOp::Neq) => MatchOp::NotEqual,
            TokenKind::Matches => MatchOp::Regex,
            TokenKind::NotMatches => MatchOp::NotRegex,
            // A text alone is the metric's name.
            _ if quoted => return Ok(Matcher::equal(METRIC_NAME, &name)),
            _ => return Err(self.unexpected(CONTEXT, "label matching operator")),
        };
        self.take();
        let Some(value) = self.take_if(TokenKind::String) else {
            return Err(self.unexpected(CONTEXT, "string"));
        };
        Ok(Matcher { name, op, value: unquote(self.written(value)) })
    }
}
