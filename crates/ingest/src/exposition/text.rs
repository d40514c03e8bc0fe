//! The text formats, line by line. What Prometheus takes and refuses is the measure; where it takes what its documents
//! forbid, such as a line end within quotes, the documents are.

use std::ops::ControlFlow;
use std::str;

use watchfire_model::MetadataKind;

use super::number::milliseconds;
use super::refused::{Fault, Problem, Refused, shown};
use super::syntax::{Cursor, unescape};
use super::{Entry, Exemplar, Told};

/// Types of the text format.
const TEXT_KINDS: &str = "counter, gauge, histogram, summary and untyped";

/// Types of OpenMetrics.
const STRICT_KINDS: &str = "unknown, counter, gauge, histogram, gaugehistogram, summary, info and stateset";

const NO_COMMENT: &str = "# HELP, # TYPE, # UNIT or # EOF; OpenMetrics has no other comments";

const NO_NAME: &str =
    "a blank or {; a name with other characters than letters, digits, _ and : stands in quotes, as {\"a.b\"}";

const END_OF_LINE: &str = "the end of the line";

/// Reads a text; `STRICT` is OpenMetrics.
pub(super) fn read<'a, const STRICT: bool, B>(
    body: &'a [u8],
    each: &mut impl FnMut(Result<Entry<'a>, Refused>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    // Mostly the only look at it, and much faster than one at each text.
    let valid = str::from_utf8(body).is_ok();
    let mut lines = Lines::<STRICT> { cursor: Cursor::new(body), valid };
    let (mut number, mut start) = (1, 0);
    let mut ended = false;
    while lines.cursor.at < body.len() {
        start = lines.cursor.at;
        let line = if ended { Err(Fault::new(start, Problem::AfterEof)) } else { lines.line() };
        match line {
            Ok(Line::Nothing) => {}
            Ok(Line::Entry(entry)) => each(Ok(entry))?,
            Ok(Line::End) => ended = true,
            Err(fault) => {
                each(Err(fault.in_text(body, number, start)))?;
                if ended {
                    return ControlFlow::Continue(());
                }
            }
        }
        lines.cursor.rest_of_line();
        number += usize::from(lines.cursor.take(b'\n'));
    }
    if STRICT && !ended {
        // A whole last line is behind us; one that was cut is the place.
        let start = if body.last() == Some(&b'\n') { body.len() } else { start };
        each(Err(Fault::new(body.len(), Problem::NoEof).in_text(body, number, start)))?;
    }
    ControlFlow::Continue(())
}

enum Line<'a> {
    /// A comment, or nothing.
    Nothing,
    Entry(Entry<'a>),
    /// `# EOF`.
    End,
}

struct Lines<'a, const STRICT: bool> {
    cursor: Cursor<'a>,
    /// Whether the whole body is UTF-8.
    valid: bool,
}

