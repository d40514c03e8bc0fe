//! What fits at the cursor of a query that is still being written. It reads tokens, not the tree: an unfinished query has
//! none.

mod expression;
mod series;

use watchfire_model::{METRIC_NAME, Matcher};

use crate::ast::Span;
use crate::lexer::{Keyword, Token, TokenKind, lex, unquote};

/// What fits at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The text that a suggestion replaces: what was typed of the word so far; empty if nothing was. In a text in quotes it
    /// is the part behind the opening quote.
    pub span: Span,
    /// What fits; empty where nothing can be suggested, such as in a number.
    pub fits: Vec<Fit>,
}

/// A kind of word that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Names of metrics.
    Metrics,
    /// Names of functions: [`crate::functions::FUNCTIONS`].
    Functions,
    /// Aggregations: [`crate::ast::AggregateOp::ALL`].
    Aggregations,
    /// These words of the language.
    Keywords(Vec<&'static str>),
    /// Names of labels of the series that fulfil these conditions.
    LabelNames(Vec<Matcher>),
    /// Values of a label of the series that fulfil the other conditions.
    LabelValues {
        /// Which label.
        label: String,
        /// The conditions on other labels, the metric's name included.
        matchers: Vec<Matcher>,
    },
    /// Durations such as `5m`.
    Durations,
}

/// What fits at byte `cursor` of `text`.
///
/// ```
/// use watchfire_promql::{Fit, complete_at};
/// let text = r#"sum by (host) (rate(http_requests_total{code=""#;
/// let completion = complete_at(text, text.len());
/// assert!(matches!(&completion.fits[..], [Fit::LabelValues { label, .. }] if label == "code"));
/// ```
pub fn complete_at(text: &str, cursor: usize) -> Completion {
    let cursor = text.floor_char_boundary(cursor);
    // A brace that is closed behind the cursor must not hide that it is open here, so the text is read up to the cursor.
    let (before, _) = text.split_at(cursor);
    let lexed = lex(before);
    let Some((last, complete)) = lexed.tokens.split_last() else { return Completion::nothing(cursor) };
    let broken = last.kind == TokenKind::Error && (last.span.start as usize) < cursor;
    let read = complete.last().map_or(0, |token| token.span.end as usize);
    if !broken && in_comment(&before[read..]) {
        return Completion::nothing(cursor);
    }
    let rest = lex(text);
    let reader = Reader {
        text,
        before: complete,
        after: rest
            .tokens
            .split(|token| (token.span.start as usize) < cursor)
            .next_back()
            .unwrap_or_default(),
    };
    if broken {
        return reader.in_broken_token(last.span.start as usize, cursor);
    }
    reader.at_word(cursor)
}

/// Whether a comment begins in what stands behind the last token and reaches to the end.
fn in_comment(spaces: &str) -> bool {
    spaces.rsplit(['\n', '\r']).next().is_some_and(|line| line.contains('#'))
}

impl Completion {
    fn new(start: usize, cursor: usize, fits: Vec<Fit>) -> Self {
        Self { span: Span { start: start as u32, end: cursor as u32 }, fits }
    }

    fn nothing(cursor: usize) -> Self {
        Self::new(cursor, cursor, Vec::new())
    }
}

/// The tokens around the cursor.
#[derive(Clone, Copy)]
struct Reader<'a> {
    /// The whole text.
    text: &'a str,
    /// The tokens before the cursor, the word at the cursor not among them.
    before: &'a [Token],
    /// Those behind it.
    after: &'a [Token],
}

