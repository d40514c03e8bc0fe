use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;
use watchfire_dashboard::{Dashboard, Kind, Panel};

use super::super::board::Board;
use super::super::panel::BoardPanel;
use super::form::{Form, applies, fields};
use super::library::LibraryBar;
use super::options::{PANEL, Spec};
use super::query::Queries;
use super::tools::focus_soon;
use super::wrong::{Wrong, changed, problem_of_panel};
use crate::api::value_of;
use crate::boards::view::OpenPanel;

/// The kinds of panels and what people read.
pub(crate) const KINDS: [(Kind, &str); 16] = [
    (Kind::TimeSeries, "Time series"),
    (Kind::Stat, "Stat"),
    (Kind::Gauge, "Gauge"),
    (Kind::BarGauge, "Bar gauge"),
    (Kind::BarChart, "Bar chart"),
    (Kind::Pie, "Pie"),
    (Kind::Table, "Table"),
    (Kind::Heatmap, "Heatmap"),
    (Kind::Histogram, "Histogram"),
    (Kind::StateTimeline, "State timeline"),
    (Kind::StatusHistory, "Status history"),
    (Kind::Text, "Text"),
    (Kind::NodeGraph, "Node graph"),
    (Kind::AlertList, "Alert list"),
    (Kind::DashboardList, "Dashboard list"),
    (Kind::Logs, "Logs"),
];

/// The editor of one panel: how it looks, its queries below, its options beside.
#[component]
pub(crate) fn PanelEditor(id: u32) -> impl IntoView {
    let board = expect_context::<Board>();
    let open = expect_context::<OpenPanel>();
    let panel = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.panel(id).cloned()));
    // The first of its copies, where it is repeated.
    let key = Memo::new(move |_| board.key_of(id));
    let value = Memo::new(move |_| panel.with(value_of));
    let kind = Memo::new(move |_| {
        panel.with(|panel| panel.as_ref().map(|panel| panel.kind.clone()).unwrap_or_default())
    });
    let wrong = RwSignal::new(None::<Wrong>);
    let change = Callback::new(move |(pointer, new): (String, Value)| {
        let problem = |panel: &Panel| {
            // What is wrong with others is not for this form.
            let alone = board.dashboard.with_untracked(|dashboard| Dashboard {
                panels: vec![panel.clone()],
                variables: dashboard.variables.clone(),
                uid: dashboard.uid.clone(),
                title: dashboard.title.clone(),
                schema: dashboard.schema,
                ..Dashboard::default()
            });
            problem_of_panel(&alone, id)
        };
        let (panel, found) = changed(value.get_untracked(), &pointer, new, problem);
        wrong.set(found);
        if let Some(panel) = panel {
            board.change(&format!("panel {id} {pointer}"), |dashboard| {
                if let Some(known) = dashboard.panel_mut(id) {
                    *known = panel;
                }
            });
        }
    });
    let form = Form { value, kind, put: change, wrong, id: "panel" };
    let choose_kind =
        move |event| change.run(("/kind".to_owned(), Value::String(event_target_value(&event))));
    let option = move |(known, title): (Kind, &'static str)| {
        let word = known.as_str().to_owned();
        view! { <option value=word selected=move || kind.with(|kind| *kind == known)>{title}</option> }
    };
    let group = move |(title, specs): &'static (&'static str, &'static [Spec])| {
        let shown = Memo::new(move |_| applies(form, specs));
        let first = *title == "Panel";
        view! {
            <Show when=move || shown.get()>
                <details class="form-section" open=first>
                    <summary>{*title}</summary>
                    {fields(form, specs, "")}
                </details>
            </Show>
        }
        .into_any()
    };
    let preview = move || {
        key.get().map(|key| {
            let item = board.item(&key);
            view! { <div class="editor-preview"><BoardPanel item/></div> }
        })
    };
    // Who begins a panel writes its query; who comes back goes on where the panel is.
    Effect::new(move |_| {
        let bare = panel.with_untracked(|panel| panel.as_ref().is_some_and(crate::boards::is_bare));
        focus_soon(if bare { ".panel-editor textarea" } else { ".panel-editor-head button" }.to_owned());
    });
    #[cfg(feature = "hydrate")]
    on_cleanup(move || {
        if let Some(Some(key)) = key.try_get_untracked() {
            focus_soon(format!("[id={:?}]", format!("panel-{key}")));
        }
    });
    let gone = move || panel.with(Option::is_none).then_some("This dashboard has no such panel.");
    view! {
        <div class="panel-editor" role="region" aria-label="Panel editor">
            <div class="panel-editor-main">
                <div class="panel-editor-head">
                    <button type="button" class="button" on:click=move |_| open.edit(None)>"← Back to the dashboard"</button>
                    <span>{gone}</span>
                </div>
                {preview}
                <Show when=move || kind.with(asks)><Queries id form/></Show>
            </div>
            <aside class="panel-editor-side" aria-label="Options">
                <div class="form-field">
                    <label for="panel-kind">"Kind"</label>
                    <select id="panel-kind" on:change=choose_kind>{KINDS.map(option).into_iter().collect_view()}</select>
                </div>
                <LibraryBar id/>
                <p class="field-error" role="alert">{move || form.wrong_elsewhere()}</p>
                {PANEL.iter().map(group).collect_view()}
            </aside>
            <datalist id="units">{UNITS.iter().map(|unit| view! { <option value=*unit></option> }).collect_view()}</datalist>
            <datalist id="colors">{COLORS.iter().map(|color| view! { <option value=*color></option> }).collect_view()}</datalist>
            <datalist id="scales">{SCALES.iter().map(|scale| view! { <option value=*scale></option> }).collect_view()}</datalist>
        </div>
    }
    .into_any()
}

