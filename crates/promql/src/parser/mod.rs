//! From tokens to the tree. The messages are those of Prometheus' grammar, whose error rules depend on what is being read.

mod aggregate;
mod call;
mod expr;
mod literal;
mod matching;
mod modifier;
mod selector;

use crate::ast::{Expr, ExprKind, Span};
use crate::check;
use crate::error::ParseError;
use crate::lexer::{Lexed, Token, TokenKind, lex};

/// How deep a tree may be, which a chain of operators makes as deep as it is long: what walks trees recurses, and stacks
/// are small in a browser.
pub const MAX_DEPTH: u32 = 400;

/// How many expressions may stand inside of each other: to read one takes more of the stack than to walk it afterwards.
const MAX_NESTING: u32 = 200;

/// Reads a query and checks its types.
///
/// ```
/// let expr = watchfire_promql::parse("sum(rate(x{a='b'}[300s])) by (c)").unwrap();
/// assert_eq!(expr.to_string(), r#"sum by (c) (rate(x{a="b"}[5m]))"#);
/// let error = watchfire_promql::parse("1 +").unwrap_err();
/// assert_eq!(error.to_string(), "1:4: parse error: unexpected end of input");
/// ```
pub fn parse(text: &str) -> Result<Expr> {
    if u32::try_from(text.len()).is_err() {
        return Err(ParseError::new(text, Span::default(), "the query is longer than 4 GiB"));
    }
    let mut parser = Parser { text, lexed: lex(text), index: 0, level: 0, aggregations: 0 };
    let mut expr = parser.query()?;
    check::check(text, &mut expr)?;
    Ok(expr)
}

type Result<T> = std::result::Result<T, ParseError>;

/// A tree and how deep it is.
struct Node {
    expr: Expr,
    depth: u32,
}

struct Parser<'a> {
    text: &'a str,
    lexed: Lexed,
    /// The next token.
    index: usize,
    /// How many expressions are being read inside of each other.
    level: u32,
    /// How many of them are aggregations.
    aggregations: u32,
}

impl<'a> Parser<'a> {
    fn query(&mut self) -> Result<Expr> {
        if self.kind() == TokenKind::End {
            return Err(ParseError::new(self.text, Span::default(), "no expression found in input"));
        }
        let node = self.expr(0)?;
        if self.kind() != TokenKind::End {
            return Err(self.unexpected("", ""));
        }
        Ok(node.expr)
    }

    fn token_at(&self, index: usize) -> Token {
        let last = self.lexed.tokens.len().saturating_sub(1);
        let end = Token { kind: TokenKind::End, span: Span::default() };
        self.lexed.tokens.get(index.min(last)).copied().unwrap_or(end)
    }

    fn token(&self) -> Token {
        self.token_at(self.index)
    }

    fn kind(&self) -> TokenKind {
        self.token().kind
    }

    /// The kind of the token behind the next.
    fn kind_after(&self) -> TokenKind {
        self.token_at(self.index + 1).kind
    }

    /// Takes the next token.
    fn take(&mut self) -> Token {
        let token = self.token();
        self.index += 1;
        token
    }

    /// Takes the next token if it is of this kind.
    fn take_if(&mut self, kind: TokenKind) -> Option<Token> {
        (self.kind() == kind).then(|| self.take())
    }

    /// The end of the token that was taken last.
    fn last_end(&self) -> u32 {
        self.index.checked_sub(1).map_or(0, |index| self.token_at(index).span.end)
    }

    fn written(&self, token: Token) -> &'a str {
        self.text.get(token.span.start as usize..token.span.end as usize).unwrap_or_default()
    }

    fn error<T>(&self, span: Span, message: impl Into<String>) -> Result<T> {
        Err(ParseError::new(self.text, span, message))
    }

    /// The error that the next token does not fit. Without a context it is that of the innermost aggregation, as in
    /// Prometheus.
    fn unexpected(&self, context: &str, expected: &str) -> ParseError {
        let token = self.token();
        if token.kind == TokenKind::Error {
            return ParseError::new(self.text, token.span, self.lexed.error.clone());
        }
        let mut message = format!("unexpected {}", token.kind.describe(self.written(token)));
        let context = if context.is_empty() && self.aggregations > 0 { "aggregation" } else { context };
        for (word, what) in [(" in ", context), (", expected ", expected)] {
            if !what.is_empty() {
                message.push_str(word);
                message.push_str(what);
            }
        }
        ParseError::new(self.text, token.span, message)
    }

    /// A tree over others, the deepest of which has `depth` levels.
    fn node(&self, kind: ExprKind, span: Span, depth: u32) -> Result<Node> {
        if depth >= MAX_DEPTH {
            return self.error(span, too_deep(MAX_DEPTH));
        }
        Ok(Node { expr: Expr { kind, span }, depth: depth + 1 })
    }
}

fn too_deep(most: u32) -> String {
    format!("the query is nested more than {most} levels deep")
}
