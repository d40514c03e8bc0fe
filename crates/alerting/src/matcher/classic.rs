//! The syntax before Alertmanager 0.27: commas outside of quotes separate, braces may be there or not, each for itself, and
//! a value is anything up to the comma, with the escapes of OpenMetrics.

use watchfire_model::{MatchOp, is_plain_metric_name};

use super::{Matcher, MatcherError};

/// Reads matchers.
pub(super) fn parse(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let start = usize::from(text.starts_with('{'));
    let end = text.len() - usize::from(text.len() > start && text.ends_with('}'));
    let mut matchers = Vec::new();
    let mut from = start;
    for comma in commas(&text[start..end]) {
        matchers.push(matcher(text, from, start + comma)?);
        from = start + comma + 1;
    }
    // After the last comma there may be nothing.
    if !text[from..end].trim().is_empty() {
        matchers.push(matcher(text, from, end)?);
    }
    Ok(matchers)
}

/// Of a text that can be read: the first place, in characters from 1, of white space inside of a value that is not in quotes.
pub(super) fn blank_in_value(text: &str) -> Option<usize> {
    let start = usize::from(text.starts_with('{'));
    let end = text.len() - usize::from(text.len() > start && text.ends_with('}'));
    let mut from = start;
    for to in commas(&text[start..end]).map(|comma| start + comma).chain([end]) {
        // Names have neither of them.
        if let Some(operator) = text[from..to].find(['=', '!']) {
            let after =
                text[from + operator..to].trim_start_matches(['=', '!', '~']).trim_start_matches(SPACE);
            let value = after.trim_end_matches(SPACE);
            if let Some(blank) = value.find(SPACE).filter(|_| !value.starts_with('"')) {
                return Some(text[..to - after.len() + blank].chars().count() + 1);
            }
        }
        from = to + 1;
    }
    None
}

/// The places of commas outside of quotes.
fn commas(text: &str) -> impl Iterator<Item = usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        match byte {
            b',' if !quoted => return Some(at),
            b'"' => {
                quoted ^= !escaped;
                escaped = false;
            }
            b'\\' => escaped = !escaped,
            // A comma in quotes leaves it as it is, in Alertmanager, too.
            b',' => {}
            _ => escaped = false,
        }
        None
    })
}

/// White space as Go's regular expressions have it.
const SPACE: [char; 5] = ['\t', '\n', '\x0c', '\r', ' '];

/// Reads the matcher in the bytes `from..to` of `text`.
fn matcher(text: &str, from: usize, to: usize) -> Result<Matcher, MatcherError> {
    let all = &text[from..to];
    let place = |rest: &str| text[..to - rest.len()].chars().count() + 1;
    let error = |rest: &str, reason: &str| MatcherError { at: place(rest), reason: reason.to_owned() };
    let rest = all.trim_start_matches(SPACE);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if !is_plain_metric_name(name) {
        return Err(error(rest, "a matcher starts with the name of a label, such as severity"));
    }
    let after = after.trim_start_matches(SPACE);
    let operators = [MatchOp::Regex, MatchOp::NotRegex, MatchOp::NotEqual, MatchOp::Equal];
    let Some(op) = operators.into_iter().find(|op| after.starts_with(op.symbol())) else {
        return Err(error(after, "here an operator is expected: =, !=, =~ or !~"));
    };
    let value = after[op.symbol().len()..].trim_matches(SPACE);
    // Spaces behind the value are none of it; places inside count from where it starts.
    let start = to - after[op.symbol().len()..].trim_start_matches(SPACE).len();
    let unescaped = unescape(value).map_err(|(at, reason)| MatcherError {
        at: text[..start + at].chars().count() + 1,
        reason: reason.to_owned(),
    })?;
    Matcher::new(name, op, &unescaped)
        .map_err(|reason| MatcherError { at: text[..start].chars().count() + 1, reason })
}

/// What a value stands for; the error has the byte at which it goes wrong.
fn unescape(raw: &str) -> Result<String, (usize, &'static str)> {
    let inner = raw.strip_prefix('"');
    let quoted = inner.is_some();
    let body = inner.unwrap_or(raw);
    let offset = raw.len() - body.len();
    let mut value = String::with_capacity(body.len());
    let mut chars = body.char_indices();
    let mut closed = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, c @ ('"' | '\\'))) => value.push(c),
                // A lone backslash stands for itself.
                Some((_, c)) => value.extend(['\\', c]),
                None => value.push('\\'),
            },
            '"' if quoted && at + 1 == body.len() => closed = true,
            '"' => return Err((offset + at, "a quote inside of a value is written \\\"")),
            c => value.push(c),
        }
    }
    if quoted && !closed {
        return Err((0, "the quote that starts the value has no quote that ends it"));
    }
    Ok(value)
}
