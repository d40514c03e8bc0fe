//! Where in HTML a text has come to (<https://html.spec.whatwg.org/multipage/parsing.html#tokenization>).

use super::attribute::Attribute;
use super::style::Style;
use super::tag::tag_name;
use super::url::Part;

/// Where in HTML a text has come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    pub(super) state: State,
    /// The element whose start tag it is, or whose content.
    pub(super) element: Element,
    pub(super) attribute: Attribute,
    pub(super) delimiter: Delimiter,
    pub(super) url: Part,
    pub(super) style: Style,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Between tags.
    #[default]
    Text,
    Comment,
    /// In an element that has no tags inside.
    Raw,
    /// In a tag before a name.
    Tag,
    Name,
    AfterName,
    /// Behind the `=`.
    BeforeValue,
    Value,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Element {
    #[default]
    Other,
    Script,
    Style,
    Textarea,
    Title,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Delimiter {
    #[default]
    None,
    Double,
    Single,
}

/// A piece of a template's own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// What is shown.
    Content,
    /// A `<` that starts nothing.
    LooseBracket,
    /// Tags.
    Markup,
    Comment,
}

/// Where a value would stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// Text that has no tags.
    Rcdata,
    Comment,
    /// The name of an attribute.
    Name,
    Value {
        attribute: Attribute,
        quoted: bool,
    },
    Style {
        /// Not in quotes and the like.
        plain: bool,
    },
    Script,
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0c' | '\r')
}

impl Context {
    /// Where a value stands that comes now, which begins what the text has not.
    pub(super) fn place(&mut self) -> Place {
        match self.state {
            State::Text => Place::Text,
            State::Comment => Place::Comment,
            State::Raw => match self.element {
                Element::Script => Place::Script,
                Element::Style => Place::Style { plain: self.style.is_plain() },
                _ => Place::Rcdata,
            },
            State::Tag | State::Name | State::AfterName => {
                self.state = State::Name;
                self.attribute = Attribute::Plain;
                Place::Name
            }
            State::BeforeValue => {
                self.start_value(Delimiter::None);
                Place::Value { attribute: self.attribute, quoted: false }
            }
            State::Value => {
                Place::Value { attribute: self.attribute, quoted: self.delimiter != Delimiter::None }
            }
        }
    }

    pub(super) fn url(&self) -> Part {
        self.url
    }

    pub(super) fn style_is_plain(&self) -> bool {
        self.style.is_plain()
    }

    /// Goes on by a piece of a text that is not empty: its bytes, which may be none, and what it is.
    pub(super) fn next(&mut self, rest: &str) -> Result<(usize, Piece), String> {
        match self.state {
            State::Text => Ok(self.text(rest)),
            State::Comment => {
                let Some(at) = rest.find("-->") else { return Ok((rest.len(), Piece::Comment)) };
                *self = Self::default();
                Ok((at + 3, Piece::Comment))
            }
            State::Raw => Ok(self.raw(rest)),
            State::Tag => self.tag(rest),
            State::Name => self.name(rest, 0),
            State::AfterName => {
                let spaces = spaces(rest);
                if spaces == rest.len() {
                    return Ok((spaces, Piece::Markup));
                }
                let equals = rest[spaces..].starts_with('=');
                self.state = if equals { State::BeforeValue } else { State::Tag };
                Ok((spaces + usize::from(equals), Piece::Markup))
            }
            State::BeforeValue => {
                let spaces = spaces(rest);
                if spaces == rest.len() {
                    return Ok((spaces, Piece::Markup));
                }
                let delimiter = match rest.as_bytes()[spaces] {
                    b'"' => Delimiter::Double,
                    b'\'' => Delimiter::Single,
                    _ => Delimiter::None,
                };
                self.start_value(delimiter);
                Ok((spaces + usize::from(delimiter != Delimiter::None), Piece::Markup))
            }
            State::Value => self.value(rest),
        }
    }

    fn text(&mut self, rest: &str) -> (usize, Piece) {
        let Some(at) = rest.find('<') else { return (rest.len(), Piece::Content) };
        if at > 0 {
            return (at, Piece::Content);
        }
        if rest.starts_with("<!--") {
            self.state = State::Comment;
            return (4, Piece::Comment);
        }
        if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) {
            return (9, Piece::Content);
        }
        let start = if rest.starts_with("</") { 2 } else { 1 };
        let name = tag_name(&rest[start..]);
        if name == 0 {
            return (1, Piece::LooseBracket);
        }
        self.state = State::Tag;
        self.element = match rest[start..start + name].to_ascii_lowercase().as_str() {
            _ if start == 2 => Element::Other,
            "script" => Element::Script,
            "style" => Element::Style,
            "textarea" => Element::Textarea,
            "title" => Element::Title,
            _ => Element::Other,
        };
        (start + name, Piece::Markup)
    }

    /// The content of an element that ends at its end tag only.
    fn raw(&mut self, rest: &str) -> (usize, Piece) {
        let end = self.raw_end(rest);
        if end == Some(0) {
            *self = Self::default();
            return (0, Piece::Content);
        }
        let content = &rest[..end.unwrap_or(rest.len())];
        match self.element {
            Element::Script => {}
            Element::Style => self.style.advance(content),
            _ => match content.find('<') {
                Some(0) => return (1, Piece::LooseBracket),
                Some(at) => return (at, Piece::Content),
                None => {}
            },
        }
        (content.len(), Piece::Content)
    }

    fn raw_end(&self, rest: &str) -> Option<usize> {
        let name = match self.element {
            Element::Script => "script",
            Element::Style => "style",
            Element::Textarea => "textarea",
            Element::Title | Element::Other => "title",
        };
        let is_end = |at: &usize| {
            let after = &rest[at + 2..];
            after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
                && after[name.len()..].starts_with(|c: char| is_space(c) || matches!(c, '>' | '/'))
        };
        rest.match_indices("</").map(|(at, _)| at).find(is_end)
    }
}

pub(super) fn spaces(rest: &str) -> usize {
    rest.find(|c| !is_space(c)).unwrap_or(rest.len())
}

/// What HTML shows as text.
pub(super) fn without_tags(html: &str) -> String {
    let mut context = Context::default();
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while !rest.is_empty() {
        // Of what is no HTML the rest is left out.
        let Ok((length, piece)) = context.next(rest) else { break };
        let raw = context.state == State::Raw && matches!(context.element, Element::Script | Element::Style);
        if matches!(piece, Piece::Content | Piece::LooseBracket) && !raw {
            shown.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    shown
}
