use std::collections::BTreeSet;

use leptos::prelude::*;
use watchfire_chart::{format_value, split_value};
use watchfire_model::Unit;

use super::chart::ChartArea;
use super::frame::PanelFrame;
use super::spec::same_thing;
use super::watching::PanelData;
use super::{ChartSource, Legend, PanelSpec};
use crate::data::SeriesSummary;

/// The newest value in large type, what it is part of, and how it came to be.
#[component]
pub(super) fn TilePanel(
    /// What it shows.
    spec: PanelSpec,
) -> impl IntoView {
    let data = PanelData::of(&spec);
    let shown = {
        let spec = spec.clone();
        Memo::new(move |_| data.summaries.with(|summaries| Shown::of(&spec, summaries)))
    };
    view! {
        <PanelFrame spec=spec.clone() state=data.state>
            <p class="tile-value">
                <span class="tile-number">{move || shown.get().number}</span>
                " "
                <span class="tile-unit">{move || shown.get().unit}</span>
            </p>
            <p class="tile-detail">{move || shown.get().detail}</p>
            <ChartArea spec source=ChartSource::Live(data) hidden=RwSignal::new(BTreeSet::new())/>
        </PanelFrame>
    }
}

/// A tile's words.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    number: String,
    unit: String,
    detail: String,
}

impl Shown {
    /// Of the series of the first query, that which fills most of its total from the second query; without a second query,
    /// the first series.
    fn of(spec: &PanelSpec, summaries: &[SeriesSummary]) -> Self {
        let parts = summaries.iter().filter(|summary| summary.query == 0);
        let total = |part: &SeriesSummary| {
            summaries
                .iter()
                .find(|total| total.query == 1 && total.last > 0.0 && same_thing(&total.labels, &part.labels))
        };
        let share = |part: &SeriesSummary| total(part).map_or(0.0, |total| part.last / total.last);
        let Some(part) = parts.reduce(|a, b| if share(b) > share(a) { b } else { a }) else {
            return Self { number: "–".to_owned(), unit: String::new(), detail: String::new() };
        };
        let (number, unit) = split_value(spec.unit, part.last);
        let detail = total(part).map_or_else(String::new, |total| {
            let whole = format_value(spec.unit, total.last);
            let share = format_value(Unit::Percent, share(part) * 100.0);
            match spec.queries.first().map(|query| query.legend) {
                Some(Legend::Labels(_)) => {
                    format!("of {whole} · {share} · {}", spec.series_name(0, &part.labels))
                }
                _ => format!("of {whole} · {share}"),
            }
        });
        Self { number, unit: unit.into_owned(), detail }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;
    use crate::panels::Kind;

    fn summary(query: usize, mountpoint: &str, last: f64) -> SeriesSummary {
        let metric = if query == 0 { "used" } else { "total" };
        SeriesSummary {
            query,
            labels: Labels::of(metric, [("mountpoint", mountpoint)]).unwrap(),
            last,
            at: 0,
        }
    }

    #[test]
    fn the_fullest_disk_is_shown() {
        let spec = PanelSpec::new("disk", "Disk", Kind::Tile, Unit::Bytes, 4)
            .gauge("used", Legend::Labels(&["mountpoint"]))
            .gauge("total", Legend::Labels(&["mountpoint"]));
        let summaries = [
            summary(0, "/", 512.0),
            summary(0, "/data", 900.0),
            summary(1, "/", 1000.0),
            summary(1, "/data", 1000.0),
        ];
        let expected =
            Shown { number: "900".into(), unit: "B".into(), detail: "of 1000 B · 90.0 % · /data".into() };
        assert_eq!(Shown::of(&spec, &summaries), expected);
    }

    #[test]
    fn no_series_is_no_value() {
        let spec =
            PanelSpec::new("load", "Load", Kind::Tile, Unit::Number, 4).gauge("load", Legend::Fixed("load"));
        assert_eq!(Shown::of(&spec, &[]).number, "–");
        assert_eq!(
            Shown::of(&spec, &[summary(0, "x", 1.5)]),
            Shown { number: "1.50".into(), unit: String::new(), detail: String::new() }
        );
    }
}
