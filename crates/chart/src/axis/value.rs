use super::ticks::{log_marks, next_step};
use super::{Axis, Scaling, Tick};
use crate::format::AxisFormat;

/// The value axis laid out: from `low` to `high` in steps that people count in.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueScale {
    /// The value at the bottom.
    pub low: f64,
    /// The value at the top; above `low`.
    pub high: f64,
    /// How values become heights.
    pub scaling: Scaling,
    step: f64,
    marks: usize,
    labels: AxisFormat,
}

/// Beyond this, differences of doubles overflow; nothing is measured there.
const FAR: f64 = 1e300;

impl ValueScale {
    /// A scale around the `extent` of the data in about `marks` steps, widened to whole steps, so that it stays the same
    /// while values wander, but not beyond a fixed `min` and `max`.
    pub fn new(extent: Option<(f64, f64)>, axis: &Axis<'_>, marks: usize) -> Self {
        let fixed = |bound: Option<f64>| bound.filter(|bound| bound.is_finite());
        let (min, max) = (fixed(axis.min), fixed(axis.max));
        let (mut low, mut high) = extent.unwrap_or(match axis.scaling {
            Scaling::Log(_) => (1.0, 10.0),
            _ => (0.0, 1.0),
        });
        low = fixed(axis.soft_min).map_or(low, |bound| bound.min(low));
        high = fixed(axis.soft_max).map_or(high, |bound| bound.max(high));
        low = min.unwrap_or(low).clamp(-FAR, FAR);
        high = max.unwrap_or(high).clamp(-FAR, FAR);
        if let Scaling::Log(base) = axis.scaling {
            return Self::log(low, high, base, axis, marks.max(1));
        }
        if high - low <= high.abs().max(low.abs()) * 1e-9 {
            let margin = low.abs().max(high.abs()) * 0.5;
            let margin = if margin > 0.0 { margin } else { 1.0 };
            match (min, max) {
                (None, Some(_)) => low = high - margin,
                (Some(_), _) => high = low + margin,
                (None, None) => {
                    high += margin;
                    if axis.soft_min.is_none_or(|bound| bound < low) {
                        low -= margin;
                    }
                }
            }
        }
        let marks = marks.max(1);
        let step = next_step((high - low) / marks as f64, low.abs().max(high.abs()), &axis.format);
        if axis.scaling == Scaling::Linear {
            // What a user fixed stays; a value on a step by all but rounding is on it.
            let (below, above) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
            low = if min.is_some() { low } else { below };
            high = if max.is_some() && high > low { high } else { above };
        }
        if high <= low {
            // Bounds so near to each other, or so far from zero, that their difference is rounded away.
            high = low + low.abs().max(1.0) * 1e-6;
        }
        let most = low.abs().max(high.abs());
        let labels = match axis.scaling {
            Scaling::Linear => AxisFormat::new(&axis.format, most, step),
            _ => AxisFormat::each(&axis.format),
        };
        Self { low, high, scaling: axis.scaling, step, marks, labels }
    }

    fn log(low: f64, high: f64, base: f64, axis: &Axis<'_>, marks: usize) -> Self {
        let base = if base.is_finite() && base > 1.0 { base } else { 10.0 };
        let high = if high > 0.0 { high } else { 1.0 };
        let low = if low > 0.0 { low.min(high) } else { high / base.powi(4) };
        let power = |value: f64| value.ln() / base.ln();
        let below =
            if axis.min.is_some_and(|min| min > 0.0) { low } else { base.powf((power(low) + 1e-9).floor()) };
        let above =
            if axis.max.is_some_and(|max| max > 0.0) { high } else { base.powf((power(high) - 1e-9).ceil()) };
        // Powers of doubles end at both ends.
        let low = if below.is_finite() && below > 0.0 { below } else { f64::MIN_POSITIVE };
        let high = if above > low && above.is_finite() { above } else { low * base };
        Self {
            low,
            high,
            scaling: Scaling::Log(base),
            step: base,
            marks,
            labels: AxisFormat::each(&axis.format),
        }
    }

