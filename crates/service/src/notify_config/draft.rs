use std::path::{Path, PathBuf};

use serde_json::Value;
use watchfire_alerting::config::{Draft, FileField, Problem};

use super::error::Flaw;
use super::sealed::Secrets;
use crate::alertmanager::{Followed, templates};

/// How problems name what comes over the API.
const NAME: &str = "configuration";

/// A configuration as somebody writes it; secrets may stand in it.
#[derive(Clone, PartialEq)]
pub enum Writing {
    /// As text, which is kept as it is.
    Yaml(String),
    /// As a form makes it; it is written as text.
    Document(Value),
}

impl Writing {
    fn text(self) -> String {
        match self {
            Self::Yaml(text) => text,
            Self::Document(document) => Draft::written(&document),
        }
    }
}

/// What is to be said of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// As text; what was written, if it was text.
    pub yaml: String,
    /// As it is written, for forms.
    pub document: Value,
    /// Why it is refused; none for one that can be followed.
    pub problems: Vec<Flaw>,
    /// What should be written in another way.
    pub notes: Vec<Flaw>,
}

/// A configuration that was looked at.
pub(super) struct Looked {
    pub(super) checked: Checked,
    /// What can be followed, if it can.
    pub(super) followed: Option<Followed>,
    pub(super) draft: Draft,
}

fn flaw(draft: &Draft, problem: &Problem) -> Flaw {
    Flaw {
        line: problem.place.line,
        column: problem.place.column,
        path: draft.path(problem.place),
        message: problem.reason.clone(),
    }
}

/// What of this machine a configuration may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Files {
    /// None: whoever can change the configuration could have any file read that the server can read, and sent to them.
    Refused,
    /// Any file that is read, but no program that runs: reading is what `notify.files_in_kept_config` allows. Paths of templates count
    /// from where the server runs.
    Allowed,
    /// Any, and programs, too: it is a configuration file, which whoever runs the server has written. Paths of templates count from this
    /// folder.
    From(PathBuf),
}

impl Files {
    fn refuse(&self, field: &FileField) -> bool {
        match self {
            Self::Refused => true,
            Self::Allowed => field.is_program(),
            Self::From(_) => false,
        }
    }
}

/// Why a field that names files or programs is refused.
fn refused_file(field: &FileField) -> String {
    let key = &field.key;
    if field.is_program() {
        return format!(
            "{key} names programs of the server, which only a configuration file (notify.config) may; write it there, or let \
             webhook_configs tell a server that runs the program"
        );
    }
    let mend = match key.as_str() {
        "templates" => "write the texts into the receivers",
        "ical_file" => "give ical_url",
        "files" => "give values or secrets",
        _ => "give the value itself, which is kept encrypted where it is secret",
    };
    format!(
        "{key} names files of the server, which a configuration that is kept by Watchfire may not; {mend}, use a configuration file \
         (notify.config), or allow it by notify.files_in_kept_config"
    )
}

/// Reads a configuration, in which masks stand for `secrets`, and the templates that it names. Blocks.
pub(super) fn look(writing: Writing, secrets: &Secrets, files: &Files) -> Looked {
    let yaml = writing.text();
    let draft = Draft::read(NAME, &yaml, &|number| secrets.get(&number).cloned());
    let flaws =
        |problems: &[Problem]| problems.iter().map(|problem| flaw(&draft, problem)).collect::<Vec<_>>();
    let refused = |field: &&FileField| files.refuse(field);
    let refused: Vec<Flaw> = draft
        .files
        .iter()
        .filter(refused)
        .map(|field| Flaw {
            line: field.place.line,
            column: field.place.column,
            path: draft.path(field.place),
            message: refused_file(field),
        })
        .collect();
    let folder = match files {
        Files::From(folder) => folder.as_path(),
        Files::Allowed | Files::Refused => Path::new(""),
    };
    let (followed, problems, notes) = match &draft.config {
        Err(error) => {
            let mut problems = flaws(&error.problems);
            problems.extend(refused);
            problems.sort_by_key(|flaw| (flaw.line, flaw.column));
            (None, problems, Vec::new())
        }
        // None of the files is looked at: what can't be read of them would tell of them, too.
        Ok(config) if !refused.is_empty() => (None, refused, flaws(&config.notes)),
        Ok(config) => match templates::read(&config.templates, folder) {
            Err(message) => {
                let flaw = Flaw { line: 0, column: 0, path: "templates".to_owned(), message };
                (None, vec![flaw], flaws(&config.notes))
            }
            Ok(templates) => {
                (Some(Followed { config: config.clone(), templates }), Vec::new(), flaws(&config.notes))
            }
        },
    };
    let document = draft.document();
    Looked { checked: Checked { yaml, document, problems, notes }, followed, draft }
}
