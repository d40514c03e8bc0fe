use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use super::Known;
use crate::api::call;

/// What `/api/v1/watchfire/rules/files` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct RuleFiles {
    /// The patterns that are looked at.
    files: Vec<String>,
    errors: Vec<FileError>,
}

/// What is wrong in a rule file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct FileError {
    file: String,
    /// From 1; 0 where it is not known.
    line: u32,
    place: String,
    field: String,
    message: String,
}

impl FileError {
    /// `file:line: place: field: what is wrong`, what is not known left out.
    fn words(&self) -> String {
        let line = if self.line > 0 { format!(":{}", self.line) } else { String::new() };
        let parts = [&self.place, &self.field, &self.message];
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
        format!("{}{line}: {}", self.file, said.join(": "))
    }
}

/// The patterns of the rule files, and what is wrong with the files.
#[component]
pub(super) fn FilesState(known: RwSignal<Option<Known>>) -> impl IntoView {
    let files = Memo::new(move |_| known.with(|known| known.as_ref().map(|known| known.files.clone())));
    let said = RwSignal::new(String::new());
    let reload = move |_| {
        said.set("… reading".to_owned());
        spawn_local(async move {
            let words = match call::<RuleFiles>("POST", "/api/v1/watchfire/rules/files", None).await {
                Ok(now) => {
                    let words = if now.errors.is_empty() { "✓ Read again" } else { "✕ Not used" };
                    known.try_update(|known| {
                        if let Some(known) = known {
                            known.files = now;
                        }
                    });
                    words.to_owned()
                }
                Err(refusal) => format!("✕ {refusal}"),
            };
            // The page may have been left since.
            said.try_set(words);
        });
    };
    let shown = move || files.get().filter(|files| !files.files.is_empty() || !files.errors.is_empty());
    let faults = move |files: &RuleFiles| {
        let fault = |error: &FileError| view! { <li>{format!("✕ {}", error.words())}</li> };
        let list: Vec<_> = files.errors.iter().map(fault).collect();
        (!list.is_empty()).then(|| {
            view! {
                <p class="alerting-bad">"The rules go on as they were before: the files as they are now are not used."</p>
                <ul class="alerting-faults" aria-live="polite">{list}</ul>
            }
        })
    };
    move || {
        shown().map(|files| {
            view! {
                <section class="panel rule-files" aria-label="Rule files">
                    <p class="rule-files-head">
                        <span>"Rule files: "<code>{files.files.join(", ")}</code></span>
                        <button type="button" class="button" on:click=reload>"Read the files again"</button>
                        <span role="status">{said}</span>
                    </p>
                    {faults(&files)}
                </section>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_their_place() {
        let error = FileError {
            file: "a.yml".to_owned(),
            line: 7,
            field: "expr".to_owned(),
            message: "no".to_owned(),
            ..FileError::default()
        };
        assert_eq!(error.words(), "a.yml:7: expr: no");
        assert_eq!(FileError { line: 0, ..error }.words(), "a.yml: expr: no");
    }
}
