use watchfire_model::Unit;

/// A value in words that people read: `1.2 GiB`, `340 ms`, `12.3 %`. No value (NaN) is an en dash.
///
/// ```
/// use watchfire_chart::format_value;
/// use watchfire_model::Unit;
/// assert_eq!(format_value(Unit::Bytes, 1_288_490_189.0), "1.20 GiB");
/// assert_eq!(format_value(Unit::Seconds, 0.34), "340 ms");
/// ```
pub fn format_value(unit: Unit, value: f64) -> String {
    let (number, suffix) = split_value(unit, value);
    if suffix.is_empty() { number } else { format!("{number} {suffix}") }
}

/// The number and the unit of [`format_value`], apart, so that they can be set in different type.
pub fn split_value(unit: Unit, value: f64) -> (String, &'static str) {
    if value.is_nan() {
        return ("–".to_owned(), "");
    }
    if value.is_infinite() {
        return (if value > 0.0 { "∞" } else { "−∞" }.to_owned(), "");
    }
    match unit {
        Unit::Number => steps(value, &[(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")], 1e3),
        Unit::Count => steps(value.round(), &[(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")], 1e3),
        Unit::PerSecond => steps(value, &[(1e9, "G/s"), (1e6, "M/s"), (1e4, "k/s"), (0.0, "/s")], 1e3),
        Unit::Percent => (digits(value, 1), "%"),
        Unit::Celsius => (digits(value, 1), "°C"),
        Unit::Bytes => steps(
            value,
            &[
                (2_f64.powi(50), "PiB"),
                (2_f64.powi(40), "TiB"),
                (2_f64.powi(30), "GiB"),
                (2_f64.powi(20), "MiB"),
                (1024.0, "KiB"),
                (0.0, "B"),
            ],
            1.0,
        ),
        Unit::BytesPerSecond => steps(
            value,
            &[
                (2_f64.powi(40), "TiB/s"),
                (2_f64.powi(30), "GiB/s"),
                (2_f64.powi(20), "MiB/s"),
                (1024.0, "KiB/s"),
                (0.0, "B/s"),
            ],
            1.0,
        ),
        Unit::Seconds => seconds(value),
    }
}

/// The largest step that the value reaches. The `k` step begins at ten thousand, and divides by `thousand`.
fn steps(value: f64, steps: &[(f64, &'static str)], thousand: f64) -> (String, &'static str) {
    let size = value.abs();
    for (least, suffix) in steps {
        // What rounds up to the next step is shown in it: 1023.9 KiB is 1.00 MiB.
        if size >= *least * 0.9995 {
            let divisor = match *least {
                0.0 => 1.0,
                1e4 => thousand,
                least => least,
            };
            let scaled = value / divisor;
            let plain = divisor.to_bits() == 1_f64.to_bits() && scaled.fract() == 0.0;
            return (if plain { format!("{scaled}") } else { significant(scaled) }, suffix);
        }
    }
    (if value.fract() == 0.0 { format!("{value}") } else { significant(value) }, "")
}

fn seconds(value: f64) -> (String, &'static str) {
    let size = value.abs();
    if size == 0.0 {
        return ("0".to_owned(), "s");
    }
    // Long times as people say them, in two parts: 1 h 23 min.
    for (whole, name, part, part_name) in
        [(86_400.0, "d", 3600.0, "h"), (3600.0, "h", 60.0, "min"), (60.0, "min", 1.0, "s")]
    {
        if size >= whole {
            let sign = if value < 0.0 { "-" } else { "" };
            let (wholes, parts) = ((size / whole).floor(), ((size % whole) / part).floor());
            return match parts {
                0.0 => (format!("{sign}{wholes}"), name),
                parts => (format!("{sign}{wholes} {name} {parts}"), part_name),
            };
        }
    }
    for (divisor, suffix) in [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")] {
        if size >= divisor * 0.9995 {
            return (significant(value / divisor), suffix);
        }
    }
    (significant(value / 1e-9), "ns")
}

/// Three significant digits, without a tail of zeros behind whole numbers of three digits.
fn significant(value: f64) -> String {
    let size = value.abs();
    let decimals = if size >= 99.95 {
        0
    } else if size >= 9.995 {
        1
    } else {
        2
    };
    digits(value, decimals)
}

fn digits(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // A small negative number must not come out as "-0.0".
    if text.starts_with('-') && text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.')) {
        return text[1..].to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_well() {
        let table = [
            (Unit::Bytes, 0.0, "0 B"),
            (Unit::Bytes, 512.0, "512 B"),
            (Unit::Bytes, 1536.0, "1.50 KiB"),
            (Unit::Bytes, 1_048_300.0, "1.00 MiB"),
            (Unit::Bytes, 25_000_000_000.0, "23.3 GiB"),
            (Unit::BytesPerSecond, 123_456.0, "121 KiB/s"),
            (Unit::Percent, 12.34, "12.3 %"),
            (Unit::Percent, -0.01, "0.0 %"),
            (Unit::Percent, 100.0, "100.0 %"),
            (Unit::Number, 1500.0, "1500"),
            (Unit::Number, 0.25, "0.25"),
            (Unit::Number, 25_000.0, "25.0 k"),
            (Unit::Number, 3_000_000.0, "3.00 M"),
            (Unit::PerSecond, 0.5, "0.50 /s"),
            (Unit::PerSecond, 20_000.0, "20.0 k/s"),
            (Unit::Seconds, 0.0, "0 s"),
            (Unit::Seconds, 0.34, "340 ms"),
            (Unit::Seconds, 0.000_002, "2.00 µs"),
            (Unit::Seconds, 90.0, "1 min 30 s"),
            (Unit::Seconds, -3600.0, "-1 h"),
            (Unit::Seconds, 4980.0, "1 h 23 min"),
            (Unit::Count, 91.2, "91"),
            (Unit::Count, 12_345.0, "12.3 k"),
            (Unit::Seconds, 200_000.0, "2 d 7 h"),
            (Unit::Celsius, 41.25, "41.2 °C"),
            (Unit::Number, f64::NAN, "–"),
            (Unit::Number, f64::INFINITY, "∞"),
        ];
        for (unit, value, expected) in table {
            assert_eq!(format_value(unit, value), expected, "{unit:?} {value}");
        }
    }

    proptest! {
        #[test]
        fn never_long(value in -1e14..1e14_f64) {
            for unit in [Unit::Number, Unit::Bytes, Unit::BytesPerSecond, Unit::PerSecond, Unit::Seconds] {
                let text = format_value(unit, value);
                prop_assert!(text.chars().count() <= 24, "{}", text);
            }
        }
    }
}
