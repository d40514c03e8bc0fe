use leptos::prelude::*;
use watchfire_chart::format_value;
use watchfire_model::{METRIC_NAME, Unit};

use super::PanelSpec;
use super::frame::PanelFrame;
use super::watching::PanelData;
use crate::data::SeriesSummary;

/// What there is to know about a host: the labels of the first query's newest series, then the values of the others.
#[component]
pub(super) fn FactsPanel(
    /// What it shows.
    spec: PanelSpec,
) -> impl IntoView {
    let data = PanelData::of(&spec);
    let facts = {
        let spec = spec.clone();
        move || data.summaries.with(|summaries| facts(&spec, summaries))
    };
    let fact = |(name, value): (String, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! {
        <PanelFrame spec state=data.state>
            <dl class="facts">{move || facts().into_iter().map(fact).collect_view()}</dl>
        </PanelFrame>
    }
}

fn facts(spec: &PanelSpec, summaries: &[SeriesSummary]) -> Vec<(String, String)> {
    let labels =
        summaries.iter().filter(|summary| summary.query == 0).flat_map(|summary| summary.labels.iter());
    let mut facts: Vec<_> = labels
        .filter(|label| label.name != METRIC_NAME)
        .map(|label| (fact_name(label.name), label.value.to_owned()))
        .collect();
    for summary in summaries.iter().filter(|summary| summary.query > 0) {
        let unit = match summary.labels.metric() {
            metric if metric.ends_with("_seconds") => Unit::Seconds,
            metric if metric.ends_with("_bytes") => Unit::Bytes,
            _ => Unit::Number,
        };
        facts.push((spec.series_name(summary.query, &summary.labels), format_value(unit, summary.last)));
    }
    facts
}

/// A label's name as a heading.
fn fact_name(label: &str) -> String {
    match label {
        "arch" => "Architecture".to_owned(),
        "cpu" => "CPU".to_owned(),
        "os" => "OS".to_owned(),
        "os_version" => "OS version".to_owned(),
        other => {
            let words = other.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;
    use crate::panels::{Kind, Legend};

    #[test]
    fn labels_then_values() {
        let spec = PanelSpec::new("facts", "Facts", Kind::Facts, Unit::Number, 24)
            .gauge("system_host_info", Legend::Fixed(""))
            .gauge("system_uptime_seconds", Legend::Fixed("Uptime"));
        let summaries = [
            SeriesSummary {
                query: 0,
                labels: Labels::of("system_host_info", [("os_version", "12")]).unwrap(),
                last: 1.0,
                at: 0,
            },
            SeriesSummary {
                query: 1,
                labels: Labels::of("system_uptime_seconds", []).unwrap(),
                last: 7200.0,
                at: 0,
            },
        ];
        let expected = [("OS version".to_owned(), "12".to_owned()), ("Uptime".to_owned(), "2 h".to_owned())];
        assert_eq!(facts(&spec, &summaries), expected);
    }
}
