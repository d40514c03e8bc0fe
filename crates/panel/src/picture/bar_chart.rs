use std::borrow::Cow;

use watchfire_chart::{BarSeries, Bars, Stacking as Stack};
use watchfire_dashboard::{Panel, Show, Stacking};

use super::Stage;
use super::numbers::numbers;
use super::time_series::take_over;
use crate::words::{Manner, Words};
use crate::{Cells, Prepared};

/// Numbers side by side: of a table a group for each row and a bar for each column of numbers; of series a bar for each.
pub(super) fn bars<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'a>) -> Bars<'a> {
    let mut bars = Bars {
        horizontal: panel.view.horizontal.unwrap_or(false),
        values: panel.view.show.is_empty() || panel.view.show.contains(&Show::Value),
        stacking: match panel.field.stacking {
            Some(Stacking::Normal) => Stack::Normal,
            Some(Stacking::Percent) => Stack::Percent,
            Some(Stacking::None) | None => Stack::None,
        },
        ..Bars::default()
    };
    take_over(&mut bars.axis, &panel.field, stage);
    bars.axis.soft_min = bars.axis.soft_min.or(Some(0.0));
    let tabular = prepared.tables.iter().find(|table| {
        table.columns.iter().any(|column| matches!(column.cells, Cells::Text(_))) && !table.is_empty()
    });
    if let Some(table) = tabular {
        let names = table.columns.iter().find(|column| matches!(column.cells, Cells::Text(_)));
        if let Some(names) = names {
            bars.categories = (0..table.len()).map(|row| Cow::Owned(names.cells.key(row))).collect();
        }
        let numeric = table.columns.iter().filter(|column| matches!(column.cells, Cells::Number(_)));
        for (index, column) in numeric.enumerate().filter(|(_, column)| !stage.hidden.contains(&column.name))
        {
            let Cells::Number(values) = &column.cells else { continue };
            bars.series.push(BarSeries {
                name: Cow::Borrowed(&column.name),
                values: Cow::Borrowed(values),
                coloring: words(&column.field, index, &column.name, stage).coloring,
            });
        }
        return bars;
    }
    let all = numbers(panel, prepared, stage);
    // Each bar in its own colour: of each category all but one are left open, and they stand on each other.
    bars.stacking = Stack::Normal;
    bars.categories = all.iter().map(|number| number.reading.name.clone()).collect();
    let count = all.len();
    bars.series = all
        .into_iter()
        .enumerate()
        .map(|(index, number)| {
            let mut values = vec![f64::NAN; count];
            values[index] = number.reading.value;
            BarSeries {
                name: number.reading.name,
                values: Cow::Owned(values),
                coloring: number.words.coloring,
            }
        })
        .collect();
    bars
}

pub(super) fn words(
    field: &watchfire_dashboard::Field,
    index: usize,
    name: &str,
    stage: &Stage<'_>,
) -> Words {
    let manner = Manner {
        theme: stage.theme,
        index,
        name,
        extent: (field.min.unwrap_or(0.0), field.max.unwrap_or(100.0)),
        by_thresholds: false,
        utc_offset: stage.utc_offset,
        now: stage.now,
    };
    Words::of(field, &manner)
}
