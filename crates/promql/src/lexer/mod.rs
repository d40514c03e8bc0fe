//! From text to tokens, with Prometheus' rules and messages.

mod number;
mod text;
pub(crate) mod token;

pub(crate) use text::unquote;
pub(crate) use token::{Keyword, Token, TokenKind};

use crate::ast::{BinaryOp, Span};
use crate::print::quote::QuotedChar;

/// The tokens of a text. Comments and spaces are left out.
#[derive(Debug)]
pub(crate) struct Lexed {
    /// Never empty: the last token, and it alone, is [`TokenKind::End`] or [`TokenKind::Error`].
    pub(crate) tokens: Vec<Token>,
    /// What is wrong at the last token, if it is an error.
    pub(crate) error: String,
}

/// Reads all of `text`, or what stands before the first error.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer =
        Lexer { text, pos: 0, start: 0, parens: 0, brace: false, bracket: None, tokens: Vec::new() };
    let (kind, error) = match lexer.run() {
        Ok(()) => (TokenKind::End, String::new()),
        Err(error) => (TokenKind::Error, error),
    };
    // The span of an error reaches to the end, since nothing behind it was understood.
    let span = Span { start: lexer.start as u32, end: text.len() as u32 };
    lexer.tokens.push(Token { kind, span });
    Lexed { tokens: lexer.tokens, error }
}

/// What was seen since the bracket was opened.
#[derive(Clone, Copy, PartialEq)]
enum Bracket {
    /// At most signs.
    Nothing,
    Duration,
    Colon,
}

struct Lexer<'a> {
    text: &'a str,
    /// The next byte to read.
    pos: usize,
    /// Where the token being read starts.
    start: usize,
    /// How many parentheses are open.
    parens: usize,
    /// Whether a brace is open.
    brace: bool,
    /// Whether a bracket is open.
    bracket: Option<Bracket>,
    tokens: Vec<Token>,
}

type Result<T = ()> = std::result::Result<T, String>;

