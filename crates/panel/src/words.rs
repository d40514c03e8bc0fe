//! Values in words and colours, as a panel says.

use std::borrow::Cow;

use watchfire_chart::{ColorScale, Coloring, Format, Rgba, Step, Theme, color_of_name};
use watchfire_dashboard::{Color, Field, Mapping, Thresholds};

use crate::Pattern;

/// How the values of a series are written and coloured.
#[derive(Debug)]
pub struct Words {
    /// How numbers are written.
    pub format: Format,
    /// Which colour a value has that no mapping is for.
    pub coloring: Coloring<'static>,
    mappings: Vec<(Mapping, Option<Pattern>)>,
    no_value: Option<String>,
    theme: Theme,
}

/// A value as readers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The number, or what stands in its place.
    pub number: String,
    /// The unit behind it; may be empty.
    pub unit: Cow<'static, str>,
    /// The colour.
    pub color: Rgba,
    /// Whether a mapping gives the colour or the words.
    pub mapped: bool,
}

impl Said {
    /// Number and unit.
    pub fn text(&self) -> String {
        if self.unit.is_empty() { self.number.clone() } else { format!("{} {}", self.number, self.unit) }
    }
}

/// What the words depend on besides the field.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// The colours of the page.
    pub theme: &'a Theme,
    /// The place of the series in the legend.
    pub index: usize,
    /// Its name.
    pub name: &'a str,
    /// The least and the greatest value in sight, for thresholds in percent and for scales of colours.
    pub extent: (f64, f64),
    /// Whether thresholds colour values where nothing is said of colours.
    pub by_thresholds: bool,
    /// Milliseconds that the shown zone is east of UTC.
    pub utc_offset: i64,
    /// Milliseconds since the epoch.
    pub now: i64,
}

impl Words {
    /// Those of a field.
    pub fn of(field: &Field, manner: &Manner<'_>) -> Self {
        let format = match &field.unit {
            Some(unit) => Format::new(unit, field.decimals),
            None => Format::default().with_decimals(field.decimals),
        };
        let compiled = |mapping: &Mapping| (mapping.clone(), mapping.regex.as_deref().and_then(Pattern::new));
        Self {
            format: format.with_clock(manner.utc_offset, manner.now),
            coloring: coloring(field, manner),
            mappings: field.mappings.iter().map(compiled).collect(),
            no_value: field.no_value.clone(),
            theme: *manner.theme,
        }
    }

    /// A value in words.
    pub fn say(&self, value: f64) -> Said {
        let known = (!value.is_nan()).then_some(value);
        let mapping = self.mappings.iter().map(|(mapping, _)| mapping).find(|mapping| mapping.is_for(known));
        let own = mapping.and_then(|mapping| Rgba::parse(mapping.color.as_deref()?, &self.theme));
        let (number, unit) = match (mapping, &self.no_value) {
            (Some(mapping), _) if !mapping.text.is_empty() => (mapping.text.clone(), Cow::Borrowed("")),
            (None, Some(nothing)) if value.is_nan() => (nothing.clone(), Cow::Borrowed("")),
            _ => self.format.split(value),
        };
        Said {
            number,
            unit,
            color: own.unwrap_or_else(|| self.coloring.of(value)),
            mapped: mapping.is_some(),
        }
    }

    /// A text, in other words where a mapping has some.
    pub fn say_text(&self, text: &str) -> (String, Option<Rgba>) {
        let fits = |(mapping, pattern): &&(Mapping, Option<Pattern>)| {
            mapping.value.as_deref() == Some(text)
                || pattern.as_ref().is_some_and(|pattern| pattern.matches(text))
        };
        match self.mappings.iter().find(fits) {
            Some((mapping, _)) => {
                let color = mapping.color.as_deref().and_then(|color| Rgba::parse(color, &self.theme));
                let words = if mapping.text.is_empty() { text } else { &mapping.text };
                (words.to_owned(), color)
            }
            None => (text.to_owned(), None),
        }
    }

