//! Numbers and labels as Prometheus writes them.

use std::fmt::Write as _;
use std::io::Write as _;

use watchfire_model::{Labels, is_plain_label_name};

/// A number as text, as Prometheus has scalars in JSON and the labels of `count_values`: the fewest digits that read back
/// as the same number, never an exponent; `NaN`, `+Inf`, `-Inf`. Samples are written by [`write_value`].
///
/// ```
/// use watchfire_promql::format_value;
/// assert_eq!(format_value(1e21), "1000000000000000000000");
/// assert_eq!(format_value(f64::NEG_INFINITY), "-Inf");
/// ```
pub fn format_value(value: f64) -> String {
    special(value).map_or_else(|| value.to_string(), str::to_owned)
}

/// Appends the value of a sample as Prometheus has it in JSON: as [`format_value`], but with an exponent below 1e-6 and from
/// 1e21 on. It takes no memory but that of `text`.
///
/// ```
/// let mut text = Vec::new();
/// watchfire_promql::write_value(&mut text, 1e-7);
/// assert_eq!(text, b"1e-07");
/// ```
pub fn write_value(text: &mut Vec<u8>, value: f64) {
    let size = value.abs();
    // Writing to a vector can't fail.
    let _ = if let Some(word) = special(value) {
        text.write_all(word.as_bytes())
    } else if size >= 1e21 || (size < 1e-6 && size > 0.0) {
        write_scientific(text, value);
        Ok(())
    } else if size < WHOLE && size.fract() == 0.0 && (size > 0.0 || value.is_sign_positive()) {
        // Most samples are counts, and whole numbers are written several times as fast.
        write!(text, "{}", value as i64)
    } else {
        write!(text, "{value}")
    };
}

/// Below this every whole number is exactly one `f64`: 2^53.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// As `%e` in Go: a sign and two digits at least in the exponent.
fn write_scientific(text: &mut Vec<u8>, value: f64) {
    let start = text.len();
    let _ = write!(text, "{value:e}");
    let Some(at) = text[start..].iter().position(|byte| *byte == b'e').map(|at| start + at + 1) else {
        return;
    };
    let sign = if text[at] == b'-' { text.remove(at) } else { b'+' };
    let digits = text.len() - at;
    text.insert(at, sign);
    if digits == 1 {
        text.insert(at + 1, b'0');
    }
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        None
    }
}

/// A number in a message: as `%g` in Go, with an exponent where that is below -4 or above 5.
pub(crate) fn format_short(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A label set in a message: `{__name__="up", job="a"}`.
pub(crate) fn format_labels<'a>(labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::from("{");
    for (index, (name, value)) in labels.into_iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        // Writing to a string can't fail.
        let _ = if is_plain_label_name(name) {
            write!(text, "{comma}{name}={value:?}")
        } else {
            write!(text, "{comma}{name:?}={value:?}")
        };
    }
    text.push('}');
    text
}

/// All labels of a set, as [`format_labels`] writes them.
pub(crate) fn format_all_labels(labels: &Labels) -> String {
    format_labels(labels.iter().map(|label| (label.name, label.value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_in_prometheus() {
        let table = [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (1.5, "1.5", "1.5"),
            (1e-7, "0.0000001", "1e-07"),
            (1_234_567.0, "1234567", "1.234567e+06"),
            (2.5e22, "25000000000000000000000", "2.5e+22"),
            (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
            (f64::NAN, "NaN", "NaN"),
            (f64::INFINITY, "+Inf", "+Inf"),
        ];
        for (value, plain, short) in table {
            assert_eq!(format_value(value), plain);
            assert_eq!(format_short(value), short);
        }
    }

    #[test]
    fn samples_as_in_prometheus() {
        let table = [
            (0.0, "0"),
            (-0.0, "-0"),
            (-42.0, "-42"),
            (0.1, "0.1"),
            (1e-6, "0.000001"),
            (-1e-7, "-1e-07"),
            (9.99e-7, "9.99e-07"),
            (5e-324, "5e-324"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Inf"),
        ];
        for (value, expected) in table {
            let mut text = b"x".to_vec();
            write_value(&mut text, value);
            assert_eq!(String::from_utf8(text).unwrap(), format!("x{expected}"));
        }
    }

    #[test]
    fn labels_as_in_prometheus() {
        let labels = Labels::of("up", [("job", "a\"b"), ("x.y", "1")]).unwrap();
        assert_eq!(format_all_labels(&labels), r#"{__name__="up", job="a\"b", "x.y"="1"}"#);
        assert_eq!(format_all_labels(&Labels::empty()), "{}");
    }
}
