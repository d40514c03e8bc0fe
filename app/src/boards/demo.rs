//! On the overview, while nothing but this host sends data: the way to data of one's own, and made-up data to look around with.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use crate::api::call;

const DEMO: &str = "/api/v1/demo";

/// The demo as the API tells of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Demo {
    running: bool,
    problem: Option<String>,
}

/// What there is to say.
#[derive(Clone, PartialEq)]
enum Said {
    Nothing,
    /// Nobody sends anything yet.
    Alone,
    Running,
    Failed(String),
}

/// Offers made-up data, or to delete it.
#[component]
pub(crate) fn DemoBar() -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    let busy = RwSignal::new(false);
    let tell = move |answer: Result<Demo, String>| {
        let new = match answer {
            Ok(Demo { problem: Some(problem), .. }) => Said::Failed(problem),
            Ok(demo) if demo.running => Said::Running,
            Ok(_) => Said::Alone,
            Err(error) => Said::Failed(error),
        };
        busy.try_set(false);
        said.try_set(new);
    };
    Effect::new(move |_| {
        spawn_local(async move {
            // Where this cannot be told, the panels say that the server is away.
            let Ok(demo) = call::<Demo>("GET", DEMO, None).await else { return };
            let Ok(jobs) = call::<Vec<String>>("GET", "/api/v1/label/job/values", None).await else { return };
            if demo.running || jobs.is_empty() {
                tell(Ok(demo));
            }
        });
    });
    let send = move |method: &'static str| {
        busy.set(true);
        spawn_local(async move {
            tell(call::<Demo>(method, DEMO, None).await.map_err(|refusal| refusal.to_string()));
        });
    };
    let close = move || {
        view! {
            <button type="button" class="icon-button" aria-label="Close" title="Close" on:click=move |_| said.set(Said::Nothing)>"✕"</button>
        }
    };
    let content = move || {
        match said.get() {
        Said::Nothing => ().into_any(),
        Said::Alone => view! {
            <div class="demo-bar">
                <p>"Only this host sends data so far."</p>
                <a class="button" href="/add-data">"Add data"</a>
                <button type="button" class="button" disabled=move || busy.get() on:click=move |_| send("POST")>
                    {move || if busy.get() { "Starting ..." } else { "Show me demo data" }}
                </button>
                {close()}
            </div>
        }
        .into_any(),
        Said::Running => view! {
            <div class="demo-bar" role="status">
                <p>
                    "Demo data is being made up, all of it with the label " <code>"demo=\"true\""</code> ". Look at "
                    <a href="/d/fleet">"Fleet"</a> ", " <a href="/d/red">"RED"</a> ", " <a href="/d/mesh">"Mesh"</a> ", "
                    <a href="/d/agents">"Agents"</a> " or " <a href="/dashboards">"all dashboards"</a> "."
                </p>
                <button type="button" class="button" disabled=move || busy.get() on:click=move |_| send("DELETE")>
                    {move || if busy.get() { "Deleting ..." } else { "Stop and delete it" }}
                </button>
                {close()}
            </div>
        }
        .into_any(),
        Said::Failed(error) => view! { <p class="field-error" role="alert">{error}</p> }.into_any(),
    }
    };
    view! { {content} }.into_any()
}
