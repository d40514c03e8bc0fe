//! What both text formats are made of: names, texts in quotes, label sets and numbers.

use std::borrow::Cow;
use std::str;

use super::number::{float, quick};
use super::refused::{Fault, Problem, shown};

/// The marks of [`CLASSES`].
const METRIC_START: u8 = 1;
const METRIC: u8 = 2;
const LABEL_START: u8 = 4;
const LABEL: u8 = 8;
/// Stands for itself in quotes.
const PLAIN: u8 = 16;

/// What each byte can be part of.
static CLASSES: [u8; 256] = {
    let (mut classes, mut byte) = ([0; 256], 0_u8);
    loop {
        let mut class = 0;
        if byte.is_ascii_alphabetic() || byte == b'_' {
            class |= METRIC_START | METRIC | LABEL_START | LABEL;
        }
        if byte == b':' {
            class |= METRIC_START | METRIC;
        }
        if byte.is_ascii_digit() {
            class |= METRIC | LABEL;
        }
        if !matches!(byte, b'"' | b'\\' | b'\n') {
            class |= PLAIN;
        }
        classes[byte as usize] = class;
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

/// A name or a value as it is written, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether there are backslashes in it.
    escaped: bool,
}

impl<'a> Raw<'a> {
    /// The text that is meant; `None` where it is no UTF-8.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let text = str::from_utf8(self.bytes).ok()?;
        Some(if self.escaped { unescape(text, true) } else { Cow::Borrowed(text) })
    }
}

