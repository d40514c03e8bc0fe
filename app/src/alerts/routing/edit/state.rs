use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{names, path_of};
use crate::api::{CONFLICT, Refusal, call};

/// How long typing must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(400);

pub(super) const PATH: &str = "/api/v1/watchfire/notify-config";

/// What is wrong with a part; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Flaw {
    pub(super) line: usize,
    pub(super) path: String,
    pub(super) message: String,
}

impl Flaw {
    pub(super) fn words(&self) -> String {
        let at = match (self.line, self.path.as_str()) {
            (0, "") => String::new(),
            (0, path) => format!("{path}: "),
            (line, "") => format!("line {line}: "),
            (line, path) => format!("line {line}, {path}: "),
        };
        format!("✕ {at}{}", self.message)
    }
}

/// The configuration as the server shows it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    pub(super) source: String,
    pub(super) editable: bool,
    pub(super) file: Option<String>,
    pub(super) version: u64,
    pub(super) yaml: String,
    pub(super) document: Value,
    pub(super) problems: Vec<Flaw>,
}

/// What the server says of a draft, or of what it has stored.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Answer {
    version: u64,
    yaml: String,
    document: Value,
    problems: Vec<Flaw>,
}

/// The configuration as it is edited.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    pub(super) document: RwSignal<Value>,
    pub(super) text: RwSignal<String>,
    /// Whether the text is what was changed last, and not the document.
    by_text: RwSignal<bool>,
    pub(super) changed: RwSignal<bool>,
    pub(super) version: RwSignal<u64>,
    pub(super) problems: RwSignal<Vec<Flaw>>,
    /// The part that was added last, to be seen at once.
    pub(super) opened: RwSignal<String>,
    /// The version that somebody else has stored meanwhile.
    pub(super) conflict: RwSignal<Option<u64>>,
    pub(super) said: RwSignal<Option<String>>,
    pub(super) sending: RwSignal<bool>,
    /// Counts what the reader does, so that an answer to what is past is known.
    edits: RwSignal<u32>,
    /// What the page beside it asks by.
    draft: RwSignal<Value>,
    pub(super) receivers: Memo<Vec<String>>,
    pub(super) schedules: Memo<Vec<String>>,
    pub(super) policies: Memo<Vec<String>>,
    pub(super) intervals: Memo<Vec<String>>,
}

impl Editor {
    pub(super) fn new(shown: Shown, draft: RwSignal<Value>) -> Self {
        let document = RwSignal::new(shown.document);
        let listed =
            move |list: &'static str| Memo::new(move |_| document.with(|document| names(document, list)));
        let editor = Self {
            document,
            text: RwSignal::new(shown.yaml),
            by_text: RwSignal::new(true),
            changed: RwSignal::new(false),
            version: RwSignal::new(shown.version),
            problems: RwSignal::new(shown.problems),
            opened: RwSignal::new(String::new()),
            conflict: RwSignal::new(None),
            said: RwSignal::new(None),
            sending: RwSignal::new(false),
            edits: RwSignal::new(0),
            draft,
            receivers: listed("/receivers"),
            schedules: listed("/schedules"),
            policies: listed("/escalation_policies"),
            intervals: listed("/time_intervals"),
        };
        Effect::new(move |_| {
            let mine = editor.edits.get();
            if mine > 0 {
                set_timeout(move || editor.check(mine), PAUSE);
            }
        });
        editor
    }

    /// The draft as the API takes it.
    pub(super) fn written(self) -> Value {
        if self.by_text.get_untracked() {
            json!({"yaml": self.text.get_untracked()})
        } else {
            json!({"document": self.document.get_untracked()})
        }
    }

    fn edited(self, by_text: bool) {
        self.by_text.set(by_text);
        self.changed.set(true);
        self.said.set(None);
        self.draft.set(self.written());
        self.edits.update(|edits| *edits += 1);
    }

    /// Changes the document.
    pub(super) fn change(self, change: impl FnOnce(&mut Value)) {
        self.document.update(change);
        self.edited(false);
    }