    /// Whether some values have words of their own.
    pub fn has_mappings(&self) -> bool {
        !self.mappings.is_empty()
    }
}

fn coloring(field: &Field, manner: &Manner<'_>) -> Coloring<'static> {
    let parse = |text: &str| Rgba::parse(text, manner.theme);
    let by_thresholds = || {
        let steps =
            field.thresholds.as_ref().map(|thresholds| steps(thresholds, manner.extent, manner.theme));
        steps.filter(|steps| !steps.is_empty()).map(|steps| Coloring::Steps(Cow::Owned(steps)))
    };
    let palette = Coloring::Palette(manner.index);
    match &field.color {
        None if manner.by_thresholds => by_thresholds().unwrap_or(palette),
        None | Some(Color::Palette) => palette,
        Some(Color::ByName) => Coloring::Fixed(color_of_name(manner.name)),
        Some(Color::Fixed(color)) => parse(color).map_or(palette, Coloring::Fixed),
        Some(Color::Thresholds) => by_thresholds().unwrap_or(palette),
        Some(Color::Continuous(name)) => {
            let (low, high) = (field.min.unwrap_or(manner.extent.0), field.max.unwrap_or(manner.extent.1));
            ColorScale::named(name).map_or(palette, |scale| Coloring::Scale { scale, low, high })
        }
    }
}

/// Thresholds as steps of colours, from low to high; the first begins below all values.
pub(crate) fn steps(thresholds: &Thresholds, (low, high): (f64, f64), theme: &Theme) -> Vec<Step> {
    let value = |value: f64| if thresholds.percent { low + value / 100.0 * (high - low) } else { value };
    let color = |text: &str| Rgba::parse(text, theme).unwrap_or(theme.muted);
    let base = thresholds.base.as_deref().map_or(theme.ok, color);
    let mut steps: Vec<Step> = thresholds
        .steps
        .iter()
        .map(|step| Step { from: value(step.value), color: color(&step.color) })
        .filter(|step| !step.from.is_nan())
        .collect();
    watchfire_model::sort_small(&mut steps, &|one, other| one.from.total_cmp(&other.from));
    steps.insert(0, Step { from: f64::NEG_INFINITY, color: base });
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(json: &str) -> Words {
        let field: Field = serde_json::from_str(json).unwrap();
        let manner = Manner {
            theme: &Theme::DARK,
            index: 1,
            name: "x",
            extent: (0.0, 200.0),
            by_thresholds: true,
            utc_offset: 0,
            now: 0,
        };
        Words::of(&field, &manner)
    }

    #[test]
    fn values_have_words_and_colours() {
        let up = words(
            r##"{"unit": "bytes", "no_value": "none", "mappings": [{"value": "1", "text": "up", "color": "#00ff00"}, {"from": 5, "to": 6, "color": "#ff0000"}]}"##,
        );
        for (value, text, color) in [
            (1.0, "up", Some("#00ff00")),
            (1536.0, "1.50 KiB", None),
            (5.0, "5 B", Some("#ff0000")),
            (f64::NAN, "none", None),
        ] {
            let said = up.say(value);
            assert_eq!(said.text(), text);
            assert_eq!(said.mapped.then(|| said.color.css()).as_deref(), color, "{value}");
        }
        let texts = words(r#"{"mappings": [{"regex": "^err", "text": "bad"}]}"#);
        assert_eq!(texts.say_text("error").0, "bad");
        assert_eq!(texts.say_text("fine"), ("fine".to_owned(), None));
    }

    #[test]
    fn thresholds_in_percent_follow_the_scale() {
        let half = words(
            r##"{"thresholds": {"percent": true, "base": "#000000", "steps": [{"value": 50, "color": "#ffffff"}]}}"##,
        );
        assert_eq!(half.say(99.0).color, Rgba::BLACK);
        assert_eq!(half.say(100.0).color, Rgba::WHITE);
        let fixed = words(r##"{"color": {"fixed": "#123456"}}"##);
        assert_eq!(fixed.say(1.0).color.css(), "#123456");
    }
}
