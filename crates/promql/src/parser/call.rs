//! Calls of functions.

use super::{Node, Parser, Result};
use crate::ast::{BinaryOp, ExprKind, Span};
use crate::functions;
use crate::lexer::TokenKind;
use crate::print::quote::Quoted;

impl Parser<'_> {
    pub(super) fn call(&mut self) -> Result<Node> {
        let name = self.take();
        let args = self.args()?;
        let Some(function) = functions::lookup(self.written(name)) else {
            let message = format!("unknown function with name {}", Quoted(self.written(name)));
            return self.error(name.span, message);
        };
        let span = Span { start: name.span.start, end: self.last_end() };
        let depth = args.iter().map(|arg| arg.depth).max().unwrap_or_default();
        let args = args.into_iter().map(|arg| arg.expr).collect();
        self.node(ExprKind::Call { function, args }, span, depth)
    }

    /// Arguments in parentheses; the caller saw the left one.
    pub(super) fn args(&mut self) -> Result<Vec<Node>> {
        self.take();
        let mut args = Vec::new();
        if self.take_if(TokenKind::RightParen).is_some() {
            return Ok(args);
        }
        loop {
            args.push(self.expr(0)?);
            let Some(comma) = self.take_if(TokenKind::Comma) else { break };
            if !self.starts_expr() {
                let message = "trailing commas not allowed in function call args";
                return if self.kind() == TokenKind::Error {
                    Err(self.unexpected("", ""))
                } else {
                    self.error(comma.span, message)
                };
            }
        }
        if self.take_if(TokenKind::RightParen).is_none() {
            return Err(self.unexpected("", ""));
        }
        Ok(args)
    }

    /// Whether the next token may start an expression.
    pub(super) fn starts_expr(&self) -> bool {
        match self.kind() {
            TokenKind::Number
            | TokenKind::Duration
            | TokenKind::String
            | TokenKind::LeftParen
            | TokenKind::LeftBrace
            | TokenKind::Operator(BinaryOp::Add | BinaryOp::Sub) => true,
            kind => kind.is_metric_name(),
        }
    }
}
