//! Numbers as they stand in an exposition.

use std::io::Write as _;
use std::{fmt, str};

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// The largest whole number up to which a double holds all of them.
const MOST_EXACT: u64 = 1 << 53;

/// A decimal number at the front of `bytes`, and how many bytes it takes. `None` where it is none, or where its value can't
/// be told exactly this way: ask [`float`] then.
///
/// Digits that a double holds, times or divided by a power of ten that it holds too, need one rounding, and so the result
/// is the nearest double (Clinger, "How to read floating point numbers accurately").
#[inline]
pub(super) fn quick(bytes: &[u8]) -> Option<(f64, usize)> {
    let negative = bytes.first() == Some(&b'-');
    let start = usize::from(negative);
    let (mut at, mut mantissa) = (start, 0_u64);
    digits(bytes, &mut at, &mut mantissa);
    let (mut count, mut exponent) = (at - start, 0_i32);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        let fraction = at;
        digits(bytes, &mut at, &mut mantissa);
        count += at - fraction;
        exponent = fraction as i32 - at as i32;
    }
    // Nineteen digits can't overflow.
    if count == 0 || count > 19 || mantissa > MOST_EXACT {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        let down = match bytes.get(at) {
            Some(b'-') => true,
            Some(b'+') => false,
            _ => {
                at -= 1;
                false
            }
        };
        at += 1;
        let (first, mut power) = (at, 0);
        digits(bytes, &mut at, &mut power);
        if at == first || at - first > 3 {
            return None;
        }
        exponent += if down { -(power as i32) } else { power as i32 };
    }
    let value = mantissa as f64;
    let power = POWERS.get(exponent.unsigned_abs() as usize)?;
    let value = if exponent < 0 { value / power } else { value * power };
    Some((if negative { -value } else { value }, at))
}

#[inline]
fn digits(bytes: &[u8], at: &mut usize, number: &mut u64) {
    while let Some(digit) = bytes.get(*at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        *number = number.wrapping_mul(10).wrapping_add(digit.into());
        *at += 1;
    }
}

/// The number that a whole token is, as Prometheus reads them: what Go's `ParseFloat` took before it knew hexadecimal
/// numbers and underscores. `Inf` and `NaN` in any case; NaN has no sign, and what is too large for a double is no number.
pub(super) fn float(token: &[u8]) -> Option<f64> {
    let value: f64 = str::from_utf8(token).ok()?.parse().ok()?;
    if value.is_nan() {
        // One NaN for all: the bits of others mean something to storage.
        return token[0].is_ascii_alphabetic().then_some(f64::NAN);
    }
    let overflown = value.is_infinite() && token.iter().any(u8::is_ascii_digit);
    (!overflown).then_some(value)
}

/// Milliseconds from seconds with decimals, to the nearest one; `None` for what is no moment.
pub(super) fn milliseconds(seconds: f64) -> Option<i64> {
    let milliseconds = (seconds * 1000.0).round();
    // Both bounds are exact; NaN is within none.
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0)
        .contains(&milliseconds)
        .then_some(milliseconds as i64)
}

/// Writes a number as OpenMetrics writes the bounds of buckets and the quantiles, which is what Prometheus makes of those
/// in protobuf: the shortest digits that tell it from others, an exponent from 1e+06 on and below 1e-04, and `.0` behind
/// whole numbers.
pub(super) fn put_canonical(into: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        into.extend_from_slice(b"NaN");
        return;
    }
    if value.is_infinite() {
        into.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
        return;
    }
    let start = into.len();
    put(into, format_args!("{value:e}"));
    let written = &into[start..];
    // The form is always digits, `e` and an exponent.
    let digits = written.iter().position(|byte| *byte == b'e').unwrap_or(written.len());
    let exponent = str::from_utf8(written.get(digits + 1..).unwrap_or_default()).unwrap_or_default();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        into.truncate(start);
        put(into, format_args!("{value}"));
        if !into[start..].contains(&b'.') {
            into.extend_from_slice(b".0");
        }
        return;
    }
    into.truncate(start + digits);
    let sign = if exponent < 0 { '-' } else { '+' };
    put(into, format_args!("e{sign}{:02}", exponent.unsigned_abs()));
}

