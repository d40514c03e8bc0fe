use leptos::prelude::*;
use serde_json::{Map, Value, json};
use watchfire_dashboard::Variable;

use super::super::board::Board;
use crate::range::{PageRange, clock};

/// What a new link shall let see.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) title: RwSignal<String>,
    /// The id of the only panel; empty for all.
    pub(super) panel: RwSignal<String>,
    /// After so many hours it ends; 0 for never.
    pub(super) hours: RwSignal<u32>,
    pub(super) theme: RwSignal<String>,
    pub(super) free_time: RwSignal<bool>,
    /// The names of variables that viewers choose.
    pub(super) free: RwSignal<Vec<String>>,
    /// Origins, separated by spaces.
    pub(super) origins: RwSignal<String>,
}

impl Wanted {
    pub(super) fn new() -> Self {
        Self {
            title: RwSignal::default(),
            panel: RwSignal::default(),
            hours: RwSignal::new(0),
            theme: RwSignal::default(),
            free_time: RwSignal::new(true),
            free: RwSignal::default(),
            origins: RwSignal::default(),
        }
    }

    /// As the API takes it: what is not free is locked to what is in sight now.
    pub(super) fn body(self, board: Board, range: PageRange) -> Value {
        let (uid, title) =
            board.dashboard.with_untracked(|dashboard| (dashboard.uid.clone(), dashboard.title.clone()));
        let given = self.title.get_untracked();
        let window = range.window_untracked();
        let free = self.free.get_untracked();
        let mut variables = Map::new();
        for one in board.variables.get_untracked() {
            let rule = if free.contains(&one.name) { json!("free") } else { json!({"locked": one.chosen}) };
            variables.insert(one.name, rule);
        }
        let hours = i64::from(self.hours.get_untracked());
        let theme = Some(self.theme.get_untracked()).filter(|theme| !theme.is_empty());
        let origins: Vec<String> = self
            .origins
            .get_untracked()
            .split([' ', ',', '\n'])
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect();
        json!({
            "dashboard": uid,
            "panel": self.panel.get_untracked().parse::<u32>().ok(),
            "title": if given.trim().is_empty() { title } else { given.trim().to_owned() },
            "expires_at": (hours > 0).then(|| clock() + hours * 3_600_000),
            "theme": theme,
            "time": if self.free_time.get_untracked() {
                json!("free")
            } else {
                json!({"locked": {"from": window.from.to_string(), "to": window.to.to_string()}})
            },
            "variables": variables,
            "origins": origins,
        })
    }
}

/// After how many hours something ends, and what people call that.
pub(super) const LIVES: [(u32, &str); 6] = [
    (0, "Never"),
    (1, "After an hour"),
    (24, "After a day"),
    (168, "After a week"),
    (720, "After 30 days"),
    (8760, "After a year"),
];

/// The fields of a new link.
#[component]
pub(super) fn ShareForm(wanted: Wanted) -> impl IntoView {
    let board = expect_context::<Board>();
    let panels = move || {
        board.dashboard.with(|dashboard| {
            let named = dashboard.panels.iter().filter(|panel| panel.kind != watchfire_dashboard::Kind::Row);
            named.map(|panel| (panel.id.to_string(), panel.title.clone())).collect::<Vec<_>>()
        })
    };
    let panel = move |(id, title): (String, String)| {
        let value = id.clone();
        view! { <option value=value selected=move || wanted.panel.with(|panel| *panel == id)>{title}</option> }
    };
    let life = move |(hours, words): (u32, &'static str)| {
        view! { <option value=hours.to_string() selected=move || wanted.hours.get() == hours>{words}</option> }
    };
    let variables = move || board.dashboard.with(|dashboard| dashboard.variables.clone());
    let variable = move |variable: Variable| {
        let (asked, turned) = (variable.name.clone(), variable.name.clone());
        let is_free = move || wanted.free.with(|free| free.contains(&asked));
        let turn = move |event| {
            wanted.free.update(|free| {
                free.retain(|name| *name != turned);
                if event_target_checked(&event) {
                    free.push(turned.clone());
                }
            });
        };
        view! { <label class="check"><input type="checkbox" prop:checked=is_free on:change=turn/>{format!("Viewers choose {}", variable.shown())}</label> }
    };
    view! {
        <div class="share-form">
            <div class="form-field"><label for="share-title">"Title"</label>
                <input id="share-title" prop:value=move || wanted.title.get() on:input=move |event| wanted.title.set(event_target_value(&event))/></div>
            <div class="form-field"><label for="share-panel">"Shows"</label>
                <select id="share-panel" on:change=move |event| wanted.panel.set(event_target_value(&event))>
                    <option value="">"The whole dashboard"</option>
                    {move || panels().into_iter().map(panel).collect_view()}
                </select></div>
            <div class="form-field"><label for="share-life">"Ends"</label>
                <select id="share-life" on:change=move |event| wanted.hours.set(event_target_value(&event).parse().unwrap_or(0))>
                    {LIVES.map(life).into_iter().collect_view()}
                </select></div>
            <div class="form-field"><label for="share-theme">"Theme"</label>
                <select id="share-theme" on:change=move |event| wanted.theme.set(event_target_value(&event))>
                    <option value="">"As the viewer has it"</option>
                    <option value="dark">"Dark"</option>
                    <option value="light">"Light"</option>
                </select></div>
            <div class="form-field"><label for="share-origins">"Pages that may embed it"</label>
                <input id="share-origins" placeholder="https://wiki.example.org" spellcheck="false" prop:value=move || wanted.origins.get()
                    on:input=move |event| wanted.origins.set(event_target_value(&event))/>
                <span class="hint">"Origins, separated by spaces; * for all. Empty: it cannot be embedded."</span></div>
            <label class="check"><input type="checkbox" prop:checked=move || wanted.free_time.get()
                on:change=move |event| wanted.free_time.set(event_target_checked(&event))/>"Viewers choose the time range"</label>
            {move || variables().into_iter().map(variable).collect_view()}
        </div>
    }
    .into_any()
}
