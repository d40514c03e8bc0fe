//! Pages for those who look after things: incidents, maintenance windows, heartbeats, and who is on call when.

use crate::pages::Title;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::Deserialize;

use super::heartbeats::{HeartbeatForm, HeartbeatsPage};
use super::incidents::{IncidentPage, IncidentsPage};
use super::maintenance::{WindowForm, WindowsPage};
use super::schedules::SchedulesPage;
use super::{named, state_word, without_script};
use crate::api::{Poll, Refusal};
use crate::pages::{NotFound, Page, Views};
use crate::shell::Heading;

/// What a path shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Incidents,
    Incident(String),
    Maintenance,
    /// None: a new one.
    Window(Option<String>),
    Heartbeats,
    /// None: a new one.
    Heartbeat(Option<String>),
    Schedules,
}

impl Place {
    /// `one`: what the path names below the list.
    fn at(path: &str, one: Option<String>) -> Option<Self> {
        let mut parts = path.split('/').skip(2);
        let (view, below) = (parts.next().unwrap_or_default(), parts.next());
        match (view, below) {
            ("incidents", None) => Some(Self::Incidents),
            ("incidents", Some(_)) => one.map(Self::Incident),
            ("maintenance", None) => Some(Self::Maintenance),
            ("maintenance", Some(_)) => Some(Self::Window(one)),
            ("heartbeats", None) => Some(Self::Heartbeats),
            ("heartbeats", Some(_)) => Some(Self::Heartbeat(one)),
            ("schedules", None) => Some(Self::Schedules),
            _ => None,
        }
    }
}

/// The page that the URL names.
#[component]
pub(crate) fn OnCallPages() -> impl IntoView {
    let path = use_location().pathname;
    let one = named();
    let place = Memo::new(move |_| path.with(|path| Place::at(path, one.get())));
    move || match place.get() {
        Some(Place::Incidents) => view! { <IncidentsPage/> }.into_any(),
        Some(Place::Incident(id)) => view! { <IncidentPage id/> }.into_any(),
        Some(Place::Maintenance) => view! { <WindowsPage/> }.into_any(),
        Some(Place::Window(id)) => view! { <WindowForm id/> }.into_any(),
        Some(Place::Heartbeats) => view! { <HeartbeatsPage/> }.into_any(),
        Some(Place::Heartbeat(uid)) => view! { <HeartbeatForm uid/> }.into_any(),
        Some(Place::Schedules) => view! { <SchedulesPage/> }.into_any(),
        None => view! { <NotFound/> }.into_any(),
    }
}

/// The frame of a list: its title, the words that sum it up, what one can do, and the list itself.
pub(super) fn list_frame(
    title: &'static str,
    poll: Poll,
    words: impl Fn() -> Option<String> + Send + Sync + 'static,
    actions: AnyView,
    content: AnyView,
) -> AnyView {
    expect_context::<Heading>().follow(move || title.to_owned());
    view! {
        <Title text=title/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::OnCall/>
            <h1 class="visually-hidden">{title}</h1>
            <section class="panel alerting-summary" aria-label="Summary">
                <p class="alerting-words" role="status">{words}</p>
                {without_script()}
                <p class="alerting-actions">{actions}</p>
            </section>
            {content}
        </div>
    }
    .into_any()
}

/// A field of a form with its label, its hint, and what is wrong with it.
pub(super) fn field(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: RwSignal<String>,
    faults: Faults,
) -> AnyView {
    let error = format!("{id}-error");
    let invalid = move || faults.has(id).then_some("true");
    view! {
        <div class="form-field">
            <label for=id>{label}</label>
            <input id=id autocomplete="off" spellcheck="false" aria-describedby=error.clone() aria-invalid=invalid
                prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))/>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            <p class="field-error" id=error role="alert">{move || faults.of(id)}</p>
        </div>
    }
    .into_any()
}

/// What is wrong with the fields of a form, by their ids.
#[derive(Clone, Copy)]
pub(super) struct Faults(RwSignal<Vec<(String, String)>>);

impl Faults {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    pub(super) fn set(self, faults: Vec<(String, String)>) {
        // The page may have been left since.
        self.0.try_set(faults);
    }

    /// Those that the server refused a form for; `field_of` gives the id of the field that a part of the answer is about. Whether all that is
    /// wrong stands at a field then.
    pub(super) fn refused(
        self,
        refusal: &Refusal,
        field_of: impl Fn(&str, &str) -> Option<(String, String)>,
    ) -> bool {
        let told: Vec<Told> = crate::api::read_value(&refusal.data["flaws"]).unwrap_or_default();
        let found: Vec<_> = told.iter().filter_map(|flaw| field_of(&flaw.field, &flaw.message)).collect();
        let is_all = !told.is_empty() && found.len() == told.len();
        self.set(found);
        is_all
    }

    fn has(self, id: &str) -> bool {
        self.0.with(|faults| faults.iter().any(|(of, _)| of == id))
    }

    pub(super) fn of(self, id: &str) -> Option<String> {
        self.0.with(|faults| faults.iter().find(|(of, _)| of == id).map(|(_, words)| words.clone()))
    }
}

/// What the server says of a field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Told {
    field: String,
    message: String,
}

/// What is said of a form that was not saved.
pub(super) fn not_saved(refusal: &Refusal, is_at_fields: bool) -> String {
    if is_at_fields {
        "✕ Not saved: the fields say what has to be mended.".to_owned()
    } else {
        format!("✕ Not saved: {refusal}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_pages() {
        let place = |path: &str, one: Option<&str>| Place::at(path, one.map(str::to_owned));
        for (path, one, expected) in [
            ("/alerts/incidents", None, Some(Place::Incidents)),
            ("/alerts/incidents/a", Some("a"), Some(Place::Incident("a".to_owned()))),
            ("/alerts/maintenance/new", None, Some(Place::Window(None))),
            ("/alerts/heartbeats/b", Some("b"), Some(Place::Heartbeat(Some("b".to_owned())))),
            ("/alerts/schedules", None, Some(Place::Schedules)),
            ("/alerts/schedules/a", Some("a"), None),
            ("/alerts/incidents/new", None, None),
            ("/alerts", None, None),
        ] {
            assert_eq!(place(path, one), expected, "{path}");
        }
    }
}
