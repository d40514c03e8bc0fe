use std::collections::BTreeMap;

use watchfire_chart::{Rgba, Theme};
use watchfire_model::{TimeWindow, choose_step, parse_duration};

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Png,
    Svg,
    Pdf,
    /// A line with one number, as SVG.
    Badge,
}

impl Form {
    /// The name in front of a known ending, and what the ending asks for.
    pub(super) fn of_file(file: &str) -> Option<(&str, Self)> {
        let (name, ending) = file.rsplit_once('.')?;
        let form = match ending {
            "png" => Self::Png,
            "svg" => Self::Svg,
            "pdf" => Self::Pdf,
            _ => return None,
        };
        Some((name, form))
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg | Self::Badge => "image/svg+xml",
            Self::Pdf => "application/pdf",
        }
    }
}

/// Which colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Colors {
    Dark,
    Light,
}

impl Colors {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "dark" => Some(Self::Dark),
            "light" => Some(Self::Light),
            _ => None,
        }
    }

    pub(super) fn theme(self) -> &'static Theme {
        match self {
            Self::Dark => &Theme::DARK,
            Self::Light => &Theme::LIGHT,
        }
    }
}

/// What lies behind a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Behind {
    /// The theme's colour.
    Usual,
    Nothing,
    Color(Rgba),
}

/// What a URL asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) form: Form,
    /// The key or the id of one panel; none: the whole dashboard.
    pub(super) panel: Option<String>,
    /// CSS pixels.
    pub(super) width: Option<f64>,
    /// CSS pixels.
    pub(super) height: Option<f64>,
    /// Pixels that a CSS pixel has on each side; of PNG alone.
    pub(super) scale: f64,
    pub(super) theme: Option<Colors>,
    pub(super) behind: Behind,
    /// The range; none: as the dashboard has it.
    pub(super) window: Option<TimeWindow>,
    /// How much earlier the range lies that series are compared with, in milliseconds; 0 for none.
    pub(super) compare: i64,
    pub(super) variables: BTreeMap<String, Vec<String>>,
    /// Milliseconds that the shown zone is east of UTC.
    pub(super) utc_offset: i64,
    /// What stands left on a badge; none: the panel's title.
    pub(super) label: Option<String>,
    /// Milliseconds since the epoch.
    pub(super) now: i64,
}

impl Asked {
    /// What is asked for where nothing is said.
    pub(super) fn usual(form: Form) -> Self {
        Self {
            form,
            panel: None,
            width: None,
            height: None,
            scale: 1.0,
            theme: None,
            behind: Behind::Usual,
            window: None,
            compare: 0,
            variables: BTreeMap::new(),
            utc_offset: 0,
            label: None,
            now: 0,
        }
    }

    /// Reads the query part of a URL; what it does not know may be meant for others. `now`: milliseconds since the epoch.
    pub(super) fn of(form: Form, pairs: &[(String, String)], now: i64) -> Result<Self, String> {
        let mut asked = Self { now, ..Self::usual(form) };
        let (mut from, mut to) = (None, None);
        for (name, value) in pairs {
            match name.as_str() {
                "panel" => asked.panel = Some(value.clone()).filter(|key| !key.is_empty()),
                "width" => asked.width = Some(number(name, value, 16.0, 20_000.0)?),
                "height" => asked.height = Some(number(name, value, 16.0, 20_000.0)?),
                "scale" => asked.scale = number(name, value, 0.25, 8.0)?,
                "theme" => {
                    let theme = Colors::of(value)
                        .ok_or_else(|| format!("theme: {value:?} is neither dark nor light"))?;
                    asked.theme = Some(theme);
                }
                "background" => asked.behind = behind(value)?,
                "tz" => asked.utc_offset = utc_offset(value)?,
                "compare" => {
                    let back = parse_duration(value).map_err(|error| format!("compare: {error}"))?;
                    asked.compare = back;
                }
                "label" => asked.label = Some(value.clone()),
                "from" => from = Some(value.as_str()),
                "to" => to = Some(value.as_str()),
                _ => {
                    if let Some(name) = name.strip_prefix("var-") {
                        asked.variables.entry(name.to_owned()).or_default().push(value.clone());
                    }
                }
            }
        }
        if from.is_some() || to.is_some() {
            let window =
                TimeWindow::parse(from.unwrap_or("now-1h"), to.unwrap_or("now"), asked.utc_offset, now);
            asked.window = Some(window.map_err(|error| format!("from, to: {error}"))?);
        }
        Ok(asked)
    }

