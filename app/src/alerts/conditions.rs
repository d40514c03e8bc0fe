//! Conditions and labels as somebody types them into a field of a form: commas between them, values with a blank in quotes. All such
//! fields read them in this one way, which is Alertmanager's; what it would read as something else than it looks like is a fault here.

use watchfire_model::Matcher;

use super::filter::{matcher, written};

/// The parts of a text, apart by commas outside of quotes, without white space around them; of an unclosed quote the part that has it.
fn parts(text: &str) -> Result<Vec<&str>, String> {
    let text = text.trim();
    let text = text.strip_prefix('{').map_or(text, |text| text.strip_suffix('}').unwrap_or(text));
    let (mut found, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, letter) in text.char_indices() {
        if letter == ',' && !quoted {
            found.push(text[from..at].trim());
            from = at + 1;
        }
        if letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && letter == '\\' && !escaped;
    }
    let last = text[from..].trim();
    if quoted {
        return Err(format!("{last:?} has no closing quote"));
    }
    found.push(last);
    Ok(found.into_iter().filter(|part| !part.is_empty()).collect())
}

/// Where the quotes end that a text begins with.
fn end_of_quotes(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if letter == '"' && !escaped {
            return Some(at + 1);
        }
        escaped = letter == '\\' && !escaped;
    }
    None
}

/// Reads what is typed.
///
/// # Errors
///
/// What can't be read, or would be read as something else than it looks like, and what mends it.
pub(super) fn conditions(text: &str) -> Result<Vec<Matcher>, String> {
    parts(text)?.into_iter().map(condition).collect()
}

fn condition(part: &str) -> Result<Matcher, String> {
    // A name in quotes may hold an operator.
    let name_end = if part.starts_with('"') { end_of_quotes(part).unwrap_or(0) } else { 0 };
    let operator = part[name_end..].find(['=', '!']).map(|at| at + name_end);
    let Some(operator) = operator else {
        return Err(format!("{part:?} is no label with a value; write severity=\"high\", for example"));
    };
    let name = part[..operator].trim();
    if name.is_empty() {
        return Err(format!("{part:?} has no label before it; write severity=\"high\", for example"));
    }
    let is_more = if name_end > 0 { name.len() > name_end } else { name.contains(char::is_whitespace) };
    if is_more {
        return Err(format!("{name:?} is no name of a label; write a comma between two conditions"));
    }
    let value = part[operator..].trim_start_matches(['=', '!', '~']).trim();
    if value.starts_with('"') {
        let rest = end_of_quotes(value).map_or("", |end| value[end..].trim());
        if !rest.is_empty() {
            return Err(format!("write a comma before {rest:?}"));
        }
    } else if let Some((first, rest)) = value.split_once(char::is_whitespace) {
        let rest = rest.trim_start();
        let head = part[..part.len() - value.len()].trim_end();
        return Err(if rest.contains(['=', '!']) {
            format!("write a comma before {rest:?}")
        } else {
            format!(
                "a value with a blank needs quotes: {head}\"{first} {rest}\"; else write a comma and {rest}=\"...\""
            )
        });
    }
    let name = if name_end > 0 { name[1..name_end - 1].replace("\\\"", "\"") } else { name.to_owned() };
    // A name in quotes may be any; what follows it is read as of any other.
    let read = matcher(&format!("name{}", &part[operator..]));
    let read = read.ok_or_else(|| format!("{part:?} can't be read; write severity=\"high\", for example"))?;
    Ok(Matcher { name, ..read })
}

/// What is typed as Alertmanager writes it.
pub(super) fn listed(matchers: &[Matcher]) -> String {
    matchers.iter().map(written).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_conditions() {
        let table = [
            ("", ""),
            ("team=db", r#"team="db""#),
            (r#"{team="db", severity != critical,}"#, r#"team="db", severity!="critical""#),
            (r#"host=~"web|a b", x=~a.*"#, r#"host=~"web|a b", x=~"a.*""#),
            (r#"a="b, c", d="say \"x\"""#, r#"a="b, c", d="say \"x\"""#),
            (r#""my label"=x"#, r#""my label"="x""#),
            ("none=", r#"none="""#),
        ];
        for (text, expected) in table {
            assert_eq!(conditions(text).map(|found| listed(&found)), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_would_be_read_as_something_else_is_a_fault() {
        for (text, expected) in [
            ("team=db severity", r#"a value with a blank needs quotes: team="db severity""#),
            (r#"team=db alertname="X""#, r#"write a comma before "alertname=\"X\"""#),
            (r#"team="db" alertname=X"#, r#"write a comma before "alertname=X""#),
            ("team=db, severity", r#""severity" is no label with a value"#),
            ("ops", r#""ops" is no label"#),
            ("severity team=db", r#""severity team" is no name of a label"#),
            (r#""a b" c=d"#, "is no name of a label"),
            ("a!b", r#""a!b" can't be read"#),
            ("=5", r#""=5" has no label before it"#),
            (r#"team="db"#, "has no closing quote"),
        ] {
            let error = conditions(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
