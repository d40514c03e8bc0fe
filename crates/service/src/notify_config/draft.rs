use std::path::Path;

use serde_json::Value;
use watchfire_alerting::config::{Draft, Problem};

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

/// Reads a configuration, in which masks stand for `secrets`, and the templates that it names. Blocks.
pub(super) fn look(writing: Writing, secrets: &Secrets, folder: &Path) -> Looked {
    let yaml = writing.text();
    let draft = Draft::read(NAME, &yaml, &|number| secrets.get(&number).cloned());
    let flaws =
        |problems: &[Problem]| problems.iter().map(|problem| flaw(&draft, problem)).collect::<Vec<_>>();
    let (followed, problems, notes) = match &draft.config {
        Err(error) => (None, flaws(&error.problems), Vec::new()),
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
