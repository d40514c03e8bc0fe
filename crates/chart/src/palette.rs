use plotters::style::{RGBAColor, RGBColor};

/// The colours of series, told apart by colour-blind people (neighbours differ in lightness as well as in hue), each with
/// a contrast of at least 3:1 on the dark and on the light background, so that one SVG suits both themes.
pub const SERIES_COLORS: [RGBColor; 10] = [
    RGBColor(0x3b, 0x82, 0xf6), // blue
    RGBColor(0xd9, 0x77, 0x06), // amber
    RGBColor(0x0d, 0x94, 0x88), // teal
    RGBColor(0xd9, 0x46, 0x8f), // rose
    RGBColor(0x8b, 0x5c, 0xf6), // violet
    RGBColor(0x7a, 0x93, 0x1d), // olive
    RGBColor(0xdc, 0x4a, 0x3f), // red
    RGBColor(0x0e, 0x8f, 0xb8), // cyan
    RGBColor(0xa8, 0x7b, 0x4f), // brown
    RGBColor(0x7d, 0x87, 0x96), // grey
];

/// The colour of the series at place `index`; counted around when the palette ends.
pub fn series_color(index: usize) -> RGBColor {
    SERIES_COLORS[index % SERIES_COLORS.len()]
}

/// [`series_color`] as CSS writes it.
pub fn series_css_color(index: usize) -> String {
    let RGBColor(red, green, blue) = series_color(index);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The colours of a chart that are not a series'.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Labels of the axes.
    pub text: RGBColor,
    /// Lines of the grid; half transparent, so that it suits any background.
    pub grid: RGBAColor,
}

impl Theme {
    /// For dark backgrounds.
    pub const DARK: Self = Self { text: RGBColor(0x9a, 0xa4, 0xb2), grid: GRID };
    /// For light backgrounds.
    pub const LIGHT: Self = Self { text: RGBColor(0x56, 0x60, 0x6d), grid: GRID };
}

const GRID: RGBAColor = RGBAColor(0x80, 0x88, 0x94, 0.22);

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, "relative luminance".
    fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
    }

    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    /// The panels' backgrounds of style/_tokens.scss.
    const DARK_PANEL: RGBColor = RGBColor(0x16, 0x1b, 0x22);
    const LIGHT_PANEL: RGBColor = RGBColor(0xff, 0xff, 0xff);

    #[test]
    fn series_stand_out_on_both_themes() {
        for color in SERIES_COLORS {
            for panel in [DARK_PANEL, LIGHT_PANEL] {
                assert!(
                    contrast(color, panel) >= 3.0,
                    "{color:?} on {panel:?}: {:.2}",
                    contrast(color, panel)
                );
            }
        }
    }

    #[test]
    fn axis_labels_are_legible() {
        assert!(contrast(Theme::DARK.text, DARK_PANEL) >= 4.5);
        assert!(contrast(Theme::LIGHT.text, LIGHT_PANEL) >= 4.5);
    }

    #[test]
    fn css_form() {
        assert_eq!(series_css_color(0), "#3b82f6");
        assert_eq!(series_css_color(10), "#3b82f6");
    }
}
