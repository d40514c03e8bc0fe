//! What fits outside of braces, brackets and groupings: an operand or what may follow one.

use super::{Fit, Reader};
use crate::ast::BinaryOp;
use crate::lexer::{Keyword, TokenKind};

const OPERATORS: [&str; 4] = ["and", "atan2", "or", "unless"];

impl Reader<'_> {
    pub(super) fn in_expression(self) -> Vec<Fit> {
        let Some(last) = self.kind(0) else { return operand(Vec::new()) };
        match last {
            TokenKind::Operator(op) if self.kind(1).is_some_and(ends_operand) => operand(modifiers(op)),
            // Without an operand before it, the word is a metric's name.
            TokenKind::Operator(op) if op.is_set() => after_operand(&["offset"]),
            TokenKind::Keyword(Keyword::Bool) => operand(vec!["ignoring", "on"]),
            TokenKind::LeftParen
            | TokenKind::Comma
            | TokenKind::Operator(_)
            | TokenKind::Keyword(Keyword::GroupLeft | Keyword::GroupRight) => operand(Vec::new()),
            TokenKind::Aggregation(_) => after_operand(&["by", "offset", "without"]),
            TokenKind::At => vec![Fit::Keywords(vec!["end()", "start()"])],
            TokenKind::Identifier
            | TokenKind::MetricIdentifier
            | TokenKind::RightBrace
            | TokenKind::RightBracket => after_operand(&["offset"]),
            TokenKind::Number | TokenKind::Duration => after_operand(&[]),
            TokenKind::RightParen => self.after_paren(),
            _ => Vec::new(),
        }
    }

    fn after_paren(self) -> Vec<Fit> {
        let mut inside = self;
        inside.before = self.before.split_last().map_or(&[][..], |(_, rest)| rest);
        let Some(open) = inside.open(TokenKind::LeftParen, TokenKind::RightParen) else { return Vec::new() };
        let kind_before = |back: usize| {
            let index = open.checked_sub(back)?;
            self.before.get(index).map(|token| token.kind)
        };
        match kind_before(1) {
            Some(TokenKind::Keyword(Keyword::On | Keyword::Ignoring)) => {
                operand(vec!["group_left", "group_right"])
            }
            Some(TokenKind::Keyword(Keyword::GroupLeft | Keyword::GroupRight)) => operand(Vec::new()),
            Some(TokenKind::Keyword(Keyword::By | Keyword::Without)) => match kind_before(2) {
                // The arguments come next.
                Some(TokenKind::Aggregation(_)) => Vec::new(),
                _ => after_operand(&[]),
            },
            Some(TokenKind::Aggregation(_)) => after_operand(&["by", "without"]),
            _ => after_operand(&[]),
        }
    }
}

fn operand(keywords: Vec<&'static str>) -> Vec<Fit> {
    let mut fits = vec![Fit::Metrics, Fit::Functions, Fit::Aggregations];
    if !keywords.is_empty() {
        fits.push(Fit::Keywords(keywords));
    }
    fits
}

fn after_operand(more: &[&'static str]) -> Vec<Fit> {
    let mut keywords = OPERATORS.to_vec();
    keywords.extend(more);
    keywords.sort_unstable();
    vec![Fit::Keywords(keywords)]
}

/// What may stand between a binary operator and its right side.
fn modifiers(op: BinaryOp) -> Vec<&'static str> {
    if op.is_comparison() { vec!["bool", "ignoring", "on"] } else { vec!["ignoring", "on"] }
}

fn ends_operand(kind: TokenKind) -> bool {
    match kind {
        TokenKind::Identifier
        | TokenKind::MetricIdentifier
        | TokenKind::Aggregation(_)
        | TokenKind::Number
        | TokenKind::Duration
        | TokenKind::String
        | TokenKind::RightParen
        | TokenKind::RightBrace
        | TokenKind::RightBracket => true,
        TokenKind::Keyword(word) => matches!(word, Keyword::Start | Keyword::End),
        _ => false,
    }
}
