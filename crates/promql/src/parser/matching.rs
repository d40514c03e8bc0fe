//! What may follow a binary operator, and lists of labels.

use super::{Parser, Result};
use crate::ast::{Cardinality, VectorMatching};
use crate::lexer::{Keyword, TokenKind, unquote};

impl Parser<'_> {
    /// `bool`, and how series find each other. Whether they may is for the check of types to say.
    pub(super) fn matching(&mut self) -> Result<(bool, VectorMatching)> {
        let return_bool = self.take_if(TokenKind::Keyword(Keyword::Bool)).is_some();
        let mut matching = VectorMatching {
            card: Cardinality::OneToOne,
            on: false,
            labels: Vec::new(),
            include: Vec::new(),
        };
        let TokenKind::Keyword(word @ (Keyword::On | Keyword::Ignoring)) = self.kind() else {
            return Ok((return_bool, matching));
        };
        self.take();
        matching.on = word == Keyword::On;
        matching.labels = self.labels()?;
        matching.card = match self.kind() {
            TokenKind::Keyword(Keyword::GroupLeft) => Cardinality::ManyToOne,
            TokenKind::Keyword(Keyword::GroupRight) => Cardinality::OneToMany,
            _ => return Ok((return_bool, matching)),
        };
        self.take();
        // Without a list the right side follows.
        if self.kind() == TokenKind::LeftParen || !self.starts_expr() {
            matching.include = self.labels()?;
        }
        Ok((return_bool, matching))
    }

    /// Labels in parentheses.
    pub(super) fn labels(&mut self) -> Result<Vec<String>> {
        const CONTEXT: &str = "grouping opts";
        if self.take_if(TokenKind::LeftParen).is_none() {
            return Err(self.unexpected(CONTEXT, "\"(\""));
        }
        let mut labels = Vec::new();
        while self.take_if(TokenKind::RightParen).is_none() {
            labels.push(self.label(CONTEXT)?);
            if self.take_if(TokenKind::Comma).is_none() && self.kind() != TokenKind::RightParen {
                return Err(self.unexpected(CONTEXT, "\",\" or \")\""));
            }
        }
        Ok(labels)
    }

    fn label(&mut self, context: &str) -> Result<String> {
        let token = self.token();
        let label = match token.kind {
            TokenKind::String => unquote(self.written(token)),
            kind if kind.is_label_name() => self.written(token).to_owned(),
            _ => return Err(self.unexpected(context, "label")),
        };
        // Any other text may name a label.
        if label.is_empty() {
            return self.error(token.span, "invalid label name for grouping: \"\"");
        }
        self.take();
        Ok(label)
    }
}