    pub(super) fn theme(&self) -> &'static Theme {
        self.theme.unwrap_or(Colors::Light).theme()
    }

    /// For how long the picture of a range stays the newest, in milliseconds: as long as its points last, at most a minute where
    /// it moves with the time.
    pub(super) fn lasts(&self, window: TimeWindow) -> i64 {
        const MINUTE: i64 = 60_000;
        let moves =
            [window.from, window.to].iter().any(|end| matches!(end, watchfire_model::TimeExpr::BeforeNow(_)));
        let step = choose_step(window.resolve(self.now).length(), self.points(1.0) as usize);
        // What is over may still be deleted, or get late samples.
        if moves { step.clamp(1000, MINUTE) } else { step.clamp(MINUTE, 5 * MINUTE) }
    }

    /// For how many points there is room in a share of the width.
    pub(super) fn points(&self, share: f64) -> u32 {
        let width = self.width.unwrap_or(if self.panel.is_some() { 1000.0 } else { 1200.0 });
        (width * share * self.scale).clamp(50.0, 2000.0) as u32
    }
}

fn number(name: &str, text: &str, least: f64, most: f64) -> Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|value| (least..=most).contains(value));
    value.ok_or_else(|| format!("{name}: {text:?} is not a number from {least} to {most}"))
}

fn behind(text: &str) -> Result<Behind, String> {
    if text == "none" || text == "transparent" {
        return Ok(Behind::Nothing);
    }
    // A bare # in a URL begins what is no part of it, so it may be left out.
    let digits = text.strip_prefix('#').unwrap_or(text);
    let hex = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let color = hex.then(|| Rgba::parse(&format!("#{digits}"), &Theme::LIGHT)).flatten();
    color.map(Behind::Color).ok_or_else(|| {
        format!("background: {text:?} is neither none nor a colour such as #1f2937 (%231f2937 in a URL)")
    })
}

/// `utc`, or a distance from it such as `+02:00`; a plus that was not escaped in a URL has become a blank.
fn utc_offset(text: &str) -> Result<i64, String> {
    const MINUTE: i64 = 60_000;
    let wrong = || format!("tz: {text:?} is neither utc nor a distance from it such as +02:00");
    if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
        return Ok(0);
    }
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("+" | " ", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return Err(wrong()),
    };
    let digits = digits.replace(':', "");
    let value: i64 = digits.parse().map_err(|_| wrong())?;
    let (hours, minutes) = if digits.len() > 2 { (value / 100, value % 100) } else { (value, 0) };
    if digits.starts_with(['+', '-']) || hours > 14 || minutes > 59 {
        return Err(wrong());
    }
    Ok(sign * (hours * 60 + minutes) * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<Asked, String> {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Asked::of(Form::Png, &pairs, 1_700_000_000_000)
    }

    #[test]
    fn urls_say_what_to_draw() {
        let asked =
            of("panel=7~a&width=300&scale=2&theme=dark&background=none&tz=+0530&var-a=x&var-a=y&from=now-2h")
                .unwrap();
        assert_eq!((asked.panel.as_deref(), asked.width, asked.scale), (Some("7~a"), Some(300.0), 2.0));
        assert_eq!(
            (asked.theme, asked.behind, asked.utc_offset),
            (Some(Colors::Dark), Behind::Nothing, 19_800_000)
        );
        assert_eq!(asked.variables["a"], ["x", "y"]);
        assert_eq!(asked.window, Some(TimeWindow::last(7_200_000)));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (query, place) in [
            ("width=0", "width:"),
            ("height=a", "height:"),
            ("scale=NaN", "scale:"),
            ("theme=blue", "theme:"),
            ("background=red", "background:"),
            ("tz=Berlin", "tz:"),
            ("tz=+-1", "tz:"),
            ("tz=+1560", "tz:"),
            ("from=x", "from, to:"),
            ("from=now&to=now-1h", "from, to:"),
        ] {
            let error = of(query).unwrap_err();
            assert!(error.starts_with(place), "{query}: {error}");
        }
    }

    #[test]
    fn pictures_last_as_long_as_their_points() {
        for (query, lasts) in [
            ("from=now-15m&width=1000", 1000),
            ("from=now-6h&width=1000", 30_000),
            ("from=now-7d", 60_000),
            ("from=0&to=3600000", 60_000),
            ("from=0&to=1600000000000", 300_000),
        ] {
            let asked = of(query).unwrap();
            assert_eq!(asked.lasts(asked.window.unwrap()), lasts, "{query}");
        }
    }
}
