//! The palette: every page and every dashboard, found by a few letters of its name.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::extras::{Extras, Opened};
use crate::address::Encoded;
use crate::api::call;
use crate::pages::Page;
use crate::range::{PageRange, query_of};

/// How many are shown; writing more letters finds the others.
const MOST: usize = 12;

/// Pages that have no place of their own among [`Page::ALL`].
const ON_CALL: [(&str, &str); 4] = [
    ("Incidents", "/alerts/incidents"),
    ("Maintenance", "/alerts/maintenance"),
    ("Heartbeats", "/alerts/heartbeats"),
    ("Schedules", "/alerts/schedules"),
];

/// What is done there rather than seen.
const TO_DO: [(&str, &str); 3] = [
    ("New dashboard", "/d/new"),
    ("New alerting rule", "/alerts/rules/new"),
    ("New silence", "/alerts/silences/new"),
];

/// Somewhere to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Way {
    title: String,
    /// What it is, and other words to find it by.
    hint: String,
    href: String,
}

#[component]
pub(super) fn Palette(extras: Extras) -> impl IntoView {
    let range = expect_context::<PageRange>();
    let written = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let ways = RwSignal::new(pages(&query_of(range.window_untracked())));
    Effect::new(move |_| {
        spawn_local(async move {
            // Without an answer there are the pages.
            if let Ok(answer) = call::<Value>("GET", "/api/v1/dashboards", None).await {
                ways.try_update(|ways| ways.extend(dashboards(&answer)));
            }
        });
    });
    let found = Memo::new(move |_| ways.with(|ways| written.with(|written| matching(ways, written))));
    let list = NodeRef::<html::Ul>::new();
    let go = move || {
        let link = list.get_untracked().and_then(|list| {
            let child = list.children().item(u32::try_from(active.get_untracked()).ok()?)?;
            child.query_selector("a").ok().flatten()
        });
        if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
            link.click();
            extras.close();
        }
    };
    let key = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => active.update(|active| *active = (*active + 1) % count),
            "ArrowUp" => active.update(|active| *active = (*active + count - 1) % count),
            "Enter" => go(),
            _ => return,
        }
        event.prevent_default();
    };
    let write = move |event| {
        written.set(event_target_value(&event));
        active.set(0);
    };
    let row = move |(index, way): (usize, Way)| {
        let is_active = move || active.get() == index;
        view! {
            <li id=format!("palette-{index}") role="option" aria-selected=move || is_active().to_string()>
                <a href=way.href tabindex="-1" on:click=move |_| extras.close() on:pointermove=move |_| active.set(index)>
                    <span>{way.title}</span>
                    <span class="hint">{way.hint}</span>
                </a>
            </li>
        }
    };
    let nothing =
        move || found.with(Vec::is_empty).then_some(view! { <p class="hint">"Nothing is called so."</p> });
    view! {
        <Opened heading="palette-title" class="dialog palette" extras>
            <h2 id="palette-title" class="visually-hidden">"Go to"</h2>
            <input
                type="text" class="field" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
                aria-activedescendant=move || format!("palette-{}", active.get()) aria-label="Go to a page or a dashboard"
                placeholder="Go to a page or a dashboard" autocomplete="off" spellcheck="false"
                on:input=write on:keydown=key
            />
            <ul id="palette-list" role="listbox" aria-label="Ways" node_ref=list>
                {move || found.get().into_iter().enumerate().map(row).collect_view()}
            </ul>
            {nothing}
        </Opened>
    }
}

fn pages(range: &str) -> Vec<Way> {
    let way =
        |title: &str, hint: &str, href: String| Way { title: title.to_owned(), hint: hint.to_owned(), href };
    let page = |page: Page| {
        let hint = page.parent().map_or("Page", Page::title);
        way(page.title(), hint, format!("{}{range}", page.path()))
    };
    let listed = Page::ALL.into_iter().filter(|page| page.is_listed()).map(page);
    let on_call = ON_CALL.into_iter().map(|(title, path)| way(title, Page::Alerts.title(), path.to_owned()));
    let to_do = TO_DO.into_iter().map(|(title, path)| way(title, "", path.to_owned()));
    listed.chain(on_call).chain(to_do).collect()
}

fn dashboards(answer: &Value) -> Vec<Way> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |head: &Value| {
        let tags: Vec<&str> =
            head["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let hint = if tags.is_empty() {
            "Dashboard".to_owned()
        } else {
            format!("Dashboard · {}", tags.join(", "))
        };
        Way { title: text(&head["title"]), hint, href: format!("/d/{}", Encoded(&text(&head["uid"]))) }
    };
    answer.as_array().into_iter().flatten().map(one).collect()
}

/// Those that have all the words that were written; first those whose title begins so.
fn matching(ways: &[Way], written: &str) -> Vec<Way> {
    let written = written.trim().to_lowercase();
    let words: Vec<&str> = written.split_whitespace().collect();
    let rank = |way: &Way| {
        let (title, hint) = (way.title.to_lowercase(), way.hint.to_lowercase());
        if !words.iter().all(|word| title.contains(word) || hint.contains(word)) {
            return None;
        }
        let begins =
            title.starts_with(&written) || title.split_whitespace().any(|word| word.starts_with(&written));
        Some(match (begins, title.contains(&written)) {
            (true, _) => 0,
            (_, true) => 1,
            _ => 2,
        })
    };
    let mut found = Vec::new();
    for wanted in 0..3 {
        found.extend(ways.iter().filter(|way| rank(way) == Some(wanted)).cloned());
    }
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_few_letters_find_what_is_meant() {
        let mut ways = pages("?from=now-1h&to=now");
        ways.extend(dashboards(&json!([
            {"uid": "fleet", "title": "Fleet", "tags": ["hosts"]},
            {"uid": "a/b", "title": "Deep explorations", "tags": []},
        ])));
        let titles = |written: &str| -> Vec<String> {
            matching(&ways, written).into_iter().map(|way| way.title).collect()
        };
        assert_eq!(titles("expl"), ["Explore", "Deep explorations", "Cardinality"]);
        assert_eq!(titles("host"), ["Host", "Fleet"]);
        assert_eq!(titles("dashboard fleet"), ["Fleet"]);
        assert_eq!(titles("none of these"), [""; 0]);
        assert_eq!(titles("").len(), MOST);
        assert_eq!(matching(&ways, "deep")[0].href, "/d/a%2Fb");
        assert_eq!(matching(&ways, "overview")[0].href, "/?from=now-1h&to=now");
    }
}
