use crate::Rgba;

/// The colours of series, told apart by colour-blind people (neighbours differ in lightness as well as in hue), each with
/// a contrast of at least 3:1 on the dark and on the light background, so that one SVG suits both themes.
pub const SERIES_COLORS: [Rgba; 10] = [
    Rgba::hex(0x3b_82_f6), // blue
    Rgba::hex(0xd9_77_06), // amber
    Rgba::hex(0x0d_94_88), // teal
    Rgba::hex(0xd9_46_8f), // rose
    Rgba::hex(0x8b_5c_f6), // violet
    Rgba::hex(0x7a_93_1d), // olive
    Rgba::hex(0xdc_4a_3f), // red
    Rgba::hex(0x0e_8f_b8), // cyan
    Rgba::hex(0xa8_7b_4f), // brown
    Rgba::hex(0x7d_87_96), // grey
];

/// The colour of the series at place `index`; counted around when the palette ends.
pub fn series_color(index: usize) -> Rgba {
    SERIES_COLORS[index % SERIES_COLORS.len()]
}

/// [`series_color`] as CSS writes it.
pub fn series_css_color(index: usize) -> String {
    series_color(index).css()
}

/// The colours of a picture that are not its data's. They are those of style/_tokens.scss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// Values and names.
    pub text: Rgba,
    /// Labels of the axes.
    pub muted: Rgba,
    /// Lines of the grid and empty tracks; half transparent, so that it suits any background.
    pub grid: Rgba,
    /// What a panel lies on.
    pub surface: Rgba,
    /// What panels of a dashboard lie on.
    pub background: Rgba,
    /// Lines around panels.
    pub border: Rgba,
    /// All is well.
    pub ok: Rgba,
    /// Look at this soon.
    pub warning: Rgba,
    /// Look at this now.
    pub critical: Rgba,
    /// Something to know.
    pub info: Rgba,
}

impl Theme {
    /// For dark backgrounds.
    pub const DARK: Self = Self {
        text: Rgba::hex(0xe6_ea_f0),
        muted: Rgba::hex(0x9a_a4_b2),
        grid: GRID,
        surface: Rgba::hex(0x16_1b_22),
        background: Rgba::hex(0x0d_11_17),
        border: Rgba::hex(0x2d_35_41),
        ok: Rgba::hex(0x4c_c3_8a),
        warning: Rgba::hex(0xf0_b8_49),
        critical: Rgba::hex(0xff_8a_80),
        info: Rgba::hex(0x6c_b2_ff),
    };
    /// For light backgrounds.
    pub const LIGHT: Self = Self {
        text: Rgba::hex(0x1b_24_30),
        muted: Rgba::hex(0x56_60_6d),
        grid: GRID,
        surface: Rgba::hex(0xff_ff_ff),
        background: Rgba::hex(0xf4_f5_f7),
        border: Rgba::hex(0xd5_d9_e0),
        ok: Rgba::hex(0x0b_74_46),
        warning: Rgba::hex(0x8a_5a_00),
        critical: Rgba::hex(0xb3_26_1e),
        info: Rgba::hex(0x1d_5f_b8),
    };
    /// For a picture in a page whose theme is not known: colours that stand out by 3:1 on both. Text takes the page's own
    /// colours, see [`svg_inline`](crate::svg_inline).
    pub const BOTH: Self = Self {
        ok: Rgba::hex(0x1f_9d_63),
        warning: Rgba::hex(0xc4_84_10),
        critical: Rgba::hex(0xe0_4f_45),
        info: Rgba::hex(0x3b_82_f6),
        text: Rgba::hex(0x7d_87_96),
        muted: Rgba::hex(0x7d_87_96),
        surface: Rgba::TRANSPARENT,
        background: Rgba::TRANSPARENT,
        border: GRID,
        grid: GRID,
    };
}

const GRID: Rgba = Rgba { red: 0x80, green: 0x88, blue: 0x94, alpha: 0.22 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_and_severity_stand_out_on_both_themes() {
        let both = [Theme::BOTH.ok, Theme::BOTH.warning, Theme::BOTH.critical, Theme::BOTH.info];
        for color in SERIES_COLORS.into_iter().chain(both) {
            for panel in [Theme::DARK.surface, Theme::LIGHT.surface] {
                let contrast = color.contrast(panel);
                assert!(contrast >= 3.0, "{color:?} on {panel:?}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn labels_are_legible() {
        for theme in [Theme::DARK, Theme::LIGHT] {
            for color in [theme.text, theme.muted] {
                assert!(color.contrast(theme.surface) >= 4.5 && color.contrast(theme.background) >= 4.5);
            }
        }
    }

    #[test]
    fn css_form() {
        assert_eq!(series_css_color(0), "#3b82f6");
        assert_eq!(series_css_color(10), "#3b82f6");
    }
}
