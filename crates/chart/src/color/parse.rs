use super::{Rgba, names};
use crate::Theme;

impl Rgba {
    /// Reads a colour as dashboards write it: `ok`, `warning`, `critical`, `info`, `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb()`,
    /// `rgba()`, `hsl()`, the names of Grafana's palette (`semi-dark-red`, `text`, `transparent`) and those of CSS.
    /// `None` for anything else.
    pub fn parse(text: &str, theme: &Theme) -> Option<Self> {
        let text = text.trim();
        if let Some(digits) = text.strip_prefix('#') {
            return hex(digits);
        }
        if let Some((function, arguments)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            return call(function, arguments);
        }
        let word = match text {
            "ok" => theme.ok,
            "warning" => theme.warning,
            "critical" | "error" => theme.critical,
            "info" => theme.info,
            "text" => theme.text,
            "panel-bg" => theme.surface,
            "transparent" => Self::TRANSPARENT,
            _ => return names::grafana(text).or_else(|| names::css(text)),
        };
        Some(word)
    }
}

fn hex(digits: &str) -> Option<Rgba> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let wide = |shift: u32| {
        let digit = (value >> shift) & 15;
        digit << 4 | digit
    };
    match digits.len() {
        3 => Some(Rgba::hex(wide(8) << 16 | wide(4) << 8 | wide(0))),
        4 => {
            let color = Rgba::hex(wide(12) << 16 | wide(8) << 8 | wide(4));
            Some(color.faded(f64::from(wide(0)) / 255.0))
        }
        6 => Some(Rgba::hex(value)),
        8 => Some(Rgba::hex(value >> 8).faded(f64::from(value & 255) / 255.0)),
        _ => None,
    }
}

/// `rgb(1, 2, 3)`, `rgba(1 2 3 / 50%)`, `hsl(120, 50%, 50%)`.
fn call(function: &str, arguments: &str) -> Option<Rgba> {
    let mut numbers = [0.0, 0.0, 0.0, 1.0];
    let mut count = 0;
    let is_hsl = match function.trim() {
        "rgb" | "rgba" => false,
        "hsl" | "hsla" => true,
        _ => return None,
    };
    for part in arguments.split([',', ' ', '/']).filter(|part| !part.is_empty()) {
        let (number, percent) = match part.strip_suffix('%') {
            Some(number) => (number, true),
            None => (part.trim_end_matches("deg"), false),
        };
        let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
        // What a percentage is of: a channel, or a share.
        let whole = if is_hsl || count == 3 { 1.0 } else { 255.0 };
        *numbers.get_mut(count)? = if percent { number / 100.0 * whole } else { number };
        count += 1;
    }
    if count < 3 {
        return None;
    }
    let [a, b, c, alpha] = numbers;
    let color = if is_hsl {
        Rgba::hsl(a, b, c)
    } else {
        let channel = |value: f64| value.round().clamp(0.0, 255.0) as u8;
        Rgba { red: channel(a), green: channel(b), blue: channel(c), alpha: 1.0 }
    };
    Some(color.faded(alpha))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_dashboards() {
        for (text, css) in [
            ("#fff", "#ffffff"),
            ("#12345678", "#12345678"),
            ("#1238", "#11223388"),
            ("#EAB839", "#eab839"),
            ("rgb(1,2,3)", "#010203"),
            ("rgba(245, 54, 54, 0.9)", "#f53636e6"),
            ("rgb(100% 0% 0% / 50%)", "#ff000080"),
            ("hsl(120, 100%, 25%)", "#008000"),
            ("hsl(0deg 0% 100%)", "#ffffff"),
            ("green", "#73bf69"),
            ("semi-dark-red", "#e02f44"),
            ("super-light-blue", "#c0d8ff"),
            ("dark-purple", "#8f3bb8"),
            ("rebeccapurple", "#663399"),
            ("grey", "#808080"),
            ("transparent", "#00000000"),
            ("ok", "#4cc38a"),
            ("text", "#e6eaf0"),
        ] {
            assert_eq!(Rgba::parse(text, &Theme::DARK).map(Rgba::css).as_deref(), Some(css), "{text}");
        }
        for text in [
            "",
            "#",
            "#12",
            "#gggggg",
            "#+12345",
            "rgb(1,2)",
            "rgb(1,2,3,4,5)",
            "odd-red",
            "cmyk(1,2,3)",
            "rgb(NaN,1,2)",
        ] {
            assert_eq!(Rgba::parse(text, &Theme::DARK), None, "{text}");
        }
    }

    #[test]
    fn severity_is_legible_on_both_themes() {
        for theme in [Theme::DARK, Theme::LIGHT] {
            for word in ["ok", "warning", "critical", "info", "text"] {
                let color = Rgba::parse(word, &theme).unwrap();
                assert!(color.contrast(theme.surface) >= 4.5, "{word}");
            }
        }
    }
}
