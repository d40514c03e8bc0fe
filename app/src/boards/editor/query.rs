//! The queries of a panel, each with what it asks and how its series are called.

use std::time::Duration;

use leptos::prelude::*;
use serde_json::{Value, json};
use watchfire_dashboard::{Clock, Query};
use watchfire_promql::{ParseError, parse};

use super::super::board::Board;
use super::form::{Form, mistake};
use super::options::REDUCERS;
use super::tools::focus_soon;
use crate::api::value_of;
use crate::explore::{Editor, QueryBox, Variable};

/// How long typing pauses before what is written is shown.
const PREVIEW: Duration = Duration::from_millis(900);

/// The list of queries.
#[component]
pub(super) fn Queries(id: u32, form: Form) -> impl IntoView {
    let board = expect_context::<Board>();
    let queries = Memo::new(move |_| {
        board
            .dashboard
            .with(|dashboard| dashboard.panel(id).map(|panel| panel.queries.clone()).unwrap_or_default())
    });
    let count = Memo::new(move |_| queries.with(Vec::len));
    let add = move |query: Query| {
        let mut all = queries.get_untracked();
        all.push(Query { id: free_id(&all), ..query });
        form.put.run(("/queries".to_owned(), value_of(&all)));
        focus_soon(".queries .query:nth-last-child(2) :is(textarea, input, select)".to_owned());
    };
    let add_promql = move |_| add(Query::default());
    let add_math = move |_| add(Query { math: "$A".to_owned(), ..Query::default() });
    let add_reduce = move |_| {
        add(Query {
            reduce: Some(watchfire_dashboard::ReduceOf { query: "A".to_owned(), ..Default::default() }),
            ..Query::default()
        });
    };
    view! {
        <section class="queries" aria-label="Queries">
            {move || (0..count.get()).map(|index| view! { <OneQuery index queries form/> }).collect_view()}
            <div class="query-add">
                <button type="button" class="button small" on:click=add_promql>"Add query"</button>
                <button type="button" class="button small" on:click=add_math>"Add calculation"</button>
                <button type="button" class="button small" on:click=add_reduce>"Add reduction"</button>
            </div>
        </section>
    }
}

/// A letter that no query is called by yet.
fn free_id(all: &[Query]) -> String {
    let free = ('A'..='Z').map(String::from).find(|id| all.iter().all(|query| query.id != *id));
    free.unwrap_or_else(|| format!("Q{}", all.len() + 1))
}

#[component]
fn OneQuery(index: usize, queries: Memo<Vec<Query>>, form: Form) -> impl IntoView {
    let query = Memo::new(move |_| queries.with(|queries| queries.get(index).cloned()).unwrap_or_default());
    let put = move |field: &str, value: Value| form.put.run((format!("/queries/{index}/{field}"), value));
    let text = move |value: String| if value.is_empty() { Value::Null } else { Value::String(value) };
    let set = move |field: &'static str| move |event| put(field, text(event_target_value(&event)));
    let flag = move |field: &'static str| {
        move |event| put(field, if event_target_checked(&event) { Value::Bool(true) } else { Value::Null })
    };
    let double = move |_| {
        let mut all = queries.get_untracked();
        if let Some(query) = all.get(index).cloned() {
            all.insert(index + 1, Query { id: free_id(&all), ..query });
            form.put.run(("/queries".to_owned(), value_of(&all)));
        }
    };
    let up = move |_| {
        let mut all = queries.get_untracked();
        if index > 0 && index < all.len() {
            all.swap(index, index - 1);
            form.put.run(("/queries".to_owned(), value_of(&all)));
        }
    };
    let away = move |_| {
        let mut all = queries.get_untracked();
        if index < all.len() {
            all.remove(index);
            form.put.run(("/queries".to_owned(), value_of(&all)));
        }
    };
    let kind = Memo::new(move |_| {
        query.with(|query| match (&query.reduce, query.math.is_empty()) {
            (Some(_), _) => 2,
            (None, false) => 1,
            (None, true) => 0,
        })
    });
    let hidden = move || query.with(|query| query.hide);
    let shape = move |event| match event_target_value(&event).as_str() {
        "series" => put("shape", Value::Null),
        word => put("shape", json!(word)),
    };
    let shape_is = move |word: &'static str| move || query.with(|query| value_of(&query.shape) == word);
    let field = move || match kind.get() {
        0 => view! { <PromqlField index query form/> }.into_any(),
        1 => {
            let pointer = format!("/queries/{index}/math");
            let error = move || {
                let broken = query.with(|query| {
                    watchfire_panel::check_math(&query.math).err().map(|error| error.to_string())
                });
                broken.or_else(|| form.wrong_at(&pointer))
            };
            view! {
                <div class="form-field wide">
                    <label for=format!("query-{index}-math")>"Calculation"</label>
                    <input id=format!("query-{index}-math") class="mono" autocomplete="off" spellcheck="false"
                        prop:value=move || query.with(|query| query.math.clone()) on:change=set("math")/>
                    <p class="field-error" role="alert">{error}</p>
                </div>
            }
            .into_any()
        }
        _ => view! { <ReduceField index query queries form/> }.into_any(),
    };
    view! {
        <fieldset class="query" class:hidden-query=hidden>
            <legend>{move || query.with(|query| query.id.clone())}</legend>
            {field}
            <div class="query-options">
                <label>"Legend"<input prop:value=move || query.with(|query| query.legend.clone()) placeholder="{{label}}" on:change=set("legend")/></label>
                {move || (kind.get() == 0).then(|| view! {
                <label>"Shortest step"<input class="narrow" prop:value=move || query.with(|query| query.min_step.clone().unwrap_or_default()) placeholder="auto" on:change=set("min_step")/></label>
                <label>"As"
                    <select on:change=shape>
                        <option value="series" selected=shape_is("series")>"Series"</option>
                        <option value="table" selected=shape_is("table")>"Table"</option>
                        <option value="heatmap" selected=shape_is("heatmap")>"Heatmap"</option>
                    </select>
                </label>
                <label class="check"><input type="checkbox" prop:checked=move || query.with(|query| query.instant) on:change=flag("instant")/>"Newest only"</label>
                })}
                <label class="check"><input type="checkbox" prop:checked=hidden on:change=flag("hide")/>"Hidden"</label>
                <button type="button" class="button small" disabled=index == 0 on:click=up>"Up"</button>
                <button type="button" class="button small" on:click=double>"Duplicate"</button>
                <button type="button" class="button small" on:click=away>"Remove"</button>
            </div>
            {mistake(form, &format!("/queries/{index}/min_step"))}
        </fieldset>
    }
    .into_any()
}

