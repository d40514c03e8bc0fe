//! Tags and their attributes.

use super::attribute::Attribute;
use super::context::{Context, Delimiter, Element, Piece, State, is_space, spaces};
use super::style::Style;
use super::url::Part;

impl Context {
    pub(super) fn tag(&mut self, rest: &str) -> Result<(usize, Piece), String> {
        let spaces = spaces(rest);
        let after = &rest[spaces..];
        if after.is_empty() {
            return Ok((spaces, Piece::Markup));
        }
        if after.starts_with('>') {
            let raw = self.element != Element::Other;
            *self = Self {
                state: if raw { State::Raw } else { State::Text },
                element: self.element,
                ..Self::default()
            };
            return Ok((spaces + 1, Piece::Markup));
        }
        self.name(rest, spaces)
    }

    /// A name or its rest, behind some spaces.
    pub(super) fn name(&mut self, rest: &str, spaces: usize) -> Result<(usize, Piece), String> {
        let after = &rest[spaces..];
        let length = after.find(|c| is_space(c) || matches!(c, '=' | '>')).unwrap_or(after.len());
        let name = &after[..length];
        if let Some(c) = name.chars().find(|c| matches!(c, '"' | '\'' | '<')) {
            return Err(format!("the tag has a {c:?} in the name of an attribute: {name:?}"));
        }
        if self.state == State::Tag {
            if name.is_empty() {
                return Err("the tag has a `=` without the name of an attribute before it".into());
            }
            self.attribute = Attribute::named(name);
        }
        self.state = if length == after.len() { State::Name } else { State::AfterName };
        Ok((spaces + length, Piece::Markup))
    }

    pub(super) fn start_value(&mut self, delimiter: Delimiter) {
        self.state = State::Value;
        self.delimiter = delimiter;
        self.url = Part::default();
        self.style = Style::default();
    }

    pub(super) fn value(&mut self, rest: &str) -> Result<(usize, Piece), String> {
        let end = match self.delimiter {
            Delimiter::Double => rest.find('"'),
            Delimiter::Single => rest.find('\''),
            Delimiter::None => rest.find(|c| is_space(c) || c == '>'),
        };
        if end == Some(0) {
            let quote = usize::from(self.delimiter != Delimiter::None);
            *self = Self { state: State::Tag, element: self.element, ..Self::default() };
            return Ok((quote, Piece::Markup));
        }
        let value = &rest[..end.unwrap_or(rest.len())];
        if self.delimiter == Delimiter::None
            && let Some(c) = value.chars().find(|c| matches!(c, '"' | '\'' | '<' | '=' | '`'))
        {
            return Err(format!("the value {value:?} of an attribute has a {c:?}; put quotes around it"));
        }
        match self.attribute {
            Attribute::Url => self.url.advance(value),
            Attribute::Style => self.style.advance(value),
            _ => {}
        }
        Ok((value.len(), Piece::Markup))
    }
}

/// The bytes of an element's name at the start: letters and digits, with single dashes and colons between them.
pub(super) fn tag_name(rest: &str) -> usize {
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    let bytes = rest.as_bytes();
    let is_part = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let mut length = 1;
    loop {
        match bytes.get(length) {
            Some(byte) if byte.is_ascii_alphanumeric() => length += 1,
            Some(b':' | b'-') if is_part(length + 1) => length += 2,
            _ => return length,
        }
    }
}
