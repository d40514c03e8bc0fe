//! Who is told of a rule's alerts: whom the routing says, or receivers that the rule names by a label.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;

use super::draft::Draft;
use crate::address::Search;
use crate::api::{self, Failure, envelope};

/// The label that names them, with commas between them.
pub(super) const LABEL: &str = "receivers";

/// The receivers that the labels of a rule name.
pub(super) fn read(labels: &Value) -> Vec<String> {
    let names = labels[LABEL].as_str().unwrap_or_default().split(',').map(str::trim);
    let mut found: Vec<String> = Vec::new();
    for name in names.filter(|name| !name.is_empty()) {
        // One that is named twice is told once.
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// What is known of a receiver.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Receiver {
    name: String,
}

/// What `/api/v1/watchfire/routing` tells, as far as it is needed here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Routing {
    receivers: Vec<Receiver>,
    /// file, kept or default.
    source: String,
}

impl Routing {
    /// Whether nothing is configured: then there is a receiver for form's sake, who is nobody.
    fn is_nobody(&self) -> bool {
        self.source == "default"
    }
}

async fn ask() -> Result<Routing, Failure> {
    envelope(&api::get("/api/v1/watchfire/routing", &Search::default()).await?)
}

/// What can be chosen, each with whether there is such a receiver: those that there are, and those that are chosen and
/// gone. A name with a comma in it can't be named by the label.
fn choices(known: &Routing, chosen: &[String]) -> Vec<(String, bool)> {
    let receivers: &[Receiver] = if known.is_nobody() { &[] } else { &known.receivers };
    let names = receivers.iter().map(|receiver| &receiver.name);
    let there: Vec<&String> = names.filter(|name| !name.contains(',')).collect();
    let gone = chosen.iter().filter(|name| !there.contains(name)).map(|name| (name.clone(), false));
    there.iter().map(|name| ((*name).clone(), true)).chain(gone).collect()
}

/// Who is told, in words.
fn words(chosen: &[String]) -> String {
    match chosen {
        [] => "The routes say who is told, by the labels.".to_owned(),
        names => format!("Straight to {}; the routes are not asked.", names.join(", ")),
    }
}

/// The choice.
#[component]
pub(super) fn Receivers(draft: Draft) -> impl IntoView {
    let chosen = draft.receivers;
    let known = RwSignal::new(Routing::default());
    let trouble = RwSignal::new(None::<String>);
    // In the browser alone.
    Effect::new(move |_| {
        spawn_local(async move {
            match ask().await {
                Ok(routing) => drop(known.try_set(routing)),
                Err(failure) => {
                    let words = format!("The receivers can't be listed: {failure}. The routes count.");
                    drop(trouble.try_set(Some(words)));
                }
            }
        });
    });
    let by_routes = move || chosen.with(Vec::is_empty);
    let all = Memo::new(move |_| known.with(|known| chosen.with(|chosen| choices(known, chosen))));
    let nobody = move || {
        known.with(Routing::is_nobody).then(|| {
            view! {
                <p class="hint">
                    "△ Nobody is told yet: no receiver is configured. Make one under "<a href="/alerts/routing?edit=yes" target="_blank">"Routing"</a>"."
                </p>
            }
        })
    };
    let row = move |(name, is_there): (String, bool)| {
        let name = StoredValue::new(name);
        let is_chosen = move || chosen.with(|chosen| name.with_value(|name| chosen.contains(name)));
        let change = move |event| {
            let name = name.get_value();
            let is_on = event_target_checked(&event);
            chosen.update(|chosen| {
                chosen.retain(|other| *other != name);
                if is_on {
                    chosen.push(name);
                }
            });
        };
        let gone = (!is_there).then_some(" (there is none such now)");
        view! {
            <label class="window-check">
                <input type="checkbox" prop:checked=is_chosen on:change=change/>{name.get_value()}{gone}
            </label>
        }
    };
    view! {
        <fieldset class="form-row rule-receivers">
            <legend>"Receivers"</legend>
            <label class="window-check">
                <input type="radio" name="rule-routing" prop:checked=by_routes on:change=move |_| chosen.set(Vec::new())/>
                "As the routing says"
            </label>
            <For each=move || all.get() key=Clone::clone let:choice>{row(choice)}</For>
            {nobody}
            <p class="hint" role="status">{move || trouble.get().unwrap_or_else(|| chosen.with(|chosen| words(chosen)))}</p>
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::draft::{Field, Typed};
    use super::*;

    #[test]
    fn a_rule_names_its_receivers_by_a_label() {
        let rule = json!({
            "name": "Hot", "query": "temp", "condition": {"is": "above", "threshold": 80}, "fold": "last",
            "labels": {"team": "ops", "receivers": "mail,chat"},
        });
        let mut typed = Typed::of(&rule);
        assert_eq!(typed.receivers, ["mail", "chat"]);
        assert_eq!(typed.rule(), Ok(rule.clone()));
        assert_eq!(typed.told().0["receivers"], "mail,chat", "the tester is asked with it");
        typed.receivers.clear();
        let mut expected = rule;
        expected["labels"] = json!({"team": "ops"});
        assert_eq!(typed.rule(), Ok(expected));
        // Both at once would be one over the other.
        let mut twice = Typed::of(&json!({"name": "A", "query": "up", "condition": {"is": "absent"}}));
        twice.receivers.push("mail".to_owned());
        twice.labels.push(("receivers".to_owned(), "chat".to_owned()));
        assert_eq!(twice.rule().unwrap_err()[0].0, Some(Field::Labels));
    }

    #[test]
    fn what_can_be_chosen() {
        let known: Routing =
            serde_json::from_str(r#"{"receivers":[{"name":"ops"},{"name":"a,b"},{"name":"chat"}]}"#).unwrap();
        let chosen = ["gone".to_owned(), "ops".to_owned()];
        let all = choices(&known, &chosen);
        let told: Vec<String> = all.iter().map(|(name, is_there)| format!("{name} {is_there}")).collect();
        assert_eq!(told, ["ops true", "chat true", "gone false"]);
        let fresh: Routing =
            serde_json::from_str(r#"{"receivers":[{"name":"nobody"}],"source":"default"}"#).unwrap();
        assert!(fresh.is_nobody() && choices(&fresh, &[]).is_empty(), "nobody is no choice");
        assert_eq!(words(&chosen), "Straight to gone, ops; the routes are not asked.");
        assert_eq!(words(&[]), "The routes say who is told, by the labels.");
        assert_eq!(read(&json!({"receivers": " a, ,b"})), ["a", "b"]);
        assert!(read(&Value::Null).is_empty());
    }
}
