use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike, Value};

use super::nearest::suggestion;
use super::origin::{Given, Origin, Problem};
use super::settings::{Form, Setting, settings};

/// The file that is read when none is named, if it exists.
pub(super) const DEFAULT_FILE: &str = "watchfire.toml";

/// What a configuration file says.
#[derive(Default)]
pub(super) struct File {
    /// The file as it was named; `None` if there is none.
    pub(super) name: Option<String>,
    /// The values of settings.
    pub(super) given: Vec<Given>,
    /// What is wrong: all of it, but a file that is no TOML has only its first mistake reported.
    pub(super) problems: Vec<Problem>,
}

/// Reads the file that was named, or [`DEFAULT_FILE`] if there is one. `named` comes with where it was named.
pub(super) fn load(named: Option<(PathBuf, Origin)>, cwd: &Path) -> File {
    let optional = named.is_none();
    let (path, origin) = named.unwrap_or_else(|| (DEFAULT_FILE.into(), Origin::Default));
    let name = path.display().to_string();
    match std::fs::read_to_string(cwd.join(&path)) {
        Ok(text) => parse(&text, &name),
        Err(error) if optional && error.kind() == ErrorKind::NotFound => File::default(),
        Err(error) => {
            let message = match error.kind() {
                ErrorKind::NotFound => format!("the file {name:?} does not exist; create it or name another"),
                ErrorKind::InvalidData => format!("the file {name:?} is not UTF-8; save it in UTF-8"),
                _ => format!("the file {name:?} cannot be read: {error}"),
            };
            File { name: Some(name), problems: vec![Problem { origin, message }], ..File::default() }
        }
    }
}

/// Reads the text of a configuration file; `name` is for messages.
pub(super) fn parse(text: &str, name: &str) -> File {
    let mut reader = Reader { text, name, file: File { name: Some(name.to_owned()), ..File::default() } };
    match Document::parse(text) {
        Ok(document) => reader.section("", document.as_table()),
        Err(error) => {
            // The parser lays its message out over several lines.
            let message = error.message().trim().replace('\n', "; ");
            reader.problem(error.span(), format!("not TOML: {message}"));
        }
    }
    reader.file
}

struct Reader<'a> {
    text: &'a str,
    name: &'a str,
    file: File,
}

impl Reader<'_> {
    /// Reads the keys of a section; `prefix` is its name with a dot, or empty.
    fn section(&mut self, prefix: &str, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let key = format!("{prefix}{name}");
            let key_span = table.get_key_value(name).and_then(|(key, _)| key.span());
            if let Some(setting) = settings().find(|setting| setting.key == key) {
                self.value(setting, item, key_span);
            } else if settings().any(|setting| setting.section() == key) {
                match item.as_table_like() {
                    Some(table) => self.section(&format!("{key}."), table),
                    None => self
                        .problem(key_span, format!("{key} is a section; write [{key}] and its keys below")),
                }
            } else {
                self.unknown(&key, item.is_table_like(), key_span);
            }
        }
    }

    fn value(&mut self, setting: &'static Setting, item: &Item, key_span: Option<Range<usize>>) {
        // A [header] has no value to point at.
        let origin = self.origin(item.as_value().and_then(Value::span).or(key_span));
        let text = match (item.as_value(), setting.form) {
            (Some(Value::String(text)), _) => Some(text.value().clone()),
            (Some(Value::Boolean(value)), Form::Switch) => Some(value.value().to_string()),
            (Some(Value::Integer(number)), Form::Count | Form::Size | Form::Duration) => {
                Some(number.value().to_string())
            }
            _ => None,
        };
        let mut given = Given { setting, text: String::new(), origin };
        if let Some(text) = text {
            given.text = text;
            self.file.given.push(given);
        } else {
            let message = format!("found {}; write {}", with_article(item.type_name()), setting.form.toml());
            self.file.problems.push(given.problem(&message));
        }
    }

    fn unknown(&mut self, key: &str, is_section: bool, span: Option<Range<usize>>) {
        let sections = settings().map(Setting::section).filter(|section| is_section && !section.is_empty());
        let keys = settings().map(|setting| setting.key).filter(|_| !is_section);
        let near = suggestion(key, sections.chain(keys).map(str::to_owned));
        let message = match (is_section, near) {
            (true, Some(near)) => format!("unknown section [{key}]; did you mean [{near}]?"),
            (true, None) => format!("unknown section [{key}]; docs/CONFIG.md lists the known ones"),
            (false, Some(near)) => format!("unknown key {key}; did you mean {near}?"),
            (false, None) => format!("unknown key {key}; docs/CONFIG.md lists the known ones"),
        };
        self.problem(span, message);
    }

    fn problem(&mut self, span: Option<Range<usize>>, message: String) {
        let origin = self.origin(span);
        self.file.problems.push(Problem { origin, message });
    }

    fn origin(&self, span: Option<Range<usize>>) -> Origin {
        let before = span.and_then(|span| self.text.get(..span.start)).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Origin::File {
            name: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
