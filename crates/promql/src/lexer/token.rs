//! The kinds of tokens, the words among them, and how error messages name them.

use crate::ast::{AggregateOp, BinaryOp, Span};
use crate::print::quote::{Quoted, quoted_prefix};

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// What a piece of the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// The text ends.
    End,
    /// The text can't be read on from here; the lexer's error says why.
    Error,
    Identifier,
    /// A name with a colon, which only metrics may have.
    MetricIdentifier,
    Number,
    Duration,
    String,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    /// `=`
    Assign,
    /// `=~`
    Matches,
    /// `!~`
    NotMatches,
    /// `@`
    At,
    /// Signs and words; `!=` between a label and its value, too.
    Operator(BinaryOp),
    Aggregation(AggregateOp),
    Keyword(Keyword),
}

/// Words with a meaning of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Offset,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Bool,
    Start,
    End,
}

/// The keywords of expressions as they are written.
pub(crate) const KEYWORDS: [(&str, Keyword); 10] = [
    ("bool", Keyword::Bool),
    ("by", Keyword::By),
    ("end", Keyword::End),
    ("group_left", Keyword::GroupLeft),
    ("group_right", Keyword::GroupRight),
    ("ignoring", Keyword::Ignoring),
    ("offset", Keyword::Offset),
    ("on", Keyword::On),
    ("start", Keyword::Start),
    ("without", Keyword::Without),
];

/// What a word outside of braces is. Keywords, operators and aggregations may be written in any case.
pub(crate) fn word(text: &str) -> TokenKind {
    let same = |name: &str| text.eq_ignore_ascii_case(name);
    if let Some((_, keyword)) = KEYWORDS.iter().find(|(name, _)| same(name)) {
        return TokenKind::Keyword(*keyword);
    }
    if let Some(op) = AggregateOp::ALL.iter().find(|op| same(op.name())) {
        return TokenKind::Aggregation(*op);
    }
    let words = [BinaryOp::And, BinaryOp::Or, BinaryOp::Unless, BinaryOp::Atan2];
    if let Some(op) = words.iter().find(|op| same(op.symbol())) {
        return TokenKind::Operator(*op);
    }
    if same("inf") || same("nan") {
        TokenKind::Number
    } else if text.contains(':') {
        TokenKind::MetricIdentifier
    } else {
        TokenKind::Identifier
    }
}

impl TokenKind {
    /// Whether a metric's name may be this word.
    pub(crate) fn is_metric_name(self) -> bool {
        match self {
            Self::Identifier | Self::MetricIdentifier | Self::Aggregation(_) => true,
            Self::Operator(op) => op.is_set(),
            Self::Keyword(word) => {
                use Keyword::{By, End, Offset, Start, Without};
                matches!(word, By | End | Offset | Start | Without)
            }
            _ => false,
        }
    }

    /// Whether a label in a grouping may be this word.
    pub(crate) fn is_label_name(self) -> bool {
        match self {
            Self::Identifier | Self::MetricIdentifier | Self::Aggregation(_) => true,
            Self::Operator(op) => op.is_set() || op == BinaryOp::Atan2,
            // Prometheus' grammar has every keyword here but this.
            Self::Keyword(word) => word != Keyword::Without,
            _ => false,
        }
    }

    /// How Prometheus' messages name a token of this kind that is written as `text`.
    pub(crate) fn describe(self, text: &str) -> String {
        match self {
            Self::End => "end of input".to_owned(),
            Self::Identifier => format!("identifier {}", Quoted(text)),
            Self::MetricIdentifier => format!("metric identifier {}", Quoted(text)),
            Self::Number => format!("number {}", quoted_prefix(text)),
            Self::Duration => format!("duration {}", quoted_prefix(text)),
            Self::String => format!("string {}", quoted_prefix(text)),
            Self::Operator(_) | Self::At | Self::Matches | Self::NotMatches => format!("<op:{text}>"),
            Self::Aggregation(_) => format!("<aggr:{text}>"),
            Self::Keyword(Keyword::Start | Keyword::End) => Quoted(text).to_string(),
            Self::Keyword(_) => format!("<{text}>"),
            _ => quoted_prefix(text),
        }
    }
}
