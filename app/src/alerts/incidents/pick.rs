//! A choice among many things: some words of a name are enough to find it.

use leptos::prelude::*;

/// How many are offered at most; words find the others, too.
const MOST: usize = 200;

/// Something to choose.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    /// What the server knows it by.
    pub(super) key: String,
    /// What it is called; no two are called the same.
    pub(super) name: String,
}

/// The one that a text means: its name, or words that no other has.
///
/// # Errors
///
/// None is meant, or several are; in words for the reader.
pub(super) fn meant(choices: &[Choice], text: &str) -> Result<Choice, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("choose one first".to_owned());
    }
    if let Some(whole) = choices.iter().find(|choice| choice.name == text) {
        return Ok(whole.clone());
    }
    let words = text.to_lowercase();
    let has_all = |choice: &&Choice| {
        let name = choice.name.to_lowercase();
        words.split_whitespace().all(|word| name.contains(word))
    };
    let mut found = choices.iter().filter(has_all);
    match (found.next(), found.count()) {
        (Some(one), 0) => Ok(one.clone()),
        (Some(_), others) => Err(format!("{} have these words; write more of the name", others + 1)),
        (None, _) => Err(format!("nothing here is called {text:?}; choose one of the list")),
    }
}

/// The field to write the words in; the names are offered below it.
pub(super) fn field(
    id: &'static str,
    label: &'static str,
    found: RwSignal<Vec<Choice>>,
    text: RwSignal<String>,
) -> AnyView {
    let list = format!("{id}-list");
    let option = |choice: Choice| view! { <option value=choice.name></option> };
    view! {
        <div class="form-field">
            <label for=id>{label}</label>
            <input id=id list=list.clone() autocomplete="off" spellcheck="false" placeholder="words of its name"
                prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))/>
            <datalist id=list>{move || found.get().into_iter().take(MOST).map(option).collect_view()}</datalist>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_one() {
        let choice = |key: &str, name: &str| Choice { key: key.to_owned(), name: name.to_owned() };
        let all = [
            choice("a", "Slow host=\"a\""),
            choice("b", "Slow host=\"b\""),
            choice("c", "Slow host=\"a\" – muted"),
        ];
        let found = |text: &str| meant(&all, text).map(|choice| choice.key);
        for (text, expected) in [
            ("Slow host=\"a\"", Ok("a")),
            (" MUTED slow", Ok("c")),
            ("host=\"b", Ok("b")),
            ("slow", Err("3 have these words; write more of the name")),
            (" ", Err("choose one first")),
            ("Hot", Err("nothing here is called \"Hot\"; choose one of the list")),
        ] {
            assert_eq!(found(text), expected.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
    }
}
