//! Colours: the words that dashboards use for them, scales from low to high, and what can be read on what.

mod names;
mod parse;
mod scales;
mod steps;

pub use scales::ColorScale;
pub(crate) use steps::step_color;
pub use steps::{Coloring, Step};

/// A colour with an opacity, as CSS has it (sRGB).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rgba {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
    /// Opacity, 0 to 1.
    pub alpha: f32,
}

impl Rgba {
    /// Nothing to be seen.
    pub const TRANSPARENT: Self = Self { red: 0, green: 0, blue: 0, alpha: 0.0 };
    /// `#000000`.
    pub const BLACK: Self = Self::hex(0x00_00_00);
    /// `#ffffff`.
    pub const WHITE: Self = Self::hex(0xff_ff_ff);

    /// An opaque colour from `0xrrggbb`.
    pub const fn hex(rgb: u32) -> Self {
        Self { red: (rgb >> 16) as u8, green: (rgb >> 8) as u8, blue: rgb as u8, alpha: 1.0 }
    }

    /// The same colour, `share` (0 to 1) as opaque.
    #[must_use]
    pub fn faded(self, share: f64) -> Self {
        Self { alpha: self.alpha * share.clamp(0.0, 1.0) as f32, ..self }
    }

    /// The colour `share` (0 to 1) of the way to `other`.
    #[must_use]
    pub fn mix(self, other: Self, share: f64) -> Self {
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        let between =
            |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
        Self {
            red: between(self.red, other.red),
            green: between(self.green, other.green),
            blue: between(self.blue, other.blue),
            alpha: self.alpha + (other.alpha - self.alpha) * share as f32,
        }
    }

    /// What is seen where this colour lies on an opaque one.
    #[must_use]
    pub fn over(self, background: Self) -> Self {
        let opaque = Self { alpha: 1.0, ..self };
        background.mix(opaque, f64::from(self.alpha))
    }

    /// Hue in degrees, saturation and lightness 0 to 1: CSS Color 4, "HSL to RGB".
    pub fn hsl(hue: f64, saturation: f64, lightness: f64) -> Self {
        let (saturation, lightness) = (saturation.clamp(0.0, 1.0), lightness.clamp(0.0, 1.0));
        let channel = |n: f64| {
            let k = (n + hue.rem_euclid(360.0) / 30.0) % 12.0;
            let reach = saturation * lightness.min(1.0 - lightness);
            let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
            (value * 255.0).round() as u8
        };
        Self { red: channel(0.0), green: channel(8.0), blue: channel(4.0), alpha: 1.0 }
    }

    /// WCAG 2.2, "relative luminance": 0 for black to 1 for white.
    pub fn luminance(self) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(self.red) + 0.7152 * channel(self.green) + 0.0722 * channel(self.blue)
    }

    /// WCAG 2.2, "contrast ratio" of two opaque colours: 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        a.max(b) / a.min(b)
    }

    /// Black or white, whichever reads better on this colour.
    #[must_use]
    pub fn ink(self) -> Self {
        // Softer than black, and no worse to read.
        const DARK: Rgba = Rgba::hex(0x10_14_1a);
        if self.contrast(Self::WHITE) >= self.contrast(DARK) { Self::WHITE } else { DARK }
    }

    /// The nearest lighter or darker colour that has the contrast 4.5 (WCAG AA) on `background`.
    #[must_use]
    pub fn legible_on(self, background: Self) -> Self {
        let solid = self.over(background);
        let towards = if background.luminance() < 0.18 { Self::WHITE } else { Self::BLACK };
        let mut step = 0.0;
        let mut color = solid;
        while color.contrast(background) < 4.5 && step < 1.0 {
            step += 0.05;
            color = solid.mix(towards, step);
        }
        color
    }

    /// `#rrggbb`, or `rgba(...)` where it is not opaque.
    pub fn css(self) -> String {
        let mut text = String::with_capacity(24);
        self.write_hex(&mut text);
        if self.alpha < 1.0 {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let alpha = (self.alpha * 255.0).round() as u8;
            text.push(char::from(DIGITS[usize::from(alpha >> 4)]));
            text.push(char::from(DIGITS[usize::from(alpha & 15)]));
        }
        text
    }

    /// Writes `#rrggbb`, whatever the opacity.
    pub(crate) fn write_hex(self, out: &mut String) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        out.push('#');
        for byte in [self.red, self.green, self.blue] {
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

/// A colour of the palette for a name, the same wherever the name stands: FNV-1a of its bytes, counted around.
pub fn color_of_name(name: &str) -> Rgba {
    crate::series_color(hash(name) as usize)
}

/// FNV-1a with 32 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>), its high bits folded down so that its remainder by
/// a small number depends on all of it.
fn hash(name: &str) -> u32 {
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) ^ (hash & 0xffff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Theme;

    #[test]
    fn text_on_a_color_is_black_or_white() {
        for (color, dark) in [(0xfa_de_2a, true), (0x1f_60_c4, false), (0xff_ff_ff, true), (0, false)] {
            assert_eq!(Rgba::hex(color).ink() != Rgba::WHITE, dark, "{color:06x}");
        }
    }

    #[test]
    fn css_form() {
        assert_eq!(Rgba::hex(0x3b_82_f6).css(), "#3b82f6");
        assert_eq!(Rgba::hex(0x3b_82_f6).faded(0.5).css(), "#3b82f680");
    }

    #[test]
    fn names_spread_over_the_palette() {
        let colors: Vec<_> = (0..40).map(|index| color_of_name(&format!("cpu{index}")).css()).collect();
        let distinct: std::collections::BTreeSet<_> = colors.iter().collect();
        assert!(distinct.len() >= 8, "{distinct:?}");
        assert_eq!(color_of_name("api"), color_of_name("api"));
    }

    proptest! {
        #[test]
        fn any_color_becomes_legible(rgb in 0..0x100_0000_u32) {
            for theme in [Theme::DARK, Theme::LIGHT] {
                prop_assert!(Rgba::hex(rgb).legible_on(theme.surface).contrast(theme.surface) >= 4.5);
            }
        }

        #[test]
        fn ink_is_always_legible(rgb in 0..0x100_0000_u32) {
            prop_assert!(Rgba::hex(rgb).ink().contrast(Rgba::hex(rgb)) >= 4.0);
        }
    }
}
