//! Somebody stands in for who is on call: an override of a schedule, kept as a new version of the routing.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};

use super::who::remembered;
use crate::api::{CONFLICT, Poll, Refusal, call};

/// The server's address of the configuration that says who is told.
const CONFIG: &str = "/api/v1/watchfire/notify-config";

/// The configuration as the server shows it; docs/API.md describes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Kept {
    editable: bool,
    version: u64,
    document: Value,
}

impl Kept {
    /// The names of all receivers.
    fn receivers(&self) -> Vec<String> {
        let all = self.document["receivers"].as_array().into_iter().flatten();
        all.filter_map(|receiver| receiver["name"].as_str()).map(str::to_owned).collect()
    }
}

/// What is told of what was stored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stored {
    version: u64,
}

/// Who stands in, and when, by the clock of the schedule.
#[derive(Clone, Debug)]
struct StandIn {
    receiver: String,
    from: String,
    to: String,
}

impl StandIn {
    /// What is wrong with it, in words.
    fn fault(&self) -> Option<&'static str> {
        if self.receiver.is_empty() {
            return Some("choose who takes over");
        }
        if self.from.is_empty() || self.to.is_empty() {
            return Some("say from when and until when");
        }
        // Both are written alike: as a field for times gives them.
        (self.to <= self.from).then_some("it has to end after it begins")
    }

    /// Adds it to a schedule of a configuration; it counts before those that are there.
    fn put_into(&self, document: &mut Value, schedule: &str) -> Result<(), String> {
        let all = document.get_mut("schedules").and_then(Value::as_array_mut);
        let mut all = all.into_iter().flatten();
        let found = all.find(|one| one["name"] == schedule).and_then(Value::as_object_mut);
        let Some(fields) = found else {
            return Err(format!("there is no schedule {schedule:?} any more; load the page again"));
        };
        let overrides = fields.entry("overrides").or_insert(Value::Null);
        let mut items = overrides.as_array().cloned().unwrap_or_default();
        let (from, to) = (self.from.replace('T', " "), self.to.replace('T', " "));
        items.push(json!({"from": from, "to": to, "receiver": self.receiver}));
        *overrides = Value::Array(items);
        Ok(())
    }
}

/// Why the server did not store it, in words.
fn refused(refusal: &Refusal) -> String {
    if refusal.status == CONFLICT && refusal.data["version"].is_u64() {
        return "not kept: somebody else saved the routing at the same time; try again".to_owned();
    }
    match refusal.data["problems"][0]["message"].as_str() {
        Some(problem) => format!("not kept: {problem}"),
        None => format!("not kept: {refusal}"),
    }
}

/// Stores it as the next version of what is there now; the number of that version.
async fn keep(schedule: &str, stand_in: &StandIn) -> Result<u64, String> {
    let kept: Result<Kept, Refusal> = call("GET", CONFIG, None).await;
    let mut kept = kept.map_err(|refusal| refused(&refusal))?;
    stand_in.put_into(&mut kept.document, schedule)?;
    let message = format!("{} takes over in {schedule}", stand_in.receiver);
    let mut body = json!({"document": kept.document, "version": kept.version, "message": message});
    let author = remembered();
    if !author.is_empty() {
        body["author"] = author.into();
    }
    let stored: Result<Stored, Refusal> = call("PUT", CONFIG, Some(&body)).await;
    stored.map(|stored| stored.version).map_err(|refusal| refused(&refusal))
}

