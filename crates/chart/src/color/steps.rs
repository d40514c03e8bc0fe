use std::borrow::Cow;

use super::{ColorScale, Rgba};

/// From a value on, a colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The first value that has the colour; negative infinity for the colour of all below the first.
    pub from: f64,
    /// The colour.
    pub color: Rgba,
}

/// Which colour a value has.
#[derive(Clone, Debug, PartialEq)]
pub enum Coloring<'a> {
    /// That of the palette at this place, counted around.
    Palette(usize),
    /// This one.
    Fixed(Rgba),
    /// That of the last step that it reaches; steps from low to high.
    Steps(Cow<'a, [Step]>),
    /// That of a scale between two values.
    Scale {
        /// The colours.
        scale: ColorScale,
        /// The value of the first colour.
        low: f64,
        /// The value of the last colour.
        high: f64,
    },
}

impl Default for Coloring<'_> {
    fn default() -> Self {
        Self::Palette(0)
    }
}

impl Coloring<'_> {
    /// The colour of a value. No value (NaN) has the lowest colour.
    pub fn of(&self, value: f64) -> Rgba {
        match self {
            Self::Palette(index) => crate::series_color(*index),
            Self::Fixed(color) => *color,
            Self::Steps(steps) => step_color(steps, value),
            Self::Scale { scale, low, high } => scale.at((value - low) / (high - low)),
        }
    }
}

/// The colour of the last step that `value` reaches; below all, and for no value, that of the first.
pub(crate) fn step_color(steps: &[Step], value: f64) -> Rgba {
    let reached = steps.iter().rev().find(|step| value >= step.from).or(steps.first());
    reached.map_or_else(|| crate::series_color(0), |step| step.color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_begin_at_their_value() {
        let step = |from, color| Step { from, color: Rgba::hex(color) };
        let coloring = Coloring::Steps(vec![step(f64::NEG_INFINITY, 1), step(70.0, 2), step(90.0, 3)].into());
        for (value, color) in [(-5.0, 1), (69.9, 1), (70.0, 2), (90.0, 3), (f64::NAN, 1), (f64::INFINITY, 3)]
        {
            assert_eq!(coloring.of(value), Rgba::hex(color), "{value}");
        }
        assert_eq!(Coloring::Steps(Cow::Borrowed(&[])).of(1.0), crate::series_color(0));
    }
}
