//! The table of settings: one row for each, in a file for each part of the program.

mod answers;
mod collect;
mod dashboards;
mod incidents;
mod ingest;
mod notify;
mod probe;
mod program;
mod render;
mod rules;
mod storage;

use super::Config;

/// One setting: a row of [`settings`].
pub(super) struct Setting {
    /// The key in the file, dots between section and name.
    pub(super) key: &'static str,
    /// The flag without its dashes.
    pub(super) flag: &'static str,
    /// The default, written as a person would write it.
    pub(super) default: &'static str,
    /// What kind of value it takes.
    pub(super) form: Form,
    /// One sentence with units and limits; the help text and the reference.
    pub(super) help: &'static str,
    /// Reads the text and writes the field, or says what is wrong with the text and what to write instead.
    pub(super) set: fn(&mut Config, &str) -> Result<(), String>,
}

/// The kind of a value: how it is written in TOML and what stands for it in the help text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A string.
    Text(&'static str),
    /// true or false; its flag stands alone and has a `--no-` twin.
    Switch,
    /// A whole number.
    Count,
    /// Bytes: a number, or a string with a unit.
    Size,
    /// A string such as `7d`; the number 0 too.
    Duration,
}

impl Setting {
    /// The environment variable: `storage.retention` is `WATCHFIRE_STORAGE_RETENTION`.
    pub(super) fn variable(&self) -> String {
        format!("WATCHFIRE_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// The section of the key, empty for those that stand outside.
    pub(super) fn section(&self) -> &'static str {
        self.key.rsplit_once('.').map_or("", |(section, _)| section)
    }
}

impl Form {
    /// What stands for the value in the help text; nothing for a switch.
    pub(super) fn placeholder(self) -> Option<&'static str> {
        match self {
            Form::Text(placeholder) => Some(placeholder),
            Form::Switch => None,
            Form::Count => Some("NUMBER"),
            Form::Size => Some("BYTES"),
            Form::Duration => Some("DURATION"),
        }
    }

    /// What the value of a key has to be in a file.
    pub(super) fn toml(self) -> &'static str {
        match self {
            Form::Text(_) => "a string",
            Form::Switch => "true or false",
            Form::Count => "a whole number",
            Form::Size => "a number of bytes or a string such as \"64MiB\"",
            Form::Duration => "a string such as \"30s\"",
        }
    }
}

/// Puts a value that could be read into its field.
fn put<T>(field: &mut T, value: Result<T, String>) -> Result<(), String> {
    *field = value?;
    Ok(())
}

/// The sections' tables, in the order of the help text, of `config show` and of docs/CONFIG.md.
static SECTIONS: &[&[Setting]] = &[
    program::PROGRAM,
    storage::STORAGE,
    ingest::INGEST,
    collect::COLLECT,
    probe::PROBE,
    answers::ANSWERS,
    dashboards::DASHBOARDS,
    render::RENDER,
    rules::RULES,
    incidents::INCIDENTS,
    notify::NOTIFY,
];

/// Every setting, in that order.
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> + Clone {
    SECTIONS.iter().copied().flatten()
}
