//! HTML: values are escaped by where they stand.
//!
//! What the template says itself is trusted and followed through tags and attributes, while it is said. Known places are
//! text, `<title>` and `<textarea>`, names and values of attributes in quotes and without, URLs in attributes such as
//! `href` and `src`, and plain values of CSS in `style`. In scripts, attributes of events, `srcset`, and quotes and `url()`
//! of CSS a value is an error: e-mails have no use for them, and a wrong escape there would do harm. Comments are left out.
//! Go's package `html/template`, which this follows, knows more places, and looks at all branches of a template before it
//! is said.

mod attribute;
mod context;
mod escape;
mod style;
mod tag;
mod url;

use crate::error::Stop;
use crate::format::print;
use crate::functions::{escape_html, urlquery};
use crate::limits::Bounded;
use crate::value::{Safe, Value};

use attribute::Attribute;
use context::{Context, Piece, Place};

/// A text in HTML that grows.
#[derive(Debug)]
pub(crate) struct Html {
    out: Bounded,
    context: Context,
}

/// A function for escaping at the end of a pipeline, which takes the place of the escape that does the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escaped {
    /// `html`
    Html,
    /// `urlquery`
    UrlQuery,
}

impl Html {
    pub(crate) fn new(out: Bounded) -> Self {
        Self { out, context: Context::default() }
    }

    pub(crate) fn finish(self) -> String {
        self.out.finish()
    }

    /// What the template says itself. An error has the byte at which it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), (Stop, usize)> {
        let mut rest = text;
        while !rest.is_empty() {
            let length = self.piece(rest).map_err(|stop| (stop, text.len() - rest.len()))?;
            rest = &rest[length..];
        }
        Ok(())
    }

    /// A piece at the start of a text; returns its bytes.
    fn piece(&mut self, rest: &str) -> Result<usize, Stop> {
        let (length, piece) = self.context.next(rest).map_err(Stop::Fault)?;
        match piece {
            Piece::Content | Piece::Markup => self.out.push(&rest[..length])?,
            Piece::LooseBracket => self.out.push("&lt;")?,
            Piece::Comment => {}
        }
        Ok(length)
    }

    /// A value.
    pub(crate) fn value(&mut self, value: &Value, escaped: Option<Escaped>) -> Result<(), Stop> {
        let place = self.context.place();
        let mut shown = Bounded::new(self.out.limit());
        // Nothing is nothing in HTML.
        if !matches!(value, Value::Nil) {
            print(&mut shown, std::slice::from_ref(value))?;
        }
        let mut safe = if let Value::Safe(safe, _) = value { Some(*safe) } else { None };
        let mut text = shown.finish();
        let mut escaped = escaped;
        let replaces = match escaped {
            Some(Escaped::Html) => {
                matches!(place, Place::Text | Place::Rcdata | Place::Value { quoted: true, .. })
            }
            Some(Escaped::UrlQuery) => matches!(place, Place::Value { attribute: Attribute::Url, .. }),
            None => true,
        };
        if !replaces {
            // It is done besides what the place needs.
            text = match escaped {
                Some(Escaped::UrlQuery) => self.changed(|out| urlquery(out, &text))?,
                _ => self.changed(|out| escape_html(out, &text))?,
            };
            (safe, escaped) = (None, None);
        }
        let own = escaped == Some(Escaped::Html);
        let safe_html = safe == Some(Safe::Html) && escaped.is_none();
        match place {
            Place::Comment => {}
            Place::Text if safe_html => self.out.push(&text)?,
            Place::Rcdata if safe_html => escape::write_normal(&mut self.out, &text)?,
            Place::Text | Place::Rcdata if own => escape_html(&mut self.out, &text)?,
            Place::Text | Place::Rcdata => escape::write(&mut self.out, &text)?,
            Place::Name => self.out.push(attribute::safe_name(&text))?,
            Place::Style { plain: true } => self.out.push(style::safe_value(&text))?,
            Place::Style { plain: false } => return Err(style_stop()),
            Place::Script => {
                return Err(Stop::fault("a value can't stand in a script; leave scripts out of templates"));
            }
            Place::Value { attribute, quoted } => {
                let value = self.attribute(attribute, &text, safe, escaped)?;
                match (quoted, safe_html && attribute == Attribute::Plain) {
                    (true, true) => escape::write_normal(&mut self.out, &context::without_tags(&value))?,
                    (true, false) if own => escape_html(&mut self.out, &value)?,
                    (true, false) => escape::write(&mut self.out, &value)?,
                    (false, true) => {
                        escape::write_unquoted(&mut self.out, &context::without_tags(&value), false)?;
                    }
                    (false, false) => escape::write_unquoted(&mut self.out, &value, true)?,
                }
            }
        }
        Ok(())
    }

    /// The value of an attribute before it is escaped for HTML.
    fn attribute(
        &self,
        attribute: Attribute,
        text: &str,
        safe: Option<Safe>,
        escaped: Option<Escaped>,
    ) -> Result<String, Stop> {
        match attribute {
            Attribute::Plain => Ok(text.to_owned()),
            Attribute::Url => {
                let is_url = safe == Some(Safe::Url);
                let at_start = self.context.url() == url::Part::Start;
                let text = if at_start && !is_url { url::safe_start(text) } else { text };
                if escaped == Some(Escaped::UrlQuery) {
                    return self.changed(|out| urlquery(out, text));
                }
                let keeps = is_url || self.context.url() != url::Part::Query;
                self.changed(|out| url::write(out, text, keeps))
            }
            Attribute::Style if self.context.style_is_plain() => Ok(style::safe_value(text).to_owned()),
            Attribute::Style => Err(style_stop()),
            Attribute::Event => {
                Err(Stop::fault("a value can't stand in an attribute of an event, which is a script"))
            }
            Attribute::Sources => Err(Stop::fault("a value can't stand in `srcset`; use `src`")),
        }
    }

    fn changed(&self, change: impl FnOnce(&mut Bounded) -> std::fmt::Result) -> Result<String, Stop> {
        let mut out = Bounded::new(self.out.limit());
        change(&mut out)?;
        Ok(out.finish())
    }
}

fn style_stop() -> Stop {
    Stop::fault("a value can't stand in quotes, comments or `url()` of a style; write it beside them")
}

/// What stands where a value would do harm, the same word as in Go, which people look for.
const UNSAFE: &str = "ZgotmplZ";
