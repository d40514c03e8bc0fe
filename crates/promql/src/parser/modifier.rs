//! What may follow an expression: ranges, subqueries, `offset` and `@`.

use super::{Node, Parser, Result};
use crate::ast::{At, BinaryOp, ExprKind, Selector, Span, Subquery, When};
use crate::lexer::{Keyword, TokenKind};

impl Parser<'_> {
    pub(super) fn modifiers(&mut self, mut node: Node) -> Result<Node> {
        loop {
            match self.kind() {
                TokenKind::LeftBracket => node = self.brackets(node)?,
                TokenKind::Keyword(Keyword::Offset) => self.offset(&mut node)?,
                TokenKind::At => self.at(&mut node)?,
                _ => return Ok(node),
            }
        }
    }

    fn brackets(&mut self, node: Node) -> Result<Node> {
        let open = self.take();
        let (context, expected) = ("subquery selector", "number or duration");
        let Some(range) = self.positive_duration(context, expected)? else {
            return Err(self.unexpected(context, expected));
        };
        let start = node.expr.span.start;
        if let Some(close) = self.take_if(TokenKind::RightBracket) {
            let span = Span { start, end: close.span.end };
            let brackets = Span { start: open.span.start, end: close.span.end };
            let depth = node.depth;
            let selector = self.ranged(node, brackets)?;
            // Selector and range are one level of the tree.
            return self.node(ExprKind::Matrix { selector, range }, span, depth - 1);
        }
        if self.take_if(TokenKind::Colon).is_none() {
            return Err(self.unexpected("subquery or range", "\":\" or \"]\""));
        }
        let expected = "number or duration or \"]\"";
        let step = self.positive_duration(context, expected)?;
        let Some(close) = self.take_if(TokenKind::RightBracket) else {
            return Err(self.unexpected(context, if step.is_some() { "\"]\"" } else { expected }));
        };
        let subquery = Subquery { expr: Box::new(node.expr), range, step, when: When::default() };
        let span = Span { start, end: close.span.end };
        self.node(ExprKind::Subquery(subquery), span, node.depth)
    }

    /// The selector that a range stands behind.
    fn ranged(&self, node: Node, brackets: Span) -> Result<Selector> {
        let ExprKind::Vector(selector) = node.expr.kind else {
            return self.error(brackets, "ranges only allowed for vector selectors");
        };
        if selector.when.offset != 0 {
            return self.error(brackets, "no offset modifiers allowed before range");
        }
        // Prometheus lets `start()` and `end()` stand before a range.
        if matches!(selector.when.at, Some(At::Time(_))) {
            return self.error(brackets, "no @ modifiers allowed before range");
        }
        Ok(selector)
    }

    /// A duration that may have signs; `None` if none stands here. The words are those of the error that nothing follows
    /// them.
    fn signed_duration(&mut self, context: &str, expected: &str) -> Result<Option<(i64, Span)>> {
        let start = self.token().span.start;
        let (mut sign, mut signs) = (1, 0);
        while let TokenKind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) = self.kind() {
            self.take();
            signs += 1;
            if op == BinaryOp::Sub {
                sign = -sign;
            }
        }
        while self.take_if(TokenKind::LeftParen).is_some() {
            if matches!(self.kind(), TokenKind::Number | TokenKind::Duration | TokenKind::Operator(_)) {
                return self.no_arithmetic(self.token().span);
            }
            signs += 1;
        }
        match self.duration()? {
            Some((millis, span)) => Ok(Some((sign * millis, Span { start, end: span.end }))),
            None if signs > 0 => Err(self.unexpected(context, expected)),
            None => Ok(None),
        }
    }

    fn positive_duration(&mut self, context: &str, expected: &str) -> Result<Option<i64>> {
        use BinaryOp::{Add, Div, Mod, Mul, Pow, Sub};
        let Some((millis, span)) = self.signed_duration(context, expected)? else { return Ok(None) };
        if matches!(self.kind(), TokenKind::Operator(Add | Sub | Mul | Div | Mod | Pow)) {
            return self.no_arithmetic(span);
        }
        if millis <= 0 {
            return self.error(span, "duration must be greater than 0");
        }
        Ok(Some(millis))
    }

    fn no_arithmetic<T>(&self, span: Span) -> Result<T> {
        self.error(span, "experimental duration expression is not enabled")
    }

    fn offset(&mut self, node: &mut Node) -> Result<()> {
        self.take();
        let (context, expected) = ("offset", "number or duration");
        let Some((millis, _)) = self.signed_duration(context, expected)? else {
            return Err(self.unexpected(context, expected));
        };
        let (span, end) = (node.expr.span, self.last_end());
        let Some(when) = when_of(&mut node.expr.kind) else {
            return self.error(
                span,
                "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery",
            );
        };
        if when.offset != 0 {
            return self.error(span, "offset may not be set multiple times");
        }
        when.offset = millis;
        node.expr.span.end = end;
        Ok(())
    }

    fn at(&mut self, node: &mut Node) -> Result<()> {
        self.take();
        let span = node.expr.span;
        let at = self.time(span)?;
        let end = self.last_end();
        let Some(when) = when_of(&mut node.expr.kind) else {
            return self.error(
                span,
                "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery",
            );
        };
        if when.at.is_some() {
            return self.error(span, "@ <timestamp> may not be set multiple times");
        }
        when.at = Some(at);
        node.expr.span.end = end;
        Ok(())
    }

    /// What stands behind `@`; errors point at `span`, what stands before it.
    fn time(&mut self, span: Span) -> Result<At> {
        if let TokenKind::Keyword(word @ (Keyword::Start | Keyword::End)) = self.kind() {
            self.take();
            for kind in [TokenKind::LeftParen, TokenKind::RightParen] {
                if self.take_if(kind).is_none() {
                    return Err(self.unexpected("@", "timestamp"));
                }
            }
            return Ok(if word == Keyword::Start { At::Start } else { At::End });
        }
        let minus = self.kind() == TokenKind::Operator(BinaryOp::Sub);
        if minus || self.kind() == TokenKind::Operator(BinaryOp::Add) {
            self.take();
        }
        if !matches!(self.kind(), TokenKind::Number | TokenKind::Duration) {
            return Err(self.unexpected("@", "timestamp"));
        }
        let (value, _) = self.number()?;
        let seconds = if minus { -value } else { value };
        let millis = (seconds * 1000.0).round();
        if millis.is_nan() || millis.abs() >= i64::MAX as f64 {
            let seconds = go_fixed(seconds);
            return self.error(span, format!("timestamp out of bounds for @ modifier: {seconds}"));
        }
        Ok(At::Time(millis as i64))
    }
}

/// The modifiers of what may have some.
fn when_of(kind: &mut ExprKind) -> Option<&mut When> {
    match kind {
        ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. } => Some(&mut selector.when),
        ExprKind::Subquery(subquery) => Some(&mut subquery.when),
        _ => None,
    }
}

/// A number as Go's `%f` writes it.
fn go_fixed(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else {
        format!("{value:.6}")
    }
}
