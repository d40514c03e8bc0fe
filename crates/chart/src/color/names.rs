use super::Rgba;

/// A name of Grafana's palette, which goes before CSS's
/// (<https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/themes/createVisualizationColors.ts>).
pub(super) fn grafana(name: &str) -> Option<Rgba> {
    let hue = name.rsplit('-').next().unwrap_or(name);
    let shades: [u32; 5] = match hue {
        "red" => [0xff_a6_b0, 0xff_73_83, 0xf2_49_5c, 0xe0_2f_44, 0xc4_16_2a],
        "orange" => [0xff_cb_7d, 0xff_b3_57, 0xff_98_30, 0xff_78_0a, 0xfa_64_00],
        "yellow" => [0xff_f8_99, 0xff_ee_52, 0xfa_de_2a, 0xf2_cc_0c, 0xe0_b4_00],
        "green" => [0xc8_f2_c2, 0x96_d9_8d, 0x73_bf_69, 0x56_a6_4b, 0x37_87_2d],
        "blue" => [0xc0_d8_ff, 0x8a_b8_ff, 0x57_94_f2, 0x32_74_d9, 0x1f_60_c4],
        "purple" => [0xde_b6_f2, 0xca_95_e5, 0xb8_77_d9, 0xa3_52_cc, 0x8f_3b_b8],
        _ => return None,
    };
    let shade = match name.strip_suffix(hue).unwrap_or_default() {
        "super-light-" => 0,
        "light-" => 1,
        "" => 2,
        "semi-dark-" => 3,
        "dark-" => 4,
        _ => return None,
    };
    Some(Rgba::hex(shades[shade]))
}

/// CSS Color 4, "Named Colors": those that dashboards use.
const CSS: [(&str, u32); 60] = [
    ("aqua", 0x00_ff_ff),
    ("aquamarine", 0x7f_ff_d4),
    ("beige", 0xf5_f5_dc),
    ("black", 0x00_00_00),
    ("blueviolet", 0x8a_2b_e2),
    ("brown", 0xa5_2a_2a),
    ("cadetblue", 0x5f_9e_a0),
    ("chartreuse", 0x7f_ff_00),
    ("chocolate", 0xd2_69_1e),
    ("coral", 0xff_7f_50),
    ("cornflowerblue", 0x64_95_ed),
    ("crimson", 0xdc_14_3c),
    ("cyan", 0x00_ff_ff),
    ("darkblue", 0x00_00_8b),
    ("darkcyan", 0x00_8b_8b),
    ("darkgray", 0xa9_a9_a9),
    ("darkgreen", 0x00_64_00),
    ("darkgrey", 0xa9_a9_a9),
    ("darkorange", 0xff_8c_00),
    ("darkred", 0x8b_00_00),
    ("deeppink", 0xff_14_93),
    ("deepskyblue", 0x00_bf_ff),
    ("dodgerblue", 0x1e_90_ff),
    ("firebrick", 0xb2_22_22),
    ("forestgreen", 0x22_8b_22),
    ("fuchsia", 0xff_00_ff),
    ("gold", 0xff_d7_00),
    ("goldenrod", 0xda_a5_20),
    ("gray", 0x80_80_80),
    ("grey", 0x80_80_80),
    ("hotpink", 0xff_69_b4),
    ("indigo", 0x4b_00_82),
    ("khaki", 0xf0_e6_8c),
    ("lavender", 0xe6_e6_fa),
    ("lightblue", 0xad_d8_e6),
    ("lightgray", 0xd3_d3_d3),
    ("lightgreen", 0x90_ee_90),
    ("lightgrey", 0xd3_d3_d3),
    ("lime", 0x00_ff_00),
    ("limegreen", 0x0032_cd32),
    ("magenta", 0xff_00_ff),
    ("maroon", 0x80_00_00),
    ("navy", 0x00_00_80),
    ("olive", 0x80_80_00),
    ("orangered", 0xff_45_00),
    ("orchid", 0xda_70_d6),
    ("pink", 0xff_c0_cb),
    ("plum", 0xdd_a0_dd),
    ("rebeccapurple", 0x66_33_99),
    ("royalblue", 0x41_69_e1),
    ("salmon", 0xfa_80_72),
    ("seagreen", 0x2e_8b_57),
    ("silver", 0xc0_c0_c0),
    ("skyblue", 0x87_ce_eb),
    ("slategray", 0x70_80_90),
    ("steelblue", 0x46_82_b4),
    ("teal", 0x00_80_80),
    ("tomato", 0xff_63_47),
    ("violet", 0xee_82_ee),
    ("white", 0xff_ff_ff),
];

pub(super) fn css(name: &str) -> Option<Rgba> {
    let place = CSS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    Some(Rgba::hex(CSS[place].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_so_that_they_are_found() {
        assert!(CSS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