/// The form for it, folded away. `clock`: what the clock of the schedule shows now, such as `2026-04-01 12:00`.
#[component]
pub(super) fn TakeOver(schedule: String, clock: Signal<String>, poll: Poll) -> impl IntoView {
    let name = StoredValue::new(schedule);
    let receivers = RwSignal::new(None::<Vec<String>>);
    let (who, from, to) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (error, said) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let sending = RwSignal::new(false);
    let is_open = RwSignal::new(false);
    let look = move |_| {
        is_open.update(|is_open| *is_open = !*is_open);
        if !is_open.get_untracked() {
            return;
        }
        // As if it were new: what was chosen before is not in sight any more.
        who.set(String::new());
        from.set(clock.get_untracked().replace(' ', "T"));
        spawn_local(async move {
            let kept: Result<Kept, Refusal> = call("GET", CONFIG, None).await;
            match kept {
                Ok(kept) if kept.editable => {
                    let now = kept.receivers();
                    // Drawn anew it would forget what was chosen meanwhile.
                    if receivers.try_with_untracked(|known| known.as_ref() != Some(&now)) == Some(true) {
                        who.set(String::new());
                        receivers.set(Some(now));
                    }
                }
                Ok(_) => {
                    let words = "The routing stands in a file of the server: write the override there.";
                    drop(error.try_set(Some(words.to_owned())));
                }
                Err(refusal) => drop(error.try_set(Some(format!("✕ {refusal}")))),
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        let stand_in =
            StandIn { receiver: who.get_untracked(), from: from.get_untracked(), to: to.get_untracked() };
        said.set(None);
        error.set(stand_in.fault().map(str::to_owned));
        if stand_in.fault().is_some() {
            return;
        }
        let name = name.get_value();
        sending.set(true);
        spawn_local(async move {
            let answer = keep(&name, &stand_in).await;
            // The page may have been left since.
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(version) => {
                    to.set(String::new());
                    who.set(String::new());
                    said.set(Some(format!("✓ Saved as version {version} of the routing.")));
                    poll.ask_at_once();
                }
                Err(words) => error.set(Some(words)),
            }
        });
    };
    let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
    let bound = |signal: RwSignal<String>| move |event| signal.set(event_target_value(&event));
    let form = move |names: Vec<String>| {
        view! {
            <form class="handling-form" aria-label="Take over" on:submit=submit>
                <p class="hint">
                    "An override, by the clock of the schedule; it is saved as a new version under “Routing”, and its form writes the YAML anew."
                </p>
                <label class="handling-field">
                    "Who"
                    <select prop:value=move || who.get() on:change=bound(who)>
                        <option value="">"choose one"</option>
                        {names.into_iter().map(option).collect_view()}
                    </select>
                </label>
                <label class="handling-field">
                    "From"
                    <input type="datetime-local" prop:value=move || from.get() on:input=bound(from)/>
                </label>
                <label class="handling-field">
                    "Until"
                    <input type="datetime-local" prop:value=move || to.get() on:input=bound(to)/>
                </label>
                <button type="submit" class="button small primary" disabled=move || sending.get()>"Take over"</button>
            </form>
        }
    };
    view! {
        <details class="take-over" on:toggle=look>
            <summary>"Somebody takes over"</summary>
            {move || receivers.get().map(form)}
            <p class="hint" role="status">{move || said.get()}</p>
            <p class="field-error" role="alert">{move || error.get()}</p>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stands_in_is_put_to_the_schedule() {
        let stand_in = |receiver: &str, from: &str, to: &str| StandIn {
            receiver: receiver.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        for (one, fault) in [
            (stand_in("", "2026-04-01T12:00", "2026-04-01T13:00"), Some("choose who takes over")),
            (stand_in("cem", "2026-04-01T12:00", ""), Some("say from when and until when")),
            (stand_in("cem", "2026-04-01T12:00", "2026-04-01T12:00"), Some("it has to end after it begins")),
            (stand_in("cem", "2026-04-01T12:00", "2026-04-02T08:00"), None),
        ] {
            assert_eq!(one.fault(), fault, "{one:?}");
        }
        let one = stand_in("cem", "2026-04-01T12:00", "2026-04-02T08:00");
        let mut document = json!({"receivers": [{"name": "ann"}, {"name": "cem"}],
            "schedules": [{"name": "db"}, {"name": "web", "overrides": [{"receiver": "bob"}]}]});
        one.put_into(&mut document, "web").unwrap();
        one.put_into(&mut document, "db").unwrap();
        let told = json!({"from": "2026-04-01 12:00", "to": "2026-04-02 08:00", "receiver": "cem"});
        assert_eq!(document["schedules"][0]["overrides"], json!([told]));
        assert_eq!(document["schedules"][1]["overrides"], json!([{"receiver": "bob"}, told]));
        assert!(one.put_into(&mut document, "gone").unwrap_err().contains("no schedule \"gone\""));
        assert!(one.put_into(&mut Value::Null, "web").is_err());
        assert_eq!(Kept { document, ..Kept::default() }.receivers(), ["ann", "cem"]);
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let refusal = |status: u16, data: Value| Refusal { status, message: "no".to_owned(), data };
        let problem = json!({"problems": [{"message": "from: write a time"}]});
        assert_eq!(refused(&refusal(422, problem)), "not kept: from: write a time");
        assert!(refused(&refusal(CONFLICT, json!({"version": 3}))).contains("at the same time"));
        assert_eq!(refused(&refusal(CONFLICT, Value::Null)), "not kept: no");
    }
}
