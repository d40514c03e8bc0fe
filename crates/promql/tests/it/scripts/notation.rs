//! The small notations inside of scripts: series, values, durations.

use watchfire_model::{Labels, METRIC_NAME};

use crate::store::STALE;

/// `name{label="value", ...}` off the front of a line; `{"name", "label"="value"}` for names that need quotes. Returns the
/// labels and the rest of the line.
pub(crate) fn series(line: &str) -> Result<(Labels, &str), String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let (name, mut rest) = identifier(line.trim_start());
    if !name.is_empty() {
        pairs.push((METRIC_NAME.to_owned(), name.to_owned()));
    }
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside.trim_start();
        while !rest.starts_with('}') {
            let (label, after) = if rest.starts_with('"') {
                quoted(rest)?
            } else {
                let (label, after) = identifier(rest);
                (label.to_owned(), after)
            };
            let after = after.trim_start();
            if let Some(value) = after.strip_prefix('=') {
                let (value, after) = quoted(value.trim_start())?;
                pairs.push((label, value));
                rest = after.trim_start();
            } else {
                pairs.push((METRIC_NAME.to_owned(), label));
                rest = after;
            }
            rest = match rest.strip_prefix(',') {
                Some(more) => more.trim_start(),
                None if rest.starts_with('}') => rest,
                None => return Err(format!("expected , or }} at {rest:?}")),
            };
        }
        rest = &rest[1..];
    } else if name.is_empty() {
        return Err(format!("expected a series at {line:?}"));
    }
    let labels = Labels::new(pairs).map_err(|error| error.to_string())?;
    Ok((labels, rest))
}

fn identifier(text: &str) -> (&str, &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    text.split_at(text.find(|c| !plain(c)).unwrap_or(text.len()))
}

/// A text in double quotes off the front of `text`; escapes are `\\`, `\"`, `\n` and `\t`.
pub(crate) fn quoted(text: &str) -> Result<(String, &str), String> {
    let unclosed = || format!("expected a text in quotes at {text:?}");
    let inside = text.strip_prefix('"').ok_or_else(unclosed)?;
    let mut unescaped = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((unescaped, &inside[at + 1..])),
            '\\' => match chars.next().ok_or_else(unclosed)?.1 {
                'n' => unescaped.push('\n'),
                't' => unescaped.push('\t'),
                other => unescaped.push(other),
            },
            other => unescaped.push(other),
        }
    }
    Err(unclosed())
}

/// Values at consecutive steps: `5`, `_` (none), `stale`, `NaN`, `Inf`; `axn` is `a` and n times more, `a+bxn` goes on n
/// times in steps of b, `_xn` leaves n out.
pub(crate) fn values(text: &str) -> Result<Vec<Option<f64>>, String> {
    let mut values = Vec::new();
    for word in text.split_whitespace() {
        let (start, times) = match word.rsplit_once('x') {
            Some((start, times)) => {
                (start, Some(times.parse::<usize>().map_err(|_| format!("no count in {word:?}"))?))
            }
            None => (word, None),
        };
        if start == "_" {
            values.extend((0..times.unwrap_or(1)).map(|_| None));
            continue;
        }
        let (first, step) = match number(start) {
            Some(first) => (first, 0.0),
            None if start == "stale" => (f64::from_bits(STALE), 0.0),
            None => stepped(start).ok_or_else(|| format!("no value: {word:?}"))?,
        };
        let mut value = first;
        for _ in 0..=times.unwrap_or(0) {
            values.push(Some(value));
            if step != 0.0 {
                value += step;
            }
        }
    }
    Ok(values)
}

/// A number as Prometheus writes it.
pub(crate) fn number(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Inf" | "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok(),
    }
}

/// `a+b` or `a-b`; a sign behind an `e` belongs to the number.
fn stepped(text: &str) -> Option<(f64, f64)> {
    let bytes = text.as_bytes();
    let mut splits =
        (1..bytes.len()).filter(|at| matches!(bytes[*at], b'+' | b'-') && bytes[*at - 1] != b'e');
    splits.find_map(|at| Some((number(&text[..at])?, number(&text[at..])?)))
}

/// A duration such as `1h30m` in milliseconds; `0` needs no unit.
pub(crate) fn duration(text: &str) -> Result<i64, String> {
    const UNITS: [(&str, i64); 7] = [
        ("ms", 1),
        ("s", 1_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
        ("w", 604_800_000),
        ("y", 31_536_000_000),
    ];
    if text == "0" {
        return Ok(0);
    }
    let error = || format!("no duration: {text:?}");
    let (mut rest, mut total) = (text, 0_i64);
    while !rest.is_empty() {
        let (digits, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?);
        let (name, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let (_, unit) = UNITS.iter().find(|(unit, _)| *unit == name).ok_or_else(error)?;
        total += digits.parse::<i64>().map_err(|_| error())? * unit;
        rest = after;
    }
    if text.is_empty() { Err(error()) } else { Ok(total) }
}

#[test]
fn reads_each_notation() {
    let (labels, rest) = series(r#"up{job="a b", "x.y"="\"1\"\n"} 1 2"#).unwrap();
    assert_eq!(
        labels,
        Labels::new([("__name__", "up"), ("job", "a b"), ("x.y", "\"1\"\n")]).unwrap(),
        "labels"
    );
    assert_eq!(rest, " 1 2");
    assert_eq!(series(r#"{"my.name"}"#).unwrap().0, Labels::new([("__name__", "my.name")]).unwrap());
    assert_eq!(series("{} 5").unwrap(), (Labels::empty(), " 5"));
    let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
    assert_eq!(values("1 _ 3").unwrap(), [Some(1.0), None, Some(3.0)]);
    assert_eq!(values("_x2 1").unwrap(), [None, None, Some(1.0)]);
    assert_eq!(values("0+10x3 7x1").unwrap(), some(&[0.0, 10.0, 20.0, 30.0, 7.0, 7.0]));
    assert_eq!(values("1-0.5x2 1e-3 1e2+1e1x1").unwrap(), some(&[1.0, 0.5, 0.0, 0.001, 100.0, 110.0]));
    assert_eq!(values("-2-1x1 Infx1").unwrap(), some(&[-2.0, -3.0, f64::INFINITY, f64::INFINITY]));
    assert_eq!(values("stale").unwrap()[0].map(f64::to_bits), Some(STALE));
    assert!(values("1xx").is_err());
    assert!(values("blue").is_err());
    assert_eq!(duration("1d2h3m4s5ms"), Ok(93_784_005));
    assert_eq!(duration("0"), Ok(0));
    assert!(duration("5").is_err());
    assert!(duration("").is_err());
}
