use std::borrow::Cow;

use watchfire_chart::{Stat, StatFill, StatItem};
use watchfire_dashboard::{ColorOf, Panel, TextOf};

use super::Stage;
use super::numbers::{Number, numbers};
use crate::Prepared;

/// Numbers in large type, with their course behind them.
pub(super) fn stat<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'_>) -> Stat<'a> {
    let view = &panel.view;
    let all = numbers(panel, prepared, stage);
    let several = all.len() > 1;
    let sparkline = view.sparkline.unwrap_or(true);
    let item = |number: Number<'a>| {
        let course = sparkline && number.series.values.len() > 1;
        let sparkline =
            if course { Cow::Borrowed(number.series.values.as_slice()) } else { Cow::Borrowed(&[][..]) };
        StatItem { reading: number.reading, sparkline }
    };
    let text = view.text_of.unwrap_or(TextOf::Auto);
    Stat {
        items: all.into_iter().map(item).collect(),
        fill: match view.color_of {
            Some(ColorOf::None) => StatFill::None,
            Some(ColorOf::Background) => StatFill::Background,
            Some(ColorOf::Value) | None => StatFill::Value,
        },
        values: matches!(text, TextOf::Auto | TextOf::Value | TextOf::ValueAndName),
        names: matches!(text, TextOf::ValueAndName | TextOf::Name) || (text == TextOf::Auto && several),
        horizontal: view.horizontal,
    }
}
