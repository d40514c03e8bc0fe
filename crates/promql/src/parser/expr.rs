//! Operators by their precedence, signs, parentheses, and what stands between them.

use super::{MAX_NESTING, Node, Parser, Result, too_deep};
use crate::ast::{Binary, BinaryOp, ExprKind, NumberLiteral, Span};
use crate::lexer::{Keyword, TokenKind};

/// How tight an operator binds; `^` alone groups from the right.
fn precedence(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 1,
        BinaryOp::And | BinaryOp::Unless => 2,
        _ if op.is_comparison() => 3,
        BinaryOp::Add | BinaryOp::Sub => 4,
        BinaryOp::Pow => 6,
        _ => 5,
    }
}

impl Parser<'_> {
    /// An expression whose operators outside of parentheses bind at least as tight as `weakest`.
    pub(super) fn expr(&mut self, weakest: u8) -> Result<Node> {
        if self.level >= MAX_NESTING {
            return self.error(self.token().span, too_deep(MAX_NESTING));
        }
        self.level += 1;
        let mut lhs = self.signed()?;
        while let TokenKind::Operator(op) = self.kind() {
            let precedence = precedence(op);
            if precedence < weakest {
                break;
            }
            self.take();
            let (return_bool, matching) = self.matching()?;
            let rhs = self.expr(if op == BinaryOp::Pow { precedence } else { precedence + 1 })?;
            let span = Span { start: lhs.expr.span.start, end: rhs.expr.span.end };
            let depth = lhs.depth.max(rhs.depth);
            let (lhs_expr, rhs_expr) = (Box::new(lhs.expr), Box::new(rhs.expr));
            let binary = Binary { op, lhs: lhs_expr, rhs: rhs_expr, return_bool, matching: Some(matching) };
            lhs = self.node(ExprKind::Binary(binary), span, depth)?;
        }
        self.level -= 1;
        Ok(lhs)
    }

    fn signed(&mut self) -> Result<Node> {
        let minus = match self.kind() {
            TokenKind::Operator(BinaryOp::Sub) => true,
            TokenKind::Operator(BinaryOp::Add) => false,
            _ => {
                let primary = self.primary()?;
                return self.modifiers(primary);
            }
        };
        let sign = self.take();
        // A sign binds as `*` does, so that `-1 ^ 2` is `-(1 ^ 2)`.
        let mut operand = self.expr(precedence(BinaryOp::Mul) + 1)?;
        let span = Span { start: sign.span.start, end: operand.expr.span.end };
        if let ExprKind::Number(number) = &mut operand.expr.kind {
            if minus {
                number.value = -number.value;
            }
            operand.expr.span = span;
            return Ok(operand);
        }
        let depth = operand.depth;
        self.node(ExprKind::Unary { minus, expr: Box::new(operand.expr) }, span, depth)
    }

    fn primary(&mut self) -> Result<Node> {
        let next_is_paren = self.kind_after() == TokenKind::LeftParen;
        match self.kind() {
            TokenKind::Number | TokenKind::Duration => {
                let is_duration = self.kind() == TokenKind::Duration;
                let (value, span) = self.number()?;
                self.node(ExprKind::Number(NumberLiteral { value, is_duration }), span, 0)
            }
            TokenKind::String => {
                let token = self.take();
                let value = crate::lexer::unquote(self.written(token));
                self.node(ExprKind::String(value), token.span, 0)
            }
            TokenKind::LeftParen => self.paren(),
            TokenKind::LeftBrace => self.selector(None),
            TokenKind::Identifier if next_is_paren => self.call(),
            TokenKind::Aggregation(op)
                if next_is_paren
                    || matches!(self.kind_after(), TokenKind::Keyword(Keyword::By | Keyword::Without)) =>
            {
                self.aggregation(op)
            }
            kind if kind.is_metric_name() => {
                let name = self.take();
                self.selector(Some(name))
            }
            _ => Err(self.unexpected("", "")),
        }
    }

    fn paren(&mut self) -> Result<Node> {
        let open = self.take();
        let inner = self.expr(0)?;
        let Some(close) = self.take_if(TokenKind::RightParen) else {
            return Err(self.unexpected("", ""));
        };
        let span = Span { start: open.span.start, end: close.span.end };
        self.node(ExprKind::Paren(Box::new(inner.expr)), span, inner.depth)
    }
}