/// Whether a kind shows what queries bring.
fn asks(kind: &Kind) -> bool {
    !matches!(kind, Kind::Text | Kind::AlertList | Kind::DashboardList | Kind::Row)
}

const UNITS: &[&str] = &[
    "short",
    "none",
    "percent",
    "percentunit",
    "bytes",
    "decbytes",
    "bits",
    "Bps",
    "binBps",
    "bps",
    "pps",
    "ops",
    "reqps",
    "rps",
    "cps",
    "iops",
    "hertz",
    "s",
    "ms",
    "µs",
    "ns",
    "m",
    "h",
    "d",
    "dtdurations",
    "dateTimeAsIso",
    "dateTimeFromNow",
    "celsius",
    "fahrenheit",
    "kelvin",
    "volt",
    "amp",
    "watt",
    "joule",
    "dBm",
    "rotrpm",
    "currencyUSD",
    "currencyEUR",
    "humidity",
    "bool_yes_no",
    "bool_on_off",
    "sci",
    "hex",
    "suffix: things",
    "prefix: #",
    "si: W",
];

const COLORS: &[&str] = &[
    "ok",
    "warning",
    "critical",
    "info",
    "green",
    "yellow",
    "orange",
    "red",
    "blue",
    "purple",
    "teal",
    "text",
    "transparent",
];

const SCALES: &[&str] = &[
    "viridis",
    "turbo",
    "magma",
    "inferno",
    "plasma",
    "cividis",
    "blues",
    "greens",
    "reds",
    "oranges",
    "purples",
    "spectral",
    "red_yellow_green",
    "red_yellow_green_reversed",
];

/// A new panel of a kind, as large as suits it.
pub(crate) fn new_panel(kind: Kind) -> Panel {
    let (w, h) = match kind {
        Kind::Stat | Kind::Gauge => (6, 5),
        Kind::Row => (24, 1),
        Kind::Text | Kind::DashboardList | Kind::AlertList => (8, 6),
        _ => (12, 8),
    };
    let title = KINDS.iter().find(|(known, _)| *known == kind).map_or("Row", |(_, title)| title);
    let queries = if asks(&kind) {
        vec![watchfire_dashboard::Query { id: "A".to_owned(), ..Default::default() }]
    } else {
        Vec::new()
    };
    Panel {
        title: if kind == Kind::Row { "New row".to_owned() } else { format!("New {}", title.to_lowercase()) },
        kind,
        queries,
        at: watchfire_dashboard::Place { x: 0, y: 0, w, h },
        ..Panel::default()
    }
}

/// What a board needs to know of its panels to open one.
impl Board {
    fn key_of(self, id: u32) -> Option<String> {
        self.items().with(|items| {
            items.values().find(|item: &&Arc<_>| item.panel.id == id).map(|item| item.key.clone())
        })
    }
}
