//! Which alerts are meant: words and matchers, as somebody types them.

use watchfire_model::{MatchOp, Matcher, is_plain_label_name};

use super::alert::LabelMap;

/// A part of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    /// In small letters; somewhere in a label or an annotation.
    Word(String),
    Matcher(Matcher),
}

/// Reads one matcher: `name="value"`, the quotes may be left out.
pub(super) fn matcher(text: &str) -> Option<Matcher> {
    let text = text.trim().trim_end_matches(',');
    let end = text.find(['=', '!'])?;
    let name = text[..end].trim().trim_matches('"');
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    let rest = &text[end..];
    let ops = [MatchOp::Regex, MatchOp::NotRegex, MatchOp::NotEqual, MatchOp::Equal];
    let op = ops.into_iter().find(|op| rest.starts_with(op.symbol()))?;
    let value = unquoted(rest[op.symbol().len()..].trim());
    Some(Matcher { name: name.to_owned(), op, value })
}

/// A matcher as Alertmanager reads it.
pub(super) fn written(matcher: &Matcher) -> String {
    let quoted =
        |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
    let plain = is_plain_label_name(&matcher.name);
    let name = if plain { matcher.name.clone() } else { quoted(&matcher.name) };
    format!("{name}{}{}", matcher.op.symbol(), quoted(&matcher.value))
}

/// A value without its quotes, where it has some.
fn unquoted(text: &str) -> String {
    if text.len() < 2 || !text.starts_with('"') || !text.ends_with('"') {
        return text.to_owned();
    }
    let mut value = String::new();
    let mut rest = text[1..text.len() - 1].chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => match rest.next() {
                Some('n') => value.push('\n'),
                Some(escaped) => value.push(escaped),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    value
}

/// The parts of a filter: matchers and words, apart by spaces or commas; within double quotes both stand for themselves.
pub(super) fn terms(text: &str) -> Vec<Term> {
    let (mut parts, mut part, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for letter in text.trim().trim_start_matches('{').trim_end_matches('}').chars() {
        if !quoted && (letter.is_whitespace() || letter == ',') {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        if letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = letter == '\\' && !escaped;
        part.push(letter);
    }
    let term = |part: String| {
        matcher(&part).map_or_else(|| Term::Word(part.trim_matches('"').to_lowercase()), Term::Matcher)
    };
    let whole = parts.into_iter().filter(|part| !part.is_empty()).map(term);
    // What has no second quote is still being typed.
    let last = if quoted { Term::Word(part.to_lowercase()) } else { term(part.clone()) };
    whole.chain((!part.is_empty()).then_some(last)).collect()
}

impl Term {
    /// Why nothing can match it: its pattern is none, or it looks like a matcher and is none.
    pub(super) fn fault(&self) -> Option<String> {
        match self {
            Self::Matcher(Matcher { op: MatchOp::Regex | MatchOp::NotRegex, value, .. })
                if !is_pattern(value) =>
            {
                Some(format!(
                    "{value:?} is no regular expression; look at its brackets, or write = for the text itself"
                ))
            }
            Self::Word(word) if word.starts_with(['=', '!']) => {
                Some(format!("{word:?} has no label before it; write severity=\"high\""))
            }
            Self::Word(word) if word.contains(['=', '~']) && word.matches('"').count() == 1 => {
                Some(format!("{word:?} has no closing quote"))
            }
            _ => None,
        }
    }

    /// Whether an alert is meant. An absent label has the empty value.
    pub(super) fn takes(&self, labels: &LabelMap, annotations: &LabelMap) -> bool {
        match self {
            Self::Word(word) => labels.iter().chain(annotations).any(|(name, value)| {
                value.to_lowercase().contains(word)
                    || format!("{name}={value:?}").to_lowercase().contains(word)
            }),
            Self::Matcher(matcher) => fulfils(matcher, labels, whole_match),
        }
    }
}

/// Whether labels fulfil a matcher; `whole` says whether a pattern matches all of a value.
pub(super) fn fulfils(matcher: &Matcher, labels: &LabelMap, whole: impl Fn(&str, &str) -> bool) -> bool {
    let value = labels.get(&matcher.name).map(String::as_str).unwrap_or_default();
    match matcher.op {
        MatchOp::Equal => value == matcher.value,
        MatchOp::NotEqual => value != matcher.value,
        MatchOp::Regex => whole(&matcher.value, value),
        MatchOp::NotRegex => !whole(&matcher.value, value),
    }
}

/// Whether the browser can read a pattern.
fn is_pattern(pattern: &str) -> bool {
    expression(pattern).is_some()
}

/// Whether a pattern matches all of a value, by the browser's own expressions: a library of them would be as large as the page. What
/// is no pattern yet, because it is being typed, matches nothing.
fn whole_match(pattern: &str, value: &str) -> bool {
    expression(pattern).is_some_and(|expression| expression.test(value))
}

/// A pattern that has to match all of a value.
fn expression(pattern: &str) -> Option<js_sys::RegExp> {
    let arguments = js_sys::Array::of1(&format!("^(?:{pattern})$").into());
    let constructor = js_sys::Reflect::get(&js_sys::global(), &"RegExp".into()).ok()?;
    js_sys::Reflect::construct(&constructor.into(), &arguments).ok().map(js_sys::RegExp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> LabelMap {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn matchers_and_words_are_told_apart() {
        let shown = |text: &str| {
            let one = |term: &Term| match term {
                Term::Word(word) => word.clone(),
                Term::Matcher(matcher) => matcher.to_string(),
            };
            terms(text).iter().map(one).collect::<Vec<_>>().join(" ; ")
        };
        let table = [
            ("", ""),
            ("Disk full", "disk ; full"),
            ("severity=high", "severity=\"high\""),
            ("{a=\"b c\", d!=e}", "a=\"b c\" ; d!=\"e\""),
            ("host=~web.* x!~\"a|b\"", "host=~\"web.*\" ; x!~\"a|b\""),
            ("\"two words\"", "two words"),
            ("a=\"say \\\"x, y\\\"\"", "a=\"say \\\"x, y\\\"\""),
            ("=5", "=5"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn alerts_are_found() {
        let (own, notes) = (labels(&[("host", "web-1")]), labels(&[("summary", "It is Full")]));
        let takes = |text: &str| terms(text).iter().all(|term| term.takes(&own, &notes));
        for (text, expected) in [
            ("", true),
            ("full", true),
            ("web full", true),
            ("empty", false),
            ("host=web-1", true),
            ("host=\"web\"", false),
            ("host=\"web", true),
            ("host!=web-1", false),
            ("none=\"\"", true),
        ] {
            assert_eq!(takes(text), expected, "{text}");
        }
        for text in [r#"a="say \"x\" \\ y""#, r#"b!~"c.*""#, r#""my.label"!="""#] {
            assert_eq!(written(&matcher(text).unwrap()), text);
        }
        let fault = |text: &str| terms(text).iter().find_map(Term::fault);
        assert!(fault("=5").unwrap().contains("no label") && fault("host=\"web").unwrap().contains("quote"));
        assert_eq!(fault("web host=a"), None);
        let regex = matcher("host=~web").unwrap();
        assert!(fulfils(&regex, &own, |pattern, value| value.starts_with(pattern)));
    }
}
