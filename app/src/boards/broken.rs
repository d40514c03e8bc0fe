//! Files of dashboards that cannot be taken in.

use leptos::prelude::*;
use serde::Deserialize;

use crate::address::Search;
use crate::api::{Failure, Poll, envelope, get};

/// Seconds from one look to the next.
const EVERY: u32 = 5;

/// What the server says of the files that it watches.
#[derive(Default, Deserialize)]
struct Files {
    errors: Vec<Broken>,
}

/// What is wrong with one of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Broken {
    file: String,
    /// Where it is known.
    line: Option<u32>,
    /// The field.
    place: String,
    message: String,
}

impl Broken {
    fn told(&self) -> String {
        let line = self.line.map_or_else(String::new, |line| format!(":{line}"));
        let place = if self.place.is_empty() { String::new() } else { format!("{}: ", self.place) };
        format!("{}{line}: {place}{}", self.file, self.message)
    }
}

async fn ask() -> Result<Files, Failure> {
    envelope(&get("/api/v1/provisioning", &Search::default()).await?)
}

/// Says which files are wrong, and where, as long as they are.
#[component]
pub(super) fn BrokenFiles() -> impl IntoView {
    let broken = RwSignal::new(Vec::<Broken>::new());
    Poll::start(EVERY, ask, move |files: Files| {
        if broken.with_untracked(|old| *old != files.errors) {
            broken.set(files.errors);
        }
    });
    let list = move || {
        let broken = broken.get();
        let heading = match broken.len() {
            0 => return None,
            1 => "✕ A file cannot be taken in; what is known of it stays:".to_owned(),
            count => format!("✕ {count} files cannot be taken in; what is known of them stays:"),
        };
        let one = |broken: &Broken| view! { <li><code>{broken.told()}</code></li> };
        Some(view! { <p>{heading}</p><ul>{broken.iter().map(one).collect_view()}</ul> })
    };
    view! { <div class="boards-faults" role="status">{list}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_where_a_file_is_wrong() {
        let json = r#"{"errors": [{"file": "a.json", "line": 2, "place": "", "message": "no value"},
            {"file": "b", "line": null, "place": "panels[0].kind", "message": "no kind"}], "failures": 2}"#;
        let files: Files = serde_json::from_str(json).unwrap();
        let told: Vec<String> = files.errors.iter().map(Broken::told).collect();
        assert_eq!(told, ["a.json:2: no value", "b: panels[0].kind: no kind"]);
    }
}