    /// Changes the text.
    pub(super) fn write(self, text: String) {
        self.text.set(text);
        self.edited(true);
    }

    /// Asks what is wrong with the draft; the text follows the document, and the document the text.
    fn check(self, mine: u32) {
        if self.edits.try_get_untracked() != Some(mine) {
            return;
        }
        let body = self.written();
        spawn_local(async move {
            let answer: Result<Answer, Refusal> = call("POST", &format!("{PATH}/check"), Some(&body)).await;
            if self.edits.try_get_untracked() != Some(mine) {
                return;
            }
            match answer {
                Ok(answer) => {
                    self.problems.set(answer.problems);
                    if !self.by_text.get_untracked() {
                        self.text.set(answer.yaml);
                    } else if answer.document.is_object() {
                        self.document.set(answer.document);
                    }
                }
                Err(refusal) => self.said.set(Some(format!("✕ It could not be checked: {refusal}"))),
            }
        });
    }

    /// Takes over what the server has, in place of the draft.
    pub(super) fn load(self, shown: Shown) {
        self.document.set(shown.document);
        self.text.set(shown.yaml);
        self.version.set(shown.version);
        self.problems.set(shown.problems);
        self.by_text.set(true);
        self.changed.set(false);
        self.conflict.set(None);
        self.opened.set(String::new());
        // What was asked before is past.
        self.edits.update(|edits| *edits += 1);
        self.draft.set(Value::Null);
    }

    /// Asks for what the server has, and takes it over.
    pub(super) fn reload(self, then: Option<String>) {
        spawn_local(async move {
            let shown: Result<Shown, Refusal> = call("GET", PATH, None).await;
            if self.edits.try_get_untracked().is_none() {
                return;
            }
            match shown {
                Ok(shown) => {
                    self.load(shown);
                    self.said.set(then);
                }
                Err(refusal) => self.said.set(Some(format!("✕ {refusal}"))),
            }
        });
    }

    /// Sends something that makes a new version, and takes over what comes of it.
    pub(super) fn send(self, method: &'static str, path: String, body: Value, done: Callback<()>) {
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        spawn_local(async move {
            let answer: Result<Answer, Refusal> = call(method, &path, Some(&body)).await;
            if self.sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => {
                    done.run(());
                    self.reload(Some(format!(
                        "✓ Saved as version {}; notifications follow it.",
                        answer.version
                    )));
                }
                Err(refusal) => self.refused(&refusal),
            }
        });
    }

    fn refused(self, refusal: &Refusal) {
        if let (CONFLICT, Some(version)) = (refusal.status, refusal.data["version"].as_u64()) {
            self.conflict.set(Some(version));
        }
        let flaws: Vec<Flaw> = crate::api::read_value(&refusal.data["problems"]).unwrap_or_default();
        if flaws.is_empty() {
            self.said.set(Some(format!("✕ Not saved: {refusal}")));
        } else {
            self.said.set(Some("✕ Not saved: what is wrong is listed below.".to_owned()));
            self.problems.set(flaws);
        }
    }

    /// A value as text; empty where there is none.
    pub(super) fn text_at(self, pointer: &str) -> String {
        self.document.with(|document| match document.pointer(pointer) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        })
    }

    /// Whether what is written can be saved now.
    pub(super) fn may_save(self) -> bool {
        !self.sending.get() && self.problems.with(Vec::is_empty)
    }

    /// All that is wrong with the part at a place itself.
    pub(super) fn faults_at(self, pointer: &str) -> Vec<String> {
        let path = path_of(pointer);
        self.problems.with(|problems| {
            problems.iter().filter(|flaw| flaw.path == path).map(|flaw| flaw.message.clone()).collect()
        })
    }

    /// What is wrong with the part at a place.
    pub(super) fn fault_at(self, pointer: &str) -> Option<String> {
        let path = path_of(pointer);
        // Of a list each item may have its own.
        let item = format!("{path}[");
        self.problems.with(|problems| {
            let mut found = problems.iter().filter(|flaw| flaw.path == path || flaw.path.starts_with(&item));
            found.next().map(|flaw| flaw.message.clone())
        })
    }
}
