//! Panels: what a page is made of. A kind of panel is one file here, its line in [`Kind`] and its arm in [`PanelView`].

#[cfg(feature = "hydrate")]
mod canvas;
mod chart;
mod crosshair;
mod facts;
mod frame;
mod legend;
mod process_table;
mod source;
mod spec;
mod tile;
mod watching;

use leptos::prelude::*;

pub(crate) use chart::ChartArea;
pub(crate) use crosshair::Crosshair;
pub(crate) use legend::{ChartLegend, chosen};
pub(crate) use source::{Answer, ChartSource};
pub(crate) use spec::{Kind, Legend, MAX_POINTS, PanelSpec};
pub(crate) use watching::NamedColumn;

/// A panel of any kind.
#[component]
pub(crate) fn PanelView(
    /// What it shows.
    spec: PanelSpec,
) -> impl IntoView {
    match spec.kind {
        Kind::Lines | Kind::Stacked => view! { <chart::ChartPanel spec/> }.into_any(),
        Kind::Tile => view! { <tile::TilePanel spec/> }.into_any(),
        Kind::Processes => view! { <process_table::ProcessPanel spec/> }.into_any(),
        Kind::Facts => view! { <facts::FactsPanel spec/> }.into_any(),
    }
}

/// A page's panels on the grid of 24 columns.
#[component]
pub(crate) fn PanelGrid(
    /// The panels, in the order in which they are read.
    panels: Vec<PanelSpec>,
) -> impl IntoView {
    view! { <div class="grid">{panels.into_iter().map(|spec| view! { <PanelView spec/> }).collect_view()}</div> }
}
