//! promtool's notation of series: `up{job="a"}` and `1+2x3 _ stale`.

use watchfire_model::{Labels, MatchOp, STALE};
use watchfire_promql::ast::ExprKind;
use watchfire_promql::parse;

/// The most values of one series: a slip of the keyboard must not fill the memory.
const MOST: u64 = 1_000_000;

/// The labels that a text such as `up{job="a"}` means; none for an empty one.
pub(super) fn labels(text: &str) -> Result<Labels, String> {
    if matches!(text.trim(), "" | "{}") {
        return Ok(Labels::empty());
    }
    let expr = parse(text).map_err(|error| format!("{text:?} names no series: {error}"))?;
    let ExprKind::Vector(selector) = expr.kind else {
        return Err(format!("{text:?} names no series; write one like up{{job=\"api\"}}"));
    };
    if selector.matchers.iter().any(|matcher| matcher.op != MatchOp::Equal) {
        return Err(format!("{text:?} names no single series; write = between name and value"));
    }
    Labels::new(selector.matchers.iter().map(|matcher| (&matcher.name, &matcher.value)))
        .map_err(|error| format!("{text:?}: {error}"))
}

/// The values that a text means; `None` where there is no sample.
pub(super) fn values(text: &str) -> Result<Vec<Option<f64>>, String> {
    let mut values = Vec::new();
    for item in text.split_whitespace() {
        let wrong =
            || format!("{item:?} is no value; write a number, _, stale, or a row such as 1+2x3, 5x10 or _x4");
        let (value, times) = match item.rsplit_once('x') {
            Some((value, times)) => (value, Some(times.parse::<u64>().map_err(|_| wrong())?)),
            None => (item, None),
        };
        if times.is_some_and(|times| times > MOST - values.len() as u64) {
            return Err(format!("{item:?}: a series may have {MOST} values"));
        }
        if value == "_" {
            values.extend((0..times.unwrap_or(1)).map(|_| None));
            continue;
        }
        let (start, step) =
            if value == "stale" { (STALE, 0.0) } else { row(value, times.is_some()).ok_or_else(wrong)? };
        // 1+2x3 are four values: the first, and three more.
        let mut value = start;
        values.push(Some(value));
        for _ in 0..times.unwrap_or(0) {
            value += step;
            values.push(Some(if start.to_bits() == STALE.to_bits() { STALE } else { value }));
        }
    }
    Ok(values)
}

/// `1`, or of a row `1+2` and `1-2`: where it starts, and how it goes on.
fn row(text: &str, is_row: bool) -> Option<(f64, f64)> {
    // A sign at the start belongs to the number, and so does one of an exponent.
    let signs = text
        .char_indices()
        .skip(1)
        .filter(|(at, sign)| matches!(sign, '+' | '-') && !text[..*at].ends_with(['e', 'E', '+', '-']));
    match signs.last() {
        Some((at, sign)) if is_row => {
            let (start, step) = (number(&text[..at])?, number(&text[at + 1..])?);
            Some((start, if sign == '-' { -step } else { step }))
        }
        Some(_) => None,
        None => number(text).map(|start| (start, 0.0)),
    }
}

fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let value = match digits.to_ascii_lowercase().as_str() {
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        digits if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => digits.parse().ok()?,
        _ => return None,
    };
    Some(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let some = |values: &[f64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
        let table = [
            ("1 2.5 -3", some(&[1.0, 2.5, -3.0])),
            ("1+2x3", some(&[1.0, 3.0, 5.0, 7.0])),
            ("10-5x2", some(&[10.0, 5.0, 0.0])),
            ("-1-1x1", some(&[-1.0, -2.0])),
            ("1+-2x1", some(&[1.0, -1.0])),
            ("7x2", some(&[7.0, 7.0, 7.0])),
            ("1e-3 1e+2x1", some(&[0.001, 100.0, 100.0])),
            ("_x2 1 _", vec![None, None, Some(1.0), None]),
            ("Inf -inf", some(&[f64::INFINITY, f64::NEG_INFINITY])),
            ("", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(values(text), Ok(expected), "{text}");
        }
        assert_eq!(values("stale").unwrap()[0].unwrap().to_bits(), STALE.to_bits());
        for text in ["a", "1+2", "1x", "1xx2", "1x9999999999", "_+1x2"] {
            assert!(values(text).is_err(), "{text}");
        }
    }

    #[test]
    fn series_are_read() {
        assert_eq!(labels("up{job=\"a\"}").unwrap().to_string(), "up{job=\"a\"}");
        assert_eq!(labels("{}"), Ok(Labels::empty()));
        for text in ["up{job=~\"a\"}", "sum(up)", "up{"] {
            assert!(labels(text).is_err(), "{text}");
        }
    }
}
