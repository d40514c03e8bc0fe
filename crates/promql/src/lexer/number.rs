//! Numbers and durations. Whether a number has a value is for the parser to say; here is only where it ends.

use super::{Lexer, Result, TokenKind, is_alphanumeric};
use crate::print::quote::Quoted;

impl Lexer<'_> {
    pub(super) fn number_or_duration(&mut self) -> Result {
        let kind = if self.number() {
            TokenKind::Number
        } else if self.rest_of_duration() {
            TokenKind::Duration
        } else {
            let read = Quoted(&self.text[self.start..self.pos]);
            return Err(format!("bad number or duration syntax: {read}"));
        };
        self.emit(kind);
        Ok(())
    }

    fn accept_one(&mut self, wanted: &str) -> bool {
        let found = self.peek().is_some_and(|c| wanted.contains(c));
        if found {
            self.next();
        }
        found
    }

    /// Reads as far as it looks like a number; whether it is one. A text that is no number may still begin a duration.
    fn number(&mut self) -> bool {
        let mut hexadecimal = false;
        if self.accept('0') && self.accept_one("xX") {
            self.accept('_');
            hexadecimal = true;
        }
        let digit = |c: char| if hexadecimal { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
        self.accept('.');
        if self.peek().is_some_and(digit) {
            self.next();
        }
        let (mut dot, mut exponent) = (false, false);
        while let Some(c) = self.peek() {
            match c {
                '.' => {
                    self.next();
                    if dot || hexadecimal || self.accept_one("_.") {
                        return false;
                    }
                    dot = true;
                }
                'e' | 'E' => {
                    self.next();
                    if exponent {
                        return false;
                    }
                    exponent = true;
                    self.accept_one("+-");
                    if self.accept_one("._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                '_' => {
                    self.next();
                    if self.accept_one("._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                _ if digit(c) => self.skip_while(digit),
                _ => break,
            }
        }
        self.pos > self.start && !self.peek().is_some_and(is_alphanumeric)
    }

    /// Reads what follows the first digits of a duration. Units in a wrong order are found when its value is needed.
    fn rest_of_duration(&mut self) -> bool {
        if !self.accept_one("smhdwy") {
            return false;
        }
        self.accept('s');
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.skip_while(|c| c.is_ascii_digit());
            // A year stands first or not at all.
            if !self.accept_one("smhdw") {
                return false;
            }
            self.accept('s');
        }
        if self.peek().is_some_and(is_alphanumeric) {
            // The message shows the character that is too much.
            self.next();
            return false;
        }
        true
    }
}
