use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use watchfire_dashboard::Kind;

use super::super::address::{Asked, with_variables};
use super::super::board::Board;
use super::origin;
use crate::address::{Encoded, Search};
use crate::range::PageRange;
use crate::shell::copy;

/// The forms that a dashboard can be fetched in: what follows its uid in the path, and what people call it.
const FORMS: [(&str, &str); 4] = [
    (".png", "Picture (PNG)"),
    (".svg", "Picture (SVG)"),
    (".pdf", "Report (PDF)"),
    ("/badge.svg", "Badge of one number (SVG)"),
];

/// Where the dashboard can be fetched as a picture or a report, as it is in sight now.
#[component]
pub(super) fn PictureLinks() -> impl IntoView {
    let board = expect_context::<Board>();
    let range = expect_context::<PageRange>();
    let search = use_location().search;
    let [form, panel, theme] = std::array::from_fn(|_| RwSignal::new(String::new()));
    form.set(FORMS[0].0.to_owned());
    let href = move || {
        let uid = board.dashboard.with(|dashboard| dashboard.uid.clone());
        let (from, to) = range.words();
        let asked = Search::default()
            .with("panel", &panel.get())
            .with("theme", &theme.get())
            .with("from", &from)
            .with("to", &to);
        let asked = with_variables(&asked, &search.with(|search| Asked::of(search)).variables);
        form.with(|form| format!("/render/d/{}{form}{asked}", Encoded(&uid)))
    };
    let take = move |_| {
        let address = format!("{}{}", origin(), href());
        spawn_local(async move {
            copy(&address).await;
        });
    };
    let panels = move || {
        board.dashboard.with(|dashboard| {
            let named = dashboard.panels.iter().filter(|panel| panel.kind != Kind::Row);
            let option = |panel: &watchfire_dashboard::Panel| {
                view! { <option value=panel.id.to_string()>{panel.title.clone()}</option> }
            };
            named.map(option).collect_view()
        })
    };
    let choose = |signal: RwSignal<String>| move |event| signal.set(event_target_value(&event));
    view! {
        <div class="share-form">
            <div class="form-field"><label for="picture-form">"As"</label>
                <select id="picture-form" on:change=choose(form)>
                    {FORMS.map(|(word, title)| view! { <option value=word>{title}</option> }).into_iter().collect_view()}
                </select></div>
            <div class="form-field"><label for="picture-panel">"Of"</label>
                <select id="picture-panel" on:change=choose(panel)><option value="">"The whole dashboard"</option>{panels}</select></div>
            <div class="form-field"><label for="picture-theme">"Theme"</label>
                <select id="picture-theme" on:change=choose(theme)>
                    <option value="">"Light"</option><option value="dark">"Dark"</option>
                </select></div>
        </div>
        <p class="share-copy">
            <input class="mono" readonly aria-label="Address of the picture" prop:value=move || format!("{}{}", origin(), href())/>
            <button type="button" class="button small" on:click=take>"Copy"</button>
            <a class="button small" href=href rel="external" target="_blank">"Open"</a>
        </p>
    }
    .into_any()
}
