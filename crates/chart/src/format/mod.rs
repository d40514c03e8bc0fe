//! Values in words that people read, by the short names that Grafana has for units.

mod axis;
mod digits;
mod duration;
mod units;

use std::borrow::Cow;

use watchfire_model::{Unit, format_utc};

pub use axis::AxisFormat;
use digits::{fixed, human};
use duration::Words;
use units::{Family, Kind};

/// How values are written: what they count, and how many digits.
///
/// ```
/// use watchfire_chart::Format;
/// assert_eq!(Format::new("bytes", None).text(1_288_490_189.0), "1.20 GiB");
/// assert_eq!(Format::new("s", None).text(0.34), "340 ms");
/// assert_eq!(Format::new("suffix:req", Some(0)).text(12.3), "12 req");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Format {
    kind: Kind,
    decimals: Option<u8>,
    utc_offset: i64,
    now: i64,
}

impl Default for Format {
    fn default() -> Self {
        Self::from(Unit::Number)
    }
}

impl From<Unit> for Format {
    fn from(unit: Unit) -> Self {
        let kind = match unit {
            Unit::Number => Kind::Scaled(Family::Count, "", 0),
            Unit::Count => Kind::Whole,
            Unit::Percent => Kind::Percent(1.0),
            Unit::Bytes => Kind::Scaled(Family::Binary, "B", 0),
            Unit::BytesPerSecond => Kind::Scaled(Family::Binary, "B/s", 0),
            Unit::PerSecond => Kind::Scaled(Family::Count, "/s", 0),
            Unit::Seconds => Kind::Duration(1.0, Words::Short),
            Unit::Celsius => Kind::Tenths("°C"),
        };
        Self::of(kind, None)
    }
}

impl Format {
    /// The format of a unit by its short name: `bytes`, `percentunit`, `reqps`, `dtdurations`, `suffix: req`, `prefix: no. `,
    /// `si: W`. A name that is not known is written behind the number. `decimals` are the digits behind the point; without,
    /// about three digits are written.
    pub fn new(unit: &str, decimals: Option<u8>) -> Self {
        Self::of(units::kind(unit), decimals.map(|decimals| decimals.min(15)))
    }

    fn of(kind: Kind, decimals: Option<u8>) -> Self {
        Self { kind, decimals, utc_offset: 0, now: 0 }
    }

    /// For units that are times: the zone in milliseconds east of UTC, and the time that is now in milliseconds since the
    /// epoch, from which `dateTimeFromNow` counts.
    #[must_use]
    pub fn with_clock(self, utc_offset: i64, now: i64) -> Self {
        Self { utc_offset, now, ..self }
    }

    /// With this many digits behind the point; `None` for about three digits in all.
    #[must_use]
    pub fn with_decimals(self, decimals: Option<u8>) -> Self {
        Self { decimals, ..self }
    }

    /// A value with its unit: `1.2 GiB`, `340 ms`, `12.3 %`. No value (NaN) is an en dash.
    pub fn text(&self, value: f64) -> String {
        let (mut number, unit) = self.split(value);
        if !unit.is_empty() {
            number.push(' ');
            number.push_str(&unit);
        }
        number
    }

