use super::Rgba;
use crate::Theme;

/// A scale of colours from low to high, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColorScale {
    stops: &'static [u32],
    reversed: bool,
}

/// Stops at equal distances. The one-hue and two-hue scales are those of `ColorBrewer` (<https://colorbrewer2.org>), viridis and its
/// like those of Matplotlib (<https://bids.github.io/colormap/>), turbo Google's.
const SCALES: [(&str, &[u32]); 22] = [
    (
        "blues",
        &[0xde_eb_f7, 0xc6_db_ef, 0x9e_ca_e1, 0x6b_ae_d6, 0x42_92_c6, 0x21_71_b5, 0x08_51_9c, 0x08_30_6b],
    ),
    (
        "greens",
        &[0xe5_f5_e0, 0xc7_e9_c0, 0xa1_d9_9b, 0x74_c4_76, 0x41_ab_5d, 0x23_8b_45, 0x00_6d_2c, 0x00_44_1b],
    ),
    (
        "reds",
        &[0xfe_e0_d2, 0xfc_bb_a1, 0xfc_92_72, 0xfb_6a_4a, 0xef_3b_2c, 0xcb_18_1d, 0xa5_0f_15, 0x67_00_0d],
    ),
    (
        "oranges",
        &[0xfe_e6_ce, 0xfd_d0_a2, 0xfd_ae_6b, 0xfd_8d_3c, 0xf1_69_13, 0xd9_48_01, 0xa6_36_03, 0x7f_27_04],
    ),
    (
        "purples",
        &[0xef_ed_f5, 0xda_da_eb, 0xbc_bd_dc, 0x9e_9a_c8, 0x80_7d_ba, 0x6a_51_a3, 0x54_27_8f, 0x3f_00_7d],
    ),
    ("greys", &[0xf0_f0_f0, 0xd9_d9_d9, 0xbd_bd_bd, 0x96_96_96, 0x73_73_73, 0x52_52_52, 0x25_25_25]),
    ("yellows", &[0xff_fb_cc, 0xff_f1_85, 0xfa_de_2a, 0xe0_b4_00, 0xa8_85_00, 0x6e_56_00]),
    (
        "viridis",
        &[
            0x44_01_54, 0x48_28_78, 0x3e_49_89, 0x31_68_8e, 0x26_82_8e, 0x1f_9e_89, 0x35_b7_79, 0x6e_ce_58,
            0xb5_de_2b, 0xfd_e7_25,
        ],
    ),
    (
        "magma",
        &[
            0x00_00_04, 0x18_0f_3d, 0x44_0f_76, 0x72_1f_81, 0x9e_2f_7f, 0xcd_40_71, 0xf1_60_5d, 0xfd_96_68,
            0xfe_ca_8d, 0xfc_fd_bf,
        ],
    ),
    (
        "inferno",
        &[
            0x00_00_04, 0x1b_0c_41, 0x4a_0c_6b, 0x78_1c_6d, 0xa5_2c_60, 0xcf_44_46, 0xed_69_25, 0xfb_9b_06,
            0xf7_d1_3d, 0xfc_ff_a4,
        ],
    ),
    (
        "plasma",
        &[
            0x0d_08_87, 0x47_03_9f, 0x73_01_a8, 0x9c_17_9e, 0xbd_37_86, 0xd8_57_6b, 0xed_79_53, 0xfa_9e_3b,
            0xfd_c9_26, 0xf0_f9_21,
        ],
    ),
    (
        "cividis",
        &[
            0x00_22_4e, 0x12_35_70, 0x3b_49_6c, 0x57_5d_6d, 0x70_71_73, 0x8a_86_78, 0xa5_9c_74, 0xc3_b3_69,
            0xe1_cc_55, 0xfe_e8_38,
        ],
    ),
    (
        "turbo",
        &[
            0x30_12_3b, 0x46_62_d7, 0x36_aa_f9, 0x1a_e4_b6, 0x72_fe_5e, 0xc7_ef_34, 0xfa_ba_39, 0xf6_6b_19,
            0xca_2a_04, 0x7a_04_03,
        ],
    ),
    (
        "spectral",
        &[
            0x9e_01_42, 0xd5_3e_4f, 0xf4_6d_43, 0xfd_ae_61, 0xfe_e0_8b, 0xe6_f5_98, 0xab_dd_a4, 0x66_c2_a5,
            0x32_88_bd, 0x5e_4f_a2,
        ],
    ),
    (
        "red_yellow_green",
        &[
            0xa5_00_26, 0xd7_30_27, 0xf4_6d_43, 0xfd_ae_61, 0xfe_e0_8b, 0xd9_ef_8b, 0xa6_d9_6a, 0x66_bd_63,
            0x1a_98_50, 0x00_68_37,
        ],
    ),
    (
        "red_yellow_blue",
        &[
            0xa5_00_26, 0xd7_30_27, 0xf4_6d_43, 0xfd_ae_61, 0xfe_e0_90, 0xe0_f3_f8, 0xab_d9_e9, 0x74_ad_d1,
            0x45_75_b4, 0x31_36_95,
        ],
    ),
    (
        "red_blue",
        &[
            0x67_00_1f, 0xb2_18_2b, 0xd6_60_4d, 0xf4_a5_82, 0xf7_f7_f7, 0x92_c5_de, 0x43_93_c3, 0x21_66_ac,
            0x05_30_61,
        ],
    ),
    (
        "blue_purple",
        &[0xe0_ec_f4, 0xbf_d3_e6, 0x9e_bc_da, 0x8c_96_c6, 0x8c_6b_b1, 0x88_41_9d, 0x81_0f_7c, 0x4d_00_4b],
    ),
    (
        "green_blue",
        &[0xe0_f3_db, 0xcc_eb_c5, 0xa8_dd_b5, 0x7b_cc_c4, 0x4e_b3_d3, 0x2b_8c_be, 0x08_68_ac, 0x08_40_81],
    ),
    (
        "yellow_red",
        &[0xff_ff_cc, 0xff_ed_a0, 0xfe_d9_76, 0xfe_b2_4c, 0xfd_8d_3c, 0xfc_4e_2a, 0xe3_1a_1c, 0xb1_00_26],
    ),
    (
        "yellow_blue",
        &[0xff_ff_d9, 0xed_f8_b1, 0xc7_e9_b4, 0x7f_cd_bb, 0x41_b6_c4, 0x1d_91_c0, 0x22_5e_a8, 0x08_1d_58],
    ),
    ("blue_yellow_red", &[0x57_94_f2, 0x8a_b8_ff, 0xfa_de_2a, 0xff_98_30, 0xf2_49_5c]),
];