    /// Where a value stands, 0 at the bottom and 1 at the top; not clamped.
    pub fn position(&self, value: f64) -> f64 {
        match self.scaling {
            Scaling::Linear => (value - self.low) / (self.high - self.low),
            // Where a logarithm has no place for it, it is below all.
            Scaling::Log(_) if value <= 0.0 => -10.0,
            Scaling::Log(_) => (value / self.low).ln() / (self.high / self.low).ln(),
            Scaling::Symlog(around) => {
                let (low, high) = (symlog(self.low, around), symlog(self.high, around));
                (symlog(value, around) - low) / (high - low)
            }
        }
    }

    /// The value that stands at a position: [`position`](Self::position) turned around.
    pub fn value_at(&self, position: f64) -> f64 {
        match self.scaling {
            Scaling::Linear => self.low + position * (self.high - self.low),
            Scaling::Log(_) => self.low * ((self.high / self.low).ln() * position).exp(),
            Scaling::Symlog(around) => {
                let (low, high) = (symlog(self.low, around), symlog(self.high, around));
                let place = low + position * (high - low);
                place.abs().exp_m1() * around * place.signum()
            }
        }
    }

    /// The marks from bottom to top.
    pub fn ticks(&self) -> Vec<Tick> {
        let tick = |value: f64| Tick { position: self.position(value), label: self.labels.text(value) };
        match self.scaling {
            Scaling::Linear => {
                let first = (self.low / self.step - 1e-6).ceil();
                let count = ((self.high / self.step + 1e-6).floor() - first).clamp(0.0, 50.0) as i32;
                (0..=count)
                    .map(|index| {
                        let value = (first + f64::from(index)) * self.step;
                        // What is not zero only by rounding is zero.
                        tick(if value.abs() < self.step * 1e-6 { 0.0 } else { value })
                    })
                    .collect()
            }
            Scaling::Log(base) => {
                log_marks(self.low, self.high, base, self.marks).into_iter().map(tick).collect()
            }
            Scaling::Symlog(around) => {
                let upper = log_marks(around.max(1e-300), self.high.max(around), 10.0, self.marks / 2 + 1);
                let lower = log_marks(around.max(1e-300), (-self.low).max(around), 10.0, self.marks / 2 + 1);
                let values = lower.into_iter().rev().map(|value| -value).chain([0.0]).chain(upper);
                values.filter(|value| *value >= self.low && *value <= self.high).map(tick).collect()
            }
        }
    }
}