    /// The number and the unit of [`text`](Self::text), apart, so that they can be set in different type. What stands before
    /// the number, such as a currency, is in the number.
    pub fn split(&self, value: f64) -> (String, Cow<'static, str>) {
        const NOTHING: Cow<'static, str> = Cow::Borrowed("");
        if value.is_nan() {
            return ("–".to_owned(), NOTHING);
        }
        if value.is_infinite() {
            return (if value > 0.0 { "∞" } else { "−∞" }.to_owned(), NOTHING);
        }
        match &self.kind {
            Kind::Scaled(family, unit, power) => {
                let (divisor, prefix) = family.step(value, *power);
                let number = self.scaled(value / divisor, units::is_whole(divisor));
                (number, units::joined(prefix, unit))
            }
            Kind::Whole => {
                Self { kind: Kind::Scaled(Family::Count, "", 0), ..self.clone() }.split(value.round())
            }
            Kind::Percent(times) => (self.tenths(value * times), Cow::Borrowed("%")),
            Kind::Tenths(unit) => (self.tenths(value), Cow::Borrowed(*unit)),
            Kind::Duration(seconds, words) => {
                let (number, unit) = words.split(value * seconds, self.decimals);
                (number, Cow::Borrowed(unit))
            }
            Kind::Plain(unit) => (self.number(value), unit.clone()),
            Kind::Custom(family, unit) => {
                let (divisor, prefix) = family.step(value, 0);
                (self.scaled(value / divisor, units::is_whole(divisor)), Cow::Owned([prefix, unit].concat()))
            }
            Kind::Prefix(prefix) => {
                let (divisor, step) = Family::Count.step(value, 0);
                let sign = if value < 0.0 { "-" } else { "" };
                let number = match self.decimals {
                    None if value.fract() != 0.0 && value.abs() < 1e4 => fixed(value.abs(), 2),
                    _ => self.scaled(value.abs() / divisor, units::is_whole(divisor)),
                };
                let gap = if step.is_empty() { "" } else { " " };
                ([sign, prefix, number.as_str(), gap, step].concat(), NOTHING)
            }
            Kind::Words(no, yes) => (if value == 0.0 { *no } else { *yes }.to_owned(), NOTHING),
            Kind::Scientific => (digits::scientific(value, self.decimals), NOTHING),
            Kind::Hex(prefix) => (digits::hex(value, prefix), NOTHING),
            Kind::Locale => (digits::grouped(value, self.decimals), NOTHING),
            Kind::Date(pattern) => (self.date(value, pattern), NOTHING),
            Kind::FromNow => (duration::from_now(value - self.now as f64), NOTHING),
        }
    }

    fn date(&self, value: f64, pattern: &str) -> String {
        let timestamp = value as i64;
        if pattern.is_empty() {
            let day = |time: i64| (time + self.utc_offset).div_euclid(86_400_000);
            let today = self.now != 0 && day(self.now) == day(timestamp);
            return format_utc(
                timestamp,
                self.utc_offset,
                if today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" },
            );
        }
        format_utc(timestamp, self.utc_offset, pattern)
    }

    /// A number that was divided by a step; `whole` for one that was not, whose digits are all meant.
    fn scaled(&self, value: f64, whole: bool) -> String {
        match self.decimals {
            Some(decimals) => fixed(value, decimals),
            None if whole && value.fract() == 0.0 && value.abs() < 1e15 => fixed(value, 0),
            None => human(value),
        }
    }

    fn number(&self, value: f64) -> String {
        self.scaled(value, true)
    }

    fn tenths(&self, value: f64) -> String {
        match self.decimals {
            Some(decimals) => fixed(value, decimals),
            None if value.abs() >= 1e15 => human(value),
            None if value != 0.0 && value.abs() < 0.1 => human(value),
            None => fixed(value, 1),
        }
    }
}

/// A value in words that people read: `1.2 GiB`, `340 ms`, `12.3 %`. No value (NaN) is an en dash.
///
/// ```
/// use watchfire_chart::format_value;
/// use watchfire_model::Unit;
/// assert_eq!(format_value(Unit::Bytes, 1_288_490_189.0), "1.20 GiB");
/// assert_eq!(format_value(Unit::Seconds, 0.34), "340 ms");
/// ```
pub fn format_value(unit: Unit, value: f64) -> String {
    Format::from(unit).text(value)
}

/// The number and the unit of [`format_value`], apart, so that they can be set in different type.
pub fn split_value(unit: Unit, value: f64) -> (String, Cow<'static, str>) {
    Format::from(unit).split(value)
}

#[cfg(test)]
mod tests;
