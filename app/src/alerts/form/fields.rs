use leptos::prelude::*;

use super::condition::Condition;
use super::draft::{Draft, Field, LabelLine};
use super::flaws::Flaw;
use super::look::WhereToLook;
use super::preview::Preview;
use super::receivers::Receivers;
use crate::explore::Editor;

/// What the samples of the window are folded to, as the API has it.
const FOLDS: [(&str, &str); 11] = [
    ("last", "the newest value"),
    ("avg", "the mean"),
    ("max", "the greatest"),
    ("min", "the least"),
    ("sum", "the sum"),
    ("count", "how many there are"),
    ("p50", "the median"),
    ("p95", "the 95th percentile"),
    ("p99", "the 99th percentile"),
    ("rate", "the increase per second (counters)"),
    ("increase", "the increase (counters)"),
];

const SIDES: [(&str, &str); 3] = [("both", "above or below"), ("above", "above"), ("below", "below")];

const SEVERITIES: [(&str, &str); 5] = [
    ("critical", "◆ critical"),
    ("high", "▲ high"),
    ("warning", "● warning"),
    ("info", "○ info"),
    ("", "– none"),
];

/// What is wrong with a field.
pub(super) fn fault(flaws: Memo<Vec<Flaw>>, field: Field) -> Option<String> {
    flaws.with(|flaws| flaws.iter().find(|flaw| flaw.0 == Some(field)).map(|flaw| flaw.1.clone()))
}

/// A field of one line, with what is wrong below it.
fn line(
    draft: Draft,
    flaws: Memo<Vec<Flaw>>,
    field: Field,
    label: &'static str,
    placeholder: &'static str,
) -> impl IntoView {
    let text = draft.text(field);
    let (id, error) = (field.id(), format!("{}-error", field.id()));
    view! {
        <div class="form-field">
            <label for=id.clone()>{label}</label>
            <input id=id autocomplete="off" spellcheck="false" placeholder=placeholder
                aria-describedby=error.clone()
                aria-invalid=move || fault(flaws, field).is_some().to_string()
                prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))/>
            <p class="field-error" id=error role="alert">{move || fault(flaws, field)}</p>
        </div>
    }
    .into_any()
}

/// A field of several lines.
fn lines(
    draft: Draft,
    flaws: Memo<Vec<Flaw>>,
    field: Field,
    label: &'static str,
    placeholder: &'static str,
) -> impl IntoView {
    let text = draft.text(field);
    let (id, error) = (field.id(), format!("{}-error", field.id()));
    view! {
        <div class="form-field">
            <label for=id.clone()>{label}</label>
            <textarea id=id rows="2" placeholder=placeholder
                aria-describedby=error.clone()
                aria-invalid=move || fault(flaws, field).is_some().to_string()
                prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))></textarea>
            <p class="field-error" id=error role="alert">{move || fault(flaws, field)}</p>
        </div>
    }
    .into_any()
}

/// A field with a few values to choose from.
fn select(
    draft: Draft,
    field: Field,
    label: &'static str,
    choices: &[(&'static str, &'static str)],
) -> AnyView {
    let text = draft.text(field);
    choice(draft, field, label, choices, move |word| text.set(word))
}

/// The same with what comes of a choice.
fn choice(
    draft: Draft,
    field: Field,
    label: &'static str,
    choices: &[(&'static str, &'static str)],
    set: impl Fn(String) + 'static,
) -> AnyView {
    let text = draft.text(field);
    let option = move |(word, title): &(&'static str, &'static str)| {
        let word = *word;
        view! { <option value=word selected=move || text.with(|text| text == word)>{*title}</option> }
    };
    let options = choices.iter().map(option).collect_view();
    view! {
        <div class="form-field">
            <label for=field.id()>{label}</label>
            <select id=field.id() on:change=move |event| set(event_target_value(&event))>{options}</select>
        </div>
    }
    .into_any()
}