/// The logarithm around zero: `sign(x) ln(1 + |x| / c)`.
fn symlog(value: f64, around: f64) -> f64 {
    let around = if around > 0.0 { around } else { 1.0 };
    (value.abs() / around).ln_1p() * value.signum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use watchfire_model::Unit;

    use super::*;
    use crate::Format;

    fn labels(scale: &ValueScale) -> Vec<String> {
        scale.ticks().into_iter().map(|tick| tick.label).collect()
    }

    fn axis(unit: Unit) -> Axis<'static> {
        Axis { format: Format::from(unit), soft_min: Some(0.0), ..Axis::default() }
    }

    #[test]
    fn value_ticks_are_round() {
        type Case<'a> = (Option<(f64, f64)>, Option<f64>, Unit, &'a [&'a str]);
        let gib = 2_f64.powi(30);
        let table: [Case<'_>; 9] = [
            (
                Some((0.0, 2.0 * 1024.0 * 1024.0)),
                None,
                Unit::BytesPerSecond,
                &["0 MiB/s", "1 MiB/s", "2 MiB/s"],
            ),
            (Some((3.0, 97.0)), Some(100.0), Unit::Percent, &["0 %", "50 %", "100 %"]),
            (Some((0.0, 13.0 * gib)), None, Unit::Bytes, &["0 GiB", "5 GiB", "10 GiB", "15 GiB"]),
            (
                Some((0.0, 900.0 * 1024.0)),
                None,
                Unit::BytesPerSecond,
                &["0 KiB/s", "500 KiB/s", "1000 KiB/s"],
            ),
            (Some((0.0, 0.0)), None, Unit::Number, &["0.0", "0.5", "1.0"]),
            (Some((0.0, 0.37)), None, Unit::Seconds, &["0 ms", "200 ms", "400 ms"]),
            (Some((0.0, 1700.0)), None, Unit::Seconds, &["0 s", "10 min", "20 min", "30 min"]),
            (None, None, Unit::Number, &["0.0", "0.5", "1.0"]),
            (Some((0.0, 80_000.0)), None, Unit::Number, &["0 k", "50 k", "100 k"]),
        ];
        for (extent, soft_max, unit, expected) in table {
            let scale = ValueScale::new(extent, &Axis { soft_max, ..axis(unit) }, 3);
            assert_eq!(labels(&scale), expected, "{extent:?} {unit:?}");
        }
    }

    #[test]
    fn logarithms_have_marks_at_powers() {
        let log = |base| Axis { scaling: Scaling::Log(base), ..Axis::default() };
        let scale = ValueScale::new(Some((3.0, 4000.0)), &log(10.0), 5);
        assert_eq!(labels(&scale), ["1", "10", "100", "1000", "10 k"]);
        assert!((scale.position(100.0) - 0.5).abs() < 1e-9);
        assert_eq!(
            labels(&ValueScale::new(Some((2.0, 60.0)), &log(2.0), 6)),
            ["2", "4", "8", "16", "32", "64"]
        );
        let symlog = Axis { scaling: Scaling::Symlog(1.0), ..Axis::default() };
        let scale = ValueScale::new(Some((-150.0, 1000.0)), &symlog, 8);
        assert_eq!(labels(&scale), ["-100", "-10", "-1", "0", "1", "10", "100", "1000"]);
    }

    #[test]
    fn fixed_bounds_stay() {
        let axis = Axis { min: Some(3.0), max: Some(17.0), ..Axis::default() };
        let scale = ValueScale::new(Some((0.0, 100.0)), &axis, 4);
        assert_eq!((scale.low, scale.high), (3.0, 17.0));
        assert_eq!(labels(&scale), ["5", "10", "15"]);
        let upside_down = Axis { min: Some(5.0), max: Some(2.0), ..Axis::default() };
        assert!(ValueScale::new(None, &upside_down, 4).high > 5.0);
    }

    fn any_scaling() -> impl Strategy<Value = Scaling> {
        prop_oneof![
            Just(Scaling::Linear),
            Just(Scaling::Log(2.0)),
            Just(Scaling::Log(10.0)),
            Just(Scaling::Symlog(1.0))
        ]
    }

    proptest! {
        #[test]
        fn value_scales_hold_their_data(a in -1e12..1e12_f64, b in -1e12..1e12_f64, marks in 1_usize..10) {
            for unit in [Unit::Number, Unit::Bytes, Unit::Percent, Unit::Seconds] {
                let axis = Axis { format: Format::from(unit), ..Axis::default() };
                let scale = ValueScale::new(Some((a.min(b), a.max(b))), &axis, marks);
                prop_assert!(scale.position(a.min(b)) >= -1e-6 && scale.position(a.max(b)) <= 1.0 + 1e-6);
                prop_assert!(scale.ticks().len() <= marks + 4);
            }
        }

        #[test]
        fn scales_are_monotone(low in -1e9..1e9_f64, length in 0.0..1e9_f64, scaling in any_scaling(), a in 0.0..1.0_f64, b in 0.0..1.0_f64) {
            let axis = Axis { scaling, ..Axis::default() };
            let scale = ValueScale::new(Some((low, low + length)), &axis, 5);
            prop_assert!(scale.high > scale.low);
            let (a, b) = (scale.value_at(a.min(b)), scale.value_at(a.max(b)));
            prop_assert!(scale.position(a) <= scale.position(b) + 1e-9);
            prop_assert!((scale.value_at(scale.position(b)) - b).abs() <= b.abs().max(1.0) * 1e-6);
        }

        #[test]
        fn any_bounds_do(extent in proptest::option::of((proptest::num::f64::ANY, proptest::num::f64::ANY)), min in proptest::option::of(proptest::num::f64::ANY), max in proptest::option::of(proptest::num::f64::ANY), scaling in any_scaling()) {
            let extent = extent.filter(|(a, b)| a.is_finite() && b.is_finite()).map(|(a, b)| (a.min(b), a.max(b)));
            let scale = ValueScale::new(extent, &Axis { min, max, scaling, ..Axis::default() }, 5);
            prop_assert!(scale.low.is_finite() && scale.high.is_finite() && scale.high > scale.low, "{:?}", scale);
            prop_assert!(scale.ticks().len() < 60);
        }
    }
}
