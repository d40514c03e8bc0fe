use std::cmp::Ordering;
use std::collections::BTreeMap;

use leptos::prelude::*;
use watchfire_chart::split_value;
use watchfire_model::Unit;

use super::PanelSpec;
use super::frame::PanelFrame;
use super::watching::PanelData;
use crate::data::SeriesSummary;

/// The columns of the table after the name, in the order of the panel's queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sorting {
    Name,
    Cpu,
    Memory,
    Instances,
    Pid,
}

impl Sorting {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Name, "Process"),
        (Self::Cpu, "CPU, % of a core"),
        (Self::Memory, "Memory, MiB"),
        (Self::Instances, "Instances"),
        (Self::Pid, "Busiest PID"),
    ];
}

/// The programs that use most CPU and memory.
#[component]
pub(super) fn ProcessPanel(
    /// What it shows.
    spec: PanelSpec,
) -> impl IntoView {
    let data = PanelData::of(&spec);
    let sorting = RwSignal::new((Sorting::Cpu, true));
    let rows = move || {
        let (by, falling) = sorting.get();
        let mut rows = data.summaries.with(|summaries| Row::all(summaries));
        rows.sort_by(|a, b| if falling { b.compare(a, by) } else { a.compare(b, by) });
        rows
    };
    let head = move |(column, title): (Sorting, &'static str)| {
        let order = move || match sorting.get() {
            (by, _) if by != column => "none",
            (_, true) => "descending",
            (_, false) => "ascending",
        };
        let click = move |_| {
            sorting.update(|(by, falling)| {
                *falling = if *by == column { !*falling } else { column != Sorting::Name };
                *by = column;
            });
        };
        view! {
            <th scope="col" class:number=column != Sorting::Name aria-sort=order>
                <button type="button" on:click=click>{title}</button>
            </th>
        }
    };
    view! {
        <PanelFrame spec state=data.state>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Top processes">
                <table class="table">
                    <thead><tr>{Sorting::ALL.map(head).collect_view()}</tr></thead>
                    <tbody>{move || rows().into_iter().map(Row::into_view).collect_view()}</tbody>
                </table>
            </div>
        </PanelFrame>
    }
}

/// One program.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    name: String,
    /// By the number of the query: CPU, memory, instances, PID.
    values: [Option<f64>; 4],
}

impl Row {
    fn all(summaries: &[SeriesSummary]) -> Vec<Self> {
        let mut rows: BTreeMap<&str, Self> = BTreeMap::new();
        // Each column on its own: they do not arrive at the same moment.
        let newest =
            |query| summaries.iter().filter(|summary| summary.query == query).map(|summary| summary.at).max();
        // A program that has left the top lists has no new samples; its old ones are no longer true.
        for summary in summaries.iter().filter(|summary| Some(summary.at) == newest(summary.query)) {
            let Some(name) = summary.labels.get("process") else { continue };
            let row = rows.entry(name).or_insert_with(|| Self { name: name.to_owned(), ..Self::default() });
            if let Some(value) = row.values.get_mut(summary.query) {
                *value = Some(summary.last);
            }
        }
        rows.into_values().collect()
    }

    fn compare(&self, other: &Self, by: Sorting) -> Ordering {
        let column = match by {
            Sorting::Name => return self.name.to_lowercase().cmp(&other.name.to_lowercase()),
            Sorting::Cpu => 0,
            Sorting::Memory => 1,
            Sorting::Instances => 2,
            Sorting::Pid => 3,
        };
        let value = |row: &Self| row.values[column].unwrap_or(f64::NEG_INFINITY);
        value(self).total_cmp(&value(other)).then_with(|| other.name.cmp(&self.name))
    }

    fn into_view(self) -> impl IntoView {
        let [cpu, memory, instances, pid] = self.values;
        let text =
            |value: Option<f64>, format: fn(f64) -> String| value.map_or_else(|| "–".to_owned(), format);
        view! {
            <tr>
                <th scope="row">{self.name}</th>
                <td class="number">{text(cpu, |cpu| split_value(Unit::Percent, cpu).0)}</td>
                <td class="number">{text(memory, |bytes| format!("{:.1}", bytes / 1_048_576.0))}</td>
                <td class="number">{text(instances, |count| format!("{count:.0}"))}</td>
                <td class="number">{text(pid, |pid| format!("{pid:.0}"))}</td>
            </tr>
        }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;

    #[test]
    fn rows_are_joined_by_name_and_sorted() {
        let summary = |query, process, last, at| SeriesSummary {
            query,
            labels: Labels::of("m", [("process", process)]).unwrap(),
            last,
            at,
        };
        let summaries = [
            summary(0, "a", 5.0, 2000),
            summary(1, "a", 100.0, 2000),
            summary(0, "b", 9.0, 2000),
            summary(3, "c", 1.0, 2000),
            summary(0, "gone", 99.0, 1000),
        ];
        let mut rows = Row::all(&summaries);
        rows.sort_by(|a, b| b.compare(a, Sorting::Cpu));
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["b", "a", "c"]);
        assert_eq!(rows[1].values, [Some(5.0), Some(100.0), None, None]);
    }
}
