use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::address::Search;
use crate::boards::earlier;
use crate::range::words;

/// What can be chosen, as it stands in URLs and in words.
const CHOICES: [(&str, &str); 5] = [
    ("1h", "1 hour earlier"),
    ("1d", "1 day earlier"),
    ("7d", "7 days earlier"),
    ("28d", "28 days earlier"),
    ("364d", "52 weeks earlier"),
];

/// Chooses with which earlier range the series of a dashboard are compared; it lives in the URL.
#[component]
pub(super) fn ComparePicker() -> impl IntoView {
    let navigate = use_navigate();
    let location = use_location();
    let (path, search) = (location.pathname, location.search);
    let chosen = Memo::new(move |_| {
        search.with(|search| {
            let search = Search::parse(search);
            search.get("compare").filter(|text| earlier(Some(text)) > 0).map(str::to_owned)
        })
    });
    let choose = move |event| {
        let next = search
            .with_untracked(|search| Search::parse(search))
            .with("compare", &event_target_value(&event));
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{}{next}", path.get_untracked()), options);
    };
    let option = move |(value, name): (&'static str, &'static str)| {
        let is_chosen = move || chosen.with(|chosen| chosen.as_deref() == Some(value));
        view! { <option value=value selected=is_chosen>{name}</option> }
    };
    // A URL may name others.
    let other = move || {
        let text = chosen.get().filter(|text| CHOICES.iter().all(|(value, _)| value != text))?;
        let name = format!("{} earlier", words(earlier(Some(&text))));
        Some(view! { <option value=text selected=true>{name}</option> })
    };
    view! {
        <label class="compare">"Compare with"
            <select prop:value=move || chosen.get().unwrap_or_default() on:change=choose>
                <option value="" selected=move || chosen.with(Option::is_none)>"nothing"</option>
                {CHOICES.map(option).into_iter().collect_view()}
                {other}
            </select>
        </label>
    }
}