impl<'a, const STRICT: bool> Lines<'a, STRICT> {
    /// Reads a line up to its end, which is not taken. Never goes beyond it.
    #[inline]
    fn line(&mut self) -> Result<Line<'a>, Fault> {
        if !STRICT {
            self.cursor.blanks();
        }
        match self.cursor.peek() {
            None | Some(b'\n') if !STRICT => Ok(Line::Nothing),
            Some(b'#') => self.comment(),
            _ => self.sample().map(Line::Entry),
        }
    }

    #[inline]
    fn sample(&mut self) -> Result<Entry<'a>, Fault> {
        let start = self.cursor.at;
        self.cursor.series::<STRICT>(&mut |_| ())?;
        let text = &self.cursor.bytes[start..self.cursor.at];
        self.check_utf8(start, text, "the series")?;
        let apart = matches!(self.cursor.peek(), None | Some(b' ' | b'\t' | b'\n'));
        if !STRICT && !apart && !text.ends_with(b"}") {
            return Err(Fault::expected(self.cursor.at, NO_NAME));
        }
        self.separator("a space and the value")?;
        let value = self.cursor.value::<STRICT>()?;
        let (mut timestamp, mut exemplar) = (None, None);
        if !self.at_end() {
            (timestamp, exemplar) = self.behind_value()?;
        }
        Ok(Entry::Series { text, timestamp, value, exemplar })
    }

    /// Whether the line ends here, or, in the text format, behind blanks.
    #[inline]
    fn at_end(&mut self) -> bool {
        if !STRICT {
            self.cursor.blanks();
        }
        matches!(self.cursor.peek(), None | Some(b'\n'))
    }

    /// Moves over the blanks between two parts of a line.
    #[inline]
    fn separator(&mut self, expected: &'static str) -> Result<(), Fault> {
        if !STRICT {
            self.cursor.blanks();
        } else if !self.cursor.take(b' ') {
            return Err(Fault::expected(self.cursor.at, expected));
        }
        Ok(())
    }

    /// The timestamp of a sample, and its exemplar.
    fn behind_value(&mut self) -> Result<(Option<i64>, Option<Exemplar<'a>>), Fault> {
        self.separator(END_OF_LINE)?;
        let mut timestamp = None;
        if !STRICT {
            timestamp = Some(self.timestamp()?);
        } else if self.cursor.peek() != Some(b'#') {
            timestamp = Some(self.seconds()?);
            if self.at_end() {
                return Ok((timestamp, None));
            }
            self.separator(END_OF_LINE)?;
        }
        let mut exemplar = None;
        if STRICT {
            if !self.cursor.take(b'#') {
                return Err(Fault::expected(self.cursor.at, END_OF_LINE));
            }
            exemplar = Some(self.exemplar()?);
        }
        if self.at_end() {
            Ok((timestamp, exemplar))
        } else {
            Err(Fault::expected(self.cursor.at, END_OF_LINE))
        }
    }

    /// A timestamp of the text format.
    fn timestamp(&mut self) -> Result<i64, Fault> {
        let start = self.cursor.at;
        let token = self.cursor.token::<STRICT>("a timestamp")?;
        str::from_utf8(token).ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
            let form = "whole milliseconds since 1970";
            Fault::new(start, Problem::Timestamp { found: shown(token), form })
        })
    }

    /// A timestamp of OpenMetrics.
    fn seconds(&mut self) -> Result<i64, Fault> {
        let start = self.cursor.at;
        let token = self.cursor.token::<STRICT>("a timestamp")?;
        Cursor::new(token).value::<STRICT>().ok().and_then(milliseconds).ok_or_else(|| {
            let form = "seconds since 1970 as a decimal number";
            Fault::new(start, Problem::Timestamp { found: shown(token), form })
        })
    }

    /// An exemplar behind its `#`.
    fn exemplar(&mut self) -> Result<Exemplar<'a>, Fault> {
        self.separator("a space and the labels of the exemplar in braces")?;
        let start = self.cursor.at;
        if self.cursor.peek() != Some(b'{') {
            return Err(Fault::expected(start, "the labels of the exemplar in braces"));
        }
        // It has no metric name: as if that stood before it.
        self.cursor.label_set::<STRICT>(true, &mut |_| ()).map_err(|fault| match fault.problem {
            Problem::SecondMetricName => {
                Fault::expected(fault.at, "a label name with = and a value behind it")
            }
            _ => fault,
        })?;
        let labels = &self.cursor.bytes[start..self.cursor.at];
        self.check_utf8(start, labels, "the exemplar")?;
        self.separator("a space and the value of the exemplar")?;
        let value = self.cursor.value::<STRICT>()?;
        let mut timestamp = None;
        if !self.at_end() {
            self.separator(END_OF_LINE)?;
            timestamp = Some(self.seconds()?);
        }
        Ok(Exemplar { text: labels, timestamp, value })
    }

    #[inline]
    fn check_utf8(&self, start: usize, text: &[u8], what: &'static str) -> Result<(), Fault> {
        if self.valid {
            return Ok(());
        }
        str::from_utf8(text)
            .map(drop)
            .map_err(|error| Fault::new(start + error.valid_up_to(), Problem::NotUtf8(what)))
    }

    /// A line that begins with `#`.
    fn comment(&mut self) -> Result<Line<'a>, Fault> {
        let start = self.cursor.at;
        self.cursor.at += 1;
        if !STRICT {
            let glued = !matches!(self.cursor.peek(), Some(b' ' | b'\t'));
            self.cursor.blanks();
            let word = self.word();
            // Without a blank behind it, it is a word of a comment. OpenMetrics' other words mean nothing here.
            let ends = !matches!(self.cursor.peek(), Some(b' ' | b'\t'));
            if glued || ends || !matches!(word, b"HELP" | b"TYPE") {
                self.cursor.rest_of_line();
                return Ok(Line::Nothing);
            }
            self.cursor.blanks();
            return self.told(word).map(Line::Entry);
        }
        if !self.cursor.take(b' ') {
            return Err(Fault::expected(start, NO_COMMENT));
        }
        let word = self.word();
        if word == b"EOF" && matches!(self.cursor.peek(), None | Some(b'\n')) {
            return Ok(Line::End);
        }
        if !matches!(word, b"HELP" | b"TYPE" | b"UNIT") || !self.cursor.take(b' ') {
            return Err(Fault::expected(start, NO_COMMENT));
        }
        self.told(word).map(Line::Entry)
    }

    fn word(&mut self) -> &'a [u8] {
        let start = self.cursor.at;
        while self.cursor.peek().is_some_and(|byte| byte.is_ascii_uppercase()) {
            self.cursor.at += 1;
        }
        &self.cursor.bytes[start..self.cursor.at]
    }

    /// What is told of a metric behind `word`.
    fn told(&mut self, word: &[u8]) -> Result<Entry<'a>, Fault> {
        let start = self.cursor.at;
        let name = self.cursor.metric_name()?;
        let metric = name.text().ok_or_else(|| Fault::new(start, Problem::NotUtf8("the metric name")))?;
        match self.cursor.peek() {
            Some(b' ') => {}
            Some(b'\t' | b'\n') | None if !STRICT => {}
            _ => return Err(Fault::expected(self.cursor.at, "a space and the rest behind the metric name")),
        }
        if STRICT {
            self.cursor.at += 1;
        } else {
            self.cursor.blanks();
        }
        let start = self.cursor.at;
        let bytes = self.cursor.rest_of_line();
        let Ok(text) = str::from_utf8(bytes) else {
            let problem = Problem::NotUtf8(if word == b"HELP" { "the help text" } else { "the line" });
            return Err(Fault::new(start, problem));
        };
        let told = match word {
            b"TYPE" => Told::Kind(Self::kind(text).ok_or_else(|| {
                let known = if STRICT { STRICT_KINDS } else { TEXT_KINDS };
                Fault::new(start, Problem::Kind { found: shown(bytes), known })
            })?),
            b"UNIT" => {
                let suffix = metric.strip_suffix(text).is_some_and(|rest| rest.ends_with('_'));
                if !text.is_empty() && !suffix {
                    let problem = Problem::Unit { unit: shown(bytes), metric: shown(metric.as_bytes()) };
                    return Err(Fault::new(start, problem));
                }
                Told::Unit(text.into())
            }
            _ => Told::Help(unescape(text, STRICT)),
        };
        Ok(Entry::Metadata { metric, told })
    }

    fn kind(word: &str) -> Option<MetadataKind> {
        if STRICT {
            return MetadataKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        }
        Some(match word.trim_end_matches([' ', '\t']) {
            "counter" => MetadataKind::Counter,
            "gauge" => MetadataKind::Gauge,
            "histogram" => MetadataKind::Histogram,
            "summary" => MetadataKind::Summary,
            "untyped" => MetadataKind::Unknown,
            _ => return None,
        })
    }
}
