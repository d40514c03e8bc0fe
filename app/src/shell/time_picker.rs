use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use watchfire_model::TimeWindow;

use super::extras::{Extra, Extras};
use super::icon::{Icon, IconView};
use crate::address::Search;
use crate::boards::earlier;
use crate::pages::Page;
use crate::preferences::Preferences;
use crate::range::{GoTo, PRESETS, PageRange, clock, search_with, today, words};

/// Chooses the time range: from a list, or typed. The list and the form work without JavaScript, too.
#[component]
pub(crate) fn TimePicker() -> impl IntoView {
    let range = expect_context::<PageRange>();
    let preferences = expect_context::<Preferences>();
    let menu = NodeRef::<html::Details>::new();
    let from = NodeRef::<html::Input>::new();
    let to = NodeRef::<html::Input>::new();
    let location = use_location();
    let (path, search) = (location.pathname, location.search);
    // Other pages have no series of panels.
    let on_board = Memo::new(move |_| Page::at(&path.get()).is_some_and(Page::is_live));
    let opened = RwSignal::new(false);
    let compared = move || {
        let search = search.with(|search| Search::parse(search));
        // Read only where it is there: what can't be read compares nothing.
        let text = search.get("compare").filter(|text| on_board.get() && earlier(Some(text)) > 0)?;
        Some([" and ", text, " earlier"].concat())
    };
    let opens = move |_| {
        if !opened.get_untracked() {
            opened.set(true);
        }
    };
    let extras = use_context::<Extras>();
    let picker = move || {
        let extras = extras.filter(|_| opened.get() && on_board.get())?;
        Some(crate::parts::extra(Extra::Compare, extras))
    };
    let typed_error = RwSignal::new(None::<String>);
    let go_to = StoredValue::new(GoTo::new());
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(from), Some(to)) = (from.get_untracked(), to.get_untracked()) else { return };
        match TimeWindow::parse(&from.value(), &to.value(), preferences.utc_offset(), clock()) {
            Ok(window) => {
                typed_error.set(None);
                go_to.with_value(|go_to| go_to.window(window));
                close();
            }
            Err(error) => typed_error.set(Some(error.to_string())),
        }
    };
    // Of no length: from midnight on.
    let preset = move |length: i64| {
        let window = move || {
            if length > 0 { TimeWindow::last(length) } else { today(preferences.utc_offset(), clock()) }
        };
        let current = move || (range.window() == window()).then_some("true");
        let href = move || format!("{}{}", path.get(), search.with(|search| search_with(search, window())));
        let name = if length > 0 { format!("Last {}", words(length)) } else { "Today".to_owned() };
        view! { <li><a href=href aria-current=current on:click=move |_| close()>{name}</a></li> }
    };
    // Without JavaScript the form leads to a URL of its fields alone.
    let others = move || {
        let others = search.with(|search| Search::parse(search)).without(&["from", "to"]);
        let field = |(name, value): &(String, String)| {
            view! { <input type="hidden" name=name.clone() value=value.clone()/> }
        };
        others.pairs().iter().map(field).collect_view()
    };
    let error = move || typed_error.get().or_else(|| range.error());
    let zone = move |_| preferences.utc.update(|utc| *utc = !*utc);
    view! {
        <details class="menu time-picker" node_ref=menu on:toggle=opens open=range.error_untracked().is_some()>
            <summary id="time-range" title="Time range ( t )">
                <IconView icon=Icon::Clock/>
                <span>{move || range.label(preferences.utc_offset())}{compared}</span>
            </summary>
            <div class="menu-body">
                <ul class="presets">{PRESETS.map(preset).collect_view()}</ul>
                <form method="get" on:submit=submit>
                    <label>"From"
                        <input name="from" node_ref=from autocomplete="off" spellcheck="false"
                            value=move || range.words().0 aria-describedby="time-error"/>
                    </label>
                    <label>"To"
                        <input name="to" node_ref=to autocomplete="off" spellcheck="false"
                            value=move || range.words().1 aria-describedby="time-error"/>
                    </label>
                    {others}
                    <p id="time-error" class="field-error" role="alert">{error}</p>
                    <p class="hint">"now-6h, now, or 2026-11-20 14:00. Drag over a chart to zoom in, Ctrl+Z to zoom out."</p>
                    <button type="submit" class="button">"Show"</button>
                </form>
                {picker}
                <label class="check">
                    <input type="checkbox" prop:checked=move || preferences.utc.get() on:change=zone/>
                    "Times in UTC"
                </label>
            </div>
        </details>
    }
}