/// Resolves `\\`, `\n` and, where `quotes` says so, `\"`. A backslash before another character stands for itself, as
/// Prometheus has it.
pub(super) fn unescape(text: &str, quotes: bool) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        rest = after;
        let meant = match after.bytes().next() {
            Some(b'\\') => '\\',
            Some(b'n') => '\n',
            Some(b'"') if quotes => '"',
            _ => {
                plain.push('\\');
                continue;
            }
        };
        plain.push(meant);
        rest = &after[1..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// A part of a series.
pub(super) enum Part<'a> {
    /// The name of its metric.
    Metric(Raw<'a>),
    /// The name and the value of a label.
    Label(Raw<'a>, Raw<'a>),
}

/// A place in a text, which moves on as it is read. The functions with `STRICT` read OpenMetrics where that is true: blanks
/// are single spaces there, and there are none in a label set.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The byte to read next.
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Moves over `byte` where it stands.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    /// Moves over spaces and tabs.
    #[inline]
    pub(super) fn blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Moves to the end of the line, and gives what lies before it.
    pub(super) fn rest_of_line(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    #[inline]
    fn is(&self, class: u8) -> bool {
        self.peek().is_some_and(|byte| CLASSES[usize::from(byte)] & class != 0)
    }

    #[inline]
    fn while_is(&mut self, class: u8) {
        while self.is(class) {
            self.at += 1;
        }
    }

    #[inline]
    fn name(&mut self, class: u8) -> Raw<'a> {
        let start = self.at;
        self.at += 1;
        self.while_is(class);
        Raw { bytes: &self.bytes[start..self.at], escaped: false }
    }

    /// A metric's name, with or without quotes.
    pub(super) fn metric_name(&mut self) -> Result<Raw<'a>, Fault> {
        if self.peek() == Some(b'"') {
            return self.quoted_name();
        }
        if self.is(METRIC_START) {
            Ok(self.name(METRIC))
        } else {
            Err(Fault::expected(self.at, "a metric name"))
        }
    }

    /// A text in quotes, which begins here.
    #[inline]
    fn quoted(&mut self) -> Result<Raw<'a>, Fault> {
        let open = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            self.while_is(PLAIN);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 1;
                    // A line end stays: quotes never reach over it.
                    self.at += usize::from(self.peek().is_some_and(|byte| byte != b'\n'));
                }
                _ => {
                    self.at = open;
                    return Err(Fault::new(open, Problem::Unclosed));
                }
            }
        }
        self.at += 1;
        Ok(Raw { bytes: &self.bytes[open + 1..self.at - 1], escaped })
    }

    fn quoted_name(&mut self) -> Result<Raw<'a>, Fault> {
        let open = self.at;
        let name = self.quoted()?;
        if name.bytes.is_empty() {
            return Err(Fault::new(open, Problem::EmptyName));
        }
        Ok(name)
    }

    /// A series: a metric's name, a label set, or both. Moves behind it, and tells its parts on the way.
    #[inline]
    pub(super) fn series<const STRICT: bool>(
        &mut self,
        part: &mut impl FnMut(Part<'a>),
    ) -> Result<(), Fault> {
        let named = self.is(METRIC_START);
        if named {
            part(Part::Metric(self.name(METRIC)));
            let end = self.at;
            if !STRICT {
                self.blanks();
            }
            if self.peek() != Some(b'{') {
                self.at = end;
                return Ok(());
            }
        } else if self.peek() != Some(b'{') {
            let expected = "a metric name, {, or a line that begins with #";
            return Err(Fault::expected(self.at, expected));
        }
        let open = self.at;
        if self.label_set::<STRICT>(named, part)? {
            Ok(())
        } else {
            Err(Fault::new(open, Problem::NoMetricName))
        }
    }

    /// A label set in braces, which begins here. The metric's name can be in it where it is not `named` before; tells
    /// whether there is one now.
    #[inline]
    pub(super) fn label_set<const STRICT: bool>(
        &mut self,
        mut named: bool,
        part: &mut impl FnMut(Part<'a>),
    ) -> Result<bool, Fault> {
        self.at += 1;
        loop {
            self.gap::<STRICT>();
            let start = self.at;
            let name = match self.peek() {
                Some(b'}') => break,
                Some(b'"') => self.quoted_name()?,
                _ if self.is(LABEL_START) => self.name(LABEL),
                _ => return Err(Fault::expected(start, "a label name or }")),
            };
            self.gap::<STRICT>();
            if let (Some(b'"'), Some(b',' | b'}')) = (self.bytes.get(start), self.peek()) {
                if std::mem::replace(&mut named, true) {
                    return Err(Fault::new(start, Problem::SecondMetricName));
                }
                part(Part::Metric(name));
            } else {
                if !self.take(b'=') {
                    return Err(Fault::expected(self.at, "= and a label value in double quotes"));
                }
                self.gap::<STRICT>();
                if self.peek() != Some(b'"') {
                    return Err(Fault::expected(self.at, "a label value in double quotes"));
                }
                let value = self.quoted()?;
                part(Part::Label(name, value));
                self.gap::<STRICT>();
            }
            if !self.take(b',') {
                break;
            }
        }
        if self.take(b'}') { Ok(named) } else { Err(Fault::expected(self.at, "a comma or }")) }
    }

    #[inline]
    fn gap<const STRICT: bool>(&mut self) {
        if !STRICT {
            self.blanks();
        }
    }

    /// Whether a token ends at byte `at`.
    #[inline]
    fn ends<const STRICT: bool>(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            None | Some(b' ' | b'\n') => true,
            Some(b'\t') => !STRICT,
            _ => false,
        }
    }

    /// What stands before the next blank or line end; not nothing.
    pub(super) fn token<const STRICT: bool>(&mut self, expected: &'static str) -> Result<&'a [u8], Fault> {
        let start = self.at;
        while !self.ends::<STRICT>(self.at) {
            self.at += 1;
        }
        let token = &self.bytes[start..self.at];
        if token.is_empty() { Err(Fault::expected(start, expected)) } else { Ok(token) }
    }

    /// A value.
    #[inline]
    pub(super) fn value<const STRICT: bool>(&mut self) -> Result<f64, Fault> {
        if let Some((value, length)) = quick(&self.bytes[self.at..])
            && self.ends::<STRICT>(self.at + length)
        {
            self.at += length;
            return Ok(value);
        }
        self.any_value::<STRICT>()
    }

    #[cold]
    fn any_value<const STRICT: bool>(&mut self) -> Result<f64, Fault> {
        let start = self.at;
        let token = self.token::<STRICT>("a value")?;
        float(token).ok_or_else(|| Fault::new(start, Problem::Value(shown(token))))
    }
}