/// PromQL with completion; what is wrong stands below.
#[component]
fn PromqlField(index: usize, query: Memo<Query>, form: Form) -> impl IntoView {
    let board = expect_context::<Board>();
    let text = query.with_untracked(|query| query.expr.clone());
    let values = board.values();
    let check = move |text: &str| {
        fault(text, |text| {
            values.with_untracked(|values| {
                values.in_query_with_places(
                    text,
                    &Clock { from: 0, to: 3_600_000, step: 15_000, scrape_interval: 15_000 },
                )
            })
        })
    };
    let query_box = QueryBox::with_check(&text, format!("query-{index}"), check);
    Effect::new(move |_| {
        let own = board
            .variables
            .with(|all| all.iter().map(|one| (one.name.clone(), one.chosen.clone())).collect::<Vec<_>>());
        query_box.offer(Variable::all(own.into_iter()));
    });
    let put = move |text: String| {
        form.put.run((format!("/queries/{index}/expr"), Value::String(text)));
    };
    let run = Callback::new(move |()| {
        // A field that goes with its page loses the focus once more.
        if let Some(text) = query_box.text.try_get_untracked() {
            put(text.trim().to_owned());
        }
    });
    // What is written shows by itself once typing pauses.
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<()>| {
        let written = query_box.text.get();
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        let stored = query.with_untracked(|query| query.expr.clone());
        if before.is_none() || written.trim() == stored.trim() || !query_box.is_sound(&written) {
            return;
        }
        let show = move || {
            let _ = run.try_run(());
        };
        timer.set_value(set_timeout_with_handle(show, PREVIEW).ok());
    });
    // Undo and redo change the text from outside.
    Effect::new(move |_| {
        let text = query.with(|query| query.expr.clone());
        query_box.bring(&text);
    });
    view! { <div on:focusout=move |_| {
        // A field that goes with its page has nobody to tell.
        let _ = run.try_run(());
    }><Editor query_box run/></div> }
}

/// What is wrong with a query once its variables are put in, at the place where it is wrong in the text with the variables.
fn fault(text: &str, put_in: impl Fn(&str) -> (String, watchfire_dashboard::Places)) -> Option<ParseError> {
    if text.trim().is_empty() {
        return None;
    }
    let (whole, places) = put_in(text);
    let mut error = parse(&whole).err()?;
    let (start, end) = places.back(error.span.start as usize, error.span.end as usize);
    error.span.start = start as u32;
    error.span.end = end as u32;
    Some(error)
}

#[component]
fn ReduceField(index: usize, query: Memo<Query>, queries: Memo<Vec<Query>>, form: Form) -> impl IntoView {
    let put = move |field: &'static str| {
        move |event| {
            let value = Value::String(event_target_value(&event));
            form.put.run((format!("/queries/{index}/reduce/{field}"), value));
        }
    };
    let of = move || {
        query.with(|query| query.reduce.as_ref().map(|reduce| reduce.query.clone()).unwrap_or_default())
    };
    let by = move || query.with(|query| value_of(&query.reduce.as_ref().map(|reduce| reduce.by)));
    let option = move |(word, title): &(&'static str, &'static str)| {
        let word = *word;
        view! { <option value=word selected=move || by() == word>{*title}</option> }
    };
    let choices = move || {
        let own = query.with(|query| query.id.clone());
        let mut ids: Vec<String> = queries
            .with(|queries| queries.iter().map(|query| query.id.clone()).filter(|id| *id != own).collect());
        // One that is no longer there stays in sight.
        let chosen = of();
        if !ids.contains(&chosen) {
            ids.push(chosen.clone());
        }
        let option = |id: String| {
            let (selected, title) = (id == chosen, id.clone());
            view! { <option value=id selected=selected>{title}</option> }
        };
        ids.into_iter().map(option).collect_view()
    };
    view! {
        <div class="query-options">
            <label>"Query"<select on:change=put("query")>{choices}</select></label>
            <label>"becomes its"<select on:change=put("by")>{REDUCERS.iter().map(option).collect_view()}</select></label>
        </div>
    }
}
