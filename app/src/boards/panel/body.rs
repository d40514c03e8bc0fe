use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use watchfire_dashboard::Kind;
use watchfire_panel::Unfolded;
use watchfire_view::Drawn;

use super::super::lists::ListPanel;
use super::feed::Feed;
use super::first::FirstPanel;
use super::legend::PanelLegend;
use super::pointer::{Pointer, Released};
use super::table::PanelTable;
use super::value_links::{ValueLinks, WayList};
use crate::range::GoTo;

/// What a kind is made of.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Picture,
    Table,
    Text,
    Alerts,
    Dashboards,
    Logs,
    Unknown,
}

impl Form {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Table => Self::Table,
            Kind::Text => Self::Text,
            Kind::AlertList => Self::Alerts,
            Kind::DashboardList => Self::Dashboards,
            Kind::Logs => Self::Logs,
            Kind::Other(_) => Self::Unknown,
            _ => Self::Picture,
        }
    }
}

/// A panel's content. `first` is what the server has drawn; it stays until the browser has drawn its own.
#[component]
pub(super) fn PanelBody(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    kind: Memo<Kind>,
    /// The place of the table that is shown, among those with different columns.
    shown: RwSignal<usize>,
    first: FirstPanel,
) -> impl IntoView {
    let form = Memo::new(move |_| kind.with(Form::of));
    let (picture, legend) = (StoredValue::new(first.picture), StoredValue::new(first.legend));
    let content = move || match form.get() {
        Form::Picture => view! { <PictureArea item feed picture legend/> }.into_any(),
        Form::Table => view! { <PanelTable item feed chosen=shown first=picture/> }.into_any(),
        Form::Text => view! { <super::super::text::TextPanel item first=picture/> }.into_any(),
        Form::Alerts => view! { <ListPanel item alerts=true/> }.into_any(),
        Form::Dashboards => view! { <ListPanel item alerts=false/> }.into_any(),
        Form::Logs => {
            view! { <p class="panel-placeholder">"Logs are shown here as soon as Watchfire takes logs."</p> }
                .into_any()
        }
        Form::Unknown => {
            let name = kind.with(|kind| kind.as_str().to_owned());
            view! {
                <p class="panel-placeholder">
                    {format!("This version of Watchfire does not know panels of the kind “{name}”. It is kept as it is.")}
                </p>
            }
            .into_any()
        }
    };
    view! { <div class="panel-body">{content}</div> }.into_any()
}

/// The picture with its legend, and what the pointer does on it.
#[component]
pub(crate) fn PictureArea(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    picture: StoredValue<String>,
    legend: StoredValue<String>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let area = NodeRef::<html::Div>::new();
    let hidden = RwSignal::new(BTreeSet::new());
    let drawn = RwSignal::new(None::<Drawn>);
    let pointer = Pointer::new(drawn);
    #[cfg(feature = "hydrate")]
    super::canvas::keep_drawn(item, feed, hidden, area, canvas, drawn, pointer);
    let links = ValueLinks::new(item, drawn);
    let go_to = StoredValue::new(GoTo::new());
    let zoom = move |window| go_to.with_value(|go_to| go_to.zoom_in(window));
    let right = Memo::new(move |_| {
        item.with(|item| {
            let place = item.as_ref().and_then(|item| item.panel.view.legend.place);
            place == Some(watchfire_dashboard::LegendPlace::Right)
        })
    });
    let below = Memo::new(move |_| pointer.is_here());
    let label = move || {
        let words = drawn.with(|drawn| drawn.as_ref().map(|drawn| drawn.words.clone())).unwrap_or_default();
        let title = item.with(|item| item.as_ref().map(|item| item.panel.title.clone()).unwrap_or_default());
        if words.is_empty() { title } else { format!("{title}: {words}") }
    };
    view! {
        <div class="picture-area" class:legend-right=move || right.get()>
            <div
                class="board-chart"
                node_ref=area
                tabindex="0"
                role="group"
                aria-label=label
                class:leads=move || links.leads(pointer)
                data-drawn=move || drawn.with(Option::is_some).to_string()
                on:pointermove=move |event| pointer.moved(&event)
                on:pointerleave=move |event| pointer.gone(&event)
                on:pointerdown=move |event| pointer.pressed(&event)
                on:pointerup=move |event| match pointer.released(&event) {
                    Released::Dragged(window) => zoom(window),
                    Released::Clicked if links.follow(pointer) => {}
                    Released::Clicked => pointer.pin(),
                    Released::Nothing => {}
                }
                on:dblclick=move |_| pointer.resume()
                on:keydown=move |event| pointer.key(&event)
                on:focusout=move |event| pointer.lost(&event)
            >
                <div class="chart-first" inner_html=picture.get_value()></div>
                <canvas class="chart-canvas" node_ref=canvas aria-hidden="true"></canvas>
                <div class="chart-selection" style=move || pointer.selection_style()></div>
                <div class="chart-crosshair" style=move || pointer.line_style()></div>
                {move || below.get().then(|| crate::parts::tooltip(item, pointer))}
            </div>
            <WayList links/>
            <PanelLegend item feed hidden first=legend/>
        </div>
    }
    .into_any()
}
