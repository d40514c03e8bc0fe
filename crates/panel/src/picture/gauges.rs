use std::borrow::Cow;

use watchfire_chart::{BarGauge, BarMode, Coloring, Gauge, Pie};
use watchfire_dashboard::{Panel, Show, TextOf};

use super::Stage;
use super::numbers::numbers;
use crate::Prepared;
use crate::words::steps;

/// Numbers on arcs.
pub(super) fn gauge<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'_>) -> Gauge<'a> {
    let all = numbers(panel, prepared, stage);
    let scale = all.first().map_or((0.0, 100.0), |number| (number.reading.low, number.reading.high));
    let steps = panel.field.thresholds.as_ref().map(|thresholds| steps(thresholds, scale, stage.theme));
    let several = all.len() > 1;
    Gauge {
        readings: all.into_iter().map(|number| number.reading).collect(),
        threshold_marks: panel.view.threshold_marks.unwrap_or(true) && steps.is_some(),
        steps: Cow::Owned(steps.unwrap_or_default()),
        names: names(panel, several),
        horizontal: panel.view.horizontal,
    }
}

/// Numbers as bars.
pub(super) fn bar_gauge<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'_>) -> BarGauge<'a> {
    let mut all = numbers(panel, prepared, stage);
    let several = all.len() > 1;
    let coloring =
        all.first_mut().map_or_else(Coloring::default, |number| std::mem::take(&mut number.words.coloring));
    BarGauge {
        readings: all.into_iter().map(|number| number.reading).collect(),
        // Of bars that go by the palette each has a colour of its own.
        mode: if matches!(coloring, Coloring::Palette(_) | Coloring::Fixed(_)) {
            BarMode::Basic
        } else {
            BarMode::Gradient
        },
        coloring,
        horizontal: panel.view.horizontal.unwrap_or(true),
        names: names(panel, several),
        values: panel.view.text_of != Some(TextOf::Name) && panel.view.text_of != Some(TextOf::None),
    }
}

fn names(panel: &Panel, several: bool) -> bool {
    match panel.view.text_of.unwrap_or(TextOf::Auto) {
        TextOf::Auto => several,
        TextOf::ValueAndName | TextOf::Name => true,
        TextOf::Value | TextOf::None => false,
    }
}

/// Shares of a whole.
pub(super) fn pie<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'_>) -> Pie<'a> {
    let view = &panel.view;
    Pie {
        readings: numbers(panel, prepared, stage).into_iter().map(|number| number.reading).collect(),
        donut: view.donut,
        names: view.show.contains(&Show::Name),
        values: view.show.contains(&Show::Value),
        percents: view.show.is_empty() || view.show.contains(&Show::Percent),
    }
}