impl<'a> Reader<'a> {
    fn written(&self, token: Token) -> &'a str {
        self.text.get(token.span.start as usize..token.span.end as usize).unwrap_or_default()
    }

    /// The kind of token number `back` before the cursor, counted from 0.
    fn kind(&self, back: usize) -> Option<TokenKind> {
        self.before.iter().rev().nth(back).map(|token| token.kind)
    }

    /// The cursor is in a token that is not complete: a text in quotes or a duration.
    fn in_broken_token(self, start: usize, cursor: usize) -> Completion {
        let typed = self.text.get(start..cursor).unwrap_or_default();
        let mut chars = typed.chars();
        match chars.next() {
            Some('"' | '\'' | '`') => {
                let behind_quote = cursor - chars.as_str().len();
                Completion::new(behind_quote, cursor, self.in_quotes())
            }
            Some('0'..='9') if self.duration_fits() => Completion::new(start, cursor, vec![Fit::Durations]),
            _ => Completion::nothing(cursor),
        }
    }

    fn in_quotes(self) -> Vec<Fit> {
        if let Some(brace) = self.open_brace() {
            return match self.kind(0) {
                Some(TokenKind::LeftBrace | TokenKind::Comma) => {
                    vec![Fit::Metrics, Fit::LabelNames(self.matchers_around(brace))]
                }
                Some(kind) if series::match_op(kind).is_some() => {
                    let label = self.before.iter().rev().nth(1).copied();
                    self.values_of(label, brace)
                }
                _ => Vec::new(),
            };
        }
        self.grouping().map(Fit::LabelNames).into_iter().collect()
    }

    fn values_of(self, label: Option<Token>, brace: usize) -> Vec<Fit> {
        let Some(token) = label else { return Vec::new() };
        let written = self.written(token);
        let label = match token.kind {
            TokenKind::Identifier => written.to_owned(),
            TokenKind::String => unquote(written),
            _ => return Vec::new(),
        };
        let mut matchers = self.matchers_around(brace);
        matchers.retain(|matcher| matcher.name != label);
        if label == METRIC_NAME && matchers.is_empty() {
            return vec![Fit::Metrics];
        }
        vec![Fit::LabelValues { label, matchers }]
    }

    /// The cursor is behind a complete token or a space.
    fn at_word(self, cursor: usize) -> Completion {
        let touching = self.before.split_last().filter(|(last, _)| last.span.end as usize == cursor);
        let Some((word, before)) = touching else {
            return Completion::new(cursor, cursor, self.fits());
        };
        let earlier = Reader { before, ..self };
        let start = word.span.start as usize;
        match word.kind {
            TokenKind::Number | TokenKind::Duration if self.written(*word).starts_with(char::is_numeric) => {
                let fits = if earlier.duration_fits() { vec![Fit::Durations] } else { Vec::new() };
                Completion::new(start, cursor, fits)
            }
            TokenKind::String => Completion::nothing(cursor),
            _ if self
                .written(*word)
                .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':')
                && earlier.open_bracket().is_none() =>
            {
                Completion::new(start, cursor, earlier.fits())
            }
            _ => Completion::new(cursor, cursor, self.fits()),
        }
    }

    fn fits(self) -> Vec<Fit> {
        if let Some(brace) = self.open_brace() {
            return match self.kind(0) {
                Some(TokenKind::LeftBrace | TokenKind::Comma) => {
                    vec![Fit::LabelNames(self.matchers_around(brace))]
                }
                _ => Vec::new(),
            };
        }
        if self.duration_fits() {
            return vec![Fit::Durations];
        }
        if self.open_bracket().is_some() {
            return Vec::new();
        }
        if let Some(matchers) = self.grouping() {
            return match self.kind(0) {
                Some(TokenKind::LeftParen | TokenKind::Comma) => vec![Fit::LabelNames(matchers)],
                _ => Vec::new(),
            };
        }
        self.in_expression()
    }

    fn open_brace(self) -> Option<usize> {
        self.open(TokenKind::LeftBrace, TokenKind::RightBrace)
    }

    fn open_bracket(self) -> Option<usize> {
        self.open(TokenKind::LeftBracket, TokenKind::RightBracket)
    }

    /// The innermost token of kind `open` that is not closed before the cursor.
    fn open(self, open: TokenKind, close: TokenKind) -> Option<usize> {
        let mut closed = 0_usize;
        for (index, token) in self.before.iter().enumerate().rev() {
            if token.kind == close {
                closed += 1;
            } else if token.kind == open {
                match closed.checked_sub(1) {
                    Some(fewer) => closed = fewer,
                    None => return Some(index),
                }
            }
        }
        None
    }

    /// Whether a duration is what has to stand here.
    fn duration_fits(self) -> bool {
        let signed = matches!(self.kind(0), Some(TokenKind::Operator(_)));
        match self.kind(usize::from(signed)) {
            Some(TokenKind::Keyword(Keyword::Offset)) => true,
            Some(TokenKind::LeftBracket | TokenKind::Colon) => self.open_bracket().is_some(),
            _ => false,
        }
    }
}
