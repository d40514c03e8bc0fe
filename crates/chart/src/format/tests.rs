use proptest::prelude::*;

use super::*;

#[test]
fn units_of_the_model_read_well() {
    let table = [
        (Unit::Bytes, 0.0, "0 B"),
        (Unit::Bytes, 512.0, "512 B"),
        (Unit::Bytes, 1536.0, "1.50 KiB"),
        (Unit::Bytes, 1_048_300.0, "1.00 MiB"),
        (Unit::Bytes, 25_000_000_000.0, "23.3 GiB"),
        (Unit::BytesPerSecond, 123_456.0, "121 KiB/s"),
        (Unit::Percent, 12.34, "12.3 %"),
        (Unit::Percent, -0.01, "-0.01 %"),
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
        (Unit::Seconds, 200_000.0, "2 d 8 h"),
        (Unit::Celsius, 41.25, "41.2 °C"),
        (Unit::Number, f64::NAN, "–"),
        (Unit::Number, f64::INFINITY, "∞"),
        (Unit::Bytes, f64::NEG_INFINITY, "−∞"),
    ];
    for (unit, value, expected) in table {
        assert_eq!(format_value(unit, value), expected, "{unit:?} {value}");
    }
}

#[test]
fn units_by_name_read_well() {
    let table: [(&str, Option<u8>, f64, &str); 78] = [
        ("none", None, 12_345.678, "12346"),
        ("none", None, 0.001_234, "0.00123"),
        ("none", Some(2), 12_345.678, "12345.68"),
        ("", None, 3.0, "3"),
        ("short", None, 1_234_567.0, "1.23 M"),
        ("short", None, -25_000.0, "-25.0 k"),
        ("short", Some(0), 1_234_567.0, "1 M"),
        ("percent", None, 99.5, "99.5 %"),
        ("percent", Some(0), 99.5, "100 %"),
        ("percentunit", None, 0.1234, "12.3 %"),
        ("percentunit", Some(2), 0.5, "50.00 %"),
        ("bytes", None, -2048.0, "-2.00 KiB"),
        ("bytes", Some(1), 1536.0, "1.5 KiB"),
        ("decbytes", None, 1500.0, "1.50 kB"),
        ("kbytes", None, 2048.0, "2.00 MiB"),
        ("kbytes", None, 0.5, "512 B"),
        ("deckbytes", None, 2000.0, "2.00 MB"),
        ("mbytes", None, 1.0, "1 MiB"),
        ("decgbytes", None, 1.5, "1.50 GB"),
        ("bits", None, 1024.0, "1.00 Kib"),
        ("decbits", None, 1000.0, "1.00 kb"),
        ("Bps", None, 2_500_000.0, "2.50 MB/s"),
        ("binBps", None, 1_048_576.0, "1.00 MiB/s"),
        ("KBs", None, 1000.0, "1.00 MB/s"),
        ("bps", None, 1e9, "1.00 Gb/s"),
        ("Kbits", None, 1.0, "1 kb/s"),
        ("binbps", None, 2048.0, "2.00 Kib/s"),
        ("reqps", None, 12.0, "12 req/s"),
        ("reqps", None, 25_000.0, "25.0 k req/s"),
        ("ops", None, 0.25, "0.25 ops/s"),
        ("opm", None, 3.0, "3 ops/min"),
        ("pps", None, 1e6, "1.00 M p/s"),
        ("hertz", None, 2.4e9, "2.40 GHz"),
        ("rotrpm", None, 1200.0, "1200 rpm"),
        ("s", None, 59.999_99, "1 min"),
        ("s", None, 1.5, "1.50 s"),
        ("s", Some(1), 90.0, "1.5 min"),
        ("ms", None, 1500.0, "1.50 s"),
        ("ms", None, 0.25, "250 µs"),
        ("µs", None, 12.0, "12.0 µs"),
        ("ns", None, 1e9, "1.00 s"),
        ("m", None, 90.0, "1 h 30 min"),
        ("h", None, 25.0, "1 d 1 h"),
        ("d", None, 400.0, "1 y 35 d"),
        ("dtdurations", None, 3661.0, "1 h 1 min"),
        ("dtdurationms", None, 61_000.0, "1 min 1 s"),
        ("dthms", None, 3661.0, "01:01:01"),
        ("dthms", None, 90_061.0, "1 d 01:01:01"),
        ("dthms", None, 1.25, "00:00:01.25"),
        ("dateTimeAsIso", None, 1_700_000_000_000.0, "2023-11-14 22:13:20"),
        ("dateTimeFromNow", None, -90_000.0, "1 min ago"),
        ("dateTimeFromNow", None, 7_200_000.0, "in 2 h"),
        ("celsius", None, -3.25, "-3.2 °C"),
        ("fahrenheit", None, 70.0, "70.0 °F"),
        ("kelvin", None, 300.0, "300.0 K"),
        ("volt", None, 0.003, "3.00 mV"),
        ("amp", None, 0.000_02, "20.0 µA"),
        ("watt", None, 1500.0, "1.50 kW"),
        ("kwatt", None, 1500.0, "1.50 MW"),
        ("watth", None, 20.0, "20 Wh"),
        ("joule", None, 1e4, "10.0 kJ"),
        ("dBm", None, -65.0, "-65.0 dBm"),
        ("humidity", None, 55.0, "55.0 % H"),
        ("currencyUSD", None, 12.5, "$12.50"),
        ("currencyEUR", None, -3_000_000.0, "-€3.00 M"),
        ("currencyGBP", Some(0), 7.4, "£7"),
        ("bool", None, 1.0, "True"),
        ("bool_yes_no", None, 0.0, "No"),
        ("bool_on_off", None, 2.0, "On"),
        ("locale", None, 1_234_567.5, "1\u{202f}234\u{202f}567.5"),
        ("locale", None, -123.0, "-123"),
        ("sci", None, 15_000.0, "1.5e4"),
        ("hex", None, 255.0, "FF"),
        ("suffix: cups", None, 3.0, "3 cups"),
        ("prefix: no. ", None, 3.0, "no.3"),
        ("si: X", None, 1500.0, "1.50 kX"),
        ("furlongs", None, 2.5, "2.50 furlongs"),
        ("none", None, 1e300, "1.00e300"),
    ];
    for (unit, decimals, value, expected) in table {
        assert_eq!(Format::new(unit, decimals).text(value), expected, "{unit} {decimals:?} {value}");
    }
}

