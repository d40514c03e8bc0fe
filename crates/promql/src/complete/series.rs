//! Which series the cursor is about: the conditions of the selector around or near it.

use watchfire_model::{METRIC_NAME, MatchOp, Matcher};

use super::Reader;
use crate::ast::BinaryOp;
use crate::lexer::{Keyword, Token, TokenKind, unquote};

/// The comparison between a label and its value.
pub(super) fn match_op(kind: TokenKind) -> Option<MatchOp> {
    match kind {
        TokenKind::Assign => Some(MatchOp::Equal),
        TokenKind::Operator(BinaryOp::Neq) => Some(MatchOp::NotEqual),
        TokenKind::Matches => Some(MatchOp::Regex),
        TokenKind::NotMatches => Some(MatchOp::NotRegex),
        _ => None,
    }
}

impl Reader<'_> {
    /// The conditions of the selector whose brace is token number `brace`, those behind the cursor included.
    pub(super) fn matchers_around(self, brace: usize) -> Vec<Matcher> {
        let name = brace.checked_sub(1).and_then(|index| self.before.get(index));
        let mut matchers: Vec<Matcher> = name.and_then(|token| self.metric(*token)).into_iter().collect();
        matchers.extend(self.conditions(self.before.get(brace + 1..).unwrap_or_default()));
        let end = self.after.iter().position(|token| {
            matches!(token.kind, TokenKind::RightBrace | TokenKind::LeftBrace | TokenKind::LeftParen)
        });
        matchers.extend(self.conditions(&self.after[..end.unwrap_or(self.after.len())]));
        matchers
    }

    fn metric(self, token: Token) -> Option<Matcher> {
        token.kind.is_metric_name().then(|| Matcher::metric(self.written(token)))
    }

    /// The complete conditions among the tokens of braces.
    fn conditions(self, tokens: &[Token]) -> Vec<Matcher> {
        let text = |token: Token| match token.kind {
            TokenKind::Identifier => Some(self.written(token).to_owned()),
            TokenKind::String => Some(unquote(self.written(token))),
            _ => None,
        };
        let condition = |part: &[Token]| match part {
            [name] if name.kind == TokenKind::String => Some(Matcher::equal(METRIC_NAME, &text(*name)?)),
            [name, op, value] if value.kind == TokenKind::String => {
                Some(Matcher { name: text(*name)?, op: match_op(op.kind)?, value: text(*value)? })
            }
            _ => None,
        };
        tokens.split(|token| token.kind == TokenKind::Comma).filter_map(condition).collect()
    }

    /// The conditions of the series whose labels fit, if the cursor is in the parentheses of `by`, `on` and the like.
    pub(super) fn grouping(self) -> Option<Vec<Matcher>> {
        let paren = self.open(TokenKind::LeftParen, TokenKind::RightParen)?;
        let clause = paren.checked_sub(1)?;
        let TokenKind::Keyword(word) = self.before.get(clause)?.kind else { return None };
        let earlier = self.before.get(..clause).unwrap_or_default();
        match word {
            Keyword::By | Keyword::Without => {
                let body_follows =
                    earlier.last().is_some_and(|token| matches!(token.kind, TokenKind::Aggregation(_)));
                Some(if body_follows { self.first_series(self.after) } else { self.last_series(earlier) })
            }
            Keyword::On | Keyword::Ignoring | Keyword::GroupLeft | Keyword::GroupRight => {
                Some(self.last_series(earlier))
            }
            _ => None,
        }
    }

    /// The conditions of the first selector among `tokens`.
    fn first_series(self, tokens: &[Token]) -> Vec<Matcher> {
        (0..tokens.len()).find_map(|index| self.series_at(tokens, index)).unwrap_or_default()
    }

    fn last_series(self, tokens: &[Token]) -> Vec<Matcher> {
        (0..tokens.len()).rev().find_map(|index| self.series_at(tokens, index)).unwrap_or_default()
    }

    /// The conditions of the selector that starts at token number `index`.
    fn series_at(self, tokens: &[Token], index: usize) -> Option<Vec<Matcher>> {
        let (first, rest) = tokens.get(index..)?.split_first()?;
        let braces = |tokens: &[Token]| {
            let end = tokens.iter().position(|token| token.kind == TokenKind::RightBrace)?;
            Some(self.conditions(&tokens[..end]))
        };
        match (first.kind, rest.split_first()) {
            (TokenKind::LeftBrace, _) => {
                let named = index.checked_sub(1).and_then(|before| self.metric(tokens[before]));
                let mut matchers: Vec<Matcher> = named.into_iter().collect();
                matchers.extend(braces(rest)?);
                Some(matchers)
            }
            // Words in braces and groupings are labels, not metrics.
            (TokenKind::Identifier | TokenKind::MetricIdentifier, next) if !in_list(&tokens[..index]) => {
                let mut matchers = vec![self.metric(*first)?];
                match next {
                    Some((next, _)) if next.kind == TokenKind::LeftParen => return None,
                    Some((next, rest)) if next.kind == TokenKind::LeftBrace => matchers.extend(braces(rest)?),
                    _ => {}
                }
                Some(matchers)
            }
            _ => None,
        }
    }
}

/// Whether the last token opens or continues braces or the parentheses of a grouping.
fn in_list(tokens: &[Token]) -> bool {
    let mut closed = 0_usize;
    for (index, token) in tokens.iter().enumerate().rev() {
        match token.kind {
            TokenKind::LeftBrace => return closed == 0,
            TokenKind::RightBrace => return false,
            TokenKind::RightParen => closed += 1,
            TokenKind::LeftParen if closed > 0 => closed -= 1,
            TokenKind::LeftParen => {
                let before = index.checked_sub(1).and_then(|before| tokens.get(before));
                return before.is_some_and(|token| matches!(token.kind, TokenKind::Keyword(_)));
            }
            _ => {}
        }
    }
    false
}
