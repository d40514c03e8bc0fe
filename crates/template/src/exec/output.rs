//! Where a template's text goes.

use crate::error::Stop;
use crate::format::write_shown;
use crate::html::{Escaped, Html};
use crate::limits::Bounded;
use crate::value::Value;

/// The text that grows, as it is or with HTML's escapes.
#[derive(Debug)]
pub(crate) enum Output {
    Text(Bounded),
    Html(Html),
}

impl Output {
    pub(crate) fn new(out: Bounded, html: bool) -> Self {
        if html { Self::Html(Html::new(out)) } else { Self::Text(out) }
    }

    /// An empty one of the same kind.
    pub(crate) fn fresh(&self, limit: usize) -> Self {
        Self::new(Bounded::new(limit), self.is_html())
    }

    pub(crate) fn is_html(&self) -> bool {
        matches!(self, Self::Html(_))
    }

    /// What the template says itself. An error has the byte at which it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), (Stop, usize)> {
        match self {
            Self::Text(out) => out.push(text).map_err(|error| (error.into(), 0)),
            Self::Html(html) => html.text(text),
        }
    }

    /// A value, which a function for escaping may have been asked for.
    pub(crate) fn value(&mut self, value: &Value, escaped: Option<Escaped>) -> Result<(), Stop> {
        match self {
            Self::Text(out) => write_shown(out, value),
            Self::Html(html) => html.value(value, escaped),
        }
    }

    pub(crate) fn finish(self) -> String {
        match self {
            Self::Text(out) => out.finish(),
            Self::Html(html) => html.finish(),
        }
    }
}
