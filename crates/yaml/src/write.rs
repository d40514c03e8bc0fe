use serde_json::{Map, Number, Value};

use crate::{Kind, Node};

impl Node {
    /// The same as JSON. A bare value that JSON would write in another way, such as `1.10` or `0x10`, becomes a text: nobody knows
    /// here whether it is a number or the value of a label.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Text(text) => Value::String(text.clone()),
            Kind::Bare(text) => bare(text),
            Kind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Kind::Map(pairs) => {
                let fields = pairs.iter().map(|(key, value)| (key.name.clone(), value.to_json()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}

fn bare(text: &str) -> Value {
    match text {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Value::Number(Number::from(number)),
        _ => Value::String(text.to_owned()),
    }
}

/// Writes YAML as people write it: a line for each field, those named in `first` before the others, which follow in the order that
/// they have in `value`.
#[must_use]
pub fn write(value: &Value, first: &[&str]) -> String {
    let mut out = String::new();
    match value {
        Value::Object(fields) if !fields.is_empty() => map(fields, 0, first, &mut out),
        Value::Array(items) if !items.is_empty() => list(items, 0, first, &mut out),
        other => {
            scalar(other, 0, &mut out);
            out.push('\n');
        }
    }
    out
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn map(fields: &Map<String, Value>, depth: usize, first: &[&str], out: &mut String) {
    let rank = |name: &str| first.iter().position(|other| *other == name).unwrap_or(first.len());
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| rank(name));
    for (index, (name, value)) in fields.into_iter().enumerate() {
        // The first field of an item stands behind its dash.
        if index > 0 || !out.ends_with("- ") {
            indent(depth, out);
        }
        key(name, out);
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                map(inner, depth + 1, first, out);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                list(items, depth + 1, first, out);
            }
            other => {
                out.push(' ');
                scalar(other, depth + 1, out);
                out.push('\n');
            }
        }
    }
}

fn list(items: &[Value], depth: usize, first: &[&str], out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 || !out.ends_with("- ") {
            indent(depth, out);
        }
        out.push_str("- ");
        match item {
            Value::Object(fields) if !fields.is_empty() => map(fields, depth + 1, first, out),
            Value::Array(items) if !items.is_empty() => list(items, depth + 1, first, out),
            other => {
                scalar(other, depth + 1, out);
                out.push('\n');
            }
        }
    }
}

fn scalar(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(given) => text(given, depth, out),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// A key stands in one line, whatever it says.
fn key(name: &str, out: &mut String) {
    if name.contains(char::is_control) {
        out.push_str(&Value::from(name).to_string());
    } else {
        text(name, 0, out);
    }
}

fn text(text: &str, depth: usize, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else if is_block(text) {
        out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                indent(depth, out);
                out.push_str(line);
            }
        }
    } else if text
        .chars()
        .any(|character| character.is_control() || "\u{85}\u{2028}\u{2029}\u{feff}".contains(character))
    {
        // JSON's way of writing texts is YAML's, too.
        out.push_str(&Value::from(text).to_string());
    } else {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    }
}

/// Whether a text means itself without quotes, in YAML 1.1 and 1.2.
fn is_plain(text: &str) -> bool {
    let first = text.chars().next();
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let fine = |character: char| character.is_ascii_alphanumeric() || "_-./<>:@+= \"".contains(character);
    first.is_some_and(|first| first.is_ascii_alphabetic() || "_/<.".contains(first) || is_duration(text))
        && text.chars().all(fine)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !words.contains(&text.to_ascii_lowercase().as_str())
        && text.parse::<f64>().is_err()
        && !text.starts_with("<<")
        // `.nan` and `.inf` are numbers.
        && !(text.starts_with('.') && text.len() < 6 && text != "...")
        && text != "..."
}

/// `30s`, `1h30m`: digits and units.
fn is_duration(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.ends_with(['s', 'm', 'h', 'd', 'w', 'y'])
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"smhdwy".contains(&byte))
}

/// Whether a text of several lines can stand as it is.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && body.split('\n').all(|line| !line.ends_with([' ', '\t']) && !line.chars().any(char::is_control))
        && !text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_says_the_same() {
        let value = json!({
            "route": {"receiver": "a b", "matchers": ["team=\"web\"", "x=~'y: z'"], "group_by": ["..."], "routes": [
                {"receiver": "c", "continue": true, "routes": []}, {"receiver": "", "group_wait": "30s"},
            ]},
            "texts": ["1.10", "yes", "null", "~", "- a", "# no", "a: b", "a #b", "it's", "2026-01-05 09:00", "09:00", "0x10", "{{ .x }}", "-1",
                "*x", "<secret:1>", "https://a/b?c=d", "é", "\ttab", "a\nb", "a\nb\n", "\n", " a\nb", "a\n\n  b\n", "a \nb", ".nan", "1e3", "", "<<", "a:", "%a"],
            "nested": [[1, -2], [], {}, null, true, [{"a": {"b": [{"c": 1}]}}]],
        });
        let written = write(&value, &["receiver"]);
        let read = Node::read(&written).unwrap_or_else(|error| panic!("{error:?}\n{written}"));
        assert_eq!(read.to_json(), value, "{written}");
    }

    #[test]
    fn as_people_write_it() {
        let value = json!({
            "receivers": [{"name": "web", "webhook_configs": [{"url": "<secret:1>", "send_resolved": false}]}],
            "route": {"receiver": "web", "group_wait": "30s", "matchers": ["team=\"web\""]},
        });
        let expected = "route:\n  receiver: web\n  group_wait: 30s\n  matchers:\n    - team=\"web\"\nreceivers:\n  - name: web\n    webhook_configs:\n      \
            - send_resolved: false\n        url: <secret:1>\n";
        assert_eq!(write(&value, &["route", "name", "receiver"]), expected);
    }

    #[test]
    fn bare_values_keep_their_meaning() {
        let node = Node::read("a: 1.10\nb: 7\nc: true\nd: 0x10\ne: \"7\"\nf: 007\n").unwrap();
        assert_eq!(
            node.to_json(),
            json!({"a": "1.10", "b": 7, "c": true, "d": "0x10", "e": "7", "f": "007"})
        );
    }
}
