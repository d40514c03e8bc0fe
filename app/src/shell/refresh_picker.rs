use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use crate::address::Search;
use crate::boards::CHOICES;
use crate::range::PageRange;

/// Chooses how often a dashboard asks; it lives in the URL. Without a choice it is as the dashboard has it.
#[component]
pub(super) fn RefreshPicker() -> impl IntoView {
    let query = use_query_map();
    let chosen = Memo::new(move |_| query.read().get("refresh").map(Arc::<str>::from));
    let navigate = use_navigate();
    let location = use_location();
    let choose = move |event| {
        let search = location
            .search
            .with_untracked(|search| Search::parse(search))
            .with("refresh", &event_target_value(&event));
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{}{search}", location.pathname.get_untracked()), options);
    };
    let range = expect_context::<PageRange>();
    let usual = move || {
        range.usual_refresh().map_or_else(|| "Refresh".to_owned(), |word| ["Refresh ", &word].concat())
    };
    let option = move |word: &'static str| {
        view! { <option value=word selected=move || chosen.with(|chosen| chosen.as_deref() == Some(word))>{word}</option> }
    };
    view! {
        <select class="refresh-picker" aria-label="Refresh" title="How often it is asked anew" on:change=choose>
            <option value="" selected=move || chosen.with(Option::is_none)>{usual}</option>
            {CHOICES.map(option).into_iter().collect_view()}
        </select>
    }
}