fn put(into: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    // A vector takes whatever is written to it.
    let _ = into.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_those_of_prometheus() {
        for (token, expected) in [
            ("1", Some(1.0)),
            ("+1", Some(1.0)),
            ("-0", Some(-0.0)),
            ("1.", Some(1.0)),
            (".5", Some(0.5)),
            ("1.234567e+06", Some(1_234_567.0)),
            ("1E3", Some(1000.0)),
            ("4.9351e-05", Some(4.9351e-5)),
            ("9007199254740993", Some(9_007_199_254_740_992.0)),
            ("18446744073709551616", Some(18_446_744_073_709_551_616.0)),
            ("1e-400", Some(0.0)),
            ("5e-324", Some(5e-324)),
            ("+Inf", Some(f64::INFINITY)),
            ("-inf", Some(f64::NEG_INFINITY)),
            ("Infinity", Some(f64::INFINITY)),
            ("NaN", Some(f64::NAN)),
            ("Nan", Some(f64::NAN)),
            ("+NaN", None),
            ("-NaN", None),
            ("1e400", None),
            ("", None),
            (".", None),
            ("-", None),
            ("1e", None),
            ("e1", None),
            ("1e+", None),
            ("0x1p-3", None),
            ("0x10", None),
            ("1_000", None),
            ("1,5", None),
            ("true", None),
            ("1z", None),
        ] {
            let bits = |value: Option<f64>| value.map(f64::to_bits);
            assert_eq!(bits(float(token.as_bytes())), bits(expected), "{token}");
            if let Some((value, length)) = quick(token.as_bytes())
                && length == token.len()
            {
                assert_eq!(bits(Some(value)), bits(expected), "quick {token}");
            }
        }
    }

    #[test]
    fn the_quick_way_is_taken_by_usual_numbers() {
        for token in ["0", "1", "-17.25", "1.234567e+06", "4.9351e-05", "1.7199968e+09", "123456789012345"] {
            assert_eq!(quick(token.as_bytes()), Some((token.parse().unwrap(), token.len())), "{token}");
        }
    }

    #[test]
    fn moments_are_whole_milliseconds() {
        for (seconds, expected) in [
            (1_520_879_607.789, Some(1_520_879_607_789)),
            (-0.0015, Some(-2)),
            (f64::NAN, None),
            (f64::NEG_INFINITY, None),
            (1e16, None),
        ] {
            assert_eq!(milliseconds(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn canonical_numbers() {
        for (value, expected) in [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (100_000.0, "100000.0"),
            (1e6, "1e+06"),
            (2_500_000.0, "2.5e+06"),
            (1e300, "1e+300"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ] {
            let mut text = Vec::new();
            put_canonical(&mut text, value);
            assert_eq!(String::from_utf8(text).unwrap(), expected);
        }
    }

    proptest! {
        /// Texts of all shapes that the quick way reads: it must never be off by a bit.
        #[test]
        fn the_quick_way_is_exact(token in "-?[0-9]{0,17}(\\.[0-9]{0,12})?([eE][+-]?[0-9]{1,3})?") {
            if let Some((value, length)) = quick(token.as_bytes()) {
                let expected: f64 = token[..length].parse().unwrap();
                prop_assert_eq!(value.to_bits(), expected.to_bits(), "{}", token);
                prop_assert_eq!(length, token.len());
            }
        }

        #[test]
        fn what_is_written_reads_back(value in any::<f64>()) {
            let mut text = Vec::new();
            put_canonical(&mut text, value);
            let back = float(&text).unwrap();
            prop_assert!(back.to_bits() == value.to_bits() || back.is_nan() && value.is_nan());
        }
    }
}
