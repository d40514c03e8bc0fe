use std::borrow::Cow;

use super::digits::{fixed, without_zeros};
use super::duration::{SMALL, Words};
use super::units::{Family, Kind, joined};
use super::{Format, human};

/// How the labels of an axis are written: all in one step, so that they compare at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisFormat {
    how: How,
}

#[derive(Clone, Debug, PartialEq)]
enum How {
    /// Divided by this, with so many digits behind the point, between a prefix and a unit.
    Divided { divisor: f64, decimals: u8, prefix: Cow<'static, str>, unit: Cow<'static, str> },
    /// Each as it would be written alone.
    Each(Format),
}

impl AxisFormat {
    /// For an axis whose values are at most `most` in size, with a label each `step`.
    pub(crate) fn new(format: &Format, most: f64, step: f64) -> Self {
        let nothing = Cow::Borrowed("");
        let (divisor, prefix, unit) = match &format.kind {
            Kind::Scaled(family, unit, power) => {
                let (divisor, prefix) = family.step(most, *power);
                (divisor, nothing, joined(prefix, unit))
            }
            Kind::Custom(family, unit) => {
                let (divisor, prefix) = family.step(most, 0);
                (divisor, nothing, Cow::Owned([prefix, unit].concat()))
            }
            Kind::Whole => {
                let (divisor, prefix) = Family::Count.step(most, 0);
                (divisor, nothing, Cow::Borrowed(prefix))
            }
            Kind::Prefix(before) => {
                let (divisor, prefix) = Family::Count.step(most, 0);
                (divisor, before.clone(), Cow::Borrowed(prefix))
            }
            Kind::Percent(times) => (1.0 / times, nothing, Cow::Borrowed("%")),
            Kind::Tenths(unit) => (1.0, nothing, Cow::Borrowed(*unit)),
            Kind::Plain(unit) => (1.0, nothing, unit.clone()),
            Kind::Duration(seconds, Words::Short) if most * seconds < 60.0 => {
                let size = most * seconds;
                let small = SMALL.into_iter().find(|(small, _)| size >= small * 0.9995).unwrap_or(SMALL[3]);
                (small.0 / seconds, nothing, Cow::Borrowed(small.1))
            }
            _ => return Self { how: How::Each(format.clone()) },
        };
        // A step of 0.25 has two digits behind the point, one of 20 has none.
        let needed = (0..=12_u8)
            .find(|decimals| {
                let scaled = step / divisor * 10_f64.powi(i32::from(*decimals));
                (scaled - scaled.round()).abs() <= scaled.abs() * 1e-6
            })
            .unwrap_or(3);
        let decimals = format.decimals.map_or(needed, |decimals| decimals.max(needed.min(3)));
        Self { how: How::Divided { divisor, decimals, prefix, unit } }
    }

    /// For an axis whose labels are far apart in size, such as a logarithmic one.
    pub(crate) fn each(format: &Format) -> Self {
        Self { how: How::Each(format.clone()) }
    }

    /// The label of a value.
    pub fn text(&self, value: f64) -> String {
        match &self.how {
            How::Each(format) => {
                let text = format.text(value);
                // An axis of round numbers reads better without their ".0" and ".00".
                match text.rsplit_once(' ') {
                    Some((number, unit)) => [without_zeros(number), " ", unit].concat(),
                    None => without_zeros(&text).to_owned(),
                }
            }
            How::Divided { divisor, decimals, prefix, unit } => {
                let scaled = value / divisor;
                let number = if scaled.abs() >= 1e7 { human(scaled) } else { fixed(scaled, *decimals) };
                let (sign, number) = match number.strip_prefix('-') {
                    Some(number) if !prefix.is_empty() => ("-", number),
                    _ => ("", number.as_str()),
                };
                let gap = if unit.is_empty() { "" } else { " " };
                [sign, prefix, number, gap, unit].concat()
            }
        }
    }
}

impl Format {
    /// What round numbers are multiples of on an axis up to `most`: a power of 1024 for bytes, otherwise 1.
    pub(crate) fn round_base(&self, most: f64) -> f64 {
        match (&self.kind, self.kind.family()) {
            (_, Some((Family::Binary, power))) => Family::Binary.step(most, power).0,
            (Kind::Percent(times), _) => 1.0 / times,
            _ => 1.0,
        }
    }

    /// How many seconds a value of one is, for lengths of time.
    pub(crate) fn seconds(&self) -> Option<f64> {
        match &self.kind {
            Kind::Duration(seconds, _) => Some(*seconds),
            _ => None,
        }
    }
}
