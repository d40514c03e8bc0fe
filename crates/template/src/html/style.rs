//! CSS in attributes and elements.

use super::UNSAFE;

/// Where in CSS a text has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// Among names and values.
    #[default]
    Plain,
    /// In quotes of this kind.
    Quoted(char),
    /// In `url(…)`.
    Url,
    Comment,
}

impl Style {
    pub(super) fn is_plain(self) -> bool {
        self == Self::Plain
    }

    /// Goes on by a text.
    pub(super) fn advance(&mut self, text: &str) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let before = &text[..text.len() - rest.len()];
            let mut step = c.len_utf8();
            match *self {
                Self::Plain => match c {
                    '"' | '\'' => *self = Self::Quoted(c),
                    '(' if ends_with_url(before) => *self = Self::Url,
                    '/' if rest.starts_with("/*") => {
                        *self = Self::Comment;
                        step = 2;
                    }
                    // A quote of an attribute in CSS is written as an escape of HTML.
                    '&' if rest.starts_with("&#34;") || rest.starts_with("&quot;") => {
                        *self = Self::Quoted('"');
                    }
                    '&' if rest.starts_with("&#39;") || rest.starts_with("&apos;") => {
                        *self = Self::Quoted('\'');
                    }
                    _ => {}
                },
                Self::Quoted(quote) => {
                    let escape = if quote == '"' { ["&#34;", "&quot;"] } else { ["&#39;", "&apos;"] };
                    if c == '\\' {
                        step += rest[1..].chars().next().map_or(0, char::len_utf8);
                    } else if c == quote || escape.iter().any(|escape| rest.starts_with(escape)) {
                        *self = Self::Plain;
                    }
                }
                Self::Url if c == ')' => *self = Self::Plain,
                Self::Comment if rest.starts_with("*/") => {
                    *self = Self::Plain;
                    step = 2;
                }
                Self::Url | Self::Comment => {}
            }
            rest = &rest[step..];
        }
    }
}

fn ends_with_url(before: &str) -> bool {
    let before = before.trim_end().as_bytes();
    before.len() >= 3 && before[before.len() - 3..].eq_ignore_ascii_case(b"url")
}

/// A value of CSS: sizes, colours, names. What could end a declaration or run a script is not let through.
pub(super) fn safe_value(text: &str) -> &str {
    let bad = |c: char| {
        matches!(
            c,
            '\0' | '"' | '\'' | '(' | ')' | '/' | ';' | '@' | '[' | ']' | '\\' | '`' | '{' | '}' | '<' | '>'
        )
    };
    let name: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if text.contains(bad) || text.contains("--") || name.contains("expression") || name.contains("mozbinding")
    {
        return UNSAFE;
    }
    text
}