/// All fields.
#[component]
pub(super) fn Fields(draft: Draft, flaws: Memo<Vec<Flaw>>, preview: Preview) -> impl IntoView {
    let query_box = draft.query_box.get_value();
    let run = Callback::new(move |()| preview.at_once());
    let condition = Memo::new(move |_| Condition::of(&draft.text(Field::Condition).get()));
    let conditions = Condition::ALL.map(|one| (one.word(), one.title()));
    let numbers = move || {
        let of = move |field: &Field| match field {
            Field::Threshold => line(draft, flaws, *field, "Threshold", "such as 80").into_any(),
            Field::Low => line(draft, flaws, *field, "From", "such as 10").into_any(),
            Field::High => line(draft, flaws, *field, "To", "such as 90").into_any(),
            Field::Percent => line(draft, flaws, *field, "Per cent", "such as 20").into_any(),
            Field::Side => select(draft, *field, "Where", &SIDES),
            Field::Deviations => {
                line(draft, flaws, *field, "Standard deviations from the mean", "such as 3").into_any()
            }
            Field::Quantile => {
                line(draft, flaws, *field, "Or beyond the quantile", "such as 0.99").into_any()
            }
            Field::Weeks => line(draft, flaws, *field, "Weeks to look back", "default: 4").into_any(),
            _ => line(draft, flaws, *field, "Against the value before", "such as 1h").into_any(),
        };
        condition.get().fields().iter().map(of).collect_view()
    };
    let samples = move || {
        // What is absent has no samples to choose from.
        if condition.get() == Condition::Absent {
            return view! {
                <fieldset class="form-row">
                    <legend>"Absent"</legend>
                    {line(draft, flaws, Field::Window, "In all of the last (the window)", "none: just now")}
                </fieldset>
            }
            .into_any();
        }
        view! {
            <fieldset class="form-row">
                <legend>"Its value is"</legend>
                {select(draft, Field::Fold, "Of the samples", &FOLDS)}
                {line(draft, flaws, Field::Window, "Of the last (the window)", "none")}
            </fieldset>
        }
        .into_any()
    };
    // The box tells faults of its own language itself, with the place; others stand below it.
    let query_fault = move || fault(flaws, Field::Query).filter(|_| query_box.has_no_fault());
    let general = move || {
        let general = flaws.get().into_iter().filter(|flaw| flaw.0.is_none());
        general.map(|flaw| view! { <p class="field-error" role="alert">{flaw.1}</p> }).collect_view()
    };
    view! {
        {line(draft, flaws, Field::Name, "Name", "such as DiskAlmostFull")}
        <div class="form-field">
            <span class="form-label">"Metric, or a query in PromQL"</span>
            <Editor query_box run/>
            <p class="hint">
                "More than one condition goes by PromQL, with and or or: "<code>"temp > 80 and on (host) load > 5"</code>"; what is chosen \
                 below looks at the values that this brings."
            </p>
            <p class="field-error" role="alert">{query_fault}</p>
        </div>
        <fieldset class="form-row">
            <legend>"Fires when its value"</legend>
            {choice(draft, Field::Condition, "Condition", &conditions, move |word| draft.choose(Condition::of(&word)))}
            {numbers}
        </fieldset>
        {samples}
        <fieldset class="form-row">
            <legend>"Times"</legend>
            {line(draft, flaws, Field::Hold, "Holds for, before it fires", "default: 0s")}
            {line(draft, flaws, Field::Keep, "Goes on firing for", "default: 0s")}
            {line(draft, flaws, Field::Interval, "Evaluated each", "as the server is set")}
        </fieldset>
        {select(draft, Field::Severity, "Severity", &SEVERITIES)}
        <Labels draft flaws/>
        <Receivers draft/>
        {lines(draft, flaws, Field::Summary, "Summary", "such as {{ $labels.host }}: {{ $value }} %")}
        {lines(draft, flaws, Field::Description, "Description", "What it means, and for whom.")}
        {line(draft, flaws, Field::Runbook, "Runbook: what to do, as a link or a text", "such as https://wiki/disk-full")}
        <WhereToLook draft flaws/>
        {general}
    }
    .into_any()
}

/// The labels that the rule adds.
#[component]
fn Labels(draft: Draft, flaws: Memo<Vec<Flaw>>) -> impl IntoView {
    let row = move |line: LabelLine| {
        view! {
            <div class="form-line form-pair">
                <input aria-label="Label" placeholder="team" autocomplete="off" spellcheck="false" class="mono"
                    prop:value=move || line.name.get() on:input=move |event| line.name.set(event_target_value(&event))/>
                <input aria-label="Value of the label" placeholder="ops" autocomplete="off" spellcheck="false" class="mono"
                    prop:value=move || line.value.get() on:input=move |event| line.value.set(event_target_value(&event))/>
                <button type="button" class="icon-button" aria-label="Remove this label" on:click=move |_| draft.remove_label(line.id)>"✕"</button>
            </div>
        }
    };
    view! {
        <fieldset class="form-lines">
            <legend>"Labels: who is told depends on them"</legend>
            <For each=move || draft.labels.get() key=|line| line.id let:line>{row(line)}</For>
            <p class="field-error" role="alert">{move || fault(flaws, Field::Labels)}</p>
            <button type="button" class="button small" on:click=move |_| draft.add_label("", "")>"Add a label"</button>
        </fieldset>
    }
}
