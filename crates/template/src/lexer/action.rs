//! The tokens of an action.

use super::{Kind, Lexer, close, is_space};
use crate::error::TemplateError;

/// What may follow a name: else it has a character that names don't have.
fn ends_name(rest: &str) -> bool {
    rest.starts_with("}}")
        || rest
            .chars()
            .next()
            .is_none_or(|c| is_space(c) || matches!(c, '.' | ',' | '|' | ':' | '=' | '(' | ')'))
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn name_length(rest: &str) -> usize {
    rest.find(|c| !is_name(c)).unwrap_or(rest.len())
}

impl Lexer<'_, '_> {
    /// The tokens up to the end of an action, whose start is taken; tells whether the text after it is trimmed.
    pub(super) fn action(&mut self) -> Result<bool, TemplateError> {
        let opened = self.offset - self.tokens.last().map_or(0, |token| token.text.len());
        let mut parentheses = Vec::new();
        loop {
            let rest = self.rest();
            if let Some((trims, bytes)) = close(rest) {
                if let Some(at) = parentheses.pop() {
                    return Err(self.error(at, "this parenthesis is not closed; add a `)`"));
                }
                self.push(Kind::Close, bytes);
                return Ok(trims);
            }
            let Some(c) = rest.chars().next() else {
                return Err(self.error(opened, "this action is not closed; end it with `}}`"));
            };
            match c {
                _ if is_space(c) => self.space(),
                '(' => {
                    parentheses.push(self.offset);
                    self.push(Kind::Left, 1);
                }
                ')' => {
                    if parentheses.pop().is_none() {
                        let message = "this `)` closes nothing; take it out, or open it with `(`";
                        return Err(self.error(self.offset, message));
                    }
                    self.push(Kind::Right, 1);
                }
                '|' => self.push(Kind::Pipe, 1),
                ',' => self.push(Kind::Comma, 1),
                '=' => self.push(Kind::Assign, 1),
                ':' if rest.starts_with(":=") => self.push(Kind::Declare, 2),
                '"' | '\'' => self.quoted(c)?,
                '`' => self.raw()?,
                '$' => self.name(Kind::Variable, 1)?,
                '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.field()?,
                '.' | '+' | '-' | '0'..='9' => self.number()?,
                _ if is_name(c) => self.name(Kind::Word, 0)?,
                _ => return Err(self.strange(c)),
            }
        }
    }

    fn strange(&mut self, c: char) -> TemplateError {
        let hint = match c {
            ':' => "; a variable is declared with `:=`",
            '“' | '”' | '‘' | '’' => "; strings stand in straight quotes: \"…\"",
            '/' => "; a comment starts right after the delimiter: `{{/* … */}}`",
            '&' | '!' | '<' | '>' | '*' | '%' => {
                "; there are no operators, but functions: and, or, not, eq, lt, …"
            }
            _ => "; should it stand in a string?",
        };
        self.error(self.offset, format!("an action can't have the character {c:?} here{hint}"))
    }

    fn space(&mut self) {
        let rest = self.rest();
        let mut length = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
        // The last space belongs to a trim marker.
        if rest[length..].starts_with("-}}") {
            length -= 1;
        }
        if length > 0 {
            self.push(Kind::Space, length);
        }
    }

    fn field(&mut self) -> Result<(), TemplateError> {
        if ends_name(&self.rest()[1..]) {
            self.push(Kind::Dot, 1);
            return Ok(());
        }
        self.name(Kind::Field, 1)
    }

    /// A name after so many bytes.
    fn name(&mut self, kind: Kind, skip: usize) -> Result<(), TemplateError> {
        let rest = self.rest();
        let length = skip + name_length(&rest[skip..]);
        if !ends_name(&rest[length..]) {
            let c = rest[length..].chars().next().unwrap_or_default();
            let name = &rest[..length];
            let hint = if c == '-' || c == '/' {
                format!("; for a key with it, write `index` and the key in quotes: `index .Labels {:?}`", {
                    let end = rest[length..].find(|c: char| is_space(c) || "})|".contains(c));
                    rest[..length + end.unwrap_or(0)].trim_start_matches(['.', '$'])
                })
            } else {
                "; put a space between them if they don't belong together".into()
            };
            let at = self.offset + length;
            return Err(self.error(at, format!("the character {c:?} can't follow {name:?}{hint}")));
        }
        self.push(kind, length);
        Ok(())
    }

    fn quoted(&mut self, quote: char) -> Result<(), TemplateError> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == quote => {
                    self.push(if quote == '"' { Kind::Quoted } else { Kind::Character }, at + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        let message = if quote == '"' {
            "this string has no end on its line; close it with `\"`, or write it in backquotes if it has several lines"
        } else {
            "this character has no end; close it with `'`, or write a string in double quotes"
        };
        Err(self.error(self.offset, message))
    }

    fn raw(&mut self) -> Result<(), TemplateError> {
        match self.rest()[1..].find('`') {
            Some(at) => {
                self.push(Kind::Raw, at + 2);
                Ok(())
            }
            None => Err(self.error(self.offset, "this string has no end; close it with a backquote")),
        }
    }

    /// A number by its look; whether it is one is seen by the parser.
    fn number(&mut self) -> Result<(), TemplateError> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['+', '-']));
        let (prefix, digits): (usize, fn(char) -> bool) = match rest[sign..].get(..2) {
            Some("0x" | "0X") => (2, |c| c.is_ascii_hexdigit() || c == '_'),
            Some("0o" | "0O" | "0b" | "0B") => (2, is_digit),
            _ => (0, is_digit),
        };
        let mut at = sign + prefix;
        at += run(&rest[at..], digits);
        if rest[at..].starts_with('.') {
            at += 1 + run(&rest[at + 1..], digits);
        }
        if rest[at..].starts_with(['e', 'E', 'p', 'P']) {
            at += 1 + usize::from(rest[at + 1..].starts_with(['+', '-']));
            at += run(&rest[at..], is_digit);
        }
        let more = name_length(&rest[at..]).max(usize::from(rest[at..].starts_with(['+', '-'])));
        if more == 0 && rest[..at].contains(|c: char| c.is_ascii_digit()) {
            self.push(Kind::Number, at);
            return Ok(());
        }
        let number = &rest[..at + more];
        let hint = if number.ends_with('i') {
            "complex numbers are not supported"
        } else if number.starts_with('-') || number.ends_with('-') {
            "a delimiter that trims has a space beside its dash: `{{- x -}}`"
        } else {
            "a name can't start with a digit"
        };
        Err(self.error(self.offset, format!("{number:?} is not a number; {hint}")))
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c == '_'
}

/// How many bytes at the start are digits.
fn run(text: &str, digits: fn(char) -> bool) -> usize {
    text.find(|c| !digits(c)).unwrap_or(text.len())
}