impl Lexer<'_> {
    fn run(&mut self) -> Result {
        loop {
            self.start = self.pos;
            let Some(c) = self.next() else { return self.end() };
            match c {
                ' ' | '\t' | '\n' | '\r' => {}
                '#' => self.comment(),
                _ if self.brace => self.in_braces(c)?,
                _ if self.bracket == Some(Bracket::Nothing) => self.in_bracket(c)?,
                _ => self.in_expression(c)?,
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.pos..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    /// Reads the next character if it is `c`.
    fn accept(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.pos += c.len_utf8();
        }
        found
    }

    fn emit(&mut self, kind: TokenKind) {
        let span = Span { start: self.start as u32, end: self.pos as u32 };
        self.tokens.push(Token { kind, span });
    }

    fn emit_operator(&mut self, op: BinaryOp) {
        self.emit(TokenKind::Operator(op));
    }

    /// Fails after the current token, which is dropped as Prometheus drops it.
    fn fail<T>(&mut self, message: String) -> Result<T> {
        self.start = self.pos;
        Err(message)
    }

    fn end(&self) -> Result {
        if self.brace {
            Err("unexpected end of input inside braces".to_owned())
        } else if self.bracket == Some(Bracket::Nothing) {
            Err("unexpected end of input in duration expression".to_owned())
        } else if self.parens > 0 {
            Err("unclosed left parenthesis".to_owned())
        } else if self.bracket.is_some() {
            Err("unclosed left bracket".to_owned())
        } else {
            Ok(())
        }
    }

    fn comment(&mut self) {
        let rest = &self.text[self.pos..];
        self.pos += rest.find(['\n', '\r']).unwrap_or(rest.len());
    }

    fn in_braces(&mut self, c: char) -> Result {
        match c {
            _ if is_alpha(c) => {
                self.skip_while(is_alphanumeric);
                self.emit(TokenKind::Identifier);
            }
            ',' => self.emit(TokenKind::Comma),
            '"' | '\'' | '`' => self.string(c)?,
            '=' if self.accept('~') => self.emit(TokenKind::Matches),
            '=' => self.emit(TokenKind::Assign),
            '!' if self.accept('~') => self.emit(TokenKind::NotMatches),
            '!' if self.accept('=') => self.emit_operator(BinaryOp::Neq),
            '!' => {
                let next = QuotedChar(self.peek());
                return Err(format!("unexpected character after '!' inside braces: {next}"));
            }
            '{' => return Err("unexpected left brace '{'".to_owned()),
            '}' => {
                self.brace = false;
                self.emit(TokenKind::RightBrace);
            }
            _ => return Err(format!("unexpected character inside braces: {}", QuotedChar(Some(c)))),
        }
        Ok(())
    }

    /// Before the first duration in brackets.
    fn in_bracket(&mut self, c: char) -> Result {
        match c {
            '0'..='9' | '.' => {
                self.bracket = Some(Bracket::Duration);
                self.in_expression(c)
            }
            ':' => self.fail("unexpected colon before duration in duration expression".to_owned()),
            '(' | ')' | ']' | '+' | '-' | '*' | '/' | '%' | '^' | ',' => self.in_expression(c),
            _ => Err(format!("unexpected character in duration expression: {}", QuotedChar(Some(c)))),
        }
    }

    fn in_expression(&mut self, c: char) -> Result {
        match c {
            ',' => self.emit(TokenKind::Comma),
            '@' => self.emit(TokenKind::At),
            '*' => self.emit_operator(BinaryOp::Mul),
            '/' => self.emit_operator(BinaryOp::Div),
            '%' => self.emit_operator(BinaryOp::Mod),
            '+' => self.emit_operator(BinaryOp::Add),
            '-' => self.emit_operator(BinaryOp::Sub),
            '^' => self.emit_operator(BinaryOp::Pow),
            '=' if self.accept('=') => self.emit_operator(BinaryOp::Eql),
            '=' if self.peek() == Some('~') => {
                return Err("unexpected character after '=': '~'".to_owned());
            }
            '=' => self.emit(TokenKind::Assign),
            '!' if self.accept('=') => self.emit_operator(BinaryOp::Neq),
            '!' => return Err(format!("unexpected character after '!': {}", QuotedChar(self.peek()))),
            '<' if self.accept('=') => self.emit_operator(BinaryOp::Lte),
            '<' => self.emit_operator(BinaryOp::Lss),
            '>' if self.accept('=') => self.emit_operator(BinaryOp::Gte),
            '>' => self.emit_operator(BinaryOp::Gtr),
            '"' | '\'' | '`' => self.string(c)?,
            '(' => {
                self.parens += 1;
                self.emit(TokenKind::LeftParen);
            }
            ')' if self.parens == 0 => return self.fail("unexpected right parenthesis ')'".to_owned()),
            ')' => {
                self.parens -= 1;
                self.emit(TokenKind::RightParen);
            }
            '{' => {
                self.brace = true;
                self.emit(TokenKind::LeftBrace);
            }
            '[' if self.bracket.is_some() => return Err("unexpected left bracket '['".to_owned()),
            '[' => {
                self.bracket = Some(Bracket::Nothing);
                self.emit(TokenKind::LeftBracket);
            }
            ']' if self.bracket.take().is_none() => return Err("unexpected right bracket ']'".to_owned()),
            ']' => self.emit(TokenKind::RightBracket),
            _ if c.is_ascii_digit() || (c == '.' && self.peek().is_some_and(|c| c.is_ascii_digit())) => {
                self.pos = self.start;
                self.number_or_duration()?;
            }
            _ if is_alpha(c) || c == ':' => return self.name(c),
            _ => return Err(format!("unexpected character: {}", QuotedChar(Some(c)))),
        }
        Ok(())
    }

    fn name(&mut self, c: char) -> Result {
        match (self.bracket, c) {
            (None, _) => {
                self.skip_while(|c| is_alphanumeric(c) || c == ':');
                self.emit(token::word(&self.text[self.start..self.pos]));
                Ok(())
            }
            (Some(Bracket::Nothing | Bracket::Duration), ':') => {
                self.bracket = Some(Bracket::Colon);
                self.emit(TokenKind::Colon);
                Ok(())
            }
            (Some(Bracket::Colon), ':') => Err("unexpected colon ':'".to_owned()),
            (Some(_), _) => Err(format!("unexpected character: {}, expected ':'", QuotedChar(Some(c)))),
        }
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = &self.text[self.pos..];
        self.pos += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }
}

/// A letter or an underscore.
fn is_alpha(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}

fn is_alphanumeric(c: char) -> bool {
    is_alpha(c) || c.is_ascii_digit()
}