#[test]
fn an_axis_has_one_scale() {
    let gib = 2_f64.powi(30);
    for (unit, most, step, labels) in [
        ("bytes", 2.0 * gib, 0.5 * gib, ["0.0 GiB", "0.5 GiB", "1.0 GiB"]),
        ("s", 0.4, 0.2, ["0 ms", "200 ms", "400 ms"]),
        ("s", 1200.0, 600.0, ["0 s", "10 min", "20 min"]),
        ("percentunit", 1.0, 0.25, ["0 %", "25 %", "50 %"]),
        ("currencyUSD", 40_000.0, 20_000.0, ["$0 k", "$20 k", "$40 k"]),
        ("short", 1.0, 0.05, ["0.00", "0.05", "0.10"]),
    ] {
        let axis = AxisFormat::new(&Format::new(unit, None), most, step);
        let written = [0.0, 1.0, 2.0].map(|index| axis.text(index * step));
        assert_eq!(written, labels, "{unit}");
    }
}

proptest! {
    #[test]
    fn never_long_and_never_minus_zero(value in proptest::num::f64::ANY, decimals in proptest::option::of(0..4_u8)) {
        for unit in ["none", "short", "bytes", "bps", "s", "ms", "dthms", "hertz", "percentunit", "currencyUSD", "locale", "celsius"] {
            let text = Format::new(unit, decimals).text(value);
            prop_assert!(text.chars().count() <= 32, "{}", text);
            prop_assert!(!text.starts_with("-0 ") && text != "-0", "{}", text);
        }
    }
}
