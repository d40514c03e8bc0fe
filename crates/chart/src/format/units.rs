//! Units by their short names: <https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts>.

use std::borrow::Cow;

use super::duration::Words;

/// What a unit is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// In steps of a family; the unit, and the power of the step that a value of one stands for (1 for kilobytes).
    Scaled(Family, &'static str, i8),
    /// As [`Kind::Scaled`], with a unit that a user named.
    Custom(Family, String),
    /// Whole things.
    Whole,
    /// Per cent; a value is multiplied by this.
    Percent(f64),
    /// With one digit behind the point.
    Tenths(&'static str),
    /// A length of time; a value of one is this many seconds.
    Duration(f64, Words),
    /// As it is, and then the unit.
    Plain(Cow<'static, str>),
    /// The unit, and then the number.
    Prefix(Cow<'static, str>),
    /// Words for zero and for others.
    Words(&'static str, &'static str),
    /// `1.5e10`.
    Scientific,
    /// Hexadecimal, with this before it.
    Hex(&'static str),
    /// With groups of three digits.
    Locale,
    /// A time by a pattern of `strftime`, empty for the time of day today, and with the date otherwise.
    Date(&'static str),
    /// How long ago a time is.
    FromNow,
}

/// Which steps a unit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Thousands from ten thousand on, for what is counted: 1500 stays 1500.
    Count,
    /// Thousands.
    Decimal,
    /// Thousands, and thousandths down to nano.
    Metric,
    /// 1024.
    Binary,
}

const DECIMAL: [&str; 8] = ["", "k", "M", "G", "T", "P", "E", "Z"];
const COUNT: [&str; 5] = ["", "k", "M", "G", "T"];
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const SMALL: [&str; 3] = ["m", "µ", "n"];

impl Family {
    pub(super) fn base(self) -> f64 {
        if self == Self::Binary { 1024.0 } else { 1000.0 }
    }

    fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Count => &COUNT,
            Self::Decimal | Self::Metric => &DECIMAL,
            Self::Binary => &BINARY,
        }
    }

    /// By what a value is divided, and the step's name. `power` is the step of a value of one.
    pub(super) fn step(self, value: f64, power: i8) -> (f64, &'static str) {
        let size = value.abs();
        let base = self.base();
        let prefixes = self.prefixes();
        let least = -i32::from(power);
        for (index, prefix) in prefixes.iter().enumerate().skip(1).rev() {
            let exponent = index as i32 + least;
            let begin = base.powi(exponent);
            let begin = if self == Self::Count && index == 1 { begin * 10.0 } else { begin };
            // What rounds up to the next step is shown in it: 1023.9 KiB is 1.00 MiB.
            if size >= begin * 0.9995 {
                return (base.powi(exponent), prefix);
            }
        }
        if self == Self::Metric && size > 0.0 && size < base.powi(least) * 0.9995 {
            for (index, prefix) in SMALL.iter().enumerate() {
                let divisor = base.powi(least - 1 - index as i32);
                if size >= divisor * 0.9995 || index == SMALL.len() - 1 {
                    return (divisor, prefix);
                }
            }
        }
        (base.powi(least), "")
    }
}

/// Whether a value divided by this has only digits that are meant.
pub(super) fn is_whole(divisor: f64) -> bool {
    (divisor - 1.0).abs() < f64::EPSILON
}

/// A step's name and a unit: `KiB`, `k/s`, but `k req/s`.
pub(super) fn joined(prefix: &'static str, unit: &'static str) -> Cow<'static, str> {
    // Events are words, which have no prefixes.
    let word = unit.contains('/') && !unit.starts_with(['/', 'B', 'b']) && !unit.starts_with("FLOP");
    match (prefix, unit) {
        ("", unit) => Cow::Borrowed(unit),
        (prefix, "") => Cow::Borrowed(prefix),
        (prefix, unit) if word => Cow::Owned([prefix, " ", unit].concat()),
        (prefix, unit) => Cow::Owned([prefix, unit].concat()),
    }
}

/// The unit of a short name.
pub(super) fn kind(name: &str) -> Kind {
    let name = name.trim();
    for (word, of) in CUSTOM {
        if let Some(rest) = name.strip_prefix(word) {
            return of(rest);
        }
    }
    if let Some((_, symbol)) = CURRENCIES.iter().find(|(known, _)| *known == name) {
        return Kind::Prefix(Cow::Borrowed(symbol));
    }
    match SCALED.iter().find(|(known, ..)| *known == name) {
        Some((_, family, unit, power)) => Kind::Scaled(*family, unit, *power),
        None => other(name),
    }
}

type Custom = (&'static str, fn(&str) -> Kind);

const CUSTOM: [Custom; 5] = [
    ("suffix:", |rest| Kind::Plain(Cow::Owned(rest.trim_start().to_owned()))),
    ("prefix:", |rest| Kind::Prefix(Cow::Owned(rest.trim_start().to_owned()))),
    ("si:", |rest| Kind::Custom(Family::Metric, rest.trim_start().to_owned())),
    ("count:", |rest| Kind::Custom(Family::Count, rest.to_owned())),
    ("currency:", |rest| Kind::Prefix(Cow::Owned(rest.to_owned()))),
];

fn other(name: &str) -> Kind {
    match name {
        "" | "none" | "string" => Kind::Plain(Cow::Borrowed("")),
        "locale" => Kind::Locale,
        "percent" => Kind::Percent(1.0),
        "percentunit" => Kind::Percent(100.0),
        "humidity" => Kind::Tenths("% H"),
        "celsius" => Kind::Tenths("°C"),
        "fahrenheit" => Kind::Tenths("°F"),
        "kelvin" => Kind::Tenths("K"),
        "dB" => Kind::Tenths("dB"),
        "dBm" => Kind::Tenths("dBm"),
        "degree" => Kind::Plain(Cow::Borrowed("°")),
        "s" | "dtdurations" => Kind::Duration(1.0, Words::Short),
        "ms" | "dtdurationms" => Kind::Duration(1e-3, Words::Short),
        "µs" | "μs" | "us" => Kind::Duration(1e-6, Words::Short),
        "ns" => Kind::Duration(1e-9, Words::Short),
        "m" => Kind::Duration(60.0, Words::Short),
        "h" => Kind::Duration(3600.0, Words::Short),
        "d" => Kind::Duration(86_400.0, Words::Short),
        "dthms" | "clocks" => Kind::Duration(1.0, Words::Clock),
        "dtdhms" | "clockms" => Kind::Duration(1e-3, Words::Clock),
        "timeticks" => Kind::Duration(0.01, Words::Short),
        "dateTimeAsIso" | "dateTimeAsSystem" | "dateTimeAsLocal" => Kind::Date("%Y-%m-%d %H:%M:%S"),
        "dateTimeAsIsoNoDateIfToday" | "dateTimeAsLocalNoDateIfToday" => Kind::Date(""),
        "dateTimeAsUS" | "dateTimeAsUSNoDateIfToday" => Kind::Date("%m/%d/%Y %I:%M:%S %p"),
        "dateTimeFromNow" => Kind::FromNow,
        "bool" => Kind::Words("False", "True"),
        "bool_yes_no" => Kind::Words("No", "Yes"),
        "bool_on_off" => Kind::Words("Off", "On"),
        "sci" => Kind::Scientific,
        "hex" => Kind::Hex(""),
        "hex0x" => Kind::Hex("0x"),
        unknown => Kind::Plain(Cow::Owned(unknown.to_owned())),
    }
}

const CURRENCIES: [(&str, &str); 10] = [
    ("currencyUSD", "$"),
    ("currencyGBP", "£"),
    ("currencyEUR", "€"),
    ("currencyJPY", "¥"),
    ("currencyCNY", "¥"),
    ("currencyINR", "₹"),
    ("currencyRUB", "₽"),
    ("currencyKRW", "₩"),
    ("currencyCHF", "CHF "),
    ("currencyBTC", "฿"),
];

use Family::{Binary, Count, Decimal, Metric};

#[rustfmt::skip]
const SCALED: [(&str, Family, &str, i8); 96] = [
    ("short", Count, "", 0),
    ("bytes", Binary, "B", 0), ("kbytes", Binary, "B", 1), ("mbytes", Binary, "B", 2), ("gbytes", Binary, "B", 3),
    ("tbytes", Binary, "B", 4), ("pbytes", Binary, "B", 5),
    ("decbytes", Decimal, "B", 0), ("deckbytes", Decimal, "B", 1), ("decmbytes", Decimal, "B", 2),
    ("decgbytes", Decimal, "B", 3), ("dectbytes", Decimal, "B", 4), ("decpbytes", Decimal, "B", 5),
    ("bits", Binary, "b", 0), ("decbits", Decimal, "b", 0),
    ("Bps", Decimal, "B/s", 0), ("KBs", Decimal, "B/s", 1), ("MBs", Decimal, "B/s", 2), ("GBs", Decimal, "B/s", 3),
    ("TBs", Decimal, "B/s", 4), ("PBs", Decimal, "B/s", 5),
    ("binBps", Binary, "B/s", 0), ("KiBs", Binary, "B/s", 1), ("MiBs", Binary, "B/s", 2), ("GiBs", Binary, "B/s", 3),
    ("TiBs", Binary, "B/s", 4), ("PiBs", Binary, "B/s", 5),
    ("bps", Decimal, "b/s", 0), ("Kbits", Decimal, "b/s", 1), ("Mbits", Decimal, "b/s", 2), ("Gbits", Decimal, "b/s", 3),
    ("Tbits", Decimal, "b/s", 4), ("Pbits", Decimal, "b/s", 5),
    ("binbps", Binary, "b/s", 0), ("Kibits", Binary, "b/s", 1), ("Mibits", Binary, "b/s", 2), ("Gibits", Binary, "b/s", 3),
    ("Tibits", Binary, "b/s", 4), ("Pibits", Binary, "b/s", 5),
    ("pps", Count, "p/s", 0), ("cps", Count, "c/s", 0), ("ops", Count, "ops/s", 0), ("reqps", Count, "req/s", 0),
    ("rps", Count, "rd/s", 0), ("wps", Count, "wr/s", 0), ("iops", Count, "io/s", 0), ("eps", Count, "evt/s", 0),
    ("mps", Count, "msg/s", 0), ("recps", Count, "rec/s", 0), ("rowsps", Count, "rows/s", 0),
    ("opm", Count, "ops/min", 0), ("cpm", Count, "c/min", 0), ("rpm", Count, "rd/min", 0), ("wpm", Count, "wr/min", 0),
    ("reqpm", Count, "req/min", 0), ("epm", Count, "evt/min", 0), ("mpm", Count, "msg/min", 0),
    ("rotrpm", Count, "rpm", 0), ("rothz", Metric, "Hz", 0), ("hertz", Metric, "Hz", 0), ("mhertz", Metric, "Hz", 2),
    ("flops", Decimal, "FLOP/s", 0), ("mflops", Decimal, "FLOP/s", 2), ("gflops", Decimal, "FLOP/s", 3),
    ("watt", Metric, "W", 0), ("kwatt", Metric, "W", 1), ("megwatt", Metric, "W", 2), ("mwatt", Metric, "W", -1),
    ("watth", Metric, "Wh", 0), ("kwatth", Metric, "Wh", 1), ("joule", Metric, "J", 0), ("ev", Metric, "eV", 0),
    ("volt", Metric, "V", 0), ("kvolt", Metric, "V", 1), ("mvolt", Metric, "V", -1),
    ("amp", Metric, "A", 0), ("kamp", Metric, "A", 1), ("mamp", Metric, "A", -1),
    ("voltamp", Metric, "VA", 0), ("kvoltamp", Metric, "VA", 1), ("voltampreact", Metric, "var", 0), ("ohm", Metric, "Ω", 0),
    ("farad", Metric, "F", 0), ("henry", Metric, "H", 0), ("lumens", Metric, "lm", 0), ("ampere-hour", Metric, "Ah", 0),
    ("lengthm", Metric, "m", 0), ("lengthmm", Metric, "m", -1), ("lengthkm", Metric, "m", 1),
    ("massg", Metric, "g", 0), ("masskg", Metric, "g", 1), ("massmg", Metric, "g", -1),
    ("pressurepa", Metric, "Pa", 0), ("pressurehpa", Count, "hPa", 0), ("pressurebar", Metric, "bar", 0),
    ("litre", Metric, "L", 0),
];

impl Kind {
    /// The steps of an axis: their family, and the power of the step that a value of one stands for.
    pub(super) fn family(&self) -> Option<(Family, i8)> {
        match self {
            Self::Scaled(family, _, power) => Some((*family, *power)),
            Self::Custom(family, _) => Some((*family, 0)),
            Self::Whole | Self::Prefix(_) => Some((Family::Count, 0)),
            _ => None,
        }
    }
}