impl ColorScale {
    /// The one for numbers without a meaning of good and bad: legible for the colour-blind, and in grey.
    pub const VIRIDIS: Self = Self { stops: SCALES[7].1, reversed: false };

    /// The scale of a name: `viridis`, `red_yellow_green`; `_reversed` behind it turns it around. Grafana's spelling is known,
    /// too: `RdYlGn`, `continuous-GrYlRd`.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(name) = name.strip_suffix("_reversed") {
            return Self::named(name).map(Self::reversed);
        }
        let name = name.strip_prefix("continuous-").unwrap_or(name);
        let (name, reversed) = match name {
            "RdYlGn" | "RdYlGr" => ("red_yellow_green", false),
            "GrYlRd" | "green_yellow_red" => ("red_yellow_green", true),
            "RdYlBu" => ("red_yellow_blue", false),
            "RdBu" => ("red_blue", false),
            "BlYlRd" => ("blue_yellow_red", false),
            "YlRd" | "YlOrRd" => ("yellow_red", false),
            "YlBl" | "YlGnBu" => ("yellow_blue", false),
            "BlPu" | "BuPu" => ("blue_purple", false),
            "GnBu" => ("green_blue", false),
            other => (other, false),
        };
        let known = SCALES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, stops)| Self { stops, reversed })
    }

    /// The names, for a choice.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SCALES.iter().map(|(name, _)| *name)
    }

    /// The same colours from high to low.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    /// The scale for a theme's surface: one that runs from light to dark, or back, begins with what is nearer to the surface.
    #[must_use]
    pub fn on(self, theme: &Theme) -> Self {
        let (low, high) = (self.at(0.0).luminance(), self.at(1.0).luminance());
        let dark = theme.surface.luminance() < 0.18;
        // Others, such as from red over yellow to blue, mean something by their ends.
        let turn = theme.surface.alpha > 0.0 && (low - high).abs() > 0.4 && (low < high) != dark;
        if turn { self.reversed() } else { self }
    }

    /// The colour at `share`, 0 for low to 1 for high; outside, that of the nearer end.
    pub fn at(self, share: f64) -> Rgba {
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        let share = if self.reversed { 1.0 - share } else { share };
        let place = share * (self.stops.len() - 1) as f64;
        let index = (place.floor() as usize).min(self.stops.len() - 2);
        Rgba::hex(self.stops[index]).mix(Rgba::hex(self.stops[index + 1]), place - index as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_run_from_stop_to_stop() {
        let viridis = ColorScale::named("viridis").unwrap();
        assert_eq!(viridis, ColorScale::VIRIDIS);
        assert_eq!(viridis.at(0.0).css(), "#440154");
        assert_eq!(viridis.at(1.0).css(), "#fde725");
        assert_eq!(viridis.at(f64::NAN).css(), "#440154");
        assert_eq!(viridis.at(9.0).css(), "#fde725");
        assert_eq!(ColorScale::named("red_yellow_green_reversed").unwrap().at(0.0).css(), "#006837");
        assert_eq!(ColorScale::named("continuous-GrYlRd").unwrap().at(1.0).css(), "#a50026");
        assert_eq!(ColorScale::named("Blues").unwrap().at(0.0).css(), "#deebf7");
        assert_eq!(ColorScale::named("rainbow"), None);
        let blues = ColorScale::named("blues").unwrap();
        assert_eq!((blues.on(&Theme::LIGHT), blues.on(&Theme::DARK)), (blues, blues.reversed()));
        assert_eq!(viridis.on(&Theme::LIGHT), viridis.reversed());
        assert_eq!(blues.on(&Theme::BOTH), blues);
        for name in ColorScale::names() {
            assert!(ColorScale::named(name).is_some());
        }
    }
}
